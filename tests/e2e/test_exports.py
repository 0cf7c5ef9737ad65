"""Tables that facilitators take along, in both languages: chosen in a form, given privately, noted."""

import csv
import io
import re
from dataclasses import dataclass

import aiohttp
import pytest

from cogs.kit.actions import custom_id
from community import ods
from sandbox import Answer, payloads
from tests.e2e.conftest import Town, read


@dataclass(frozen=True)
class Said:
    who: str
    command: str
    desk: str
    name: str
    titles: tuple[str, str]
    private: str
    act: str
    nothing: str
    separator: str
    too_large: str


FRENCH = Said(
    "facilitator",
    "animer exporter",
    "animer santé",
    r"besoins-\d{4}-\d\d-\d\d\.csv",
    ("Numéro", "Titre"),
    "Il n’est visible que par vous",
    "export d’un tableau",
    "Rien pour cette période",
    ";",
    "trop grand pour Discord",
)
ENGLISH = Said(
    "facilitator-en",
    "facilitate export",
    "facilitate desk",
    r"needs-\d{4}-\d\d-\d\d\.csv",
    ("Number", "Title"),
    "Only you see it",
    "export of a table",
    "Nothing in this period",
    ",",
    "too large for Discord",
)
BOTH = pytest.mark.parametrize("said", [FRENCH, ENGLISH], ids=["fr", "en"])


async def content(answer: Answer) -> tuple[str, bytes]:
    """The file of an answer that only its reader sees."""
    assert answer.ephemeral
    (attached,) = (answer.message or {})["attachments"]
    async with aiohttp.ClientSession() as browser, browser.get(attached["url"]) as response:
        return attached["filename"], await response.read()


async def asked(town: Town, said: Said, kind: str, shape: str = "csv", period: str = "all") -> Answer:
    form = await town[said.who].slash(said.command)
    return await town[said.who].fill(form, {"kind": kind, "shape": shape, "period": period})


@BOTH
async def test_a_table_is_chosen_given_and_noted(town: Town, said: Said) -> None:
    form = await town["member"].slash("besoin publier")
    await town["member"].fill(form, {"need": "=2+2 aires de jeux à refaire", "context": "Où ?"})
    given = await asked(town, said, "needs")
    assert said.private in read(given)
    name, written = await content(given)
    assert re.fullmatch(said.name, name)
    (row,) = csv.DictReader(io.StringIO(written.decode("utf-8-sig"), newline=""), delimiter=said.separator)
    assert row[said.titles[1]] == "'=2+2 aires de jeux à refaire", "no formula"

    desk = await town[said.who].slash(said.desk)  # the button does the same
    form = await town[said.who].click(desk, custom_id("export.ask"))
    given = await town[said.who].fill(form, {"kind": "needs", "shape": "ods", "period": "month"})
    name, written = await content(given)
    assert name.endswith(".ods")
    (_, titles), (_, cells) = ods.rows(io.BytesIO(written))
    assert tuple(titles[:2]) == said.titles
    assert "=2+2 aires de jeux à refaire" in cells

    _, journal = await content(await asked(town, said, "audit"))
    assert journal.decode("utf-8-sig").count(said.act) == 2
    assert said.nothing in read(await asked(town, said, "practices"))


@BOTH
async def test_every_table_in_both_shapes(town: Town, said: Said) -> None:
    for kind in ("members", "resources", "meetups", "registrations", "figures"):
        for shape in ("csv", "ods"):
            name, written = await content(await asked(town, said, kind, shape))
            assert name.endswith(shape)
            assert written


@BOTH
async def test_what_discord_does_not_take_is_said(
    town: Town, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payloads, "ATTACHMENT_LIMIT", 200)
    refused = await asked(town, said, "audit")
    assert said.too_large in read(refused)
    assert "entrepairs export --kind" in read(refused)
    assert not (refused.message or {})["attachments"]
    again = await town[said.who].click(refused, custom_id("export.ask.fix"))
    assert "audit" in str(again.modal), "what was chosen is still there"


async def test_a_member_takes_no_table_along(town: Town) -> None:
    for who, command in (("member", "animer exporter"), ("member-en", "facilitate export")):
        assert (await town[who].slash(command)).modal is None

"""S10 end to end, in both languages and on both databases: a LEADER basin, and two networks on one bot."""

import asyncio
import io
import json
import zipfile
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from bot.server_permissions import NEEDED
from cogs.kit.actions import custom_id
from prompts import Words
from sandbox import Answer, Guild, Person, Seen
from sandbox.world import Json
from tests.bot.conftest import MORNING, Ended, Stage, at_work, run_cli, settings_for
from tests.e2e.conftest import Town, latest, opened, read
from tests.e2e.test_digests import tick
from tests.e2e.test_everyone import COMMANDS

WORDS = Words()
PARIS = ZoneInfo("Europe/Paris")
HERE, THERE = "Réseau d’essai", "Réseau voisin"
# Each language on one of the databases: what is looked at is the same.
BOTH = pytest.mark.parametrize(
    ("locale", "database_url"), [("fr", "sqlite"), ("en", "postgresql")], indirect=["database_url"]
)
EVERY = pytest.mark.parametrize("locale", ["fr", "en"])
MEAUX, TRILPORT, MELUN, VERSAILLES = "commune:77284", "commune:77475", "commune:77288", "commune:78646"


@dataclass
class TwoServers(Stage):
    """The bot was invited to another server as well."""

    other: Guild | None = None


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[TwoServers]:
    async with at_work() as sandbox:
        app = sandbox.world.add_app("Entre-pairs", intents={"members"})
        guild, other = sandbox.world.add_guild(HERE), sandbox.world.add_guild(THERE)
        for one in (guild, other):
            sandbox.world.invite(app, one, permissions=NEEDED.value)
        yield TwoServers(sandbox, guild, app, settings_for(sandbox, app, database_url), other)


def name_of(command: str, locale: str) -> str:
    """A command as its reader types it."""
    key = "commands." + command.replace("-", "_").replace(" ", ".")
    parents = ["commands." + ".".join(command.replace("-", "_").split(" ")[: n + 1]) for n in range(2)]
    assert parents[-1] == key or " " not in command
    return " ".join(WORDS.label(f"{one}.name", locale) for one in dict.fromkeys(parents))


# One network: whose offers come first.


async def settle(person: Person, authority: str) -> None:
    """Says for which authority one works, and shows it."""
    card = await person.slash("join", authority=authority)
    form = await person.click(card, custom_id("join.about"))
    card = await person.fill(form, {"function": "Chargée de mission", "timezone": "Europe/Paris"})
    form = await person.click(card, custom_id("join.sharing"))
    await person.fill(form, {"bio": "Groupe d’action locale.", "consents": ["listed", "organisation"]})


async def propose(person: Person, reviewer: Person, title: str, **more: object) -> None:
    """A resource, proposed and published."""
    form = await person.slash("resource propose")
    await person.fill(form, {"name": title, "summary": "À partager entre communes.", "kind": "guide", **more})
    card = await latest(reviewer, lambda: reviewer.sees("coin-animation"), title)
    await press(reviewer, card, "library.publish")


async def press(person: Person, seen: Seen, action: str) -> Answer:
    """The button of that action, whatever it is about."""
    [button] = [
        item["custom_id"]
        for item in seen.components
        if str(item.get("custom_id", "")).startswith(f"ep:{action}:")
    ]
    return await person.click(seen, button)


@EVERY
async def test_offers_of_the_basin_come_first_then_its_neighbours(town: Town, locale: str) -> None:
    """M of the basin of Meaux publishes a need. An offer elsewhere in France is not among the three."""
    me = "member" if locale == "fr" else "member-en"
    another = "member-en" if locale == "fr" else "member"
    await settle(town[me], MEAUX)
    owners = {
        "facilitator": ("Versailles", VERSAILLES),
        "facilitator-en": ("Melun", MELUN),
        another: ("Trilport", TRILPORT),
        "admin": ("Brest", "commune:29019"),
    }
    for who, (place, authority) in owners.items():
        await settle(town[who], authority)
        await propose(town[who], town["facilitator"], f"Broyeur de végétaux à {place}", kind="offer")

    form = await town[me].slash("need publish")
    assert form.modal is not None
    theme = form.modal.fields["themes"]["options"][0]["value"]
    told = read(await town[me].fill(form, {"need": "Emprunter un broyeur de végétaux", "themes": [theme]}))
    lines = [line for line in told.splitlines() if "Broyeur de végétaux à" in line]
    assert [line.partition(" à ")[2].split(" ")[0] for line in lines] == ["Trilport", "Melun", "Versailles"]
    reasons = [WORDS.label(f"likeness.{one}", locale) for one in ("epci", "departement", "region")]
    assert [line.rpartition(" · ")[2] for line in lines] == reasons
    await town.waits_for("facilitator", "Emprunter un broyeur de végétaux", "Meaux")


# Two networks: nothing of one from the other.


@dataclass(frozen=True)
class Network:
    """Its people, and the word that all of its contents bear. ``number``: of its first card, need, meetup."""

    name: str
    word: str
    number: int
    runs: Person
    member: Person


@dataclass(frozen=True)
class Both:
    town: Town
    here: Network
    there: Network

    def pairs(self) -> Iterator[tuple[Network, Network]]:
        yield self.here, self.there
        yield self.there, self.here


@pytest.fixture
async def both(town: Town, request: pytest.FixtureRequest) -> Both:
    """The same person is a member of both; each network has one of everything."""
    locale = request.node.callspec.params["locale"]
    who = "member" if locale == "fr" else "member-en"
    stage = town.stage
    assert isinstance(stage, TwoServers)
    assert stage.other is not None
    sandbox = stage.sandbox
    owner = await sandbox.person(sandbox.world.users[stage.other.data["owner_id"]].name, stage.other)
    await owner.slash("network setup")
    again = await sandbox.person(who, stage.other)
    assert again.id == town[who].id
    await owner.slash("member admit", person=again.id)
    await opened(again, "rencontres")
    found = Both(
        town,
        Network(HERE, "Gypaète", 1, town["admin"], town[who]),
        Network(THERE, "Lagopède", 2, owner, again),
    )
    for network in (found.here, found.there):
        await fill(network)
    return found


async def fill(network: Network) -> None:
    member, runs, word = network.member, network.runs, network.word
    await propose(runs, runs, f"Guide {word}", url=f"https://example.org/{network.number}")
    await propose(member, runs, f"Prêt {word}", kind="offer")
    form = await member.slash("practice share")
    draft = await member.fill(form, {"name": f"Pratique {word}", "done": f"Tout sur {word}."})
    await press(member, draft, "practice.publish")
    form = await member.slash("need publish")
    await member.fill(form, {"need": f"Question {word}", "context": f"À propos de {word}."})
    form = await runs.slash("meetup create")
    day = (MORNING + timedelta(days=40)).astimezone(PARIS)
    back = await runs.fill(form, {"name": f"Atelier {word}", "when": f"{day:%d/%m/%Y} 10:00", "where": "Ici"})
    await press(runs, back, "meetup.publish")
    await latest(member, lambda: member.sees("rencontres"), f"Atelier {word}")


def whole(answer: Answer) -> str:
    """All that came with an answer, menus and forms too."""
    return json.dumps([answer.message, answer.modal.raw if answer.modal else None], ensure_ascii=False)


def suggesting(commands: Sequence[Json], path: str = "") -> Iterator[tuple[str, str]]:
    """Every command and option that offers choices while one types."""
    for one in commands:
        name = f"{path} {one['name']}".strip()
        if one.get("autocomplete"):
            yield path, str(one["name"])
        yield from suggesting(one.get("options") or [], name)


async def offered(person: Person, typed: str) -> dict[str, str]:
    """By command and option, what is offered while this is typed."""
    places = list(suggesting([one for one in await person.commands() if one["type"] == 1]))
    return {
        f"{command} {option}": json.dumps(
            await person.autocomplete(command, option, typed), ensure_ascii=False
        )
        for command, option in places
    }


@BOTH
async def test_neither_search_nor_autocomplete_nor_any_screen_shows_the_other(
    both: Both, locale: str
) -> None:
    for own, other in both.pairs():
        for person, typed in ((own.runs, ""), (own.runs, other.word), (own.member, other.word)):
            offers = await offered(person, typed)
            assert not [place for place, found in offers.items() if other.word in found]
        mine = await offered(own.member, own.word)
        for place in ("resource search query", "practice show practice", "need show need"):
            assert own.word in mine[place]  # the look was where things are
        for command in COMMANDS:
            if command.english in ("network setup", "join") or "person" in command.options:
                continue
            # In small letters: what one typed may come back, what stands there may not.
            asked = {
                name: other.word.lower() if name in ("query", "word") else str(other.number)
                for name in command.options
            }
            name = command.french if locale == "fr" else command.english
            answer = await own.runs.slash(name, values=asked)
            assert other.word not in whole(answer), command.english
        found = await own.member.slash("resource search", query=own.word)
        assert f"Guide {own.word}" in read(found).replace("**", "")


@BOTH
async def test_neither_digest_nor_catch_up_tells_of_the_other(both: Both, locale: str) -> None:
    town = both.town
    due = (town.stage.sandbox.clock.now().astimezone(PARIS) + timedelta(days=3)).replace(hour=9, minute=0)
    rhythm = {"frequency": "weekly", "weekday": str(due.isoweekday()), "hour": "9"}
    for network in (both.here, both.there):
        form = await press(network.runs, await network.runs.slash("digest settings"), "digest.change")
        await network.runs.fill(form, {**rhythm, "approval": False})
        mine = await network.member.slash("digest mine")
        form = await press(network.member, mine, "digest.mine_change")
        await network.member.fill(form, {**rhythm, "scope": "all"})
        caught = read(await network.runs.slash("catch-up"))
        other = both.there if network is both.here else both.here
        assert network.word in caught
        assert other.word not in caught
    town.stage.advance(due.astimezone(UTC) - town.stage.sandbox.clock.now() + timedelta(minutes=1))
    await tick(town)
    for own, other in both.pairs():
        posted = await latest(own.member, lambda own=own: own.member.sees("annonces"), own.word)  # type: ignore[misc]  # bound now
        assert other.word not in read(posted)
        digest = await latest(own.member, own.member.dms, f"Guide {own.word}")
        assert other.word not in read(digest)


@BOTH
async def test_no_export_holds_the_other(both: Both, locale: str) -> None:
    name = name_of("my-data export", locale)
    for own, other in both.pairs():
        given = await own.member.slash(name)
        address = (given.message or {})["attachments"][0]["url"]
        async with aiohttp.ClientSession() as browser, browser.get(address) as response:
            packed = zipfile.ZipFile(io.BytesIO(await response.read()))
        written = "".join(packed.read(one).decode() for one in packed.namelist())
        assert own.word in written
        assert other.word not in written

    async def console(*arguments: str) -> Ended:
        return await run_cli(*arguments, env=both.town.stage.environment)

    for own, other in both.pairs():
        out, found = await asyncio.gather(
            console("export", "--network", own.name, "--format", "json"),
            console("search", "--network", own.name, "--json", f"guide {other.word} {own.word}"),
        )
        assert (out.status, found.status) == (0, 0), (out.err, found.err)
        assert f"Guide {own.word}" in out.out
        assert other.word not in out.out
        titles = [one["title"] for one in json.loads(found.out)["results"]]
        assert f"Guide {own.word}" in titles
        assert not [title for title in titles if other.word in title]
    unnamed = await console("export")
    assert unnamed.status != 0  # which one? It is not guessed
    assert unnamed.out == ""

"""Tables that facilitators take along: what is in them, what never is, and files that spreadsheets open."""

import csv
import io
import json
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlmodel import select

from community import ods, sheets
from community.actors import Actor, Role
from community.errors import Invalid, NotAllowed
from community.export_rows import TABLES
from community.exports import MAPS, PERIODS, SHAPES, Exports, ExportTooLarge
from community.importer import Importer
from community.needs_rules import NewNeed
from community.resources import NewResource
from storage.audit import AuditEntry
from tests.community.conftest import Network
from tests.community.meetups import crowd, planned
from tests.community.needs import CHAMBERY, settle
from tests.community.practices import shared

Table = list[dict[str, str]]


async def table(
    network: Network, kind: str, *, actor: Actor | None = None, period: str = "all", shape: str = "csv"
) -> Table:
    """A table as a facilitator opens it."""
    made = await network.services.exports.file(actor or network[Role.FACILITATOR], kind, shape, period)
    with made.content:
        content = made.content.read()
    assert len(content) == made.size
    rows = _of_csv(content) if shape == "csv" else _of_ods(content)
    assert len(rows) == made.rows
    return rows


def _of_csv(content: bytes) -> Table:
    assert content.startswith(b"\xef\xbb\xbf"), "a French Excel tells UTF-8 by this mark"
    text = content.decode("utf-8-sig")
    assert "\n" not in text.replace("\r\n", "")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def _of_ods(content: bytes) -> Table:
    (_, heads), *lines = ods.rows(io.BytesIO(content))
    return [dict(zip(heads, [*cells, *[""] * len(heads)], strict=False)) for _, cells in lines]


async def test_members_show_what_each_agreed_to(network: Network) -> None:
    shown, hidden, partly, silent = await crowd(network, 4)
    profiles = network.services.profiles
    for actor, fields in (
        (shown, ["listed", "organisation", "function", "offers"]),
        (hidden, ["organisation", "function", "offers"]),  # does not want to be found
        (partly, ["listed", "organisation"]),
        (silent, None),
    ):
        await profiles.set_authority(actor, CHAMBERY)
        await profiles.set_about(actor, function="Urbaniste secrète")
        await profiles.set_exchange(actor, offers="=HYPERLINK()", seeks="Un secret", bio="")
        if fields is not None:
            await profiles.set_consents(actor, fields)
    rows = {row["Nom affiché"]: row for row in await table(network, "members")}
    whole, none, some, unasked = (rows[f"Membre {number}"] for number in range(4))
    assert (whole["Organisme"], whole["Département"]) == ("Chambéry (Savoie)", "Savoie")
    assert (whole["Fonction"], whole["Apporte"], whole["Cherche"]) == (
        "Urbaniste secrète",
        "'=HYPERLINK()",
        "",
    )
    assert whole["Peut être trouvé par ses pairs"] == "oui"
    assert (some["Organisme"], some["Fonction"], some["Apporte"]) == ("Chambéry (Savoie)", "", "")
    for row in (none, unasked):
        told = {name for name, value in row.items() if value}
        assert told == {"Nom affiché", "État", "Arrivée le", "Peut être trouvé par ses pairs"}
    assert rows["Personne 2"]["État"] == "en attente d’accès"


async def test_withdrawing_a_consent_or_leaving_counts_at_once(network: Network) -> None:
    actor = await settle(network, CHAMBERY)
    assert any(row["Organisme"] for row in await table(network, "members"))
    await network.services.profiles.set_consents(actor, [])
    assert not any(row["Organisme"] for row in await table(network, "members"))
    await network.services.privacy.erase(actor)
    assert "Personne 3" not in {row["Nom affiché"] for row in await table(network, "members")}


async def test_a_need_without_a_name_stays_so(network: Network) -> None:
    await settle(network, CHAMBERY)
    needs, helping = network.services.needs, network[Role.FACILITATOR]
    await needs.publish(network[Role.MEMBER], NewNeed("Une aire de jeux", "Où la mettre ?"))
    asked = await needs.publish(network[Role.MEMBER], NewNeed("Un conflit au conseil", nameless=True))
    assert [row["Titre"] for row in await table(network, "needs")] == ["Une aire de jeux"], "not read yet"
    await network.services.needs_care.approve(helping, asked.need.id)
    signed, unsigned = await table(network, "needs")
    assert (signed["Auteur"], signed["Sans nom"], signed["État"]) == ("Personne 3", "non", "Ouvert")
    assert (unsigned["Auteur"], unsigned["Territoire"], unsigned["Sans nom"]) == ("", "", "oui")
    await needs.close(network[Role.MEMBER], signed_id := int(signed["Numéro"]), "withdrawn")
    assert signed_id not in {int(row["Numéro"]) for row in await table(network, "needs")}


async def test_a_card_without_a_name_stays_so(network: Network) -> None:
    await settle(network, CHAMBERY)
    await shared(network, contact="mairie@example.org", territory="Le plateau")
    failed = await shared(network, title="Un raté", contact="mairie@example.org", territory="Le plateau")
    async with network.db.transaction() as session:
        from storage.practices import Practice

        card = await session.get(Practice, failed.id)
        assert card is not None
        card.nameless = True
        session.add(card)
    signed, unsigned = await table(network, "practices")
    assert (signed["Collectivité"], signed["Auteur"]) == ("Chambéry (Savoie)", "Personne 3")
    assert signed["Contact"] == "mairie@example.org"
    for column in ("Collectivité", "Département", "Habitants", "Auteur", "Contact", "Territoire", "Lien"):
        assert unsigned[column] == "", column


async def test_resources_come_back_as_they_went(network: Network, tmp_path: Path) -> None:
    member, helping = network[Role.MEMBER], network[Role.FACILITATOR]
    theme = (await network.services.networks.themes(member))[0]
    made = await network.services.library.propose(
        member,
        NewResource(
            "+33 : le guide", "https://example.org/a", "Un ; résumé", kind="guide", themes=(theme.id,)
        ),
    )
    await network.propose("Pas encore relue")
    await network.services.library.publish(helping, made.id)
    await network.services.library.place(helping, made.id, "1 place de l’Hôtel", "45,5 ; 5,9")
    for shape in SHAPES:
        (row,) = await table(network, "resources", shape=shape)
        assert (row["Type"], row["Nature"], row["Thèmes"]) == ("guide", "Guide", theme.name)
        file = tmp_path / f"back.{shape}"
        exported = await network.services.exports.file(helping, "resources", shape, "all")
        with exported.content:
            file.write_bytes(exported.content.read())
        report = await Importer(network.db, network.clock).resources(network[Role.ADMIN], sheets.read(file))
        assert (report.unchanged, report.updated, report.created, report.rejected) == (1, 0, 0, 0), shape


async def test_a_map_of_what_is_somewhere(network: Network, other_admin: Actor, tmp_path: Path) -> None:
    helping = network[Role.FACILITATOR]
    for title, where in (("Prêt d’une nacelle", "45,8566 ; 3,5478"), ("Sans lieu", "")):
        made = await network.propose(title)
        await network.services.library.publish(helping, made.id)
        await network.services.library.place(helping, made.id, "Thiers" if where else "", where)
    file = tmp_path / "carte.geojson"
    exported = await network.services.exports.file(helping, "places", "csv", "all")
    assert (exported.rows, exported.media_type) == (1, "application/geo+json")
    assert exported.name.startswith("carte-")
    assert exported.name.endswith(".geojson")
    with exported.content:
        file.write_bytes(exported.content.read())
    [place] = json.loads(file.read_bytes())["features"]
    assert place["geometry"] == {"type": "Point", "coordinates": [3.5478, 45.8566]}
    assert place["properties"]["name"] == "Prêt d’une nacelle"
    report = await Importer(network.db, network.clock).resources(network[Role.ADMIN], sheets.read(file))
    assert (report.unchanged, report.rejected) == (1, 0)
    theirs = await network.services.exports.file(other_admin, "places", "ods", "month")
    with theirs.content:
        assert json.loads(theirs.content.read()) == {"type": "FeatureCollection", "features": []}
    for role in (Role.STRANGER, Role.NEWCOMER, Role.MEMBER):
        with pytest.raises(NotAllowed):
            await network.services.exports.file(network[role], "places", "csv", "all")


async def test_meetups_their_answers_and_who_was_there(network: Network) -> None:
    meetup = await planned(network, after=timedelta(hours=1), capacity="1")
    one, two, three = await crowd(network, 3)
    answer = network.services.registrations.answer
    for actor, said in ((one, "yes"), (two, "yes"), (three, "no")):
        await answer(actor, meetup.id, said)
    network.clock.advance(timedelta(hours=1, minutes=5))
    days, helping = network.services.days, network[Role.FACILITATOR]
    code = (await days.show_code(helping, meetup.id)).code
    await days.check_in(one, code)
    (row,) = await table(network, "meetups")
    assert (row["Titre"], row["Commence le"], row["Où"]) == (
        "Panel citoyen",
        "2026-03-02 11:00",
        "Salle des fêtes",
    )
    assert [row[name] for name in ("Places", "Oui", "Liste d’attente", "Peut-être", "Non")] == [*"11101"]
    assert row["Présent"] == "2", "who shows the code is there"
    assert "visio" not in str(row), "the link is for those who come"
    people = {
        line["Nom affiché"]: (line["Réponse"], line["Présent"])
        for line in await table(network, "registrations")
    }
    assert people == {
        "Membre 0": ("oui", "oui"),
        "Membre 1": ("liste d’attente", ""),
        "Membre 2": ("non", ""),
        "Personne 4": ("", "oui"),
    }


async def test_figures_hide_few_people_week_by_week(network: Network) -> None:
    people = await crowd(network, 8)
    for number, actor in enumerate(people):
        await network.services.profiles.set_authority(actor, CHAMBERY if number < 6 else "commune:77284")
        await network.services.profiles.set_consents(actor, ["listed", "organisation"])
        if number < 3:
            await network.services.needs.publish(actor, NewNeed(f"Besoin numéro {number}"))
    rows = await table(network, "figures", period="quarter")
    told = {(row["Mesure"], row["Semaine ou département"]): row["Valeur"] for row in rows}
    assert told["Membres actifs", "2026-03-02"] == "moins de 5 personnes"
    assert told["Membres actifs", "2026-02-23"] == "0"
    assert told["Membres par département", "Savoie"] == "6"
    assert told["Membres par département", "Seine-et-Marne"] == "moins de 5 personnes"
    assert len({week for measure, week in told if measure == "Besoins résolus"}) == 14


async def test_the_period_is_kept(network: Network) -> None:
    await network.services.needs.publish(network[Role.MEMBER], NewNeed("Ancien besoin"))
    network.clock.advance(timedelta(days=40))
    await network.services.needs.publish(network[Role.MEMBER], NewNeed("Nouveau besoin"))
    assert [row["Titre"] for row in await table(network, "needs", period="month")] == ["Nouveau besoin"]
    assert len(await table(network, "needs", period="quarter")) == 2


async def test_who_took_what_is_noted(network: Network) -> None:
    helping = network[Role.FACILITATOR]
    await table(network, "members", period="month")
    async with network.db.reading() as session:
        act = (await session.exec(select(AuditEntry).where(AuditEntry.action == "desk.export"))).one()
    assert act.member_id == helping.member_id
    assert act.details == {"kind": "members", "shape": "csv", "period": "month", "rows": 4}
    journal = await table(network, "audit")
    assert (journal[-1]["Qui"], journal[-1]["Acte"]) == ("Personne 4", "export d’un tableau")
    assert "admission" in {row["Acte"] for row in journal}
    assert {row["À propos de"] for row in journal if row["Acte"] == "admission"} == {
        "Personne 3",
        "Personne 4",
    }


@pytest.mark.parametrize("kind", TABLES)
async def test_only_facilitators_and_only_their_network(
    network: Network, other_admin: Actor, kind: str
) -> None:
    await settle(network, CHAMBERY)
    await shared(network, title="Secret du premier réseau")
    await network.services.needs.publish(network[Role.MEMBER], NewNeed("Secret du premier réseau"))
    meetup = await planned(network, title="Secret du premier réseau")
    await network.services.registrations.answer(network[Role.MEMBER], meetup.id, "yes")
    found = await table(network, kind, actor=other_admin)
    assert "Secret" not in str(found)
    assert "Personne 3" not in str(found)
    for role in (Role.STRANGER, Role.NEWCOMER, Role.MEMBER):
        with pytest.raises(NotAllowed):
            await network.services.exports.file(network[role], kind, "csv", "all")


@pytest.mark.parametrize(
    "wrong", [("secrets", "csv", "all"), ("needs", "exe", "all"), ("needs", "csv", "demain")]
)
async def test_choices_that_are_none(network: Network, wrong: tuple[str, str, str]) -> None:
    with pytest.raises(Invalid):
        await network.services.exports.file(network[Role.FACILITATOR], *wrong)


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_file_that_is_too_large_is_refused_before_it_is_whole(network: Network, shape: str) -> None:
    await crowd(network, 450)
    exports = Exports(
        network.db, network.clock, network.services.exports._labels, "https://pairs.example.org/desk"
    )
    whole = await exports.file(network[Role.FACILITATOR], "members", shape, "all")
    whole.content.close()
    assert whole.rows == 454
    fits = await exports.file(network[Role.FACILITATOR], "members", shape, "all", most=whole.size)
    fits.content.close()
    with pytest.raises(ExportTooLarge) as refused:
        await exports.file(network[Role.FACILITATOR], "members", shape, "all", most=whole.size - 1)
    assert refused.value.details["address"] == "https://pairs.example.org/desk"
    journal = await table(network, "audit")
    assert [row["Acte"] for row in journal].count("export d’un tableau") == 2, (
        "what was not given is not noted"
    )


async def test_an_open_document_has_dates_and_numbers(network: Network) -> None:
    await planned(network)
    made = await network.services.exports.file(network[Role.FACILITATOR], "meetups", "ods", "all")
    with made.content, ZipFile(made.content) as archive:
        content = archive.read("content.xml").decode()
    assert 'office:value-type="date" office:date-value="2026-03-12T10:00:00"' in content
    assert 'office:value-type="float" office:value="120"' in content
    assert 'office:value-type="string"><text:p>Panel citoyen' in content


async def test_every_column_has_its_words_and_every_choice(network: Network) -> None:
    """In both languages a table has as many columns as it says, none of them twice."""
    for locale in ("fr", "en"):
        labels = network.services.exports._labels
        assert set(labels.table("choices.export_kinds", locale)) == {*TABLES, *MAPS}
        assert set(labels.table("choices.export_shapes", locale)) == set(SHAPES)
        assert set(labels.table("choices.export_periods", locale)) == set(PERIODS)
        for columns, _rows in TABLES.values():
            titles = [labels.label(f"export_columns.{column}", locale) for column in columns]
            assert len(set(titles)) == len(titles)

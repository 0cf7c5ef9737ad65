"""S3 end to end in both languages: a typo, a suggestion, filters, pages that do not repeat; then an alert.

And what follows a find: a report that is answered, what is kept, a near title.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest

from community.actors import Actor
from community.importer import Importer
from community.practice_importer import PracticeImporter
from community.services import Services
from community.sheets import Row
from storage import networks
from storage.engine import Database
from tests.e2e.conftest import Town, read

PARIS = ZoneInfo("Europe/Paris")
SHEET = "Fiche méthode : sécuriser l’approvisionnement alimentaire en cas de rupture"


@dataclass(frozen=True)
class Words:
    """What the two readers read and press."""

    who: str
    meant: str
    next: str
    show: str
    report: str
    reason: str
    thanks: str
    told: str
    keep: str
    kept: str
    alert: str
    saved: str
    stop: str
    stopped: str
    news: str
    practice: str
    again: str
    used: str
    noted: str
    card: str
    counted: str


FRENCH = Words(
    "member",
    "Vouliez-vous dire",
    "Suivant",
    "Lire une fiche",
    "Signaler un problème",
    "Que se passe-t-il\u202f?",
    "Merci de l’avoir signalé",
    "Votre signalement a reçu une réponse",
    "Garder",
    "C’est gardé",
    "M’avertir des nouveautés",
    "C’est enregistré",
    "Arrêter cette alerte",
    "C’est arrêté",
    "2 nouveautés pour « rupture approvisionement »",
    "Fiche pratique, Ville de Thiers",
    "Refaire la recherche",
    "Nous l’avons utilisée",
    "Merci : c’est noté",
    "Utilisée par 1 collectivité",
    "· utilisée par 1 collectivité",
)
ENGLISH = Words(
    "member-en",
    "Did you mean",
    "Next",
    "Read about one of them",
    "Report a problem",
    "What is wrong?",
    "Thank you for reporting it",
    "Your report has had an answer",
    "Keep",
    "Kept",
    "Tell me what is new",
    "Saved",
    "Stop this alert",
    "Stopped",
    "2 new items for “rupture approvisionement”",
    "Practice card, Ville de Thiers",
    "Search again",
    "We used it",
    "Thank you, noted",
    "Used by 1 authority",
    "· used by 1 authority",
)


@pytest.fixture
async def toolbox(town: Town) -> Town:
    """A resilience library: the sheet that is meant, and others around it."""
    rows: list[dict[str, object]] = [
        {"id": "m", "title": SHEET, "summary": "Que faire en cas de rupture.", "kind": "method"}
    ]
    rows += [
        {
            "id": f"g{n}",
            "title": f"Guide {n} des circuits courts",
            "summary": "Prévoir l’approvisionnement des cantines, et une rupture de stock.",
            "kind": "guide",
        }
        for n in range(12)
    ]
    await bring(town, rows)
    return town


async def bring(
    town: Town, resources: Sequence[dict[str, object]], practices: Sequence[dict[str, object]] = ()
) -> None:
    """What the operator imports, at the instant of the town."""
    db, clock = Database(town.stage.settings.database), town.stage.sandbox.clock
    async with db.reading() as session:
        network = next(iter(await networks.everywhere(session)))
    operator = Actor.operator(network.id or 0)
    taken = [
        await Importer(db, clock).resources(operator, numbered(resources)),
        await PracticeImporter(db, clock).practices(operator, numbered(practices)),
    ]
    assert [report.problems for report in taken] == [[], []]
    await db.dispose()


def numbered(rows: Sequence[dict[str, object]]) -> list[Row]:
    return [Row(line, row) for line, row in enumerate(rows, start=2)]


def services(town: Town) -> Services:
    assert town.runner.connected is not None
    return town.runner.connected.client.services


@pytest.mark.parametrize("words", [FRENCH, ENGLISH], ids=["fr", "en"])
async def test_a_mistyped_search_finds_its_sheet_and_pages_do_not_repeat(toolbox: Town, words: Words) -> None:
    person = toolbox[words.who]
    first = await person.slash("resource search", query="rupture approvisionement")
    assert f"{words.meant}: **rupture approvisionnement**" in read(first).replace(" :", ":")
    shown = [option["label"] for option in first.menus[0]["options"]]
    assert shown[0] == SHEET
    second = await person.click(first, words.next)
    turned = [option["label"] for option in second.menus[0]["options"]]
    assert turned
    assert not set(turned) & set(shown)
    filtered = await person.slash("resource search", query="rupture approvisionement", kind="method")
    assert [option["label"] for option in filtered.menus[0]["options"]] == [SHEET]

    saved = await person.click(filtered, words.alert)
    assert words.saved in read(saved)
    assert words.stopped in read(await person.click(saved, words.stop))


@pytest.mark.parametrize("words", [FRENCH, ENGLISH], ids=["fr", "en"])
async def test_a_saved_search_tells_what_is_new_and_only_once(toolbox: Town, words: Words) -> None:
    person, clock = toolbox[words.who], toolbox.stage.sandbox.clock
    found = await person.slash("resource search", query="rupture approvisionement")
    await person.click(found, words.alert)
    look = services(toolbox).alerts.look

    tomorrow = (clock.now().astimezone(PARIS) + timedelta(days=1)).replace(hour=10, minute=0)
    toolbox.stage.advance(tomorrow.astimezone(UTC) - clock.now())
    assert await look() == 0  # nothing new, nothing said
    await bring(
        toolbox,
        [
            {
                "title": "Rupture d’approvisionnement : le guide",
                "url": "https://example.org/r",
                "kind": "guide",
            }
        ],
        [
            {
                "title": "Une rupture d’approvisionnement évitée",
                "authority": "Ville de Thiers",
                "what_was_done": "Un stock.",
            }
        ],
    )
    for sent in (1, 0):
        toolbox.stage.advance(timedelta(days=1))
        assert await look() == sent
    told = await toolbox.waits_for_dm(words.who, words.news)
    assert words.practice in read(told)
    assert "https://example.org/r" in str(told.message)
    again = await person.click(told, words.again)
    assert "Une rupture d’approvisionnement évitée" in read(again)
    assert words.stopped in read(await person.click(told, words.stop))


@pytest.mark.parametrize("words", [FRENCH, ENGLISH], ids=["fr", "en"])
async def test_where_a_sheet_was_used_stands_on_it_and_in_the_results(toolbox: Town, words: Words) -> None:
    person, colleague = toolbox[words.who], toolbox["facilitator"]
    found = await person.slash("resource search", query="fiche méthode alimentaire")
    sheet = await person.choose(found, words.show, [SHEET])
    form = await person.click(sheet, words.used)
    assert form.modal is not None
    noted = await person.fill(form, {"outcome": "adapted", "comment": "Avec nos producteurs."})
    assert words.noted in read(noted)
    again = await person.choose(found, words.show, [SHEET])
    assert words.card in read(again)
    assert "(Avec nos producteurs.)" in read(again)
    form = await person.click(again, words.used)
    assert form.modal is not None
    assert form.modal.fields["comment"]["value"] == "Avec nos producteurs."
    results = await person.slash("resource search", query="fiche méthode alimentaire")
    assert read(results).count(words.counted) == 1
    others = await colleague.slash("ressource chercher", recherche="fiche méthode alimentaire")
    assert "· utilisée par 1 collectivité" in read(others)


@pytest.mark.parametrize("words", [FRENCH, ENGLISH], ids=["fr", "en"])
async def test_a_report_is_answered_from_its_card(toolbox: Town, words: Words) -> None:
    person, facilitator = toolbox[words.who], toolbox["facilitator"]
    found = await person.slash("resource search", query="fiche méthode alimentaire")
    sheet = await person.choose(found, words.show, [SHEET])
    assert words.kept in read(await person.click(sheet, words.keep))
    form = await person.click(sheet, words.report)
    assert form.modal is not None
    thanks = await person.fill(form, {"reason": "obsolete", "comment": "Le décret a changé."})
    assert words.thanks in read(thanks)
    card = await toolbox.waits_for("facilitator", "coin-animation", "Signalée")
    assert "> Le décret a changé." in read(card)
    answer = await facilitator.click(card, "Répondre")
    assert answer.modal is not None
    done = await facilitator.fill(answer, {"outcome": "corrected", "answer": "Merci !"})
    assert "C’est répondu" in read(done)
    told = await toolbox.waits_for_dm(words.who, words.told)
    assert "> Merci !" in read(told)
    handled = await toolbox.waits_for("facilitator", "coin-animation", "Corrigée")
    assert handled.id == card.id


async def test_a_near_title_is_proposed_all_the_same_without_typing_it_again(toolbox: Town) -> None:
    member = toolbox["member"]
    form = await member.slash("ressource proposer")
    twin = {"Titre": "Guide 3 des circuit court", "Adresse": "https://example.org/3"}
    stopped = await member.fill(form, {**twin, "Type": "guide"})
    assert "Est-ce la même ressource ?" in read(stopped)
    assert stopped.buttons == ["Corriger", "Proposer quand même"]
    assert "Merci !" in read(await member.click(stopped, "Proposer quand même"))
    card = await toolbox.waits_for("facilitator", "coin-animation", "À relire")
    assert "Titres voisins" in read(card)
    gone = await member.click(stopped, "Proposer quand même")
    assert "Introuvable" in read(gone)

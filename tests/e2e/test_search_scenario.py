"""S3 end to end in both languages: a typo, a suggestion, filters, pages that do not repeat; then an alert.

And what follows a find: a report that is answered, what is kept, a near title.
"""

from dataclasses import dataclass

import pytest

from bot.clock import SystemClock
from community.actors import Actor
from community.importer import Importer
from community.sheets import Row
from storage import networks
from storage.engine import Database
from tests.e2e.conftest import Town, read

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
)


@pytest.fixture
async def toolbox(town: Town) -> Town:
    """A resilience library: the sheet that is meant, and others around it."""
    db = Database(town.stage.settings.database)
    async with db.reading() as session:
        network = next(iter(await networks.everywhere(session)))
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
    operator = Actor.operator(network.id or 0)
    report = await Importer(db, SystemClock()).resources(
        operator, [Row(line, row) for line, row in enumerate(rows, start=2)]
    )
    assert report.problems == []
    await db.dispose()
    return town


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

"""The library end to end: a member finds and proposes, a facilitator decides, the author is told."""

import asyncio

import pytest

from bot.clock import SystemClock
from bot.demo_network import fill_library
from sandbox import Answer
from storage.engine import Database
from tests.e2e.conftest import Town, keep_cards, read

PROPOSAL = {
    "Titre": "Concerter sur une place publique",
    "Adresse": "https://example.org/place?utm_source=lettre",
    "Résumé": "Comment préparer une concertation de deux mois sur une place, avec des opposants.",
    "Type": "guide",
}


@pytest.fixture
async def library(town: Town) -> Town:
    """The town's library holds the real resources."""
    db = Database(town.stage.settings.database)
    await fill_library(db, SystemClock(), town.stage.guild.id)
    await db.dispose()
    return town


async def propose(town: Town, who: str = "member", **changes: object) -> Answer:
    form = await town[who].slash("ressource proposer")
    assert form.modal is not None
    theme = form.modal.fields["themes"]["options"][0]["value"]
    return await town[who].fill(form, {**PROPOSAL, "themes": [theme], **changes})


async def test_from_a_search_to_a_published_proposal(library: Town) -> None:
    town = library
    found = await town["member"].slash("ressource chercher", recherche="concertation")
    assert found.ephemeral
    assert "Manuels et guides de la concertation" in read(found)
    assert "**concertation**" in read(found)
    form = await town["member"].click(found, "Proposer une ressource")
    assert form.modal is not None
    assert form.modal.title == "Proposer une ressource"
    thanks = await town["member"].fill(form, PROPOSAL)
    assert "L’équipe d’animation va relire votre proposition" in read(thanks)

    card = await town.waits_for("facilitator", "coin-animation", "Concerter sur une place publique")
    assert card.buttons == ["Publier", "Modifier", "Refuser", "Ouvrir le lien"]
    assert "Proposée par member" in read(card)
    published = await town["facilitator"].click(card, "Publier")
    assert "C’est publié" in read(published)

    told = await town.waits_for_dm("member", "Votre ressource est publiée")
    assert told.links == ["https://example.org/place?utm_source=lettre"]
    again = await town["member"].slash("ressource chercher", recherche="concerter place publique")
    assert "Concerter sur une place publique" in read(again)
    handled = await town.waits_for("facilitator", "coin-animation", "Publiée")
    assert handled.id == card.id
    assert handled.buttons == ["Ouvrir le lien"]


async def test_a_refusal_gives_its_reason_to_the_author(town: Town) -> None:
    await propose(town)
    card = await town.waits_for("facilitator", "coin-animation", "Concerter")
    form = await town["facilitator"].click(card, "Refuser")
    assert form.modal is not None
    done = await town["facilitator"].fill(form, {"Motif": "Trop général :\nchoisissez un exemple."})
    assert "C’est refusé" in read(done)
    told = await town.waits_for_dm("member", "n’a pas été retenue")
    assert "> Trop général :\n> choisissez un exemple." in read(told)
    mine = await town["member"].click(told, "Proposer une ressource")
    assert mine.modal is not None  # the way back


async def test_a_proposal_is_found_by_nobody_before_it_is_published(town: Town) -> None:
    await propose(town)
    for who in ("member", "facilitator", "admin"):
        answer = await town[who].slash("ressource chercher", recherche="concerter place")
        assert "Rien encore" in read(answer)
        assert await town[who].autocomplete("ressource chercher", "recherche", "concer") == []
    shelves = await town["member"].slash("ressource parcourir")
    assert "La bibliothèque est encore vide" in read(shelves)


async def test_a_facilitator_betters_the_text_before_publishing(town: Town) -> None:
    await propose(town)
    card = await town.waits_for("facilitator", "coin-animation", "Concerter")
    keep_cards(town)
    form = await town["facilitator"].click(card, "Modifier")
    assert form.modal is not None
    assert form.modal.fields["name"]["value"] == "Concerter sur une place publique"
    edited = await town["facilitator"].fill(form, {"Titre": "Concerter sur une place de village"})
    assert "C’est enregistré" in read(edited)
    stale = await town["facilitator"].click(card, "Publier")  # the buttons under the text as it was
    assert "Le texte a changé entre-temps" in read(stale)
    await town["facilitator"].click(edited, "Publier")
    found = await town["member"].slash("ressource chercher", recherche="village")
    assert "Concerter sur une place de village" in read(found)


async def test_two_facilitators_at_once_decide_once(town: Town) -> None:
    await propose(town)
    card = await town.waits_for("facilitator", "coin-animation", "Concerter")
    keep_cards(town)
    answers = await asyncio.gather(
        town["facilitator"].click(card, "Publier"), town["facilitator-en"].click(card, "Publier")
    )
    titles = sorted(read(answer).splitlines()[0] for answer in answers)
    assert titles in (["### Already handled", "### C’est publié"], ["### Déjà traité", "### Published"])
    assert sum("Votre ressource est publiée" in read(seen) for seen in await town["member"].dms()) <= 1


async def test_a_double_click_publishes_once(town: Town) -> None:
    await propose(town)
    card = await town.waits_for("facilitator", "coin-animation", "Concerter")
    keep_cards(town)
    first, second = [await town["facilitator"].click(card, "Publier") for _ in range(2)]
    assert "C’est publié" in read(first)
    assert "Déjà traité" in read(second)
    await town.waits_for_dm("member", "Votre ressource est publiée")


async def test_the_same_address_is_proposed_once(town: Town) -> None:
    await propose(town)
    twin = await propose(town, "facilitator", Titre="Autre titre", Adresse="http://www.example.org/place/")
    assert "Cette adresse est déjà connue" in read(twin)
    assert twin.buttons == ["Corriger"]
    form = await town["facilitator"].click(twin, "Corriger")
    assert form.modal is not None
    assert form.modal.fields["name"]["value"] == "Autre titre"  # nothing has to be typed twice
    thanks = await town["facilitator"].fill(form, {"Adresse": "https://example.org/autre"})
    assert "Merci" in read(thanks)


async def test_pages_follow_one_another_without_repeating(library: Town) -> None:
    first = await library["member"].slash("ressource chercher", recherche="eau")
    assert "Page 1 sur" in read(first)
    second = await library["member"].click(first, "Suivant")
    assert second.outcome == "update"
    assert "Page 2 sur" in read(second)

    def titles(text: str) -> set[str]:
        return {line for line in text.splitlines() if line.startswith("**[")}

    assert len(titles(read(first))) == 5
    assert not titles(read(first)) & titles(read(second))
    assert await library["member"].refresh(second)
    back = await library["member"].click(second, "Précédent")
    assert titles(read(back)) == titles(read(first))


async def test_filters_by_theme_and_kind(library: Town) -> None:
    member = library["member"]
    themes = await member.autocomplete("ressource chercher", "thème", "biodi", recherche="guide")
    assert [choice["name"] for choice in themes] == ["Biodiversité"]
    filtered = await member.slash(
        "ressource chercher", recherche="commune", thème=themes[0]["value"], type="guide"
    )
    facts = [line for line in read(filtered).splitlines() if line.startswith("Guide ·")]
    assert facts
    assert all("Biodiversité" in line for line in facts)
    wrong = await member.slash("ressource chercher", recherche="commune", thème="astronomie")
    assert "À corriger : Thème" in read(wrong)


async def test_autocompletion_leads_to_the_very_resource(library: Town) -> None:
    member = library["member"]
    choices = await member.autocomplete("ressource chercher", "recherche", "manuels et gui")
    assert choices[0]["name"] == "Manuels et guides de la concertation"
    answer = await member.slash("ressource chercher", recherche=choices[0]["value"])
    assert read(answer).startswith("### 1 résultat")
    assert "https://i-cpc.org/type_de_document/manuel/" in read(answer)


async def test_browsing_by_theme(library: Town) -> None:
    member = library["member"]
    themes = await member.slash("ressource parcourir")
    shelf = await member.choose(themes, "Choisir un thème", ["Alimentation"])
    assert "10 ressources sur ce thème" in read(shelf)
    sheet = await member.choose(shelf, "Lire une fiche", [shelf.menus[0]["options"][0]["value"]])
    themes_line = next(line for line in read(sheet).splitlines() if line.startswith("**Thème"))
    assert "Alimentation" in themes_line
    assert sheet.buttons == [
        "Ouvrir le lien",
        "Garder",
        "Donner mon avis",
        "Nous l’avons utilisée",
        "Signaler un problème",
    ]


async def test_a_withdrawn_resource_is_found_no_more(library: Town) -> None:
    found = await library["facilitator"].slash("ressource chercher", recherche="manuels concertation")
    sheet = await library["facilitator"].choose(
        found, "Lire une fiche", ["Manuels et guides de la concertation"]
    )
    sure = await library["facilitator"].click(sheet, "Retirer de la bibliothèque")
    gone = await library["facilitator"].click(sure, "Confirmer")
    assert "C’est retiré" in read(gone)
    after = await library["member"].slash("ressource chercher", recherche="manuels concertation")
    assert "Manuels et guides de la concertation" not in read(after)
    stale = await library["facilitator"].click(sheet, "Modifier")
    assert "Déjà traité" in read(stale)


async def test_a_typo_without_accents_is_understood(library: Town) -> None:
    answer = await library["member"].slash("ressource chercher", recherche="economie circulaire reemplois")
    assert "résultats pour" in read(answer)
    typo = await library["member"].slash("ressource chercher", recherche="biodiversitee comunale")
    assert "Vouliez-vous dire : **biodiversité" in read(typo)
    assert "Biodiversité" in read(typo)


async def test_two_facilitators_who_edit_at_once_do_not_undo_each_other(town: Town) -> None:
    await propose(town)
    card = await town.waits_for("facilitator", "coin-animation", "Concerter")
    first = await town["facilitator"].click(card, "Modifier")
    second = await town["facilitator-en"].click(card, "Modifier")
    await town["facilitator"].fill(first, {"Titre": "Concerter sur un marché"})
    late = await town["facilitator-en"].fill(second, {"Title": "Concerter sur un quai"})
    assert "The text has changed meanwhile" in read(late)
    again = await town["facilitator-en"].click(late, "Correct it")
    saved = await town["facilitator-en"].fill(again, {})  # the text was kept, and is sent knowingly
    assert "Concerter sur un quai" in read(saved)


@pytest.mark.parametrize(
    ("who", "command", "option", "told", "button"),
    [
        ("member", "ressource lien", "adresse", "n’a pas pu être lue", "Proposer une ressource"),
        ("member-en", "resource link", "url", "could not be read", "Propose a resource"),
    ],
)
async def test_proposing_from_an_address(
    town: Town, who: str, command: str, option: str, told: str, button: str
) -> None:
    """This machine is no public page: it is not visited, and the form opens with the address all the same."""
    member = town[who]
    answer = await member.slash(command, **{option: "http://127.0.0.1:8080/guide"})
    assert told in read(answer)
    form = await member.click(answer, button)
    assert form.modal is not None
    assert form.modal.fields["url"]["value"] == "http://127.0.0.1:8080/guide"

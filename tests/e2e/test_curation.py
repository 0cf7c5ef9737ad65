"""The doors of curation: every command as every role in both languages, and the buttons that do the same."""

from cogs.kit.actions import custom_id
from tests.e2e.conftest import ROLES, Town, read
from tests.e2e.test_everyone import check, welcome

# Names, the lowest role, and the button that does the same under another answer.
COMMANDS = (
    ("resource toolboxes", "ressource boîtes-à-outils", "member", "toolbox.list"),
    ("resource alerts", "ressource alertes", "member", "alert.list"),
    ("resource synonyms", "ressource synonymes", "facilitator", "synonym.list"),
    ("resource reports", "ressource signalements", "facilitator", "report.list"),
    ("resource unanswered", "ressource sans-réponse", "facilitator", "alert.unanswered"),
)
HUBS = {"member": "resource kept", "facilitator": "resource review"}


async def test_every_command_and_its_button_as_every_role(town: Town) -> None:
    for role in ROLES:
        for locale in ("fr", "en"):
            who = role if locale == "fr" else f"{role}-en"
            channel = await welcome(town, who)
            for english, french, needs, button in COMMANDS:
                allowed = ROLES.index(role) >= ROLES.index(needs)
                name = french if locale == "fr" else english
                check(await town[who].slash(name, channel=channel), allowed, locale, name)
                if allowed and role == needs:
                    hub = await town[who].slash(HUBS[needs], channel=channel)
                    check(await town[who].click(hub, custom_id(button)), True, locale, button)


async def test_a_toolbox_from_the_facilitator_to_the_member(town: Town) -> None:
    facilitator, member = town["facilitator"], town["member"]
    shelf = await facilitator.slash("ressource boîtes-à-outils")
    form = await facilitator.click(shelf, "Créer une boîte à outils")
    made = await facilitator.fill(form, {"Titre": "Réussir une concertation"})
    assert "Seule l’équipe d’animation la voit" in read(made)
    assert "Aucune boîte" in read(await member.slash("ressource boîtes-à-outils"))
    shown = await facilitator.click(made, "Publier la boîte")
    assert shown.outcome == "update"
    boxes = await member.slash("ressource boîtes-à-outils")
    opened = await member.choose(boxes, "Ouvrir une boîte à outils", ["Réussir une concertation"])
    assert "Elle est encore vide" in read(opened)
    sure = await facilitator.click(made, "Supprimer la boîte")
    assert "C’est supprimé" in read(await facilitator.click(sure, "Confirmer"))


async def test_a_word_is_taught_in_the_chat(town: Town) -> None:
    facilitator = town["facilitator"]
    words = await facilitator.slash("ressource synonymes")
    form = await facilitator.click(words, "Donner un sens à un mot")
    named = await facilitator.fill(form, {"Mot ou sigle": "JNX", "meanings": "jardins nourriciers"})
    assert "« JNX » veut aussi dire : jardins nourriciers" in read(named)
    known = await facilitator.slash("ressource synonymes", mot="zan")
    assert "artificialisation" in read(known)
    sure = await facilitator.click(named, "Oublier ce réglage")
    assert "C’est oublié" in read(await facilitator.click(sure, "Confirmer"))
    assert "Introuvable" in read(await facilitator.click(named, "Oublier ce réglage"))

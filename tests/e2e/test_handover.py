"""What changes hands, in the chat: a campaign after elections, a successor, somebody who leaves."""

from datetime import timedelta

from cogs.kit.actions import custom_id
from tests.e2e.conftest import ROLES, Town, read
from tests.e2e.test_everyone import check, welcome
from tests.e2e.test_threads import asks

COMMANDS = (
    ("mandate view", "mandat voir", "newcomer"),
    ("mandate campaign", "mandat campagne", "facilitator"),
)


async def test_every_command_as_every_role(town: Town) -> None:
    for role in ROLES:
        for locale in ("fr", "en"):
            who = role if locale == "fr" else f"{role}-en"
            channel = await welcome(town, who)
            for english, french, needs in COMMANDS:
                allowed = ROLES.index(role) >= ROLES.index(needs)
                name = french if locale == "fr" else english
                check(await town[who].slash(name, channel=channel), allowed, locale, name)


async def test_after_elections_everybody_confirms_by_a_button(town: Town) -> None:
    await town["member-en"].slash("mandate view")  # so that their language is known
    offered = await town["facilitator"].slash("mandat campagne")
    sure = await town["facilitator"].click(offered, "Interroger tout le monde")
    assert "messages privés ?" in read(sure)
    town.stage.advance(timedelta(seconds=1))
    begun = await town["facilitator"].click(sure, "Envoyer")
    assert "Campagne de confirmation en cours" in read(begun)
    asked = await town.waits_for_dm("member", "Votre fonction a-t-elle changé ?")
    in_english = await town.waits_for_dm("member-en", "Has your function changed?")
    town.stage.advance(timedelta(seconds=1))
    form = await town["member"].click(asked, "Toujours en fonction")
    wrong = await town["member"].fill(form, {"ends": "bientôt"})
    assert "C’est confirmé" not in read(wrong)
    done = await town["member"].fill(form, {"ends": "mars 2032"})
    assert "C’est confirmé, merci" in read(done)
    assert "1er mars 2032" in read(done)
    form = await town["member-en"].click(in_english, "Still in office")
    assert "Confirmed, thank you" in read(await town["member-en"].fill(form, {}))
    now = await town["facilitator"].click(begun, custom_id("mandate.close"))
    assert "Faire confirmer les fonctions" in read(now)


async def test_who_leaves_is_followed_by_a_facilitator(town: Town) -> None:
    thread = await asks(town)
    await town["member"].leaves(town.stage.guild.id)
    card = await town.waits_for("facilitator", "coin-animation", "a quitté le réseau")
    assert f"<#{thread['id']}>" in card.text
    choice = await town["facilitator"].click(card, "Choisir un fil")
    taken = await town["facilitator"].choose(choice, "Reprendre un fil", ["Qui a une charte ?"])
    assert "1 fil est maintenant le vôtre" in read(taken)
    again = await town["facilitator-en"].click(card, custom_id("thread.take_over", _subject(card)))
    assert "Nothing to hand over" in read(again)


async def test_threads_go_to_a_successor(town: Town) -> None:
    await asks(town)
    await town["member-en"].slash("mandate view")
    mine = await town["member"].slash("mandat voir")
    form = await town["member"].click(mine, "Passer la main")
    lost = await town["member"].fill(form, {"successor": "Personne d’autre"})
    assert "Personne ne porte ce nom" in read(lost)
    done = await town["member"].fill(form, {"successor": "member-en"})
    assert "1 fil passe à member-en" in read(done)
    await town.waits_for_dm("member-en", "now in your hands")


def _subject(card: object) -> int:
    text = str(getattr(card, "message", ""))
    return int(text.split("ep:thread.take_over:")[1].split("'")[0])

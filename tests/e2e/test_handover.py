"""What changes hands, in the chat: a campaign after elections, a successor, somebody who leaves."""

from datetime import timedelta

import pytest

from cogs.kit.actions import custom_id
from prompts import Words
from tests.e2e.conftest import ROLES, Town, read
from tests.e2e.test_everyone import check, welcome
from tests.e2e.test_needs import TITLE, publish
from tests.e2e.test_threads import asks

WORDS = Words()
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


@pytest.mark.parametrize("locale", ["fr", "en"])
async def test_a_need_that_one_took_over_is_found_again_and_closed(town: Town, locale: str) -> None:
    """It stands in « Mes besoins » of who follows it up, with what they may do."""
    after = "member" if locale == "fr" else "member-en"
    who = "member-en" if after == "member" else "member"
    await publish(town, who)
    await town.waits_for(after, TITLE, "Deux mois, des opposants, jamais fait.")
    await town[after].slash("need mine")  # so that their language is known
    form = await town[who].click(await town[who].slash("mandate view"), custom_id("thread.hand_over"))
    passed = await town[who].fill(form, {"successor": after})
    assert after in read(passed)
    mine = await town[after].slash("need mine")
    heading = {"fr": "Vous suivez pour quelqu’un d’autre", "en": "You follow up for somebody else"}[locale]
    assert TITLE in read(mine).partition(heading)[2]
    need = await town[after].choose(mine, custom_id("need.show"), [TITLE])
    form = await town[after].click(need, WORDS.label("buttons.need.close", locale))
    done = await town[after].fill(form, {"ending": "solved", "outcome": "useful"})
    assert {"fr": "C’est clos", "en": "Closed"}[locale] in read(done)
    assert "fiche" not in read(done)  # what was learnt is for its author to tell
    assert "card" not in read(done)
    assert heading not in read(await town[after].slash("need mine"))


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

"""What people do wrong, or what goes wrong around them: a clear answer, and nothing is lost."""

import asyncio

import pytest

from sandbox import Person, Refused
from tests.bot.conftest import Stage
from tests.e2e.conftest import Town, latest, plant, read
from tests.e2e.test_library import PROPOSAL, propose


async def test_a_click_and_a_form_after_a_restart(stage: Stage) -> None:
    """The messages of a process that is gone work in the next one; so does a form that was open meanwhile."""
    admin = await stage.owner()
    async with stage.running():
        await admin.slash("network setup")
        panel = await latest(admin, lambda: admin.sees("accueil"), "bienvenue")
        open_form = await admin.click(panel, "Proposer une ressource")
    async with stage.running():
        thanks = await admin.fill(open_form, PROPOSAL)
        assert "L’équipe d’animation va relire" in read(thanks)
        card = await latest(admin, lambda: admin.sees("coin-animation"), "Concerter")
    async with stage.running():
        assert "C’est publié" in read(await admin.click(card, "Publier"))
        panels = [seen for seen in await admin.sees("accueil") if "bienvenue" in read(seen)]
        assert len(panels) == 1


GONE = {
    "ep:library.publish:999999": "Introuvable",
    "ep:library.refuse:999999": "Introuvable",
    "ep:library.edit:999999": "Introuvable",
    "ep:library.withdraw.confirm:999999": "Introuvable",
    "ep:library.results.next:999999:2": "Introuvable",
    "ep:alert.again:999999": "Introuvable",
    "ep:opinion.use:999999": "Introuvable",
    "ep:member.admit:999999": "Introuvable",
    "ep:library.publish:9999999999999999999": "Introuvable",
    "ep:library.unheard_of:1": "Ce bouton ne sert plus",
    "of-another-program": "Ce bouton ne sert plus",
}


async def test_a_click_on_a_button_of_something_that_is_gone(town: Town) -> None:
    await propose(town)
    card = await town.waits_for("facilitator", "coin-animation", "Concerter")
    for action, words in GONE.items():
        plant(town, card, action)
        card = await town["facilitator"].refresh(card)
        assert words in read(await town["facilitator"].click(card, action)), action


async def test_a_member_cannot_use_a_facilitators_button(town: Town) -> None:
    await propose(town)
    card = await town.waits_for("facilitator", "coin-animation", "Concerter")
    assert card.message is not None
    with pytest.raises((Refused, LookupError)):
        await town["member"].sees("coin-animation")
    answer = await town["facilitator"].click(card, "Modifier")
    assert answer.modal is not None


async def test_a_form_at_its_limits(town: Town) -> None:
    long = {
        "Titre": "é" * 150,
        "Résumé": "*_`~|<@&1>@everyone\n" * 50,
        "Adresse": "https://example.org/" + "a" * (512 - 20),
    }
    answer = await propose(town, **long)
    assert "Merci" in read(answer)
    card = await town.waits_for("facilitator", "coin-animation", "é" * 50)
    assert card.mentions == []
    assert (card.message or {})["mention_everyone"] is False
    form = await town["facilitator"].click(card, "Refuser")
    assert "C’est refusé" in read(await town["facilitator"].fill(form, {"Motif": "@here " * 83}))
    told = await town.waits_for_dm("member", "n’a pas été retenue")
    assert (told.message or {})["mention_everyone"] is False


async def test_a_form_that_cannot_be_taken_gives_the_text_back(town: Town) -> None:
    form = await town["member"].slash("ressource proposer")
    wrong = await town["member"].fill(form, {**PROPOSAL, "Adresse": "pas une adresse"})
    assert "À corriger : Adresse" in read(wrong)
    again = await town["member"].click(wrong, "Corriger")
    assert again.modal is not None
    assert again.modal.fields["summary"]["value"] == PROPOSAL["Résumé"]
    thanks = await town["member"].fill(again, {"Adresse": "https://example.org/bonne"})
    assert "Merci" in read(thanks)
    fresh = await town["member"].slash("ressource proposer")
    assert fresh.modal is not None
    assert "value" not in fresh.modal.fields["summary"]


async def test_only_spaces_are_no_title(town: Town) -> None:
    answer = await propose(town, Titre="\u200b \u3000 \u200b")
    assert "À corriger" in read(answer)


async def test_closed_private_messages_fall_back_without_telling_others(town: Town) -> None:
    await town["member"].request("PATCH", "/me", {"dm_policy": "closed"})
    await propose(town)
    card = await town.waits_for("facilitator", "coin-animation", "Concerter")
    await town["facilitator"].click(card, "Publier")
    notice = await town.waits_for("member", "accueil", f"<@{town['member'].id}>")
    assert notice.mentions == [town["member"].id]
    assert "Concerter" not in notice.text


async def test_a_person_in_private_or_elsewhere_gets_nothing_of_this_network(town: Town) -> None:
    world = town.stage.sandbox.world
    other = world.add_guild("Un autre serveur")
    world.invite(town.stage.app, other, permissions=8)
    stranger: Person = await town.stage.sandbox.person("ailleurs", other)
    answer = await stranger.slash("ressource chercher", recherche="concerter")
    assert "n’est pas encore installé" in read(answer)
    helped = await stranger.slash("aide")
    assert "/réseau installer" in read(helped)


async def test_many_proposals_at_once(town: Town) -> None:
    forms = [await town["member"].slash("ressource proposer") for _ in range(4)]
    answers = await asyncio.gather(*(town["member"].fill(form, PROPOSAL) for form in forms))
    assert sorted("Merci" in read(answer) for answer in answers) == [False, False, False, True]

"""S6 end to end under a moved clock, in both languages: a need, its peers, two days, six weeks, solved.

The person asks in their language; the forum and the facilitators' corner are in the network's.
"""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from cogs.kit.actions import custom_id
from sandbox import Answer
from tests.e2e.conftest import Town, read


@dataclass(frozen=True)
class Said:
    """What the person who asks reads and presses."""

    who: str
    asked: str
    peers: str
    yes: str
    mine: str
    going: str
    closing: str
    closed: str
    card: str
    draft: str


FRENCH = Said(
    "member",
    "Votre besoin est publié",
    "1 personne volontaire est sollicitée en privé",
    "Un pair accepte de vous aider",
    "1 pair sollicité, 1 a accepté",
    "Où en êtes-vous ?",
    "Résolu",
    "C’est clos",
    "En faire une fiche\u202f?",
    "Brouillon : Concertation sur un espace public",
)
ENGLISH = Said(
    "member-en",
    "Your need is published",
    "1 volunteer is being asked in private",
    "A peer agrees to help you",
    "1 peer asked, 1 accepted",
    "How is it going?",
    "Solved",
    "Closed",
    "Make it a card?",
    "Draft: Concertation sur un espace public",
)
TITLE = "Concertation sur un espace public"


def first_theme(form: Answer) -> list[str]:
    assert form.modal is not None
    return [str(form.modal.fields["themes"]["options"][0]["value"])]


async def publish(town: Town, who: str, **more: object) -> Answer:
    form = await town[who].slash("need publish")
    values = {"need": TITLE, "context": "Deux mois, des opposants, jamais fait.", "deadline": "dans 2 mois"}
    return await town[who].fill(form, {**values, "themes": first_theme(form), **more})


async def follow(town: Town, who: str) -> None:
    """Says who they are and the first theme, shows it, and may be asked."""
    person = town[who]
    card = await person.slash("rejoindre", collectivité="commune:74010")
    form = await person.click(card, custom_id("join.about"))
    about = {"function": "Urbaniste", "timezone": "Europe/Paris", "locale": "fr"}
    card = await person.fill(form, {**about, "themes": first_theme(form)})
    form = await person.click(card, custom_id("join.sharing"))
    shown = ["listed", "organisation", "function", "themes", "bio"]
    await person.fill(form, {"bio": "Dix ans de concertation.", "consents": shown})
    form = await town[who].slash("besoin disponible")
    await town[who].fill(form, {"willing": "yes"})


@pytest.mark.parametrize("said", [FRENCH, ENGLISH], ids=["fr", "en"])
async def test_from_the_need_to_the_card(town: Town, said: Said) -> None:
    clock, asker, helper = town.stage.sandbox.clock, town[said.who], town["facilitator"]
    await follow(town, "facilitator")
    answer = await publish(town, said.who)
    assert said.asked in read(answer)
    assert said.peers in read(answer)
    thread = await town.waits_for("member", TITLE, "Deux mois, des opposants, jamais fait.")
    assert "Je peux aider" in thread.buttons

    question = await town.waits_for_dm("facilitator", "Pourriez-vous aider un pair")
    clock.advance(timedelta(hours=48))
    alert = await town.waits_for("facilitator", "coin-animation", "Sans réponse depuis deux jours")
    assert TITLE in read(alert)
    assert "Aucune autre personne disponible" in read(await helper.click(alert, "Faire solliciter un pair"))

    await helper.click(question, "J’accepte d’aider")
    told = await town.waits_for_dm(said.who, said.yes)
    assert "facilitator" in read(told)
    assert "Dix ans de concertation." in read(told)
    assert said.mine in read(await asker.slash("need mine"))

    clock.advance(timedelta(weeks=6))
    going = await town.waits_for_dm(said.who, said.going)
    form = await asker.click(going, said.closing)
    closed = await asker.fill(form, {"ending": "solved", "outcome": "useful"})
    assert said.closed in read(closed)
    draft = await asker.click(closed, said.card)
    assert said.draft in read(draft)
    await town.waits_for_dm("facilitator", "Votre aide a servi")
    shut = await town.waits_for("member", TITLE, "**Résolu**")
    assert shut.buttons == []


NAMELESS = {
    "fr": (
        "member",
        "Ce texte dit qui vous êtes",
        "Corriger",
        "Votre question est en relecture",
        "Votre question est publiée",
        "Répondre sans mon nom",
        "sans votre nom",
    ),
    "en": (
        "member-en",
        "This text says who you are",
        "Correct it",
        "Your question is being read",
        "Your question is published",
        "Reply without my name",
        "without your name",
    ),
}


@pytest.mark.parametrize("locale", ["fr", "en"])
async def test_a_question_without_a_name_is_pointed_out_read_and_answered(town: Town, locale: str) -> None:
    who, tells, correct, waits, out, reply, without = NAMELESS[locale]
    member, facilitator = town[who], town["facilitator"]
    pointed = await publish(town, who, nameless=True, context=f"Appelez {who} au 04 79 60 20 20.")
    assert tells in read(pointed)
    assert "04 79 60 20 20" in read(pointed)
    assert who in read(pointed)
    again = await member.click(pointed, correct)
    sent = await member.fill(again, {"context": "Un désaccord avec nos élus."})
    assert waits in read(sent)
    card = await town.waits_for("facilitator", "coin-animation", "Question sans nom à relire")
    assert "Seule l’équipe d’animation le sait" in read(card)
    assert "C’est publié, sans nom" in read(await facilitator.click(card, "Publier sans nom"))
    thread = await town.waits_for("admin", TITLE, "sans dire son nom")
    assert "Un désaccord avec nos élus." in read(thread)
    told = await town.waits_for_dm(who, out)
    form = await member.click(told, reply)
    assert without in read(await member.fill(form, {"words": "Merci pour vos réponses."}))
    await town.waits_for("admin", TITLE, "Merci pour vos réponses.")
    await facilitator.click(thread, "Déjà fait chez nous")
    seen = await town.waits_for("admin", TITLE, "1 membre l’a fait sur son territoire")
    assert who not in read(seen).split()


async def test_a_search_in_vain_is_made_a_need(town: Town) -> None:
    found = await town["member"].slash("ressource chercher", recherche="téléphérique urbain")
    form = await town["member"].click(found, "En faire un besoin")
    assert form.modal is not None
    assert form.modal.fields["need"]["value"] == "téléphérique urbain"
    listed = await town["facilitator"].slash("ressource sans-réponse")
    label = "Faire un besoin d’une de ces recherches"
    form = await town["facilitator"].choose(listed, label, ["téléphérique urbain"])
    assert form.modal is not None
    assert form.modal.fields["need"]["value"] == "téléphérique urbain"


async def test_an_archived_thread_still_follows_its_need(town: Town) -> None:
    await publish(town, "member")
    thread = await town.waits_for("member", TITLE, "Deux mois, des opposants, jamais fait.")
    town.stage.sandbox.clock.advance(timedelta(days=8))  # the platform archives what nobody writes in
    shown = await town["facilitator"].slash("besoin voir", besoin="1")
    assert "C’est noté" in read(await town["facilitator"].click(shown, "Déjà fait chez nous"))
    seen = await town.waits_for("member", TITLE, "1 membre l’a fait sur son territoire")
    assert seen.id == thread.id

"""A member asks for short sentences, in both languages: their own messages change, nobody else's do."""

from dataclasses import dataclass

import pytest

from cogs.kit.actions import custom_id
from tests.e2e.conftest import Town, read


@dataclass(frozen=True)
class Said:
    who: str
    newcomer: str
    profile: str
    ordinary: str
    chosen: str
    privacy: str
    notice: str
    short_notice: str
    help: str
    short_help: str
    steps: str
    short_steps: str
    admitted: str
    open: str
    card: str
    short_answer: str


FRENCH = Said(
    "member",
    "newcomer",
    "profil voir",
    "en phrases ordinaires",
    "en phrases courtes",
    "confidentialité",
    "Ce qui est gardé",
    "Ce que nous gardons",
    "Ce que vous pouvez faire ici",
    "Choisissez un bouton.",
    "Rejoindre le réseau : étape 1/3",
    "Étape 1 sur 3",
    "Vous pouvez entrer",
    "est ouvert pour vous.",
    "Café des pairs",
    "Un message vous le rappellera.",
)
ENGLISH = Said(
    "member-en",
    "newcomer-en",
    "profile view",
    "in ordinary sentences",
    "in short sentences",
    "privacy",
    "What is kept",
    "What we keep",
    "What you can do here",
    "Choose a button.",
    "Join the network: step 1/3",
    "Step 1 of 3",
    "You can come in",
    "is open to you.",
    "Café des pairs",
    "A message will remind you.",
)
BOTH = pytest.mark.parametrize("said", [FRENCH, ENGLISH], ids=["fr", "en"])


@BOTH
async def test_a_member_chooses_short_sentences_and_back(town: Town, said: Said) -> None:
    member = town[said.who]
    shown = await member.slash(said.profile)
    assert said.ordinary in read(shown)
    assert said.notice in read(await member.slash(said.privacy))
    chosen = await member.click(shown, custom_id("profile.short_on"))
    assert said.chosen in read(chosen)
    assert said.short_notice in read(await member.slash(said.privacy))
    helped = await member.slash("help")
    assert said.short_help in read(helped)

    form = await town["facilitator"].slash("rencontre créer")
    made = await town["facilitator"].fill(form, {"Titre": said.card, "Quand": "demain 14h"})
    await town["facilitator"].click(made, "Publier")
    card = await town.waits_for(said.who, "rencontres", said.card)  # for everybody: as it was
    answered = await member.click(card, "Oui")
    assert said.short_answer in read(answered)
    other = town["member" if said.who == "member-en" else "member-en"]
    assert said.short_answer not in read(await other.click(card, "Oui"))

    back = await member.click(chosen, custom_id("profile.short_off"))
    assert said.ordinary in read(back)
    assert said.notice in read(await member.slash(said.privacy))


@BOTH
async def test_a_newcomer_reads_the_steps_and_the_answer_in_short_sentences(town: Town, said: Said) -> None:
    newcomer = town[said.newcomer]
    steps = await newcomer.slash("join")
    assert said.steps in read(steps)
    short = await newcomer.click(steps, custom_id("profile.short_on", 1))
    assert said.short_steps in read(short)
    assert said.short_steps in read(await newcomer.slash("join"))
    await town["facilitator"].slash("membre admettre", person=newcomer.id)
    admitted = await town.waits_for_dm(said.newcomer, said.admitted)
    assert said.open in read(admitted)

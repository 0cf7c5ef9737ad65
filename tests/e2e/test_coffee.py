"""S7 in the chat: a facilitator proposes a coffee, M pauses until the fifth of January."""

from datetime import timedelta

from cogs.kit.actions import custom_id
from tests.e2e.conftest import ROLES, Town, read
from tests.e2e.test_everyone import check, welcome

COMMANDS = (
    ("coffee view", "café voir", "member", {}),
    ("coffee join", "café rejoindre", "member", {}),
    ("coffee pause", "café pause", "member", {"until": "demain"}),
    ("coffee leave", "café quitter", "member", {}),
    ("coffee propose", "café proposer", "facilitator", {}),
)


async def test_every_command_as_every_role(town: Town) -> None:
    for role in ROLES:
        for locale in ("fr", "en"):
            who = role if locale == "fr" else f"{role}-en"
            channel = await welcome(town, who)
            for english, french, needs, options in COMMANDS:
                allowed = ROLES.index(role) >= ROLES.index(needs)
                name = french if locale == "fr" else english
                check(await town[who].slash(name, channel=channel, values=options), allowed, locale, name)


async def test_a_coffee_from_the_proposal_to_the_answer(town: Town) -> None:
    member, english, facilitator = town["member"], town["member-en"], town["facilitator"]
    nobody = await facilitator.slash("café proposer")
    assert "Pas assez de volontaires" in read(
        await facilitator.click(nobody, "Former les groupes maintenant")
    )
    for person in (member, english, facilitator):
        assert (await person.slash("coffee join")).ephemeral
    offer = await facilitator.slash("café proposer")
    assert "3 volontaires disponibles" in read(offer)
    drawn = await facilitator.click(offer, "Former les groupes maintenant")
    assert drawn.outcome == "update"
    assert "un groupe est de trois" in read(drawn)
    told = await town.waits_for_dm("member", "Votre café entre pairs")
    assert "deux pairs" in read(told)
    assert "break the ice" in read(await town.waits_for_dm("member-en", "Your peer coffee"))
    form = await member.click(told, "Faire une pause")
    wrong = await member.fill(form, {"until": "plus tard"})
    assert "Nous n’avons pas compris cette date" in read(wrong)
    form = await member.click(wrong, "Corriger")
    paused = await member.fill(form, {"until": "pause jusqu’au 5 janvier"})
    assert "Votre pause est notée" in read(paused)
    assert "6 janvier" in read(paused)
    assert "Your coffee is now for two" in read(await town.waits_for_dm("member-en", "now for two"))
    town.stage.advance(timedelta(days=7, minutes=1))
    asked = await town.waits_for_dm("member-en", "Did you manage to talk?")
    done = await english.click(asked, custom_id_of(asked, "coffee.met"))
    assert "Noted, thank you" in read(done)
    assert not [seen for seen in await member.dms() if "Avez-vous pu" in read(seen)]


def custom_id_of(seen: object, action: str) -> str:
    return next(
        item["custom_id"]
        for item in seen.components  # type: ignore[attr-defined]  # a Seen
        if item["type"] == 2 and item["custom_id"].startswith(custom_id(action).rsplit(":", 1)[0])
    )

"""A codéveloppement session in the chat, by buttons, in both languages, under a moved clock."""

from datetime import timedelta

from cogs.kit.actions import custom_id
from tests.e2e.conftest import ROLES, Town, read
from tests.e2e.test_everyone import check, welcome


async def test_every_command_as_every_role(town: Town) -> None:
    for role in ROLES:
        for locale in ("fr", "en"):
            who = role if locale == "fr" else f"{role}-en"
            channel = await welcome(town, who)
            for english, french, needs in (
                ("codev list", "codéveloppement liste", "member"),
                ("codev propose", "codéveloppement proposer", "facilitator"),
            ):
                allowed = ROLES.index(role) >= ROLES.index(needs)
                name = french if locale == "fr" else english
                check(await town[who].slash(name, channel=channel), allowed, locale, name)


async def test_a_session_by_buttons(town: Town) -> None:
    facilitator = town["facilitator"]
    form = await facilitator.slash("codéveloppement proposer")
    made = await facilitator.fill(form, {"name": "Codéveloppement de mars"})
    assert "0 personne vient" in read(made)
    early = await facilitator.click(made, "Commencer")
    assert "Il faut au moins 4 personnes" in read(early)
    posts: list[dict[str, object]] = []

    async def opened() -> bool:
        posts[:] = [post for post in await facilitator.posts("besoins") if "Codéveloppement" in post["name"]]
        return bool(posts)

    await facilitator.eventually(opened)
    thread = str(posts[0]["id"])
    card = (await facilitator.sees(thread))[0]
    coming = {
        "member": "client",
        "facilitator": "facilitator",
        "member-en": "timekeeper",
        "facilitator-en": "consultant",
    }
    for who, wish in coming.items():
        joined = await town[who].click(card, custom_id("codev.join", 1))
        shown = await town[who].fill(
            joined, {"wish": wish, "subject": "Mon école" if wish == "client" else ""}
        )
        assert shown.ephemeral
    begun = await facilitator.click(card, custom_id("codev.start", 1))
    assert "Étape 1 sur 6 : exposé" in read(begun)
    said = await town.waits_for("member", thread, "Étape 1 sur 6")
    assert "anime" in read(said)
    refused = await town["member-en"].click(said, custom_id("codev.next", 1, 1))
    assert "Who can do this" in read(refused) or refused.ephemeral
    town.stage.advance(timedelta(minutes=10, seconds=5))
    await town.waits_for("member", thread, "Le temps de cette étape est écoulé")
    await facilitator.click(said, custom_id("codev.next", 1, 1))
    again = await facilitator.click(said, custom_id("codev.next", 1, 1))
    assert "Étape 2 sur 6 : clarification" in read(again)
    for step in range(2, 7):
        now = await town.waits_for("member", thread, f"Étape {step} sur 6")
        await facilitator.click(now, custom_id("codev.next", 1, step))
    ended = await town.waits_for("member", thread, "La séance est terminée")
    form = await town["member"].click(ended, "Garder une phrase")
    await town["member"].fill(form, {"outcome": "Inviter l’école dès janvier."})
    assert "Inviter l’école" in read(await town.waits_for("facilitator", thread, "Ce qu’il en reste"))
    english = await town["member-en"].slash("codev list")
    assert "No peer consultation session" in read(english)

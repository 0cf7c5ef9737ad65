"""Threads end to end: a question asked by hand, its answer, the morning after, what breaks on the way."""

from datetime import timedelta

import pytest

from cogs.kit.actions import custom_id
from sandbox import Seen
from sandbox.world import Json
from tests.e2e.conftest import ROLES, Town, latest, read
from tests.e2e.test_everyone import check, welcome

# Names, the lowest role, and the button that does the same under « Mes fils ».
COMMANDS = (
    ("thread mine", "fil miens", "member", None),
    ("thread unanswered", "fil sans-réponse", "facilitator", "thread.unanswered"),
    ("thread answers", "fil délais", "facilitator", "thread.answers"),
)
WORDS = {
    "fr": {
        "menu": "C’est la réponse",
        "first": "Première réponse à votre question",
        "accepted": "C’est noté : la réponse est retenue",
        "notice": "Une réponse est retenue",
        "undone": "aucune réponse n’est retenue",
        "news": "Du nouveau dans un fil que vous suivez",
        "undo": "Ce n’était pas la réponse",
    },
    "en": {
        "menu": "This is the answer",
        "first": "Your question has its first reply",
        "accepted": "Noted: the answer is accepted",
        "notice": "Une réponse est retenue",  # the network speaks French
        "undone": "no answer is accepted",
        "news": "News in a thread that you follow",
        "undo": "Ce n’était pas la réponse",
    },
}


async def asks(town: Town, who: str = "member", name: str = "Qui a une charte ?") -> Json:
    """A question in the needs forum, as people post on Discord."""
    thread = await town[who].posts_in("besoins", name, "Nous en écrivons une.")
    await followed(town, who, thread)
    return thread


async def followed(town: Town, who: str, thread: Json) -> None:
    """Until the bot has taken note of it."""

    async def known() -> bool:
        shown = await town[who].slash("thread show", channel=str(thread["id"]))
        return "Introuvable" not in read(shown) and "Not found" not in read(shown)

    await town[who].eventually(known)


async def heard(town: Town, thread: Json, message_ref: str) -> None:
    """Until the bot has taken note of a message."""

    async def known() -> bool:
        latest = {str(thread["id"]): message_ref}
        guild = town.stage.guild.id
        return not await _services(town).thread_ears.missed("discord", guild, latest)

    await town["member"].eventually(known)


async def in_thread(town: Town, who: str, thread: Json, words: str) -> Seen:
    return await latest(town[who], lambda: town[who].sees(str(thread["id"])), words)


@pytest.mark.parametrize("locale", ["fr", "en"])
async def test_from_the_question_to_the_answer_and_the_day_after(town: Town, locale: str) -> None:
    who, words = ("member" if locale == "fr" else "member-en"), WORDS[locale]
    author, helper = town[who], town["facilitator"]
    thread = await asks(town, who)
    answer = await helper.says(str(thread["id"]), "Voici la nôtre.")
    told = await town.waits_for_dm(who, words["first"])
    assert words["menu"] in told.buttons
    offered = await in_thread(town, who, thread, "Cette réponse vous aide")
    assert offered.message is not None
    done = await author.context(words["menu"], answer)
    assert words["accepted"] in read(done)
    notice = await in_thread(town, who, thread, words["notice"])
    await town.waits_for_dm("facilitator", "Votre réponse a été retenue")
    undone = await author.click(notice, words["undo"])
    assert words["undone"] in read(undone)
    again = await author.click(told, custom_id("thread.accept", 1))
    assert words["accepted"] in read(again)
    # What comes later is told the morning after, once.
    town.stage.advance(timedelta(minutes=5))
    later = await helper.says(str(thread["id"]), "Et le modèle de délibération.")
    await heard(town, thread, later.id)
    town.stage.advance(timedelta(days=1))
    await town.waits_for_dm(who, words["news"])


async def test_closing_locks_and_opening_again_unlocks(town: Town) -> None:
    thread = await asks(town)
    channel = str(thread["id"])
    state = await town["facilitator"].slash("fil état", channel=channel)
    assert "sans réponse" in read(state)
    closed = await town["facilitator"].click(state, "Clore le fil")
    assert "Le fil est clos" in read(closed)
    world = town.stage.sandbox.world.channels[channel]

    async def locked() -> bool:
        meta = world.data["thread_metadata"]
        return bool(meta["archived"] and meta.get("locked"))

    await town["member"].eventually(locked)
    # From the list, for in an archived thread Discord takes no command.
    listed = await town["member"].slash("fil miens")
    mine = await town["member"].choose(listed, "Choisir un fil", ["Qui a une charte ?"])
    refused = await town["member"].click(mine, "Rouvrir le fil")
    assert "L’équipe d’animation a clos ce fil" in read(refused)
    reopened = await town["facilitator"].click(closed, "Rouvrir le fil")
    assert "Le fil est rouvert" in read(reopened)

    async def unlocked() -> bool:
        meta = world.data["thread_metadata"]
        return not meta["archived"] and not meta.get("locked")

    await town["member"].eventually(unlocked)


async def test_what_is_said_while_the_bot_is_away_counts(town: Town) -> None:
    thread = await asks(town)
    await town["facilitator"].says(str(thread["id"]), "Première piste.")
    told = await town.waits_for_dm("member", "Première réponse")
    assert told.message is not None
    other = await asks(town, name="Et un modèle de bail ?")
    services = _services(town)
    await services.thread_ears.deleted(
        "discord", town.stage.guild.id, "1"
    )  # nobody's thread: nothing happens
    town.runner.stop()
    await town["member"].eventually(lambda: not town.stage.sandbox.gateway.sessions)
    await town["facilitator"].says(str(other["id"]), "Le nôtre est en ligne.")
    async with town.stage.running() as again:
        town.runner = again
        seen = await latest(town["member"], town["member"].dms, "Première réponse")
        assert seen.id != told.id or await latest(
            town["member"], lambda: town["member"].sees(str(other["id"])), "Cette réponse vous aide"
        )


async def test_a_thread_deleted_by_hand_leaves_kind_words_behind(town: Town) -> None:
    thread = await asks(town)
    await town["facilitator"].says(str(thread["id"]), "Une piste.")
    told = await town.waits_for_dm("member", "Première réponse")
    sandbox = town.stage.sandbox
    sandbox.world.delete_channel(sandbox.world.channels[str(thread["id"])])

    async def gone() -> bool:
        return "Introuvable" in read(await town["member"].click(told, custom_id("thread.accept", 1)))

    await town["member"].eventually(gone)
    assert "Vous n’avez ouvert et ne suivez aucun fil" in read(await town["member"].slash("fil miens"))


async def test_an_unanswered_question_is_nudged_then_named_to_the_facilitators(town: Town) -> None:
    thread = await asks(town)
    care = _services(town).thread_care
    town.stage.advance(timedelta(hours=49))
    await care.tend()
    await in_thread(town, "member", thread, "Qui a une piste")
    clock = town.stage.sandbox.clock
    clock.jump((clock.now() + timedelta(days=2)).replace(hour=12))  # told in the morning, never at night
    await care.tend()
    card = await town.waits_for("facilitator", "coin-animation", "attend une première réponse")
    assert f"<#{thread['id']}>" in card.text
    shown = await town["facilitator"].click(card, "Questions sans réponse")
    assert "Qui a une charte" in str(shown.message) or f"<#{thread['id']}>" in shown.text


async def test_a_reaction_to_the_question_is_a_subscription(town: Town) -> None:
    thread = await asks(town)
    starter = (await town["member-en"].sees(str(thread["id"])))[0]
    await town["member-en"].reacts(starter, "👍")

    async def follows() -> bool:
        shown = await town["member-en"].slash("thread show", channel=str(thread["id"]))
        return "You follow this thread" in read(shown)

    await town["member-en"].eventually(follows)
    await town["facilitator"].says(str(thread["id"]), "Une piste.")
    await town.waits_for_dm("member-en", "First reply in a thread that you follow")


async def test_who_may_not_settle_is_told_why(town: Town) -> None:
    thread = await asks(town)
    answer = await town["facilitator"].says(str(thread["id"]), "Une piste.")
    refused = await town["member-en"].context("This is the answer", answer)
    assert "This is not your thread" in read(refused)
    starter = (await town["member"].sees(str(thread["id"])))[0]
    assert "C’est la question elle-même" in read(await town["member"].context("C’est la réponse", starter))
    elsewhere = await town["facilitator"].says("rencontres", "Bonjour")
    assert "Introuvable" in read(await town["member"].context("C’est la réponse", elsewhere))


async def test_every_command_as_every_role(town: Town) -> None:
    for role in ROLES:
        for locale in ("fr", "en"):
            who = role if locale == "fr" else f"{role}-en"
            channel = await welcome(town, who)
            for english, french, needs, button in COMMANDS:
                allowed = ROLES.index(role) >= ROLES.index(needs)
                name = french if locale == "fr" else english
                check(await town[who].slash(name, channel=channel), allowed, locale, name)
                if allowed and button:
                    hub = await town[who].slash("thread mine", channel=channel)
                    check(await town[who].click(hub, custom_id(button)), True, locale, button)


async def test_the_pace_is_set_by_a_form(town: Town) -> None:
    times = await town["facilitator"].slash("fil délais")
    assert "trop peu de questions" in read(times)
    form = await town["facilitator"].click(times, "Rythme des fils")
    wrong = await town["facilitator"].fill(form, {"nudge_hours": "demain", "close_days": "30"})
    assert "Donnez un nombre entier" in read(wrong)
    done = await town["facilitator"].fill(form, {"nudge_hours": "24", "close_days": "14"})
    assert "après 24 heures" in read(done)
    assert "après 14 jours, ou 7 jours" in read(done)


def _services(town: Town):  # type: ignore[no-untyped-def]  # the application's own
    assert town.runner.connected is not None
    return town.runner.connected.client.services

"""Digests under a moved clock: the network's, one's own, and the week when nothing comes (S5)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from community.services import Services
from tests.e2e.conftest import Town, opened, read

PARIS = ZoneInfo("Europe/Paris")
DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
ENGLISH = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def services(town: Town) -> Services:
    assert town.runner.connected is not None
    return town.runner.connected.client.services


async def tick(town: Town) -> None:
    """What the application's own clock does each minute."""
    await services(town).digests.run_due()
    await services(town).personal_digests.plan_due()


def until(town: Town, instant: datetime) -> timedelta:
    return instant - town.stage.sandbox.clock.now()


async def test_two_weeks_of_digests(town: Town) -> None:
    """A facilitator asks for one, a member for theirs; both come once, then a week says nothing."""
    facilitator, member = town["facilitator"], town["member-en"]
    now = town.stage.sandbox.clock.now().astimezone(PARIS)
    first = (now + timedelta(days=3)).replace(hour=9, minute=0, second=0, microsecond=0)
    weekday = first.weekday()

    settings = await facilitator.slash("bulletin réglages", channel="rencontres")
    assert "Ce réseau n’envoie pas de bulletin" in read(settings)
    form = await facilitator.click(settings, "Changer le rythme")
    chosen = await facilitator.fill(
        form,
        {
            "frequency": "weekly",
            "weekday": str(weekday + 1),
            "hour": "9",
            "approval": False,
        },
    )
    assert f"le {DAYS[weekday]} à 9 h" in read(chosen)

    mine = await member.slash("digest mine", channel="rencontres")
    assert "You have no digest" in read(mine)
    form = await member.click(mine, "Choose the rhythm")
    asked = await member.fill(
        form,
        {"frequency": "weekly", "weekday": str(weekday + 1), "hour": "9", "scope": "all"},
    )
    assert f"on {ENGLISH[weekday]} at 9:00" in read(asked)

    form = await town["member"].slash("ressource proposer", channel="rencontres")
    await town["member"].fill(
        form, {"name": "Guide du ZAN", "url": "https://example.org/zan", "kind": "guide"}
    )
    card = await town.waits_for("facilitator", "coin-animation", "Guide du ZAN")
    await facilitator.click(card, "Publier")

    town.stage.advance(until(town, first.astimezone(UTC)) + timedelta(minutes=1))
    await tick(town)
    await tick(town)
    posted = await town.waits_for("member", "annonces", "Le bulletin du réseau")
    assert "Guide du ZAN" in read(posted)
    direct = await town.waits_for_dm("member-en", "Your digest")
    assert "Guide du ZAN" in read(direct)
    assert "Why you see this: it is new in the network." in read(direct)

    mine = await member.click(direct, "My digest")
    assert "to change these choices, type /digest mine" in read(mine).replace("`", "")
    assert mine.buttons == ["Stop my digest"]
    less = await member.click(direct, "Less like this")
    noted = await member.choose(less, "What you want less of", [less.menus[0]["options"][0]["value"]])
    assert "Your digest will no longer hold this: Resources" in read(noted)
    caught = await member.slash("catch-up", channel="rencontres")
    assert "Nothing new for you" in read(caught)

    town.stage.advance(timedelta(days=7))
    await tick(town)
    assert "rien à dire, rien envoyé" in read(
        await facilitator.slash("bulletin réglages", channel="rencontres")
    )
    stopped = await member.click(direct, "Stop my digest")
    assert "Your digest is stopped" in read(stopped)
    told = [seen for seen in await member.dms() if "Your digest: " in read(seen)]
    assert len(told) == 1
    announced = [seen for seen in await town["member"].sees("annonces") if "Le bulletin" in read(seen)]
    assert len(announced) == 1


async def test_a_digest_is_read_and_given_a_word_before_it_leaves(town: Town) -> None:
    facilitator = town["facilitator-en"]
    now = town.stage.sandbox.clock.now().astimezone(PARIS)
    coming = (now + timedelta(days=2)).replace(hour=9, minute=0, second=0, microsecond=0)
    settings = await facilitator.slash("digest settings", channel="rencontres")
    form = await facilitator.click(settings, "Change the rhythm")
    await facilitator.fill(
        form,
        {
            "frequency": "weekly",
            "weekday": str(coming.isoweekday()),
            "hour": "9",
            "approval": True,
        },
    )
    form = await town["member"].slash("ressource proposer", channel="rencontres")
    await town["member"].fill(
        form, {"name": "Guide des haies", "url": "https://example.org/haies", "kind": "guide"}
    )
    card = await town.waits_for("facilitator", "coin-animation", "Guide des haies")
    await town["facilitator"].click(card, "Publier")
    town.stage.advance(until(town, coming.astimezone(UTC)) + timedelta(minutes=1))
    await tick(town)
    ready = await town.waits_for("facilitator-en", "coin-animation", "Le bulletin est prêt")
    form = await facilitator.click(ready, "Ajouter un mot")
    read_back = await facilitator.fill(form, {"word": "Bonne *lecture* !"})
    assert "Bonne \\*lecture\\* !" in read(read_back)
    given = await facilitator.click(read_back, "Text (Tchap)")
    assert given.message["attachments"][0]["filename"] == "bulletin.txt"
    await facilitator.click(read_back, "Send the digest")
    posted = await town.waits_for("member", "annonces", "Le bulletin du réseau")
    assert "Bonne" in read(posted)
    again = await facilitator.click(ready, "Envoyer le bulletin")
    assert "no longer waits" in read(again)


async def test_a_digest_whose_channel_was_deleted_is_told_of_and_leaves_after_the_repair(town: Town) -> None:
    """Nothing is lost: the corner says why, the repair makes the channel again and sends what waited."""
    facilitator, admin = town["facilitator"], town["admin"]
    coming = (town.stage.sandbox.clock.now().astimezone(PARIS) + timedelta(days=2)).replace(hour=9, minute=0)
    form = await facilitator.click(
        await facilitator.slash("bulletin réglages", channel="rencontres"), "Changer le rythme"
    )
    rhythm = {"frequency": "weekly", "weekday": str(coming.isoweekday()), "hour": "9", "approval": False}
    await facilitator.fill(form, rhythm)
    form = await town["member"].slash("ressource proposer", channel="rencontres")
    await town["member"].fill(
        form, {"name": "Guide des haies", "url": "https://example.org/haies", "kind": "guide"}
    )
    card = await town.waits_for("facilitator", "coin-animation", "Guide des haies")
    await facilitator.click(card, "Publier")
    town.stage.sandbox.world.delete_channel(town.stage.guild.channel("annonces"))
    town.stage.advance(until(town, coming.astimezone(UTC)) + timedelta(minutes=1))
    await tick(town)

    async def refused() -> bool:
        return "Messages non remis" in (await facilitator.slash("animer santé")).buttons

    await facilitator.eventually(refused)
    town.stage.advance(timedelta(minutes=11))
    told = await town.waits_for("facilitator", "coin-animation", "le salon, le message ou le compte n’existe")
    assert "bulletin" in read(told)
    assert "n’existe plus" in read(await facilitator.click(told, "Messages non remis"))
    status = await admin.slash("réseau état")
    assert "annonces" in read(status)
    await admin.click(status, "Réparer")
    await opened(town["member"], "annonces")
    posted = await town.waits_for("member", "annonces", "Le bulletin du réseau")
    assert "Guide des haies" in read(posted)

"""The demonstration network is what it says: real resources, people of every role, something to review."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select

from bot.demo_network import NICOLAS, TALK, Cast, populate
from bot.run import Runner
from prompts import Words
from sandbox import Person, Seen
from storage.digests import DigestIssue, IssueState
from storage.engine import Database
from tests.bot.conftest import Stage
from tests.e2e.conftest import read


@pytest.fixture
async def runner(stage: Stage) -> AsyncIterator[Runner]:
    async with stage.running() as runner:
        yield runner


@pytest.fixture
def mid_month(stage: Stage) -> None:
    """The first Tuesday of the next month is at least two weeks away: every reminder is still to come."""
    while stage.sandbox.clock.now().day != 15:
        stage.advance(timedelta(days=1))


@pytest.fixture
async def cast(stage: Stage, runner: Runner) -> AsyncIterator[Cast]:
    db = Database(stage.settings.database)
    yield await populate(stage.sandbox, stage.guild, db, stage.sandbox.clock, Words())
    await db.dispose()


async def test_nicolas_of_chambery_finds_real_resources(cast: Cast) -> None:
    nicolas = next(person for person in cast.members if person.name == NICOLAS)
    answer = await nicolas.slash("ressource chercher", recherche="concertation", channel="accueil")
    assert cast.resources == 203
    assert "https://i-cpc.org/" in answer.text


async def test_the_network_says_that_its_people_are_fictional(cast: Cast) -> None:
    posted = await cast.members[0].sees("annonces")
    assert "Les personnes sont fictives" in posted[0].text


async def test_facilitators_have_something_to_do(cast: Cast) -> None:
    facilitator = cast.facilitators[0]

    async def both_cards() -> bool:
        said = " ".join(seen.text for seen in await facilitator.sees("coin-animation"))
        return "villes amies des aînés" in said and "demande l’accès" in said

    await facilitator.eventually(both_cards)


async def test_the_page_opens_on_an_ordinary_member(cast: Cast, stage: Stage) -> None:
    """The page takes the first person who bears a role, and the first channel of the first category."""
    people = await cast.admin.request("GET", "/people")
    bearing = [one["user"]["global_name"] for one in people if any(at["roles"] for at in one["guilds"])]
    assert bearing[0] == NICOLAS
    rooms = [channel.data for channel in stage.guild.channels.values() if channel.data["type"] == 0]
    category = {channel["parent_id"] for channel in rooms}
    assert len(category) == 1
    in_order = [channel["name"] for channel in sorted(rooms, key=lambda channel: channel["position"])]
    assert in_order[:3] == ["accueil", "annonces", TALK]


async def test_members_have_a_place_to_talk_and_newcomers_do_not_see_it(cast: Cast) -> None:
    nicolas = next(person for person in cast.members if person.name == NICOLAS)
    assert len(await nicolas.sees(TALK)) > 3
    answer = await nicolas.slash("aide", channel=TALK)
    assert answer.ephemeral
    with pytest.raises(LookupError):
        await cast.newcomers[0].channel(TALK)


async def test_nobody_finds_what_the_bot_said_while_the_network_was_made(cast: Cast, stage: Stage) -> None:
    kept = [
        note
        for channel in stage.guild.channels.values()
        for notes in channel.notes.values()
        for note in notes
    ]
    assert kept == []


async def test_members_are_grouped_by_what_they_are(cast: Cast, stage: Stage) -> None:
    hoisted = [role for role in stage.guild.roles.values() if role["hoist"]]
    highest_first = sorted(hoisted, key=lambda role: -role["position"])
    assert [role["name"] for role in highest_first] == ["Équipe d’animation", "Membres", "À accueillir"]


async def test_nicolas_finds_peers_who_may_be_asked_and_needs_of_others(cast: Cast) -> None:
    """His two minutes (S6): the form, and what he reads at once."""
    nicolas = next(person for person in cast.members if person.name == NICOLAS)
    listed = await nicolas.slash("besoin liste", channel=TALK)
    assert "2 besoins ouverts" in listed.text.replace("\u00a0", " ")
    form = await nicolas.slash("besoin publier", channel=TALK)
    asked = {
        "need": "Concertation sur un espace public",
        "context": "Deux mois, des opposants, jamais fait.",
        "themes": ["Participation citoyenne", "Espaces publics"],
        "deadline": "dans 2 mois",
    }
    answer = await nicolas.fill(form, asked)
    assert "3 personnes volontaires sont sollicitées en privé" in answer.text
    assert "**Ressources**" in answer.text
    helper = next(person for person in cast.members if person.name.startswith("Jean-Marc"))

    async def asked_in_private() -> bool:
        return any("Concertation sur un espace public" in seen.text for seen in await helper.dms())

    await helper.eventually(asked_in_private)


async def test_two_weeks_bring_both_digests_then_a_personal_one_is_skipped(
    cast: Cast, stage: Stage, runner: Runner
) -> None:
    """By the two jumps of a week that the page offers (issue 8): needs still wait, Nicolas has no news."""
    assert runner.connected is not None
    services = runner.connected.client.services
    nicolas = next(person for person in cast.members if person.name == NICOLAS)

    async def announced() -> list[str]:
        return [seen.text for seen in await nicolas.sees("annonces") if "Le bulletin du réseau" in seen.text]

    async def told() -> list[str]:
        return [seen.text for seen in await nicolas.dms() if "Votre bulletin" in seen.text]

    for week in (1, 2):
        stage.advance(timedelta(days=7))
        await services.digests.run_due()
        await services.personal_digests.plan_due()

        async def as_many(wanted: int = week) -> bool:
            return len(await announced()) == wanted and bool(await told())

        await nicolas.eventually(as_many)
    assert len(await told()) == 1
    assert "Participation citoyenne" in (await told())[0]
    db = Database(stage.settings.database)
    async with db.reading() as session:
        issues = await session.exec(select(DigestIssue.state).order_by(col(DigestIssue.id)))
        assert list(issues) == [IssueState.SENT, IssueState.EMPTY]
    await db.dispose()


async def test_the_clock_shows_a_series_its_reminders_and_a_promotion(
    mid_month: None, cast: Cast, stage: Stage
) -> None:
    """Issue 6: Nicolas takes the last seat, Sylvain waits; the reminders follow the clock and the seats."""
    nicolas, sylvain, helene = (
        next(person for person in cast.members if person.name.startswith(name))
        for name in ("Nicolas", "Sylvain", "Hélène")
    )

    async def cards() -> list[Seen]:
        return [seen for seen in await nicolas.sees("rencontres") if "l’atelier du mardi" in seen.text]

    async def reminders(person: Person) -> int:
        return sum("Rappel : Associer les habitants" in read(seen) for seen in await person.dms())

    async def one_seat_left() -> bool:
        return "**2** personnes inscrites · 1 place libre sur 3" in read((await cards())[0])

    await nicolas.eventually(one_seat_left)
    card = (await cards())[0]
    assert "vous venez" in read(await nicolas.click(card, "Oui"))
    assert "Liste d’attente, n° 1" in read(await sylvain.click(card, "Oui"))
    starts_at = datetime.fromtimestamp(int(card.text.split("<t:")[1].split(":")[0]), UTC)
    assert starts_at.astimezone(ZoneInfo("Europe/Paris")).hour == 14

    def until(before: timedelta) -> None:
        """The visitor moves the clock: a little after the reminder's hour."""
        stage.advance(starts_at - before + timedelta(minutes=1) - stage.sandbox.clock.now())

    async def as_many(expected: int, person: Person) -> bool:
        return await reminders(person) == expected

    until(timedelta(days=7))
    for person in (nicolas, helene):
        await person.eventually(partial(as_many, 1, person))
    assert await reminders(sylvain) == 0  # who waits has nothing to be reminded of
    await helene.click(card, "Non")

    async def promoted() -> bool:
        return any(
            "Une place s’est libérée : Associer les habitants" in read(one) for one in await sylvain.dms()
        )

    await sylvain.eventually(promoted)
    until(timedelta(days=1))
    await nicolas.eventually(partial(as_many, 2, nicolas))
    await sylvain.eventually(partial(as_many, 1, sylvain))
    assert await reminders(helene) == 1

    async def next_date() -> bool:
        return len(await cards()) > 1

    until(timedelta(days=-7))
    await nicolas.eventually(next_date)

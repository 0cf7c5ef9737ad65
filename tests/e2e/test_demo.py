"""The demonstration network is what it says: real resources, people of every role, something to review."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from bot.demo_network import NICOLAS, TALK, Cast, populate
from bot.run import Runner
from sandbox import Person, Seen
from storage.engine import Database
from tests.bot.conftest import WORDS, Stage
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
    yield await populate(stage.sandbox, stage.guild, db, stage.sandbox.clock, WORDS)
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


@dataclass(frozen=True)
class TwoWeeks:
    """What a visitor types and reads in one language. ``reader`` is played, and Claire with their client."""

    locale: str
    reader: str
    mine: str
    rhythm: str
    personal: str
    why: str
    skipped: str
    sent: str
    desk: str
    lines: tuple[str, ...]
    review: str
    publish: str
    published: str


FRENCH = TwoWeeks(
    "fr",
    NICOLAS,
    "bulletin personnel",
    "Choisir le rythme",
    "Votre bulletin : ",
    "Pourquoi je vois ceci : vous suivez le thème « Participation citoyenne »",
    "rien de neuf, rien envoyé",
    "envoyé",
    "animer santé",
    ("Demandes d’accès : 1", "Besoins sans réponse : 2", "Ressources à relire : 1"),
    "Relire les propositions",
    "Publier",
    "C’est publié",
)
ENGLISH = TwoWeeks(
    "en-GB",
    "Emma Clarke – Toulouse",
    "digest mine",
    "Choose the rhythm",
    "Your digest: ",
    "Why you see this: it is new in the network",
    "nothing new, nothing sent",
    "sent",
    "facilitate desk",
    ("Requests for access: 1", "Unanswered needs: 2", "Resources to review: 1"),
    "Review the proposals",
    "Publish",
    "Published",
)


@pytest.mark.parametrize("said", [FRENCH, ENGLISH], ids=["fr", "en"])
async def test_two_weeks_show_both_digests_a_skipped_one_and_the_desk(cast: Cast, said: TwoWeeks) -> None:
    """By the two jumps of a week that the page offers (issue 8), and only what people read."""
    reader = next(person for person in cast.members if person.name == said.reader)
    claire = cast.facilitators[0]
    await claire.request("PATCH", "/me", {"locale": said.locale})
    if said is ENGLISH:  # Nicolas has asked for his; Emma asks for hers, for the same morning
        form = await reader.click(await reader.slash(said.mine, channel=TALK), said.rhythm)
        await reader.fill(form, {"frequency": "weekly", "weekday": "1", "hour": "9", "scope": "all"})

    async def announced() -> list[str]:
        return [read(seen) for seen in await reader.sees("annonces") if "Le bulletin du réseau" in seen.text]

    async def told() -> list[str]:
        return [read(seen) for seen in await reader.dms() if said.personal in read(seen)]

    async def fates() -> list[str]:
        """What became of one's own digests, the latest first."""
        shown = read(await reader.slash(said.mine, channel=TALK))
        return [line.split(": ")[-1] for line in shown.splitlines() if line[:2] == "- "]

    async def both_came(weeks: int) -> bool:
        return len(await announced()) == weeks and len(await fates()) == weeks

    for weeks in (1, 2):
        await reader.request("POST", "/control/clock", {"advance": timedelta(days=7).total_seconds()})
        await reader.eventually(partial(both_came, weeks))
    assert await fates() == [said.skipped, said.sent]
    assert len(await told()) == 1
    assert said.why in (await told())[0]
    for digest in await announced():  # the needs that still wait come first, each week
        assert digest.index("Besoins sans réponse") < digest.index("Monter un plan alimentaire")

    desk = await claire.slash(said.desk, channel="coin-animation")
    for line in said.lines:
        assert line in read(desk)
    review = await claire.click(desk, said.review)
    (waiting,) = review.menus
    proposal = await claire.choose(review, waiting["custom_id"], [waiting["options"][0]["value"]])
    assert "villes amies des aînés" in proposal.text
    assert said.published in read(await claire.click(proposal, said.publish))
    desk = await claire.slash(said.desk, channel="coin-animation")
    assert said.lines[0] in read(desk)
    assert said.lines[-1] not in read(desk)
    assert said.review not in desk.buttons


async def test_the_clock_shows_a_series_its_reminders_and_a_promotion(
    mid_month: None, cast: Cast, stage: Stage
) -> None:
    """Issue 6: Nicolas takes the last seat, Sylvain and Emma wait; reminders follow the clock and the seats.

    Emma's Discord is in English: so is all that she reads.
    """
    nicolas, sylvain, helene, aurelie, emma = (
        next(person for person in cast.members if person.name.startswith(name))
        for name in ("Nicolas", "Sylvain", "Hélène", "Aurélie", "Emma")
    )

    async def cards() -> list[Seen]:
        return [seen for seen in await nicolas.sees("rencontres") if "l’atelier du mardi" in seen.text]

    async def reminders(person: Person) -> int:
        word = "Reminder:" if person is emma else "Rappel :"
        return sum(f"{word} Associer les habitants" in read(seen) for seen in await person.dms())

    async def one_seat_left() -> bool:
        return "**2** personnes inscrites · 1 place libre sur 3" in read((await cards())[0])

    await nicolas.eventually(one_seat_left)
    card = (await cards())[0]
    assert "vous venez" in read(await nicolas.click(card, "Oui"))
    assert "Liste d’attente, n° 1" in read(await sylvain.click(card, "Oui"))
    assert "Waiting list, no. 2" in read(await emma.click(card, "Oui"))
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
    for person in (sylvain, emma):
        assert await reminders(person) == 0  # who waits has nothing to be reminded of

    async def told(words: str, person: Person) -> bool:
        return any(f"{words}: Associer les habitants" in read(one) for one in await person.dms())

    await helene.click(card, "Non")
    await sylvain.eventually(partial(told, "Une place s’est libérée ", sylvain))
    await aurelie.click(card, "Non")
    await emma.eventually(partial(told, "A seat is free", emma))
    until(timedelta(days=1))
    await nicolas.eventually(partial(as_many, 2, nicolas))
    for person in (sylvain, emma):
        await person.eventually(partial(as_many, 1, person))
    assert await reminders(helene) == 1

    async def next_date() -> bool:
        return len(await cards()) > 1

    until(timedelta(days=-7))
    await nicolas.eventually(next_date)

"""The digest of a network: its hour, its window, its pages, who edits it, and what never leaves."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from community import digest_rules as rules
from community.actors import Actor, Role
from community.digest_editions import OPENING, TEXT_ROOM
from community.digests import DigestNotWaiting
from community.errors import Invalid, NotFound
from community.texts import EDITABLE, FAILED, text_id
from prompts import Words
from storage import networks
from storage import texts as stored_texts
from storage.digests import DigestRun
from storage.library import Resource
from storage.needs import Need
from storage.networks import Place
from storage.threads import Thread
from tests.community.conftest import Network
from tests.community.digests import WEEK, PaperPlatform, delivery, published, weekly
from tests.community.meetups import planned, rows

# The clock of the tests stands on Monday 2 March 2026, 10:00 in Paris.
TUESDAY = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)


async def runs(network: Network) -> list[DigestRun]:
    async with network.db.reading() as session:
        return list((await session.exec(select(DigestRun).order_by(DigestRun.id))).all())  # type: ignore[arg-type]


async def states(network: Network) -> list[tuple[str, str]]:
    return [(run.period, run.state) for run in await runs(network)]


async def test_it_leaves_at_its_hour_once(network: Network, words: Words) -> None:
    platform = PaperPlatform()
    work = delivery(network, platform, words)
    await weekly(network)
    await published(network, "Guide du ZAN")
    digests = network.services.digests
    network.clock.jump(TUESDAY - timedelta(seconds=1))
    assert await digests.run_due() == 0
    network.clock.jump(TUESDAY)
    made = await asyncio.gather(digests.run_due(), digests.run_due(), digests.run_due())
    assert sum(made) == 1
    await work.run_due()
    network.clock.advance(timedelta(hours=5))
    assert await digests.run_due() == 0
    await work.run_due()
    posts = platform.said("Le bulletin du réseau")
    assert len(posts) == 1
    assert "Guide du ZAN" in posts[0].text.body
    assert await states(network) == [("2026-W10", "sent")]


async def test_nothing_to_say_is_said_by_nothing(network: Network, words: Words) -> None:
    platform = PaperPlatform()
    work = delivery(network, platform, words)
    await weekly(network)
    network.clock.jump(TUESDAY)
    await network.services.digests.run_due()
    await published(network, "Après le premier mardi")
    network.clock.jump(TUESDAY + WEEK)
    await network.services.digests.run_due()
    await work.run_due()
    network.clock.jump(TUESDAY + 2 * WEEK)
    await network.services.digests.run_due()
    await work.run_due()
    assert await states(network) == [("2026-W10", "empty"), ("2026-W11", "sent"), ("2026-W12", "empty")]
    assert len(platform.said("Le bulletin")) == 1


async def test_the_window_goes_back_to_the_last_one_that_left(network: Network, words: Words) -> None:
    """A digest that nobody could read has told nothing: the next one tells it."""
    platform = PaperPlatform()
    work = delivery(network, platform, words)
    await weekly(network)
    async with network.db.reading() as session:
        place = (await networks.places(session, network[Role.MEMBER].network_id))[Place.ANNOUNCEMENTS]
    platform.gone.add(place.channel_ref)
    await published(network, "Écrit la première semaine")
    network.clock.jump(TUESDAY)
    await network.services.digests.run_due()
    await work.run_due()
    assert [row.state for row in await rows(network.db, "digest.page")] == ["given_up"]
    platform.gone.clear()
    network.clock.jump(TUESDAY + WEEK)
    await network.services.digests.run_due()
    await work.run_due()
    posts = platform.said("Le bulletin")
    assert ["Écrit la première semaine" in post.text.body for post in posts] == [True]
    # What could not be delivered is shown to the facilitators, with its reason.
    assert any("bulletin" in message.text.body.lower() for _, message in platform.posts[:-1])


@pytest.mark.parametrize(
    ("late", "state"),
    [
        (timedelta(hours=1), "sent"),
        (timedelta(days=1), "sent"),
        (timedelta(days=4), "missed"),
        (timedelta(days=29), "sent"),
    ],
)
async def test_after_an_outage(network: Network, words: Words, late: timedelta, state: str) -> None:
    """An hour or a day late it still leaves; four days late it waits for the next; a month is one digest."""
    platform = PaperPlatform()
    await weekly(network)
    await published(network)
    network.clock.jump(TUESDAY + late)
    await network.services.digests.run_due()
    await delivery(network, platform, words).run_due()
    assert [run.state for run in await runs(network)] == [state]
    assert len(platform.said("Le bulletin")) == (state == "sent")
    if state == "missed":
        network.clock.jump(TUESDAY + WEEK)
        await network.services.digests.run_due()
        await delivery(network, platform, words).run_due()
        assert "Guide du ZAN" in platform.said("Le bulletin")[0].text.body


class Rhythm:
    frequency, weekday, hour = "weekly", 7, 2


def test_both_clock_changes_keep_the_wall_time() -> None:
    rhythm, paris = Rhythm(), "Europe/Paris"
    assert rules.instant(rhythm, date(2026, 3, 22), paris) == datetime(2026, 3, 22, 1, tzinfo=UTC)
    # 2:00 does not exist on 29 March: it is the instant at which it would have been.
    assert rules.instant(rhythm, date(2026, 3, 29), paris) == datetime(2026, 3, 29, 1, tzinfo=UTC)
    # 2:00 exists twice on 25 October: the first one.
    assert rules.instant(rhythm, date(2026, 10, 25), paris) == datetime(2026, 10, 25, 0, tzinfo=UTC)
    rhythm.hour = 9
    for sunday in (date(2026, 3, 22), date(2026, 3, 29), date(2026, 10, 25), date(2026, 11, 1)):
        summer = date(2026, 3, 29) <= sunday < date(2026, 10, 25)
        assert rules.instant(rhythm, sunday, paris).hour == (7 if summer else 8)


@given(
    now=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),  # noqa: DTZ001 - given its zone below
    frequency=st.sampled_from(["weekly", "fortnightly", "monthly"]),
    weekday=st.integers(1, 7),
    hour=st.integers(0, 23),
    zone=st.sampled_from(["Europe/Paris", "Indian/Reunion", "America/Cayenne", "Pacific/Noumea"]),
)
def test_dues_follow_one_another(now: datetime, frequency: str, weekday: int, hour: int, zone: str) -> None:
    rhythm = Rhythm()
    rhythm.frequency, rhythm.weekday, rhythm.hour = frequency, weekday, hour
    now = now.replace(tzinfo=UTC)
    last, coming = rules.last_due(rhythm, zone, now), rules.next_due(rhythm, zone, now)
    assert last is not None
    assert coming is not None
    assert last[1] <= now < coming
    assert coming - last[1] <= timedelta(days=36)
    assert rules.last_due(rhythm, zone, coming)[1] == coming  # type: ignore[index]  # there is one
    day = coming.astimezone(ZoneInfo(zone)).date()
    assert rules.period_of(frequency, last[0]) != rules.period_of(frequency, day)


async def test_another_zone_or_day_makes_no_second_one(network: Network, words: Words) -> None:
    platform = PaperPlatform()
    work = delivery(network, platform, words)
    await weekly(network)
    await published(network)
    network.clock.jump(TUESDAY)
    await network.services.digests.run_due()
    await work.run_due()
    await published(network, "Après l’envoi")
    await network.services.networks.change(network[Role.ADMIN], timezone="America/Cayenne")
    await weekly(network, weekday=4)
    for hours in range(0, 96, 6):
        network.clock.jump(TUESDAY + timedelta(hours=hours))
        await network.services.digests.run_due()
        await work.run_due()
    assert len(platform.said("Le bulletin")) == 1
    network.clock.jump(datetime(2026, 3, 12, 12, 0, tzinfo=UTC))  # Thursday 9:00 in Cayenne
    await network.services.digests.run_due()
    await work.run_due()
    assert "Après l’envoi" in platform.said("Le bulletin")[1].text.body


async def test_a_facilitator_reads_edits_and_approves(network: Network, words: Words) -> None:
    platform, digests = PaperPlatform(), network.services.digests
    work = delivery(network, platform, words)
    facilitator = network[Role.FACILITATOR]
    await weekly(network, approval=True)
    kept = await published(network, "À garder")
    gone = await published(network, "À retirer")
    network.clock.jump(TUESDAY)
    await digests.run_due()
    await work.run_due()
    card = platform.said("Le bulletin est prêt")[0]
    assert {"À garder", "À retirer"} <= set(card.text.body.replace("[", "]").split("]"))
    assert not platform.said("Le bulletin du réseau")
    run_id = (await digests.settings(facilitator)).waiting
    await digests.set_word(facilitator, "Bonne lecture **à tous** !", run_id)
    left = await digests.leave_out(facilitator, run_id, [("resource", gone)])
    assert [item.id for item in left.items] == [kept]
    outcomes = await asyncio.gather(
        digests.approve(facilitator, run_id),
        digests.approve(network[Role.ADMIN], run_id),
        return_exceptions=True,
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["DigestNotWaiting", "RunView"]
    await work.run_due()
    sent = platform.said("Le bulletin du réseau")
    assert len(sent) == 1
    assert "À retirer" not in sent[0].text.body
    assert "> Bonne lecture \\*\\*à tous\\*\\* !" in sent[0].text.body
    with pytest.raises(DigestNotWaiting):
        await digests.cancel(facilitator, run_id)


async def test_nobody_approves_and_the_next_one_takes_over(network: Network, words: Words) -> None:
    digests, facilitator = network.services.digests, network[Role.FACILITATOR]
    await weekly(network, approval=True)
    await published(network, "Première semaine")
    network.clock.jump(TUESDAY)
    await digests.run_due()
    first = (await digests.settings(facilitator)).waiting
    network.clock.jump(TUESDAY + WEEK)
    await digests.run_due()
    with pytest.raises(DigestNotWaiting):
        await digests.approve(facilitator, first)
    second = (await digests.settings(facilitator)).waiting
    assert [item.title for item in (await digests.preview(facilitator, 1, second)).items] == [
        "Première semaine"
    ]
    await digests.cancel(facilitator, second)
    assert [state for _, state in await states(network)] == ["missed", "cancelled"]


async def test_what_was_erased_between_planning_and_sending_is_not_told(
    network: Network, words: Words
) -> None:
    platform = PaperPlatform()
    await weekly(network)
    await published(network, "Reste")
    withdrawn = await published(network, "Retirée")
    network.clock.jump(TUESDAY)
    await network.services.digests.run_due()
    await network.services.library.withdraw(network[Role.FACILITATOR], withdrawn)
    await delivery(network, platform, words).run_due()
    body = platform.said("Le bulletin")[0].text.body
    assert "Reste" in body
    assert "Retirée" not in body


async def test_nothing_is_left_and_nothing_is_sent(network: Network, words: Words) -> None:
    platform = PaperPlatform()
    await weekly(network)
    withdrawn = await published(network)
    network.clock.jump(TUESDAY)
    await network.services.digests.run_due()
    await network.services.library.withdraw(network[Role.FACILITATOR], withdrawn)
    await delivery(network, platform, words).run_due()
    assert not platform.said("Le bulletin")
    assert [row.reason for row in await rows(network.db, "digest.page")] == ["nothing_left"]


async def test_only_what_members_agreed_to_show(network: Network) -> None:
    """A proposal, a meetup's draft, a member who is not listed: none of it is news."""
    member, profiles = network[Role.MEMBER], network.services.profiles
    await network.propose("Secret de la file de relecture")
    await profiles.set_authority(member, "commune:73065")
    await profiles.set_about(member, function="Directrice des familles")
    network.clock.advance(timedelta(seconds=1))
    seen = await network.services.digests.preview(network[Role.FACILITATOR])
    assert seen.items == []
    await profiles.set_consents(member, ["listed"])
    (item,) = (await network.services.digests.preview(network[Role.FACILITATOR])).items
    assert (item.kind, item.title, item.by, item.summary) == ("member", "Personne 3", "", "")
    await profiles.set_consents(member, ["listed", "function"])
    (item,) = (await network.services.digests.preview(network[Role.FACILITATOR])).items
    assert item.by == "Directrice des familles"


async def test_needs_without_an_answer_come_first_and_answered_ones_do_not(network: Network) -> None:
    network_id, now = network[Role.MEMBER].network_id, network.clock.now()
    await published(network, "Une ressource")
    async with network.db.transaction() as session:
        asked = [
            Need(
                network_id=network_id,
                title=title,
                state=state,
                thread_ref=str(number),
                created_at=now,
                published_at=now,
                active_at=now,
            )
            for number, (title, state) in enumerate(
                [
                    ("Sans réponse", "open"),
                    ("Avec réponse", "open"),
                    ("Résolu", "solved"),
                    ("Relu", "waiting"),
                ]
            )
        ]
        session.add_all(asked)
        await session.flush()
        session.add(
            Thread(
                network_id=network_id,
                channel_ref="1",
                kind="need",
                subject_id=asked[1].id,
                asks=True,
                opened_at=now,
                first_answer_at=now,
                last_activity_at=now,
            )
        )
    network.clock.advance(timedelta(seconds=1))
    seen = await network.services.digests.preview(network[Role.FACILITATOR])
    assert [item.title for item in seen.items] == ["Sans réponse", "Une ressource"]


async def test_the_first_use_of_an_acronym_is_spelt_out(network: Network) -> None:
    await published(network, "Un EPCI et son PLUi")
    await published(network, "Le guide des EPCI")
    network.clock.advance(timedelta(seconds=1))
    seen = await network.services.digests.preview(network[Role.FACILITATOR])
    assert sum("EPCI (" in item.title for item in seen.items) == 1
    assert "établissement public de coopération intercommunale" in " ".join(
        item.title.lower() for item in seen.items
    )


async def test_meetups_come_soonest_first_and_cancelled_ones_do_not(network: Network) -> None:
    later = await planned(network, after=timedelta(days=6), title="Plus tard")
    sooner = await planned(network, after=timedelta(days=2), title="Bientôt")
    await planned(network, after=timedelta(days=40), title="Trop loin")
    gone = await planned(network, after=timedelta(days=3), title="Annulée")
    await network.services.meetups.cancel(network[Role.FACILITATOR], gone.id)
    seen = await network.services.digests.preview(network[Role.FACILITATOR])
    assert [item.id for item in seen.items] == [sooner.id, later.id]


class Found:
    def __init__(self, authority: str, voices: int, day: int) -> None:
        self.authority, self.voices = authority, voices
        self.at = datetime(2026, 3, day, tzinfo=UTC)


def test_many_authorities_count_more_than_one_that_says_much() -> None:
    loud = [Found("metropole", 1, 20 + number) for number in range(8)]
    quiet = [Found("commune", 1, 1), Found("departement", 3, 2), Found("", 1, 3)]
    chosen = rules.spread([*loud, *quiet], 5, of=lambda one: one)
    assert [one.authority for one in chosen] == ["departement", "metropole", "metropole", "", "commune"]
    assert len(rules.spread(loud, 5, of=lambda one: one)) == 5  # alone, it may say all


async def test_pages_hold_whole_items_and_fit(network: Network, words: Words) -> None:
    """Even titles of 3,000 signs, each of which is escaped."""
    async with network.db.transaction() as session:
        session.add_all(
            Resource(
                network_id=network[Role.MEMBER].network_id,
                ref=f"r{number}",
                title=f"{number} " + "*_[" * 1000,
                publisher="é" * 900,
                url=f"https://example.org/{'a' * 400}{number}",
                state="published",
                created_at=network.clock.now() - timedelta(minutes=number),
                updated_at=network.clock.now(),
            )
            for number in range(12)
        )
    platform = PaperPlatform()
    work = delivery(network, platform, words)
    await weekly(network)
    network.clock.jump(TUESDAY)
    await network.services.digests.run_due()
    await work.run_due()
    sent = platform.said("Le bulletin")
    assert len(sent) > 1
    assert all(len(post.text.body) <= TEXT_ROOM for post in sent)
    shown = [line for post in sent for line in post.text.body.split("\n") if line.startswith("- [")]
    assert len(shown) == 8
    assert all(line.count("](https://example.org/") == 1 for line in shown)
    assert [f"({number} sur {len(sent)})" in post.text.title for number, post in enumerate(sent, 1)] == [
        True
    ] * len(sent)
    assert [bool(post.rows) for post in sent] == [False] * (len(sent) - 1) + [True]
    assert "et 4 autres" in sent[-1].text.body


async def opening(network: Network, title: str, body: str, note: str) -> None:
    """The network's own words around its digest."""
    texts, actor = network.services.texts, network[Role.FACILITATOR]
    number = text_id(next(key for key, name in EDITABLE.items() if name == OPENING), "fr")
    await texts.draft(actor, number, title, body, note)
    await texts.use(actor, number)


async def test_the_digest_begins_and_ends_in_the_words_of_the_network(network: Network, words: Words) -> None:
    await opening(
        network,
        "La lettre de {{ digest.network }}",
        "Bonjour ! Voici nos nouvelles depuis le {{ digest.since | day }}.",
        "À la semaine prochaine.",
    )
    await published(network, "Guide du *vélo*")
    network.clock.advance(timedelta(minutes=1))
    preview = await network.services.digests.preview(network[Role.FACILITATOR])
    seen = words.render("digests/preview", "fr", digest=preview.page, waits=False, timezone=preview.timezone)
    assert "Bonjour ! Voici nos nouvelles depuis le" in seen.body
    platform = PaperPlatform()
    await weekly(network)
    network.clock.jump(TUESDAY)
    await network.services.digests.run_due()
    await delivery(network, platform, words).run_due()
    (sent,) = platform.said("La lettre de Territoires en commun")
    assert sent.text.body.startswith("Bonjour ! Voici nos nouvelles depuis le ")
    assert "Guide du \\*vélo\\*" in sent.text.body
    assert sent.text.note == "À la semaine prochaine."


async def test_a_long_opening_leaves_no_item_out(network: Network, words: Words) -> None:
    await opening(network, "T" * 120, "x" * 1000, "n" * 300)
    for number in range(8):
        await published(network, f"{number} " + "long titre " * 8)
    platform = PaperPlatform()
    await weekly(network)
    network.clock.jump(TUESDAY)
    await network.services.digests.run_due()
    await delivery(network, platform, words).run_due()
    sent = [post for _, post in platform.posts if post.text.title.startswith("TTT")]
    assert [bool(post.text.note) for post in sent] == [False] * (len(sent) - 1) + [True]
    assert ["xxx" in post.text.body for post in sent] == [True] + [False] * (len(sent) - 1)
    assert sum(post.text.body.count("](https://example.org/") for post in sent) == 8
    assert all(len(post.text.title + post.text.body + post.text.note) <= TEXT_ROOM for post in sent)


@pytest.mark.parametrize(
    ("part", "text", "problem"),
    [
        ("body", "Bonjour\n{{ digest.secret }}", "text_unknown_value"),
        ("body", "Bonjour\n{{ digest.since }}", "text_not_printable"),
        ("body", "x" * 1001, "too_long"),
        ("note", "{% if digest.page %}", "text_unfinished"),
        ("title", "t" * 121, "too_long"),
    ],
)
async def test_an_opening_that_does_not_work_is_refused(
    network: Network, part: str, text: str, problem: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await opening(network, **{"title": "Titre", "body": "Texte", "note": "", part: text})
    assert (refused.value.details["field"], refused.value.details["problem"]) == (part, problem)


async def test_an_opening_that_fails_gives_way_to_the_shipped_one(network: Network, words: Words) -> None:
    await opening(network, "La lettre", "Bonjour", "")
    async with network.db.transaction() as session:
        row = await stored_texts.get(session, network[Role.ADMIN].network_id, OPENING, "fr", in_use=True)
        assert row is not None
        row.body = "{{ digest.gone }}"
        session.add(row)
    await published(network)
    platform = PaperPlatform()
    await weekly(network)
    network.clock.jump(TUESDAY)
    await network.services.digests.run_due()
    await delivery(network, platform, words).run_due()
    assert len(platform.said("Le bulletin du réseau « Territoires en commun »")) == 1
    assert len(await rows(network.db, FAILED)) == 1, "facilitators are told, once"


async def test_settings_are_checked_and_told(network: Network) -> None:
    digests, facilitator = network.services.digests, network[Role.FACILITATOR]
    blank = await digests.settings(facilitator)
    assert (blank.frequency, blank.next_at, list(blank.feed)) == ("off", None, [])
    for bad in ({"frequency": "daily"}, {"weekday": 0}, {"weekday": 8}, {"hour": 24}):
        values = {"frequency": "weekly", "weekday": 1, "hour": 9, "approval": False} | bad
        with pytest.raises(Invalid):
            await digests.change(facilitator, **values)  # type: ignore[arg-type]  # bad on purpose
    with pytest.raises(Invalid):
        await digests.set_word(facilitator, "x" * 601)
    with pytest.raises(Invalid):
        await digests.set_feed(facilitator, ["member"])
    await weekly(network)
    assert (await digests.settings(facilitator)).next_at == TUESDAY


async def test_a_word_prepared_in_advance_is_used_once(network: Network, words: Words) -> None:
    platform = PaperPlatform()
    work = delivery(network, platform, words)
    await weekly(network)
    await network.services.digests.set_word(network[Role.FACILITATOR], "Bon printemps à tous.")
    for week in range(2):
        network.clock.jump(TUESDAY + week * WEEK - timedelta(hours=1))
        await published(network, f"Ressource {week}")
        network.clock.jump(TUESDAY + week * WEEK)
        await network.services.digests.run_due()
        await work.run_due()
    assert ["Bon printemps" in post.text.body for post in platform.said("Le bulletin")] == [True, False]


async def test_digests_are_of_their_network(network: Network, other_admin: Actor) -> None:
    digests = network.services.digests
    await weekly(network, approval=True)
    await published(network)
    network.clock.jump(TUESDAY)
    await digests.run_due()
    run_id = (await digests.settings(network[Role.FACILITATOR])).waiting
    assert (await digests.preview(other_admin)).items == []
    assert (await digests.settings(other_admin)).runs == []
    for reach in (
        digests.preview(other_admin, 1, run_id),
        digests.set_word(other_admin, "Pirate", run_id),
        digests.leave_out(other_admin, run_id, []),
        digests.approve(other_admin, run_id),
        digests.cancel(other_admin, run_id),
    ):
        with pytest.raises(NotFound):
            await reach

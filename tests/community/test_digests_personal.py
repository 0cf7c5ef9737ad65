"""One's own digest: asked for, about one's own territory, each thing with its reason (S5)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from community.actors import Actor, Role
from community.digest_choice import Pool, Reader, choose
from community.digest_editions import PERSONAL_OPENING
from community.digest_sources import Candidate
from community.digests_personal import PersonalDigests
from community.errors import Invalid, NotFound
from community.texts import EDITABLE, FAILED, text_id
from prompts import Words
from storage import members
from storage import texts as stored_texts
from storage.digests import DigestIssue
from storage.outbox import BULK
from tests.community.conftest import Network, standing
from tests.community.digests import WEEK, PaperPlatform, delivery, published
from tests.community.meetups import planned, rows

URL = "https://pairs.example.org"
TUESDAY = datetime(2026, 3, 3, 7, 0, tzinfo=UTC)  # 8:00 in Paris; the tests' clock stands on Monday


@pytest.fixture
def personal(network: Network) -> PersonalDigests:
    return PersonalDigests(network.db, network.clock, URL, mails=True)


@pytest.fixture
async def elected(network: Network) -> Actor:
    """Somebody who follows two themes, in Savoie."""
    arrived = await network.services.members.arrive(standing("7"))
    await network.services.members.admit(network[Role.ADMIN], arrived.member_id or 0)
    actor = await network.services.members.identify(standing("7"))
    await network.services.profiles.set_authority(actor, "commune:73065")
    await network.services.profiles.set_about(actor, function="Élue", theme_ids=await themes(network, 2))
    return actor


async def themes(network: Network, count: int) -> list[int]:
    return [theme.id for theme in (await network.services.networks.themes(network[Role.MEMBER]))[:count]]


async def weekly(personal: PersonalDigests, actor: Actor, **changes: object) -> None:
    values = {"frequency": "weekly", "weekday": 2, "hour": 8, "scope": "both"} | changes
    await personal.choose(actor, **values)  # type: ignore[arg-type]  # as a form gives them


async def states(network: Network) -> list[tuple[str, str]]:
    async with network.db.reading() as session:
        found = await session.exec(select(DigestIssue).order_by(DigestIssue.id))  # type: ignore[arg-type]
        return [(issue.period, issue.state) for issue in found]


async def test_the_tuesday_digest(
    network: Network, personal: PersonalDigests, elected: Actor, words: Words
) -> None:
    """At most five things, each with its reason; a week without news sends nothing, and says so (S5)."""
    platform = PaperPlatform()
    work = delivery(network, platform, words)
    mine = await themes(network, 3)
    await weekly(personal, elected)
    for number in range(7):
        await published(network, f"Biodiversité {number}", themes=(mine[0],))
    await published(network, "Hors sujet", themes=(mine[2],))
    network.clock.jump(TUESDAY)
    assert await personal.plan_due() == 1
    assert await personal.plan_due() == 0
    await work.run_due()
    (post,) = platform.said("Votre bulletin")
    assert post.text.body.count("Pourquoi je vois ceci") == 5
    assert post.text.body.count("vous suivez le thème") == 5
    assert "Hors sujet" not in post.text.body
    network.clock.jump(TUESDAY + WEEK)  # the two that had no room
    await personal.plan_due()
    await work.run_due()
    network.clock.jump(TUESDAY + 2 * WEEK)
    await personal.plan_due()
    await work.run_due()
    told = platform.said("Votre bulletin")
    assert [post.text.body.count("Pourquoi") for post in told] == [5]
    assert await states(network) == [("2026-03-03", "sent"), ("2026-03-10", "empty"), ("2026-03-17", "empty")]
    await personal.catch_up(elected)  # asked for, it is none of those that come
    assert [one.state for one in (await personal.mine(elected)).last] == ["empty", "empty", "sent"]
    assert {row.priority for row in await rows(network.db, "digest.personal")} == {BULK}


async def own_words(network: Network, title: str, body: str, note: str) -> None:
    """What the network's facilitators want around personal digests."""
    number = next(number for number, name in EDITABLE.items() if name == PERSONAL_OPENING)
    chosen, facilitator = text_id(number, "fr"), network[Role.FACILITATOR]
    await network.services.texts.draft(facilitator, chosen, title, body, note)
    await network.services.texts.use(facilitator, chosen)


async def test_it_begins_and_ends_in_the_words_of_the_network(
    network: Network, personal: PersonalDigests, elected: Actor, words: Words
) -> None:
    """In the chat and on the page; what fails all the same gives way, and the facilitators are told."""
    platform = PaperPlatform()
    work = delivery(network, platform, words)
    await own_words(
        network, "Du neuf chez {{ issue.network }}", "Depuis le {{ issue.since | day }} !", "Claire"
    )
    await weekly(personal, elected)
    (theme,) = await themes(network, 1)
    await published(network, "Guide du ZAN", themes=(theme,))
    network.clock.jump(TUESDAY)
    await personal.plan_due()
    await work.run_due()
    (post,) = platform.said("Du neuf chez Territoires en commun")
    assert post.text.body.startswith("Depuis le ")
    assert "Guide du ZAN" in post.text.body
    assert post.text.note == "Claire"
    secret = ((await personal.mine(elected)).page_url or "").rpartition("/")[2]
    page = await personal.page(secret, words)
    assert page is not None
    assert page[0].opening.title == "Du neuf chez Territoires en commun"
    async with network.db.transaction() as session:
        row = await stored_texts.get(session, elected.network_id, PERSONAL_OPENING, "fr", in_use=True)
        assert row is not None
        row.body = "{{ issue.gone }}"
        session.add(row)
    await published(network, "Guide des haies", themes=(theme,))
    network.clock.jump(TUESDAY + WEEK)
    await personal.plan_due()
    await work.run_due()
    (shipped,) = platform.said("Votre bulletin")
    assert "Guide des haies" in shipped.text.body
    assert len(await rows(network.db, FAILED)) == 1


async def test_nobody_has_one_without_asking(
    network: Network, personal: PersonalDigests, elected: Actor
) -> None:
    await published(network, themes=tuple(await themes(network, 1)))
    network.clock.jump(TUESDAY + 5 * WEEK)
    assert await personal.plan_due() == 0
    assert (await personal.mine(elected)).frequency == "off"
    for bad in ({"frequency": "hourly"}, {"weekday": 9}, {"hour": 25}, {"scope": "world"}):
        with pytest.raises(Invalid):
            await weekly(personal, elected, **bad)


async def test_who_stops_while_it_waits_receives_nothing(
    network: Network, personal: PersonalDigests, elected: Actor, words: Words
) -> None:
    platform = PaperPlatform()
    await weekly(personal, elected)
    await published(network, themes=tuple(await themes(network, 1)))
    network.clock.jump(TUESDAY)
    await personal.plan_due()
    await personal.stop(elected)
    await delivery(network, platform, words).run_due()
    assert not platform.said("Votre bulletin")
    assert [row.reason for row in await rows(network.db, "digest.personal")] == ["stopped"]


async def test_what_was_withdrawn_meanwhile_is_not_told(
    network: Network, personal: PersonalDigests, elected: Actor, words: Words
) -> None:
    """Between planning and sending: the rest is told, and a digest with nothing left does not leave."""
    platform = PaperPlatform()
    work, facilitator = delivery(network, platform, words), network[Role.FACILITATOR]
    await weekly(personal, elected)
    (theme,) = await themes(network, 1)
    await published(network, "Reste", themes=(theme,))
    withdrawn = await published(network, "Retirée", themes=(theme,))
    network.clock.jump(TUESDAY)
    await personal.plan_due()
    await network.services.library.withdraw(facilitator, withdrawn)
    await work.run_due()
    (post,) = platform.said("Votre bulletin")
    assert "Reste" in post.text.body
    assert "Retirée" not in post.text.body
    last = await published(network, "La dernière", themes=(theme,))
    network.clock.jump(TUESDAY + WEEK)
    await personal.plan_due()
    await network.services.library.withdraw(facilitator, last)
    await work.run_due()
    assert len(platform.said("Votre bulletin")) == 1
    ended = (await rows(network.db, "digest.personal"))[-1]
    assert (ended.state, ended.reason) == ("dropped", "nothing_left"), "nobody has to do anything"


async def test_closed_messages_are_no_trouble_and_the_page_remains(
    network: Network, personal: PersonalDigests, elected: Actor, words: Words
) -> None:
    """No mention in public, no alarm for the facilitators: the private page has it."""
    platform = PaperPlatform(closed={"7"})
    await delivery(network, platform, words).run_due()
    await weekly(personal, elected)
    await published(network, "Guide du ZAN", themes=tuple(await themes(network, 1)))
    network.clock.jump(TUESDAY)
    await personal.plan_due()
    before = len(platform.posts)
    await delivery(network, platform, words).run_due()
    assert [row.state for row in await rows(network.db, "digest.personal")] == ["dropped"]
    assert not await rows(network.db, "delivery.undelivered")
    assert not [message for _, message in platform.posts[before:] if "7" in message.mentions]
    address = (await personal.mine(elected)).page_url or ""
    assert address.startswith(f"{URL}/digests/")
    found = await personal.page(address.rpartition("/")[2], words)
    assert found is not None
    assert [entry.item.title for entry in found[0].entries] == ["Guide du ZAN"]
    renewed = (await personal.renew_page(elected)).page_url
    assert renewed != address
    assert await personal.page(address.rpartition("/")[2], words) is None


async def test_the_page_stops_it_without_signing_in(
    network: Network, personal: PersonalDigests, elected: Actor
) -> None:
    await weekly(personal, elected)
    secret = ((await personal.mine(elected)).page_url or "").rpartition("/")[2]
    assert await personal.stop_by_secret("x" * 32) is None
    assert await personal.stop_by_secret(secret) == "Territoires en commun"
    assert await personal.stop_by_secret(secret) == "Territoires en commun"  # a second click is no error
    assert (await personal.mine(elected)).next_at is None


async def test_what_was_read_joined_or_told_does_not_come_back(
    network: Network, personal: PersonalDigests, elected: Actor
) -> None:
    (theme,) = await themes(network, 1)
    await weekly(personal, elected)
    kept = await published(network, "Gardée", themes=(theme,))
    opened = await published(network, "Ouverte", themes=(theme,))
    await published(network, "Nouvelle", themes=(theme,))
    meetup = await planned(network, title="Rencontre où je vais", after=timedelta(days=4))
    await planned(network, title="Rencontre ouverte", after=timedelta(days=5))
    await network.services.opinions.keep(elected, kept)
    await personal.opened(elected, "resource", opened)
    await personal.opened(elected, "resource", opened)
    await network.services.registrations.answer(elected, meetup.id, "no")
    network.clock.advance(timedelta(minutes=1))
    issue = await personal.catch_up(elected)
    assert [(entry.item.title, entry.reason) for entry in issue.entries] == [
        ("Nouvelle", "theme"),
        ("Rencontre ouverte", "everyone"),
    ]
    network.clock.advance(timedelta(minutes=1))
    assert not (await personal.catch_up(elected)).entries


async def test_less_like_this_and_back(network: Network, personal: PersonalDigests, elected: Actor) -> None:
    first, second = await themes(network, 2)
    await weekly(personal, elected)
    unwanted = await published(network, "Trop vu", themes=(first,))
    network.clock.advance(timedelta(minutes=1))
    issue = await personal.catch_up(elected)
    mute = await personal.less(elected, issue.id, ("resource", unwanted))
    assert (mute.kind, mute.theme_id) == ("resource", first)
    await published(network, "Encore le même thème", themes=(first,))
    await published(network, "Un autre thème", themes=(second,))
    network.clock.advance(timedelta(minutes=1))
    assert [one.item.title for one in (await personal.catch_up(elected)).entries] == ["Un autre thème"]
    assert [one.theme_id for one in (await personal.mine(elected)).mutes] == [first]
    assert not (await personal.lift(elected, "resource", first)).mutes
    network.clock.advance(timedelta(minutes=1))
    assert [one.item.title for one in (await personal.catch_up(elected)).entries] == ["Encore le même thème"]
    with pytest.raises(NotFound):
        await personal.less(elected, issue.id, ("resource", 999_999))


@pytest.mark.parametrize(
    ("late", "sent"),
    [
        (timedelta(hours=1), True),
        (timedelta(days=1), True),
        (timedelta(days=4), False),
        (timedelta(days=29), True),
    ],
)
async def test_after_an_outage_one_digest_at_most(
    network: Network, personal: PersonalDigests, elected: Actor, late: timedelta, sent: bool
) -> None:
    await weekly(personal, elected)
    await published(network, themes=tuple(await themes(network, 1)))
    network.clock.jump(TUESDAY + late)
    assert await personal.plan_due() == sent
    assert await personal.plan_due() == 0
    coming = (await personal.mine(elected)).next_at
    assert coming is not None
    assert coming > network.clock.now()
    if not sent:
        network.clock.jump(coming)
        assert await personal.plan_due() == 1


async def test_each_lives_in_their_own_zone(
    network: Network, personal: PersonalDigests, elected: Actor
) -> None:
    """8:00 in La Réunion is 4:00 in UTC; across the change of clocks, Paris keeps its 8:00."""
    await weekly(personal, replace(elected, timezone="Indian/Reunion"))
    assert (await personal.mine(elected)).next_at == datetime(2026, 3, 3, 4, 0, tzinfo=UTC)
    await weekly(personal, elected)
    for tuesday, hour in ((datetime(2026, 3, 24, tzinfo=UTC), 7), (datetime(2026, 3, 31, tzinfo=UTC), 6)):
        network.clock.jump(tuesday)
        await weekly(personal, elected)
        assert (await personal.mine(elected)).next_at == tuesday.replace(hour=hour)


async def test_somebody_who_was_suspended_or_erased_gets_none(
    network: Network, personal: PersonalDigests, elected: Actor, words: Words
) -> None:
    platform = PaperPlatform()
    await weekly(personal, elected)
    await published(network, themes=tuple(await themes(network, 1)))
    network.clock.jump(TUESDAY)
    await personal.plan_due()
    secret = ((await personal.mine(elected)).page_url or "").rpartition("/")[2]
    await network.services.privacy.erase(elected)
    await delivery(network, platform, words).run_due()
    assert not platform.said("Votre bulletin")
    assert await personal.page(secret, words) is None
    assert await states(network) == []


async def test_in_private_the_issue_says_whose_it_is(
    network: Network, personal: PersonalDigests, elected: Actor, other_admin: Actor
) -> None:
    """A person in two networks clicks under their digest: no server says which one is meant."""
    await weekly(personal, elected)
    issue = await personal.catch_up(elected)
    private = standing("7", server_ref=None)
    assert (await personal.reader(private, issue.id)).member_id == elected.member_id
    for stranger in (standing("3", server_ref=None), standing("99", server_ref=None)):
        with pytest.raises(NotFound):
            await personal.reader(stranger, issue.id)
    for reach in (
        personal.issue(replace(other_admin, member_id=elected.member_id), issue.id),
        personal.issue(network[Role.MEMBER], issue.id),
        personal.less(network[Role.MEMBER], issue.id, ("resource", 1)),
    ):
        with pytest.raises(NotFound):
            await reach


NOW = datetime(2026, 3, 3, tzinfo=UTC)


def candidate(number: int, **changes: object) -> Candidate:
    return replace(Candidate("resource", number, NOW - timedelta(hours=number)), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("both", [(1, "theme"), (2, "departement"), (3, "region")]),
        ("themes", [(1, "theme")]),
        ("territory", [(2, "departement"), (3, "region")]),
        ("all", [(1, "theme"), (2, "departement"), (3, "region"), (4, "all")]),
    ],
)
def test_the_scope_decides(scope: str, expected: list[tuple[int, str]]) -> None:
    pool = Pool.of(
        [
            candidate(1, themes=frozenset({10})),
            candidate(2, departement="73", region="84"),
            candidate(3, departement="38", region="84"),
            candidate(4, themes=frozenset({11})),
        ]
    )
    reader = Reader(1, scope, frozenset({10}), "73", "84")
    found = choose(pool, reader, since=NOW - timedelta(days=7), until=NOW)
    assert [(one.candidate.id, one.reason) for one in found] == expected


def test_one_loud_authority_leaves_room_and_needs_come_first() -> None:
    loud = [candidate(n, themes=frozenset({10}), authority="metropole") for n in range(1, 9)]
    quiet = [candidate(n, themes=frozenset({10}), authority=f"commune {n}") for n in (20, 21)]
    need = [candidate(30, kind="need", themes=frozenset({10}), authority="commune 30")]
    reader = Reader(1, "both", frozenset({10}))
    found = choose(Pool.of([*loud, *quiet, *need]), reader, since=NOW - timedelta(days=7), until=NOW)
    assert [one.candidate.id for one in found] == [30, 1, 2, 20, 21]


async def test_the_tick_holds_for_members_of_several_networks(
    network: Network, personal: PersonalDigests, elected: Actor, other_admin: Actor
) -> None:
    await weekly(personal, elected)
    await weekly(personal, other_admin, scope="all")
    await published(network, "Du premier réseau", themes=tuple(await themes(network, 1)))
    network.clock.jump(TUESDAY)
    assert await personal.plan_due() == 1
    assert [state for _, state in await states(network)] in (["planned", "empty"], ["empty", "planned"])
    async with network.db.reading() as session:
        assert await members.get(session, other_admin.network_id, other_admin.member_id or 0)

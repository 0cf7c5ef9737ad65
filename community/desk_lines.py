"""The lines of the facilitators' desk, the most urgent first: people who wait come before papers that do.

A line is a small look at the rows of one capability; None when nothing there waits for care.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from community import needs_care
from community.ports import Button
from community.practice_cards import THREAD_WITHIN
from storage import (
    checklists,
    desk,
    freshness,
    joining,
    library,
    networks,
    outbox,
    practices,
    reports,
    threads,
)
from storage.joining import RequestState
from storage.networks import Place

SILENT_AFTER = timedelta(days=60)
MEETUPS_AHEAD = timedelta(days=14)
ANSWERED_WITHIN = timedelta(hours=48)
FEW = 3  # people, below which a meetup that comes wants help
NAMED = 25  # what a line names of what it counts, at most
_MOST = 200


@dataclass(frozen=True)
class DeskLine:
    """``key`` names the sentence, ``names`` are what comes first, ``since`` is how long the oldest waits.

    ``places``: where each of the names is on the platform, where it is somewhere: a channel, or a channel and
    a message ("77/78"). As many as names, or none.
    """

    key: str
    count: int
    button: Button
    names: Sequence[str] = ()
    since: datetime | None = None
    places: Sequence[str | None] = ()


Whole = Callable[[AsyncSession, int, datetime], Awaitable[DeskLine | None]]
Themes = Collection[int] | None  # None: whatever the theme
Look = Callable[[AsyncSession, int, datetime, Themes], Awaitable[DeskLine | None]]


def whole(look: Whole) -> Look:
    """A line that is of no theme: only for who looks at the whole network."""

    async def only(session: AsyncSession, network_id: int, now: datetime, themes: Themes) -> DeskLine | None:
        return await look(session, network_id, now) if themes is None else None

    return only


async def requests(session: AsyncSession, network_id: int, now: datetime) -> DeskLine | None:
    """People at the door."""
    found = [
        (member, request)
        for member, request in await joining.waiting(session, network_id, _MOST, sent_only=True)
        if request is not None and request.state == RequestState.SENT
    ]
    if not found:
        return None
    names = [member.display_name for member, _ in found[:NAMED]]
    since = min(request.sent_at or request.opened_at for _, request in found)
    return DeskLine("requests", len(found), Button("member.waiting"), names, since)


async def meetups(session: AsyncSession, network_id: int, now: datetime, themes: Themes) -> DeskLine | None:
    """Meetups that come soon with few people."""
    thin = await desk.thin_meetups(session, network_id, now, now + MEETUPS_AHEAD, FEW)
    found = [one for one in thin if themes is None or one[0].theme_id in themes]
    if not found:
        return None
    named = [meetup for meetup, _ in found[:NAMED]]
    names = [meetup.title for meetup in named]
    place = (await networks.places(session, network_id)).get(Place.MEETUPS)
    cards = [
        f"{place.channel_ref}/{meetup.card_ref}" if place and meetup.card_ref else None for meetup in named
    ]
    button = Button("meetup.manage" if themes is None else "meetup.list")
    return DeskLine("meetups", len(found), button, names, found[0][0].starts_at, cards)


async def polls(session: AsyncSession, network_id: int, now: datetime) -> DeskLine | None:
    """Polls that are over: a date is to be chosen."""
    found = await desk.closed_polls(session, network_id, now)
    if not found:
        return None
    names = [poll.title for poll in found[:NAMED]]
    return DeskLine("polls", len(found), Button("poll.manage", found[0].id or 0), names, found[0].deadline_at)


async def reported(session: AsyncSession, network_id: int, now: datetime, themes: Themes) -> DeskLine | None:
    """Reports without an answer."""
    found, total = await reports.waiting(session, network_id, limit=1, theme_ids=themes)
    if not found:
        return None
    return DeskLine("reports", total, Button("report.list"), since=found[0].created_at)


async def proposals(session: AsyncSession, network_id: int, now: datetime, themes: Themes) -> DeskLine | None:
    """Resources to review."""
    found = await library.queue(session, network_id, limit=NAMED, theme_ids=themes)
    if not found:
        return None
    total = await library.count_queue(session, network_id, themes)
    names = [resource.title for resource in found]
    return DeskLine("proposals", total, Button("library.review"), names, found[0].created_at)


async def failures(session: AsyncSession, network_id: int, now: datetime) -> DeskLine | None:
    """Messages that did not arrive, and whose cause can be mended."""
    every = await desk.undelivered(session, network_id, now - outbox.KEPT_FOR)
    found = [one for one in every if one[1] != outbox.LATE]
    if not found:
        return None
    total = sum(count for _, _, count, _ in found)
    return DeskLine("failures", total, Button("desk.failed"), since=min(last for *_, last in found))


async def silent(session: AsyncSession, network_id: int, now: datetime) -> DeskLine | None:
    """Members who went quiet."""
    found, total = await desk.silent(session, network_id, now - SILENT_AFTER, limit=NAMED)
    if not found:
        return None
    return DeskLine("silent", total, Button("desk.silent"), [member.display_name for member in found])


async def doubtful(session: AsyncSession, network_id: int, now: datetime) -> DeskLine | None:
    """Resources of which nobody says that they still hold."""
    found, total = await freshness.doubtful(session, network_id, limit=NAMED)
    if not found:
        return None
    names = [resource.title for resource in found]
    return DeskLine("doubtful", total, Button("library.doubtful"), names, found[0].doubtful_since)


async def unanswered_needs(
    session: AsyncSession, network_id: int, now: datetime, themes: Themes
) -> DeskLine | None:
    """Needs of more than two days that nobody answered."""
    found = await needs_care.waiting_for_care(session, network_id, now, theme_ids=themes)
    if not found:
        return None
    names = [need.title for need in found[:NAMED]]
    places = [need.thread_ref for need in found[:NAMED]]
    return DeskLine("needs", len(found), Button("need.care"), names, found[0].published_at, places)


async def unanswered_threads(
    session: AsyncSession, network_id: int, now: datetime, themes: Themes
) -> DeskLine | None:
    """Other questions that have waited as long."""
    before = now - ANSWERED_WITHIN
    found = await threads.unanswered(session, network_id, before, but=(threads.NEED,), theme_ids=themes)
    if not found:
        return None
    names = [thread.title for thread in found[:NAMED]]
    places = [thread.channel_ref for thread in found[:NAMED]]
    return DeskLine("threads", len(found), Button("thread.unanswered"), names, found[0].opened_at, places)


async def unthreaded(session: AsyncSession, network_id: int, now: datetime) -> DeskLine | None:
    """Members' cards that stand in no thread: it could not be opened, or the forum was deleted."""
    found = await practices.without_thread(session, network_id, now - THREAD_WITHIN)
    if not found:
        return None
    names = [practice.title for practice in found[:NAMED]]
    return DeskLine("unthreaded", len(found), Button("practice.unthreaded"), names, found[0].published_at)


async def late_steps(session: AsyncSession, network_id: int, now: datetime) -> DeskLine | None:
    """Steps of the team's checklists whose day has passed, the oldest first."""
    network = await networks.get(session, network_id)
    today = now.astimezone(ZoneInfo(network.timezone)).date()
    undone = await checklists.undone_of_team(session, network_id)
    late = [(checklists.due_on(one, step), step) for one, step in undone]
    found = sorted([one for one in late if one[0] < today], key=lambda one: (one[0], one[1].id or 0))
    if not found:
        return None
    names = [step.what for _, step in found[:NAMED]]
    since = datetime.combine(found[0][0], time(), ZoneInfo(network.timezone))
    return DeskLine("checklists", len(found), Button("checklist.team"), names, since)


LOOKS: Sequence[Look] = (
    whole(requests),
    unanswered_needs,
    unanswered_threads,
    whole(unthreaded),
    meetups,
    whole(polls),
    whole(late_steps),
    reported,
    proposals,
    whole(failures),
    whole(silent),
    whole(doubtful),
)

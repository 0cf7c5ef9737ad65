"""A meetup as the words need it: never a name that its bearer did not agree to show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community.actors import Actor
from community.errors import NotFound
from community.meetups_rules import PAGE, NotPlanned
from community.policy import Action, allows
from storage import meetups, networks, registrations
from storage.meetups import Meetup, MeetupState
from storage.registrations import Mine


@dataclass(frozen=True)
class MeetupView:
    id: int
    title: str
    description: str
    theme: str
    place: str
    url: str | None
    starts_at: datetime
    ends_at: datetime
    timezone: str
    minutes: int
    capacity: int | None
    state: str
    reason: str
    series_id: int | None
    yes: int  # who has a seat
    waiting: int
    maybe: int
    left: int | None = None  # seats; None: as many as come
    mine: str | None = None  # yes, maybe, no
    position: int | None = None  # in the waiting list, from 1
    shown: bool = False

    @property
    def full(self) -> bool:
        return self.left == 0

    @property
    def hours(self) -> int:
        return self.minutes // 60

    @property
    def rest(self) -> int:
        return self.minutes % 60


@dataclass(frozen=True)
class MeetupPage:
    """``page`` counts from 1, as people do."""

    items: Sequence[MeetupView]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


async def view(session: AsyncSession, meetup: Meetup, member_id: int | None = None) -> MeetupView:
    """One meetup, with what ``member_id`` answered."""
    return (await views(session, meetup.network_id, [meetup], member_id))[0]


async def views(
    session: AsyncSession, network_id: int, found: Sequence[Meetup], member_id: int | None = None
) -> Sequence[MeetupView]:
    """Several at once."""
    ids = [meetup.id or 0 for meetup in found]
    counts = await registrations.counts(session, network_id, ids)
    mine = await registrations.mine(session, network_id, member_id, ids) if member_id is not None else {}
    themed = any(meetup.theme_id is not None for meetup in found)
    every = await networks.all_themes(session, network_id) if themed else ()
    themes = {theme.id: theme.name for theme in every}
    shown = []
    for meetup in found:
        answer = mine.get(meetup.id or 0)
        position = await _position(session, meetup, answer)
        shown.append(_view(meetup, counts[meetup.id or 0], answer, position, themes.get(meetup.theme_id, "")))
    return tuple(shown)


def present(meetup: Meetup | None) -> Meetup:
    """Published or not, it is there."""
    if meetup is None:
        raise NotFound(kind="meetup")
    return meetup


def visible(actor: Actor, meetup: Meetup | None) -> Meetup:
    """A draft is for the facilitators only; to others it is not there."""
    meetup = present(meetup)
    if meetup.state == MeetupState.DRAFT and not allows(actor, Action.PLAN_MEETUP):
        raise NotFound(kind="meetup")
    return meetup


def open_now(meetup: Meetup | None, now: datetime) -> Meetup:
    """Planned, and not over."""
    meetup = present(meetup)
    over = meetup.ends_at <= now
    if meetup.state != MeetupState.PLANNED or over:
        raise NotPlanned(state=str(meetup.state), title=meetup.title, over=over)
    return meetup


async def open_locked(session: AsyncSession, actor: Actor, meetup_id: int, now: datetime) -> Meetup:
    """The meetup, held for a change; refused when nothing can be changed any more."""
    return open_now(await meetups.locked(session, actor.network_id, meetup_id), now)


async def _position(session: AsyncSession, meetup: Meetup, answer: Mine | None) -> int | None:
    if answer is None or answer.ticket is None:
        return None
    rows = await registrations.of(session, meetup)
    return sum(1 for row in rows if row.ticket is not None and row.ticket <= answer.ticket)


def _view(
    meetup: Meetup, counts: dict[str, int], mine: Mine | None, position: int | None, theme: str
) -> MeetupView:
    yes = counts.get("yes", 0)
    return MeetupView(
        id=meetup.id or 0,
        title=meetup.title,
        description=meetup.description,
        theme=theme,
        place=meetup.place,
        url=meetup.url,
        starts_at=meetup.starts_at,
        ends_at=meetup.ends_at,
        timezone=meetup.timezone,
        minutes=meetup.minutes,
        capacity=meetup.capacity,
        state=str(meetup.state),
        reason=meetup.reason,
        series_id=meetup.series_id,
        yes=yes,
        waiting=counts.get("waiting", 0),
        maybe=counts.get("maybe", 0),
        left=None if meetup.capacity is None else max(0, meetup.capacity - yes),
        mine=str(mine.answer) if mine else None,
        position=position,
        shown=mine.shown if mine else False,
    )

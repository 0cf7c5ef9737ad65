"""The day itself: a code that those who are there type, the sheet of who was there, and one question after.

Framed as who was there: nobody ever reads who was not. The hours of a code are those of the meetup as it is
now: a meetup that moves takes its code away.
"""

import csv
import io
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from community import text
from community.actors import Actor
from community.errors import DomainError, Invalid, NotFound
from community.meetups_rules import NotPlanned
from community.meetups_views import MeetupView, present, view, views, visible
from community.policy import Action, allows, require
from community.ports import Clock, Labels
from storage import audit, meetup_days, meetups, members, registrations
from storage.engine import Database
from storage.meetup_days import Attendance, CodeTries, MeetupDay
from storage.meetups import Meetup, MeetupState
from storage.members import MemberState

OPENS, CLOSES = timedelta(hours=1), timedelta(minutes=30)  # before the beginning, after the end
CODE_DIGITS = 4
MOST_WRONG, WRONG_FORGOTTEN = 5, timedelta(minutes=15)
RATINGS = {"great": 4, "good": 3, "little": 2, "not": 1}
FEWEST_SHOWN = 5  # opinions of fewer people would tell who said what
RATED_WITHIN = timedelta(days=30)
LOOKED_BACK = timedelta(days=90)
PAST_MOST = 25


class CheckInClosed(DomainError):
    """Too early, too late, or the meetup moved. Details: ``why``, ``title``, ``starts_at``."""

    code = "check_in_closed"


class WrongCode(DomainError):
    """No meetup of this hour has that code. Details: ``left`` (tries)."""

    code = "check_in_wrong"


class TooManyTries(DomainError):
    """Codes are not to be guessed. Details: ``minutes``."""

    code = "check_in_tries"


class NotThere(DomainError):
    """Only who was there may. Details: ``title``."""

    code = "meetup_not_there"


@dataclass(frozen=True)
class CodeView:
    meetup: MeetupView
    code: str
    closes_at: datetime
    present: int


@dataclass(frozen=True)
class PresenceView:
    meetup: MeetupView
    first: bool  # False: noted already


@dataclass(frozen=True)
class SheetView:
    """``expected``: registered and not noted; to be noted by hand, never shown to members."""

    meetup: MeetupView
    people: Sequence[str]
    expected: Sequence[tuple[int, str]]
    ratings: int
    opinions: Mapping[str, int]  # code of the answer -> how many; empty under five


@dataclass(frozen=True)
class SheetFile:
    name: str
    content: bytes


class Days:
    """Use cases of the day and of the evening after."""

    def __init__(self, db: Database, clock: Clock, labels: Labels) -> None:
        self._db = db
        self._clock = clock
        self._labels = labels

    async def show_code(self, actor: Actor, meetup_id: int) -> CodeView:
        """The code to read out or to show; whoever shows it is there."""
        require(actor, Action.PLAN_MEETUP)
        now = self._clock.now()
        async with self._db.transaction() as session:
            meetup = present(await meetups.locked(session, actor.network_id, meetup_id))
            _check_hours(meetup, now)
            row = await meetup_days.day(session, meetup)
            if row is None:
                row = await self._new_code(session, meetup, actor, now)
            if actor.member_id is not None:
                await _note(session, meetup, actor.member_id, now, by=actor.member_id)
            count = len(await meetup_days.present(session, meetup))
            shown = await view(session, meetup, actor.member_id)
            return CodeView(shown, row.code, meetup.ends_at + CLOSES, count)

    async def check_in(self, actor: Actor, typed: str) -> PresenceView:
        """« I am there »: the code says where. A few wrong ones, and one must wait."""
        require(actor, Action.ANSWER_MEETUP)
        if actor.member_id is None:
            raise NotFound(kind="member")
        outcome: PresenceView | DomainError
        async with self._db.transaction() as session:  # the wrong try is kept: raise outside
            outcome = await self._try(session, actor, actor.member_id, typed)
        if isinstance(outcome, DomainError):
            raise outcome
        return outcome

    async def note(self, actor: Actor, meetup_id: int, member_ids: Collection[int]) -> SheetView:
        """A facilitator notes people who were there without a code."""
        require(actor, Action.PLAN_MEETUP)
        now = self._clock.now()
        async with self._db.transaction() as session:
            meetup = present(await meetups.locked(session, actor.network_id, meetup_id))
            _check_begun(meetup, now)
            for member_id in member_ids:
                member = await members.get(session, actor.network_id, member_id)
                if member is None or member.state != MemberState.ACTIVE:
                    raise NotFound(kind="member")
                if await _note(session, meetup, member_id, now, by=actor.member_id):
                    await self._record(session, actor, meetup, member_id)
            return await self._sheet(session, actor, meetup)

    async def sheet(self, actor: Actor, meetup_id: int) -> SheetView:
        """Who was there, for those who plan."""
        require(actor, Action.PLAN_MEETUP)
        async with self._db.reading() as session:
            meetup = present(await meetups.get(session, actor.network_id, meetup_id))
            _check_begun(meetup, self._clock.now())
            return await self._sheet(session, actor, meetup)

    async def file(self, actor: Actor, meetup_id: int) -> SheetFile:
        """The same for a spreadsheet: private, to be signed or filed."""
        sheet = await self.sheet(actor, meetup_id)
        out = io.StringIO()
        writer = csv.writer(out, delimiter=";" if actor.locale == "fr" else ",", lineterminator="\r\n")
        day = sheet.meetup.starts_at.astimezone(ZoneInfo(sheet.meetup.timezone))
        heads = [self._labels.label(f"attendance.{name}", actor.locale) for name in ("meetup", "day", "name")]
        writer.writerow(heads)
        for name in sheet.people:
            writer.writerow([_cell(sheet.meetup.title), f"{day:%Y-%m-%d %H:%M}", _cell(name)])
        content = out.getvalue().encode("utf-8-sig")  # Excel reads accents with the mark only
        return SheetFile(f"{self._labels.label('attendance.file', actor.locale)}-{meetup_id}.csv", content)

    async def rate(self, actor: Actor, meetup_id: int, answer: str) -> MeetupView:
        """One click says how useful it was; another one changes it. Read by nobody with a name."""
        require(actor, Action.ANSWER_MEETUP)
        now = self._clock.now()
        if actor.member_id is None:
            raise NotFound(kind="member")
        if answer not in RATINGS:
            raise Invalid(field="answer", problem="unknown")
        async with self._db.transaction() as session:
            meetup = visible(actor, await meetups.locked(session, actor.network_id, meetup_id))
            over = meetup.ends_at + CLOSES <= now < meetup.ends_at + RATED_WITHIN
            if meetup.state not in (MeetupState.PLANNED, MeetupState.DONE) or not over:
                raise NotPlanned(state=str(meetup.state), title=meetup.title, over=meetup.ends_at <= now)
            if actor.member_id not in await attendees(session, meetup):
                raise NotThere(title=meetup.title)
            await _note(session, meetup, actor.member_id, now, by=None)
            row = await meetup_days.presence(session, meetup, actor.member_id)
            if row is not None:
                row.rating = RATINGS[answer]
                session.add(row)
            await session.flush()
            return await view(session, meetup, actor.member_id)

    async def past(self, actor: Actor) -> Sequence[MeetupView]:
        """Those that took place lately: notes and actions are there."""
        require(actor, Action.SEE_MEETUPS)
        now = self._clock.now()
        async with self._db.reading() as session:
            found = await meetup_days.ended_between(
                session, actor.network_id, now - LOOKED_BACK, now, PAST_MOST
            )
            return await views(session, actor.network_id, found, actor.member_id)

    async def _try(
        self, session: AsyncSession, actor: Actor, member_id: int, typed: str
    ) -> PresenceView | DomainError:
        now = self._clock.now()
        await members.locked(session, actor.network_id, member_id)  # tries of one person take turns
        tries = await session.get(CodeTries, member_id)
        if tries is None or now >= tries.since + WRONG_FORGOTTEN:
            tries = tries or CodeTries(member_id=member_id, network_id=actor.network_id, since=now)
            tries.wrong, tries.since = 0, now
        if tries.wrong >= MOST_WRONG:
            wait = tries.since + WRONG_FORGOTTEN - now
            return TooManyTries(minutes=max(1, -(-int(wait.total_seconds()) // 60)))
        code = "".join(character for character in text.folded(typed) if character.isdigit())
        found = await meetup_days.with_code(session, actor.network_id, code)
        meetup = next((one for one in found if _open(one, now)), None)
        if meetup is None:
            tries.wrong += 1
            session.add(tries)
            if found:
                return _closed(found[0], now)
            return WrongCode(left=MOST_WRONG - tries.wrong)
        held = present(await meetups.locked(session, actor.network_id, meetup.id or 0))
        if not _open(held, now) or await meetup_days.day(session, held) is None:  # it moved this instant
            return _closed(held, now)
        first = await _note(session, held, member_id, now, by=None)
        return PresenceView(await view(session, held, member_id), first)

    async def _new_code(
        self, session: AsyncSession, meetup: Meetup, actor: Actor, now: datetime
    ) -> MeetupDay:
        used = await meetup_days.codes_since(session, meetup.network_id, now - timedelta(days=8))
        code = next(
            code
            for code in iter(lambda: f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}", "")
            if code not in used
        )
        row = await session.get(MeetupDay, meetup.id) or MeetupDay(
            meetup_id=meetup.id or 0, network_id=meetup.network_id, code="", moves=0, shown_at=now
        )
        row.code, row.moves, row.shown_at, row.shown_by = code, meetup.moves, now, actor.member_id
        session.add(row)
        await session.flush()
        return row

    async def _sheet(self, session: AsyncSession, actor: Actor, meetup: Meetup) -> SheetView:
        found = await meetup_days.present(session, meetup)
        there = [row.member_id for row in found]
        answers = await registrations.of(session, meetup)
        rest = [row.member_id for row in answers if row.seat is not None and row.member_id not in there]
        if actor.member_id is not None and actor.member_id not in there and actor.member_id not in rest:
            rest.append(actor.member_id)
        names = await members.names(session, meetup.network_id, [*there, *rest])
        given = [row.rating for row in found if row.rating is not None]
        counted = {code: given.count(value) for code, value in RATINGS.items()}
        return SheetView(
            await view(session, meetup, actor.member_id),
            sorted((names.get(one, "") for one in there), key=text.folded),
            sorted(((one, names.get(one, "")) for one in rest), key=lambda pair: text.folded(pair[1])),
            len(given),
            counted if len(given) >= FEWEST_SHOWN else {},
        )

    async def _record(self, session: AsyncSession, actor: Actor, meetup: Meetup, member_id: int) -> None:
        await audit.record(
            session,
            network_id=actor.network_id,
            at=self._clock.now(),
            member_id=actor.member_id,
            action="meetup.note_present",
            subject_kind="member",
            subject_id=member_id,
            details={"meetup": meetup.id},
        )


async def attendees(session: AsyncSession, meetup: Meetup) -> set[int]:
    """Who was there: those noted; where nobody took note, those who had a seat. And who ran it."""
    rows = await meetup_days.present(session, meetup)
    row = await session.get(MeetupDay, meetup.id)
    hosts = {meetup.created_by, row.shown_by if row is not None else None}
    there = {one.member_id for one in rows}
    # One's own answer to the question, days later, does not make the sheet that nobody kept.
    if not any(one.noted_by is not None or one.at <= meetup.ends_at + CLOSES for one in rows):
        there |= {one.member_id for one in await registrations.of(session, meetup) if one.seat is not None}
    return there | {host for host in hosts if host is not None}


async def may_write(session: AsyncSession, actor: Actor, meetup: Meetup) -> bool:
    """Whether the actor was there, and may say what was decided."""
    return allows(actor, Action.ANSWER_MEETUP) and actor.member_id in await attendees(session, meetup)


async def _note(
    session: AsyncSession, meetup: Meetup, member_id: int, now: datetime, *, by: int | None
) -> bool:
    """Somebody is there; False: noted already."""
    row = await meetup_days.presence(session, meetup, member_id)
    if row is not None and row.moves == meetup.moves:
        return False
    if row is None:
        row = Attendance(
            meetup_id=meetup.id or 0,
            member_id=member_id,
            network_id=meetup.network_id,
            moves=meetup.moves,
            at=now,
        )
    row.moves, row.at, row.noted_by, row.rating = meetup.moves, now, by, None
    session.add(row)
    await session.flush()
    return True


def _open(meetup: Meetup, now: datetime) -> bool:
    running = meetup.state in (MeetupState.PLANNED, MeetupState.DONE)
    return running and meetup.starts_at - OPENS <= now < meetup.ends_at + CLOSES


def _check_hours(meetup: Meetup, now: datetime) -> None:
    if meetup.state not in (MeetupState.PLANNED, MeetupState.DONE):
        raise NotPlanned(state=str(meetup.state), title=meetup.title, over=False)
    if not _open(meetup, now):
        raise _closed(meetup, now)


def _check_begun(meetup: Meetup, now: datetime) -> None:
    if meetup.state not in (MeetupState.PLANNED, MeetupState.DONE):
        raise NotPlanned(state=str(meetup.state), title=meetup.title, over=False)
    if now < meetup.starts_at - OPENS:
        raise CheckInClosed(why="early", title=meetup.title, starts_at=meetup.starts_at)


def _closed(meetup: Meetup, now: datetime) -> CheckInClosed:
    why = "early" if now < meetup.starts_at - OPENS else "late"
    return CheckInClosed(why=why, title=meetup.title, starts_at=meetup.starts_at)


def _cell(value: str) -> str:
    """A name that begins like a formula must stay a name for the spreadsheet."""
    return f"'{value}" if value[:1] in "=+-@\t\r" and value else value

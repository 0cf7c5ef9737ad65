"""Calendars for the programs in which people keep theirs: one meetup, one's own meetups, all the network's.

An address is a secret: it is shown once, revoked at will, and stops when its member is active no more. What
a calendar holds is written by ``calendar_file.py``.
"""

import asyncio
import hashlib
import secrets
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from community.actors import Actor
from community.calendar_file import Entry, calendar
from community.errors import DomainError
from community.meetups_views import visible
from community.meetups_when import rule_of
from community.policy import Action, require
from community.ports import Clock, Labels
from community.recurrence import occurrences
from storage import audit, calendars, meetups, members, networks
from storage.calendars import CalendarToken, Scope
from storage.engine import Database
from storage.meetups import Meetup, MeetupState, Series, SeriesState
from storage.members import MemberState
from storage.networks import Network
from storage.registrations import Answer

SHOWN_SINCE = timedelta(days=90)
MOST = 1000  # meetups in one file
_SECRET_BYTES = 24
_FAR = timedelta(days=10 * 366)


class NotServed(DomainError):
    """The bot was not told the address at which people reach its web server: it gives files only."""

    code = "calendars_not_served"


@dataclass(frozen=True)
class CalendarFile:
    name: str
    content: bytes


@dataclass(frozen=True)
class Address:
    """``url`` is known only when it was just made."""

    scope: str
    since: datetime
    url: str | None = None


class Calendars:
    """Use cases on calendars. ``public_url``: where people reach the web server, if they do."""

    def __init__(self, db: Database, clock: Clock, labels: Labels, public_url: str | None = None) -> None:
        self._db = db
        self._clock = clock
        self._labels = labels
        self._public_url = public_url

    @property
    def served(self) -> bool:
        """Whether addresses can be given."""
        return self._public_url is not None

    async def addresses(self, actor: Actor) -> Sequence[Address]:
        """The actor's own addresses that work; what they are, nobody can tell any more."""
        require(actor, Action.SEE_MEETUPS)
        async with self._db.reading() as session:
            found = await calendars.mine(session, actor.network_id, actor.member_id or 0)
            return tuple(Address(token.scope, token.created_at) for token in found)

    async def address(self, actor: Actor, scope: str) -> Address:
        """A new secret address; the earlier one of the same kind leads nowhere from now on."""
        require(actor, Action.SEE_MEETUPS)
        if self._public_url is None:
            raise NotServed()
        secret, now, kind = secrets.token_urlsafe(_SECRET_BYTES), self._clock.now(), Scope(scope)
        async with self._db.transaction() as session:
            member_id = await _acting(session, actor)
            await calendars.revoke(session, actor.network_id, member_id, now, kind)
            session.add(
                CalendarToken(
                    network_id=actor.network_id,
                    member_id=member_id,
                    scope=kind,
                    digest=_digest(secret),
                    created_at=now,
                )
            )
            await self._note(session, actor, "calendar.address")
        return Address(kind, now, f"{self._public_url}/calendars/{secret}.ics")

    async def revoke(self, actor: Actor) -> int:
        """All of the actor's addresses stop working; how many did."""
        require(actor, Action.SEE_MEETUPS)
        async with self._db.transaction() as session:
            member_id = await _acting(session, actor)
            count = await calendars.revoke(session, actor.network_id, member_id, self._clock.now())
            await self._note(session, actor, "calendar.revoke")
            return count

    async def single(self, actor: Actor, meetup_id: int) -> CalendarFile:
        """One meetup, to be added to a calendar by hand."""
        require(actor, Action.SEE_MEETUPS)
        async with self._db.reading() as session:
            meetup = visible(actor, await meetups.get(session, actor.network_id, meetup_id))
            network = await networks.get(session, actor.network_id)
        content = await asyncio.to_thread(calendar, meetup.title, [_single(network, meetup)])
        return CalendarFile(f"rencontre-{meetup_id}.ics", content)

    async def file(self, actor: Actor, scope: str) -> CalendarFile:
        """The actor's own meetups, or all of the network's, as they are now."""
        require(actor, Action.SEE_MEETUPS)
        async with self._db.reading() as session:
            network = await networks.get(session, actor.network_id)
            entries = await self._entries(session, network, Scope(scope), actor.member_id or 0)
        content = await self._written(network, Scope(scope), entries, actor.locale)
        return CalendarFile("rencontres.ics", content)

    async def feed(self, secret: str) -> bytes | None:
        """What an address shows now; None when it leads nowhere. Asked by programs, not by people."""
        async with self._db.reading() as session:
            token = await calendars.find(session, _digest(secret))
            if token is None:
                return None
            member = await members.get(session, token.network_id, token.member_id)
            network = await networks.get(session, token.network_id)
            if member is None or member.state != MemberState.ACTIVE or network.left_at is not None:
                return None
            entries = await self._entries(session, network, Scope(token.scope), token.member_id)
            locale = await members.language(session, member, network.locale)
        return await self._written(network, Scope(token.scope), entries, locale)

    async def purge(self) -> int:
        """Forget addresses revoked long ago; the application's own tick."""
        async with self._db.transaction() as session:
            return await calendars.purge(session, self._clock.now() - SHOWN_SINCE)

    async def _entries(
        self, session: AsyncSession, network: Network, scope: Scope, member_id: int
    ) -> Sequence[Entry]:
        network_id, since = network.id or 0, self._clock.now() - SHOWN_SINCE
        if scope is Scope.MEMBER:
            answered = await calendars.answered(session, network_id, member_id, since, MOST)
            return [
                _single(network, meetup, sure=answer.answer == Answer.YES and answer.ticket is None)
                for meetup, answer in answered
            ]
        rows: defaultdict[int | None, list[Meetup]] = defaultdict(list)
        for meetup in await calendars.published(session, network_id, since, MOST):
            rows[meetup.series_id].append(meetup)
        single = [_single(network, meetup) for meetup in rows[None]]
        series = await calendars.series(session, network_id)
        return [
            *single,
            *(entry for one in series if rows[one.id] for entry in _series(network, one, rows[one.id])),
        ]

    async def _written(self, network: Network, scope: Scope, entries: Sequence[Entry], locale: str) -> bytes:
        """Apart from the loop: a long calendar takes a moment."""
        name = self._labels.label(f"calendars.{scope}", locale, network=network.name)
        return await asyncio.to_thread(calendar, name, entries)

    async def _note(self, session: AsyncSession, actor: Actor, action: str) -> None:
        await audit.record(
            session,
            network_id=actor.network_id,
            at=self._clock.now(),
            member_id=actor.member_id,
            action=action,
            subject_kind="member",
            subject_id=actor.member_id,
        )


async def _acting(session: AsyncSession, actor: Actor) -> int:
    """The member who acts, held: two clicks at once make one address."""
    member = await members.locked(session, actor.network_id, actor.member_id or 0)
    if member is None or member.id is None:
        raise NotServed()  # the command line has no calendar
    return member.id


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _uid(network: Network, kind: str, row_id: int | None) -> str:
    """The same for ever, and nobody else's: networks of two installations may have the same number."""
    return f"{kind}-{row_id}-{network.id}-{network.created_at:%Y%m%d%H%M%S}@entre-pairs"


def _single(network: Network, meetup: Meetup, *, sure: bool = True) -> Entry:
    """A meetup by itself, even if it is a date of a series."""
    cancelled = meetup.state == MeetupState.CANCELLED
    return Entry(
        uid=_uid(network, "meetup", meetup.id),
        title=meetup.title,
        starts_at=meetup.starts_at,
        ends_at=meetup.ends_at,
        timezone=meetup.timezone,
        changed_at=meetup.changed_at,
        sequence=meetup.sequence,
        description=meetup.description,
        place=meetup.place,
        url=meetup.url,
        state="cancelled" if cancelled else "confirmed" if sure else "tentative",
    )


def _series(network: Network, series: Series, rows: Sequence[Meetup]) -> list[Entry]:
    """The rule with the dates that do not take place, then one entry for each date that differs."""
    rows = sorted(rows, key=lambda row: row.original_at or row.starts_at)
    model, zone = rows[-1], ZoneInfo(series.timezone)
    rule = rule_of(series.rule, series.first_at)
    if series.state == SeriesState.STOPPED and rule.until is None:
        last = model.original_at or model.starts_at
        rule = replace(rule, until=last.astimezone(zone).date(), count=None)
    first_local = series.first_at.astimezone(zone).replace(tzinfo=None)
    before = series.first_at - timedelta(seconds=1)
    first = next(occurrences(rule, first_local, series.timezone, before, before + _FAR), None)
    uid, total = _uid(network, "series", series.id), sum(row.sequence for row in rows)
    usual = replace(
        _single(network, model),
        uid=uid,
        timezone=series.timezone,
        sequence=total,
        changed_at=max(row.changed_at for row in rows),
        state="confirmed",
    )
    differing = [
        replace(entry, uid=uid, timezone=series.timezone, sequence=total, replaces=row.original_at)
        for row in rows
        if row.state != MeetupState.CANCELLED and _differs(row, model)
        for entry in [_single(network, row)]
    ]
    if first is None:
        return []
    skipped = [row.original_at for row in rows if row.state == MeetupState.CANCELLED and row.original_at]
    length = timedelta(minutes=model.minutes)
    master = replace(usual, starts_at=first, ends_at=first + length, rule=rule, skipped=skipped)
    return [master, *differing]


def _differs(row: Meetup, model: Meetup) -> bool:
    return row.starts_at != row.original_at or any(
        getattr(row, name) != getattr(model, name)
        for name in ("title", "description", "place", "url", "minutes")
    )

"""Everybody's data: told in plain words, handed over, taken away. Every table about members is here.

A new table adds its line to ``TREATMENTS``, or a test fails. Erasure keeps the member's row without anything
that says who it was: what they shared stays, signed « ancien membre ».
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from community import (
    checklist_reminders,
    needs_privacy,
    opinions,
    packing,
    practice_privacy,
    seats,
    theme_wearing,
)
from community.actors import Actor
from community.errors import DomainError
from community.handover import author_left
from community.policy import Action, require
from community.ports import Clock, Labels
from community.sponsoring import let_go
from storage import audit, members, networks, outbox
from storage import privacy as stored
from storage.engine import Database
from storage.members import Member, MemberState
from storage.networks import Network, Place, RoleName
from storage.outbox import OutboxState

KEPT_INACTIVE = timedelta(days=730)
FIRST_WARNING = timedelta(days=30)  # before the end
SECOND_WARNING = timedelta(days=7)
PURGED_AFTER = timedelta(days=7)  # a bot put out by mistake may be invited back
LOGS_KEPT_DAYS = 90
_AT_ONCE = 200
# Messages that present a person to others, and where they stand.
PRESENTED = {
    "member.asks": Place.FACILITATORS,
    "join.waits": Place.FACILITATORS,
    "join.vouched": Place.FACILITATORS,
    "member.welcome": Place.MEETUPS,
}


class Treatment(StrEnum):
    """What a reference to a member means."""

    OWN = "own"  # about the person: handed over whole, deleted
    SHARED = "shared"  # given to the network: handed over whole, stays under « ancien membre »
    HANDLED = "handled"  # they decided on something of others: only its number is handed over; it stays
    SENT = "sent"  # a message to them: handed over, cancelled, then forgotten with the delivery logs


TREATMENTS: Mapping[tuple[str, str], Treatment] = {
    ("audit_entry", "member_id"): Treatment.HANDLED,
    ("availability", "member_id"): Treatment.OWN,
    ("calendar_token", "member_id"): Treatment.OWN,
    ("card_request", "asked_by"): Treatment.HANDLED,
    ("card_request", "author_id"): Treatment.OWN,
    ("checklist", "owner_id"): Treatment.OWN,
    ("checklist", "started_by"): Treatment.HANDLED,
    ("checklist_model", "owner_id"): Treatment.OWN,
    ("checklist_model", "saved_by"): Treatment.HANDLED,
    ("checklist_step", "assignee_id"): Treatment.SHARED,
    ("checklist_step", "done_by"): Treatment.HANDLED,
    ("codev_participant", "member_id"): Treatment.OWN,
    ("codev_session", "created_by"): Treatment.HANDLED,
    ("coffee_guest", "member_id"): Treatment.OWN,
    ("coffee_round", "drawn_by"): Treatment.HANDLED,
    ("coffee_volunteer", "member_id"): Treatment.OWN,
    ("consent", "member_id"): Treatment.OWN,
    ("date_poll", "created_by"): Treatment.SHARED,
    ("date_poll_answer", "member_id"): Treatment.OWN,
    ("date_poll_invitation", "member_id"): Treatment.OWN,
    ("digest_issue", "member_id"): Treatment.OWN,
    ("digest_mute", "member_id"): Treatment.OWN,
    ("digest_run", "approved_by"): Treatment.HANDLED,
    ("draft", "member_id"): Treatment.OWN,
    ("help_request", "helper_id"): Treatment.OWN,
    ("identity", "member_id"): Treatment.OWN,
    ("invitation", "created_by"): Treatment.HANDLED,
    ("invitation", "used_by"): Treatment.OWN,
    ("join_request", "decided_by"): Treatment.HANDLED,
    ("join_request", "member_id"): Treatment.OWN,
    ("kept_resource", "member_id"): Treatment.OWN,
    ("mail_address", "member_id"): Treatment.OWN,
    ("meetup", "created_by"): Treatment.SHARED,
    ("meetup_following", "member_id"): Treatment.OWN,
    ("meetup_attendance", "member_id"): Treatment.OWN,
    ("meetup_attendance", "noted_by"): Treatment.HANDLED,
    ("meetup_code_tries", "member_id"): Treatment.OWN,
    ("meetup_day", "shown_by"): Treatment.HANDLED,
    ("meetup_model", "created_by"): Treatment.SHARED,
    ("meetup_notes", "written_by"): Treatment.SHARED,
    ("meetup_task", "created_by"): Treatment.HANDLED,
    ("meetup_task", "owner_id"): Treatment.SHARED,
    ("member", "admitted_by"): Treatment.HANDLED,
    ("member_reminders", "member_id"): Treatment.OWN,
    ("member_role", "given_by"): Treatment.HANDLED,
    ("member_role", "member_id"): Treatment.OWN,
    ("need", "author_id"): Treatment.SHARED,
    ("need", "decided_by"): Treatment.HANDLED,
    ("need_reply", "author_id"): Treatment.SHARED,
    ("need_stance", "member_id"): Treatment.OWN,
    ("network_text", "changed_by"): Treatment.HANDLED,
    ("nudge", "member_id"): Treatment.OWN,
    ("outbox", "recipient_id"): Treatment.SENT,
    ("practice", "author_id"): Treatment.SHARED,
    ("practice_heart", "member_id"): Treatment.OWN,
    ("practice_reuse", "member_id"): Treatment.SHARED,
    ("practice_version", "edited_by"): Treatment.HANDLED,
    ("personal_digest", "member_id"): Treatment.OWN,
    ("profile", "member_id"): Treatment.OWN,
    ("profile_theme", "member_id"): Treatment.OWN,
    ("reconfirmation", "started_by"): Treatment.HANDLED,
    ("registration", "member_id"): Treatment.OWN,
    ("registration", "registered_by"): Treatment.HANDLED,
    ("resource", "proposed_by"): Treatment.SHARED,
    ("resource", "reviewed_by"): Treatment.HANDLED,
    ("resource_rating", "hidden_by"): Treatment.HANDLED,
    ("resource_rating", "member_id"): Treatment.SHARED,
    ("resource_report", "processed_by"): Treatment.HANDLED,
    ("resource_report", "reported_by"): Treatment.SHARED,
    ("saved_search", "member_id"): Treatment.OWN,
    ("search_session", "member_id"): Treatment.OWN,
    ("thread", "accepted_by"): Treatment.HANDLED,
    ("thread", "author_id"): Treatment.SHARED,
    ("thread", "closed_by"): Treatment.HANDLED,
    ("thread_follow", "member_id"): Treatment.OWN,
    ("thread_reply", "author_id"): Treatment.SHARED,
    ("theme_charge", "given_by"): Treatment.HANDLED,
    ("theme_charge", "member_id"): Treatment.OWN,
    ("theme_notice", "member_id"): Treatment.OWN,
    ("seen_item", "member_id"): Treatment.OWN,
    ("sponsor", "member_id"): Treatment.OWN,
    ("sponsorship", "newcomer_id"): Treatment.OWN,
    ("sponsorship", "sponsor_id"): Treatment.OWN,
    ("team_message", "sent_by"): Treatment.HANDLED,
    ("team_message", "written_by"): Treatment.SHARED,
    ("team_message_refusal", "member_id"): Treatment.OWN,
    ("toolbox", "created_by"): Treatment.SHARED,
    ("web_session", "member_id"): Treatment.OWN,
    ("travel_match", "asker_id"): Treatment.OWN,
    ("travel_trip", "member_id"): Treatment.OWN,
}


class NothingKept(DomainError):
    """The network keeps nothing about this person."""

    code = "nothing_kept"


@dataclass(frozen=True)
class Notice:
    network: str
    months: int  # without any activity
    logs_days: int
    purge_days: int  # after the bot was removed


@dataclass(frozen=True)
class MyData:
    """How many rows of each kind, those without any left out."""

    network: str
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


class Privacy:
    """Use cases on one's own data, and the application's own ticks."""

    def __init__(self, db: Database, clock: Clock, labels: Labels) -> None:
        self._db = db
        self._clock = clock
        self._labels = labels

    async def notice(self, actor: Actor) -> Notice:
        """Which data, what for, how long."""
        require(actor, Action.SEE_PRIVACY)
        async with self._db.reading() as session:
            network = await networks.get(session, actor.network_id)
        return Notice(network.name, round(KEPT_INACTIVE.days / 30.4), LOGS_KEPT_DAYS, PURGED_AFTER.days)

    async def mine(self, actor: Actor) -> MyData:
        """What the network keeps about the actor."""
        require(actor, Action.SEE_MY_DATA)
        async with self._db.reading() as session:
            network = await networks.get(session, actor.network_id)
            found = await _gather(session, actor.member_id)
        return MyData(network.name, {kind: len(rows) for kind, rows in found.items() if rows})

    async def export(self, actor: Actor) -> bytes:
        """All of it, as a zip of one JSON file and one CSV file a table. For the person only."""
        require(actor, Action.SEE_MY_DATA)
        if actor.member_id is None:
            raise NothingKept
        async with self._db.reading() as session:
            found = await _gather(session, actor.member_id)
        return packing.packed(found)

    async def erase(self, actor: Actor) -> None:
        """Take away who the person is; what they shared stays, unsigned. Cannot be undone."""
        require(actor, Action.SEE_MY_DATA)
        if actor.member_id is None:
            raise NothingKept
        async with self._db.transaction() as session:
            await self._erase(session, actor.network_id, actor.member_id)

    async def removed(self, platform: str, server_ref: str) -> None:
        """The bot was put out of a server: nothing is sent there any more, and the purge is due."""
        async with self._db.transaction() as session:
            network = await networks.by_server(session, platform, server_ref)
            if network is not None and network.left_at is None:
                network.left_at = self._clock.now()
                session.add(network)

    async def returned(self, platform: str, server_ref: str) -> None:
        """The bot is on the server (again): its network is not to be purged."""
        async with self._db.reading() as session:
            network = await networks.by_server(session, platform, server_ref)
        if network is None or network.left_at is None:
            return
        async with self._db.transaction() as session:
            network = await networks.by_server(session, platform, server_ref)
            if network is not None:
                network.left_at = None
                session.add(network)

    async def purge(self) -> int:
        """Forget the networks that put the bot out some days ago."""
        async with self._db.transaction() as session:
            left = await stored.left_networks(session, self._clock.now() - PURGED_AFTER)
            for network in left:
                await stored.purge_network(session, network.id or 0)
            return len(left)

    async def retain(self) -> int:
        """Warn those who did nothing for long, twice; then erase them. Never without both warnings read-able.

        Returns how many were erased. A warning that did not arrive privately stops it all.
        """
        now = self._clock.now()
        async with self._db.reading() as session:
            idle = await stored.unseen(session, now - (KEPT_INACTIVE - FIRST_WARNING), _AT_ONCE)
            ids = [(member.network_id, member.id or 0) for member, _network, _account in idle]
        erased = 0
        for network_id, member_id in ids:
            async with self._db.transaction() as session:
                erased += await self._next_step(session, network_id, member_id, now)
        return erased

    async def _next_step(self, session: AsyncSession, network_id: int, member_id: int, now: datetime) -> bool:
        member = await members.locked(session, network_id, member_id)
        if member is None or member.seen_at is None or member.seen_at > now - (KEPT_INACTIVE - FIRST_WARNING):
            return False  # came back meanwhile
        first = await self._warned(session, member, 1, now)
        if first is None or now < first + (FIRST_WARNING - SECOND_WARNING):
            return False
        second = await self._warned(session, member, 2, now)
        if second is None or now < second + SECOND_WARNING:
            return False
        await self._erase(session, network_id, member_id)
        return True

    async def _warned(
        self, session: AsyncSession, member: Member, number: int, now: datetime
    ) -> datetime | None:
        """When this warning was read-able; asked for when it was not yet."""
        key = f"privacy.warning:{member.id}:{member.seen_at:%Y%m%d}:{number}"
        row = await stored.warning(session, member.network_id, key)
        if row is None:
            await outbox.enqueue(
                session,
                network_id=member.network_id,
                kind="privacy.warning",
                dedupe_key=key,
                subject_id=member.id,
                recipient_id=member.id,
                details={"number": number},
                due_at=now,
                now=now,
            )
            return None
        arrived = row.state == OutboxState.SENT and row.fallback == 0
        return row.ended_at if arrived else None

    async def _erase(self, session: AsyncSession, network_id: int, member_id: int) -> None:
        member = await members.locked(session, network_id, member_id)
        account = await members.identity(session, network_id, member_id)
        if member is None or account is None:
            raise NothingKept
        network = await networks.get(session, network_id)
        now = self._clock.now()
        given = await members.roles(session, network_id, member_id)
        of_themes = await theme_wearing.refs_worn(session, network_id, member_id)
        await seats.release(session, network_id, member_id, now)
        await let_go(session, network_id, member_id, now)
        await checklist_reminders.erased(session, network_id, member_id, now)
        await stored.cancel_outbox(session, member_id, now)
        await self._unsay(session, network_id, member_id)
        await practice_privacy.forget_member(session, network_id, member_id, self._clock)
        await needs_privacy.forget_member(session, network_id, member_id, now)
        await opinions.forget_member(session, network_id, member_id)
        for (table, column), treatment in TREATMENTS.items():
            if treatment is Treatment.OWN:
                await stored.delete_rows(session, table, column, member_id)
            elif treatment is Treatment.SENT:
                await stored.clear(session, table, column, member_id)
        member.display_name = self._labels.label("privacy.former_member", network.locale)
        member.state, member.locale, member.timezone = MemberState.LEFT, None, None
        member.seen_at, member.short_sentences = None, False
        session.add(member)
        await author_left(session, now, network_id, member_id)
        account_ref = account.account_ref
        await self._take_roles(session, network, member_id, account_ref, {RoleName.MEMBER, *given})
        await self._take_theme_roles(session, network, member_id, account_ref, of_themes)
        await audit.record(
            session,
            network_id=network_id,
            at=now,
            member_id=None,
            action="privacy.erased",
            subject_kind="member",
            subject_id=member_id,
        )

    async def _unsay(self, session: AsyncSession, network_id: int, member_id: int) -> None:
        """What presented them says their name no more; a card offers no decision on nobody."""
        now = self._clock.now()
        for kind, message in await stored.told_of(session, network_id, member_id, PRESENTED.keys()):
            await outbox.enqueue(
                session,
                network_id=network_id,
                kind="privacy.unsay",
                dedupe_key=f"privacy.unsay:{message}",
                details={"place": str(PRESENTED[kind]), "message": message},
                due_at=now,
                now=now,
            )

    async def _take_roles(
        self, session: AsyncSession, network: Network, member_id: int, account_ref: str, roles: set[str]
    ) -> None:
        """Else the role on the platform would make them a member again at the next click."""
        now = self._clock.now()
        for role in sorted(roles):
            await outbox.enqueue(
                session,
                network_id=network.id or 0,
                kind="privacy.take_role",
                dedupe_key=f"privacy.take_role:{member_id}:{role}",
                details={"role": str(role), "account": account_ref},
                due_at=now,
                now=now,
            )

    async def _take_theme_roles(
        self,
        session: AsyncSession,
        network: Network,
        member_id: int,
        account_ref: str,
        roles: Mapping[int, str],
    ) -> None:
        """They would say what somebody cares about whom we have forgotten."""
        now = self._clock.now()
        for theme_id, role_ref in roles.items():
            await outbox.enqueue(
                session,
                network_id=network.id or 0,
                kind="privacy.take_role",
                dedupe_key=f"privacy.take_role:{member_id}:theme:{theme_id}",
                details={"role_ref": role_ref, "account": account_ref},
                due_at=now,
                now=now,
            )


async def _gather(session: AsyncSession, member_id: int | None) -> dict[str, Sequence[Mapping[str, Any]]]:
    """Table -> rows. Of what they decided on others, only that they did."""
    if member_id is None:
        return {}
    found: dict[str, Sequence[Mapping[str, Any]]] = {
        "member": await stored.rows(session, "member", "id", member_id)
    }
    for (table, column), treatment in TREATMENTS.items():
        rows = await stored.rows(session, table, column, member_id)
        if treatment is Treatment.HANDLED:
            rows = [{"id": row.get("id"), "as": column} for row in rows]
            found[f"{table}_{column}"] = rows
        elif treatment is Treatment.SENT:
            kept = ("kind", "due_at", "state", "ended_at")
            found[table] = [{key: row[key] for key in kept} for row in rows]
        else:
            found[table] = rows
    return found

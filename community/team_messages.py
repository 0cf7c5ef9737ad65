"""What facilitators write to a chosen part of the members: typed, looked at with its number of readers, sent.

The words are the writer's own and are never filled in as a template. Each recipient has one outbox row; who
said that they want none of these messages gets none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from community import audience, nudges, text
from community.actors import Actor, Standing
from community.audience import AudienceView, Choice, Reach
from community.errors import DomainError, Invalid, NotFound
from community.lengths import check_length
from community.meetups_when import read_date
from community.people import among
from community.policy import Action, allows, require, scope
from community.ports import Clock, Renderer
from storage import audit, members, networks, outbox, team_messages
from storage.engine import Database
from storage.members import MemberState
from storage.nudges import BUDGET
from storage.outbox import OutboxState
from storage.team_messages import SENT, MessageState, TeamMessage, TeamMessageRefusal

TITLE_SHORTEST, TITLE_LONGEST = 3, 120
BODY_SHORTEST, BODY_LONGEST = 10, 2000
SHOWN_LONGEST = 3800  # characters of the whole message with its escapes: the platform takes 4,000
GRACE = timedelta(minutes=5)  # in which a message can still be taken back as a whole
LISTED = 25
DRAFTS_MOST = 15
SHIPPED = "messages/received"


class MessageChanged(DomainError):
    """It was changed since it was looked at. Details: ``title``."""

    code = "message_changed"
    outdated = True


class MessageSent(DomainError):
    """It has left, or was cancelled: it is not changed any more. Details: ``title``."""

    code = "message_sent"


class TooManyMessages(DomainError):
    """Drafts; one must go first. Details: ``limit``."""

    code = "message_drafts_full"


@dataclass(frozen=True)
class MessageLine:
    id: int
    title: str
    state: str
    at: datetime  # when it was sent, or changed last
    recipients: int


@dataclass(frozen=True)
class Progress:
    """What became of a message's rows. ``held``: part of ``waiting``, until the budget has room."""

    sent: int = 0
    waiting: int = 0
    held: int = 0
    dropped: int = 0  # cancelled, or not concerned any more
    failed: int = 0


@dataclass(frozen=True)
class MessageView:
    id: int
    title: str
    body: str
    state: str
    version: int
    leaves_at: datetime | None  # as was chosen, or as it was settled when it was sent
    audience: AudienceView
    reach: Reach
    recipients: int
    progress: Progress
    per_week: int  # the budget; 0: nothing of the kind leaves
    meetups: Sequence[tuple[int, str, datetime]] = ()


@dataclass(frozen=True)
class ReceivedView:
    """As its readers have it; ``author_ref`` is empty when whoever wrote it has left."""

    title: str
    body: str
    network: str
    author: str
    author_ref: str


class TeamMessages:
    """Use cases on messages of the team."""

    def __init__(self, db: Database, clock: Clock, renderer: Renderer) -> None:
        self._db = db
        self._clock = clock
        self._renderer = renderer

    async def every(self, actor: Actor) -> Sequence[MessageLine]:
        """Drafts first, then those that were sent."""
        within = scope(actor, Action.WRITE_TO_MEMBERS)
        own = None if within is None else actor.member_id
        async with self._db.reading() as session:
            found = await team_messages.latest(session, actor.network_id, LISTED, written_by=own)
        return tuple(
            MessageLine(row.id or 0, row.title, row.state, row.sent_at or row.changed_at, row.recipients)
            for row in found
        )

    async def message(self, actor: Actor, message_id: int) -> MessageView:
        """Its words, whom it is for, how many that are; what became of it once it was sent."""
        scope(actor, Action.WRITE_TO_MEMBERS)
        async with self._db.reading() as session:
            row = _theirs(actor, await team_messages.get(session, actor.network_id, message_id))
            return await self._view(session, actor, row)

    async def write(
        self,
        actor: Actor,
        message_id: int,
        title: str,
        body: str,
        when: str = "",
        *,
        version: int = 0,
        silent: int = 0,
    ) -> MessageView:
        """A new draft (``message_id`` 0), or new words for one. ``version``: the one that was read, if known;
        ``silent``: a new one is for those who are silent for so many days.
        """
        within = scope(actor, Action.WRITE_TO_MEMBERS)
        now = self._clock.now()
        title, body = _worded(title, body)
        leaves_at = read_date(when, now, actor.timezone).starts_at if when.strip() else None
        async with self._db.transaction() as session:
            row = await self._draft(session, actor, message_id)
            if version and row.version not in (version, 0):
                raise MessageChanged(title=row.title)
            row.title, row.body, row.leaves_at = title, body, leaves_at
            if not message_id:
                row.audience = {"silent": min(silent, audience.DAYS_MOST)} if silent else {}
                row.audience = audience.limited(row.audience, within)
            await self._fits(session, actor, row)
            return await self._keep(session, actor, row)

    async def choose(self, actor: Actor, message_id: int, choice: Choice) -> MessageView:
        """Whom it is for; the meetup stays as it was."""
        within = scope(actor, Action.WRITE_TO_MEMBERS)
        async with self._db.transaction() as session:
            row = await self._draft(session, actor, message_id)
            kept = audience.limited(await audience.chosen(session, actor.network_id, choice), within)
            row.audience = {**kept, **{key: row.audience[key] for key in ("meetup",) if key in row.audience}}
            return await self._keep(session, actor, row)

    async def choose_meetup(self, actor: Actor, message_id: int, meetup_id: int) -> MessageView:
        """Only for those registered for it; 0: for whoever it is."""
        scope(actor, Action.WRITE_TO_MEMBERS)
        async with self._db.transaction() as session:
            row = await self._draft(session, actor, message_id)
            row.audience = await audience.with_meetup(session, actor.network_id, row.audience, meetup_id)
            return await self._keep(session, actor, row)

    async def themes(self, actor: Actor) -> Sequence[tuple[int, str]]:
        """Those that a message may be for."""
        within = scope(actor, Action.WRITE_TO_MEMBERS)
        async with self._db.reading() as session:
            found = await networks.themes(session, actor.network_id)
        mine = [theme for theme in found if within is None or theme.id in within]
        return tuple((theme.id or 0, theme.name) for theme in mine)

    async def preview(self, actor: Actor, message_id: int) -> ReceivedView:
        """As its readers will have it."""
        scope(actor, Action.WRITE_TO_MEMBERS)
        async with self._db.reading() as session:
            row = _theirs(actor, await team_messages.get(session, actor.network_id, message_id))
            return await received(session, row)

    async def send(self, actor: Actor, message_id: int, version: int) -> MessageView:
        """One row for each recipient, once: a second click finds it sent. ``version`` is what was seen."""
        within = scope(actor, Action.WRITE_TO_MEMBERS)
        now = self._clock.now()
        async with self._db.transaction() as session:
            row = _theirs(actor, await team_messages.get(session, actor.network_id, message_id, lock=True))
            if row.state != MessageState.DRAFT:
                return await self._view(session, actor, row)
            if row.version != version:
                raise MessageChanged(title=row.title)
            audience.limited(row.audience, within)  # a charge may have been taken back since
            if not await nudges.limit(session, actor.network_id):
                raise Invalid(field="audience", problem="no_nudges")
            found = await audience.recipients(
                session, actor.network_id, row.audience, now, but=actor.member_id
            )
            chosen = [one.member_id for one in found if not one.refused]
            if not chosen:
                raise Invalid(field="audience", problem="nobody_chosen")
            row.state, row.sent_at, row.sent_by = MessageState.SENT, now, actor.member_id
            row.recipients = len(chosen)
            row.leaves_at = max(row.leaves_at or now, now + GRACE)
            session.add(row)
            await outbox.enqueue_all(session, actor.network_id, _rows(row, chosen), now)
            await self._record(session, actor, "message.send", row, {"count": len(chosen)})
            return await self._view(session, actor, row)

    async def cancel(self, actor: Actor, message_id: int) -> MessageView:
        """What has not left does not; a second click changes nothing."""
        scope(actor, Action.WRITE_TO_MEMBERS)
        now = self._clock.now()
        async with self._db.transaction() as session:
            row = _theirs(actor, await team_messages.get(session, actor.network_id, message_id, lock=True))
            if row.state == MessageState.DRAFT:
                raise NotFound(kind="team_message")
            if row.state == MessageState.SENT:
                row.state = MessageState.CANCELLED
                session.add(row)
                count = await outbox.cancel(
                    session, network_id=actor.network_id, kinds=(SENT,), subject_id=message_id, now=now
                )
                await self._record(session, actor, "message.cancel", row, {"count": count})
            return await self._view(session, actor, row)

    async def drop(self, actor: Actor, message_id: int) -> str:
        """A draft that will not be sent; its title."""
        scope(actor, Action.WRITE_TO_MEMBERS)
        async with self._db.transaction() as session:
            row = await self._draft(session, actor, message_id)
            await session.delete(row)
            return row.title

    async def again(self, actor: Actor, message_id: int) -> MessageView:
        """A new draft of the same words and choice."""
        scope(actor, Action.WRITE_TO_MEMBERS)
        async with self._db.transaction() as session:
            old = _theirs(actor, await team_messages.get(session, actor.network_id, message_id))
            row = await self._draft(session, actor, 0)
            row.title, row.body, row.audience = old.title, old.body, dict(old.audience)
            return await self._keep(session, actor, row)

    # For those who get them.

    async def read(self, actor: Actor, message_id: int) -> ReceivedView:
        """What one was written, for who could not be reached in private. Nobody else's."""
        require(actor, Action.HAVE_MESSAGES)
        async with self._db.reading() as session:
            row = await team_messages.get(session, actor.network_id, message_id)
            mine = await team_messages.addressed(session, actor.network_id, message_id, actor.member_id or 0)
            if row is None or row.state != MessageState.SENT or not mine:
                raise NotFound(kind="team_message")
            return await received(session, row)

    async def wanted(self, actor: Actor) -> bool:
        """Whether the actor wants messages of the team."""
        require(actor, Action.HAVE_MESSAGES)
        async with self._db.reading() as session:
            return not await team_messages.refuses(session, actor.network_id, actor.member_id or 0)

    async def want(self, actor: Actor, *, wanted: bool) -> None:
        """From now on, and for what waits already."""
        require(actor, Action.HAVE_MESSAGES)
        if actor.member_id is None:
            raise NotFound(kind="member")
        async with self._db.transaction() as session:
            await members.locked(session, actor.network_id, actor.member_id)
            row = await session.get(TeamMessageRefusal, actor.member_id)
            if wanted and row is not None:
                await session.delete(row)
            elif not wanted and row is None:
                refusal = TeamMessageRefusal(
                    member_id=actor.member_id, network_id=actor.network_id, at=self._clock.now()
                )
                session.add(refusal)

    async def reader(self, standing: Standing, message_id: int) -> Actor:
        """In private no server says which network is meant: the message does, to whom it was addressed."""
        async with self._db.reading() as session:

            async def theirs(network_id: int, member_id: int) -> bool:
                return await team_messages.addressed(session, network_id, message_id, member_id)

            found = await among(session, standing, theirs)
        if found is None:
            raise NotFound(kind="team_message")
        return found

    async def _draft(self, session: AsyncSession, actor: Actor, message_id: int) -> TeamMessage:
        """To be changed; a new one where there is none yet."""
        if message_id:
            row = _theirs(actor, await team_messages.get(session, actor.network_id, message_id, lock=True))
            if row.state != MessageState.DRAFT:
                raise MessageSent(title=row.title)
            return row
        await networks.lock(session, actor.network_id)
        if await team_messages.count_drafts(session, actor.network_id) >= DRAFTS_MOST:
            raise TooManyMessages(limit=DRAFTS_MOST)
        return TeamMessage(
            network_id=actor.network_id,
            title="",
            body="",
            written_by=actor.member_id,
            version=0,
            changed_at=self._clock.now(),
        )

    async def _keep(self, session: AsyncSession, actor: Actor, row: TeamMessage) -> MessageView:
        row.version, row.changed_at = row.version + 1, self._clock.now()
        session.add(row)
        await session.flush()
        return await self._view(session, actor, row)

    async def _fits(self, session: AsyncSession, actor: Actor, row: TeamMessage) -> None:
        """Marks are escaped, which makes words longer: nothing that was typed may be cut."""
        shown = self._renderer.render(SHIPPED, actor.network_locale, message=await received(session, row))
        length = len(shown.title) + len(shown.body) + len(shown.note)
        if length > SHOWN_LONGEST:
            raise Invalid(field="body", problem="too_many_marks", over=length - SHOWN_LONGEST)

    async def _view(self, session: AsyncSession, actor: Actor, row: TeamMessage) -> MessageView:
        now = self._clock.now()
        draft = row.state == MessageState.DRAFT
        found: Sequence[team_messages.Found] = ()
        if draft:
            found = await audience.recipients(
                session, actor.network_id, row.audience, now, but=actor.member_id
            )
        return MessageView(
            row.id or 0,
            row.title,
            row.body,
            row.state,
            row.version,
            row.leaves_at,
            await audience.view(session, actor.network_id, row.audience),
            await audience.reach(session, actor.network_id, found, now),
            row.recipients,
            Progress() if draft else await _progress(session, row),
            await nudges.limit(session, actor.network_id),
            await audience.meetups_offered(session, actor.network_id, now) if draft else (),
        )

    async def _record(
        self, session: AsyncSession, actor: Actor, action: str, row: TeamMessage, details: dict[str, Any]
    ) -> None:
        await audit.record(
            session,
            network_id=actor.network_id,
            at=self._clock.now(),
            member_id=actor.member_id,
            action=action,
            subject_kind="team_message",
            subject_id=row.id,
            details=details,
        )


async def received(session: AsyncSession, row: TeamMessage) -> ReceivedView:
    """The words, and who answers for them."""
    network = await networks.get(session, row.network_id)
    author = await members.get(session, row.network_id, row.sent_by or row.written_by or 0)
    here = author is not None and author.state == MemberState.ACTIVE
    account = await members.identity(session, row.network_id, author.id or 0) if author and here else None
    return ReceivedView(
        row.title,
        row.body,
        network.name,
        author.display_name if author and here else "",
        account.account_ref if account else "",
    )


def _rows(row: TeamMessage, member_ids: Sequence[int]) -> list[dict[str, Any]]:
    leaves_at = row.leaves_at or row.changed_at
    return [
        {
            "kind": SENT,
            "subject_id": row.id,
            "recipient_id": member_id,
            "dedupe_key": team_messages.row_key(row.id or 0, member_id),
            "details": {},
            "due_at": leaves_at,
            "expires_at": leaves_at + nudges.PATIENCE,
            "priority": outbox.BULK,
        }
        for member_id in member_ids
    ]


async def _progress(session: AsyncSession, row: TeamMessage) -> Progress:
    counts: dict[str, int] = {}
    held = 0
    for state, reason, count in await team_messages.outcomes(session, row.network_id, row.id or 0):
        counts[state] = counts.get(state, 0) + count
        held += count if state == OutboxState.DUE and reason == BUDGET else 0
    return Progress(
        sent=counts.get(OutboxState.SENT, 0),
        waiting=counts.get(OutboxState.DUE, 0) + counts.get(OutboxState.CLAIMED, 0),
        held=held,
        dropped=counts.get(OutboxState.DROPPED, 0),
        failed=counts.get(OutboxState.EXPIRED, 0) + counts.get(OutboxState.GIVEN_UP, 0),
    )


def _theirs(actor: Actor, row: TeamMessage | None) -> TeamMessage:
    """Every message of the team; who has but some themes finds those that they wrote."""
    if row is None or (not allows(actor, Action.WRITE_TO_MEMBERS) and row.written_by != actor.member_id):
        raise NotFound(kind="team_message")
    return row


def _worded(title: str, body: str) -> tuple[str, str]:
    """As they are kept; too short or too long is refused."""
    title, body = text.one_line(title), text.lines(body)
    check_length("title", title, TITLE_SHORTEST, TITLE_LONGEST)
    check_length("body", body, BODY_SHORTEST, BODY_LONGEST)
    return title, body

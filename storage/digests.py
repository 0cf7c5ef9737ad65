"""Digests: what a network and its members chose, the runs and issues that were made, and what to leave out.

Items are kept as (kind, id): what they say is read again when it is shown, so nothing erased is ever quoted.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel, col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.members import Member
from storage.networks import Network
from storage.upsert import insert_if_new


class Frequency(StrEnum):
    OFF = "off"
    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"  # personal digests only
    MONTHLY = "monthly"


class RunState(StrEnum):
    WAITING = "waiting"  # a facilitator reads it first
    APPROVED = "approved"  # it leaves, or is about to
    SENT = "sent"
    EMPTY = "empty"  # there was nothing to say
    CANCELLED = "cancelled"  # a facilitator decided so
    MISSED = "missed"  # the bot was down for too long, or nobody approved it in time


class IssueState(StrEnum):
    PLANNED = "planned"
    SENT = "sent"
    EMPTY = "empty"
    PAGE = "page"  # not pushed anywhere: it waits on the member's own page


class NetworkDigest(SQLModel, table=True):
    """A network without a row, or with "off", has no digest."""

    __tablename__ = "network_digest"

    network_id: int = Field(foreign_key="network.id", primary_key=True)
    frequency: str = Frequency.OFF
    weekday: int = 1  # 1 is Monday; of a monthly digest, the first such day of the month
    hour: int = 9  # of the network's own zone
    approval: bool = False  # a facilitator approves each one
    word: str = ""  # a facilitator's own, for the next one
    feed: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))  # kinds made public
    since: datetime  # dues before this were not asked for

    __table_args__ = (
        CheckConstraint("frequency IN ('off', 'weekly', 'monthly')", name="network_digest_frequency_known"),
        CheckConstraint("weekday BETWEEN 1 AND 7", name="network_digest_weekday"),
        CheckConstraint("hour BETWEEN 0 AND 23", name="network_digest_hour"),
    )


class DigestRun(SQLModel, table=True):
    """One period of one network. Inserting the row is the lock: run twice, it is made once."""

    __tablename__ = "digest_run"

    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id")
    period: str  # "2026-W48", "2026-11"
    state: str
    window_start: datetime
    window_end: datetime
    pages: list[list[list[Any]]] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False)
    )  # of each page: [kind, id] of its items
    left: dict[str, int] = Field(
        default_factory=dict, sa_column=Column(JSON, nullable=False)
    )  # how many more of a kind
    word: str = ""
    approved_by: int | None = Field(default=None, foreign_key="member.id", index=True)
    created_at: datetime
    sent_at: datetime | None = None

    __table_args__ = (
        UniqueConstraint("network_id", "period"),
        CheckConstraint(
            "state IN ('waiting', 'approved', 'sent', 'empty', 'cancelled', 'missed')",
            name="digest_run_state_known",
        ),
    )


class PersonalDigest(SQLModel, table=True):
    """Asked for by its member. ``secret`` opens their own page: kept, because later messages name it."""

    __tablename__ = "personal_digest"

    member_id: int = Field(foreign_key="member.id", primary_key=True)
    network_id: int = Field(foreign_key="network.id", index=True)
    frequency: str = Frequency.WEEKLY
    weekday: int = 2
    hour: int = 8  # of the member's own zone
    scope: str = "both"  # themes, territory, both, all
    by_mail: bool = False
    secret: str = Field(unique=True)
    looked_until: datetime  # of the last one that said something
    next_at: datetime | None = None  # None: stopped

    __table_args__ = (
        Index("ix_personal_digest_due", "next_at"),
        CheckConstraint(
            "frequency IN ('off', 'weekly', 'fortnightly', 'monthly')", name="personal_digest_frequency_known"
        ),
        CheckConstraint("weekday BETWEEN 1 AND 7", name="personal_digest_weekday"),
        CheckConstraint("hour BETWEEN 0 AND 23", name="personal_digest_hour"),
        CheckConstraint(
            "scope IN ('themes', 'territory', 'both', 'all')", name="personal_digest_scope_known"
        ),
    )


class DigestIssue(SQLModel, table=True):
    """One personal digest, or a catch-up: which items, and why each of them."""

    __tablename__ = "digest_issue"

    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id", index=True)
    member_id: int = Field(foreign_key="member.id")
    period: str  # the day it was due; of a catch-up, its instant
    state: str
    items: list[list[Any]] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False)
    )  # [kind, id, reason, what]
    window_start: datetime
    created_at: datetime

    __table_args__ = (
        UniqueConstraint("member_id", "period"),
        Index("ix_digest_issue_old", "created_at"),
        CheckConstraint("state IN ('planned', 'sent', 'empty', 'page')", name="digest_issue_state_known"),
    )


class DigestMute(SQLModel, table=True):
    """« Moins comme ça »: no more of this kind about this theme (0: about none)."""

    __tablename__ = "digest_mute"

    member_id: int = Field(foreign_key="member.id", primary_key=True)
    kind: str = Field(primary_key=True)
    theme_id: int = Field(default=0, primary_key=True)
    network_id: int = Field(foreign_key="network.id")
    since: datetime


class SeenItem(SQLModel, table=True):
    """What a member who has a personal digest opened themselves: it need not be told again."""

    __tablename__ = "seen_item"

    member_id: int = Field(foreign_key="member.id", primary_key=True)
    kind: str = Field(primary_key=True)
    item_id: int = Field(primary_key=True)
    network_id: int = Field(foreign_key="network.id")
    at: datetime


class MailAddress(SQLModel, table=True):
    """Where a member wants their digest, once they showed that it is theirs."""

    __tablename__ = "mail_address"

    member_id: int = Field(foreign_key="member.id", primary_key=True)
    network_id: int = Field(foreign_key="network.id", index=True)
    address: str
    code: str = ""  # waits to be typed in the chat; empty once it was
    code_until: datetime | None = None
    tries: int = 0
    asked_on: str = ""  # the day of the last codes, to count them
    asked: int = 0
    confirmed_at: datetime | None = None


async def settings(session: AsyncSession, network_id: int) -> NetworkDigest | None:
    """What a network chose, if it did."""
    return await session.get(NetworkDigest, network_id)


async def running(session: AsyncSession) -> Sequence[NetworkDigest]:
    """Of every network that has a digest: for the application's tick."""
    query = select(NetworkDigest).where(NetworkDigest.frequency != Frequency.OFF)
    return (await session.exec(query.order_by(col(NetworkDigest.network_id)))).all()


async def begin(session: AsyncSession, run: DigestRun) -> DigestRun | None:
    """The row of a period, or None when another made it: this is the only lock."""
    values = run.model_dump(exclude={"id"})
    made = (
        await session.exec(insert_if_new(session, DigestRun).values(**values).returning(col(DigestRun.id)))
    ).first()
    return None if made is None else await session.get(DigestRun, made[0])


async def has_run(session: AsyncSession, network_id: int, period: str) -> bool:
    """Whether a period was dealt with."""
    query = select(DigestRun.id).where(DigestRun.network_id == network_id, DigestRun.period == period)
    return (await session.exec(query)).first() is not None


async def run(session: AsyncSession, network_id: int, run_id: int) -> DigestRun | None:
    """A run of this network."""
    query = select(DigestRun).where(DigestRun.network_id == network_id, DigestRun.id == run_id)
    return (await session.exec(query)).first()


async def locked_run(session: AsyncSession, network_id: int, run_id: int) -> DigestRun | None:
    """As ``run``; two facilitators take turns."""
    query = select(DigestRun).where(DigestRun.network_id == network_id, DigestRun.id == run_id)
    return (await session.exec(query.with_for_update(key_share=True))).first()


async def last_success(session: AsyncSession, network_id: int) -> DigestRun | None:
    """The latest that left."""
    query = select(DigestRun).where(DigestRun.network_id == network_id, DigestRun.state == RunState.SENT)
    return (await session.exec(query.order_by(col(DigestRun.window_end).desc()).limit(1))).first()


async def first_start(session: AsyncSession, network_id: int) -> datetime | None:
    """Where the first run of all looked from."""
    query = select(DigestRun.window_start).where(DigestRun.network_id == network_id)
    return (await session.exec(query.order_by(col(DigestRun.id)).limit(1))).first()


async def latest_runs(session: AsyncSession, network_id: int, limit: int) -> Sequence[DigestRun]:
    """The latest, whatever became of them."""
    query = select(DigestRun).where(DigestRun.network_id == network_id)
    return (await session.exec(query.order_by(col(DigestRun.id).desc()).limit(limit))).all()


async def waiting_runs(session: AsyncSession, network_id: int) -> Sequence[DigestRun]:
    """Those that no facilitator decided on, for change."""
    query = select(DigestRun).where(DigestRun.network_id == network_id, DigestRun.state == RunState.WAITING)
    return (await session.exec(query.with_for_update(key_share=True))).all()


async def personal(session: AsyncSession, network_id: int, member_id: int) -> PersonalDigest | None:
    """A member's own."""
    query = select(PersonalDigest).where(
        PersonalDigest.network_id == network_id, PersonalDigest.member_id == member_id
    )
    return (await session.exec(query)).first()


async def by_secret(session: AsyncSession, secret: str) -> PersonalDigest | None:
    """Whose page this is: the secret says it, whatever the network."""
    return (await session.exec(select(PersonalDigest).where(PersonalDigest.secret == secret))).first()


async def due(session: AsyncSession, now: datetime, *, limit: int) -> Sequence[PersonalDigest]:
    """Personal digests whose time has come, of one network at a time; those that another holds wait."""
    due_now = col(PersonalDigest.next_at) <= now
    first = await session.exec(
        select(PersonalDigest.network_id).where(due_now).order_by(col(PersonalDigest.next_at)).limit(1)
    )
    network_id = first.first()
    if network_id is None:
        return ()
    query = select(PersonalDigest).where(due_now, PersonalDigest.network_id == network_id)
    order = query.order_by(col(PersonalDigest.next_at), col(PersonalDigest.member_id)).limit(limit)
    return (await session.exec(order.with_for_update(skip_locked=True, key_share=True))).all()


async def begin_issue(session: AsyncSession, made: DigestIssue) -> int | None:
    """The number of a member's issue of a period, or None when it was made before."""
    values = made.model_dump(exclude={"id"})
    row = await session.exec(
        insert_if_new(session, DigestIssue).values(**values).returning(col(DigestIssue.id))
    )
    found = row.first()
    return None if found is None else int(found[0])


async def issued(
    session: AsyncSession, network_id: int, wanted: Collection[tuple[int, str]]
) -> set[tuple[int, str]]:
    """Of these members and periods, those that were dealt with."""
    query = select(DigestIssue.member_id, DigestIssue.period).where(
        DigestIssue.network_id == network_id,
        col(DigestIssue.member_id).in_({member_id for member_id, _ in wanted}),
        col(DigestIssue.period).in_({period for _, period in wanted}),
    )
    return set((await session.exec(query)).all())


async def issue(session: AsyncSession, network_id: int, issue_id: int) -> DigestIssue | None:
    """One issue of this network."""
    query = select(DigestIssue).where(DigestIssue.network_id == network_id, DigestIssue.id == issue_id)
    return (await session.exec(query)).first()


async def for_reader(
    session: AsyncSession, network_id: int, issue_id: int
) -> tuple[DigestIssue, PersonalDigest, Member, Network] | None:
    """An issue with whose it is, in one query: thousands leave on the same morning."""
    query = (
        select(DigestIssue, PersonalDigest, Member, Network)
        .join(PersonalDigest, col(PersonalDigest.member_id) == DigestIssue.member_id)
        .join(Member, col(Member.id) == DigestIssue.member_id)
        .join(Network, col(Network.id) == DigestIssue.network_id)
        .where(DigestIssue.network_id == network_id, DigestIssue.id == issue_id)
    )
    return (await session.exec(query)).first()


async def latest_issue(session: AsyncSession, network_id: int, member_id: int) -> DigestIssue | None:
    """The last one that had something to say."""
    query = select(DigestIssue).where(
        DigestIssue.network_id == network_id,
        DigestIssue.member_id == member_id,
        DigestIssue.state != IssueState.EMPTY,
    )
    return (await session.exec(query.order_by(col(DigestIssue.id).desc()).limit(1))).first()


async def finished(
    session: AsyncSession, network_id: int, member_id: int, limit: int
) -> Sequence[DigestIssue]:
    """A member's last digests that left or had nothing to say; what they asked for themselves is none."""
    query = select(DigestIssue).where(
        DigestIssue.network_id == network_id,
        DigestIssue.member_id == member_id,
        col(DigestIssue.state).in_([IssueState.SENT, IssueState.EMPTY]),
        col(DigestIssue.period).not_like("%T%"),
    )
    return (await session.exec(query.order_by(col(DigestIssue.id).desc()).limit(limit))).all()


async def issues(session: AsyncSession, network_id: int, member_id: int) -> Sequence[DigestIssue]:
    """A member's, the latest first, empty ones too."""
    query = select(DigestIssue).where(
        DigestIssue.network_id == network_id, DigestIssue.member_id == member_id
    )
    return (await session.exec(query.order_by(col(DigestIssue.id).desc()))).all()


async def told(
    session: AsyncSession, network_id: int, member_ids: Collection[int]
) -> dict[int, set[tuple[str, int]]]:
    """Member -> what earlier issues told them, or they opened themselves."""
    found: dict[int, set[tuple[str, int]]] = {}
    issued = select(DigestIssue.member_id, DigestIssue.items).where(
        DigestIssue.network_id == network_id, col(DigestIssue.member_id).in_(member_ids)
    )
    for member_id, items in await session.exec(issued):
        found.setdefault(member_id, set()).update((item[0], item[1]) for item in items)
    opened = select(SeenItem.member_id, SeenItem.kind, SeenItem.item_id).where(
        SeenItem.network_id == network_id, col(SeenItem.member_id).in_(member_ids)
    )
    for member_id, kind, item_id in await session.exec(opened):
        found.setdefault(member_id, set()).add((kind, item_id))
    return found


async def mutes(
    session: AsyncSession, network_id: int, member_ids: Collection[int]
) -> dict[int, set[tuple[str, int]]]:
    """Member -> (kind, theme) of which they want no more."""
    query = select(DigestMute.member_id, DigestMute.kind, DigestMute.theme_id).where(
        DigestMute.network_id == network_id, col(DigestMute.member_id).in_(member_ids)
    )
    found: dict[int, set[tuple[str, int]]] = {}
    for member_id, kind, theme_id in await session.exec(query):
        found.setdefault(member_id, set()).add((kind, theme_id))
    return found


async def note_seen(
    session: AsyncSession, network_id: int, member_id: int, kind: str, item_id: int, now: datetime
) -> None:
    """Opened once more changes nothing."""
    await session.merge(
        SeenItem(member_id=member_id, kind=kind, item_id=item_id, network_id=network_id, at=now)
    )


async def address(session: AsyncSession, network_id: int, member_id: int) -> MailAddress | None:
    """A member's e-mail address, confirmed or not."""
    query = select(MailAddress).where(
        MailAddress.network_id == network_id, MailAddress.member_id == member_id
    )
    return (await session.exec(query)).first()


async def confirmed(session: AsyncSession, network_id: int, member_ids: Collection[int]) -> dict[int, str]:
    """Member -> the address that they showed to be theirs."""
    query = select(MailAddress.member_id, MailAddress.address).where(
        MailAddress.network_id == network_id,
        col(MailAddress.member_id).in_(member_ids),
        col(MailAddress.confirmed_at).is_not(None),
    )
    return dict((await session.exec(query)).all())


async def lift(session: AsyncSession, network_id: int, member_id: int, kind: str, theme_id: int) -> bool:
    """A mute is no more; False when there was none."""
    gone = delete(DigestMute).where(
        col(DigestMute.network_id) == network_id,
        col(DigestMute.member_id) == member_id,
        col(DigestMute.kind) == kind,
        col(DigestMute.theme_id) == theme_id,
    )
    return bool((await session.exec(gone.returning(col(DigestMute.member_id)))).all())


async def purge(session: AsyncSession, before: datetime) -> int:
    """Forget what was told and opened long ago; how many issues."""
    old = delete(DigestIssue).where(col(DigestIssue.created_at) < before)
    count = len((await session.exec(old.returning(col(DigestIssue.id)))).all())
    await session.exec(delete(SeenItem).where(col(SeenItem.at) < before))
    return count

"""When things happen in a thread: who may settle it, when people are told, when it closes by itself. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from community import text
from community.actors import Actor
from community.errors import DomainError
from community.policy import Action, allows
from storage.threads import ClosedBy, Thread, ThreadRule, ThreadState

TITLE_LONGEST = 100  # the platform's own limit
MORNING = 9  # when what happened the day before is told
NUDGE_HOURS, NUDGE_SHORTEST, NUDGE_LONGEST = 48, 1, 24 * 30
CLOSE_DAYS, CLOSE_SHORTEST, CLOSE_LONGEST = 30, 1, 365
ANSWERED_DAYS = 7  # with an accepted answer there is less to wait for


class NotYourThread(DomainError):
    """Only who opened it, or a facilitator, says what the answer is and whether it is closed."""

    code = "not_your_thread"


class NotAnAnswer(DomainError):
    """This message cannot be an answer. Details: ``why`` ("no_question", "the_question", "of_a_bot")."""

    code = "not_an_answer"


class ThreadLocked(DomainError):
    """A facilitator closed it: a facilitator opens it again."""

    code = "thread_locked"


@dataclass(frozen=True)
class Rules:
    """``nudge_hours``: without a first answer. ``close_days``: without any message."""

    nudge_hours: int = NUDGE_HOURS
    close_days: int = CLOSE_DAYS

    @classmethod
    def of(cls, row: ThreadRule | None) -> "Rules":
        return cls(row.nudge_hours, row.close_days) if row else cls()

    @property
    def answered_days(self) -> int:
        return min(ANSWERED_DAYS, self.close_days)


def may_settle(actor: Actor, thread: Thread, theme_ids: Collection[int] = ()) -> bool:
    """Accept, undo, close, open again. ``theme_ids``: those of the thread."""
    mine = actor.member_id is not None and thread.author_id == actor.member_id
    return (mine and allows(actor, Action.FOLLOW_THREADS)) or allows(
        actor, Action.CARE_FOR_THREADS, theme_ids
    )


def check_settles(actor: Actor, thread: Thread, theme_ids: Collection[int] = ()) -> None:
    if not may_settle(actor, thread, theme_ids):
        raise NotYourThread


def reopened(thread: Thread) -> None:
    """As it was before it was closed."""
    thread.state = ThreadState.ANSWERED if thread.accepted_ref else ThreadState.OPEN
    thread.closed_why = thread.closed_by = thread.closed_at = None


def opens_by_writing(thread: Thread) -> bool:
    """What a facilitator closed stays closed: the platform lets nobody else write there anyway."""
    return thread.state == ThreadState.CLOSED and thread.closed_why in (ClosedBy.AUTHOR, ClosedBy.INACTIVITY)


def next_morning(now: datetime, zone: str) -> datetime:
    """Tomorrow's morning in that zone: what happens today is told then."""
    tomorrow = now.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(MORNING), ZoneInfo(zone)).astimezone(now.tzinfo)


def is_answer(thread: Thread, author_id: int | None) -> bool:
    """By somebody else than who asks. Somebody whom we do not know is somebody else."""
    return author_id is None or author_id != thread.author_id


def says_something(thread: Thread) -> bool:
    """Whether our message in the thread has anything to say: an answer came, was accepted, it is closed."""
    return thread.state != ThreadState.OPEN or (thread.asks and thread.first_answer_at is not None)


def later_ref(known: str, seen: str) -> str:
    """The later of two references: the platform numbers its messages in their order."""
    return max(known, seen, key=lambda ref: int(ref or 0))


def short_title(typed: str) -> str:
    return text.one_line(typed)[:TITLE_LONGEST]

"""What a need is, may be and looks like: limits, checks, views. Decides nothing; writes nothing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from community import text
from community.actors import Actor
from community.errors import DomainError, Invalid, NotFound
from community.french_days import day_said
from community.policy import Action, allows
from community.time_words import Unclear, folded
from storage import helping, members, needs, threads
from storage.helping import HelpRequest, HelpState, Stance
from storage.members import MemberState
from storage.needs import Need, NeedState

TITLE_SHORTEST, TITLE_LONGEST = 10, 100  # what a thread's name takes
CONTEXT_LONGEST = 1500
THEMES_MOST = 3
DAY_LONGEST = 60
REASON_SHORTEST, REASON_LONGEST = 3, 500
WORDS_LONGEST = 500
OPEN_MOST = 10  # needs of one member that wait at the same time
ASKED_MOST = 3  # peers asked about one need, as its author counts them
PAGE = 5
# How a need may end, and what its author may say of the help.
ENDINGS = (NeedState.SOLVED, NeedState.DONE, NeedState.UNCONCERNED, NeedState.WITHDRAWN)
OUTCOMES = ("useful", "met", "not_met")
_SAID = {HelpState.ASKED, HelpState.ACCEPTED, HelpState.DECLINED, HelpState.SILENT}


class NeedClosed(DomainError):
    """It waits for nobody any more. Details: ``title``, ``state``."""

    code = "need_closed"


class TooManyNeeds(DomainError):
    """Details: ``limit``."""

    code = "too_many_needs"


class NameInText(DomainError):
    """A question without a name says who asks. Details: ``found``, what gives it away."""

    code = "name_in_text"
    onward = ("need.publish_anyway",)


class NameInReply(NameInText):
    """The same, of a reply in the thread."""

    onward = ("need.reply_anyway",)


class NotYours(DomainError):
    """Only who published a need, or a facilitator, decides on it. Details: ``title``."""

    code = "need_not_yours"


class OwnNeed(DomainError):
    """One does not help oneself. Details: ``title``."""

    code = "own_need"


@dataclass(frozen=True)
class NewNeed:
    """As typed. ``deadline`` is a day as people write it."""

    title: str
    context: str = ""
    themes: Sequence[int] = ()
    deadline: str = ""
    nameless: bool = False


@dataclass(frozen=True)
class NeedView:
    """``author_name`` and ``author_ref`` are empty where the need has no name.

    ``asked``: peers asked in private, at most three however many declined; nobody learns who did.
    """

    id: int
    title: str
    context: str
    territory: str
    themes: Sequence[str]
    theme_ids: Sequence[int]
    deadline: date | None
    nameless: bool
    state: str
    reason: str
    outcome: str | None
    author_name: str
    author_ref: str
    asked: int
    accepted: int
    done_here: int
    thread_ref: str | None
    created_at: datetime
    closed_at: datetime | None
    mine: bool = False

    @property
    def open(self) -> bool:
        return self.state == NeedState.OPEN


@dataclass(frozen=True)
class NeedPage:
    items: Sequence[NeedView]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


@dataclass(frozen=True)
class Checked:
    """A need's fields, clean and within limits."""

    title: str
    context: str
    deadline: date | None
    themes: frozenset[int] = field(default_factory=frozenset)


def checked(new: NewNeed, now: datetime, zone: str) -> Checked:
    """Everything that needs no database; ``themes`` are taken as they are."""
    title, context = text.one_line(new.title), text.lines(new.context)
    check_length("need", title, TITLE_SHORTEST, TITLE_LONGEST)
    check_length("context", context, 0, CONTEXT_LONGEST)
    if len(set(new.themes)) > THEMES_MOST:
        raise Invalid(field="themes", problem="too_many", limit=THEMES_MOST)
    return Checked(title, context, day("deadline", new.deadline, now, zone), frozenset(new.themes))


def check_length(name: str, value: str, shortest: int, longest: int) -> None:
    """Refuse with the words of the field."""
    if len(value) < shortest:
        raise Invalid(field=name, problem="too_short", limit=shortest)
    if len(value) > longest:
        raise Invalid(field=name, problem="too_long", limit=longest, given=len(value))


def day(name: str, typed: str, now: datetime, zone: str) -> date | None:
    """« 5 janvier », « dans 3 semaines », « 31/03/2027 »; None when nothing was typed."""
    said = folded(typed)[:DAY_LONGEST].strip(" .,;!?").removeprefix("jusqu'au ").removeprefix("until ")
    if not said:
        return None
    meant = day_said(said, now.astimezone(ZoneInfo(zone)).date())
    if isinstance(meant, Unclear):
        raise Invalid(field=name, problem=meant.problem, **meant.details)
    return meant


def present(need: Need | None) -> Need:
    """Whatever its state, it is there."""
    if need is None:
        raise NotFound(kind="need")
    return need


def visible(actor: Actor, need: Need | None) -> Need:
    """What was not published is for its author and the facilitators; to others it is not there."""
    need = present(need)
    hidden = need.state in (NeedState.WAITING, NeedState.REFUSED)
    if hidden and not is_mine(actor, need) and not allows(actor, Action.CARE_FOR_NEEDS):
        raise NotFound(kind="need")
    return need


def open_now(need: Need | None) -> Need:
    """It waits for help."""
    need = present(need)
    if need.state in (NeedState.WAITING, NeedState.REFUSED):
        raise NotFound(kind="need")
    if need.state != NeedState.OPEN:
        raise NeedClosed(title=need.title, state=str(need.state))
    return need


def is_mine(actor: Actor, need: Need) -> bool:
    return actor.member_id is not None and need.author_id == actor.member_id


async def keeper_id(session: AsyncSession, need: Need) -> int | None:
    """Who follows it up: who asks, or whoever took over its thread; the question stays its author's."""
    thread = await threads.of_subject(session, need.network_id, threads.NEED, need.id or 0)
    return thread.author_id if thread is not None and thread.author_id else need.author_id


async def is_kept(session: AsyncSession, need: Need) -> bool:
    """Somebody waits for the answer: who follows it up is still here."""
    keeper = await members.get(session, need.network_id, await keeper_id(session, need) or 0)
    return keeper is not None and keeper.state == MemberState.ACTIVE


async def check_decides(session: AsyncSession, actor: Actor, need: Need) -> None:
    """Who published it, who took it over, or a facilitator."""
    if is_mine(actor, need) or allows(actor, Action.CARE_FOR_NEEDS):
        return
    if actor.member_id is None or await keeper_id(session, need) != actor.member_id:
        raise NotYours(title=need.title)


def counts(asked: Sequence[HelpRequest]) -> tuple[int, int]:
    """Peers asked, and those who will help. What was offered unasked is an acceptance, not a request."""
    said = [one for one in asked if one.origin != helping.HelpOrigin.OFFERED and one.state in _SAID]
    accepted = sum(one.state == HelpState.ACCEPTED for one in asked)
    return min(len(said), ASKED_MOST), accepted


async def view(session: AsyncSession, need: Need, actor: Actor | None = None) -> NeedView:
    """One need, as ``actor`` may read it; without an actor, as everybody may."""
    return (await views(session, need.network_id, [need], actor))[0]


async def views(
    session: AsyncSession, network_id: int, found: Sequence[Need], actor: Actor | None = None
) -> Sequence[NeedView]:
    """Several at once."""
    ids = [need.id or 0 for need in found]
    themes = await needs.themes_of(session, network_id, ids)
    asked = await helping.of_needs(session, network_id, ids)
    stances = await helping.stances(session, network_id, ids)
    knows = actor is not None and allows(actor, Action.CARE_FOR_NEEDS)
    named = [need for need in found if not need.nameless or knows]
    people = await _people(session, network_id, [need.author_id for need in named if need.author_id])
    shown = []
    for need in found:
        of_need = [one for one in asked if one.need_id == need.id]
        name, ref = people.get(need.author_id or 0, ("", "")) if need in named else ("", "")
        borne = themes.get(need.id or 0, [])
        said, accepted = counts(of_need)
        shown.append(
            NeedView(
                id=need.id or 0,
                title=need.title,
                context=need.context,
                territory=need.territory,
                themes=tuple(theme.name for theme in borne),
                theme_ids=tuple(theme.id or 0 for theme in borne),
                deadline=need.deadline,
                nameless=need.nameless,
                state=str(need.state),
                reason=need.reason,
                outcome=need.outcome,
                author_name=name,
                author_ref=ref,
                asked=said,
                accepted=accepted,
                done_here=stances.get((need.id or 0, Stance.DONE_HERE), 0),
                thread_ref=need.thread_ref,
                created_at=need.created_at,
                closed_at=need.closed_at,
                mine=actor is not None and is_mine(actor, need),
            )
        )
    return tuple(shown)


async def _people(
    session: AsyncSession, network_id: int, ids: Sequence[int]
) -> Mapping[int, tuple[str, str]]:
    names = await members.names(session, network_id, ids)
    found = {}
    for member_id, name in names.items():
        account = await members.identity(session, network_id, member_id)
        found[member_id] = (name, account.account_ref if account else "")
    return found


def check_themes(wanted: frozenset[int], offered: Collection[int]) -> None:
    """``offered``: those of the network, in use."""
    if not wanted.issubset(offered):
        raise Invalid(field="themes", problem="unknown")

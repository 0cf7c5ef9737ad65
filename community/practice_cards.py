"""What a practice card is, may hold and looks like: limits, checks, views, and its place in the search index.

Decides nothing and writes nothing but the index; the use cases are in ``practices.py``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from community import text
from community.actors import Actor
from community.errors import DomainError, NotFound
from community.lengths import check_length
from community.policy import Action, allows
from community.practice_crowd import Crowd, crowd_of
from storage import members, practice_reuse, practices, search
from storage.networks import Theme
from storage.practice_reuse import PracticeReuse, ReuseState
from storage.practices import Practice, PracticeState

KIND = "practice"  # of its documents in the index
PAGE = 5
THEMES_MOST = 5  # what a forum post takes as tags
TITLE_SHORTEST, TITLE_LONGEST = 3, 90  # a thread's name has 100 characters
# In all, less than the 4,000 characters of a message.
DONE_LONGEST, CONTEXT_LONGEST, PROSE_LONGEST = 1200, 700, 500
LINE_LONGEST = 120
# Field -> the fewest and the most characters that a person may write in it.
LIMITS: Mapping[str, tuple[int, int]] = {
    "title": (TITLE_SHORTEST, TITLE_LONGEST),
    "context": (0, CONTEXT_LONGEST),
    "done": (0, DONE_LONGEST),
    "results": (0, PROSE_LONGEST),
    "obstacles": (0, PROSE_LONGEST),
    "failures": (0, PROSE_LONGEST),
    "cost": (0, LINE_LONGEST),
    "duration": (0, LINE_LONGEST),
    "territory": (0, LINE_LONGEST),
    "contact": (0, LINE_LONGEST),
}
THREAD_WITHIN = timedelta(hours=1)  # a card has its thread long before, unless something is amiss
_ONE_LINE = frozenset({"title", "cost", "duration", "territory", "contact"})


class PracticeChanged(DomainError):
    """The text that was being changed is not the text any more. Details: ``practice_id``, ``title``."""

    code = "practice_changed"
    outdated = True


class PracticeClosed(DomainError):
    """It is not in the state that the act needs. Details: ``state``, ``title``."""

    code = "practice_closed"


@dataclass(frozen=True)
class ReuseView:
    """``authority`` is empty once who declared it was erased."""

    id: int
    practice_id: int
    authority: str
    state: str  # a key of the label table "reuse_states"
    why: str
    declared_at: datetime
    answered_at: datetime | None
    member_id: int | None = None


@dataclass(frozen=True)
class PracticeView:
    """A card as its reader may see it: ``authority`` and ``author_name`` are empty on a nameless one.

    ``crowd`` says of a nameless one what it may say: see ``practice_crowd.py``.
    """

    id: int
    title: str
    context: str
    done: str
    results: str
    obstacles: str
    failures: str
    cost: str
    duration: str
    territory: str
    contact: str
    authority: str
    population: int
    period: str
    source_url: str | None
    source_title: str
    adjusted: bool
    nameless: bool
    state: str
    version: int
    themes: Sequence[str]
    theme_ids: Sequence[int]
    tags: Sequence[str]  # of its themes, as a forum has them
    created_at: datetime
    published_at: datetime | None
    author_id: int | None
    author_name: str
    thread_ref: str | None
    card_ref: str | None
    standing: str
    standing_at: datetime | None
    crowd: Crowd | None = None
    hearts: int = 0
    reuses: Sequence[ReuseView] = field(default=())
    derived_title: str = ""  # of the card that it came from

    @property
    def reused(self) -> Mapping[str, int]:
        """State of the reuses -> how many authorities."""
        counts: dict[str, int] = {}
        for one in self.reuses:
            counts[one.state] = counts.get(one.state, 0) + 1
        return counts

    @property
    def told(self) -> Mapping[str, str]:
        """The parts of the card that have something to say, in order."""
        return {name: getattr(self, name) for name in practices.TEXTS[1:] if getattr(self, name)}


@dataclass(frozen=True)
class PracticePage:
    """``page`` counts from 1, as people do."""

    items: Sequence[PracticeView]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def checked_texts(given: Mapping[str, str]) -> dict[str, str]:
    """Clean what was typed, or say which field cannot be used and why."""
    values: dict[str, str] = {}
    for name, typed in given.items():
        values[name] = text.one_line(typed) if name in _ONE_LINE else text.lines(typed)
        check_length(name, values[name], *LIMITS[name])
    return values


def document(practice: Practice, themes: Sequence[Theme]) -> search.Document:
    """A card as search sees it. Of a nameless one, nothing that says whose it is."""
    place = () if practice.nameless else (practice.authority, practice.territory)
    told = (practice.done, practice.results, practice.obstacles, practice.failures)
    return search.Document(
        network_id=practice.network_id,
        kind=KIND,
        item_id=practice.id or 0,
        title=practice.title,
        summary=practice.context,
        body=" ".join(part for part in (*told, practice.cost, practice.duration, *place) if part),
        tags=[*practice.tags, *(theme.name for theme in themes)],
        facets=[f"kind:{KIND}", *(f"theme:{theme.id}" for theme in themes)],
    )


async def index(session: AsyncSession, practice: Practice) -> None:
    """Put a published card in the search index, in the transaction that publishes it: its last write."""
    themes = await practices.themes_of(session, practice.network_id, [practice.id or 0])
    await search.put(session, document(practice, themes.get(practice.id or 0, [])))


def may_see(actor: Actor, practice: Practice) -> bool:
    """A published card is everybody's; a draft its author's; a withdrawn one the facilitators' too."""
    if practice.state == PracticeState.PUBLISHED or mine(actor, practice):
        return True
    return practice.state == PracticeState.WITHDRAWN and allows(actor, Action.CURATE_PRACTICES)


def mine(actor: Actor, practice: Practice) -> bool:
    return actor.member_id is not None and practice.author_id == actor.member_id


def may_know(actor: Actor | None, practice: Practice) -> bool:
    """Whose card it is: of a nameless one, its author and the facilitators know."""
    if not practice.nameless:
        return True
    return actor is not None and (mine(actor, practice) or allows(actor, Action.CURATE_PRACTICES))


def found(practice: Practice | None, actor: Actor) -> Practice:
    """The card, if it is there for the actor."""
    if practice is None or not may_see(actor, practice):
        raise NotFound(kind="practice")
    return practice


def published(practice: Practice | None) -> Practice:
    """A card that members read."""
    if practice is None or practice.state != PracticeState.PUBLISHED:
        raise NotFound(kind="practice")
    return practice


def check_version(practice: Practice, version: int | None) -> None:
    if version is not None and version != practice.version:
        raise PracticeChanged(practice_id=practice.id, title=practice.title)


async def view(session: AsyncSession, practice: Practice, actor: Actor | None = None) -> PracticeView:
    """For this reader; for everybody when there is none (a thread has no reader of its own)."""
    return (await views(session, practice.network_id, [practice], actor))[0]


async def views(
    session: AsyncSession, network_id: int, several: Sequence[Practice], actor: Actor | None = None
) -> Sequence[PracticeView]:
    """Several at once: a few queries whatever their number."""
    ids = [practice.id or 0 for practice in several]
    themes = await practices.themes_of(session, network_id, ids)
    names = await members.names(session, network_id, {one.author_id for one in several if one.author_id})
    reuses = await practice_reuse.of_practices(session, network_id, ids)
    hearts = await practice_reuse.hearts(session, network_id, ids)
    sources = [one.derived_from for one in several if one.derived_from]
    titles = await practices.references(session, network_id, sources)
    return tuple(
        _view(
            practice,
            known=may_know(actor, practice),
            themes=themes.get(practice.id or 0, []),
            author=names.get(practice.author_id or 0, ""),
            reuses=reuses.get(practice.id or 0, []),
            hearts=hearts.get(practice.id or 0, 0),
            derived=titles.get(practice.derived_from or 0, ("", ""))[1],
        )
        for practice in several
    )


def _view(
    practice: Practice,
    *,
    known: bool,
    themes: Sequence[Theme],
    author: str,
    reuses: Sequence[PracticeReuse],
    hearts: int,
    derived: str,
) -> PracticeView:
    return PracticeView(
        id=practice.id or 0,
        **{name: getattr(practice, name) for name in practices.TEXTS if name not in ("territory", "contact")},
        territory=practice.territory if known else "",
        contact=practice.contact if known else "",
        authority=practice.authority if known else "",
        population=practice.population if known else 0,
        period=practice.period,
        source_url=practice.source_url if known else None,
        source_title=practice.source_title if known else "",
        adjusted=practice.adjusted,
        nameless=practice.nameless,
        state=practice.state,
        version=practice.version,
        themes=tuple(theme.name for theme in themes),
        theme_ids=tuple(theme.id or 0 for theme in themes),
        tags=tuple(theme.tag or theme.name for theme in themes),
        created_at=practice.created_at,
        published_at=practice.published_at,
        author_id=practice.author_id,
        author_name=author if known else "",
        thread_ref=practice.thread_ref,
        card_ref=practice.card_ref,
        standing=practice.standing,
        standing_at=practice.standing_at,
        crowd=crowd_of(practice) if practice.nameless else None,
        hearts=hearts,
        reuses=tuple(reuse_view(one) for one in reuses),
        derived_title=derived,
    )


def reuse_view(reuse: PracticeReuse) -> ReuseView:
    return ReuseView(
        id=reuse.id or 0,
        practice_id=reuse.practice_id,
        authority=reuse.authority,
        state=ReuseState(reuse.state).value,
        why=reuse.why,
        declared_at=reuse.declared_at,
        answered_at=reuse.answered_at,
        member_id=reuse.member_id,
    )

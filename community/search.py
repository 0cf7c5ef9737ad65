"""Finding what the network holds: questions in French as people type them, pages that never repeat.

Only what is in the index is found, and each result is read again before it is shown: published or not at all.
Shows nothing itself; the index is ``storage/search``.
"""

import asyncio
import logging
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, delete

from community import text
from community.actors import Actor
from community.errors import Invalid, NotFound
from community.policy import Action, require
from community.ports import Clock
from storage import library, practices, search
from storage.direct import Source
from storage.engine import Database
from storage.library import Card
from storage.practices import PracticeCard
from storage.search import Fragment, Highlighted, Hit, SearchSession

__all__ = ["Fragment", "Highlighted", "Search", "SearchResult", "SearchView", "Suggestion"]

log = logging.getLogger(__name__)

PAGE = 5
KEPT_FOR = timedelta(days=90)  # long enough to see what a network looks for in vain
QUESTION_LONGEST = 300
MOST_RESULTS = 50
PASSAGE = 220  # characters of a result's passage
LABEL_LONGEST = 100  # what an autocompletion may show
SUGGESTIONS_MOST = 25
_RESOURCE, _PRACTICE = "resource", "practice"
KINDS = (_RESOURCE, _PRACTICE)  # of what is found
_NUMBERS = 2**31 - 1  # a note's is drawn beforehand: the answer names it before it is written


class SearchResult(NamedTuple):
    """One result; ``title`` and ``passage`` are in pieces, the words asked are marked."""

    id: int
    ref: str  # the id given at import, kept
    kind: str  # a key of the label table "search_kinds": "practice", or what sort of resource
    title: str
    title_pieces: Highlighted
    passage: Highlighted
    url: str | None
    publisher: str
    year: int | None
    themes: Sequence[str]
    score: float
    doubtful: bool = False  # « à vérifier »: nobody confirmed it in time
    link_state: str = "ok"  # as in ResourceView
    period: str = ""  # of a practice, as written
    thread_ref: str | None = None  # where a practice is discussed
    nameless: bool = False
    uses: int = 0  # by how many authorities a resource was used

    @property
    def chosen(self) -> str:
        """What a menu carries, and what a suggestion's ``ref`` is."""
        return f"{_PRACTICE if self.kind == _PRACTICE else _RESOURCE}:{self.id}"


@dataclass(frozen=True)
class SearchView:
    """A page of results. ``suggestion``: the question as understood, where a word was corrected.

    ``session_id`` is what the buttons of a page carry; None when all results are here.
    """

    query: str
    results: Sequence[SearchResult]
    total: int
    page: int
    suggestion: str | None = None
    kinds: Sequence[str] = ()
    themes: Sequence[int] = ()
    session_id: int | None = None
    ticket: int = 0  # with ``session_id``: whose search it is, to save it

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


@dataclass(frozen=True)
class Note:
    """Everything that was found, under the number that the buttons of the first page bear."""

    number: int
    hits: Sequence[Hit]
    stems: Collection[str]
    at: datetime


@dataclass(frozen=True)
class Looked:
    """``note``: what the buttons under ``view`` will need, and its words do not. Always ``note`` it."""

    view: SearchView
    note: Note | None


@dataclass(frozen=True)
class Suggestion:
    """``ref`` typed back as a question means this very item."""

    label: str
    ref: str


class Search:
    """Use cases of searching."""

    def __init__(self, db: Database, clock: Clock, memory: search.Memory | None = None) -> None:
        self._db = db
        self._clock = clock
        self._memory = memory or search.Memory()
        self._noting: dict[int, asyncio.Event] = {}  # searches that are being written down at this instant

    async def find(
        self,
        actor: Actor,
        query: str,
        *,
        kinds: Collection[str] = (),
        themes: Collection[int] = (),
        keep: bool = False,
    ) -> SearchView:
        """``look`` and ``note`` in one."""
        looked = await self.look(actor, query, kinds=kinds, themes=themes, keep=keep)
        await self.note(actor, looked)
        return looked.view

    async def look(
        self,
        actor: Actor,
        query: str,
        *,
        kinds: Collection[str] = (),
        themes: Collection[int] = (),
        keep: bool = False,
    ) -> Looked:
        """The first page, and what is to be noted of it: see ``note``.

        A search of several pages is noted, to turn them; a fruitless one too, nameless. ``keep``: one of a
        single page too, so that it can be saved.
        """
        require(actor, Action.SEARCH_LIBRARY)
        asked = text.one_line(query)[:QUESTION_LONGEST]
        if not asked:
            raise Invalid(field="query", problem="missing")
        of_kinds, of_themes = sorted(kinds), sorted(themes)
        chosen = chosen_item(asked)
        async with self._db.glance() as glance:
            if chosen is not None:
                found = search.Answer([Hit(*chosen, 1.0)], None, frozenset())
            else:
                found = await self._ask(glance, actor, asked, kinds, themes)
            hits = found.hits[:MOST_RESULTS]
            results = await _results(glance, actor.network_id, hits[:PAGE], found.stems)
        if chosen is not None and not results:
            raise NotFound(kind=chosen[0])
        noted = None
        if chosen is None and (keep or len(hits) > PAGE or not hits):
            noted = Note(
                number=1 + secrets.randbelow(_NUMBERS),
                hits=hits,
                stems=found.stems,
                at=self._clock.now(),
            )
            self._noting[noted.number] = asyncio.Event()
        view = SearchView(
            query=results[0].title if chosen is not None else asked,  # a ``ref`` means nothing to who reads
            results=results,
            total=len(hits),
            page=1,
            suggestion=found.suggestion,
            kinds=tuple(of_kinds),
            themes=tuple(of_themes),
            session_id=noted.number if noted else None,
            ticket=ticket_of(noted.at) if noted else 0,
        )
        return Looked(view, noted)

    async def note(self, actor: Actor, looked: Looked) -> None:
        """Write a search down: its pages turn, it can be saved. Who turns one before then waits for it."""
        require(actor, Action.SEARCH_LIBRARY)
        view, note = looked.view, looked.note
        if note is None:
            return
        row = SearchSession(
            id=note.number,
            network_id=actor.network_id,
            member_id=actor.member_id if note.hits else None,
            query=view.query,
            filters={"kinds": list(view.kinds), "themes": list(view.themes)},
            found=[[hit.kind, hit.item_id, hit.score] for hit in note.hits],
            stems=sorted(note.stems),
            suggestion=view.suggestion,
            results=view.total,
            at=note.at,
        )
        try:
            async with self._db.transaction() as session:
                session.add(row)
        except IntegrityError:  # the number was drawn before: this search is found again by asking again
            log.info("search not noted number=%s", note.number)
        finally:
            self._noting.pop(note.number).set()

    async def page(self, actor: Actor, session_id: int, page: int) -> SearchView:
        """Another page of one's own search: what was found then, without what has been withdrawn since."""
        require(actor, Action.SEARCH_LIBRARY)
        if noting := self._noting.get(session_id):
            await noting.wait()
        async with self._db.reading() as session:
            noted = await session.get(SearchSession, session_id)
            if (
                noted is None
                or noted.network_id != actor.network_id
                or noted.member_id != actor.member_id
                or not noted.found
            ):
                raise NotFound(kind="search")
            hits = [Hit(*one) if len(one) == 3 else Hit(_RESOURCE, *one) for one in noted.found]
            page = min(max(1, page), -(-len(hits) // PAGE))
            shown = hits[(page - 1) * PAGE : page * PAGE]
            results = await _results(session, actor.network_id, shown, frozenset(noted.stems))
        return SearchView(
            query=noted.query,
            results=results,
            total=len(hits),
            page=page,
            suggestion=noted.suggestion,
            kinds=tuple(noted.filters["kinds"]),
            themes=tuple(noted.filters["themes"]),
            session_id=session_id,
            ticket=ticket_of(noted.at),
        )

    async def suggest(self, actor: Actor, typed: str) -> list[Suggestion]:
        """What the words typed so far may lead to: titles that begin so, then the others."""
        require(actor, Action.SEARCH_LIBRARY)
        begun = " ".join(typed[:QUESTION_LONGEST].split())
        if typed[-1:].isspace():
            begun += " "
        async with self._db.glance() as glance:
            if not begun.strip():
                return await _newest(glance, actor.network_id)
            hits = await search.complete(glance, self._memory, actor.network_id, begun, kinds=KINDS)
            titles = await _titles(glance, actor.network_id, hits)
        start = search.key_of(begun)
        known = [hit for hit in hits if _item(hit) in titles]
        known.sort(key=lambda hit: (not search.key_of(titles[_item(hit)]).startswith(start), -hit.score))
        return [_suggestion(_item(hit), titles[_item(hit)]) for hit in known[:SUGGESTIONS_MOST]]

    async def bare(self, actor: Actor, query: str, most: int = 10) -> list[tuple[str, str, float]]:
        """Reference, title and score of the best: for programs. Nothing is noted."""
        require(actor, Action.SEARCH_LIBRARY)
        async with self._db.glance() as glance:
            found = await self._ask(glance, actor, query, (), ())
            hits = found.hits[:most]
            rows = {
                _RESOURCE: await library.references(glance, actor.network_id, _ids(hits, _RESOURCE)),
                _PRACTICE: await practices.references(glance, actor.network_id, _ids(hits, _PRACTICE)),
            }
        return [(*rows[hit.kind][hit.item_id], hit.score) for hit in hits if hit.item_id in rows[hit.kind]]

    async def purge(self) -> int:
        """Forget old searches, of every network; the application's own tick. Their pages are closed."""
        before = self._clock.now() - KEPT_FOR
        async with self._db.transaction() as session:
            gone = await session.exec(delete(SearchSession).where(col(SearchSession.at) < before))
            return int(gone.rowcount)

    async def _ask(
        self,
        source: Source,
        actor: Actor,
        query: str,
        kinds: Collection[str],
        themes: Collection[int],
    ) -> search.Answer:
        return await search.answer(
            source,
            self._memory,
            actor.network_id,
            query,
            kinds=KINDS,
            facets=[[f"kind:{kind}" for kind in kinds], [f"theme:{theme}" for theme in themes]],
        )


def ticket_of(at: datetime) -> int:
    """What the button under a search carries beside its id: a nameless search is only its asker's to save."""
    return at.second * 1_000_000 + at.microsecond


def chosen_item(query: str) -> tuple[str, int] | None:
    """Kind and id of what a suggestion's ``ref`` stands for; None for an ordinary question."""
    kind, colon, number = query.partition(":")
    if not colon or kind not in KINDS or not (item_id := text.row_id(number)):
        return None
    return kind, item_id


def _item(hit: Hit) -> tuple[str, int]:
    return hit.kind, hit.item_id


def _ids(hits: Sequence[Hit], kind: str) -> list[int]:
    return [hit.item_id for hit in hits if hit.kind == kind]


def _suggestion(item: tuple[str, int], title: str) -> Suggestion:
    label = title if len(title) <= LABEL_LONGEST else f"{title[: LABEL_LONGEST - 1].rstrip()}…"
    return Suggestion(label, f"{item[0]}:{item[1]}")


async def _newest(source: Source, network_id: int) -> list[Suggestion]:
    """For who has typed nothing yet."""
    resources = await library.newest_sure(source, network_id, limit=SUGGESTIONS_MOST)
    cards = await practices.newest(source, network_id, limit=SUGGESTIONS_MOST)
    latest = [(at, (_RESOURCE, one), title) for one, title, at in resources]
    latest += [(at, (_PRACTICE, one), title) for one, title, at in cards]
    latest.sort(key=lambda one: one[0], reverse=True)
    return [_suggestion(item, title) for _, item, title in latest[:SUGGESTIONS_MOST]]


async def _titles(source: Source, network_id: int, hits: Sequence[Hit]) -> dict[tuple[str, int], str]:
    """Of what may be suggested: published, with an address that answers and that nobody doubts."""
    sure = await library.sure_titles(source, network_id, _ids(hits, _RESOURCE))
    cards = await practices.references(source, network_id, _ids(hits, _PRACTICE))
    return {(_RESOURCE, item_id): title for item_id, title in sure.items()} | {
        (_PRACTICE, item_id): title for item_id, (_, title) in cards.items()
    }


async def _results(
    source: Source, network_id: int, hits: Sequence[Hit], stems: Collection[str]
) -> tuple[SearchResult, ...]:
    """As they are now; what is not published any more is left out."""
    ids = _ids(hits, _RESOURCE)
    cards = await library.cards(source, network_id, ids)
    told = await practices.cards(source, network_id, _ids(hits, _PRACTICE))
    results = []
    for hit in hits:
        one = hit.item_id
        if hit.kind == _PRACTICE and one in told:
            results.append(_practice(told[one], hit.score, stems))
        elif hit.kind == _RESOURCE and one in cards:
            results.append(_result(cards[one], hit.score, stems))
    return tuple(results)


def _result(card: Card, score: float, stems: Collection[str]) -> SearchResult:
    return SearchResult(
        id=card.id,
        ref=card.ref,
        kind=card.kind,
        title=card.title,
        title_pieces=search.highlighted(card.title, stems),
        passage=search.passage([card.summary, card.body], stems, PASSAGE),
        url=card.url,
        publisher=card.publisher,
        year=card.year,
        themes=tuple(card.themes),
        score=score,
        doubtful=card.doubtful,
        link_state=card.link_state,
        uses=card.uses,
    )


def _practice(card: PracticeCard, score: float, stems: Collection[str]) -> SearchResult:
    return SearchResult(
        id=card.id,
        ref=card.ref,
        kind=_PRACTICE,
        title=card.title,
        title_pieces=search.highlighted(card.title, stems),
        passage=search.passage([card.context, card.done], stems, PASSAGE),
        url=None,
        publisher=card.authority,
        year=None,
        themes=card.themes,
        score=score,
        period=card.period,
        thread_ref=card.thread_ref,
        nameless=card.nameless,
    )

"""Finding what the network holds: questions in French as people type them, pages that never repeat.

Only what is in the index is found, and each result is read again before it is shown: published or not at all.
Shows nothing itself; the index is ``storage/search``.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import col, delete
from sqlmodel.ext.asyncio.session import AsyncSession

from community import text
from community.actors import Actor
from community.errors import Invalid, NotFound
from community.policy import Action, require
from community.ports import Clock
from storage import library, links, search
from storage.engine import Database
from storage.library import Card
from storage.search import Fragment, Highlighted, Hit, SearchSession

__all__ = ["Fragment", "Highlighted", "Search", "SearchResult", "SearchView", "Suggestion"]

PAGE = 5
KEPT_FOR = timedelta(days=90)  # long enough to see what a network looks for in vain
QUESTION_LONGEST = 300
MOST_RESULTS = 50
PASSAGE = 220  # characters of a result's passage
LABEL_LONGEST = 100  # what an autocompletion may show
SUGGESTIONS_MOST = 25
_RESOURCE = "resource"
_CHOSEN = "resource:"


@dataclass(frozen=True)
class SearchResult:
    """One result; ``title`` and ``passage`` are in pieces, the words asked are marked."""

    id: int
    ref: str  # the id given at import, kept
    kind: str
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
class Suggestion:
    """``ref`` typed back as a question means this very resource."""

    label: str
    ref: str


class Search:
    """Use cases of searching."""

    def __init__(self, db: Database, clock: Clock, memory: search.Memory | None = None) -> None:
        self._db = db
        self._clock = clock
        self._memory = memory or search.Memory()

    async def find(
        self,
        actor: Actor,
        query: str,
        *,
        kinds: Collection[str] = (),
        themes: Collection[int] = (),
        keep: bool = False,
    ) -> SearchView:
        """The first page. A search of several pages is noted, to turn them; a fruitless one too, nameless.

        ``keep``: one of a single page too, so that it can be saved.
        """
        require(actor, Action.SEARCH_LIBRARY)
        asked = text.one_line(query)[:QUESTION_LONGEST]
        if not asked:
            raise Invalid(field="query", problem="missing")
        of_kinds, of_themes = sorted(kinds), sorted(themes)
        chosen = chosen_resource(asked)
        async with self._db.reading() as session:
            if chosen is not None:
                found = search.Answer([Hit(_RESOURCE, chosen, 1.0)], None, frozenset())
            else:
                found = await self._ask(session, actor, asked, kinds, themes)
            hits = found.hits[:MOST_RESULTS]
            results = await _results(session, actor.network_id, hits[:PAGE], found.stems)
        if chosen is not None and not results:
            raise NotFound(kind="resource")
        noted = None
        if chosen is None and (keep or len(hits) > PAGE or not hits):
            noted = SearchSession(
                network_id=actor.network_id,
                member_id=actor.member_id if hits else None,
                query=asked,
                filters={"kinds": of_kinds, "themes": of_themes},
                found=[[hit.item_id, hit.score] for hit in hits],
                stems=sorted(found.stems),
                suggestion=found.suggestion,
                results=len(hits),
                at=self._clock.now(),
            )
            async with self._db.transaction() as session:
                session.add(noted)
        return SearchView(
            query=asked,
            results=results,
            total=len(hits),
            page=1,
            suggestion=found.suggestion,
            kinds=tuple(of_kinds),
            themes=tuple(of_themes),
            session_id=noted.id if noted else None,
            ticket=ticket_of(noted) if noted else 0,
        )

    async def page(self, actor: Actor, session_id: int, page: int) -> SearchView:
        """Another page of one's own search: what was found then, without what has been withdrawn since."""
        require(actor, Action.SEARCH_LIBRARY)
        async with self._db.reading() as session:
            noted = await session.get(SearchSession, session_id)
            if (
                noted is None
                or noted.network_id != actor.network_id
                or noted.member_id != actor.member_id
                or not noted.found
            ):
                raise NotFound(kind="search")
            hits = [Hit(_RESOURCE, item_id, score) for item_id, score in noted.found]
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
            ticket=ticket_of(noted),
        )

    async def suggest(self, actor: Actor, typed: str) -> list[Suggestion]:
        """What the words typed so far may lead to: titles that begin so, then the others."""
        require(actor, Action.SEARCH_LIBRARY)
        begun = " ".join(typed[:QUESTION_LONGEST].split())
        if typed[-1:].isspace():
            begun += " "
        async with self._db.reading() as session:
            if not begun.strip():
                newest, _ = await library.browse(
                    session, actor.network_id, theme_id=None, kind=None, limit=SUGGESTIONS_MOST, offset=0
                )
                dead = await links.dead(session, actor.network_id)
                sure = [one for one in newest if one.id not in dead and one.doubtful_since is None]
                return [_suggestion(one.id or 0, one.title) for one in sure]
            hits = await search.complete(session, self._memory, actor.network_id, begun, kinds=[_RESOURCE])
            dead = await links.dead(session, actor.network_id)
            wanted = [hit.item_id for hit in hits if hit.item_id not in dead]
            titles = await library.sure_titles(session, actor.network_id, wanted)
        start = search.key_of(begun)
        known = [hit for hit in hits if hit.item_id in titles]
        known.sort(key=lambda hit: (not search.key_of(titles[hit.item_id]).startswith(start), -hit.score))
        return [_suggestion(hit.item_id, titles[hit.item_id]) for hit in known[:SUGGESTIONS_MOST]]

    async def bare(self, actor: Actor, query: str, most: int = 10) -> list[tuple[str, str, float]]:
        """Reference, title and score of the best: for programs. Nothing is noted."""
        require(actor, Action.SEARCH_LIBRARY)
        async with self._db.reading() as session:
            found = await self._ask(session, actor, query, (), ())
            hits = found.hits[:most]
            rows = await library.references(session, actor.network_id, [hit.item_id for hit in hits])
        return [(*rows[hit.item_id], hit.score) for hit in hits if hit.item_id in rows]

    async def purge(self) -> int:
        """Forget old searches, of every network; the application's own tick. Their pages are closed."""
        before = self._clock.now() - KEPT_FOR
        async with self._db.transaction() as session:
            gone = await session.exec(delete(SearchSession).where(col(SearchSession.at) < before))
            return int(gone.rowcount)

    async def _ask(
        self,
        session: AsyncSession,
        actor: Actor,
        query: str,
        kinds: Collection[str],
        themes: Collection[int],
    ) -> search.Answer:
        return await search.answer(
            session,
            self._memory,
            actor.network_id,
            query,
            kinds=[_RESOURCE],
            facets=[[f"kind:{kind}" for kind in kinds], [f"theme:{theme}" for theme in themes]],
        )


def ticket_of(noted: SearchSession) -> int:
    """What the button under a search carries beside its id: a nameless search is only its asker's to save."""
    return noted.at.second * 1_000_000 + noted.at.microsecond


def chosen_resource(query: str) -> int | None:
    """The resource that a suggestion's ``ref`` stands for; None for an ordinary question."""
    number = query.removeprefix(_CHOSEN)
    return (text.row_id(number) or None) if number != query else None


def _suggestion(resource_id: int, title: str) -> Suggestion:
    label = title if len(title) <= LABEL_LONGEST else f"{title[: LABEL_LONGEST - 1].rstrip()}…"
    return Suggestion(label, f"{_CHOSEN}{resource_id}")


async def _results(
    session: AsyncSession, network_id: int, hits: Sequence[Hit], stems: Collection[str]
) -> tuple[SearchResult, ...]:
    """As they are now; what is not published any more is left out."""
    ids = [hit.item_id for hit in hits]
    cards = await library.cards(session, network_id, ids)
    themes = await library.theme_names(session, network_id, ids)
    failing = await links.failing(session, network_id, ids)
    return tuple(
        _result(
            cards[hit.item_id], themes.get(hit.item_id, []), hit.score, stems, failing.get(hit.item_id, "ok")
        )
        for hit in hits
        if hit.item_id in cards
    )


def _result(
    card: Card, themes: Sequence[str], score: float, stems: Collection[str], link_state: str
) -> SearchResult:
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
        themes=tuple(themes),
        score=score,
        doubtful=card.doubtful_since is not None,
        link_state=link_state,
    )

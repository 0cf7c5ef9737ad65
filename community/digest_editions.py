"""What one digest of a network says: chosen, put into sections, and laid out in pages that fit."""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from community import digest_rules as rules
from community import digest_sources as sources
from community import text
from community.acronyms import expand_first_use
from community.digest_sources import Item, Key, Window
from community.ports import Renderer
from storage import search, texts
from storage.digests import DigestRun, Frequency
from storage.networks import Network

log = logging.getLogger(__name__)

MOST = 8  # items of a kind
MOST_OTHERS = 100  # counted of what is left out; beyond, « plus de »
TEXT_ROOM = 3800  # characters of a page with its title and its note: Discord takes 4,000
WEIGHT_ROOM = 9000  # bytes
TEMPLATE, OPENING = "digests/network", "digests/opening"
PERSONAL_OPENING = "digests/personal_opening"


@dataclass(frozen=True)
class Section:
    """``left``: how many more of this kind there are."""

    kind: str
    items: Sequence[Item]
    left: int = 0


@dataclass(frozen=True)
class Opening:
    """The words around the news, filled: the title and the beginning of the first page, the end of the last.

    ``failed``: the network's own could not be filled, and these are the shipped ones.
    """

    title: str
    body: str
    note: str
    failed: bool = False


BARE = Opening("", "", "")


@dataclass(frozen=True)
class Edition:
    """A page of a digest, or the whole of it. ``page`` counts from 1."""

    network: str
    frequency: str
    since: datetime
    until: datetime
    sections: Sequence[Section]
    opening: Opening
    word: str = ""
    page: int = 1
    pages: int = 1

    @property
    def items(self) -> Sequence[Item]:
        return [item for section in self.sections for item in section.items]


@dataclass(frozen=True)
class Content:
    """What was chosen, before it is laid out."""

    window: Window
    items: Sequence[Item]
    left: Mapping[str, int]


def window_of(frequency: str, start: datetime, now: datetime) -> Window:
    """News since then, and meetups until a little after the next digest."""
    span = rules.SPAN[Frequency(frequency)]
    return Window(max(start, now - rules.LONGEST_WINDOW), now, now + span + timedelta(days=2))


async def compose(session: AsyncSession, network: Network, window: Window) -> Content:
    """By distinct authorities, then the newest; each kind has its share. Shown newest first."""
    keys: list[Key] = []
    left: dict[str, int] = {}
    for kind, found in (await sources.candidates(session, network.id or 0, window)).items():
        chosen = rules.spread(found, MOST, of=lambda one: one)
        soonest = kind == "meetup"
        chosen.sort(key=lambda one: one.at, reverse=not soonest)
        keys += [one.key for one in chosen]
        left[kind] = min(len(found) - len(chosen), MOST_OTHERS)
    return Content(
        window, await _explained(session, network, await sources.read(session, network, keys)), left
    )


async def opening_of(
    session: AsyncSession, renderer: Renderer, network: Network, frequency: str, window: Window
) -> Opening:
    """In the network's own words where it has some that work."""
    blank = Edition(network.name, frequency, window.start, window.end, (), BARE)
    values = {"digest": blank, "timezone": network.timezone}
    return await words_around(session, renderer, network.id or 0, OPENING, network.locale, values)


async def words_around(
    session: AsyncSession,
    renderer: Renderer,
    network_id: int,
    name: str,
    locale: str,
    values: Mapping[str, Any],
) -> Opening:
    """The opening ``name`` in the network's own words for that language where they work, else as shipped."""
    own = await texts.get(session, network_id, name, locale, in_use=True)
    if own is not None and own.failed_at is None:
        parts = {"title": own.title, "body": own.body, "note": own.note}
        try:
            said = renderer.render_parts(parts, locale, **values)
            return Opening(said.title, said.body, said.note)
        except Exception:  # whatever it is: a digest must not depend on it
            log.warning("own words failed network=%s template=%s", network_id, name, exc_info=True)
    said = renderer.render(name, locale, **values)
    return Opening(said.title, said.body, said.note, failed=own is not None and own.failed_at is None)


def edition(
    network: Network,
    frequency: str,
    content: Content,
    word: str,
    opening: Opening,
    items: Sequence[Item] | None = None,
) -> Edition:
    """All of it on one page, or only these items."""
    shown = content.items if items is None else items
    kinds = [source.kind for source in sources.SOURCES]
    sections = [
        Section(kind, tuple(item for item in shown if item.kind == kind), content.left.get(kind, 0))
        for kind in kinds
        if any(item.kind == kind for item in shown)
    ]
    window = content.window
    return Edition(network.name, frequency, window.start, window.end, sections, opening, word)


def laid_out(
    renderer: Renderer, network: Network, frequency: str, content: Content, word: str, opening: Opening
) -> Sequence[Edition]:
    """Pages that Discord takes whole."""

    def page(items: Sequence[Item], number: int) -> Edition:
        made = edition(network, frequency, content, word if number == 1 else "", opening, items)
        return replace(made, page=number, pages=max(number, 2))

    def fits(items: Sequence[Item], first: bool) -> bool:
        values = {"digest": page(items, 1 if first else 2), "timezone": network.timezone}
        said = renderer.render(TEMPLATE, network.locale, **values)
        whole = said.title + said.body + opening.note  # as if it were the last page
        return len(whole) <= TEXT_ROOM and len(whole.encode()) <= WEIGHT_ROOM

    packed = rules.pack(content.items, fits)
    last = {item.kind: number for number, items in enumerate(packed, 1) for item in items}
    return [
        replace(
            made,
            pages=len(packed),
            sections=[
                section if last[section.kind] == number else replace(section, left=0)
                for section in made.sections
            ],
        )
        for number, items in enumerate(packed, 1)
        for made in [page(items, number)]
    ]


async def of_run(session: AsyncSession, network: Network, frequency: str, run: DigestRun) -> Content:
    """A run as its items are now."""
    keys = [(str(kind), int(item_id)) for page in run.pages for kind, item_id in page]
    window = window_of(frequency, run.window_start, run.window_end)
    items = await _explained(session, network, await sources.read(session, network, keys))
    return Content(replace(window, start=run.window_start), items, run.left)


async def page_of_run(
    session: AsyncSession,
    renderer: Renderer,
    network: Network,
    frequency: str,
    run: DigestRun,
    number: int,
) -> Edition:
    """One page (from 1) as it was laid out, with what its items say now."""
    content = await of_run(session, network, frequency, run)
    wanted = {(str(kind), int(item_id)) for kind, item_id in run.pages[number - 1]}
    items = [item for item in content.items if item.key in wanted]
    later = Counter(str(kind) for page in run.pages[number:] for kind, _ in page)
    opening = await opening_of(session, renderer, network, frequency, content.window)
    made = edition(network, frequency, content, run.word if number == 1 else "", opening, items)
    sections = [replace(one, left=0) if later[one.kind] else one for one in made.sections]
    return replace(made, page=number, pages=len(run.pages), sections=sections)


def whole(pages: Sequence[Edition]) -> Edition:
    """All pages as one, for a file. There is at least one."""
    found: dict[str, Section] = {}
    for section in (section for page in pages for section in page.sections):
        earlier = found.get(section.kind)
        items = (*(earlier.items if earlier else ()), *section.items)
        found[section.kind] = replace(section, items=items)
    return replace(pages[0], sections=tuple(found.values()), pages=1)


async def _explained(session: AsyncSession, network: Network, items: Sequence[Item]) -> Sequence[Item]:
    """The first use of each acronym is spelt out: who reads a digest is not always of the trade."""
    titles = "\n".join(text.one_line(item.title) for item in items)
    if not any(character.isupper() for character in titles):
        return items
    spelt = expand_first_use(titles, await search.acronyms_of(session, network.id or 0)).split("\n")
    return [replace(item, title=title) for item, title in zip(items, spelt, strict=True)]


def keys_of(pages: Sequence[Edition]) -> list[list[list[str | int]]]:
    """As a run keeps them."""
    return [[[item.kind, item.id] for item in page.items] for page in pages]

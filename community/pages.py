"""What a web page says of itself, to prefill the form of whoever proposes it. A suggestion: they edit it.

Reads bytes of strangers: within bounds, without a parser that could be led astray. The page is fetched
outside every transaction, by the same careful reader as the link checker's.
"""

import codecs
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass

from community import text
from community.actors import Actor
from community.errors import Invalid
from community.policy import Action, require
from community.ports import Fetched, Unreachable, WebReader
from community.resources import SUMMARY_LONGEST, TITLE_LONGEST, AlreadyThere, may_see
from storage import library
from storage.engine import Database
from storage.library import ResourceState

_HEAD_MOST = 300_000  # bytes: the head of a page is at its beginning
# No "<" inside: whatever the page, each position is looked at a bounded number of times.
_META = re.compile(r"<meta\b([^<>]{0,3000})>", re.IGNORECASE)
_TITLE = re.compile(r"<title[^<>]{0,300}>([^<]{0,2000})</title", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([\w:.-]{1,40})\s{0,5}=\s{0,5}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_CHARSET = re.compile(rb"charset\s{0,3}=\s{0,3}[\"']?([\w-]{1,40})", re.IGNORECASE)
_SITE = re.compile(r"\s+[|·–—-]\s+")
_TITLES = ("og:title", "twitter:title", "dc.title", "dcterms.title")
_DESCRIPTIONS = ("og:description", "description", "twitter:description", "dc.description")


@dataclass(frozen=True)
class PageView:
    """What to begin the form with. ``problem``: why the page could not be read (an Outcome)."""

    url: str
    title: str = ""
    summary: str = ""
    problem: str | None = None


class Pages:
    """Use cases on pages that are not in the library yet."""

    def __init__(self, db: Database, web: WebReader) -> None:
        self._db = db
        self._web = web

    async def read(self, actor: Actor, typed: str) -> PageView:
        """The address, cleaned, with what the page says; refused when the library has it already."""
        require(actor, Action.PROPOSE_RESOURCE)
        url = text.address(typed)
        if url is None:
            raise Invalid(field="url", problem="bad_url")
        async with self._db.reading() as session:
            twin = await library.standing_at(session, actor.network_id, text.address_key(url))
        if twin is not None:
            raise AlreadyThere(
                resource_id=twin.id,
                published=twin.state == ResourceState.PUBLISHED,
                title=twin.title if may_see(actor, twin) else None,
            )
        try:
            title, summary = described(await self._web.read(url))
        except Unreachable as error:
            return PageView(url, problem=error.outcome.value)
        return PageView(url, title, summary)


def described(page: Fetched) -> tuple[str, str]:
    """Title and summary, within the library's limits; empty where the page does not say."""
    if page.facts:
        title, summary = page.facts.get("title", ""), page.facts.get("description", "")
    elif "html" in page.content_type:
        title, summary = _of_html(_decoded(page))
    else:
        return "", ""
    return _cut(text.one_line(title), TITLE_LONGEST), _cut(text.lines(summary), SUMMARY_LONGEST)


def _of_html(head: str) -> tuple[str, str]:
    said = _metas(head)
    named = _TITLE.search(head)
    shown = html.unescape(named[1]) if named else ""
    title = next((said[name] for name in _TITLES if said.get(name)), shown)
    summary = next((said[name] for name in _DESCRIPTIONS if said.get(name)), "")
    return _without_site(text.one_line(title), text.one_line(said.get("og:site_name", ""))), summary


def _metas(head: str) -> Mapping[str, str]:
    """The first content of each name."""
    found: dict[str, str] = {}
    for meta in _META.finditer(head):
        parts = {
            match[1].lower(): match[2] or match[3] or match[4] or "" for match in _ATTRIBUTE.finditer(meta[1])
        }
        name = (parts.get("property") or parts.get("name") or "").lower()
        if name and parts.get("content"):
            found.setdefault(name, html.unescape(parts["content"]))
    return found


def _without_site(title: str, site: str) -> str:
    """« Le guide | Un site » is called « Le guide » in a library."""
    pieces = _SITE.split(title)
    if len(pieces) > 1 and site and text.folded(pieces[-1]) == text.folded(site):
        return title[: title.rindex(pieces[-1])].rstrip(" |·–—-")
    return title


def _decoded(page: Fetched) -> str:
    head = page.body[:_HEAD_MOST]
    said = page.charset or ((match := _CHARSET.search(head[:4096])) and match[1].decode("ascii"))
    for name in (said, "utf-8"):
        try:
            known = codecs.lookup(name or "utf-8")
            if known._is_text_encoding:  # not one of the codecs that unpack
                return head.decode(known.name, "replace")
        except (LookupError, ValueError):
            continue
    return ""


def _cut(words: str, most: int) -> str:
    if len(words) <= most:
        return words
    return f"{words[: most - 1].rsplit(' ', 1)[0].rstrip(' ,;:.')}…"[:most]

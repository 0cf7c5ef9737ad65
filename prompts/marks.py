"""Discord's Markdown, as the words' renderer makes it, turned into HTML by a parser of CommonMark.

What a member typed was escaped for Discord; it must appear as the same text on a page. So the parser is
given only the marks that Discord knows, and addresses and Discord's own references are told apart before.
"""

import re
from functools import cache
from html import escape
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

# What Discord does not have, or has otherwise: a typed "&amp;" or a line of "===" is just that.
_UNKNOWN = ("entity", "html_block", "html_inline", "code", "lheading", "reference", "hr", "image")
_SPECIAL = re.compile(
    r"\\[^0-9A-Za-z\s]"
    r"|```[\s\S]*?```|`[^`\n]*`"
    r"|\[(?:\\.|[^\\\[\]\n])*\]\([^()\s]*\)"
    r"|(?P<stamp><t:-?\d{1,17}(?::[a-zA-Z])?> \((?P<written>[^()\n]*)\))"
    r"|(?P<bare><t:-?\d{1,17}(?::[a-zA-Z])?>)"
    r"|(?P<reference><(?:@[!&]?|\#)\d{1,20}>)"
    r"|(?P<address>https?://[^\s<>]+[^<>.,:;\"')\]\s])"
)
_SMALL = re.compile(r"^-# (.*)$", re.MULTILINE)
_OPEN, _CLOSE = "\ufdd0", "\ufdd1"  # no character at all: they stand for tags that CommonMark lacks
_INVISIBLE = re.compile(f"[\u200b{_OPEN}{_CLOSE}]")


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # only pages and e-mails need it

    return (
        MarkdownIt("commonmark", {"html": False, "breaks": True, "xhtmlOut": False})
        .enable("strikethrough")
        .disable(_UNKNOWN)
    )


def _prepared(markdown: str, person: str) -> str:
    def kept(match: re.Match[str]) -> str:
        if match["stamp"]:
            return str(match["written"])  # a page says when in words; only a client knows the reader's zone
        if match["bare"]:
            return ""
        if match["reference"]:
            return person  # who it is depends on the platform
        if match["address"]:
            return f"<{match['address']}>"
        return match[0]

    visible = _INVISIBLE.sub("", _SPECIAL.sub(kept, markdown))
    return _SMALL.sub(rf"{_OPEN}\1{_CLOSE}", visible)


def to_html(markdown: str, *, person: str = "…") -> Markup:
    """Paragraphs, lists, titles. ``person`` stands for the platform's references to people and places."""
    shown = _parser().render(_prepared(markdown, person)).strip()
    return Markup(shown.replace(_OPEN, "<small>").replace(_CLOSE, "</small>"))  # noqa: S704 - the parser escapes


def to_inline(markdown: str, *, person: str = "…") -> Markup:
    """One line, without a paragraph around it."""
    shown = _parser().renderInline(_prepared(markdown, person))
    return Markup(shown.replace(_OPEN, "").replace(_CLOSE, ""))  # noqa: S704 - the parser escapes


def to_markdown(markdown: str, *, person: str = "…") -> str:
    """Markdown for other readers: without what only Discord understands."""

    def kept(match: re.Match[str]) -> str:
        if match["stamp"]:
            return str(match["written"])
        return person if match["reference"] else "" if match["bare"] else match[0]

    return _INVISIBLE.sub("", _SPECIAL.sub(kept, markdown))


def to_text(markdown: str, *, person: str = "…") -> str:
    """Plain words, addresses in clear: for an e-mail's text part, for Tchap, for a screen reader."""
    parts: list[str] = []
    end = 0
    for match in _SPECIAL.finditer(markdown):
        parts += [_bare(markdown[end : match.start()]), _in_text(match, person)]
        end = match.end()
    parts.append(_bare(markdown[end:]))
    text = "".join(parts)
    return re.sub(r"[ \t]+\n", "\n", _INVISIBLE.sub("", text)).strip()


def _in_text(match: re.Match[str], person: str) -> str:
    if match["stamp"]:
        return str(match["written"])
    if match["bare"]:
        return ""
    if match["reference"]:
        return person
    if match["address"]:
        return match["address"]
    if match[0].startswith("["):
        words, _, address = match[0][1:-1].rpartition("](")
        return f"{_unescaped(words)} ({address})"
    return match[0][1:] if match[0].startswith("\\") else match[0].strip("`\n")


def _bare(text: str) -> str:
    """Without the marks that open and close."""
    text = re.sub(r"^(?:#{1,3}|-#) ", "", text, flags=re.MULTILINE)
    return re.sub(r"\*{1,3}|__|~~|\|\||`", "", text)


def _unescaped(text: str) -> str:
    return re.sub(r"\\([^0-9A-Za-z\s])", r"\1", re.sub(r"(?<!\\)(?:\*{1,3}|__|~~)", "", text))


def escaped(text: str) -> Markup:
    """Plain text, ready for a page."""
    return Markup(escape(text))  # noqa: S704 - escaped on this very line

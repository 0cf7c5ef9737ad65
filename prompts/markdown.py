"""Discord's Markdown: cut it without breaking it, or take it away."""

import re
from collections.abc import Iterator

from prompts.graphemes import graphemes, shorten

_ATOM = re.compile(
    r"(?P<escape>\\[^0-9A-Za-z\s])"
    r"|(?P<link>\[(?:\\.|[^\\\[\]\n])*\]\([^()\s]*\))"
    r"|(?P<angle><[^<>\s]{1,64}>)"
    r"|(?P<address>https?://[^\s<]+[^<.,:;\"')\]\s])"
    r"|(?P<bullet>^ *(?:[*\-]|\d+\.|#{1,3}|-#|>{1,3}) )"
    r"|(?P<mark>\*{1,3}|__|~~|\|\||```|`)",
    re.MULTILINE,
)
_TOKEN_LINK = re.compile(r"\[((?:\\.|[^\\\[\]\n])*)\]\([^()\s]*\)")
_ANGLE = re.compile(r"<[^<>\s]{1,64}>")
_ANY_MARK = re.compile(
    r"\\([^0-9A-Za-z\s])|\*{1,3}|__|~~|\|\||`{1,3}|^ *(?:[*\-] |#{1,3} |-# |>{1,3} )", re.MULTILINE
)
_HIDDEN = re.compile(r"[\u200b\u2068\u2069]")


def plain(markdown: str) -> str:
    """The words without the marks."""
    text = _ANGLE.sub(lambda angle: angle[0] if _escaped(markdown, angle.start()) else "", markdown)
    text = _TOKEN_LINK.sub(lambda link: link[0] if _escaped(text, link.start()) else link[1], text)
    text = _ANY_MARK.sub(lambda mark: mark[1] or "", text)
    return re.sub(r" {2,}", " ", _HIDDEN.sub("", text)).strip()


def _escaped(text: str, index: int) -> bool:
    """Whether an odd number of backslashes stands before ``index``."""
    return (index - len(text[:index].rstrip("\\"))) % 2 == 1


def _tokens(markdown: str) -> Iterator[tuple[str, str]]:
    """(kind, text) pieces that must not be cut inside; joined together they are ``markdown``."""
    end = 0
    for atom in _ATOM.finditer(markdown):
        yield from (("text", cluster) for cluster in graphemes(markdown[end : atom.start()]))
        yield str(atom.lastgroup), atom[0]
        end = atom.end()
    yield from (("text", cluster) for cluster in graphemes(markdown[end:]))


def _toggled(marks: tuple[str, ...], mark: str) -> tuple[str, ...]:
    """The open marks after ``mark``: it closes the last one like it, or opens; code hides all others."""
    if marks and marks[-1] == mark:
        return marks[:-1]
    if marks and marks[-1].startswith("`"):
        return marks
    return (*marks, mark)


def clip(markdown: str, limit: int) -> str:
    """At most ``limit`` characters, cut between graphemes, ending in … and with every mark closed."""
    if len(markdown) <= limit:
        return markdown
    if limit < 1:
        return ""
    best, at_space = "…", ""
    done = ""
    marks: tuple[str, ...] = ()
    for kind, token in _tokens(markdown):
        opened = len(marks)
        if kind == "mark":
            marks = _toggled(marks, token)
        done += token
        if len(done) >= limit:
            break
        if (kind == "mark" and len(marks) > opened) or kind == "bullet":
            continue
        kept = done.rstrip()
        ending = ("\n" if "```" in marks else "") + "".join(reversed(marks))
        glue = " " if kind == "address" else ""  # an … touching an address would become a part of it
        if len(kept) + len(glue) + 1 + len(ending) > limit or (
            kind == "text" and token.isspace() and not kept
        ):
            continue
        best = f"{kept}{glue}…{ending}"
        if kind == "text" and token.isspace():
            at_space = best if not _ends_in_address(kept) else f"{kept} …{ending}"
    return at_space if limit >= len(at_space) > len(best) * 2 // 3 else best


def _ends_in_address(text: str) -> bool:
    return "://" in text.rsplit(None, 1)[-1] if text.strip() else False


__all__ = ["clip", "plain", "shorten"]

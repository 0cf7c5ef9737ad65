"""What a member typed, made harmless: it pings nobody, opens no mark, and leaks nothing into what follows.

``Safe`` marks Markdown that we wrote ourselves; the renderer escapes everything else that it prints.
"""

import re
import unicodedata
from functools import lru_cache

# The pattern by which Discord's clients find an address, so that we and they agree on where it ends; but for
# the > after it, which they take in when the < before it is escaped.
ADDRESS = re.compile(r"https?://[^\s<>]+[^<>.,:;\"')\]\s]")

_LINE_BREAKS = re.compile(r"\r\n|[\r\v\f\x85\u2028\u2029]")
_ODD_SPACES = re.compile(r"[\t\u1680\u2000-\u200a\u205f\u3000\u2800]")
# Invisible or direction-changing: nothing that a person means to write, much that spoils what surrounds it.
_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    r"\u3164\ufeff\uffa0\ufff0-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e007f]"
)
# Latin letters, figures, usual signs and spaces: most of what is ever shown, and none of it needs scrubbing.
_ORDINARY = re.compile(r"[ -~\n\u00a0-\u00ac\u00ae-\u024f\u2010-\u2015\u2018-\u201f\u2026\u202f\u20ac]*")
# Words and ordinary punctuation, which no client takes for a mark: on one line, without blanks to gather,
# they are themselves when escaped.
_PLAIN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿŒœ…][A-Za-z0-9À-ÖØ-öø-ÿŒœ’',;?!…«»()%.\u00a0\u202f -]*")
_MARKS = re.compile(r"[\\*_~|`\[\]<]")
_LINE_START = re.compile(r"(\A|\n)(\s*)([#>+\-]|\d+(?=[.)]))")
_PING = re.compile(r"@(?=everyone|here|[!&]?(?:\d|$))", re.IGNORECASE)
_AFTER_ADDRESS = re.compile(r"[.,:;\"')]*(?:\s|$)")
_LEAD = re.compile(r"[.,:;\"')\s]*")
_IN_ADDRESS = re.compile(
    r"[*|`\\\[\]()]|~(?=~)|(?<=~)~|@(?=everyone|here|[!&]?\d)|\W(?<![\x21-\x7e])", re.IGNORECASE
)
_NO_ADDRESS = re.compile(r"https?(?=://)")  # too short for an address: our backslashes would make it one
_JOINERS = "\u200c\u200d"
_MOST_ACCENTS = 4
_ISOLATE, _POP = "\u2068", "\u2069"
_BREAK = "\u200b"  # zero width: what Discord's own libraries put after an @ to disarm it


class Safe(str):
    """Markdown that templates and filters made: printed as it is."""

    __slots__ = ()


def _without_stray(text: str) -> str:
    """Drop joiners that join nothing, accents without a letter, and towers of accents."""
    kept: list[str] = []
    accents = 0
    for index, char in enumerate(text):
        if char in _JOINERS:
            after = text[index + 1 : index + 2]
            if not kept or kept[-1] in _JOINERS or not after or kept[-1] < "\x80" or after < "\x80":
                continue
        elif unicodedata.category(char) in {"Mn", "Me"}:
            accents += 1
            if accents > _MOST_ACCENTS or not kept or kept[-1].isspace():
                continue
        else:
            accents = 0
        kept.append(char)
    return "".join(kept).rstrip(_JOINERS)


def clean(text: str, *, lines: bool = False) -> str:
    """Plain text without controls, invisible characters and odd spaces; one line unless ``lines``."""
    ordinary = _ORDINARY.fullmatch(text) is not None
    if not ordinary:
        text = _without_controls(text)
    text = re.sub(r"\n{3,}", "\n\n", re.sub(r" *\n *", "\n", text)) if lines else text.replace("\n", " ")
    if "  " in text:
        text = re.sub(r" {2,}", " ", text)
    return (text if ordinary else _without_stray(text)).strip()


def _without_controls(text: str) -> str:
    text = _LINE_BREAKS.sub("\n", text)
    text = _INVISIBLE.sub("", _ODD_SPACES.sub(" ", text))
    return "".join(
        "\ufffd" if "\ud800" <= char <= "\udfff" else char
        for char in text
        if char == "\n" or unicodedata.category(char) != "Cc"
    )


def _runs_right_to_left(text: str) -> bool:
    return any(unicodedata.bidirectional(char) in {"R", "AL", "AN"} for char in text)


def isolated(text: str) -> str:
    """Keep right-to-left text from reordering what stands around it, line by line."""
    if _ORDINARY.fullmatch(text) or not _runs_right_to_left(text):
        return text
    lead = _LEAD.match(text)
    start = lead.end() if lead else 0  # an address just before must be followed by what ends it
    inner = text[start:]
    body = inner.rstrip()
    lines = (f"{_ISOLATE}{line}{_POP}" if line else "" for line in body.split("\n"))
    return text[:start] + "\n".join(lines) + inner[len(body) :]


def safe_address(address: str) -> str:
    """An address that opens and closes no mark: what could is percent-encoded, which servers read alike."""

    def encode(match: re.Match[str]) -> str:
        return "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "replace"))

    return _IN_ADDRESS.sub(encode, address)


def _escape_start(start: re.Match[str]) -> str:
    mark = f"{start[3]}\\" if start[3][0].isdigit() else f"\\{start[3]}"
    return f"{start[1]}{start[2]}{mark}"


def _escape_words(text: str, *, inside: bool = False) -> str:
    """``inside``: an address comes before, so that the text does not start a line."""
    text = _MARKS.sub(lambda mark: "\\" + mark[0], text)
    text = _NO_ADDRESS.sub(r"\g<0>\\", text)
    guard = "\0" if inside else ""  # clean() has removed every other one
    text = _LINE_START.sub(_escape_start, guard + text).removeprefix("\0")
    return isolated(_PING.sub("@" + _BREAK, text))


@lru_cache(maxsize=4096)
def _escape(text: str, lines: bool) -> str:
    if _PLAIN.fullmatch(text) and not text[-1].isspace() and "  " not in text:
        return text
    text = clean(text, lines=lines)
    parts: list[str] = []
    end = 0
    for address in ADDRESS.finditer(text):
        before = _escape_words(text[end : address.start()], inside=end > 0)
        if end and not _AFTER_ADDRESS.match(before):
            parts.append(" ")  # else the client would take our backslash for a part of the address
        parts += [before, safe_address(address[0])]
        end = address.end()
    rest = _escape_words(text[end:], inside=end > 0)
    if end and not _AFTER_ADDRESS.match(rest):
        parts.append(" ")
    return "".join([*parts, rest])


def escape(text: str, *, lines: bool = False) -> Safe:
    """Show ``text`` as it was typed, whatever it is. On one line, unless ``lines`` keeps its paragraphs."""
    shown = _escape(text, lines)
    # Clients end a spoiler or a strike at the first two marks, escaped or not: keep the last one apart.
    return Safe(shown + _BREAK if shown.endswith(("|", "~")) else shown)

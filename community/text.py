"""Cleans what a person typed before it is checked and kept. Pure.

Control characters and lone surrogates go (PostgreSQL refuses them, and they hide things from readers);
spaces are gathered. Nothing is escaped here: that is the words' affair, at the time of showing.
"""

import re
import unicodedata
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_EMPTY_LINES = re.compile(r"\n{3,}")
# Marks of campaigns: the same page with and without them is the same resource.
_NOISE = re.compile(r"^(utm_\w+|fbclid|gclid|mc_[ce]id|xtor|at_\w+|pk_\w+|mtm_\w+)$")
_INDEX = re.compile(r"/(index|default|accueil)\.(html?|php|aspx?)$")
_USUAL_BLANKS = "\n\t\u00a0\u202f"  # kept, though Python says that they cannot be printed
_ID_MOST = 2**31 - 1  # what both databases take
URL_LONGEST = 512  # what a link button takes


def one_line(text: str) -> str:
    """For titles and names."""
    return " ".join(_visible(text).split())


def lines(text: str) -> str:
    """For longer text: paragraphs are kept, runs of blanks and of empty lines are not."""
    kept = "\n".join(_gathered(line) for line in _visible(text).splitlines())
    if "\n\n\n" in kept:
        kept = _EMPTY_LINES.sub("\n\n", kept)
    return kept.strip()


def row_id(typed: str) -> int:
    """A row's number that somebody's client sent; 0, which no row has, for what cannot be one."""
    if not (typed.isascii() and typed.isdigit()) or len(typed) > len(str(_ID_MOST)):
        return 0
    return int(typed) if int(typed) <= _ID_MOST else 0


def folded(text: str) -> str:
    """For finding a name however it was typed: without case nor accents."""
    apart = unicodedata.normalize("NFKD", one_line(text).casefold())
    return "".join(character for character in apart if not unicodedata.combining(character))


def address(text: str) -> str | None:
    """A web address as it can be kept and opened, or None when it is not one."""
    candidate = "".join(_visible(text).split())
    if candidate and "://" not in candidate:
        candidate = f"https://{candidate}"
    if len(candidate) > URL_LONGEST:
        return None
    try:
        parts = urlsplit(candidate)
        host = parts.hostname
        parts.port  # noqa: B018 - raises on a port that is no port
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or host is None or "." not in host.strip("."):
        return None
    if parts.username is not None or parts.password is not None:  # would publish a password
        return None
    return urlunsplit(parts._replace(scheme=parts.scheme.lower()))


def address_key(url: str) -> str:
    """Two addresses with the same key lead to the same page, as far as their form can tell.

    The scheme, "www.", campaign marks, the order of parameters, a final slash and the fragment do not count.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    path = _INDEX.sub("", parts.path).rstrip("/")
    query = urlencode(
        sorted(pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not _NOISE.match(pair[0]))
    )
    return f"{host}{port}{path}" + (f"?{query}" if query else "")


def _gathered(line: str) -> str:
    """Runs of blanks as one space. Most lines have none: they are not taken apart."""
    return line.strip() if line.isprintable() and "  " not in line else " ".join(line.split())


def _visible(text: str) -> str:
    """Without control, format-control of direction, and surrogate characters; composed (NFC)."""
    composed = unicodedata.normalize("NFC", text)
    plain = composed
    for blank in _USUAL_BLANKS:
        plain = plain.replace(blank, " ")
    if plain.isprintable():  # most texts: far quicker to ask than to look at each character
        return composed
    hidden = [
        character
        for character in set(composed)  # a long text has few different characters
        if character not in "\n\t\u200d" and unicodedata.category(character) in ("Cc", "Cs", "Cf", "Co")
    ]
    return composed.translate(dict.fromkeys(map(ord, hidden))) if hidden else composed

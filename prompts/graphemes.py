"""Characters as a reader counts them: a letter with its accents, a flag, a family, is one.

Small on purpose: enough never to cut inside what looks like one character. Not a full UAX #29.
"""

import re
import unicodedata
from collections.abc import Iterator

_JOINER = "\u200d"
_ALONE = re.compile("[\0-\u02ff\u2010-\u203f]*")  # most of what is written here: nothing hangs on another


def _is_regional(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _continues(char: str) -> bool:
    """Whether ``char`` hangs on the one before it."""
    return (
        char == _JOINER
        or unicodedata.category(char) in {"Mn", "Me", "Mc"}
        or "\U0001f3fb" <= char <= "\U0001f3ff"  # skin tones
        or "\ufe00" <= char <= "\ufe0f"
        or "\u1160" <= char <= "\u11ff"  # Hangul vowels and finals
    )


def graphemes(text: str) -> Iterator[str]:
    """The clusters of ``text``, in order; joined together they are ``text``."""
    cluster = ""
    for char in text:
        pair = len(cluster) == 1 and _is_regional(cluster) and _is_regional(char)
        if cluster and (_continues(char) or cluster.endswith(_JOINER) or pair):
            cluster += char
            continue
        if cluster:
            yield cluster
        cluster = char
    if cluster:
        yield cluster


def _beginning(text: str, most: int) -> str:
    """The clusters that ``most`` characters hold."""
    if _ALONE.fullmatch(text, 0, most + 1):
        return text[:most]
    kept = ""
    for cluster in graphemes(text):
        if len(kept) + len(cluster) > most:
            break
        kept += cluster
    return kept


def shorten(text: str, limit: int) -> str:
    """Plain text of at most ``limit`` characters (as Discord counts: code points), ending in … when cut.

    Cuts between words when one ends in the last third.
    """
    if len(text) <= limit:
        return text
    if limit < 1:
        return ""
    kept = _beginning(text, limit - 1)
    space = kept.rfind(" ")
    if space > len(kept) * 2 // 3:
        kept = kept[:space]
    return kept.rstrip() + "…"

"""The short way through ``clean``: only characters that the long way would leave alone may take it."""

import sys
import unicodedata

from prompts import safe


def test_no_ordinary_character_needs_scrubbing() -> None:
    ordinary = [char for char in map(chr, range(sys.maxunicode + 1)) if safe._ORDINARY.fullmatch(char)]
    assert {"a", "é", "Œ", "’", "«", "\u00a0", "\u202f", "…", "€", "\n"} <= set(ordinary)
    for char in ordinary:
        assert char == "\n" or unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Mn", "Me"}, ascii(char)
        assert unicodedata.bidirectional(char) not in {"R", "AL", "AN"}, ascii(char)
        scrubbed = safe._without_stray(safe._without_controls(f"a{char}b"))
        assert scrubbed == f"a{char}b", ascii(char)

"""The words by which people say days, months, ranks and numbers, without accents (``text.folded``). Pure.

French and English in one table: nobody should have to say first which of the two they write.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from community import text

WEEKDAYS = {
    **dict.fromkeys(("lundi", "lun", "monday", "mon"), 0),
    **dict.fromkeys(("mardi", "mar", "tuesday", "tue", "tues"), 1),
    **dict.fromkeys(("mercredi", "mer", "wednesday", "wed"), 2),
    **dict.fromkeys(("jeudi", "jeu", "thursday", "thu", "thur", "thurs"), 3),
    **dict.fromkeys(("vendredi", "ven", "friday", "fri"), 4),
    **dict.fromkeys(("samedi", "sam", "saturday", "sat"), 5),
    **dict.fromkeys(("dimanche", "dim", "sunday", "sun"), 6),
}
MONTHS = {
    **dict.fromkeys(("janvier", "janv", "jan", "january"), 1),
    **dict.fromkeys(("fevrier", "fevr", "fev", "february", "feb"), 2),
    **dict.fromkeys(("mars", "march"), 3),
    **dict.fromkeys(("avril", "avr", "april", "apr"), 4),
    **dict.fromkeys(("mai", "may"), 5),
    **dict.fromkeys(("juin", "june", "jun"), 6),
    **dict.fromkeys(("juillet", "juil", "july", "jul"), 7),
    **dict.fromkeys(("aout", "august", "aug"), 8),
    **dict.fromkeys(("septembre", "sept", "september", "sep"), 9),
    **dict.fromkeys(("octobre", "oct", "october"), 10),
    **dict.fromkeys(("novembre", "nov", "november"), 11),
    **dict.fromkeys(("decembre", "dec", "december"), 12),
}
# The last counts from the end.
RANKS = {
    **dict.fromkeys(("premier", "1er", "1re", "premiere", "first", "1st"), 1),
    **dict.fromkeys(("deuxieme", "second", "seconde", "2e", "2eme", "2nd"), 2),
    **dict.fromkeys(("troisieme", "3e", "3eme", "third", "3rd"), 3),
    **dict.fromkeys(("quatrieme", "4e", "4eme", "fourth", "4th"), 4),
    **dict.fromkeys(("cinquieme", "5e", "5eme", "fifth", "5th"), 5),
    **dict.fromkeys(("dernier", "derniere", "last"), -1),
    **dict.fromkeys(("avant-dernier", "avant-derniere", "penultimate"), -2),
}
NUMBERS = {
    **dict.fromkeys(("un", "une", "one"), 1),
    **dict.fromkeys(("deux", "two"), 2),
    **dict.fromkeys(("trois", "three"), 3),
    **dict.fromkeys(("quatre", "four"), 4),
    **dict.fromkeys(("cinq", "five"), 5),
    **dict.fromkeys(("six",), 6),
    **dict.fromkeys(("sept", "seven"), 7),
    **dict.fromkeys(("huit", "eight"), 8),
    **dict.fromkeys(("neuf", "nine"), 9),
    **dict.fromkeys(("dix", "ten"), 10),
    **dict.fromkeys(("onze", "eleven"), 11),
    **dict.fromkeys(("douze", "twelve"), 12),
    **dict.fromkeys(("treize", "thirteen"), 13),
    **dict.fromkeys(("quatorze", "fourteen"), 14),
    **dict.fromkeys(("quinze", "fifteen"), 15),
    **dict.fromkeys(("seize", "sixteen"), 16),
    **dict.fromkeys(("vingt", "twenty"), 20),
    **dict.fromkeys(("trente", "thirty"), 30),
}
# Minutes said after an hour.
WORDED_MINUTES = {
    **dict.fromkeys(("et demi", "et demie", "trente"), 30),
    **dict.fromkeys(("et quart", "quinze"), 15),
    **dict.fromkeys(("quarante-cinq", "quarante cinq"), 45),
    "moins le quart": -15,
}


@dataclass(frozen=True)
class Unclear:
    """Why no date was taken. Words: label ``problems.when_<code>``, filled with ``details``."""

    code: str
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def problem(self) -> str:
        """For ``Invalid(field=…, problem=…, **details)``."""
        return f"when_{self.code}"


class Refused(Exception):
    """Carries an ``Unclear`` out of the readers; never leaves these modules."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.unclear = Unclear(code, details)


_QUOTES = re.compile(r"[’ʼ`´]")
_DASHES = re.compile(r"[‐‑‒–—]")


def folded(typed: str) -> str:
    """What was typed, ready to be compared: no case, accents, typographic quotes nor double spaces."""
    return text.folded(_DASHES.sub("-", _QUOTES.sub("'", typed)))


def any_of(words: Iterable[str]) -> str:
    """A pattern that takes one of the words, the longest that fits."""
    return "(?:" + "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) + ")"


def number(word: str) -> int:
    """A number in figures or in letters; the pattern has checked that it is one."""
    return int(word) if word.isdigit() else NUMBERS[word]


WEEKDAY = any_of(WEEKDAYS)
MONTH = any_of(MONTHS)
RANK = any_of(RANKS)
WORDED_MINUTE = any_of(WORDED_MINUTES)
NUMBER = rf"(?:\d{{1,3}}|{any_of(NUMBERS)})"

"""Takes « de 14h à 16h » or « pendant 2 h » out of what was written: the rest is a date like another. Pure.

A length is never guessed: what could as well be a day or a time zone is given back, with both meanings.
"""

import re

from community.time_words import (
    MONTH,
    NUMBERS,
    WORDED_MINUTE,
    WORDED_MINUTES,
    Unclear,
    any_of,
    folded,
    number,
)

LONGEST = 12 * 60  # minutes: past that the two hours were hardly one meetup
_DAY = 24 * 60

_HOUR = r"(?:[01]?\d|2[0-3])"
_HALF = r"[ap]\.?m\b\.?"
_CLOCK = (
    rf"(?:(?:{_HOUR}|{any_of(NUMBERS)})\s*(?:h|heures?)(?:\s*[0-5]\d(?!\d)|\s*{WORDED_MINUTE})?(?!\w)"
    rf"|{_HOUR}(?::[0-5]\d)?\s*{_HALF}|{_HOUR}:[0-5]\d(?!\d)|(?:midi|noon)(?:\s*{WORDED_MINUTE})?(?!\w))"
)
_ALONE = rf"{_HOUR}(?![\w/.:-])"
_TO = r"(?:-+>?|→|/|a|jusqu'a|to|till|until)"
# A bare number is an hour after « de », or before a dash: « le 3 à 14h » is a day.
_SPAN = re.compile(
    rf"(?<![\w/.:-])(?:"
    rf"(?:de|from)\s+(?:(?P<of>{_CLOCK}|{_HOUR})\s*{_TO}\s*(?P<of_end>{_CLOCK})"
    rf"|(?P<plain>(?:0?[7-9]|1\d|2[0-3]))\s*(?:a|to)\s*(?P<plain_end>{_ALONE})(?=\s*(?:$|[,;)])))"
    rf"|(?:entre|between)\s+(?P<between>{_CLOCK}|{_HOUR})\s+(?:et|and)\s+(?P<between_end>{_CLOCK})"
    rf"|(?P<bare>{_HOUR})\s?-\s*(?P<bare_end>{_CLOCK})"
    rf"|(?P<clock>{_CLOCK})\s*(?:{_TO}\s*(?P<clock_end>{_CLOCK})|-\s*(?P<short_end>{_ALONE})(?!\s*{MONTH}\b))"
    rf")"
)
_LASTING = re.compile(
    r"[\s,(]*\b(?:pendant|durant|duree|for)\s*:?\s*(?:de\s+)?"
    r"(?:(?P<hours>\d{1,2})\s*(?:h|heures?|hours?)(?:\s*(?P<rest>[0-5]\d))?|(?P<minutes>\d{1,3})\s*(?:min|mn|minutes?))(?!\w)\)?"
)
_ISO = re.compile(r"\d{4}-\d\d-\d\d[t ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:z|[+-]\d\d:?\d\d)?")
# « 2026-03-05 14:30-16:00 » is how people write a length; « 09:00-10:00 » may be an hour of Hawaii.
_ISO_SPAN = re.compile(r"\d{4}-\d\d-\d\d (?P<given>(?P<begin>\d\d:\d\d)-(?P<end>\d\d:\d\d))")
_WESTERNMOST = 12 * 60


def take_span(typed: str) -> tuple[str, int | None] | Unclear:
    """The words with the first hour alone, and how many minutes later it ends; None: no end was said."""
    said = folded(typed)
    if _ISO.fullmatch(said):
        return _taken_from_iso(typed, said)
    match = _SPAN.search(said)
    if match is None:
        return _lasting(typed, said)
    begins, ends = _both(match)
    rest = f"{said[: match.start()]} {begins} {said[match.end() :]}"
    if _SPAN.search(rest) or _LASTING.search(rest):
        return Unclear("two_spans")
    minutes = (_minutes(ends) - _minutes(begins)) % _DAY
    return (rest, minutes) if 0 < minutes <= LONGEST else Unclear("span_length")


def as_day(typed: str) -> str | None:
    """« jeudi 12 - 14h » where the first number is the day; None where it can only be an hour."""
    said = folded(typed)
    match = _SPAN.search(said)
    if match is None or not match["bare"]:
        return None
    return f"{said[: match.start()]}{match['bare']} {match['bare_end']}{said[match.end() :]}"


def _both(match: re.Match[str]) -> tuple[str, str]:
    """The two hours, as clocks that a date reader takes."""
    found = {name: words for name, words in match.groupdict().items() if words}
    begins, ends = (
        next(words for name, words in found.items() if name.endswith("_end") is end) for end in (False, True)
    )
    half = re.search(_HALF, ends)
    if begins.isdigit():
        begins += half[0] if half else "h"
    return begins, f"{ends}h" if ends.isdigit() else ends


def _taken_from_iso(typed: str, said: str) -> tuple[str, int | None] | Unclear:
    match = _ISO_SPAN.fullmatch(said)
    if match is None or _minutes(match["end"]) <= _minutes(match["begin"]):
        return typed, None
    if _minutes(match["end"]) <= _WESTERNMOST:
        return Unclear("span_or_zone", {"given": match["given"]})
    minutes = _minutes(match["end"]) - _minutes(match["begin"])
    return (said[: match.start("end") - 1], minutes) if minutes <= LONGEST else Unclear("span_length")


def _lasting(typed: str, said: str) -> tuple[str, int | None] | Unclear:
    match = _LASTING.search(said)
    if match is None:
        return typed, None
    minutes = int(match["minutes"] or 0) + 60 * int(match["hours"] or 0) + int(match["rest"] or 0)
    rest = f"{said[: match.start()]} {said[match.end() :]}"
    return (rest, minutes) if 0 < minutes <= LONGEST else Unclear("span_length")


def _minutes(clock: str) -> int:
    """Since midnight."""
    more = next((minutes for words, minutes in WORDED_MINUTES.items() if clock.endswith(words)), 0)
    if clock.startswith(("midi", "noon")):
        return 12 * 60 + more
    first = re.match(rf"\d+|{any_of(NUMBERS)}", clock)
    hour = number(first[0]) if first else 0
    rest = re.findall(r"\d+", clock[first.end() if first else 0 :])
    if half := re.search(_HALF, clock):
        hour = hour % 12 + (12 if half[0].startswith("p") else 0)
    return hour * 60 + int(rest[0] if rest else 0) + more

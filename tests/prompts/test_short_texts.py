"""Short sentences for who reads with effort: every key text has them, and they are short."""

import re
from itertools import pairwise

import pytest

from prompts import LOCALES
from prompts.words import SHORT, short_texts
from tests.prompts.sampling import ORDINARY, WORDS, Sampler, wants

MOST_WORDS = 15
# What a member must understand to take part: a new one of these comes with its short version.
KEY_TEXTS = frozenset(
    {
        *("welcome/help", "joining/card", "members/admitted", "joining/refused", "joining/question"),
        *("joining/follow_up", "joining/nudged"),
        *("meetups/answered", "meetups/reminder", "meetups/told_moved", "meetups/told_cancelled"),
        *("meetups/promoted", "polls/nudge"),
        *("needs/published", "needs/asked", "needs/accepted", "needs/follow_up"),
        *("digests/personal", "library/told_published", "library/told_refused"),
        *("privacy/notice", "privacy/erase", "privacy/warning"),
    }
)
SHORTENED = sorted(short_texts())
BOTH = [(name, locale) for name in SHORTENED for locale in LOCALES]
_END = re.compile(r"[.!?…:\n]+(?=\s|$)|\n")
_WORD = re.compile(r"\w[\w’'-]*")


def test_every_key_text_has_its_short_version() -> None:
    assert KEY_TEXTS - short_texts() == set()
    assert short_texts() - KEY_TEXTS == set(), "a text that has one is a key text: add it above"


@pytest.mark.parametrize(("name", "locale"), BOTH)
def test_it_asks_for_nothing_that_the_long_one_does_not_have(name: str, locale: str) -> None:
    assert set(wants(f"{name}{SHORT}", locale)) <= set(wants(name, locale))


def _said(name: str, locale: str, seed: int) -> str:
    """All of it as its reader gets it, without marks; what somebody typed is two words each time."""
    values = Sampler(wants(name, locale), ORDINARY, seed).values()
    text = WORDS.render(f"{name}{SHORT}", locale, **values)
    bare = re.sub(r"\]\([^)]*\)|<[^>]*>|[*_`>#\[\]\\]", " ", f"{text.title}\n{text.body}\n{text.note}")
    return re.sub(r"\([^)]*\)", " ", bare)  # what a date says beside itself


@pytest.mark.parametrize(("name", "locale"), BOTH)
def test_its_sentences_are_short(name: str, locale: str) -> None:
    for seed in range(12):
        said = _said(name, locale, seed)
        assert ";" not in said
        for sentence in _END.split(said):
            words = _WORD.findall(sentence)
            assert len(words) <= MOST_WORDS, (seed, sentence)
            assert sentence.count(",") <= 1, (seed, sentence)


@pytest.mark.parametrize(("name", "locale"), BOTH)
def test_its_longest_sentence_is_no_longer_than_before(name: str, locale: str) -> None:
    def longest(template: str) -> int:
        found = []
        for seed in range(6):
            text = WORDS.render(template, locale, **Sampler(wants(name, locale), ORDINARY, seed).values())
            found += [
                len(_WORD.findall(one)) for one in _END.split(f"{text.title}\n{text.body}\n{text.note}")
            ]
        return max(found)

    assert longest(f"{name}{SHORT}") <= longest(name)


def test_who_did_not_ask_reads_the_whole_text() -> None:
    assert WORDS.variant("joining/refused", short=True) == "joining/refused.short"
    assert WORDS.variant("joining/refused", short=False) == "joining/refused"
    assert WORDS.variant("desk/desk", short=True) == "desk/desk"
    assert all(one != other for one, other in pairwise(SHORTENED))

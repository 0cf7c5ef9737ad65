"""Whatever was typed, what we send is what Discord takes: its own rules, as the sandbox has them, decide."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.kit.actions import custom_id, parse
from cogs.kit.choices import Suggestion, as_choices
from cogs.kit.fields import Painter, Prefill
from cogs.kit.layout import Menu, Option, layout, legacy, thread_name
from cogs.kit.paging import pages
from community.ports import Button
from prompts import Text, Words, escape
from sandbox.rules import messages, modals
from tests.cogs.kit.trial import PROPOSE, words_with_trial
from tests.prompts.strategies import typed

# A piece and how many times: built in the test, for a failure to be told in few words.
Part = tuple[str, int]
parts = st.tuples(
    st.one_of(typed, st.sampled_from(["*", "a\n", "漢字🏛", "é ", "https://x.fr/a "])),
    st.sampled_from([1, 1, 300, 3000]),
)
texts = st.tuples(parts, parts, parts)
buttons = st.lists(
    st.builds(
        Button, st.sampled_from(["trial.look", "trial.fail"]), st.integers(0, 10**18), st.integers(0, 99)
    ),
    max_size=7,
    unique_by=lambda button: (button.action, button.subject_id, button.extra),
)


def _long(part: Part) -> str:
    piece, times = part
    return (piece * times)[:20_000]


def _text(title: Part, body: Part, note: Part) -> Text:
    return Text(escape(_long(title)), escape(_long(body), lines=True), escape(_long(note)))


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Words:
    return words_with_trial(tmp_path_factory.mktemp("words"))


@given(written=texts, row=buttons, options=st.lists(typed, max_size=30))
def test_any_message_is_within_limits(
    words: Words, written: tuple[Part, Part, Part], row: list[Button], options: list[str]
) -> None:
    text = _text(*written)
    menu = Menu("trial.pick", [Option(str(index), shown, shown) for index, shown in enumerate(options)], 1)
    view = layout(text, [row, [menu]], words, "fr")
    body: dict[str, Any] = {"components": view.to_components(), "flags": 1 << 15}
    if not (text.title or text.body or text.note or row or options):
        return
    messages.message_create(body)
    assert sum(len(item["content"].encode()) + 12 for item in _texts(body["components"])) <= 10_170


def _texts(components: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [item for holder in components for item in holder["components"] if item["type"] == 10]


@given(written=texts, row=buttons)
def test_any_forum_post_is_within_limits(
    words: Words, written: tuple[Part, Part, Part], row: list[Button]
) -> None:
    text = _text(*written)
    content, view = legacy(text, [row], words, "fr")
    assert len(content) <= 2000
    if content:
        messages.message_create({"content": content, "components": view.to_components()})
    assert 1 <= len(thread_name(text)) <= 100


@given(title=parts, body=parts, themes=st.lists(typed, max_size=30))
def test_any_form_is_within_limits(words: Words, title: Part, body: Part, themes: list[str]) -> None:
    values = {"title": _long(title), "body": _long(body)}
    prefill = Prefill(values, {"themes": [(str(index), shown) for index, shown in enumerate(themes)]})
    modals.modal(Painter(PROPOSE, words, "fr", prefill).modal("ep:form:trial.propose:7").to_dict())


@given(shown=st.lists(typed, max_size=40), value=st.text(max_size=120))
def test_any_suggestion_is_within_limits(shown: list[str], value: str) -> None:
    choices = as_choices([Suggestion(f"{value}{index}", text) for index, text in enumerate(shown)])
    assert len(choices) <= 25
    assert all(1 <= len(choice.name) <= 100 and 1 <= len(choice.value) <= 100 for choice in choices)


@given(
    action=st.from_regex(r"[a-z_]{1,20}(\.[a-z_]{1,20}){0,2}", fullmatch=True),
    subject_id=st.integers(0, 2**31 - 1),
    extra=st.integers(0, 2**31 - 1),
)
def test_a_button_says_what_it_was_given(action: str, subject_id: int, extra: int) -> None:
    text = custom_id(action, subject_id, extra)
    click = parse(text)
    assert len(text) <= 100
    assert click is not None
    assert (click.action, click.subject_id, click.extra) == (action, subject_id, extra)


@pytest.mark.parametrize(
    "text", ["", "ep", "ep:", "ep:a", "ep:A:1", "ep:a:x", "ep:a:1:2:3", "other:a:1", "ep:a:1\n"]
)
def test_what_is_not_ours_is_not_a_click(text: str) -> None:
    assert parse(text) is None


def test_a_number_that_no_row_has_is_no_row() -> None:
    click = parse("ep:a:9999999999999999999")
    assert click is not None
    assert click.subject_id == 0


def test_a_plain_message_keeps_its_parts(words: Words) -> None:
    text = Text("Titre", "Corps", "Note\nfine")
    content, view = legacy(text, [[Button("trial.look", 3)]], words, "fr")
    assert content == "### Titre\nCorps\n-# Note\n-# fine"
    [row] = view.to_components()
    assert [button["custom_id"] for button in row["components"]] == ["ep:trial.look:3"]
    assert thread_name(Text(escape("ZAN * 2 [bis]"))) == "ZAN * 2 [bis]"


@pytest.mark.parametrize(
    ("page", "count", "targets"),
    [(1, 1, []), (1, 3, [2]), (2, 3, [1, 3]), (3, 3, [2]), (9, 3, [3]), (1, 0, [])],
)
def test_pages_lead_where_they_can(page: int, count: int, targets: list[int]) -> None:
    assert [button.extra for button in pages("x", 1, page, count)] == targets

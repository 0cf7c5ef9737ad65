"""Answers to interactions: which type each takes, and what is in them."""

from typing import Any

import pytest

from sandbox.rules import interactions
from tests.sandbox.rules.helpers import button, label, leaves, modal, refusal, row, typed, words

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 2, 3, 4, 5
MESSAGE = {"content": "a"}
DATA: dict[int, Any] = {
    1: None,
    4: MESSAGE,
    5: None,
    6: None,
    7: MESSAGE,
    8: {"choices": []},
    9: modal(label(typed())),
}
# Type of interaction → types of answer that it takes.
ALLOWED = {COMMAND: {4, 5, 9}, COMPONENT: {4, 5, 6, 7, 9}, AUTOCOMPLETE: {8}, MODAL: {4, 5, 6}}


@pytest.mark.parametrize("kind", ALLOWED)
@pytest.mark.parametrize("answer", DATA)
def test_each_interaction_takes_its_own_answers(kind: int, answer: int) -> None:
    body = {"type": answer, "data": DATA[answer]}
    if answer in ALLOWED[kind]:
        assert interactions.callback(kind, body)["type"] == answer
    else:
        error = refusal(interactions.callback, kind, body)
        assert leaves(error) == {"type": ["BASE_TYPE_CHOICES"]}
        assert words(error, "type")[0].startswith("Value must be one of {")


def test_a_modal_opened_by_a_component_may_update_its_message() -> None:
    body = {"type": 7, "data": MESSAGE}
    assert interactions.callback(MODAL, body, from_component=True)["data"] == {"content": "a"}


def test_a_deferred_answer_may_only_be_made_private() -> None:
    body = {"type": 5, "data": {"flags": 64 | 4 | 32768}}
    assert interactions.callback(COMMAND, body)["data"] == {"flags": 64}
    assert interactions.callback(COMMAND, {"type": 5})["data"] == {"flags": 0}


def test_paths_begin_with_data() -> None:
    body = {"type": 4, "data": {"content": "x" * 2001}}
    assert leaves(refusal(interactions.callback, COMMAND, body)) == {"data.content": ["BASE_TYPE_MAX_LENGTH"]}
    body = {"type": 4, "data": {"components": [row(button("a"), button("a"))]}}
    found = leaves(refusal(interactions.callback, COMMAND, body))
    assert found == {"data.components.0.components.1.custom_id": ["COMPONENT_CUSTOM_ID_DUPLICATED"]}


def test_a_message_without_anything_is_empty() -> None:
    for body in ({"type": 4}, {"type": 4, "data": {}}):
        assert refusal(interactions.callback, COMMAND, body).code == 50006


def test_an_update_is_an_edit_of_the_message_clicked() -> None:
    current = {
        "content": "avant",
        "embeds": [],
        "components": [row(button())],
        "attachments": [],
        "flags": 64,
    }
    found = interactions.callback(COMPONENT, {"type": 7, "data": {"components": []}}, current=current)
    assert found["data"] == {"components": []}
    emptied = {"type": 7, "data": {"content": "", "components": []}}
    assert refusal(interactions.callback, COMPONENT, emptied, current=current).code == 50006
    assert interactions.callback(COMPONENT, {"type": 7}, current=current)["data"] == {}


@pytest.mark.parametrize("body", [{}, {"type": None}, None, [], {"type": "4"}])
def test_a_type_is_required(body: Any) -> None:
    assert refusal(interactions.callback, COMMAND, body).code == 50035


@pytest.mark.parametrize(
    ("option_type", "value", "code"),
    [
        (3, 5, "STRING_TYPE_CONVERT"),
        (4, "5", "NUMBER_TYPE_COERCE"),
        (4, 2**53, "NUMBER_TYPE_MAX"),
        (10, "x", "FLOAT_TYPE_COERCE"),
        (10, True, "FLOAT_TYPE_COERCE"),
        (None, None, "BASE_TYPE_REQUIRED"),
    ],
)
def test_choices_have_the_type_of_their_option(option_type: int | None, value: Any, code: str) -> None:
    given = [{"name": "a", "value": value}]
    found = leaves(refusal(interactions.choices, given, option_type=option_type))
    assert found == {"data.choices.0.value": [code]}


def test_choices_of_each_type_are_accepted() -> None:
    for option_type, value in ((3, "a"), (4, -(2**53 - 1)), (10, 1.5), (10, 2), (None, 3)):
        given = [{"name": "a", "value": value}]
        assert interactions.choices(given, option_type=option_type) == given

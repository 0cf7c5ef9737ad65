"""Modals: what may stand in one, and what a person may send back."""

from typing import Any

import pytest

from sandbox.rules import modals
from tests.sandbox.rules.helpers import (
    button,
    label,
    leaves,
    modal,
    options,
    refusal,
    row,
    select,
    text,
    typed,
)

AT = "data.components.0"


def opened(*components: Any) -> Any:
    return modals.modal(modal(*components))


@pytest.mark.parametrize("component", [select(), {"type": 5, "custom_id": "u"}, button()])
def test_a_row_holds_text_inputs_only(component: Any) -> None:
    assert leaves(refusal(opened, row(component))) == {f"{AT}.components.0": ["UNION_TYPE_CHOICES"]}


def test_a_row_holds_one_text_input() -> None:
    two = row(typed("a", label="A"), typed("b", label="B"))
    assert leaves(refusal(opened, two)) == {f"{AT}.components.1": ["COMPONENT_LAYOUT_WIDTH_EXCEEDED"]}


@pytest.mark.parametrize("component", [button(), select(), {"type": 17, "components": [text()]}, typed()])
def test_only_rows_texts_and_labels_stand_on_top(component: Any) -> None:
    assert leaves(refusal(opened, component)) == {AT: ["UNION_TYPE_CHOICES"]}


@pytest.mark.parametrize("component", [button(), text(), {"type": 99}])
def test_a_label_holds_one_input(component: Any) -> None:
    assert leaves(refusal(opened, label(component))) == {f"{AT}.component": ["UNION_TYPE_CHOICES"]}
    assert leaves(refusal(opened, {"type": 18, "label": "l"})) == {f"{AT}.component": ["BASE_TYPE_REQUIRED"]}


def test_nothing_is_disabled_in_a_modal_though_discord_py_may_say_so() -> None:
    opened(label(select(disabled=False)))
    found = leaves(refusal(opened, label(select(disabled=True))))
    assert found == {f"{AT}.component.disabled": ["BASE_TYPE_CHOICES"]}


@pytest.mark.parametrize("more", [{}, {"required": True}])
def test_what_is_required_cannot_be_left_empty(more: dict[str, Any]) -> None:
    found = leaves(refusal(opened, label(select(min_values=0, **more))))
    assert found == {f"{AT}.component.min_values": ["NUMBER_TYPE_MIN"]}
    opened(label(select(min_values=0, required=False)))
    opened(label({"type": 19, "custom_id": "f", "min_values": None, "max_values": 2}))


def test_an_old_input_needs_its_own_label_a_labelled_one_does_not() -> None:
    found = leaves(refusal(opened, row(typed())))
    assert found == {f"{AT}.components.0.label": ["BASE_TYPE_REQUIRED"]}
    opened(label(typed()))


@pytest.mark.parametrize(
    ("component", "path", "code"),
    [
        (typed(style=3), "style", "BASE_TYPE_CHOICES"),
        (typed(min_length=5, max_length=4), "min_length", "NUMBER_TYPE_MAX"),
        (
            {"type": 21, "custom_id": "r", "options": options(2, default=True)},
            "options",
            "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES",
        ),
        (
            {"type": 21, "custom_id": "r", "options": options(1) * 2},
            "options.1.value",
            "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
        ),
        (
            {"type": 22, "custom_id": "c", "options": options(3), "min_values": 3, "max_values": 2},
            "min_values",
            "SELECT_COMPONENT_INVALID_MIN_VALUES",
        ),
        ({"type": 23, "custom_id": "c", "required": True}, "required", "BASE_TYPE_CHOICES"),
        ({"type": 19, "custom_id": "f", "file_types": [1]}, "file_types.0", "STRING_TYPE_CONVERT"),
    ],
)
def test_what_an_input_may_not_be(component: Any, path: str, code: str) -> None:
    assert leaves(refusal(opened, label(component))) == {f"{AT}.component.{path}": [code]}


def test_custom_ids_are_unique_in_a_modal() -> None:
    found = leaves(refusal(opened, label(typed("a")), row(typed("a", label="l"))))
    assert found == {"data.components.1.components.0.custom_id": ["COMPONENT_CUSTOM_ID_DUPLICATED"]}


def test_everything_is_required_of_a_modal() -> None:
    assert set(leaves(refusal(modals.modal, {}))) == {"data.custom_id", "data.title", "data.components"}
    assert leaves(refusal(modals.modal, None)) == {"data": ["MODEL_TYPE_CONVERT"]}


# What comes back --------------------------------------------------------------------------------------

FORM = modals.modal(
    modal(
        label(typed("titre", min_length=3, max_length=5)),
        label(typed("note", required=False)),
        label(select("genre", count=3)),
        label({"type": 21, "custom_id": "avis", "options": options(2), "required": False}),
        row(typed("ancien", label="Ancien", required=False)),
    )
)
SOUND = {"titre": "abc", "genre": ["1"]}


def test_answers_come_back_in_the_shape_of_the_modal() -> None:
    found = modals.submission(FORM, SOUND)
    assert [one["type"] for one in found] == [18, 18, 18, 18, 1]
    assert found[0]["component"] == {"type": 4, "id": 2, "custom_id": "titre", "value": "abc"}
    assert found[1]["component"]["value"] == ""
    assert found[2]["component"]["values"] == ["1"]
    assert found[3]["component"]["value"] is None
    assert found[4]["components"][0]["value"] == ""


def test_discords_own_tree_is_read_as_well() -> None:
    assert modals.submission(FORM, modals.submission(FORM, SOUND)) == modals.submission(FORM, SOUND)


@pytest.mark.parametrize(
    ("answers", "path", "code"),
    [
        ({"titre": ""}, "components.0.component.value", "BASE_TYPE_REQUIRED"),
        ({"titre": "ab"}, "components.0.component.value", "BASE_TYPE_BAD_LENGTH"),
        ({"titre": "abcdef"}, "components.0.component.value", "BASE_TYPE_BAD_LENGTH"),
        ({"titre": 5}, "components.0.component.value", "STRING_TYPE_CONVERT"),
        ({"genre": []}, "components.2.component.values", "BASE_TYPE_REQUIRED"),
        ({"genre": ["0", "1"]}, "components.2.component.values", "BASE_TYPE_BAD_LENGTH"),
        ({"genre": ["9"]}, "components.2.component.values", "SELECT_COMPONENT_INVALID_VALUE"),
        ({"ancien": 5}, "components.4.components.0.value", "STRING_TYPE_CONVERT"),
    ],
)
def test_an_answer_that_the_modal_does_not_allow_is_refused(answers: Any, path: str, code: str) -> None:
    assert leaves(refusal(modals.submission, FORM, {**SOUND, **answers})) == {path: [code]}


def test_people_and_files_are_answered_by_their_ids() -> None:
    form = modals.modal(modal(label({"type": 5, "custom_id": "qui", "max_values": 2})))
    assert modals.submission(form, {"qui": ["12"]})[0]["component"]["values"] == ["12"]
    found = leaves(refusal(modals.submission, form, {"qui": ["Nicolas"]}))
    assert found == {"components.0.component.values": ["NUMBER_TYPE_COERCE"]}


def test_a_checkbox_is_true_or_false() -> None:
    form = modals.modal(modal(label({"type": 23, "custom_id": "oui"})))
    assert modals.submission(form, {"oui": True})[0]["component"]["value"] is True
    assert modals.submission(form, {})[0]["component"]["value"] is False

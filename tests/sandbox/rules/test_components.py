"""Components: who may stand where, what excludes what, and what is the same twice."""

from typing import Any

import pytest

from sandbox.rules import components
from sandbox.rules.parts import looks_like_emoji
from tests.sandbox.rules.helpers import button, leaves, options, refusal, row, select, text

LINK = {"type": 2, "style": 5, "label": "Lire", "url": "https://a.fr"}
AT = "components.0.components.0"


def v1(*found: Any) -> Any:
    return components.message_components(list(found), v2=False)


def v2(*found: Any) -> Any:
    return components.message_components(list(found), v2=True)


def in_row(*found: Any) -> Any:
    return v1(row(*found))


@pytest.mark.parametrize("kind", [2, 3, 9, 10, 12, 13, 14, 17])
def test_without_the_flag_only_rows_stand_on_top(kind: int) -> None:
    assert leaves(refusal(v1, {"type": kind})) == {"components.0": ["UNION_TYPE_CHOICES"]}


def test_the_message_of_a_wrong_type_lists_the_right_ones() -> None:
    error = refusal(v1, text())
    assert error.errors == {
        "components": {
            "0": {
                "_errors": [
                    {"code": "UNION_TYPE_CHOICES", "message": 'Value of field "type" must be one of (1,).'}
                ]
            }
        }
    }


@pytest.mark.parametrize("kind", [2, 3, 11, 18, 99, "1", True])
def test_with_the_flag_some_still_may_not_stand_on_top(kind: Any) -> None:
    assert leaves(refusal(v2, {"type": kind})) == {"components.0": ["UNION_TYPE_CHOICES"]}


def test_a_container_holds_no_container() -> None:
    inner = {"type": 17, "components": [text()]}
    found = leaves(refusal(v2, {"type": 17, "components": [inner]}))
    assert found == {AT: ["UNION_TYPE_CHOICES"]}


def test_a_type_is_required() -> None:
    assert leaves(refusal(v1, {})) == {"components.0.type": ["BASE_TYPE_REQUIRED"]}


def test_a_select_fills_its_row() -> None:
    found = leaves(refusal(in_row, select(), button()))
    assert found == {"components.0.components.1": ["COMPONENT_LAYOUT_WIDTH_EXCEEDED"]}


@pytest.mark.parametrize(
    ("component", "path", "code"),
    [
        ({"type": 2, "style": 1, "label": "l"}, "custom_id", "BUTTON_COMPONENT_CUSTOM_ID_REQUIRED"),
        ({"type": 2, "style": 5, "label": "l"}, "url", "BASE_TYPE_REQUIRED"),
        ({"type": 2, "style": 6}, "sku_id", "BASE_TYPE_REQUIRED"),
        ({**LINK, "custom_id": "a"}, "custom_id", "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE"),
        (button(url="https://a.fr"), "url", "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE"),
        ({**LINK, "url": "javascript://a.fr"}, "url", "URL_TYPE_INVALID_SCHEME"),
        ({"type": 2, "style": 1, "custom_id": "a"}, "label", "BASE_TYPE_REQUIRED"),
        (button(style=7), "style", "BASE_TYPE_CHOICES"),
        (button(emoji={"name": "sourire"}), "emoji.name", "BUTTON_COMPONENT_INVALID_EMOJI"),
        (select(min_values=2, max_values=1), "min_values", "SELECT_COMPONENT_INVALID_MIN_VALUES"),
        (select(count=2, max_values=3), "options", "BASE_TYPE_BAD_LENGTH"),
        (
            {**select(), "options": options(2, default=True)},
            "options",
            "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES",
        ),
        (
            {**select(), "options": options(1) * 2},
            "options.1.value",
            "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
        ),
        (
            {"type": 5, "custom_id": "u", "default_values": [{"id": "1", "type": "role"}]},
            "default_values.0.type",
            "BASE_TYPE_CHOICES",
        ),
        (
            {"type": 5, "custom_id": "u", "default_values": [{"id": "1", "type": "user"}] * 2},
            "default_values",
            "SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES",
        ),
        ({"type": 8, "custom_id": "c", "channel_types": [0, 99]}, "channel_types.1", "BASE_TYPE_CHOICES"),
        (
            {"type": 8, "custom_id": "c", "channel_types": [0, 0]},
            "channel_types.1",
            "SET_TYPE_ALREADY_CONTAINS_VALUE",
        ),
    ],
)
def test_what_a_button_or_select_may_not_be(component: Any, path: str, code: str) -> None:
    assert leaves(refusal(in_row, component)) == {f"{AT}.{path}": [code]}


@pytest.mark.parametrize(
    "component",
    [
        LINK,
        {"type": 2, "style": 6, "sku_id": "1"},
        {"type": 2, "style": 4, "custom_id": "a", "emoji": {"name": "🌱"}},
        {"type": 2, "style": 4, "custom_id": "a", "emoji": {"id": "12", "name": "pousse"}},
        button(disabled=True),
        {"type": 5, "custom_id": "u", "placeholder": "Qui ?"},
        {"type": 7, "custom_id": "m", "default_values": [{"id": "1", "type": "role"}]},
        {"type": 8, "custom_id": "c", "channel_types": [15]},
        select(count=3, min_values=0, max_values=3),
    ],
)
def test_what_a_button_or_select_may_be(component: Any) -> None:
    assert in_row(component)[0]["components"][0].items() >= component.items()


def test_custom_ids_are_unique_over_the_whole_message() -> None:
    found = leaves(refusal(v1, row(button("a"), button("a"))))
    assert found == {"components.0.components.1.custom_id": ["COMPONENT_CUSTOM_ID_DUPLICATED"]}
    deep = {"type": 17, "components": [row(button("a", disabled=True))]}
    found = leaves(refusal(v2, row(button("a")), deep))
    assert found == {"components.1.components.0.components.0.custom_id": ["COMPONENT_CUSTOM_ID_DUPLICATED"]}


def test_components_are_numbered_in_reading_order_around_the_numbers_given() -> None:
    section = {"type": 9, "components": [text()], "accessory": button()}
    found = v2({"type": 17, "id": 2, "components": [section, {"type": 14, "id": 0}]})
    assert [one["id"] for one in components.walk(found)] == [2, 1, 3, 4, 5]
    twice = leaves(refusal(v2, {**text(), "id": 7}, {**text(), "id": 7}))
    assert twice == {"components.1.id": ["COMPONENT_ID_DUPLICATED"]}


def test_a_section_needs_its_accessory() -> None:
    found = leaves(refusal(v2, {"type": 9, "components": [text()]}))
    assert found == {"components.0.accessory": ["BASE_TYPE_REQUIRED"]}
    wrong = leaves(refusal(v2, {"type": 9, "components": [text()], "accessory": select()}))
    assert wrong == {"components.0.accessory": ["UNION_TYPE_CHOICES"]}


def test_a_file_is_an_uploaded_one() -> None:
    found = leaves(refusal(v2, {"type": 13, "file": {"url": "https://a.fr/a.pdf"}}))
    assert found == {"components.0.file.url": ["URL_TYPE_INVALID_SCHEME"]}
    one = {"type": 13, "file": {"url": "attachment://a.pdf"}}
    assert components.message_components([one], v2=True, filenames=["a.pdf"])
    missing = refusal(components.message_components, [one], v2=True, filenames=["b.pdf"])
    assert leaves(missing) == {
        "components.0.file.url": ["UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND"]
    }


def test_separators_have_defaults() -> None:
    assert v2({"type": 14}) == [{"type": 14, "divider": True, "spacing": 1, "id": 1}]


@pytest.mark.parametrize("name", ["🌱", "👩🏽‍🌾", "🇫🇷", "#️⃣", "ℹ️", "✔", "▶️"])
def test_pictures_are_emoji(name: str) -> None:
    assert looks_like_emoji(name)


@pytest.mark.parametrize("name", ["", "a", ":smile:", "é", "🌱 pousse", "ж"])
def test_words_are_not(name: str) -> None:
    assert not looks_like_emoji(name)

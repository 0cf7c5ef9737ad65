"""The limits of modals, each at n-1, n and n+1, refused at the right place."""

from typing import Any

import pytest

from sandbox.rules import modals
from tests.sandbox.rules.helpers import (
    LENGTH,
    MOST,
    TOO_LONG,
    Limit,
    assert_least,
    assert_most,
    label,
    modal,
    options,
    row,
    text,
    typed,
)

IN_LABEL = "data.components.0.component"


def opened(component: dict[str, Any]) -> Any:
    return modals.modal(modal(label(component)))


LIMITS: dict[str, Limit] = {
    "modal title": (
        lambda n: modals.modal(modal(label(typed()), title="x" * n)),
        1,
        45,
        "data.title",
        LENGTH,
    ),
    "modal custom id": (
        lambda n: modals.modal(modal(label(typed()), custom_id="x" * n)),
        1,
        100,
        "data.custom_id",
        LENGTH,
    ),
    "modal components": (
        lambda n: modals.modal(modal(*(label(typed(str(i))) for i in range(n)))),
        1,
        5,
        "data.components",
        LENGTH,
    ),
    "label": (
        lambda n: modals.modal(modal(label(typed(), label="x" * n))),
        1,
        45,
        "data.components.0.label",
        LENGTH,
    ),
    "label description": (
        lambda n: modals.modal(modal(label(typed(), description="x" * n))),
        1,
        100,
        "data.components.0.description",
        LENGTH,
    ),
    "text in a modal": (
        lambda n: modals.modal(modal(text("x" * n))),
        1,
        4000,
        "data.components.0.content",
        LENGTH,
    ),
    "input min": (lambda n: opened(typed(min_length=n)), 0, 4000, f"{IN_LABEL}.min_length", MOST),
    "input max": (lambda n: opened(typed(max_length=n)), 1, 4000, f"{IN_LABEL}.max_length", MOST),
    "input value": (lambda n: opened(typed(value="x" * n)), None, 4000, f"{IN_LABEL}.value", TOO_LONG),
    "input placeholder": (
        lambda n: opened(typed(placeholder="x" * n)),
        None,
        100,
        f"{IN_LABEL}.placeholder",
        TOO_LONG,
    ),
    "old input label": (
        lambda n: modals.modal(modal(row(typed(label="x" * n)))),
        1,
        45,
        "data.components.0.components.0.label",
        LENGTH,
    ),
    "upload min": (
        lambda n: opened(
            {"type": 19, "custom_id": "f", "min_values": n, "max_values": 10, "required": False}
        ),
        0,
        10,
        f"{IN_LABEL}.min_values",
        MOST,
    ),
    "upload max": (
        lambda n: opened({"type": 19, "custom_id": "f", "max_values": n}),
        1,
        10,
        f"{IN_LABEL}.max_values",
        MOST,
    ),
    "upload file types": (
        lambda n: opened({"type": 19, "custom_id": "f", "file_types": ["image/png"] * n}),
        None,
        10,
        f"{IN_LABEL}.file_types",
        TOO_LONG,
    ),
    "radios": (
        lambda n: opened({"type": 21, "custom_id": "r", "options": options(n)}),
        2,
        10,
        f"{IN_LABEL}.options",
        LENGTH,
    ),
    "checkboxes": (
        lambda n: opened({"type": 22, "custom_id": "c", "options": options(n)}),
        1,
        10,
        f"{IN_LABEL}.options",
        LENGTH,
    ),
}


@pytest.mark.parametrize("name", LIMITS)
def test_accepted_up_to_the_limit_and_refused_beyond(name: str) -> None:
    assert_most(*LIMITS[name])


@pytest.mark.parametrize("name", [name for name, limit in LIMITS.items() if limit[1] is not None])
def test_accepted_down_to_the_least_and_refused_below(name: str) -> None:
    assert_least(*LIMITS[name])

"""The limits of messages, embeds and components, each at n-1, n and n+1, refused at the right place."""

from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.rules import messages
from tests.sandbox.rules.helpers import (
    LENGTH,
    MOST,
    TOO_LONG,
    Limit,
    assert_least,
    assert_most,
    button,
    options,
    refusal,
    row,
    select,
    text,
)

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
V2 = 1 << 15
IN_ROW = "components.0.components.0"


def message(**fields: Any) -> Any:
    return messages.message_create({"content": "bonjour", **fields})


def layout(*components: dict[str, Any]) -> Any:
    return messages.message_create({"flags": V2, "components": list(components)})


def embed(**fields: Any) -> Any:
    return message(embeds=[{"title": "t", **fields}])


def in_row(*components: dict[str, Any]) -> Any:
    return message(components=[row(*components)])


def defaults(count: int) -> list[dict[str, str]]:
    return [{"id": str(number), "type": "user"} for number in range(1, count + 1)]


LIMITS: dict[str, Limit] = {
    "content": (lambda n: message(content="x" * n), None, 2000, "content", TOO_LONG),
    "embeds": (lambda n: message(embeds=[{"title": "t"}] * n), None, 10, "embeds", TOO_LONG),
    "stickers": (
        lambda n: message(sticker_ids=[str(i) for i in range(1, n + 1)]),
        None,
        3,
        "sticker_ids",
        TOO_LONG,
    ),
    "nonce": (lambda n: message(nonce="x" * n), None, 25, "nonce", "NONCE_TYPE_TOO_LONG"),
    "allowed users": (
        lambda n: message(allowed_mentions={"users": [str(i) for i in range(1, n + 1)]}),
        None,
        100,
        "allowed_mentions.users",
        TOO_LONG,
    ),
    "allowed roles": (
        lambda n: message(allowed_mentions={"roles": [str(i) for i in range(1, n + 1)]}),
        None,
        100,
        "allowed_mentions.roles",
        TOO_LONG,
    ),
    "embed title": (lambda n: embed(title="x" * n), None, 256, "embeds.0.title", TOO_LONG),
    "embed description": (lambda n: embed(description="x" * n), None, 4096, "embeds.0.description", TOO_LONG),
    "embed fields": (
        lambda n: embed(fields=[{"name": "n", "value": "v"}] * n),
        None,
        25,
        "embeds.0.fields",
        TOO_LONG,
    ),
    "embed field name": (
        lambda n: embed(fields=[{"name": "x" * n, "value": "v"}]),
        None,
        256,
        "embeds.0.fields.0.name",
        TOO_LONG,
    ),
    "embed field value": (
        lambda n: embed(fields=[{"name": "n", "value": "x" * n}]),
        None,
        1024,
        "embeds.0.fields.0.value",
        TOO_LONG,
    ),
    "embed footer": (lambda n: embed(footer={"text": "x" * n}), None, 2048, "embeds.0.footer.text", TOO_LONG),
    "embed author": (lambda n: embed(author={"name": "x" * n}), None, 256, "embeds.0.author.name", TOO_LONG),
    "embed url": (
        lambda n: embed(url="https://a.fr/" + "x" * (n - 13)),
        None,
        2048,
        "embeds.0.url",
        TOO_LONG,
    ),
    "embed colour": (lambda n: embed(color=n), 0, 0xFFFFFF, "embeds.0.color", MOST),
    "attachment description": (
        lambda n: messages.message_create({"attachments": [{"id": 0, "description": "x" * n}]}, files=1),
        None,
        1024,
        "attachments.0.description",
        TOO_LONG,
    ),
    "rows": (
        lambda n: message(components=[row(button(str(i))) for i in range(n)]),
        None,
        5,
        "components",
        TOO_LONG,
    ),
    "buttons of a row": (
        lambda n: in_row(*(button(str(i)) for i in range(n))),
        1,
        5,
        "components.0.components",
        LENGTH,
    ),
    "custom id": (lambda n: in_row(button("x" * n)), 1, 100, f"{IN_ROW}.custom_id", LENGTH),
    "button label": (lambda n: in_row(button(label="x" * n)), 1, 80, f"{IN_ROW}.label", TOO_LONG),
    "button url": (
        lambda n: in_row({"type": 2, "style": 5, "label": "l", "url": "https://a.fr/" + "x" * (n - 13)}),
        None,
        512,
        f"{IN_ROW}.url",
        TOO_LONG,
    ),
    "select options": (
        lambda n: in_row(select(count=n)),
        1,
        25,
        f"{IN_ROW}.options",
        LENGTH,
    ),
    "option label": (
        lambda n: in_row({**select(), "options": [{"label": "x" * n, "value": "v"}]}),
        1,
        100,
        f"{IN_ROW}.options.0.label",
        LENGTH,
    ),
    "option value": (
        lambda n: in_row({**select(), "options": [{"label": "l", "value": "x" * n}]}),
        1,
        100,
        f"{IN_ROW}.options.0.value",
        LENGTH,
    ),
    "option description": (
        lambda n: in_row({**select(), "options": options(1, description="x" * n)}),
        None,
        100,
        f"{IN_ROW}.options.0.description",
        TOO_LONG,
    ),
    "select placeholder": (
        lambda n: in_row(select(placeholder="x" * n)),
        None,
        150,
        f"{IN_ROW}.placeholder",
        TOO_LONG,
    ),
    "select min": (
        lambda n: in_row(select(count=25, min_values=n, max_values=25)),
        0,
        25,
        f"{IN_ROW}.min_values",
        MOST,
    ),
    "select max": (
        lambda n: in_row(select(count=25, min_values=0, max_values=n)),
        1,
        25,
        f"{IN_ROW}.max_values",
        MOST,
    ),
    "default values": (
        lambda n: in_row({"type": 5, "custom_id": "u", "max_values": 25, "default_values": defaults(n)}),
        None,
        25,
        f"{IN_ROW}.default_values",
        TOO_LONG,
    ),
    "texts of a section": (
        lambda n: layout({"type": 9, "components": [text()] * n, "accessory": button()}),
        1,
        3,
        "components.0.components",
        LENGTH,
    ),
    "gallery items": (
        lambda n: layout({"type": 12, "items": [{"media": {"url": "https://a.fr/i.png"}}] * n}),
        1,
        10,
        "components.0.items",
        LENGTH,
    ),
    "alt text": (
        lambda n: layout(
            {"type": 12, "items": [{"media": {"url": "https://a.fr/i.png"}, "description": "x" * n}]}
        ),
        None,
        1024,
        "components.0.items.0.description",
        TOO_LONG,
    ),
    "media url": (
        lambda n: layout({"type": 12, "items": [{"media": {"url": "https://a.fr/" + "x" * (n - 13)}}]}),
        None,
        2048,
        "components.0.items.0.media.url",
        LENGTH,
    ),
    "text display": (lambda n: layout(text("x" * n)), 1, 4000, "components.0.content", LENGTH),
    "text of a message": (
        lambda n: layout(text("x" * 2000), {"type": 17, "components": [text("x" * (n - 2000))]}),
        None,
        4000,
        "components",
        "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
    ),
    "components of a message": (
        lambda n: layout({"type": 17, "components": [text("x")] * (n - 2)}, text("x")),
        None,
        40,
        "components",
        "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED",
    ),
    "accent colour": (
        lambda n: layout({"type": 17, "accent_color": n, "components": [text()]}),
        0,
        0xFFFFFF,
        "components.0.accent_color",
        MOST,
    ),
    "embeds together": (
        lambda n: message(embeds=[{"description": "x" * 3000}, {"description": "x" * (n - 3000)}]),
        None,
        6000,
        "embeds",
        "MAX_EMBED_SIZE_EXCEEDED",
    ),
    "poll answers": (
        lambda n: message(poll={"question": {"text": "q"}, "answers": [{"poll_media": {"text": "a"}}] * n}),
        1,
        10,
        "poll.answers",
        LENGTH,
    ),
}


@pytest.mark.parametrize("name", LIMITS)
def test_accepted_up_to_the_limit_and_refused_beyond(name: str) -> None:
    assert_most(*LIMITS[name])


@pytest.mark.parametrize("name", [name for name, limit in LIMITS.items() if limit[1] is not None])
def test_accepted_down_to_the_least_and_refused_below(name: str) -> None:
    assert_least(*LIMITS[name])


@pytest.mark.parametrize("count", [9, 10])
def test_ten_attachments(count: int) -> None:
    assert len(messages.message_create({}, files=count)["attachments"]) == count


def test_eleven_attachments_have_a_code_of_their_own() -> None:
    assert refusal(messages.message_create, {}, files=11).code == 30015
    listed = [{"id": number} for number in range(11)]
    assert refusal(messages.message_create, {"attachments": listed}, files=11).code == 30015


@pytest.mark.parametrize(("count", "taken"), [(1, False), (2, True), (99, True), (100, True), (101, False)])
def test_bulk_deletion_takes_two_to_a_hundred(count: int, taken: bool) -> None:
    recent = (int(NOW.timestamp() * 1000) - 1_420_070_400_000) << 22
    ids = [str(recent + number) for number in range(count)]
    if taken:
        assert messages.bulk_delete({"messages": ids}, NOW) == ids
    else:
        assert refusal(messages.bulk_delete, {"messages": ids}, NOW).code == 50016

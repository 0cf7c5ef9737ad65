"""Messages: what counts as empty, what an edit keeps, nonces, flags, attachments, pages."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.rules import embeds, messages
from tests.sandbox.rules.helpers import button, leaves, refusal, row, text, words

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
V2 = 1 << 15
CURRENT: dict[str, Any] = {
    "content": "avant",
    "embeds": [],
    "components": [],
    "attachments": [{"id": "5", "filename": "a.png"}],
    "flags": 0,
}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"content": ""},
        {"content": " \n "},
        {"content": None, "embeds": [], "components": []},
        {"embeds": [{}]},
        {"flags": V2, "components": []},
    ],
)
def test_nothing_to_read_is_refused(body: dict[str, Any]) -> None:
    error = refusal(messages.message_create, body)
    assert (error.status, error.code) == (400, 50006)


@pytest.mark.parametrize(
    "body",
    [
        {"content": "x"},
        {"embeds": [{"title": "t"}]},
        {"components": [row(button())]},
        {"sticker_ids": ["1"]},
        {"poll": {"question": {"text": "q"}, "answers": [{"poll_media": {"text": "a"}}]}},
        {"flags": V2, "content": None, "embeds": [], "components": [text()]},
    ],
)
def test_one_thing_to_read_is_enough(body: dict[str, Any]) -> None:
    messages.message_create(body)


def test_what_discord_py_sends_by_default_is_accepted() -> None:
    found = messages.message_create(
        {"content": "a", "tts": False, "components": [], "nonce": 1 << 62, "enforce_nonce": True, "flags": 0}
    )
    assert (found["nonce"], found["enforce_nonce"], found["components"]) == (1 << 62, True, [])


@pytest.mark.parametrize(
    ("nonce", "code"), [([], "INVALID_TYPE"), (1 << 63, "OUT_OF_BOUNDS"), (True, "INVALID_TYPE")]
)
def test_a_nonce_is_a_short_text_or_a_64_bit_integer(nonce: Any, code: str) -> None:
    found = leaves(refusal(messages.message_create, {"content": "a", "nonce": nonce}))
    assert found == {"nonce": [f"NONCE_TYPE_{code}"]}


def test_only_channel_messages_have_a_nonce() -> None:
    found = messages.message_create({"content": "a", "nonce": "1", "enforce_nonce": True}, kind="webhook")
    assert (found["nonce"], found["enforce_nonce"]) == (None, False)


def test_unknown_flags_are_ignored_and_ephemeral_needs_an_interaction() -> None:
    every = (1 << 30) - 1 - V2
    assert messages.message_create({"content": "a", "flags": every})["flags"] == 4 | 4096 | 8192
    answer = messages.message_create({"content": "a", "flags": every}, kind="interaction")
    assert answer["flags"] == 4 | 64 | 4096 | 8192
    assert messages.message_create({"content": "a", "flags": every}, kind="starter")["flags"] == 4 | 4096


@pytest.mark.parametrize(
    ("field", "value"),
    [("content", "x"), ("embeds", [{"title": "t"}]), ("sticker_ids", ["1"])],
)
def test_layouts_stand_alone(field: str, value: Any) -> None:
    body = {"flags": V2, "components": [text()], field: value}
    found = leaves(refusal(messages.message_create, body))
    assert found == {field: ["MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"]}


def test_several_complaints_come_together() -> None:
    body = {"content": "x" * 2001, "embeds": [{"title": "x" * 257, "color": -1}], "tts": "oui"}
    assert set(leaves(refusal(messages.message_create, body))) == {
        "content",
        "embeds.0.title",
        "embeds.0.color",
        "tts",
    }


def test_a_prefix_goes_before_every_path() -> None:
    error = refusal(messages.message_create, {"content": "x" * 2001}, prefix=("data",))
    assert words(error, "data.content") == ["Must be 2000 or fewer in length."]


@pytest.mark.parametrize(
    ("body", "path", "code"),
    [
        ({"content": 5}, "content", "STRING_TYPE_CONVERT"),
        ({"embeds": {}}, "embeds", "LIST_TYPE_CONVERT"),
        ({"embeds": ["x"]}, "embeds.0", "MODEL_TYPE_CONVERT"),
        (
            {"embeds": [{"title": "t", "fields": [{"name": "n"}]}]},
            "embeds.0.fields.0.value",
            "BASE_TYPE_REQUIRED",
        ),
        ({"embeds": [{"title": "t", "footer": {"text": " "}}]}, "embeds.0.footer.text", "BASE_TYPE_REQUIRED"),
        ({"embeds": [{"title": "t", "url": "ici"}]}, "embeds.0.url", "URL_TYPE_INVALID_URL"),
        ({"embeds": [{"title": "t", "url": "ftp://a.fr"}]}, "embeds.0.url", "URL_TYPE_INVALID_SCHEME"),
        ({"embeds": [{"title": "t", "timestamp": "hier"}]}, "embeds.0.timestamp", "DATE_TIME_TYPE_PARSE"),
        ({"content": "a", "message_reference": {}}, "message_reference.message_id", "BASE_TYPE_REQUIRED"),
        (
            {"content": "a", "message_reference": {"message_id": "x"}},
            "message_reference.message_id",
            "NUMBER_TYPE_COERCE",
        ),
        ({"content": "a", "flags": "x"}, "flags", "NUMBER_TYPE_COERCE"),
    ],
)
def test_wrong_types_are_told_at_their_field(body: dict[str, Any], path: str, code: str) -> None:
    assert leaves(refusal(messages.message_create, body)) == {path: [code]}


def test_embeds_are_trimmed_before_they_are_counted() -> None:
    found = embeds.embeds([{"title": "  " + "x" * 256 + "  ", "type": "article", "provider": {}}])
    assert found == [{"type": "rich", "title": "x" * 256}]


def test_pictures_without_an_address_are_left_out() -> None:
    assert embeds.embeds([{"title": "t", "image": {"url": None}, "thumbnail": {}}]) == [
        {"type": "rich", "title": "t"}
    ]


def test_embed_texts_of_all_kinds_count_towards_the_6000() -> None:
    one = {
        "title": "x" * 256,
        "description": "x" * 4096,
        "footer": {"text": "x" * 1000},
        "author": {"name": "x" * 100},
        "fields": [{"name": "x" * 100, "value": "x" * 448}],
    }
    assert embeds.size(embeds.embeds([one])[0]) == 6000
    found = leaves(refusal(embeds.embeds, [one, {"title": "x"}]))
    assert found == {"embeds": ["MAX_EMBED_SIZE_EXCEEDED"]}


# Edits ------------------------------------------------------------------------------------------------------


def test_an_edit_says_only_what_changes() -> None:
    assert messages.message_edit({"content": "après"}, CURRENT) == {"content": "après"}
    assert messages.message_edit({"content": "b", "tts": False, "flags": 0}, CURRENT) == {"content": "b"}


def test_an_edit_cannot_empty_a_message() -> None:
    alone = {**CURRENT, "attachments": []}
    assert refusal(messages.message_edit, {"content": ""}, alone).code == 50006
    assert messages.message_edit({"content": ""}, CURRENT) == {"content": ""}


def test_embeds_can_be_hidden_and_shown_again() -> None:
    assert messages.message_edit({"flags": 4}, CURRENT) == {"flags": 4}
    assert messages.message_edit({"flags": 0}, {**CURRENT, "flags": 4 | 64}) == {"flags": 64}
    assert messages.message_edit({"flags": 64}, CURRENT) == {}


def test_a_message_becomes_a_layout_for_good_and_only_when_emptied() -> None:
    refused = leaves(refusal(messages.message_edit, {"flags": V2, "components": [text()]}, CURRENT))
    assert refused == {"content": ["MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"]}
    body = {"flags": V2, "content": None, "embeds": [], "components": [text()]}
    assert messages.message_edit(body, CURRENT)["flags"] == V2
    layout = {**CURRENT, "content": "", "flags": V2, "components": [text()]}
    assert "flags" not in messages.message_edit({"flags": 0, "components": [text("b")]}, layout)


def test_an_edit_lists_the_attachments_to_keep() -> None:
    assert messages.message_edit({"attachments": []}, CURRENT) == {"attachments": []}
    kept = messages.message_edit({"attachments": [{"id": "5"}]}, CURRENT)["attachments"]
    assert [one["id"] for one in kept] == ["5"]
    unknown = refusal(messages.message_edit, {"attachments": [{"id": "6"}]}, CURRENT)
    assert leaves(unknown) == {"attachments.0.id": ["ATTACHMENT_NOT_FOUND"]}
    added = messages.message_edit({}, CURRENT, files=1)["attachments"]
    assert [one["file"] for one in added] == [None, 0]


# Files -------------------------------------------------


def test_files_without_a_word_about_them_are_attached_all_the_same() -> None:
    body = {"attachments": [{"id": "1", "filename": "b.txt", "description": "B"}]}
    found = messages.message_create(body, files=2)["attachments"]
    assert [(one["file"], one.get("description")) for one in found] == [(1, "B"), (0, None)]


def test_a_file_that_did_not_come_is_not_found() -> None:
    found = leaves(refusal(messages.message_create, {"content": "a", "attachments": [{"id": 0}]}))
    assert found == {"attachments.0.id": ["ATTACHMENT_NOT_FOUND"]}


# Deleting many, and pages ---------------------------------------------------------------------------------


def snowflake(at: datetime) -> int:
    return (int(at.timestamp() * 1000) - 1_420_070_400_000) << 22


def test_bulk_deletion_spares_what_is_older_than_fourteen_days() -> None:
    limit = NOW - timedelta(days=14)
    young = [str(snowflake(limit)), str(snowflake(NOW))]
    assert messages.bulk_delete({"messages": young}, NOW) == young
    old = [str(snowflake(limit - timedelta(seconds=1))), str(snowflake(NOW))]
    assert refusal(messages.bulk_delete, {"messages": old}, NOW).code == 50034


def test_bulk_deletion_takes_each_message_once() -> None:
    one = str(snowflake(NOW))
    assert refusal(messages.bulk_delete, {"messages": [one, one]}, NOW).code == 50016
    assert leaves(refusal(messages.bulk_delete, {}, NOW)) == {"messages": ["BASE_TYPE_REQUIRED"]}


@pytest.mark.parametrize("limit", ["1", "100"])
def test_a_page_has_one_to_a_hundred_messages(limit: str) -> None:
    found = messages.page({"limit": limit, "before": "12"})
    assert found == {"limit": int(limit), "before": "12", "after": None, "around": None}


@pytest.mark.parametrize(
    ("query", "path"),
    [({"limit": "0"}, "limit"), ({"limit": "101"}, "limit"), ({"before": "hier"}, "before")],
)
def test_a_page_out_of_bounds_is_refused(query: dict[str, str], path: str) -> None:
    assert set(leaves(refusal(messages.page, query))) == {path}

"""Channels, forums, threads, roles, members, audit reasons and what fits in a place."""

from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.rules import channels, places, roles, threads
from tests.sandbox.rules.helpers import leaves, refusal

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TAGS = [{"id": "1", "name": "a"}, {"id": "2", "name": "b", "moderated": True}]
FORUM: dict[str, Any] = {
    "type": 15,
    "flags": 0,
    "available_tags": TAGS,
    "default_thread_rate_limit_per_user": 5,
}
POST: dict[str, Any] = {"name": "Un besoin", "message": {"content": "Bonjour"}}
THREAD: dict[str, Any] = {
    "type": 11,
    "flags": 0,
    "thread_metadata": {"archived": False},
    "applied_tags": ["2"],
}


def test_names_of_text_channels_and_forums_are_lowered_and_hyphenated() -> None:
    for kind, name in ((0, "coin-des-équipes"), (15, "coin-des-équipes"), (2, "Coin des  Équipes")):
        assert channels.channel_create({"name": " Coin des  Équipes ", "type": kind})["name"] == name


@pytest.mark.parametrize(
    ("body", "path", "code"),
    [
        ({}, "name", "BASE_TYPE_REQUIRED"),
        ({"name": "a", "type": 1}, "type", "BASE_TYPE_CHOICES"),
        ({"name": "a", "parent_id": "x"}, "parent_id", "NUMBER_TYPE_COERCE"),
        (
            {"name": "a", "default_auto_archive_duration": 61},
            "default_auto_archive_duration",
            "BASE_TYPE_CHOICES",
        ),
        ({"name": "a", "type": 15, "default_sort_order": 2}, "default_sort_order", "BASE_TYPE_CHOICES"),
        ({"name": "a", "type": 15, "default_forum_layout": 3}, "default_forum_layout", "BASE_TYPE_CHOICES"),
        (
            {"name": "a", "type": 15, "default_reaction_emoji": {}},
            "default_reaction_emoji",
            "EMOJI_ID_NAME_EXCLUSIVE",
        ),
        (
            {"name": "a", "type": 15, "available_tags": [{"name": "t", "emoji_id": "1", "emoji_name": "🌱"}]},
            "available_tags.0.emoji_name",
            "EMOJI_ID_NAME_EXCLUSIVE",
        ),
        (
            {"name": "a", "permission_overwrites": [{"type": 0}]},
            "permission_overwrites.0.id",
            "BASE_TYPE_REQUIRED",
        ),
        (
            {"name": "a", "permission_overwrites": [{"id": "1", "allow": "-1"}]},
            "permission_overwrites.0.allow",
            "NUMBER_TYPE_COERCE",
        ),
    ],
)
def test_what_a_channel_may_not_be(body: dict[str, Any], path: str, code: str) -> None:
    assert leaves(refusal(channels.channel_create, body)) == {path: [code]}


def test_a_forum_comes_with_its_defaults() -> None:
    found = channels.channel_create(
        {"name": "f", "type": 15, "flags": 16 | 1, "available_tags": [{"name": "t"}]}
    )
    assert (found["flags"], found["default_forum_layout"], found["rate_limit_per_user"]) == (16, 0, 0)
    assert found["available_tags"][0]["id"] is None


def test_bit_sets_are_written_as_text() -> None:
    wanted = [{"id": 1, "type": 1, "allow": 1 << 40, "deny": "8"}]
    found = channels.channel_create({"name": "a", "permission_overwrites": wanted})["permission_overwrites"]
    assert found == [{"id": "1", "type": 1, "allow": str(1 << 40), "deny": "8"}]
    assert channels.overwrite({"type": 0, "deny": "4"}) == {"type": 0, "allow": "0", "deny": "4"}
    assert leaves(refusal(channels.overwrite, {})) == {"type": ["BASE_TYPE_REQUIRED"]}


def test_an_edit_keeps_known_tags_and_numbers_no_others() -> None:
    wanted = [{"id": "1", "name": "renommé"}, {"id": "99", "name": "inconnu"}, {"name": "neuf"}]
    found = channels.channel_edit({"available_tags": wanted}, FORUM)["available_tags"]
    assert [tag["id"] for tag in found] == ["1", None, None]
    twice = {"available_tags": [{"name": "A"}, {"name": "a"}]}
    assert refusal(channels.channel_edit, twice, FORUM).code == 40061


def test_an_edit_says_only_what_was_sent() -> None:
    assert channels.channel_edit({"name": "B C"}, FORUM) == {"name": "b-c"}
    assert channels.channel_edit({"topic": None, "position": None}, FORUM) == {"topic": None}
    assert channels.channel_edit({"type": 5}, {"type": 0}) == {"type": 5}
    assert leaves(refusal(channels.channel_edit, {"type": 0}, FORUM)) == {"type": ["BASE_TYPE_CHOICES"]}


def test_orders_name_their_channels() -> None:
    assert channels.positions([{"id": 5, "position": 2}]) == [{"id": "5", "position": 2}]
    assert leaves(refusal(channels.positions, [{}])) == {"0.id": ["BASE_TYPE_REQUIRED"]}
    assert roles.positions([{"id": 5, "position": 2}, {"id": "6"}]) == [{"id": "5", "position": 2}]


# Forum posts and threads --------------------------------------------------------------------------------


def test_a_post_inherits_from_its_forum() -> None:
    found = threads.forum_post({**POST, "type": 11, "rate_limit_per_user": None}, FORUM)
    assert (found["rate_limit_per_user"], found["auto_archive_duration"]) == (5, 4320)
    assert found["message"]["content"] == "Bonjour"


@pytest.mark.parametrize(
    ("more", "flags", "manages", "code"),
    [
        ({}, 16, False, 40067),
        ({"applied_tags": ["9"]}, 0, False, 10087),
        ({"applied_tags": ["2"]}, 0, False, 50013),
        ({"message": {"content": ""}}, 0, False, 50006),
        ({"message": {}}, 0, True, 50006),
    ],
)
def test_what_a_post_may_not_be(more: dict[str, Any], flags: int, manages: bool, code: int) -> None:
    forum = {**FORUM, "flags": flags}
    assert refusal(threads.forum_post, {**POST, **more}, forum, manages_threads=manages).code == code


def test_a_required_tag_that_only_moderators_have() -> None:
    forum = {**FORUM, "flags": 16, "available_tags": TAGS[1:]}
    assert refusal(threads.forum_post, POST, forum).code == 40066
    assert refusal(threads.forum_post, POST, forum, manages_threads=True).code == 40067
    body = {**POST, "applied_tags": ["2"]}
    assert threads.forum_post(body, forum, manages_threads=True)["applied_tags"] == ["2"]


def test_a_post_needs_a_name_and_a_message() -> None:
    assert set(leaves(refusal(threads.forum_post, {}, FORUM))) == {"name", "message"}
    body = {"name": "a", "message": {"content": "x" * 2001}}
    assert set(leaves(refusal(threads.forum_post, body, FORUM))) == {"message.content"}


def test_threads_are_private_unless_said() -> None:
    assert threads.thread_create({"name": "a"}, {"type": 0})["type"] == 12
    assert threads.thread_create({"name": "a", "type": 11}, {"type": 0})["type"] == 11
    assert refusal(threads.thread_create, {"name": "a", "type": 10}, {"type": 0}).code == 50024
    assert threads.thread_from_message({"name": "a"}, {"type": 5})["type"] == 10


def test_an_archived_thread_is_reopened_in_the_same_request() -> None:
    archived = {**THREAD, "thread_metadata": {"archived": True}}
    for body in ({"name": "b"}, {"locked": True}, {"applied_tags": []}):
        assert refusal(threads.thread_edit, body, archived, FORUM).code == 50083
    body = {"archived": False, "name": "b"}
    assert threads.thread_edit(body, archived, FORUM) == body
    assert threads.thread_edit({"archived": True}, archived, FORUM) == {"archived": True}


def test_tags_of_moderators_are_kept_by_anybody_and_changed_by_moderators() -> None:
    assert threads.thread_edit({"applied_tags": ["2", "1"]}, THREAD, FORUM) == {"applied_tags": ["2", "1"]}
    assert refusal(threads.thread_edit, {"applied_tags": ["1"]}, THREAD, FORUM).code == 50013
    assert threads.thread_edit({"applied_tags": []}, THREAD, FORUM, manages_threads=True) == {
        "applied_tags": []
    }


def test_archiving_a_pinned_post_unpins_it() -> None:
    pinned = {**THREAD, "flags": 2}
    assert threads.thread_edit({"archived": True}, pinned, FORUM) == {"archived": True, "flags": 0}


# Roles, members -----------------------------------------------------------------------------------------


def test_a_role_has_defaults() -> None:
    found = roles.role_create(None, default_permissions=1024)
    assert (found["name"], found["permissions"], found["color"]) == ("new role", "1024", 0)


def test_a_colour_is_written_both_ways() -> None:
    for body in ({"color": 5}, {"colors": {"primary_color": 5}}):
        found = roles.role_create(body)
        assert (found["color"], found["colors"]["primary_color"]) == (5, 5)


def test_an_edit_of_a_role_says_what_differs() -> None:
    assert roles.role_edit({"name": "a", "hoist": True}, {"name": "a", "hoist": False}) == {"hoist": True}


def test_null_takes_a_nickname_or_a_time_out_away() -> None:
    body = {"nick": None, "communication_disabled_until": None, "roles": None}
    expected = {"nick": None, "communication_disabled_until": None, "roles": []}
    assert roles.member_edit(body, NOW) == expected
    assert roles.member_edit({}, NOW) == {}


# What is shared -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", places.LIMITS)
def test_one_more_fits_until_the_place_is_full(what: str) -> None:
    most, code = places.LIMITS[what]
    places.room_for(what, most - 1)
    error = refusal(places.room_for, what, most)
    assert (error.status, error.code) == (400, code)


def test_a_category_holds_fifty_channels() -> None:
    places.room_in_category(49)
    assert set(leaves(refusal(places.room_in_category, 50))) == {"parent_id"}


@pytest.mark.parametrize(
    ("header", "reason"),
    [(None, None), ("", None), ("caf%C3%A9 %C3%A9/a", "café é/a"), ("x" * 600, "x" * 512), ("%", "%")],
)
def test_audit_reasons_are_decoded(header: str | None, reason: str | None) -> None:
    assert places.audit_reason(header) == reason

"""Pings: what the sender allows, and what text and rights make of it."""

from typing import Any

import pytest

from sandbox.rules import mentions
from tests.sandbox.rules.helpers import leaves, refusal, words

ROLES: dict[str, dict[str, Any]] = {"7": {"mentionable": True}, "8": {"mentionable": False}}


@pytest.mark.parametrize("kind", ["users", "roles"])
def test_a_kind_is_either_parsed_or_listed(kind: str) -> None:
    error = refusal(mentions.allowed_mentions, {"parse": [kind], kind: ["1"]})
    assert leaves(error) == {"allowed_mentions": ["MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE"]}
    expected = f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.'
    assert words(error, "allowed_mentions") == [expected]
    for empty in ([], None):
        mentions.allowed_mentions({"parse": [kind], kind: empty})


@pytest.mark.parametrize(
    ("body", "path", "code"),
    [
        ({"parse": ["tous"]}, "parse.0", "BASE_TYPE_CHOICES"),
        ({"parse": ["users", "users"]}, "parse.1", "SET_TYPE_ALREADY_CONTAINS_VALUE"),
        ({"users": ["1", 1]}, "users.1", "SET_TYPE_ALREADY_CONTAINS_VALUE"),
        ({"roles": ["x"]}, "roles.0", "NUMBER_TYPE_COERCE"),
        ({"replied_user": "oui"}, "replied_user", "BOOLEAN_TYPE_CONVERT"),
    ],
)
def test_what_may_not_be_allowed(body: dict[str, Any], path: str, code: str) -> None:
    assert leaves(refusal(mentions.allowed_mentions, body)) == {f"allowed_mentions.{path}": [code]}


def pinged(content: str, allowed: Any = None, **more: Any) -> tuple[list[str], list[str], bool]:
    rule = mentions.allowed_mentions(allowed)
    found = mentions.resolve(content, rule, roles=ROLES, **more)
    return found["users"], found["roles"], found["everyone"]


def test_by_default_everybody_named_is_pinged_once() -> None:
    assert pinged("<@1> <@!2> <@1> <@&7> <@&8> <@&9>") == (["1", "2"], ["7"], False)


def test_interactions_ping_people_only_by_default() -> None:
    found = mentions.resolve(
        "<@1> <@&7> @everyone", None, roles=ROLES, can_mention_everyone=True, default=("users",)
    )
    assert found == {"users": ["1"], "roles": [], "everyone": False, "channels": []}


@pytest.mark.parametrize(
    ("allowed", "expected"),
    [
        ({"parse": []}, ([], [], False)),
        ({"parse": ["users"]}, (["1", "2"], [], False)),
        ({"users": ["2", "99"]}, (["2"], [], False)),
        ({"roles": ["7"]}, ([], ["7"], False)),
        ({"parse": ["everyone"]}, ([], [], True)),
    ],
)
def test_only_what_is_allowed_and_written_is_pinged(allowed: Any, expected: Any) -> None:
    assert pinged("<@1> <@2> <@&7> @here", allowed, can_mention_everyone=True) == expected


def test_everyone_and_closed_roles_need_the_right_to() -> None:
    assert pinged("@everyone <@&8>") == ([], [], False)
    assert pinged("@everyone <@&8>", can_mention_everyone=True) == ([], ["8"], True)


def test_code_pings_nobody() -> None:
    assert pinged("`<@1>` ```\n<@2> @everyone\n``` <@3>", can_mention_everyone=True) == (["3"], [], False)


def test_a_reply_pings_its_author_unless_told_otherwise() -> None:
    assert pinged("oui", replied_author="5")[0] == ["5"]
    assert pinged("oui", {"parse": ["users"]}, replied_author="5")[0] == []
    assert pinged("<@5>", {"parse": ["users"], "replied_user": True}, replied_author="5")[0] == ["5"]


def test_text_displays_count_as_text() -> None:
    inner = [{"type": 9, "components": [{"type": 10, "content": "<@2>"}]}, {"type": 10, "content": "<@3>"}]
    message = {
        "content": "",
        "components": [{"type": 17, "components": inner}, {"type": 10, "content": "<@1>"}],
    }
    assert mentions.text_of(message) == "<@2>\n<@3>\n<@1>"

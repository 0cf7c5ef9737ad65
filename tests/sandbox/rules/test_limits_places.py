"""The limits of channels, threads, roles and events, each at n-1, n and n+1, refused at the right place."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.rules import channels, events, roles, threads
from tests.sandbox.rules.helpers import (
    LENGTH,
    MOST,
    TOO_LONG,
    Limit,
    assert_least,
    assert_most,
    leaves,
    refusal,
)

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
FORUM = {"type": 15, "available_tags": [{"id": str(n), "name": f"t{n}"} for n in range(1, 21)], "flags": 0}
TEXT_CHANNEL: dict[str, Any] = {"type": 0}


def event(**fields: Any) -> Any:
    start = NOW + timedelta(days=1)
    body = {
        "name": "Rencontre",
        "privacy_level": 2,
        "entity_type": 3,
        "entity_metadata": {"location": "Lyon"},
        "scheduled_start_time": start.isoformat(),
        "scheduled_end_time": (start + timedelta(hours=1)).isoformat(),
    }
    return events.event_create(body | fields, NOW)


def unique_tags(count: int) -> list[dict[str, str]]:
    return [{"name": f"thème {number}"} for number in range(count)]


LIMITS: dict[str, Limit] = {
    "channel name": (lambda n: channels.channel_create({"name": "x" * n}), 1, 100, "name", LENGTH),
    "channel topic": (
        lambda n: channels.channel_create({"name": "x", "topic": "x" * n}),
        None,
        1024,
        "topic",
        TOO_LONG,
    ),
    "forum topic": (
        lambda n: channels.channel_create({"name": "x", "type": 15, "topic": "x" * n}),
        None,
        4096,
        "topic",
        TOO_LONG,
    ),
    "tag name": (
        lambda n: channels.channel_create({"name": "x", "type": 15, "available_tags": [{"name": "x" * n}]}),
        None,
        50,
        "available_tags.0.name",
        TOO_LONG,
    ),
    "tag name, strict": (
        lambda n: channels.channel_create(
            {"name": "x", "type": 15, "available_tags": [{"name": "x" * n}]}, strict_tags=True
        ),
        None,
        20,
        "available_tags.0.name",
        TOO_LONG,
    ),
    "slow mode": (
        lambda n: channels.channel_create({"name": "x", "rate_limit_per_user": n}),
        0,
        21600,
        "rate_limit_per_user",
        MOST,
    ),
    "slow mode of posts": (
        lambda n: channels.channel_create({"name": "x", "type": 15, "default_thread_rate_limit_per_user": n}),
        0,
        21600,
        "default_thread_rate_limit_per_user",
        MOST,
    ),
    "overwrites": (
        lambda n: channels.channel_create(
            {"name": "x", "permission_overwrites": [{"id": str(i), "type": 0} for i in range(1, n + 1)]}
        ),
        None,
        100,
        "permission_overwrites",
        TOO_LONG,
    ),
    "post name": (
        lambda n: threads.forum_post({"name": "x" * n, "message": {"content": "c"}}, FORUM),
        1,
        100,
        "name",
        LENGTH,
    ),
    "post tags": (
        lambda n: threads.forum_post(
            {"name": "x", "message": {"content": "c"}, "applied_tags": [str(i) for i in range(1, n + 1)]},
            FORUM,
        ),
        None,
        5,
        "applied_tags",
        TOO_LONG,
    ),
    "post content": (
        lambda n: threads.forum_post({"name": "x", "message": {"content": "x" * n}}, FORUM),
        None,
        2000,
        "message.content",
        TOO_LONG,
    ),
    "thread name": (lambda n: threads.thread_create({"name": "x" * n}, TEXT_CHANNEL), 1, 100, "name", LENGTH),
    "thread slow mode": (
        lambda n: threads.thread_create({"name": "x", "rate_limit_per_user": n}, TEXT_CHANNEL),
        0,
        21600,
        "rate_limit_per_user",
        MOST,
    ),
    "role name": (lambda n: roles.role_create({"name": "x" * n}), None, 100, "name", TOO_LONG),
    "role colour": (lambda n: roles.role_create({"color": n}), 0, 0xFFFFFF, "color", MOST),
    "nickname": (lambda n: roles.member_edit({"nick": "x" * n}, NOW), None, 32, "nick", TOO_LONG),
    "member roles": (
        lambda n: roles.member_edit({"roles": [str(i) for i in range(1, n + 1)]}, NOW),
        None,
        350,
        "roles",
        TOO_LONG,
    ),
    "event name": (lambda n: event(name="x" * n), 1, 100, "name", LENGTH),
    "event description": (lambda n: event(description="x" * n), 1, 1000, "description", LENGTH),
    "event location": (
        lambda n: event(entity_metadata={"location": "x" * n}),
        1,
        100,
        "entity_metadata.location",
        LENGTH,
    ),
}


@pytest.mark.parametrize("name", LIMITS)
def test_accepted_up_to_the_limit_and_refused_beyond(name: str) -> None:
    assert_most(*LIMITS[name])


@pytest.mark.parametrize("name", [name for name, limit in LIMITS.items() if limit[1] is not None])
def test_accepted_down_to_the_least_and_refused_below(name: str) -> None:
    assert_least(*LIMITS[name])


@pytest.mark.parametrize("count", [19, 20])
def test_twenty_tags(count: int) -> None:
    made = channels.channel_create({"name": "f", "type": 15, "available_tags": unique_tags(count)})
    assert len(made["available_tags"]) == count


def test_twenty_one_tags_have_a_code_of_their_own() -> None:
    body = {"name": "f", "type": 15, "available_tags": unique_tags(21)}
    assert refusal(channels.channel_create, body).code == 30048


def test_a_time_out_lasts_28_days_at_most() -> None:
    longest = NOW + timedelta(days=28)
    body = {"communication_disabled_until": longest.isoformat()}
    assert roles.member_edit(body, NOW)["communication_disabled_until"] == longest.isoformat()
    beyond = {"communication_disabled_until": (longest + timedelta(seconds=1)).isoformat()}
    assert "communication_disabled_until" in leaves(refusal(roles.member_edit, beyond, NOW))

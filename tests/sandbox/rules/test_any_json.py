"""Whatever JSON comes in, a rule answers or refuses in Discord's way: it never fails otherwise."""

import copy
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.errors import ApiError
from sandbox.faults import Faults
from sandbox.rules import (
    attachments,
    channels,
    commands,
    components,
    embeds,
    events,
    interactions,
    mentions,
    messages,
    modals,
    places,
    roles,
    threads,
)
from tests.sandbox.rules.sound import SOUND

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
FORUM = {"type": 15, "flags": 0, "available_tags": [{"id": "1", "name": "a", "moderated": True}]}
THREAD: dict[str, Any] = {
    "type": 11,
    "flags": 2,
    "thread_metadata": {"archived": False},
    "applied_tags": ["1"],
}
MESSAGE = {"content": "a", "embeds": [], "components": [], "attachments": [], "flags": 0}
EVENT = {
    "status": 1,
    "entity_type": 3,
    "channel_id": None,
    "entity_metadata": {"location": "Lyon"},
    "scheduled_start_time": "2026-03-04T09:00:00+00:00",
    "scheduled_end_time": "2026-03-04T10:00:00+00:00",
}
OPENED = modals.modal(
    {
        "custom_id": "m",
        "title": "Tout",
        "components": [
            {"type": 18, "label": "l", "component": {"type": 4, "custom_id": "texte", "style": 1}},
            {
                "type": 18,
                "label": "l",
                "component": {"type": 3, "custom_id": "choix", "options": [{"label": "a", "value": "a"}]},
            },
            {"type": 18, "label": "l", "component": {"type": 19, "custom_id": "fichier"}},
            {"type": 1, "components": [{"type": 4, "custom_id": "ancien", "style": 2, "label": "l"}]},
        ],
    }
)

RULES: dict[str, Callable[[Any], Any]] = {
    "message": messages.message_create,
    "followup": lambda body: messages.message_create(body, kind="webhook", files=2),
    "message edit": lambda body: messages.message_edit(body, MESSAGE),
    "bulk delete": lambda body: messages.bulk_delete(body, NOW),
    "embeds": embeds.embeds,
    "mentions": mentions.allowed_mentions,
    "attachments": lambda body: attachments.attachments(body, files=1, kept=("5",)),
    "components": lambda body: components.message_components(body, v2=False),
    "layout": lambda body: components.message_components(body, v2=True),
    "modal": modals.modal,
    "submission": lambda body: modals.submission(OPENED, body),
    "command": commands.command,
    "command edit": lambda body: commands.command_edit(body, {"type": 1, "name": "a", "description": "b"}),
    "commands": commands.bulk,
    "choices": interactions.choices,
    **{
        f"callback to {kind}": lambda body, kind=kind: interactions.callback(kind, body)  # type: ignore[misc]
        for kind in (1, 2, 3, 4, 5)
    },
    "channel": channels.channel_create,
    "forum edit": lambda body: channels.channel_edit(body, FORUM),
    "overwrite": channels.overwrite,
    "channel order": channels.positions,
    "post": lambda body: threads.forum_post(body, FORUM),
    "thread": lambda body: threads.thread_create(body, {"type": 0}),
    "thread from message": lambda body: threads.thread_from_message(body, {"type": 0}),
    "thread edit": lambda body: threads.thread_edit(body, THREAD, FORUM),
    "role": roles.role_create,
    "role edit": lambda body: roles.role_edit(body, {"name": "a"}),
    "role order": roles.positions,
    "member": lambda body: roles.member_edit(body, NOW),
    "event": lambda body: events.event_create(body, NOW),
    "event edit": lambda body: events.event_edit(body, EVENT, NOW),
    "fault": lambda body: Faults().add_json(body),
}

# Words that the rules look for, so that what is made gets past the first door.
WORDS = """
    content embeds components attachments allowed_mentions flags nonce enforce_nonce
    message_reference poll type custom_id style label url emoji option options value values default
    min_values max_values required title description fields name footer text author icon_url
    timestamp color image thumbnail parse users roles id replied_user accessory items media spoiler
    accent_color spacing divider file component data choices fr n day name_localizations
    autocomplete min_value max_value min_length max_length channel_types contexts message kind
    integration_types dm_permission default_member_permissions applied_tags available_tags moderated
    emoji_id emoji_name parent_id default_reaction_emoji permission_overwrites allow deny archived
    locked nick colors auto_archive_duration communication_disabled_until permissions primary_color
    scheduled_start_time start scheduled_end_time entity_type entity_metadata location privacy_level
    status recurrence_rule frequency interval by_weekday by_n_weekday by_month by_month_day messages
    default_values question answers poll_media times seconds texte choix fichier ancien
"""
KEYS = st.sampled_from(WORDS.split())
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 25),
    st.integers(),
    st.floats(),
    st.text(max_size=12),
    st.sampled_from(
        [
            "1",
            "9" * 25,
            "²",
            "\ud800",
            "fr",
            "users",
            "everyone",
            "https://a.fr",
            "attachment://a.png",
            "role",
            "2026-03-04T09:00:00Z",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-12:00",
            "delay",
        ]
    ),
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=8),
    max_leaves=20,
)
BODIES = st.dictionaries(KEYS, JSON, max_size=12) | st.lists(JSON, max_size=4) | JSON


def answers_or_refuses(rule: Callable[[Any], Any], body: Any) -> None:
    try:
        rule(body)
    except ApiError as refused:
        error = refused
    else:
        return
    assert 400 <= error.status < 500
    json.dumps(error.body())


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(name=st.sampled_from(sorted(RULES)), body=BODIES)
def test_no_rule_crashes_on_anything(name: str, body: Any) -> None:
    answers_or_refuses(RULES[name], body)


@settings(max_examples=700, deadline=None, suppress_health_check=list(HealthCheck))
@given(sound=st.sampled_from(SOUND), data=st.data())
def test_no_rule_crashes_on_a_sound_body_with_one_thing_replaced(
    sound: tuple[str, Any], data: st.DataObject
) -> None:
    name, body = sound
    body = copy.deepcopy(body)
    RULES[name](body)
    assert body == sound[1], "a rule leaves what it reads alone"
    at, key = data.draw(st.sampled_from(list(places_in(body))))
    at[key] = data.draw(JSON)
    answers_or_refuses(RULES[name], body)


def places_in(body: Any) -> Iterator[tuple[Any, Any]]:
    """Every container and key of a body, the deep ones too."""
    if isinstance(body, (dict, list)):
        for key, value in list(body.items() if isinstance(body, dict) else enumerate(body)):
            yield body, key
            yield from places_in(value)


SIMPLE = st.fixed_dictionaries(
    {"type": st.integers(0, 24)},
    optional={
        "custom_id": st.text(max_size=3),
        "style": st.integers(0, 7),
        "label": st.text(max_size=3),
        "content": st.text(max_size=3),
        "url": st.just("https://a.fr"),
        "options": st.just([{"label": "a", "value": "a"}, {"label": "b", "value": "b"}]),
        "media": st.just({"url": "https://a.fr"}),
        "file": st.just({"url": "attachment://a"}),
        "max_values": st.integers(-1, 3),
        "id": st.integers(-1, 3),
    },
)
TREES = st.recursive(
    SIMPLE,
    lambda inner: st.fixed_dictionaries(
        {"type": st.sampled_from([1, 9, 17])},
        optional={"components": st.lists(inner, max_size=6), "accessory": inner},
    ),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(components_=st.lists(TREES, min_size=1, max_size=3))
def test_accepted_components_keep_the_totals(components_: Any) -> None:
    """What passes is numbered without gaps in sense: each id once, each custom id once, 40 at most."""
    for v2 in (False, True):
        try:
            found = components.message_components(components_, v2=v2)
        except ApiError:
            continue
        every = list(components.walk(found))
        ids = [one["id"] for one in every]
        named = [one["custom_id"] for one in every if "custom_id" in one]
        assert len(set(ids)) == len(ids) <= 40
        assert len(set(named)) == len(named)


@settings(max_examples=200, deadline=None)
@given(content=st.text(alphabet="<@&!#>123 `@everyonehr", max_size=60), allowed=st.none() | JSON)
def test_nobody_is_pinged_who_is_not_in_the_text(content: str, allowed: Any) -> None:
    try:
        rule = mentions.allowed_mentions(allowed)
    except ApiError:
        return
    found = mentions.resolve(content, rule, roles={"1": {"mentionable": True}})
    assert all(one in content for kind in ("users", "roles", "channels") for one in found[kind])
    assert found["everyone"] is False


@settings(max_examples=200, deadline=None)
@given(header=st.none() | st.text(max_size=600))
def test_any_audit_reason_is_read(header: str | None) -> None:
    reason = places.audit_reason(header)
    assert reason is None or 1 <= len(reason) <= 512


@settings(max_examples=200, deadline=None)
@given(query=st.dictionaries(st.sampled_from(["limit", "before", "after", "around"]), st.text(max_size=25)))
def test_any_page_is_read_or_refused(query: dict[str, str]) -> None:
    for read in (messages.page, messages.page_by_time):
        try:
            found = read(query)
        except ApiError as refused:
            error = refused
            assert error.code == 50035
        else:
            assert 1 <= found["limit"] <= 100

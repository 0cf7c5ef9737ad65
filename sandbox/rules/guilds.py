"""The server itself and its onboarding."""

from typing import Any

from sandbox.errors import Form
from sandbox.rules.fields import Body, Reader

NAME, DESCRIPTION = 100, 300
PROMPTS, OPTIONS, PROMPT_TITLE, OPTION_TITLE, OPTION_TEXT = 15, 50, 100, 50, 100
PER_OPTION, DEFAULT_CHANNELS = 50, 500
_LOCALE = 5
_CHANNELS = (
    "system_channel_id", "rules_channel_id", "public_updates_channel_id", "safety_alerts_channel_id",
    "afk_channel_id",
)  # fmt: skip


def guild_edit(body: Any) -> Body:
    """Only the keys sent, of those that a bot may change."""
    form = Form()
    reader = Reader(form, body)
    found: Body = {}
    if reader.given("name"):
        found["name"] = reader.text("name", least=2, most=NAME, strip=True)
    if reader.has("description"):
        found["description"] = reader.text("description", most=DESCRIPTION)
    if reader.given("preferred_locale"):
        found["preferred_locale"] = reader.text("preferred_locale", least=2, most=_LOCALE)
    for key in _CHANNELS:
        if reader.has(key):
            found[key] = reader.snowflake(key)
    for key, allowed in (
        ("verification_level", (0, 1, 2, 3, 4)),
        ("default_message_notifications", (0, 1)),
        ("explicit_content_filter", (0, 1, 2)),
        ("afk_timeout", (60, 300, 900, 1800, 3600)),
    ):
        if reader.given(key):
            found[key] = reader.one_of(key, allowed)
    if reader.given("system_channel_flags"):
        found["system_channel_flags"] = reader.integer("system_channel_flags", least=0, most=1 << 16)
    if reader.given("premium_progress_bar_enabled"):
        found["premium_progress_bar_enabled"] = reader.boolean("premium_progress_bar_enabled")
    form.check()
    return {key: value for key, value in found.items() if value is not None or key not in _NOT_NULL}


_NOT_NULL = ("name", "preferred_locale", "verification_level", "default_message_notifications", "afk_timeout",
             "explicit_content_filter", "system_channel_flags")  # fmt: skip


def onboarding(body: Any) -> Body:
    """Only the keys sent. Identifiers of new prompts and options stay as sent: the caller gives real ones."""
    form = Form()
    reader = Reader(form, body)
    found: Body = {}
    if reader.given("prompts"):
        found["prompts"] = reader.objects("prompts", _prompt, most=PROMPTS) or []
    if reader.given("default_channel_ids"):
        found["default_channel_ids"] = reader.snowflakes("default_channel_ids", most=DEFAULT_CHANNELS) or []
    if reader.given("enabled"):
        found["enabled"] = reader.boolean("enabled")
    if reader.given("mode"):
        found["mode"] = reader.one_of("mode", (0, 1))
    form.check()
    return found


def _prompt(part: Reader) -> Body:
    return {
        "id": part.snowflake("id"),
        "type": part.one_of("type", (0, 1), default=0),
        "title": part.text("title", least=1, most=PROMPT_TITLE, required=True),
        "options": part.objects("options", _option, least=1, most=OPTIONS, required=True) or [],
        "single_select": part.boolean("single_select"),
        "required": part.boolean("required"),
        "in_onboarding": part.boolean("in_onboarding"),
    }


def _option(part: Reader) -> Body:
    return {
        "id": part.snowflake("id"),
        "title": part.text("title", least=1, most=OPTION_TITLE, required=True),
        "description": part.text("description", most=OPTION_TEXT),
        "emoji": {
            "id": part.snowflake("emoji_id"),
            "name": part.text("emoji_name"),
            "animated": part.boolean("emoji_animated"),
        },
        "role_ids": part.snowflakes("role_ids", most=PER_OPTION) or [],
        "channel_ids": part.snowflakes("channel_ids", most=PER_OPTION) or [],
    }

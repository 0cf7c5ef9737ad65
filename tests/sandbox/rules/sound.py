"""Bodies that are accepted, each with many fields, for tests that spoil one thing in them."""

from typing import Any

from tests.sandbox.rules.helpers import button, label, modal, option, options, row, select, slash, text, typed

START = {"scheduled_start_time": "2026-03-04T09:00:00Z", "scheduled_end_time": "2026-03-04T10:00:00Z"}
RULE = {"start": "2026-03-04T09:00:00Z", "frequency": 2, "interval": 2, "by_weekday": [2]}
SOUND: list[tuple[str, Any]] = [
    (
        "message",
        {
            "content": "bonjour",
            "nonce": "12",
            "enforce_nonce": True,
            "flags": 4,
            "tts": False,
            "embeds": [
                {
                    "title": "t",
                    "fields": [{"name": "n", "value": "v"}],
                    "footer": {"text": "f"},
                    "color": 3,
                    "author": {"name": "a", "url": "https://a.fr"},
                    "timestamp": "2026-03-04T09:00:00Z",
                }
            ],
            "allowed_mentions": {"parse": ["users"], "roles": ["1"], "replied_user": True},
            "components": [row(button(), button("b")), row(select(count=3, max_values=2))],
            "message_reference": {"message_id": "1"},
            "poll": {"question": {"text": "q"}, "answers": [{"poll_media": {"text": "a"}}]},
        },
    ),
    (
        "layout",
        [
            {"type": 9, "components": [text()], "accessory": {"type": 11, "media": {"url": "https://a.fr"}}},
            {
                "type": 17,
                "accent_color": 3,
                "components": [text(), row(button()), {"type": 14, "spacing": 2}],
            },
            {"type": 12, "items": [{"media": {"url": "attachment://a.png"}, "description": "d"}]},
            {"type": 13, "file": {"url": "attachment://a.png"}},
        ],
    ),
    (
        "modal",
        modal(
            label(typed(min_length=1, max_length=5)),
            label(select(required=False, min_values=0)),
            text(),
            label({"type": 22, "custom_id": "c", "options": options(3), "max_values": 2}),
            row(typed("o", label="l")),
        ),
    ),
    ("submission", {"texte": "a", "choix": ["a"], "fichier": ["1"], "ancien": "b"}),
    (
        "commands",
        [
            slash("a", options=[option("g", 2, options=[option("s", 1, options=[option()])])]),
            slash(
                "b",
                options=[option(choices=[{"name": "n", "value": "v"}]), option("n", 4, min_value=1)],
                name_localizations={"fr": "bé"},
                contexts=[0],
                default_member_permissions="8",
            ),
            {"type": 3, "name": "Ajouter"},
        ],
    ),
    ("callback to 4", {"type": 8, "data": {"choices": [{"name": "a", "value": "b"}]}}),
    ("callback to 3", {"type": 7, "data": {"content": "a", "components": [row(button())]}}),
    (
        "channel",
        {
            "name": "Besoins",
            "type": 15,
            "topic": "t",
            "flags": 16,
            "default_sort_order": 1,
            "available_tags": [{"name": "a", "emoji_name": "🌱"}],
            "default_reaction_emoji": {"emoji_name": "🌱"},
            "permission_overwrites": [{"id": "1", "type": 0, "allow": "1024", "deny": 0}],
        },
    ),
    ("forum edit", {"available_tags": [{"id": "1", "name": "b"}], "name": "c"}),
    ("post", {"name": "a", "applied_tags": [], "message": {"content": "b"}} | {"auto_archive_duration": 60}),
    ("thread edit", {"archived": True, "locked": True, "name": "b", "auto_archive_duration": 1440}),
    ("role", {"name": "a", "permissions": "8", "colors": {"primary_color": 3}, "hoist": True}),
    ("member", {"nick": "a", "roles": ["1"], "communication_disabled_until": "2026-03-05T09:00:00Z"}),
    (
        "event",
        {
            "name": "a",
            "privacy_level": 2,
            "entity_type": 3,
            "entity_metadata": {"location": "Lyon"},
            "recurrence_rule": RULE,
            **START,
        },
    ),
    ("event edit", {"name": "b", "recurrence_rule": RULE, **START}),
    ("fault", {"kind": "delay", "seconds": 2, "times": None, "method": "GET"}),
]

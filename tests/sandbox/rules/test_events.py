"""Scheduled events: fields by kind, moves of status, recurrence."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.rules import events
from tests.sandbox.rules.helpers import leaves, refusal

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
START = NOW + timedelta(days=2)
BODY: dict[str, Any] = {
    "name": "Rencontre",
    "privacy_level": 2,
    "entity_type": 3,
    "entity_metadata": {"location": "Mairie de Lyon"},
    "scheduled_start_time": START.isoformat(),
    "scheduled_end_time": (START + timedelta(hours=1)).isoformat(),
}
CURRENT = events.event_create(BODY, NOW)


def made(**fields: Any) -> Any:
    body = {**BODY, **fields}
    return events.event_create({key: value for key, value in body.items() if value is not ...}, NOW)


@pytest.mark.parametrize(
    ("fields", "path", "code"),
    [
        ({"scheduled_end_time": ...}, "scheduled_end_time", "BASE_TYPE_REQUIRED"),
        ({"entity_metadata": ...}, "entity_metadata.location", "BASE_TYPE_REQUIRED"),
        ({"entity_metadata": {"location": " "}}, "entity_metadata.location", "BASE_TYPE_BAD_LENGTH"),
        ({"channel_id": "5"}, "channel_id", "BASE_TYPE_CHOICES"),
        ({"entity_type": 2, "entity_metadata": None}, "channel_id", "BASE_TYPE_REQUIRED"),
        ({"entity_type": 1, "channel_id": "5"}, "entity_metadata", "BASE_TYPE_CHOICES"),
        ({"privacy_level": 1}, "privacy_level", "BASE_TYPE_CHOICES"),
        (
            {"scheduled_start_time": NOW.isoformat()},
            "scheduled_start_time",
            "GUILD_SCHEDULED_EVENT_SCHEDULE_PAST",
        ),
        ({"scheduled_start_time": "demain"}, "scheduled_start_time", "DATE_TIME_TYPE_PARSE"),
        (
            {"scheduled_end_time": START.isoformat()},
            "scheduled_end_time",
            "GUILD_SCHEDULED_EVENT_SCHEDULE_END_BEFORE_START",
        ),
        ({"image": "http://a.fr/a.png"}, "image", "IMAGE_INVALID"),
    ],
)
def test_what_an_event_may_not_be(fields: dict[str, Any], path: str, code: str) -> None:
    assert leaves(refusal(made, **fields)) == {path: [code]}


def test_what_an_event_may_be() -> None:
    voice = made(entity_type=2, channel_id=5, entity_metadata=None, scheduled_end_time=...)
    assert (voice["channel_id"], voice["scheduled_end_time"], voice["status"]) == ("5", None, 1)
    assert made(image="data:image/png;base64,iVBORw0KGgo=")["image"]


# Moves ----------------------------------------------------------------------------------------------------


def edit(body: dict[str, Any], **current: Any) -> Any:
    return events.event_edit(body, {**CURRENT, **current}, NOW)


@pytest.mark.parametrize(("before", "after"), [(1, 2), (1, 4), (2, 3)])
def test_a_status_moves_forward(before: int, after: int) -> None:
    assert edit({"status": after}, status=before) == {"status": after}


@pytest.mark.parametrize(("before", "after"), [(1, 3), (2, 1), (2, 4)])
def test_a_status_does_not_jump(before: int, after: int) -> None:
    assert set(leaves(refusal(edit, {"status": after}, status=before))) == {"status"}


@pytest.mark.parametrize("status", [3, 4])
def test_what_is_over_stays(status: int) -> None:
    error = refusal(edit, {"name": "b"}, status=status)
    assert (error.status, error.code) == (400, 180000)


def test_the_start_of_a_running_event_cannot_be_sent_even_unchanged() -> None:
    body = {"scheduled_start_time": CURRENT["scheduled_start_time"]}
    found = leaves(refusal(edit, body, status=2))
    assert found == {"scheduled_start_time": ["GUILD_SCHEDULED_EVENT_SCHEDULE_INVALID_START_BY_STATUS"]}


def test_an_edit_says_only_what_was_sent() -> None:
    assert edit({"name": "b", "description": "", "privacy_level": 2}) == {
        "name": "b", "description": None, "privacy_level": 2,
    }  # fmt: skip


def test_a_change_of_kind_needs_what_the_kind_needs() -> None:
    found = leaves(refusal(edit, {"entity_type": 2}))
    assert found == {"channel_id": ["BASE_TYPE_REQUIRED"], "entity_metadata": ["BASE_TYPE_CHOICES"]}
    assert edit({"entity_type": 2, "channel_id": "5", "entity_metadata": None})["channel_id"] == "5"
    assert set(leaves(refusal(edit, {"scheduled_end_time": None}))) == {"scheduled_end_time"}


# Recurrence -----------------------------------------------------------------------------------------------

WEEKLY = {"start": START.isoformat(), "frequency": 2, "interval": 1, "by_weekday": [2]}
MONTHLY = {"start": START.isoformat(), "frequency": 1, "by_n_weekday": [{"n": 1, "day": 2}]}
YEARLY = {"start": START.isoformat(), "frequency": 0, "by_month": [3], "by_month_day": [4]}
DAILY = {"start": START.isoformat(), "frequency": 3, "by_weekday": [0, 1, 2, 3, 4]}


@pytest.mark.parametrize("rule", [WEEKLY, {**WEEKLY, "interval": 2}, MONTHLY, YEARLY, DAILY])
def test_rules_that_discord_takes(rule: dict[str, Any]) -> None:
    found = made(recurrence_rule=rule)["recurrence_rule"]
    assert (found["count"], found["end"], found["by_year_day"]) == (None, None, None)


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ({**WEEKLY, "by_weekday": [1, 2]}, "by_weekday"),
        ({**WEEKLY, "interval": 3}, "interval"),
        ({**WEEKLY, "by_weekday": [7]}, "by_weekday.0"),
        ({**WEEKLY, "count": 3}, "count"),
        ({**WEEKLY, "end": START.isoformat()}, "end"),
        ({**WEEKLY, "by_year_day": [1]}, "by_year_day"),
        ({**WEEKLY, "by_month": [1]}, "by_month"),
        ({**WEEKLY, "start": None}, "start"),
        ({**WEEKLY, "frequency": 4}, "frequency"),
        ({**MONTHLY, "interval": 2}, "interval"),
        ({**MONTHLY, "by_n_weekday": MONTHLY["by_n_weekday"] * 2}, "by_n_weekday"),  # type: ignore[operator]
        ({**MONTHLY, "by_n_weekday": [{"n": 6, "day": 2}]}, "by_n_weekday.0.n"),
        ({**MONTHLY, "by_weekday": [2]}, "by_weekday"),
        ({**YEARLY, "by_month": [3, 4]}, "by_month"),
        ({**YEARLY, "by_month_day": None}, "by_month_day"),
        ({**DAILY, "by_weekday": [0, 2, 4]}, "by_weekday"),
    ],
)
def test_rules_that_discord_refuses(rule: dict[str, Any], path: str) -> None:
    assert set(leaves(refusal(made, recurrence_rule=rule))) == {f"recurrence_rule.{path}"}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (WEEKLY, "2026-03-11"),
        ({**WEEKLY, "interval": 2}, "2026-03-18"),
        (MONTHLY, "2026-04-01"),
        ({**MONTHLY, "by_n_weekday": [{"n": 5, "day": 2}]}, "2026-03-25"),
        (YEARLY, "2027-03-04"),
        ({**YEARLY, "by_month": [2], "by_month_day": [29]}, "2028-02-29"),
        (DAILY, "2026-03-05"),
        ({**DAILY, "by_weekday": [5, 6]}, "2026-03-07"),
    ],
)
def test_the_next_date(rule: dict[str, Any], expected: str) -> None:
    found = events.next_occurrence(rule, START)
    assert found is not None
    assert (found.date().isoformat(), found.time()) == (expected, START.time())


def test_a_day_that_never_comes_has_no_next_date() -> None:
    rule = {**YEARLY, "by_month": [2], "by_month_day": [30]}
    assert events.next_occurrence(rule, START) is None
    assert events.next_occurrence(WEEKLY, datetime(9999, 12, 31, tzinfo=UTC)) is None

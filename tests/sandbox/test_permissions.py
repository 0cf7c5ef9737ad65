"""Permissions: computing with roles, overwrites, threads and time-outs; hierarchy."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox import permissions as p

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
GUILD_ID, OWNER = "1", "100"


def role(role_id: str, bits: int = 0, position: int = 1, **more: Any) -> dict[str, Any]:
    return {"id": role_id, "permissions": str(bits), "position": position, "managed": False, **more}


def guild(*roles: dict[str, Any], everyone: int = 0) -> dict[str, Any]:
    return {"id": GUILD_ID, "owner_id": OWNER, "roles": [role(GUILD_ID, everyone, 0), *roles]}


def member(*roles: str, user: str = "200", **more: Any) -> dict[str, Any]:
    return {"user": {"id": user}, "roles": list(roles), **more}


def overwrite(target: str, *, allow: int = 0, deny: int = 0, kind: int = 0) -> dict[str, Any]:
    return {"id": target, "type": kind, "allow": str(allow), "deny": str(deny)}


def channel(*overwrites: dict[str, Any]) -> dict[str, Any]:
    return {"permission_overwrites": list(overwrites)}


SEE, SEND, HISTORY = p.VIEW_CHANNEL, p.SEND_MESSAGES, p.READ_MESSAGE_HISTORY


def test_bits_are_discords() -> None:
    assert (p.ADMINISTRATOR, p.MANAGE_EVENTS, p.CREATE_EVENTS, p.PIN_MESSAGES) == (
        8,
        1 << 33,
        1 << 44,
        1 << 51,
    )
    assert p.names(p.VIEW_CHANNEL | p.BYPASS_SLOWMODE) == ["VIEW_CHANNEL", "BYPASS_SLOWMODE"]


def test_roles_add_up() -> None:
    town = guild(role("2", SEND), role("3", HISTORY), everyone=SEE)
    assert p.base(town, member("2", "3")) == SEE | SEND | HISTORY
    assert p.base(town, member()) == SEE


def test_owner_and_administrator_have_everything_whatever_the_channel_says() -> None:
    town = guild(role("2", p.ADMINISTRATOR))
    closed = channel(overwrite(GUILD_ID, deny=p.ALL))
    assert p.compute(town, member(user=OWNER), closed) == p.ALL
    assert p.compute(town, member("2"), closed) == p.ALL


@pytest.mark.parametrize(
    ("overwrites", "expected"),
    [
        ([overwrite(GUILD_ID, deny=SEND)], SEE),
        ([overwrite(GUILD_ID, deny=SEND), overwrite("2", allow=SEND)], SEE | SEND),
        ([overwrite("2", deny=SEND), overwrite("3", allow=SEND)], SEE | SEND),
        ([overwrite("3", allow=SEND), overwrite("2", deny=SEND)], SEE | SEND),
        ([overwrite("2", allow=SEND), overwrite("200", deny=SEND, kind=1)], SEE),
        ([overwrite("200", allow=SEND, kind=1), overwrite("2", deny=SEND)], SEE | SEND),
        ([overwrite("999", deny=SEND)], SEE | SEND),
        ([overwrite("200", deny=SEND)], SEE | SEND),  # a role's overwrite with the member's id is not theirs
    ],
)
def test_overwrites_go_from_everyone_to_roles_to_the_member(overwrites: Any, expected: int) -> None:
    town = guild(role("2"), role("3"), everyone=SEE | SEND)
    assert p.compute(town, member("2", "3"), channel(*overwrites)) == expected


def test_without_seeing_nothing_else_counts() -> None:
    town = guild(everyone=p.ALL & ~p.ADMINISTRATOR)
    assert p.compute(town, member(), channel(overwrite(GUILD_ID, deny=SEE))) == 0


def test_without_sending_no_ping_file_embed_or_speech() -> None:
    town = guild(everyone=p.ALL & ~p.ADMINISTRATOR)
    silent = channel(overwrite(GUILD_ID, deny=SEND))
    for bit in (p.MENTION_EVERYONE, p.ATTACH_FILES, p.EMBED_LINKS, p.SEND_TTS_MESSAGES):
        assert not p.compute(town, member(), silent) & bit
        assert p.compute(town, member(), silent, in_thread=True) & bit


@pytest.mark.parametrize(("after", "expected"), [(-1, SEE | SEND | HISTORY), (1, SEE | HISTORY)])
def test_a_time_out_leaves_reading_while_it_lasts(after: int, expected: int) -> None:
    town = guild(everyone=SEE | SEND | HISTORY)
    until = (NOW + timedelta(seconds=after)).isoformat()
    silenced = member(communication_disabled_until=until)
    assert p.compute(town, silenced, channel(), now=NOW) == expected
    assert p.base(town, silenced, now=NOW) == expected
    allowed = channel(overwrite("200", allow=SEND, kind=1))
    assert p.compute(town, silenced, allowed, now=NOW) == expected


# Hierarchy --------------------------------------------------------------------------------------------

TOWN = guild(
    role("9", position=5),
    role("10", position=5),
    role("11", position=5),
    role("12", position=4),
    role("13", position=6),
    role("15", p.ADMINISTRATOR, 3),
)
BOT = member("10", user="300")


@pytest.mark.parametrize(
    ("target", "below"), [("12", True), ("10", False), ("11", True), ("9", False), ("13", False), ("1", True)]
)
def test_roles_are_ranked_by_position_then_age(target: str, below: bool) -> None:
    """At the same position the older role is the higher one."""
    found = next(one for one in TOWN["roles"] if one["id"] == target)
    assert p.is_above_role(TOWN, BOT, found) is below


def test_administrator_does_not_lift_the_hierarchy_ownership_does() -> None:
    higher = next(one for one in TOWN["roles"] if one["id"] == "13")
    assert not p.is_above_role(TOWN, member("15", user="301"), higher)
    assert p.is_above_role(TOWN, member(user=OWNER), higher)


@pytest.mark.parametrize(
    ("target", "below"),
    [
        (member("12"), True),
        (member(), True),
        (member("13"), False),
        (member("10"), False),
        (member(user=OWNER), False),
        (member("15"), True),
    ],
)
def test_members_are_ranked_by_their_highest_role(target: Any, below: bool) -> None:
    assert p.is_above_member(TOWN, BOT, target) is below
    assert p.is_above_member(TOWN, member(user=OWNER), target) is (target["user"]["id"] != OWNER)


@given(st.integers(0, p.ALL), st.integers(0, p.ALL), st.integers(0, p.ALL))
def test_a_member_overwrite_always_has_the_last_word(everyone: int, allow: int, deny: int) -> None:
    town = guild(everyone=everyone & ~p.ADMINISTRATOR)
    room = channel(overwrite("200", allow=allow, deny=deny, kind=1))
    found = p.compute(town, member(), room)
    if found:
        assert found & SEE
        assert not found & deny & ~allow

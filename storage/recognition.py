"""Who an account is in a server's network, in one question: every command, click and form asks it first."""

from dataclasses import dataclass
from datetime import datetime

from storage.direct import Source, instant, run


@dataclass(frozen=True, slots=True)
class Known:
    """What the network knows of an account. ``account_locale``: as the platform said last."""

    member_id: int
    state: str
    name: str
    seen_at: datetime | None
    locale: str | None
    timezone: str | None
    account_locale: str | None
    short_sentences: bool = False


@dataclass(frozen=True, slots=True)
class Recognised:
    """``known`` is None for a stranger; ``role_refs``: the platform's own; ``given``: in Entre-pairs."""

    network_id: int
    locale: str
    timezone: str
    known: Known | None
    role_refs: dict[str, str]
    given: frozenset[str]
    in_charge: frozenset[int] = frozenset()  # of these themes


_ASKED = """
SELECT network.id, network.locale, network.timezone,
    member.id, member.state, member.display_name, member.seen_at, member.locale, member.timezone,
    identity.locale, member.short_sentences, network_role.role, network_role.role_ref, member_role.role,
    theme_charge.theme_id
FROM network
LEFT JOIN identity ON identity.network_id = network.id
    AND identity.platform = :platform AND identity.account_ref = :account
LEFT JOIN member ON member.id = identity.member_id
LEFT JOIN network_role ON network_role.network_id = network.id
LEFT JOIN member_role ON member_role.member_id = member.id
LEFT JOIN theme_charge ON theme_charge.member_id = member.id
WHERE network.platform = :platform AND network.server_ref = :server
"""


async def recognise(source: Source, platform: str, server_ref: str, account_ref: str) -> Recognised | None:
    """None when the server has no network."""
    rows = await run(source, _ASKED, platform=platform, account=account_ref, server=server_ref)
    if not rows:
        return None
    network_id, locale, timezone, member_id, state, name, seen_at, *rest = rows[0]
    known = None
    if member_id is not None:
        own_locale, own_timezone, account_locale, short = rest[:4]
        known = Known(
            member_id,
            state,
            name,
            instant(seen_at),
            own_locale,
            own_timezone,
            account_locale,
            bool(short),
        )
    return Recognised(
        network_id,
        locale,
        timezone,
        known,
        {role: ref for *_, role, ref, _, _ in rows if role is not None},
        frozenset(role for *_, role, _ in rows if role is not None),
        frozenset(theme_id for *_, theme_id in rows if theme_id is not None),
    )

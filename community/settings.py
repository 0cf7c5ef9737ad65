"""What the settings of a network are, may be and look like. The use cases are in ``networks.py``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import available_timezones

from sqlmodel.ext.asyncio.session import AsyncSession

from community import text
from community.errors import DomainError, Invalid
from storage import networks
from storage.networks import Network, Place, RoleName, Theme
from storage.ticks import Tick

LOCALES = ("fr", "en")
NAME_LONGEST = 100
THEME_LONGEST = 80
TAG_LONGEST = 20
TAGS_MOST = 20  # what a forum takes; later themes are in the taxonomy only
THEMES_MOST = 25  # what a select offers


class OnlyInServer(DomainError):
    """Asked in private, where no server says which network is meant."""

    code = "only_in_server"


@dataclass(frozen=True)
class ThemeView:
    id: int
    name: str
    tag: str
    resources: int = 0

    @classmethod
    def of(cls, theme: Theme, resources: int = 0) -> "ThemeView":
        return cls(theme.id or 0, theme.name, theme.tag, resources)


@dataclass(frozen=True)
class SettingsView:
    name: str
    locale: str
    timezone: str
    themes: Sequence[ThemeView]
    places: Mapping[str, str]  # Place -> channel reference
    roles: Mapping[str, str]  # RoleName -> role reference


@dataclass(frozen=True)
class SetUpView:
    """What a set-up or a repair did. ``complete`` is False while something is missing or refused."""

    settings: SettingsView
    created: Sequence[str]
    adopted: Sequence[str]
    missing: Sequence[str]
    missing_permissions: Mapping[str, Sequence[str]]
    complete: bool
    first_time: bool
    tried_again: int = 0  # messages that could not be delivered, and are now tried again
    theme_troubles: Mapping[str, Sequence[str]] = field(default_factory=dict)  # what is wrong -> themes


@dataclass(frozen=True)
class TickView:
    """What the application looks at by itself: how it went last, and when it comes again."""

    name: str
    next_at: datetime
    ended_at: datetime | None
    outcome: str | None  # a TickOutcome; None before the first run
    running: bool

    @classmethod
    def of(cls, tick: Tick, now: datetime) -> "TickView":
        running = tick.lease_until is not None and tick.lease_until > now
        return cls(tick.name, max(tick.next_at, now), tick.ended_at, tick.outcome, running)


@dataclass(frozen=True)
class StatusView:
    settings: SettingsView
    missing: Sequence[str]
    missing_permissions: Mapping[str, Sequence[str]]
    members: Mapping[str, int]  # MemberState -> count
    resources: Mapping[str, int]  # ResourceState -> count
    oldest_proposal_at: datetime | None
    undelivered: int
    ticks: Sequence[TickView] = ()
    theme_troubles: Mapping[str, Sequence[str]] = field(default_factory=dict)  # what is wrong -> themes

    @property
    def well(self) -> bool:
        return not self.missing and not self.missing_permissions and not self.theme_troubles


def shortened(name: str) -> str:
    """A tag for a theme whose short form nobody chose: whole words where they fit."""
    if len(name) <= TAG_LONGEST:
        return name
    cut = name[: TAG_LONGEST + 1].rsplit(" ", 1)[0]
    return cut if len(cut) <= TAG_LONGEST else name[:TAG_LONGEST]


def checked(value: str, field: str, limit: int) -> str:
    if not value:
        raise Invalid(field=field, problem="missing")
    if len(value) > limit:
        raise Invalid(field=field, problem="too_long", limit=limit, given=len(value))
    return value


def known_timezone(given: str) -> str:
    known = {zone.casefold(): zone for zone in available_timezones()}
    zone = known.get(given.strip().casefold().replace(" ", "_"))
    if zone is None:
        raise Invalid(field="timezone", problem="unknown", given=text.one_line(given)[:NAME_LONGEST])
    return zone


async def settings_of(session: AsyncSession, network: Network) -> SettingsView:
    network_id = network.id or 0
    themes = await networks.themes(session, network_id)
    places = await networks.places(session, network_id)
    roles = await networks.roles(session, network_id)
    return SettingsView(
        network.name,
        network.locale,
        network.timezone,
        tuple(ThemeView.of(theme) for theme in themes),
        {place: places[place].channel_ref for place in Place if place in places},
        {role: roles[role] for role in RoleName if role in roles},
    )

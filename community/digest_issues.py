"""A personal digest as the words need it: its items as they are now, each with its reason."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community import digest_sources as sources
from community.actors import Actor
from community.digest_editions import BARE, PERSONAL_OPENING, Opening, words_around
from community.digest_sources import Item
from community.ports import Renderer
from storage import digests, networks, profiles
from storage.digests import DigestIssue, Frequency, PersonalDigest
from storage.networks import Network

LAST = 3  # digests that a member is told the fate of


@dataclass(frozen=True)
class Entry:
    """``what``: the name of the theme, when that is the reason."""

    item: Item
    reason: str
    what: str = ""


@dataclass(frozen=True)
class IssueView:
    """``page_url`` and ``stop_url`` are None when no web address is served."""

    id: int
    network: str
    entries: Sequence[Entry]
    since: datetime
    catch_up: bool = False
    page_url: str | None = None
    stop_url: str | None = None
    short: bool = False  # its reader wants short sentences
    opening: Opening = BARE  # what a digest begins and ends with


@dataclass(frozen=True)
class MuteView:
    kind: str
    theme_id: int
    theme: str


@dataclass(frozen=True)
class IssueLine:
    """One of the last ones, and whether it left: a week without news is seen as such."""

    at: datetime
    state: str


@dataclass(frozen=True)
class MyDigest:
    """``frequency`` is "off" for who has none. ``page_url``: where their latest one stands."""

    frequency: str
    weekday: int
    hour: int
    scope: str
    themes: Sequence[str]
    territory: bool  # whether they said where they work
    next_at: datetime | None
    mutes: Sequence[MuteView]
    last: Sequence[IssueLine]  # the newest first
    address: str = ""  # confirmed
    by_mail: bool = False
    mail_offered: bool = False
    page_url: str | None = None


async def view_of(
    session: AsyncSession,
    network: Network,
    issue: DigestIssue,
    kept: PersonalDigest | None,
    public_url: str | None,
) -> IssueView:
    """What is left of an issue: items that nobody may see any more are gone from it."""
    keys = [(str(item[0]), int(item[1])) for item in issue.items]
    reasons = {(str(item[0]), int(item[1])): (str(item[2]), int(item[3])) for item in issue.items}
    names: dict[int, str] = {}
    if any(reason == "theme" for reason, _ in reasons.values()):
        names = {theme.id or 0: theme.name for theme in await networks.all_themes(session, network.id or 0)}
    entries = []
    for item in await sources.read(session, network, keys):
        reason, what = reasons[item.key]
        entries.append(Entry(item, reason, names.get(what, "")))
    page = page_url(kept, public_url)
    return IssueView(
        issue.id or 0,
        network.name,
        entries,
        issue.window_start,
        "T" in issue.period,
        page,
        f"{page}/stop" if page else None,
    )


async def opened(
    session: AsyncSession, renderer: Renderer, network_id: int, shown: IssueView, locale: str, timezone: str
) -> IssueView:
    """With the words around it, in the network's own where it has some for this language."""
    values = {"issue": shown, "timezone": timezone}
    words = await words_around(session, renderer, network_id, PERSONAL_OPENING, locale, values)
    return replace(shown, opening=words)


def page_url(kept: PersonalDigest | None, public_url: str | None) -> str | None:
    """The member's own page."""
    return f"{public_url}/digests/{kept.secret}" if kept is not None and public_url else None


async def mine_of(session: AsyncSession, actor: Actor, public_url: str | None, *, mails: bool) -> MyDigest:
    """A member's choices, and what their digest draws on."""
    network_id, member_id = actor.network_id, actor.member_id or 0
    kept = await digests.personal(session, network_id, member_id)
    profile = await profiles.get(session, network_id, member_id)
    themes = [theme.name for theme in await profiles.themes_of(session, network_id, member_id)]
    names = {theme.id or 0: theme.name for theme in await networks.all_themes(session, network_id)}
    muted = sorted((await digests.mutes(session, network_id, [member_id])).get(member_id, ()))
    address = await digests.address(session, network_id, member_id)
    confirmed = address.address if address is not None and address.confirmed_at is not None else ""
    return MyDigest(
        kept.frequency if kept else Frequency.OFF,
        kept.weekday if kept else 2,
        kept.hour if kept else 8,
        kept.scope if kept else "both",
        themes,
        bool(profile and profile.region),
        kept.next_at if kept else None,
        [MuteView(kind, theme_id, names.get(theme_id, "")) for kind, theme_id in muted],
        [
            IssueLine(one.created_at, one.state)
            for one in await digests.finished(session, network_id, member_id, LAST)
        ],
        confirmed,
        kept.by_mail if kept else False,
        mails,
        page_url(kept, public_url),
    )

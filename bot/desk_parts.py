"""Puts the facilitators' web pages together, for ``compose.py``."""

from bot.desk_page import BACK, HOME, DeskPage, DeskUses
from bot.discord_login import DiscordLogin
from bot.settings import Settings
from cogs.pictures import Artist
from community.charges import Charges
from community.desk import Desk
from community.exports import Exports
from community.funnel import Funnels
from community.health import Health
from community.joining import Joining
from community.members import Members
from community.ports import Clock, Roster
from community.reports import Reports
from community.web_sessions import WebSessions
from prompts import Words
from storage.engine import Database


def login_of(settings: Settings) -> DiscordLogin | None:
    """None until the operator gave the secret and the address that people come back to."""
    if settings.discord_client_secret is None or settings.public_url is None:
        return None
    return DiscordLogin(
        api=settings.discord_api,
        authorize=settings.discord_authorize,
        secret=settings.discord_client_secret.get_secret_value(),
        back=f"{settings.public_url}{BACK}",
    )


def desk_address(settings: Settings) -> str | None:
    """Where facilitators find the pages; None while nobody can log in."""
    return f"{settings.public_url}{HOME}" if login_of(settings) is not None else None


def desk_page(
    settings: Settings,
    db: Database,
    clock: Clock,
    words: Words,
    artist: Artist,
    login: DiscordLogin | None,
    roster: Roster,
) -> DeskPage:
    """The pages, on the same database as the rest."""
    secure = (settings.public_url or "").startswith("https:")
    return DeskPage(desk_uses(db, clock, words, roster), words, artist, login, clock, secure=secure)


def desk_uses(db: Database, clock: Clock, words: Words, roster: Roster | None = None) -> DeskUses:
    """What the pages show."""
    return DeskUses(
        WebSessions(db, clock, roster),
        Desk(db, clock),
        Exports(db, clock, words),
        Health(db, clock),
        Funnels(db, clock),
        Joining(db, clock, Members(db, clock)),
        Reports(db, clock),
        Charges(db, clock),
    )

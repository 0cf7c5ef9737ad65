"""Puts the application together: the one place that knows every part. Nothing is made at import.

``base`` is enough for the command line; ``connect`` adds Discord. See ``run.py`` for the life of it all.
"""

from dataclasses import dataclass

from bot.calendar_page import routes as calendar_routes
from bot.client import EntrePairsBot, Publish, point_at
from bot.desk_parts import desk_address, desk_page, login_of
from bot.digest_page import routes as digest_routes
from bot.discord_login import DiscordLogin
from bot.fetcher import Fetcher
from bot.health import Gateway
from bot.mailer import SmtpMailer
from bot.messenger import DiscordMessenger
from bot.metrics import Metrics
from bot.outbox_worker import OutboxWorker
from bot.roster import DiscordRoster
from bot.server_builder import DiscordServerBuilder
from bot.settings import Settings
from bot.web import Probe, Web
from cogs.pictures import Artist
from community.calendars import Calendars
from community.delivery import Delivery
from community.digests_personal import PersonalDigests
from community.planners import planners
from community.ports import Clock
from community.public_feed import PublicFeeds
from community.services import services
from prompts import Words
from prompts.html import Pages
from storage.engine import Database


@dataclass(frozen=True)
class Base:
    """What the parts share."""

    settings: Settings
    words: Words
    clock: Clock
    db: Database
    gateway: Gateway
    metrics: Metrics
    probe: Probe
    web: Web
    fetcher: Fetcher  # reads pages of the public web
    artist: Artist
    login: DiscordLogin | None  # for the web pages; None: not configured
    roster: DiscordRoster


@dataclass(frozen=True)
class Connected:
    """The parts that talk to Discord, made anew when the first try asked for too much."""

    client: EntrePairsBot
    delivery: Delivery
    worker: OutboxWorker


def base(settings: Settings, words: Words, clock: Clock) -> Base:
    """Opens no connection yet: the database and the web begin when they are used."""
    db = Database(settings.database)
    gateway = Gateway()
    metrics = Metrics(gateway)
    probe = Probe(db, clock, gateway)
    calendars = Calendars(db, clock, words, settings.public_url)
    personal = PersonalDigests(db, clock, settings.public_url, mails=settings.mails)
    feeds = PublicFeeds(db, clock, settings.public_url)
    artist, login, roster = Artist(), login_of(settings), DiscordRoster()
    desk = desk_page(settings, db, clock, words, artist, login, roster)
    routes = [
        *calendar_routes(calendars),
        *digest_routes(personal, feeds, words, Pages()),
        *desk.routes(),
    ]
    web = Web(probe, metrics, routes=routes)
    return Base(settings, words, clock, db, gateway, metrics, probe, web, Fetcher(), artist, login, roster)


def connect(parts: Base, *, members: bool, publish: Publish) -> Connected:
    """``members``: ask for the privileged intent. Connects nothing yet: ``client.start`` does."""
    point_at(parts.settings.discord_api)
    client = EntrePairsBot(
        words=parts.words,
        services=lambda made: services(
            parts.db,
            parts.clock,
            DiscordServerBuilder(made),
            parts.words,
            web=parts.fetcher,
            public_url=parts.settings.public_url,
            desk_url=desk_address(parts.settings),
            mails=parts.settings.mails,
        ),
        db=parts.db,
        gateway=parts.gateway,
        metrics=parts.metrics,
        api=parts.settings.discord_api,
        members=members,
        publish=publish,
        artist=parts.artist,
    )
    parts.roster.client = client
    if parts.login is not None:
        parts.login.client_id = lambda: str(client.application_id) if client.application_id else None
    messenger = DiscordMessenger(client, parts.words)
    delivery = Delivery(
        parts.db,
        parts.clock,
        messenger,
        parts.words,
        planners(parts.words, parts.settings.public_url),
        mailer=_mailer(parts),
    )
    worker = OutboxWorker(
        delivery,
        parts.db,
        ready=client.wait_until_ready,
        every_s=parts.settings.deliver_seconds,
        counted=parts.metrics.delivered,
    )
    return Connected(client, delivery, worker)


def _mailer(parts: Base) -> SmtpMailer | None:
    """Where the operator set one up."""
    settings = parts.settings
    if settings.smtp_url is None or settings.mail_from is None:
        return None
    return SmtpMailer(settings.smtp_url.get_secret_value(), settings.mail_from, parts.words, parts.clock)

"""The table of ticks: what the application looks at by itself, and how often. A new tick is one line here.

Each looks whether something is due, does it once, and may run twice or late without harm: the rule for what
is late is in the use case. ``scheduler.py`` runs them, one leader each. Names have words: ``ticks.<name>``.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta

from bot.scheduler import Tick
from community.delivery import Delivery
from community.services import Services
from storage.engine import Database

log = logging.getLogger(__name__)

MEETUPS_ADVANCE = timedelta(minutes=1)  # they end, and series get further dates
DIGESTS = timedelta(minutes=1)
NEEDS_MOVE = timedelta(minutes=1)  # a peer left between the choice and the message: the next one is asked
CHECKING_LINKS = timedelta(minutes=15)
COFFEES = timedelta(minutes=10)  # a monthly round is not late for so little
TENDING = timedelta(minutes=30)  # each look costs little, and what is sent is sent once a day at most
FORGETTING = timedelta(hours=6)


def table(services: Services, delivery: Delivery, db: Database, *, check_links: bool) -> Sequence[Tick]:
    """Every tick of the application."""

    async def forget() -> None:
        await _forget(services, delivery, db)

    ticks = [
        Tick("meetups", MEETUPS_ADVANCE, services.meetups_upkeep.run),
        Tick("needs", NEEDS_MOVE, services.needs_upkeep.run),
        Tick("library", TENDING, services.library_care.tend),
        Tick("threads", TENDING, services.thread_care.tend),
        Tick("mandates", TENDING, services.mandates.ask_ended),
        Tick("alerts", TENDING, services.alerts.look),
        Tick("coffee", COFFEES, services.coffee.run),
        Tick("digests", DIGESTS, services.digests.run_due),
        Tick("personal_digests", DIGESTS, services.personal_digests.plan_due),
        Tick("forget", FORGETTING, forget),
    ]
    if check_links:
        ticks.append(Tick("links", CHECKING_LINKS, services.links.check_due))
    return ticks


async def _forget(services: Services, delivery: Delivery, db: Database) -> None:
    """What is kept for a time only."""
    rows = await delivery.purge()
    drafts = await services.drafts.purge()
    await services.calendars.purge()
    await services.polls.purge()
    await services.sharing.purge()
    await services.card_requests.purge()
    await services.personal_digests.purge()
    await services.web_sessions.purge()
    await services.nudges.purge()
    searches = await services.search.purge()
    networks = await services.privacy.purge()
    people = await services.privacy.retain()
    await db.tune()
    log.info(
        "forgotten outbox=%s drafts=%s searches=%s networks=%s members=%s",
        rows,
        drafts,
        searches,
        networks,
        people,
    )

"""What a network made public, and nothing else, for its Atom feed. Closed unless a facilitator opened it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from community import digest_sources as sources
from community.digest_sources import Item, Window
from community.ports import Clock
from storage import digests
from storage.engine import Database
from storage.networks import Network

MOST = 50
_LOOKS_BACK = timedelta(days=365)
_LOOKS_AHEAD = timedelta(days=92)


@dataclass(frozen=True)
class Feed:
    """``updated``: when any of it last changed."""

    url: str
    network: str
    locale: str
    timezone: str
    updated: datetime
    items: Sequence[Item]


class PublicFeeds:
    """Read by programs, without any sign-in: nothing here asks who they are."""

    def __init__(self, db: Database, clock: Clock, public_url: str | None) -> None:
        self._db = db
        self._clock = clock
        self._public_url = public_url

    def address(self, network_id: int) -> str | None:
        """Where it is, if pages are served."""
        return f"{self._public_url}/feeds/{network_id}.atom" if self._public_url else None

    async def read(self, network_id: int) -> Feed | None:
        """The newest public items; None for a network that opened nothing, or that there is not."""
        now = self._clock.now()
        async with self._db.reading() as session:
            network = await session.get(Network, network_id)
            kept = await digests.settings(session, network_id) if network is not None else None
            if network is None or network.left_at is not None or kept is None or not kept.feed:
                return None
            window = Window(now - _LOOKS_BACK, now, now + _LOOKS_AHEAD)
            found = await sources.candidates(session, network_id, window)
            keys = [one.key for kind in kept.feed for one in found.get(kind, ())]
            items = await sources.read(session, network, keys)
        items.sort(key=lambda item: item.changed_at or item.at, reverse=True)
        updated = max([kept.since, *((item.changed_at or item.at) for item in items)])
        url = self.address(network_id) or f"urn:entre-pairs:network:{network_id}"
        return Feed(url, network.name, network.locale, network.timezone, updated, items[:MOST])

"""Digests for tests: a delivery on paper, and news in one line."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from community.actors import Role
from community.delivery import Delivery
from community.planners import planners
from community.ports import DeliveryError, Failure, Outgoing
from community.resources import NewResource
from prompts import Words
from tests.community.conftest import Network


@dataclass
class PaperPlatform:
    """A ``Messenger`` that remembers. ``gone``: channels that were deleted; ``closed``: who takes no DM."""

    posts: list[tuple[str, Outgoing]] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    closed: set[str] = field(default_factory=set)

    async def post(self, channel_ref: str, message: Outgoing, *, nonce: str) -> str:
        if channel_ref in self.gone:
            raise DeliveryError(Failure.GONE, code="404")
        if channel_ref.removeprefix("dm-") in self.closed:
            raise DeliveryError(Failure.CLOSED, code="50007")
        self.posts.append((channel_ref, message))
        return str(len(self.posts))

    async def find_post(self, channel_ref: str, nonce: str, *, since: datetime) -> str | None:
        return None

    async def open_direct(self, account_ref: str) -> str:
        return f"dm-{account_ref}"

    async def edit(self, channel_ref: str, message_ref: str, message: Outgoing) -> None: ...
    async def find_thread(self, forum_ref: str, marker: str, *, since: datetime) -> str | None: ...
    async def open_thread(self, forum_ref: str, message: Outgoing, *, marker: str) -> str:
        return "1"

    async def grant_role(self, *args: str, reason: str) -> None: ...
    async def revoke_role(self, *args: str, reason: str) -> None: ...
    async def put_event(self, *args: object) -> str:
        return "1"

    async def cancel_event(self, *args: str) -> None: ...

    def said(self, title: str) -> list[Outgoing]:
        """What was posted under a title that begins so."""
        return [message for _, message in self.posts if message.text.title.startswith(title)]


def delivery(network: Network, platform: PaperPlatform, words: Words) -> Delivery:
    return Delivery(network.db, network.clock, platform, words, planners(words), draw=lambda: 0.5)  # type: ignore[arg-type]  # what digests need of a Messenger


async def published(network: Network, title: str = "Guide du ZAN", *, themes: tuple[int, ...] = ()) -> int:
    """A resource that members can read from now on."""
    new = NewResource(title, f"https://example.org/{abs(hash(title))}", "Un résumé utile.", themes=themes)
    made = await network.services.library.propose(network[Role.MEMBER], new, anyway=True)
    await network.services.library.publish(network[Role.FACILITATOR], made.id)
    return made.id


async def weekly(network: Network, *, approval: bool = False, weekday: int = 2, hour: int = 9) -> None:
    """A digest every Tuesday at nine."""
    await network.services.digests.change(
        network[Role.FACILITATOR], frequency="weekly", weekday=weekday, hour=hour, approval=approval
    )


WEEK = timedelta(days=7)

"""Digests for tests: a delivery on paper, and news in one line."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from community.actors import Role
from community.delivery import Delivery
from community.digest_mail import MailAddresses
from community.digests_personal import PersonalDigests
from community.planners import planners
from community.ports import DeliveryError, Failure, Mailer, Outgoing
from community.resources import NewResource
from prompts import Words
from storage import digests as stored
from tests.community.conftest import Network

URL = "https://pairs.example.org"


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


@dataclass
class Mailing:
    """A worker that sends e-mail, and one member who wants some."""

    network: Network
    work: Delivery

    async def ask_code(self) -> None:
        addresses = MailAddresses(self.network.db, self.network.clock, URL, offered=True)
        await addresses.ask(self.network[Role.MEMBER], "ada@example.fr")

    async def ask_mail(self) -> None:
        """A digest that is due by e-mail."""
        member = self.network[Role.MEMBER]
        addresses = MailAddresses(self.network.db, self.network.clock, URL, offered=True)
        personal = PersonalDigests(self.network.db, self.network.clock, URL, mails=True)
        await personal.choose(member, frequency="weekly", weekday=2, hour=8, scope="all")
        await addresses.ask(member, "ada@example.fr")
        async with self.network.db.reading() as session:
            kept = await stored.address(session, member.network_id, member.member_id or 0)
        assert kept is not None
        await addresses.confirm(member, kept.code)
        new = NewResource("Guide du ZAN", "https://example.org/zan", "Un résumé utile.")
        made = await self.network.services.library.propose(self.network[Role.FACILITATOR], new)
        await self.network.services.library.publish(self.network[Role.FACILITATOR], made.id)
        self.network.clock.jump((await personal.mine(member)).next_at or self.network.clock.now())
        assert await personal.plan_due() == 1


def mailing(network: Network, platform: PaperPlatform, words: Words, mailer: Mailer) -> Mailing:
    work = Delivery(
        network.db,
        network.clock,
        platform,  # type: ignore[arg-type]  # what digests need of a Messenger
        words,
        planners(words, URL),
        mailer=mailer,
        draw=lambda: 0.5,
    )
    return Mailing(network, work)

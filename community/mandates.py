"""A function ends with a mandate or a contract: asked at its end, and all together after elections."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from community.actors import Actor
from community.errors import DomainError, NotFound
from community.library_care import MORNING, local, local_day
from community.policy import Action, require
from community.ports import Clock
from community.profiles import end_day
from storage import audit, mandates, members, networks, outbox, profiles
from storage.engine import Database
from storage.mandates import Reconfirmation
from storage.profiles import Profile

REMINDED_AFTER = timedelta(days=14)
MOST_NAMED = 25
AT_ONCE = 50


class CampaignGoesOn(DomainError):
    """One at a time. Details: ``at``."""

    code = "campaign_goes_on"


@dataclass(frozen=True)
class MandateView:
    function: str
    ends: date | None
    over: bool
    asked: bool  # a campaign waits for an answer


@dataclass(frozen=True)
class CampaignView:
    """``everybody`` and ``elected``: how many would be asked, when none goes on."""

    started_at: datetime | None
    elected_only: bool
    asked: int
    silent: int
    names: Sequence[str]  # of the first who are silent
    everybody: int
    elected: int


class Mandates:
    """Use cases on functions and their end."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def mine(self, actor: Actor) -> MandateView:
        """One's own function, and whether it is asked about."""
        require(actor, Action.EDIT_PROFILE)
        async with self._db.reading() as session:
            profile = await profiles.get(session, actor.network_id, actor.member_id or 0)
            return await self._view(session, actor, profile)

    async def still(self, actor: Actor, ends: str = "") -> MandateView:
        """Still in office, until that day if there is one."""
        require(actor, Action.EDIT_PROFILE)
        now = self._clock.now()
        today = now.astimezone(ZoneInfo(actor.timezone)).date()
        until = end_day(ends, today)
        async with self._db.transaction() as session:
            if await members.locked(session, actor.network_id, actor.member_id or 0) is None:
                raise NotFound(kind="member")
            profile = await profiles.ensure(session, actor.network_id, actor.member_id or 0, now)
            profile.function_ends, profile.ends_asked, profile.updated_at = until, None, now
            session.add(profile)
            await session.flush()
            return await self._view(session, actor, profile)

    async def campaign(self, actor: Actor) -> CampaignView:
        """How the campaign goes, or whom one would ask."""
        require(actor, Action.ADMIT_MEMBER)
        async with self._db.reading() as session:
            return await self._campaign(session, actor.network_id)

    async def start(self, actor: Actor, *, elected_only: bool) -> CampaignView:
        """Ask them all, and once more two weeks later those who did not answer."""
        require(actor, Action.ADMIT_MEMBER)
        now = self._clock.now()
        async with self._db.transaction() as session:
            await networks.lock(session, actor.network_id)
            standing = await mandates.standing(session, actor.network_id)
            if standing is not None:
                raise CampaignGoesOn(at=standing.started_at)
            made = Reconfirmation(
                network_id=actor.network_id,
                elected_only=elected_only,
                started_by=actor.member_id,
                started_at=now,
            )
            session.add(made)
            await session.flush()
            for member, _profile in await mandates.asked(
                session, actor.network_id, elected_only=elected_only
            ):
                await _ask(session, made, member.id or 0, now)
            await _note(session, actor, now, "started")
            return await self._campaign(session, actor.network_id)

    async def close(self, actor: Actor) -> CampaignView:
        """Nobody is asked any more."""
        require(actor, Action.ADMIT_MEMBER)
        now = self._clock.now()
        async with self._db.transaction() as session:
            await networks.lock(session, actor.network_id)
            standing = await mandates.standing(session, actor.network_id)
            if standing is not None:
                standing.closed_at = now
                session.add(standing)
                await _note(session, actor, now, "closed")
                await session.flush()
            return await self._campaign(session, actor.network_id)

    async def ask_ended(self) -> int:
        """The application's tick: in the morning, whose function has just ended is asked; how many."""
        now = self._clock.now()
        async with self._db.reading() as session:
            found = [one for one in await networks.everywhere(session) if local(one, now).hour >= MORNING]
        total = 0
        for network in found:
            async with self._db.transaction() as session:
                today = local_day(network, now)
                for profile in await mandates.ended(session, network.id or 0, today, limit=AT_ONCE):
                    profile.ends_asked = profile.function_ends
                    session.add(profile)
                    total += await outbox.enqueue(
                        session,
                        network_id=network.id or 0,
                        kind="mandate.ended",
                        dedupe_key=f"mandate.ended:{profile.member_id}:{profile.function_ends}",
                        subject_id=profile.member_id,
                        recipient_id=profile.member_id,
                        due_at=now,
                        now=now,
                    )
        return total

    async def _view(self, session: AsyncSession, actor: Actor, profile: Profile | None) -> MandateView:
        standing = await mandates.standing(session, actor.network_id)
        today = self._clock.now().astimezone(ZoneInfo(actor.timezone)).date()
        ends = profile.function_ends if profile else None
        return MandateView(
            profile.function if profile else "",
            ends,
            ends is not None and ends <= today,
            standing is not None and waits(standing, profile),
        )

    async def _campaign(self, session: AsyncSession, network_id: int) -> CampaignView:
        standing = await mandates.standing(session, network_id)
        everybody = await mandates.asked(session, network_id, elected_only=False)
        elected = [profile for _member, profile in everybody if profile and profile.function_ends]
        if standing is None:
            return CampaignView(None, False, 0, 0, (), len(everybody), len(elected))
        asked = await mandates.asked(session, network_id, elected_only=standing.elected_only)
        silent = [member.display_name for member, profile in asked if waits(standing, profile)]
        return CampaignView(
            standing.started_at,
            standing.elected_only,
            len(asked),
            len(silent),
            silent[:MOST_NAMED],
            len(everybody),
            len(elected),
        )


def waits(campaign: Reconfirmation, profile: Profile | None) -> bool:
    """Whether somebody has not answered: confirming and changing one's profile both are answers."""
    return profile is None or profile.updated_at < campaign.started_at


async def _ask(session: AsyncSession, campaign: Reconfirmation, member_id: int, now: datetime) -> None:
    for number, due in enumerate((now, now + REMINDED_AFTER)):
        await outbox.enqueue(
            session,
            network_id=campaign.network_id,
            kind="mandate.asked",
            dedupe_key=f"mandate.asked:{campaign.id}:{member_id}:{number}",
            subject_id=campaign.id,
            recipient_id=member_id,
            due_at=due,
            priority=outbox.BULK,
            now=now,
        )


async def _note(session: AsyncSession, actor: Actor, now: datetime, what: str) -> None:
    await audit.record(
        session,
        network_id=actor.network_id,
        at=now,
        member_id=actor.member_id,
        action=Action.ADMIT_MEMBER,
        subject_kind="reconfirmation",
        details={"what": what},
    )

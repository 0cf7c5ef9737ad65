"""« Je reprends »: who takes a practice up, and how it ends; « coup de cœur »; whom to tell of new cards.

A reuse is asked about again at three and nine months, its author once in a while whether the practice still
stands. Both are questions that may be left without an answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from community import text
from community.actors import Actor
from community.errors import DomainError, Invalid, NotFound
from community.lengths import check_length
from community.policy import Action, require
from community.ports import Clock
from community.practice_cards import (
    PracticeView,
    ReuseView,
    mine,
    published,
    reuse_view,
    view,
    views,
)
from community.practice_people import Belonging, belonging
from community.practice_sharing import enqueue_card
from storage import audit, networks, outbox, practice_reuse, practices
from storage.engine import Database
from storage.practice_reuse import PracticeHeart, PracticeReuse, ReuseState
from storage.practices import Practice, PracticeState

ASKED_AFTER = (timedelta(days=90), timedelta(days=270))
ASKED_UNTIL = timedelta(days=30)  # a question that could not be asked in time is not asked
WHY_LONGEST = 300
STANDINGS = ("continues", "changed", "stopped")
_HEARTS_TOGETHER = 30  # seconds: hearts given meanwhile change the card once


class OwnPractice(DomainError):
    """One's own authority's card is not to be taken up, nor liked. Details: ``title``."""

    code = "own_practice"


class TakenUpAlready(DomainError):
    """A colleague of the same authority was first. Details: ``title``, ``at``."""

    code = "taken_up_already"


@dataclass(frozen=True)
class TakenUp:
    practice: PracticeView
    reuse: ReuseView
    new: bool
    asked_at: Sequence[datetime] = ()


@dataclass(frozen=True)
class NoticeView:
    """The themes of the network, and those that the member is told about."""

    themes: Sequence[tuple[int, str]]
    chosen: frozenset[int]


class Reuses:
    """Use cases on what becomes of a practice elsewhere."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def take_up(self, actor: Actor, practice_id: int) -> TakenUp:
        """Declare it for one's authority. Twice is once."""
        require(actor, Action.TAKE_UP_PRACTICE)
        now = self._clock.now()
        async with self._db.transaction() as session:
            practice = published(await practices.locked(session, actor.network_id, practice_id))
            who = await belonging(session, actor.network_id, actor.member_id or 0)
            _check_other(practice, actor, who)
            known = await practice_reuse.by_authority(session, actor.network_id, practice_id, who.key)
            if known is not None:
                if known.member_id != actor.member_id:
                    raise TakenUpAlready(title=practice.title, at=known.declared_at)
                return TakenUp(await view(session, practice, actor), reuse_view(known), new=False)
            reuse = PracticeReuse(
                network_id=actor.network_id,
                practice_id=practice_id,
                member_id=actor.member_id,
                authority_key=who.key,
                authority_id=who.authority_id,
                authority=who.authority,
                declared_at=now,
            )
            session.add(reuse)
            await session.flush()
            asked = await self._ask_later(session, practice, reuse, now)
            await self._note(session, actor, practice, "practice.take_up")
            await enqueue_card(session, practice, self._clock)
            return TakenUp(await view(session, practice, actor), reuse_view(reuse), new=True, asked_at=asked)

    async def answer(self, actor: Actor, reuse_id: int, state: str, why: str = "") -> TakenUp:
        """Where it stands, as who declared it says; it may be said again later."""
        require(actor, Action.TAKE_UP_PRACTICE)
        why = text.lines(why)
        check_length("why", why, 0, WHY_LONGEST)
        if state not in set(ReuseState):
            raise Invalid(field="state", problem="unknown")
        async with self._db.transaction() as session:
            reuse = await practice_reuse.locked(session, actor.network_id, reuse_id)
            if reuse is None or reuse.member_id is None or reuse.member_id != actor.member_id:
                raise NotFound(kind="reuse")
            practice = await practices.get(session, actor.network_id, reuse.practice_id)
            if practice is None:
                raise NotFound(kind="practice")
            reuse.state, reuse.why, reuse.answered_at = ReuseState(state), why, self._clock.now()
            session.add(reuse)
            await self._note(session, actor, practice, "practice.reuse_answered")
            await enqueue_card(session, practice, self._clock)
            await session.flush()
            return TakenUp(await view(session, practice, actor), reuse_view(reuse), new=False)

    async def reuse(self, actor: Actor, reuse_id: int) -> ReuseView:
        """One's own, to answer about it."""
        require(actor, Action.TAKE_UP_PRACTICE)
        async with self._db.reading() as session:
            reuse = await practice_reuse.get(session, actor.network_id, reuse_id)
            if reuse is None or reuse.member_id is None or reuse.member_id != actor.member_id:
                raise NotFound(kind="reuse")
            return reuse_view(reuse)

    async def taken_up(self, actor: Actor) -> Sequence[tuple[PracticeView, ReuseView]]:
        """What the actor took up and is still published, with what became of it."""
        require(actor, Action.TAKE_UP_PRACTICE)
        async with self._db.reading() as session:
            reuses = await practice_reuse.of_member(session, actor.network_id, actor.member_id or 0)
            cards = {}
            for one in reuses:
                practice = await practices.get(session, actor.network_id, one.practice_id)
                if practice is not None and practice.state == PracticeState.PUBLISHED:
                    cards[one.practice_id] = practice
            shown = {one.id: one for one in await views(session, actor.network_id, [*cards.values()], actor)}
        return [(shown[one.practice_id], reuse_view(one)) for one in reuses if one.practice_id in shown]

    async def standing(self, actor: Actor, practice_id: int, standing: str) -> PracticeView:
        """Whether it still stands where it was born, as its author says."""
        require(actor, Action.SHARE_PRACTICE)
        if standing not in STANDINGS:
            raise Invalid(field="standing", problem="unknown")
        async with self._db.transaction() as session:
            practice = published(await practices.locked(session, actor.network_id, practice_id))
            if not mine(actor, practice):
                raise NotFound(kind="practice")
            practice.standing, practice.standing_at = standing, self._clock.now()
            session.add(practice)
            await enqueue_card(session, practice, self._clock)
            return await view(session, practice, actor)

    async def heart(self, actor: Actor, practice_id: int) -> PracticeView:
        """« Coup de cœur », given or taken back. Counted by authority, never by click."""
        require(actor, Action.TAKE_UP_PRACTICE)
        now = self._clock.now()
        async with self._db.transaction() as session:
            practice = published(await practices.locked(session, actor.network_id, practice_id))
            who = await belonging(session, actor.network_id, actor.member_id or 0)
            _check_other(practice, actor, who)
            if await practice_reuse.has_heart(session, practice_id, actor.member_id or 0):
                await practice_reuse.take_heart(session, practice_id, actor.member_id or 0)
            else:
                session.add(
                    PracticeHeart(
                        practice_id=practice_id,
                        member_id=actor.member_id or 0,
                        network_id=actor.network_id,
                        authority_key=who.key,
                        at=now,
                    )
                )
            await session.flush()
            together = int(now.timestamp()) // _HEARTS_TOGETHER
            await enqueue_card(
                session,
                practice,
                self._clock,
                stamp=f"heart:{together}",
                after=timedelta(seconds=_HEARTS_TOGETHER),
            )
            return await view(session, practice, actor)

    async def has_heart(self, actor: Actor, practice_id: int) -> bool:
        """Whether the actor likes it."""
        require(actor, Action.SEE_PRACTICES)
        async with self._db.reading() as session:
            published(await practices.get(session, actor.network_id, practice_id))
            return await practice_reuse.has_heart(session, practice_id, actor.member_id or 0)

    async def notices(self, actor: Actor) -> NoticeView:
        """The themes on whose new cards the actor is told."""
        require(actor, Action.TAKE_UP_PRACTICE)
        async with self._db.reading() as session:
            themes = await networks.themes(session, actor.network_id)
            chosen = await practice_reuse.noticed_themes(session, actor.network_id, actor.member_id or 0)
        return NoticeView([(theme.id or 0, theme.name) for theme in themes], chosen)

    async def set_notices(self, actor: Actor, theme_ids: Sequence[int]) -> NoticeView:
        """Be told of new cards on these themes and no other; on none, nothing is sent any more."""
        require(actor, Action.TAKE_UP_PRACTICE)
        async with self._db.transaction() as session:
            known = {theme.id for theme in await networks.themes(session, actor.network_id)}
            if not set(theme_ids) <= known:
                raise Invalid(field="themes", problem="unknown")
            await practice_reuse.notice_themes(session, actor.network_id, actor.member_id or 0, theme_ids)
        return await self.notices(actor)

    async def _ask_later(
        self, session: AsyncSession, practice: Practice, reuse: PracticeReuse, now: datetime
    ) -> Sequence[datetime]:
        """Who takes up is asked at each delay; the author hears of it now, and is asked at the first one."""
        asked = [now + delay for delay in ASKED_AFTER]
        for number, due in enumerate(asked, start=1):
            await self._enqueue(
                session, reuse, "reuse.asked", (reuse.id or 0, f"{number}"), reuse.member_id, due
            )
        if practice.author_id is not None:
            author, key = practice.author_id, f"{asked[0]:%Y-%m}"
            await self._enqueue(session, reuse, "reuse.declared", (reuse.id or 0, ""), author, now)
            await self._enqueue(
                session, reuse, "practice.standing", (practice.id or 0, key), author, asked[0]
            )
        return asked

    async def _enqueue(
        self,
        session: AsyncSession,
        reuse: PracticeReuse,
        kind: str,
        about: tuple[int, str],
        recipient_id: int | None,
        due: datetime,
    ) -> None:
        subject_id, stamp = about
        await outbox.enqueue(
            session,
            network_id=reuse.network_id,
            kind=kind,
            dedupe_key=f"{kind}:{subject_id}:{stamp}",
            subject_id=subject_id,
            recipient_id=recipient_id,
            due_at=due,
            expires_at=due + ASKED_UNTIL,
            now=self._clock.now(),
        )

    async def _note(self, session: AsyncSession, actor: Actor, practice: Practice, action: str) -> None:
        await audit.record(
            session,
            network_id=practice.network_id,
            at=self._clock.now(),
            member_id=actor.member_id,
            action=action,
            subject_kind="practice",
            subject_id=practice.id,
        )


def _check_other(practice: Practice, actor: Actor, who: Belonging) -> None:
    """Nobody takes up, or likes, what their own authority shared."""
    same = practice.authority_id is not None and practice.authority_id == who.authority_id
    if mine(actor, practice) or (same and not practice.nameless):
        raise OwnPractice(title=practice.title)

"""Sharing a practice: a draft that is kept at every step, a preview, then the card that members find.

Each change says which version it was made from: of two people who write at once, the second is told. What a
change replaced is kept, with who made it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlmodel import col, delete
from sqlmodel.ext.asyncio.session import AsyncSession

from community.actors import Actor
from community.errors import DomainError, Invalid
from community.policy import Action, require
from community.ports import Clock
from community.practice_cards import (
    KIND,
    THEMES_MOST,
    THREAD_WITHIN,
    PracticeClosed,
    PracticeView,
    check_version,
    checked_texts,
    found,
    index,
    mine,
    view,
    views,
)
from community.practice_clues import Clue, clues
from community.practice_crowd import LEAST, crowd_of
from community.practice_matches import Match, closest
from community.practice_people import Belonging, belonging
from storage import audit, members, networks, outbox, practices, profiles, search
from storage.engine import Database
from storage.practices import TEXTS, Practice, PracticeState, PracticeVersion

DRAFTS_MOST = 10
DRAFTS_KEPT = timedelta(days=180)
_NEEDED = ("title", "done")


class TooManyDrafts(DomainError):
    """A member has begun many cards. Details: ``limit``."""

    code = "too_many_drafts"


class CrowdTooSmall(DomainError):
    """Without a name, it could still be told whose card it is. Details: ``count``, ``least``, ``known``."""

    code = "crowd_too_small"
    onward = ("practice.mine",)


@dataclass(frozen=True)
class DraftView:
    """A card in the making: what it lacks to be published, and what the network has that is near."""

    practice: PracticeView
    missing: Sequence[str]  # fields
    similar: Sequence[Match]
    clues: Sequence[Clue] = ()


@dataclass(frozen=True)
class Outcome:
    """``clues``: it was not published, for these words may give the name away."""

    practice: PracticeView
    clues: Sequence[Clue] = ()


class Sharing:
    """Use cases on writing cards."""

    def __init__(self, db: Database, clock: Clock, memory: search.Memory | None = None) -> None:
        self._db = db
        self._clock = clock
        self._memory = memory or search.Memory()

    async def drafts(self, actor: Actor) -> Sequence[PracticeView]:
        """What the actor began and has not published, the latest first."""
        require(actor, Action.SHARE_PRACTICE)
        async with self._db.reading() as session:
            kept = await practices.of_author(
                session,
                actor.network_id,
                actor.member_id or 0,
                state=PracticeState.DRAFT,
                limit=DRAFTS_MOST,
            )
            return await views(session, actor.network_id, kept, actor)

    async def begin(
        self, actor: Actor, texts: Mapping[str, str], theme_ids: Sequence[int] = (), *, derived_from: int = 0
    ) -> DraftView:
        """The first step. The card is its author's alone until it is published."""
        require(actor, Action.SHARE_PRACTICE)
        values = checked_texts(texts)
        async with self._db.transaction() as session:
            await self._check_themes(session, actor, theme_ids)
            practice = await begin_draft(
                session, actor.network_id, actor.member_id or 0, values, self._clock, actor.locale
            )
            if derived_from:
                source = await practices.cards(session, actor.network_id, [derived_from])
                practice.derived_from = derived_from if derived_from in source else None
            await practices.bear_themes(session, {practice.id or 0: theme_ids})
        return await self.draft(actor, practice.id or 0)

    async def draft(self, actor: Actor, practice_id: int) -> DraftView:
        """One's own card as it stands, with what is near it."""
        require(actor, Action.SHARE_PRACTICE)
        async with self._db.reading() as session:
            practice = found(await practices.get(session, actor.network_id, practice_id), actor)
            shown = await view(session, practice, actor)
            profile = await profiles.get(session, actor.network_id, actor.member_id or 0)
            similar = await closest(
                session,
                self._memory,
                actor.network_id,
                practice.title,
                mine=profile,
                themes=shown.themes,
                besides=practice_id,
            )
        missing = [name for name in _NEEDED if not getattr(practice, name)]
        return DraftView(shown, missing, similar)

    async def write(
        self,
        actor: Actor,
        practice_id: int,
        texts: Mapping[str, str],
        theme_ids: Sequence[int] | None = None,
        version: int | None = None,
    ) -> PracticeView:
        """Change some fields of a draft or of a published card: its author, or a facilitator.

        ``theme_ids``: None leaves them. Nothing is written when nothing is different.
        """
        require(actor, Action.SHARE_PRACTICE)
        values = checked_texts(texts)
        async with self._db.transaction() as session:
            practice = await self._writable(session, actor, practice_id)
            check_version(practice, version)
            if practice.state == PracticeState.PUBLISHED and any(
                name in values and not values[name] for name in _NEEDED
            ):
                raise Invalid(field=next(n for n in _NEEDED if not values.get(n, "x")), problem="missing")
            borne = await practices.themes_of(session, actor.network_id, [practice_id])
            before = sorted(theme.id or 0 for theme in borne.get(practice_id, []))
            wanted = before if theme_ids is None else sorted(set(theme_ids))
            if theme_ids is not None:
                await self._check_themes(session, actor, theme_ids, kept=before)
            was = {
                name: getattr(practice, name) for name in values if getattr(practice, name) != values[name]
            }
            if wanted != before:
                was["themes"] = [theme.name for theme in borne.get(practice_id, [])]
                await practices.bear_themes(session, {practice_id: wanted})
            if was:
                practice.sqlmodel_update(values)
                await self._changed(session, actor, practice, was)
            return await view(session, practice, actor)

    async def hide_name(self, actor: Actor, practice_id: int, hidden: bool) -> DraftView:
        """« Droit à l'erreur »: a draft may go out without its author's name and authority."""
        require(actor, Action.SHARE_PRACTICE)
        async with self._db.transaction() as session:
            practice = await self._own_draft(session, actor, practice_id)
            if hidden:
                _check_crowd(practice)
            practice.nameless = hidden
            practice.version += 1
            session.add(practice)
        return await self.draft(actor, practice_id)

    async def publish(
        self, actor: Actor, practice_id: int, version: int | None = None, *, anyway: bool = False
    ) -> Outcome:
        """Members find it from now on, and its thread opens. ``anyway``: the clues give nothing away."""
        require(actor, Action.SHARE_PRACTICE)
        now = self._clock.now()
        async with self._db.transaction() as session:
            practice = await self._own_draft(session, actor, practice_id)
            check_version(practice, version)
            for name in _NEEDED:
                if not getattr(practice, name):
                    raise Invalid(field=name, problem="missing")
            await self._sign(session, practice)
            if practice.nameless:
                _check_crowd(practice)
                revealing = await self._clues(session, practice)
                if revealing and not anyway:
                    return Outcome(await view(session, practice, actor), revealing)
            practice.state = PracticeState.PUBLISHED
            practice.published_at = practice.updated_at = now
            practice.version += 1
            session.add(practice)
            await self._note(session, actor, practice, Action.SHARE_PRACTICE)
            await enqueue_thread(session, practice, self._clock)
            shown = await view(session, practice, actor)
            await index(session, practice)
            return Outcome(shown)

    async def discard(self, actor: Actor, practice_id: int) -> None:
        """Throw a draft of one's own away."""
        require(actor, Action.SHARE_PRACTICE)
        async with self._db.transaction() as session:
            practice = await self._own_draft(session, actor, practice_id)
            await forget(session, practice)

    async def withdraw(self, actor: Actor, practice_id: int) -> PracticeView:
        """Take a published card out: its author, or a facilitator. It is found no more; its thread stays."""
        require(actor, Action.SHARE_PRACTICE)
        async with self._db.transaction() as session:
            practice = await self._writable(session, actor, practice_id)
            if practice.state != PracticeState.PUBLISHED:
                raise PracticeClosed(state=practice.state, title=practice.title)
            practice.state = PracticeState.WITHDRAWN
            practice.version += 1
            practice.updated_at = self._clock.now()
            session.add(practice)
            await self._note(session, actor, practice, "practice.withdraw")
            await enqueue_card(session, practice, self._clock)
            await search.remove(session, actor.network_id, KIND, practice_id)
            return await view(session, practice, actor)

    async def open_thread(self, actor: Actor, practice_id: int) -> PracticeView:
        """A published card without a thread (the forum was gone, or it was imported) gets one."""
        require(actor, Action.SHARE_PRACTICE)
        async with self._db.transaction() as session:
            practice = await self._writable(session, actor, practice_id)
            if practice.state != PracticeState.PUBLISHED:
                raise PracticeClosed(state=practice.state, title=practice.title)
            if practice.card_ref is None:
                await enqueue_thread(session, practice, self._clock)
            return await view(session, practice, actor)

    async def open_threads(self, actor: Actor) -> Sequence[PracticeView]:
        """Every card that lacks its thread gets one: the forum is back. Those that were asked for now."""
        require(actor, Action.CURATE_PRACTICES)
        before = self._clock.now() - THREAD_WITHIN
        async with self._db.transaction() as session:
            late = await practices.without_thread(session, actor.network_id, before)
            for practice in late:
                await enqueue_thread(session, practice, self._clock)
            return await views(session, actor.network_id, late, actor)

    async def purge(self) -> int:
        """Forget drafts that nobody came back to; the application's own tick, of every network."""
        before = self._clock.now() - DRAFTS_KEPT
        async with self._db.transaction() as session:
            stale = await practices.drafts_before(session, before)
            for practice in stale:
                await forget(session, practice)
            return len(stale)

    async def _writable(self, session: AsyncSession, actor: Actor, practice_id: int) -> Practice:
        practice = found(await practices.locked(session, actor.network_id, practice_id), actor)
        if not mine(actor, practice):
            require(actor, Action.CURATE_PRACTICES)
        if practice.state == PracticeState.WITHDRAWN:
            raise PracticeClosed(state=practice.state, title=practice.title)
        return practice

    async def _own_draft(self, session: AsyncSession, actor: Actor, practice_id: int) -> Practice:
        practice = await self._writable(session, actor, practice_id)
        if practice.state != PracticeState.DRAFT:
            raise PracticeClosed(state=practice.state, title=practice.title)
        return practice

    async def _check_themes(
        self, session: AsyncSession, actor: Actor, theme_ids: Sequence[int], kept: Sequence[int] = ()
    ) -> None:
        offered = {theme.id for theme in await networks.themes(session, actor.network_id)}
        if not set(theme_ids) <= offered | set(kept):
            raise Invalid(field="themes", problem="unknown")
        if len(set(theme_ids)) > THEMES_MOST:
            raise Invalid(field="themes", problem="too_many", limit=THEMES_MOST)

    async def _sign(self, session: AsyncSession, practice: Practice) -> None:
        """The authority as its author's profile says it at the time of publishing."""
        who = await belonging(session, practice.network_id, practice.author_id or 0)
        if who.authority:
            _sign(practice, who)

    async def _clues(self, session: AsyncSession, practice: Practice) -> tuple[Clue, ...]:
        names = await members.names(session, practice.network_id, [practice.author_id or 0])
        told = {name: getattr(practice, name) for name in TEXTS if name not in ("territory", "contact")}
        return clues(practice, names.get(practice.author_id or 0, ""), told)

    async def _changed(
        self, session: AsyncSession, actor: Actor, practice: Practice, was: Mapping[str, object]
    ) -> None:
        """Another version; of a published card, what it replaced is kept, and what shows it follows."""
        practice.version += 1
        practice.updated_at = self._clock.now()
        session.add(practice)
        if practice.state != PracticeState.PUBLISHED:
            return
        session.add(
            PracticeVersion(
                practice_id=practice.id or 0,
                number=practice.version,
                network_id=practice.network_id,
                edited_by=actor.member_id,
                at=self._clock.now(),
                before=dict(was),
            )
        )
        await self._note(session, actor, practice, "practice.edit")
        await enqueue_card(session, practice, self._clock)
        await session.flush()
        await index(session, practice)

    async def _note(self, session: AsyncSession, actor: Actor, practice: Practice, action: str) -> None:
        await audit.record(
            session,
            network_id=practice.network_id,
            at=self._clock.now(),
            member_id=actor.member_id,
            action=action,
            subject_kind="practice",
            subject_id=practice.id,
            details={"version": practice.version},
        )


async def begin_draft(
    session: AsyncSession,
    network_id: int,
    member_id: int,
    values: Mapping[str, str],
    clock: Clock,
    language: str,
) -> Practice:
    """A new card of this member, signed with their authority as it is now."""
    await members.locked(session, network_id, member_id)
    begun = await practices.of_author(
        session, network_id, member_id, state=PracticeState.DRAFT, limit=DRAFTS_MOST
    )
    if len(begun) >= DRAFTS_MOST:
        raise TooManyDrafts(limit=DRAFTS_MOST)
    now = clock.now()
    practice = Practice(
        network_id=network_id,
        ref=uuid4().hex,
        author_id=member_id,
        language=language,
        created_at=now,
        updated_at=now,
    )
    practice.sqlmodel_update(dict(values))
    _sign(practice, await belonging(session, network_id, member_id))
    session.add(practice)
    await session.flush()
    return practice


async def enqueue_thread(session: AsyncSession, practice: Practice, clock: Clock) -> None:
    """Its thread is to be opened; asked again after it could not be, it is tried again."""
    if not await outbox.in_hand(session, practice.network_id, "practice.thread", practice.id or 0):
        stamp = f"{clock.now().timestamp():.6f}"
        await _enqueue(session, practice, "practice.thread", stamp, clock.now(), clock.now())


async def enqueue_card(
    session: AsyncSession, practice: Practice, clock: Clock, stamp: str = "", after: timedelta = timedelta(0)
) -> None:
    """What stands in its thread follows. Of several changes with one ``stamp``, one message tells all."""
    if practice.card_ref is not None:
        now = clock.now()
        stamp = stamp or f"{practice.version}:{now.timestamp():.6f}"
        await _enqueue(session, practice, "practice.card", stamp, now + after, now)


async def _enqueue(
    session: AsyncSession, practice: Practice, kind: str, stamp: str, due: datetime, now: datetime
) -> None:
    await outbox.enqueue(
        session,
        network_id=practice.network_id,
        kind=kind,
        dedupe_key=f"{kind}:{practice.id}:{stamp}",
        subject_id=practice.id,
        due_at=due,
        now=now,
    )


async def forget(session: AsyncSession, practice: Practice) -> None:
    """A draft, and the themes that it bears."""
    await practices.bear_themes(session, {practice.id or 0: ()})
    await session.exec(delete(Practice).where(col(Practice.id) == practice.id))


def _sign(practice: Practice, who: Belonging) -> None:
    practice.authority_id, practice.authority = who.authority_id, who.authority
    practice.authority_kind, practice.population = who.kind, who.population
    practice.departement, practice.region = who.departement, who.region


def _check_crowd(practice: Practice) -> None:
    crowd = crowd_of(practice)
    if not crowd.enough:
        raise CrowdTooSmall(count=crowd.count, least=LEAST, known=bool(crowd.kind))

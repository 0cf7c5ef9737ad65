"""The digest of a network: what facilitators choose, read, edit and approve, and the tick that makes it.

Nothing to say is said by nothing: the run is recorded as empty. The next digest looks back to the last one
that left. What is sent is read again by ``digest_delivery.py``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from community import digest_editions as editions
from community import digest_rules as rules
from community import text, texts
from community.actors import Actor
from community.digest_editions import Edition
from community.digest_sources import Item
from community.errors import DomainError, Invalid, NotFound
from community.policy import Action, require
from community.ports import Clock, Renderer
from storage import audit, digests, networks, outbox
from storage.digests import DigestRun, Frequency, NetworkDigest, RunState
from storage.engine import Database
from storage.networks import Network

WORD_LONGEST = 600
PUBLIC_KINDS = ("resource", "meetup")  # what a network may make public; members never
FREQUENCIES = (Frequency.OFF, Frequency.WEEKLY, Frequency.MONTHLY)
_RUNS_SHOWN = 5


class DigestNotWaiting(DomainError):
    """It left, or was called off, or the next one took its place. Details: ``state``."""

    code = "digest_not_waiting"


@dataclass(frozen=True)
class RunView:
    id: int
    period: str
    state: str
    at: datetime


@dataclass(frozen=True)
class DigestSettings:
    """``next_at``: None when the network has no digest."""

    frequency: str
    weekday: int
    hour: int
    approval: bool
    word: str
    feed: Sequence[str]
    timezone: str
    next_at: datetime | None
    runs: Sequence[RunView]
    waiting: int = 0  # the run that a facilitator should read


@dataclass(frozen=True)
class Preview:
    """``run_id`` is 0 for the digest that would be made now."""

    run_id: int
    pages: Sequence[Edition]  # none when there is nothing to say
    blank: Edition
    timezone: str
    locale: str
    number: int = 1

    @property
    def page(self) -> Edition:
        return self.pages[self.number - 1] if self.pages else self.blank

    @property
    def items(self) -> Sequence[Item]:
        return [item for page in self.pages for item in page.items]


class Digests:
    """Use cases of facilitators, and the tick."""

    def __init__(self, db: Database, clock: Clock, renderer: Renderer) -> None:
        self._db = db
        self._clock = clock
        self._renderer = renderer

    async def settings(self, actor: Actor) -> DigestSettings:
        """What was chosen, and the latest runs."""
        require(actor, Action.RUN_DIGEST)
        async with self._db.reading() as session:
            return await self._settings(session, actor.network_id)

    async def change(
        self, actor: Actor, *, frequency: str, weekday: int, hour: int, approval: bool
    ) -> DigestSettings:
        """When it leaves. Dues that were before are not made up for."""
        require(actor, Action.RUN_DIGEST)
        if frequency not in FREQUENCIES:
            raise Invalid(field="frequency", problem="unknown_choice")
        if not 1 <= weekday <= 7:
            raise Invalid(field="weekday", problem="unknown_choice")
        if not 0 <= hour <= 23:
            raise Invalid(field="hour", problem="unknown_choice")
        async with self._db.transaction() as session:
            kept = await self._own(session, actor)
            kept.frequency, kept.weekday, kept.hour = frequency, weekday, hour
            kept.approval, kept.since = approval, self._clock.now()
            await self._keep(session, actor, kept, "digest.change")
            return await self._settings(session, actor.network_id)

    async def set_word(self, actor: Actor, word: str, run_id: int = 0) -> Preview | None:
        """A facilitator's own words: on top of the next digest, or of the one that waits."""
        require(actor, Action.RUN_DIGEST)
        cleaned = text.lines(word)
        if len(cleaned) > WORD_LONGEST:
            raise Invalid(field="word", problem="too_long", limit=WORD_LONGEST)
        async with self._db.transaction() as session:
            if not run_id:
                kept = await self._own(session, actor)
                kept.word = cleaned
                await self._keep(session, actor, kept, "digest.word")
                return None
            run = await self._waiting(session, actor, run_id)
            run.word = cleaned
            session.add(run)
            await self._note(session, actor, "digest.word", run.id)
            return await self._lay_out(session, run)

    async def set_feed(self, actor: Actor, kinds: Sequence[str]) -> DigestSettings:
        """Which kinds of things anybody on the web may read. None, unless a facilitator says so."""
        require(actor, Action.RUN_DIGEST)
        if unknown := set(kinds) - set(PUBLIC_KINDS):
            raise Invalid(field="feed", problem="unknown_choice", value=sorted(unknown)[0])
        async with self._db.transaction() as session:
            kept = await self._own(session, actor)
            kept.feed = sorted(set(kinds))
            await self._keep(session, actor, kept, "digest.feed")
            return await self._settings(session, actor.network_id)

    async def preview(self, actor: Actor, number: int = 1, run_id: int = 0) -> Preview:
        """What waits for approval, or what a digest would say if it left now. Sends nothing."""
        require(actor, Action.RUN_DIGEST)
        now = self._clock.now()
        async with self._db.reading() as session:
            network = await networks.get(session, actor.network_id)
            kept = await digests.settings(session, actor.network_id)
            frequency = _frequency(kept)
            if run_id:
                run = await digests.run(session, actor.network_id, run_id)
                if run is None:
                    raise NotFound(kind="digest")
                content, word = await editions.of_run(session, network, frequency, run), run.word
            else:
                start = await self._start(session, network.id or 0, frequency, now)
                window = editions.window_of(frequency, start, now)
                content, word = await editions.compose(session, network, window), kept.word if kept else ""
            opening = await editions.opening_of(session, self._renderer, network, frequency, content.window)
        pages = editions.laid_out(self._renderer, network, frequency, content, word, opening)
        shown = min(max(1, number), max(1, len(pages)))
        blank = editions.edition(network, frequency, content, word, opening, ())
        return Preview(run_id, pages, blank, network.timezone, network.locale, shown)

    async def leave_out(self, actor: Actor, run_id: int, keys: Sequence[tuple[str, int]]) -> Preview:
        """Not in this digest. What is left out is not told later either."""
        require(actor, Action.RUN_DIGEST)
        async with self._db.transaction() as session:
            run = await self._waiting(session, actor, run_id)
            gone = set(keys)
            run.pages = [[key for key in page if (key[0], key[1]) not in gone] for page in run.pages]
            session.add(run)
            await self._note(session, actor, "digest.leave_out", run.id)
            return await self._lay_out(session, run)

    async def approve(self, actor: Actor, run_id: int) -> RunView:
        """It leaves now."""
        require(actor, Action.RUN_DIGEST)
        now = self._clock.now()
        async with self._db.transaction() as session:
            run = await self._waiting(session, actor, run_id)
            await self._lay_out(session, run)
            if not run.pages:
                raise Invalid(field="digest", problem="digest_empty")
            run.state, run.approved_by = RunState.APPROVED, actor.member_id
            session.add(run)
            await send_page(session, run, 1, now)
            await self._note(session, actor, "digest.approve", run.id)
            return _view(run)

    async def cancel(self, actor: Actor, run_id: int) -> RunView:
        """This one does not leave; the next one will also tell what it would have told."""
        require(actor, Action.RUN_DIGEST)
        async with self._db.transaction() as session:
            run = await self._waiting(session, actor, run_id)
            run.state = RunState.CANCELLED
            session.add(run)
            await self._note(session, actor, "digest.cancel", run.id)
            return _view(run)

    async def run_due(self) -> int:
        """The tick: make the digest of every network whose time has come; how many were made."""
        now = self._clock.now()
        async with self._db.reading() as session:
            everywhere = {network.id: network for network in await networks.everywhere(session)}
            chosen = [(everywhere.get(kept.network_id), kept) for kept in await digests.running(session)]
        made = 0
        for network, kept in chosen:
            if network is not None:
                made += await self._run(network, kept, now)
        return made

    async def _run(self, network: Network, kept: NetworkDigest, now: datetime) -> bool:
        due = rules.last_due(kept, network.timezone, now)
        if due is None or due[1] < kept.since:
            return False
        day, at = due
        run = DigestRun(
            network_id=network.id or 0,
            period=rules.period_of(kept.frequency, day),
            state=RunState.MISSED,
            window_start=now,
            window_end=now,
            created_at=now,
        )
        async with self._db.reading() as session:
            if await digests.has_run(session, run.network_id, run.period):
                return False
            run.window_start = await self._start(session, run.network_id, kept.frequency, now)
            window = editions.window_of(kept.frequency, run.window_start, now)
            content = await editions.compose(session, network, window)
            opening = await editions.opening_of(session, self._renderer, network, kept.frequency, window)
        if now - at <= rules.GRACE[Frequency(kept.frequency)]:
            pages = editions.laid_out(self._renderer, network, kept.frequency, content, kept.word, opening)
            run.pages, run.left, run.word = editions.keys_of(pages), dict(content.left), kept.word
            run.state = RunState.EMPTY if not pages else RunState.APPROVED
            if pages and kept.approval:
                run.state = RunState.WAITING
        return await self._begin(run, now, network.locale if opening.failed else None)

    async def _begin(self, made: DigestRun, now: datetime, failed: str | None) -> bool:
        """``failed``: the language in which the network's own opening could not be filled."""
        async with self._db.transaction() as session:
            run = await digests.begin(session, made)
            if run is None:
                return False  # another process was faster
            if failed is not None:
                await texts.failed(session, made.network_id, editions.OPENING, failed, now)
            for earlier in await digests.waiting_runs(session, run.network_id):
                if earlier.id != run.id:
                    earlier.state = RunState.MISSED
                    session.add(earlier)
            if run.state == RunState.APPROVED:
                await send_page(session, run, 1, now)
            elif run.state == RunState.WAITING:
                await outbox.enqueue(
                    session,
                    network_id=run.network_id,
                    kind="digest.to_approve",
                    dedupe_key=f"digest.to_approve:{run.id}",
                    subject_id=run.id,
                    due_at=now,
                    expires_at=now + timedelta(days=3),
                    now=now,
                )
            if run.word:
                kept = await digests.settings(session, run.network_id)
                if kept is not None and kept.word == run.word:
                    kept.word = ""
                    session.add(kept)
            return True

    async def _lay_out(self, session: AsyncSession, run: DigestRun) -> Preview:
        """Into pages again, after an edit."""
        network = await networks.get(session, run.network_id)
        frequency = _frequency(await digests.settings(session, run.network_id))
        content = await editions.of_run(session, network, frequency, run)
        opening = await editions.opening_of(session, self._renderer, network, frequency, content.window)
        pages = editions.laid_out(self._renderer, network, frequency, content, run.word, opening)
        run.pages = editions.keys_of(pages)
        session.add(run)
        blank = editions.edition(network, frequency, content, run.word, opening, ())
        return Preview(run.id or 0, pages, blank, network.timezone, network.locale)

    async def _start(self, session: AsyncSession, network_id: int, frequency: str, now: datetime) -> datetime:
        """Since the last one that left; until one does, over one period before it was asked for."""
        last = await digests.last_success(session, network_id)
        if last is not None:
            return last.window_end
        kept = await digests.settings(session, network_id)
        first = await digests.first_start(session, network_id)
        return first or (kept.since if kept else now) - rules.SPAN[Frequency(frequency)]

    async def _waiting(self, session: AsyncSession, actor: Actor, run_id: int) -> DigestRun:
        run = await digests.locked_run(session, actor.network_id, run_id)
        if run is None:
            raise NotFound(kind="digest")
        if run.state != RunState.WAITING:
            raise DigestNotWaiting(state=run.state)
        return run

    async def _own(self, session: AsyncSession, actor: Actor) -> NetworkDigest:
        await networks.lock(session, actor.network_id)
        kept = await digests.settings(session, actor.network_id)
        return kept or NetworkDigest(network_id=actor.network_id, since=self._clock.now())

    async def _keep(self, session: AsyncSession, actor: Actor, kept: NetworkDigest, action: str) -> None:
        session.add(kept)
        await session.flush()
        await self._note(session, actor, action, None)

    async def _settings(self, session: AsyncSession, network_id: int) -> DigestSettings:
        network = await networks.get(session, network_id)
        kept = await digests.settings(session, network_id)
        runs = [_view(run) for run in await digests.latest_runs(session, network_id, _RUNS_SHOWN)]
        waiting = next((run.id for run in runs if run.state == RunState.WAITING), 0)
        if kept is None:
            blank = DigestSettings(Frequency.OFF, 1, 9, False, "", (), network.timezone, None, runs, waiting)
            return replace(blank)
        next_at = rules.next_due(kept, network.timezone, self._clock.now())
        return DigestSettings(
            kept.frequency,
            kept.weekday,
            kept.hour,
            kept.approval,
            kept.word,
            tuple(kept.feed),
            network.timezone,
            next_at,
            runs,
            waiting,
        )

    async def _note(self, session: AsyncSession, actor: Actor, action: str, run_id: int | None) -> None:
        await audit.record(
            session,
            network_id=actor.network_id,
            at=self._clock.now(),
            member_id=actor.member_id,
            action=action,
            subject_kind="digest",
            subject_id=run_id,
        )


async def send_page(session: AsyncSession, run: DigestRun, number: int, now: datetime) -> None:
    """The next page of a digest that was approved; its sending asks for the one after."""
    await outbox.enqueue(
        session,
        network_id=run.network_id,
        kind="digest.page",
        dedupe_key=f"digest.page:{run.id}:{number}",
        subject_id=run.id,
        details={"page": number},
        due_at=now,
        expires_at=now + timedelta(days=3),
        now=now,
    )


def _frequency(kept: NetworkDigest | None) -> str:
    """Of the texts: a network without a digest can look at a weekly one."""
    return Frequency.WEEKLY if kept is None or kept.frequency == Frequency.OFF else kept.frequency


def _view(run: DigestRun) -> RunView:
    return RunView(run.id or 0, run.period, run.state, run.sent_at or run.created_at)

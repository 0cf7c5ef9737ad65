"""One's own digest: asked for, about one's themes and territory, five things at most, each with its reason.

Must never push: nothing new is said by nothing, one click stops it, and what a member opened, joined or was
told already does not come back.
"""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from community import digest_choice as choice
from community import digest_rules as rules
from community import digest_sources as sources
from community.actors import Actor, Role, Standing
from community.digest_choice import Pool
from community.digest_issues import IssueView, MuteView, MyDigest, mine_of, opened, view_of
from community.digest_sources import Window
from community.errors import Invalid, NotFound
from community.policy import Action, require
from community.ports import Clock, Renderer
from storage import digests, members, networks, outbox
from storage.digests import DigestIssue, DigestMute, Frequency, IssueState, PersonalDigest
from storage.engine import Database
from storage.members import Member, MemberState
from storage.networks import Network
from storage.outbox import Outbox

FREQUENCIES = (Frequency.WEEKLY, Frequency.FORTNIGHTLY, Frequency.MONTHLY)
SCOPES = ("both", "themes", "territory", "all")
CATCH_UP_DAYS = 14  # for who has no digest of their own
KEPT_FOR = timedelta(days=120)
AT_ONCE = 500
_SECRET_BYTES = 24
_LATE = {Frequency.FORTNIGHTLY: timedelta(days=3), **rules.GRACE}


class PersonalDigests:
    """Use cases of members, and the tick. ``public_url``: where people reach the web server, if they do."""

    def __init__(
        self, db: Database, clock: Clock, public_url: str | None = None, *, mails: bool = False
    ) -> None:
        self._db = db
        self._clock = clock
        self._public_url = public_url
        self._mails = mails and public_url is not None

    async def mine(self, actor: Actor) -> MyDigest:
        """What was chosen, with what it draws on."""
        require(actor, Action.READ_DIGEST)
        async with self._db.reading() as session:
            return await self._mine(session, actor)

    async def choose(self, actor: Actor, *, frequency: str, weekday: int, hour: int, scope: str) -> MyDigest:
        """Have one from now on, or have it differently. Nobody has one without asking."""
        require(actor, Action.READ_DIGEST)
        if frequency not in FREQUENCIES:
            raise Invalid(field="frequency", problem="unknown_choice")
        if scope not in SCOPES:
            raise Invalid(field="scope", problem="unknown_choice")
        if not 1 <= weekday <= 7 or not 0 <= hour <= 23:
            raise Invalid(field="hour", problem="unknown_choice")
        now = self._clock.now()
        async with self._db.transaction() as session:
            kept = await self._own(session, actor, now)
            kept.frequency, kept.weekday, kept.hour, kept.scope = frequency, weekday, hour, scope
            kept.next_at = rules.next_due(kept, actor.timezone, now)
            session.add(kept)
            await session.flush()
            return await self._mine(session, actor)

    async def stop(self, actor: Actor) -> MyDigest:
        """No more of it; what waits to leave does not leave either."""
        require(actor, Action.READ_DIGEST)
        async with self._db.transaction() as session:
            kept = await digests.personal(session, actor.network_id, actor.member_id or 0)
            if kept is not None:
                _stopped(kept)
                session.add(kept)
                await session.flush()
            return await self._mine(session, actor)

    async def stop_by_secret(self, secret: str) -> str | None:
        """One click in an e-mail or on one's page, without any sign-in; the network's name, if it was one."""
        async with self._db.transaction() as session:
            kept = await digests.by_secret(session, secret)
            if kept is None:
                return None
            _stopped(kept)
            session.add(kept)
            return (await networks.get(session, kept.network_id)).name

    async def renew_page(self, actor: Actor) -> MyDigest:
        """Another address for one's page: the earlier one leads nowhere from now on."""
        require(actor, Action.READ_DIGEST)
        async with self._db.transaction() as session:
            kept = await self._own(session, actor, self._clock.now())
            kept.secret = secrets.token_urlsafe(_SECRET_BYTES)
            session.add(kept)
            await session.flush()
            return await self._mine(session, actor)

    async def reader(self, standing: Standing, issue_id: int) -> Actor:
        """Whose issue this is: in private no server says which network is meant, the issue does."""
        async with self._db.reading() as session:
            for network_id in await members.networks_of(session, standing.platform, standing.account_ref):
                known = await members.by_account(session, network_id, standing.platform, standing.account_ref)
                issue = await digests.issue(session, network_id, issue_id)
                if known is None or issue is None or issue.member_id != known[0].id:
                    continue
                network = await networks.get(session, network_id)
                locale = await members.language(session, known[0], network.locale)
                active = known[0].state == MemberState.ACTIVE
                return Actor(
                    network_id,
                    known[0].id,
                    Role.MEMBER if active else Role.NEWCOMER,
                    locale,
                    network.locale,
                    known[0].timezone or network.timezone,
                    short_sentences=known[0].short_sentences,
                )
        raise NotFound(kind="digest")

    async def catch_up(self, actor: Actor) -> IssueView:
        """What is new for the actor, now, for their eyes only. Said here, it is not said again."""
        require(actor, Action.READ_DIGEST)
        now, member_id = self._clock.now(), actor.member_id or 0
        async with self._db.transaction() as session:
            network = await networks.get(session, actor.network_id)
            kept = await digests.personal(session, actor.network_id, member_id)
            since = kept.looked_until if kept else now - timedelta(days=CATCH_UP_DAYS)
            since = max(since, now - rules.LONGEST_WINDOW)
            pool = await self._pool(session, network, now)
            reader = (await choice.readers(session, actor.network_id, {member_id: kept}))[member_id]
            found = choice.choose(pool, reader, since=since, until=now + timedelta(days=14))
            issue = DigestIssue(
                network_id=actor.network_id,
                member_id=member_id,
                period=now.isoformat(),
                state=IssueState.PAGE if found else IssueState.EMPTY,
                items=[one.kept for one in found],
                window_start=since,
                created_at=now,
            )
            issue_id = await digests.begin_issue(session, issue)
            return await view_of(session, network, _numbered(issue, issue_id), kept, self._public_url)

    async def issue(self, actor: Actor, issue_id: int) -> IssueView:
        """One's own, as its items are now."""
        require(actor, Action.READ_DIGEST)
        async with self._db.reading() as session:
            return await self._issue(session, actor, issue_id)

    async def less(self, actor: Actor, issue_id: int, key: tuple[str, int]) -> MuteView:
        """« Moins comme ça »: no more of this kind about this theme."""
        require(actor, Action.READ_DIGEST)
        async with self._db.transaction() as session:
            shown = await self._issue(session, actor, issue_id)
            entry = next((one for one in shown.entries if one.item.key == key), None)
            if entry is None:
                raise NotFound(kind="item")
            mute = DigestMute(
                member_id=actor.member_id or 0,
                kind=entry.item.kind,
                theme_id=entry.item.theme_id,
                network_id=actor.network_id,
                since=self._clock.now(),
            )
            await session.merge(mute)
            return MuteView(mute.kind, mute.theme_id, entry.item.theme)

    async def lift(self, actor: Actor, kind: str, theme_id: int) -> MyDigest:
        """Have it again."""
        require(actor, Action.READ_DIGEST)
        async with self._db.transaction() as session:
            await digests.lift(session, actor.network_id, actor.member_id or 0, kind, theme_id)
            return await self._mine(session, actor)

    async def opened(self, actor: Actor, kind: str, item_id: int) -> None:
        """Read by who has a digest of their own: it need not be told. Of the others nothing is kept."""
        require(actor, Action.READ_DIGEST)
        async with self._db.reading() as session:
            kept = await digests.personal(session, actor.network_id, actor.member_id or 0)
        if kept is None or kept.next_at is None:
            return
        async with self._db.transaction() as session:
            await digests.note_seen(
                session, actor.network_id, kept.member_id, kind, item_id, self._clock.now()
            )

    async def page(self, secret: str, renderer: Renderer) -> tuple[IssueView, str, str] | None:
        """The latest issue for whoever holds the address, with its language and zone; None leads nowhere."""
        async with self._db.reading() as session:
            kept = await digests.by_secret(session, secret)
            if kept is None:
                return None
            member = await members.get(session, kept.network_id, kept.member_id)
            if member is None or member.state != MemberState.ACTIVE:
                return None
            network = await networks.get(session, kept.network_id)
            issue = await digests.latest_issue(session, kept.network_id, kept.member_id)
            if issue is None:
                issue = _blank(kept)
            locale = await members.language(session, member, network.locale)
            shown = await view_of(session, network, issue, kept, self._public_url)
            shown = replace(shown, short=member.short_sentences)
            timezone = member.timezone or network.timezone
            return await opened(session, renderer, kept.network_id, shown, locale, timezone), locale, timezone

    async def plan_due(self) -> int:
        """The tick: an issue for everyone whose time has come and for whom there is news; how many."""
        now, made = self._clock.now(), 0
        while True:
            async with self._db.transaction() as session:
                due = await digests.due(session, now, limit=AT_ONCE)
                if not due:
                    return made
                network = await networks.get(session, due[0].network_id)
                made += await self._plan(session, network, due, now)

    async def purge(self) -> int:
        """Forget old issues and what was opened long ago."""
        async with self._db.transaction() as session:
            return await digests.purge(session, self._clock.now() - KEPT_FOR)

    async def _plan(
        self, session: AsyncSession, network: Network, due: Sequence[PersonalDigest], now: datetime
    ) -> int:
        by_member = {kept.member_id: kept for kept in due}
        people = await members.several(session, network.id or 0, list(by_member))
        pool = await self._pool(session, network, now)
        readers = await choice.readers(session, network.id or 0, dict(by_member))
        mailed = await digests.confirmed(session, network.id or 0, list(by_member)) if self._mails else {}
        made: list[tuple[PersonalDigest, DigestIssue]] = []
        for kept in due:
            member = people.get(kept.member_id)
            zone = (member.timezone if member else None) or network.timezone
            last = rules.last_due(kept, zone, now)
            kept.next_at = rules.next_due(kept, zone, now)
            late = last is None or now - last[1] > _LATE[Frequency(kept.frequency)]
            if late or last is None or network.left_at is not None or not _active(member):
                continue
            since = max(kept.looked_until, now - rules.LONGEST_WINDOW)
            until = now + rules.SPAN[Frequency(kept.frequency)] + timedelta(days=2)
            found = choice.choose(pool, readers[kept.member_id], since=since, until=until)
            issue = DigestIssue(
                network_id=kept.network_id,
                member_id=kept.member_id,
                period=last[0].isoformat(),
                state=IssueState.PLANNED if found else IssueState.EMPTY,
                items=[one.kept for one in found],
                window_start=since,
                created_at=now,
            )
            made.append((kept, issue))
        # The due rows are held: nobody else makes these issues meanwhile.
        done = await digests.issued(
            session, network.id or 0, [(one.member_id, one.period) for _, one in made]
        )
        made = [(kept, one) for kept, one in made if (one.member_id, one.period) not in done]
        session.add_all(one for _, one in made)
        await session.flush()
        rows = []
        for kept, issue in made:
            if issue.items:
                kept.looked_until = now
                by_mail = kept.by_mail and kept.member_id in mailed
                rows.append(_row(issue, "digest.mail" if by_mail else "digest.personal", now))
        await outbox.enqueue_new(session, rows)
        return len(rows)

    async def _pool(self, session: AsyncSession, network: Network, now: datetime) -> Pool:
        window = Window(now - rules.LONGEST_WINDOW, now, now + timedelta(days=33))
        found = await sources.candidates(session, network.id or 0, window, limit=choice.POOL)
        return Pool.of([one for several in found.values() for one in several])

    async def _issue(self, session: AsyncSession, actor: Actor, issue_id: int) -> IssueView:
        issue = await digests.issue(session, actor.network_id, issue_id)
        if issue is None or issue.member_id != actor.member_id:
            raise NotFound(kind="digest")
        network = await networks.get(session, actor.network_id)
        kept = await digests.personal(session, actor.network_id, actor.member_id or 0)
        return await view_of(session, network, issue, kept, self._public_url)

    async def _own(self, session: AsyncSession, actor: Actor, now: datetime) -> PersonalDigest:
        member = await members.locked(session, actor.network_id, actor.member_id or 0)
        if member is None:
            raise NotFound(kind="member")
        kept = await digests.personal(session, actor.network_id, member.id or 0)
        return kept or PersonalDigest(
            member_id=member.id or 0,
            network_id=actor.network_id,
            secret=secrets.token_urlsafe(_SECRET_BYTES),
            looked_until=now - timedelta(days=7),
        )

    async def _mine(self, session: AsyncSession, actor: Actor) -> MyDigest:
        return await mine_of(session, actor, self._public_url, mails=self._mails)


def _numbered(issue: DigestIssue, issue_id: int | None) -> DigestIssue:
    """The row as it stands in the database."""
    issue.id = issue_id
    return issue


def _row(issue: DigestIssue, kind: str, now: datetime) -> Outbox:
    return Outbox(
        network_id=issue.network_id,
        kind=kind,
        dedupe_key=f"digest.personal:{issue.id}",
        subject_id=issue.id,
        recipient_id=issue.member_id,
        due_at=now,
        next_try_at=now,
        expires_at=now + timedelta(days=2),
        priority=outbox.BULK,
        created_at=now,
    )


def _active(member: Member | None) -> bool:
    return member is not None and member.state == MemberState.ACTIVE


def _stopped(kept: PersonalDigest) -> None:
    kept.frequency, kept.next_at = Frequency.OFF, None


def _blank(kept: PersonalDigest) -> DigestIssue:
    """For who opens their page before anything was written on it."""
    return DigestIssue(
        network_id=kept.network_id,
        member_id=kept.member_id,
        period="",
        state=IssueState.EMPTY,
        window_start=kept.looked_until,
        created_at=kept.looked_until,
    )

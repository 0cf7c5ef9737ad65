"""Who belongs to a network: arriving, being admitted, being suspended, helping to run it.

Must not trust a door: whoever acts is identified here, from what the platform says at this instant and from
what the database knows. Role grants on the platform are outbox rows (see ``members_delivery.py``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from community import access, seats, text, theme_wearing
from community.actors import Actor, Role, Standing
from community.errors import DomainError, NotFound, NotSetUp
from community.handover import author_left
from community.policy import Action, require
from community.ports import Clock
from community.recognition import belongs, is_news, locale_of, name_of, role_of
from community.sponsoring import let_go
from storage import audit, charges, members, networks
from storage.engine import Database
from storage.members import Identity, Member, MemberRole, MemberState
from storage.networks import Network, RoleName
from storage.recognition import Known, Recognised, recognise

SEEN_EVERY = timedelta(days=1)


class WhichNetwork(DomainError):
    """In private, an account of several networks must say from which server it acts."""

    code = "which_network"


class NotYourself(DomainError):
    """Facilitators do not admit, suspend or demote themselves."""

    code = "not_yourself"


class NotHere(DomainError):
    """They left the server: there is nobody to give access to."""

    code = "not_here"


@dataclass(frozen=True)
class MemberView:
    id: int
    name: str
    account_ref: str
    state: str
    arrived_at: datetime
    facilitator: bool = False


@dataclass(frozen=True)
class Decision:
    """``changed`` is False when things already stood so: a double click is no second act."""

    member: MemberView
    changed: bool


class Members:
    """Use cases on belonging."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def identify(self, standing: Standing) -> Actor:
        """Who is acting. Writes only when the platform tells something new."""
        found = await self._recognised(standing)
        known = found.known
        if is_news(standing, known, found.role_refs) or self._unseen_for_long(known):
            async with self._db.transaction() as session:
                known = await self._take_note(session, found, standing)
        role = role_of(standing, known.state if known else None, found.given, found.role_refs)
        return Actor(
            network_id=found.network_id,
            member_id=known.member_id if known else None,
            role=role,
            locale=(known.locale if known else None) or locale_of(standing, found.locale),
            network_locale=found.locale,
            timezone=(known.timezone if known else None) or found.timezone,
            themes=found.in_charge if role >= Role.MEMBER else frozenset(),
            short_sentences=known is not None and known.short_sentences,
        )

    async def arrive(self, standing: Standing) -> Actor:
        """Someone joined, or came back: they are known from now on, and get the newcomer's role."""
        now = self._clock.now()
        async with self._db.transaction() as session:
            network = await _network(session, standing)
            network_id = network.id or 0
            await networks.lock(session, network_id)
            known = await members.by_account(session, network_id, standing.platform, standing.account_ref)
            if known is None:
                member = await self._add(session, network_id, standing, MemberState.NEWCOMER)
                act = await self._note(session, network_id, member.id, "member.arrived", member.id)
                await access.ask_platform(session, now, member, RoleName.NEWCOMER, act, give=True)
            else:
                await self._back(session, known[0])
        return await self.identify(standing)

    async def depart(self, platform: str, server_ref: str, account_ref: str) -> None:
        """Someone left the server. What they shared stays; they are written to no more."""
        async with self._db.transaction() as session:
            network = await networks.by_server(session, platform, server_ref)
            if network is None:
                return
            known = await members.by_account(session, network.id or 0, platform, account_ref)
            if known is not None and known[0].state != MemberState.SUSPENDED:
                known[0].state = MemberState.LEFT
                session.add(known[0])
                await seats.release(session, network.id or 0, known[0].id or 0, self._clock.now())
                await let_go(session, network.id or 0, known[0].id or 0, self._clock.now())
                act = await self._note(session, network.id or 0, known[0].id, "member.left", known[0].id)
                await access.withdraw_request(session, self._clock.now(), known[0], act)
                await author_left(session, self._clock.now(), network.id or 0, known[0].id or 0)

    async def find(self, actor: Actor, name: str, limit: int = 25) -> Sequence[MemberView]:
        """Members and newcomers whose name contains what was typed, those who begin with it first."""
        require(actor, Action.ADMIT_MEMBER)
        wanted = text.folded(name)
        async with self._db.reading() as session:
            roll = await members.roll(session, actor.network_id)
            matches = sorted(
                (
                    not text.folded(member.display_name).startswith(wanted),
                    text.folded(member.display_name),
                    index,
                )
                for index, member in enumerate(roll)
                if wanted and wanted in text.folded(member.display_name)
            )
            return tuple([await _view(session, roll[index]) for *_, index in matches[:limit]])

    async def member(self, actor: Actor, member_id: int) -> MemberView:
        """One member of the network, to decide on them."""
        require(actor, Action.ADMIT_MEMBER)
        async with self._db.reading() as session:
            found = await members.get(session, actor.network_id, member_id)
            if found is None:
                raise NotFound(kind="member")
            return await _view(session, found)

    async def known(self, actor: Actor, standing: Standing) -> MemberView:
        """The member behind an account that a facilitator points at; made known if they never acted."""
        require(actor, Action.ADMIT_MEMBER)
        async with self._db.transaction() as session:
            await networks.lock(session, actor.network_id)
            found = await members.by_account(
                session, actor.network_id, standing.platform, standing.account_ref
            )
            if found is None:
                member = await self._add(session, actor.network_id, standing, MemberState.NEWCOMER)
            else:
                member = found[0]
                await self._back(session, member)
            return await _view(session, member)

    async def admit(self, actor: Actor, member_id: int) -> Decision:
        """Full access: the member's role, and a word of welcome. Lifts a suspension as well."""
        require(actor, Action.ADMIT_MEMBER)
        async with self._db.transaction() as session:
            member = await _of(session, actor.network_id, member_id)
            if member.state == MemberState.ACTIVE:
                return Decision(await _view(session, member), False)
            _check_here(member)
            await access.let_in(
                session, self._clock.now(), member, by=actor.member_id, action=Action.ADMIT_MEMBER
            )
            return Decision(await _view(session, member), True)

    async def suspend(self, actor: Actor, member_id: int) -> Decision:
        """No access until admitted again; what they shared stays."""
        require(actor, Action.SUSPEND_MEMBER)
        async with self._db.transaction() as session:
            now = self._clock.now()
            member = await _of(session, actor.network_id, member_id)
            _check_other(actor, member)
            given = await members.roles(session, actor.network_id, member_id)
            if given and actor.role < Role.ADMIN:  # facilitators do not suspend one another
                require(actor, Action.NAME_FACILITATOR)
            if member.state == MemberState.SUSPENDED:
                return Decision(await _view(session, member), False)
            member.state = MemberState.SUSPENDED
            session.add(member)
            await seats.release(session, actor.network_id, member_id, now)
            await let_go(session, actor.network_id, member_id, now)
            await charges.set_themes(session, actor.network_id, member_id, (), now, by=actor.member_id)
            act = await self._act(session, actor, Action.SUSPEND_MEMBER, member)
            await access.withdraw_request(session, now, member, act)
            for role in sorted(given):
                await self._drop_role(session, actor.network_id, member_id, role)
                await access.ask_platform(session, now, member, role, act, give=False)
            await access.ask_platform(session, now, member, RoleName.MEMBER, act, give=False)
            await theme_wearing.all_of(session, now, actor.network_id, member_id, give=False)
            return Decision(await _view(session, member), True)

    async def name_facilitator(self, actor: Actor, member_id: int) -> Decision:
        """May run the network, without any right on the server itself. Admits a newcomer on the way."""
        require(actor, Action.NAME_FACILITATOR)
        async with self._db.transaction() as session:
            member = await _of(session, actor.network_id, member_id)
            if RoleName.FACILITATOR in await members.roles(session, actor.network_id, member_id):
                return Decision(await _view(session, member), False)
            _check_here(member)
            now = self._clock.now()
            act = await self._act(session, actor, Action.NAME_FACILITATOR, member)
            if member.state != MemberState.ACTIVE:
                member.state = MemberState.ACTIVE
                member.admitted_at = member.admitted_at or now
                member.admitted_by = actor.member_id
                session.add(member)
                await access.close_request(session, now, member, act, by=actor.member_id)
                await access.ask_platform(session, now, member, RoleName.MEMBER, act, give=True)
                await access.ask_platform(session, now, member, RoleName.NEWCOMER, act, give=False)
                await theme_wearing.all_of(session, now, actor.network_id, member_id, give=True)
            session.add(
                MemberRole(
                    network_id=actor.network_id,
                    member_id=member_id,
                    role=RoleName.FACILITATOR,
                    given_at=now,
                    given_by=actor.member_id,
                )
            )
            await access.ask_platform(session, now, member, RoleName.FACILITATOR, act, give=True)
            await access.tell(session, now, member, "member.named_facilitator", act)
            return Decision(await _view(session, member), True)

    async def dismiss_facilitator(self, actor: Actor, member_id: int) -> Decision:
        """A member like the others again."""
        require(actor, Action.NAME_FACILITATOR)
        async with self._db.transaction() as session:
            now = self._clock.now()
            member = await _of(session, actor.network_id, member_id)
            dropped = await self._drop_role(session, actor.network_id, member_id, RoleName.FACILITATOR)
            act = await self._act(session, actor, "member.dismiss_facilitator", member)
            # Asked of the platform even when we had given nothing: the role may have been put on by hand.
            await access.ask_platform(session, now, member, RoleName.FACILITATOR, act, give=False)
            return Decision(await _view(session, member), dropped)

    async def _recognised(self, standing: Standing) -> Recognised:
        """Who acts, as far as the database knows."""
        platform, server_ref, account_ref = standing.platform, standing.server_ref, standing.account_ref
        if server_ref is None:
            async with self._db.reading() as session:
                server_ref = (await _network(session, standing)).server_ref or ""
        async with self._db.glance() as glance:
            found = await recognise(glance, platform, server_ref, account_ref)
        if found is None:
            raise NotSetUp
        return found

    def _unseen_for_long(self, known: Known | None) -> bool:
        """Being active is noted once a day at most: it keeps the person's data from being erased."""
        if known is None:
            return False
        return known.seen_at is None or self._clock.now() - known.seen_at >= SEEN_EVERY

    async def _take_note(self, session: AsyncSession, found: Recognised, standing: Standing) -> Known:
        """Write what the platform tells and we did not know: a new name, or a role put on by hand."""
        network_id = found.network_id
        await networks.lock(session, network_id)
        known = await members.by_account(session, network_id, standing.platform, standing.account_ref)
        if known is None:
            await self._add(session, network_id, standing, MemberState.NEWCOMER)
            known = await members.by_account(session, network_id, standing.platform, standing.account_ref)
        if known is None:
            raise RuntimeError("a member that was just added is not there")
        member, identity = known
        member.seen_at = self._clock.now()
        identity.locale = standing.locale
        session.add(identity)
        if standing.server_ref is not None:
            member.display_name = name_of(standing)
        if belongs(standing, found.role_refs) and member.state in (
            MemberState.NEWCOMER,
            MemberState.LEFT,
        ):
            member.state = MemberState.ACTIVE
            member.admitted_at = member.admitted_at or self._clock.now()
            act = await self._note(session, network_id, None, "member.adopted", member.id)
            session.add(member)
            await access.close_request(session, member.seen_at, member, act, by=None)
            await theme_wearing.all_of(session, member.seen_at, network_id, member.id or 0, give=True)
        session.add(member)
        return Known(
            member.id or 0,
            member.state,
            member.display_name,
            member.seen_at,
            member.locale,
            member.timezone,
            identity.locale,
            member.short_sentences,
        )

    async def _add(
        self, session: AsyncSession, network_id: int, standing: Standing, state: MemberState
    ) -> Member:
        member = Member(
            network_id=network_id,
            display_name=name_of(standing),
            state=state,
            arrived_at=self._clock.now(),
        )
        session.add(member)
        await session.flush()
        session.add(
            Identity(
                network_id=network_id,
                member_id=member.id or 0,
                platform=standing.platform,
                account_ref=standing.account_ref,
                locale=standing.locale,
            )
        )
        await session.flush()
        return member

    async def _back(self, session: AsyncSession, member: Member) -> None:
        """Whoever had left is a newcomer again: the network may have changed, and so may they."""
        if member.state != MemberState.LEFT:
            return
        member.state, member.arrived_at = MemberState.NEWCOMER, self._clock.now()
        session.add(member)
        await self._note(session, member.network_id, member.id, "member.returned", member.id)

    async def _drop_role(self, session: AsyncSession, network_id: int, member_id: int, role: str) -> bool:
        row = await session.get(MemberRole, (member_id, role))
        if row is None or row.network_id != network_id:
            return False
        await session.delete(row)
        await session.flush()
        return True

    async def _act(self, session: AsyncSession, actor: Actor, action: str, member: Member) -> int:
        return await self._note(session, actor.network_id, actor.member_id, action, member.id)

    async def _note(
        self, session: AsyncSession, network_id: int, by: int | None, action: str, member_id: int | None
    ) -> int:
        return await audit.record(
            session,
            network_id=network_id,
            at=self._clock.now(),
            member_id=by,
            action=action,
            subject_kind="member",
            subject_id=member_id,
        )


async def _network(session: AsyncSession, standing: Standing) -> Network:
    if standing.server_ref is not None:
        network = await networks.by_server(session, standing.platform, standing.server_ref)
        if network is None:
            raise NotSetUp
        return network
    found = await members.networks_of(session, standing.platform, standing.account_ref)
    if len(found) > 1:
        raise WhichNetwork
    if not found:
        raise NotSetUp
    return await networks.get(session, found[0])


async def _of(session: AsyncSession, network_id: int, member_id: int | None) -> Member:
    """A member of this very network, with their row held."""
    member = await members.locked(session, network_id, member_id or 0)
    if member is None:
        raise NotFound(kind="member")
    return member


async def _view(session: AsyncSession, member: Member) -> MemberView:
    member_id = member.id or 0
    identity = await members.identity(session, member.network_id, member_id)
    given = await members.roles(session, member.network_id, member_id)
    return MemberView(
        member_id,
        member.display_name,
        identity.account_ref if identity else "",
        member.state,
        member.arrived_at,
        RoleName.FACILITATOR in given,
    )


def _check_here(member: Member) -> None:
    if member.state == MemberState.LEFT:
        raise NotHere


def _check_other(actor: Actor, member: Member) -> None:
    if actor.member_id is not None and actor.member_id == member.id:
        raise NotYourself

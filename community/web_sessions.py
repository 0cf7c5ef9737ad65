"""Logging in on the web pages: the platform says which account, our tables say what it may see.

Only facilitators that were named in Entre-pairs enter: this is asked at each request, so that whoever is
suspended, dismissed or gone is out at once. A secret leaves this file once, for the browser, and is not kept.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from community.actors import Actor, Role
from community.ports import Clock, PlatformDown, Roster
from community.recognition import role_of
from storage import members, networks, web_sessions
from storage.engine import Database
from storage.members import Identity, Member
from storage.networks import Network
from storage.web_sessions import WebSession

LASTS = timedelta(hours=12)
IDLE = timedelta(hours=2)
_SEEN_EVERY = timedelta(minutes=5)
_SECRET_BYTES = 32
_MOST_ASKED = 10  # networks of one account about which the platform is asked


@dataclass(frozen=True)
class Helped:
    """A network that the visitor helps to run, and who they are there."""

    id: int
    name: str
    actor: Actor


@dataclass(frozen=True)
class Visitor:
    """Somebody logged in. ``form_key`` is in every form that they send."""

    networks: Sequence[Helped]
    form_key: str

    @property
    def locale(self) -> str:
        return self.networks[0].actor.locale

    def network(self, network_id: int) -> Helped | None:
        """One of theirs; None for any other, whether it exists or not."""
        return next((one for one in self.networks if one.id == network_id), None)

    def sent_this(self, form_key: str) -> bool:
        """Whether a form comes from our page."""
        return hmac.compare_digest(self.form_key.encode(), form_key.encode())


class WebSessions:
    """Use cases of logging in and out."""

    def __init__(self, db: Database, clock: Clock, roster: Roster | None = None) -> None:
        """``roster``: shows who wears the role on the platform; None: only who was named here enters."""
        self._db = db
        self._clock = clock
        self._roster = roster

    async def open(self, account_ref: str, platform: str = "discord") -> str | None:
        """The secret for the browser; None for an account that helps to run no network.

        Raises PlatformDown when only the platform could tell, and does not.
        """
        now = self._clock.now()
        helped = await self._helped(platform, account_ref)
        if not helped:
            return None
        actor = helped[0].actor
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        async with self._db.transaction() as session:
            session.add(
                WebSession(
                    digest=_digest(secret),
                    network_id=actor.network_id,
                    member_id=actor.member_id or 0,
                    form_key=secrets.token_urlsafe(_SECRET_BYTES),
                    opened_at=now,
                    seen_at=now,
                    expires_at=now + LASTS,
                )
            )
        return secret

    async def visitor(self, secret: str) -> Visitor | None:
        """Who holds this secret, as our tables and the platform know them now; None: log in (again).

        Raises PlatformDown when only the platform could tell, and does not.
        """
        now, digest = self._clock.now(), _digest(secret)
        async with self._db.reading() as session:
            held = await web_sessions.find(session, digest, now, now - IDLE)
            account = await _account(session, held) if held is not None else None
        if held is None:
            return None
        helped = await self._helped(account.platform, account.account_ref) if account else ()
        if not helped:
            await self.close(secret)
            return None
        if now - held.seen_at >= _SEEN_EVERY:
            async with self._db.transaction() as session:
                again = await web_sessions.find(session, digest, now, now - IDLE)
                if again is not None:
                    again.seen_at = now
                    session.add(again)
        return Visitor(helped, held.form_key)

    async def _helped(self, platform: str, account_ref: str) -> Sequence[Helped]:
        """Those who were named here, then those to whom the platform shows the role, as the chat does."""
        async with self._db.reading() as session:
            named = await web_sessions.helped_networks(session, platform, account_ref)
            others = await self._others(
                session, platform, account_ref, [network.id or 0 for network, *_ in named]
            )
        helped = [_helped(network, member, locale, Role.FACILITATOR) for network, member, locale in named]
        for network, member, locale, role_refs in others:
            try:
                role = await self._role(network, member, account_ref, role_refs)
            except PlatformDown:
                if helped:
                    continue
                raise
            if role >= Role.FACILITATOR:
                helped.append(_helped(network, member, locale, role))
        return tuple(helped)

    async def _others(
        self, session: AsyncSession, platform: str, account_ref: str, but: Sequence[int]
    ) -> Sequence[tuple[Network, Member, str | None, dict[str, str]]]:
        if self._roster is None:
            return ()
        found = await web_sessions.other_networks(session, platform, account_ref, but, limit=_MOST_ASKED)
        return [
            (network, member, locale, await networks.roles(session, network.id or 0))
            for network, member, locale in found
        ]

    async def _role(
        self, network: Network, member: Member, account_ref: str, role_refs: dict[str, str]
    ) -> Role:
        """With no transaction open: the platform is asked."""
        assert self._roster is not None  # noqa: S101 - narrows the type
        standing = await self._roster.standing(network.server_ref or "", account_ref)
        if standing is None:
            return Role.STRANGER
        return role_of(standing, member.state, frozenset(), role_refs)

    async def close(self, secret: str) -> None:
        """Log out, here."""
        async with self._db.transaction() as session:
            await web_sessions.close(session, _digest(secret))

    async def close_everywhere(self, secret: str) -> None:
        """Log out on every machine."""
        now = self._clock.now()
        async with self._db.transaction() as session:
            held = await web_sessions.find(session, _digest(secret), now, now - IDLE)
            account = None if held is None else await _account(session, held)
            if account is not None:
                await web_sessions.close_all(session, account)

    async def purge(self) -> int:
        """Forget the sessions that are over."""
        now = self._clock.now()
        async with self._db.transaction() as session:
            return await web_sessions.forget(session, now, now - IDLE)


def _helped(network: Network, member: Member, client_locale: str | None, role: Role) -> Helped:
    actor = Actor(
        network.id or 0,
        member.id,
        role,
        locale=member.locale or client_locale or network.locale,
        network_locale=network.locale,
        timezone=member.timezone or network.timezone,
    )
    return Helped(network.id or 0, network.name, actor)


async def _account(session: AsyncSession, held: WebSession) -> Identity | None:
    return await members.identity(session, held.network_id, held.member_id)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()

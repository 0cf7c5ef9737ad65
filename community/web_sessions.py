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
from community.ports import Clock
from storage import members, web_sessions
from storage.engine import Database
from storage.members import Identity
from storage.web_sessions import WebSession

LASTS = timedelta(hours=12)
IDLE = timedelta(hours=2)
_SEEN_EVERY = timedelta(minutes=5)
_SECRET_BYTES = 32


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

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def open(self, account_ref: str, platform: str = "discord") -> str | None:
        """The secret for the browser; None for an account that helps to run no network."""
        now = self._clock.now()
        async with self._db.transaction() as session:
            helped = await web_sessions.helped_networks(session, platform, account_ref)
            if not helped:
                return None
            _network, member, _locale = helped[0]
            secret = secrets.token_urlsafe(_SECRET_BYTES)
            session.add(
                WebSession(
                    digest=_digest(secret),
                    network_id=member.network_id,
                    member_id=member.id or 0,
                    form_key=secrets.token_urlsafe(_SECRET_BYTES),
                    opened_at=now,
                    seen_at=now,
                    expires_at=now + LASTS,
                )
            )
        return secret

    async def visitor(self, secret: str) -> Visitor | None:
        """Who holds this secret, as our tables know them now; None: they must log in (again)."""
        now, digest = self._clock.now(), _digest(secret)
        async with self._db.reading() as session:
            held = await web_sessions.find(session, digest, now, now - IDLE)
            networks = await _helped(session, held) if held is not None else ()
        if held is None:
            return None
        if not networks:
            await self.close(secret)
            return None
        if now - held.seen_at >= _SEEN_EVERY:
            async with self._db.transaction() as session:
                again = await web_sessions.find(session, digest, now, now - IDLE)
                if again is not None:
                    again.seen_at = now
                    session.add(again)
        return Visitor(networks, held.form_key)

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


async def _helped(session: AsyncSession, held: WebSession) -> Sequence[Helped]:
    account = await _account(session, held)
    if account is None:
        return ()
    found = await web_sessions.helped_networks(session, account.platform, account.account_ref)
    return tuple(
        Helped(
            network.id or 0,
            network.name,
            Actor(
                network.id or 0,
                member.id,
                Role.FACILITATOR,
                locale=member.locale or client_locale or network.locale,
                network_locale=network.locale,
                timezone=member.timezone or network.timezone,
            ),
        )
        for network, member, client_locale in found
    )


async def _account(session: AsyncSession, held: WebSession) -> Identity | None:
    return await members.identity(session, held.network_id, held.member_id)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()

"""An e-mail address for one's digest: used only after its owner typed the code that it received.

Must not write to anybody who did not ask: few codes a day, few tries, and an address that was never confirmed
receives one code and nothing else.
"""

import re
import secrets
from datetime import timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from community import text
from community.actors import Actor
from community.digest_issues import MyDigest, mine_of
from community.errors import DomainError, Invalid
from community.policy import Action, require
from community.ports import Clock
from storage import digests, members, outbox
from storage.digests import MailAddress
from storage.engine import Database

ADDRESS_LONGEST = 254
CODE_LASTS = timedelta(hours=1)
MOST_TRIES = 5
MOST_ASKED = 3  # codes a day
# One @, no spaces, no marks of lists or headers. The code decides whether it works.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")


class MailNotOffered(DomainError):
    """This bot sends no e-mail."""

    code = "mail_not_offered"


class TooManyCodes(DomainError):
    """Enough for today. Details: ``limit``."""

    code = "too_many_codes"


class MailAddresses:
    """Use cases on one's own address. ``offered``: whether the bot can send e-mail at all."""

    def __init__(self, db: Database, clock: Clock, public_url: str | None, *, offered: bool) -> None:
        self._db = db
        self._clock = clock
        self._public_url = public_url
        self._offered = offered and public_url is not None

    async def ask(self, actor: Actor, typed: str) -> str:
        """Send a code there; the address as it was understood."""
        require(actor, Action.READ_DIGEST)
        if not self._offered:
            raise MailNotOffered()
        address = text.one_line(typed)
        if len(address) > ADDRESS_LONGEST or not _ADDRESS.fullmatch(address):
            raise Invalid(field="address", problem="bad_mail")
        now = self._clock.now()
        today = now.date().isoformat()
        async with self._db.transaction() as session:
            await members.locked(session, actor.network_id, actor.member_id or 0)
            kept = await digests.address(session, actor.network_id, actor.member_id or 0)
            kept = kept or MailAddress(
                member_id=actor.member_id or 0, network_id=actor.network_id, address=address
            )
            kept.asked = kept.asked + 1 if kept.asked_on == today else 1
            kept.asked_on = today
            if kept.asked > MOST_ASKED:
                raise TooManyCodes(limit=MOST_ASKED)
            if kept.address != address:
                kept.address, kept.confirmed_at = address, None
            kept.code, kept.tries = f"{secrets.randbelow(10**6):06}", 0
            kept.code_until = now + CODE_LASTS
            session.add(kept)
            await outbox.enqueue(
                session,
                network_id=actor.network_id,
                kind="digest.code",
                dedupe_key=f"digest.code:{actor.member_id}:{today}:{kept.asked}",
                recipient_id=actor.member_id,
                due_at=now,
                expires_at=kept.code_until,
                priority=outbox.URGENT,
                now=now,
            )
        return address

    async def confirm(self, actor: Actor, typed: str) -> MyDigest:
        """The code came back: from now on one's digest goes there."""
        require(actor, Action.READ_DIGEST)
        now = self._clock.now()
        wrong = False
        async with self._db.transaction() as session:
            await members.locked(session, actor.network_id, actor.member_id or 0)
            kept = await digests.address(session, actor.network_id, actor.member_id or 0)
            if kept is None or not kept.code or kept.code_until is None or kept.code_until <= now:
                raise Invalid(field="code", problem="no_code")
            kept.tries += 1
            if secrets.compare_digest(kept.code.encode(), re.sub(r"\D", "", typed).encode()):
                kept.code, kept.confirmed_at = "", now
            else:
                wrong = True
                kept.code = "" if kept.tries >= MOST_TRIES else kept.code
            session.add(kept)
            await session.flush()
            if not wrong:
                await self._by_mail(session, actor, by_mail=True)
            mine = await mine_of(session, actor, self._public_url, mails=self._offered)
        if wrong:
            raise Invalid(field="code", problem="wrong_code")
        return mine

    async def forget(self, actor: Actor) -> MyDigest:
        """The address is deleted; one's digest goes by private message again."""
        require(actor, Action.READ_DIGEST)
        async with self._db.transaction() as session:
            kept = await digests.address(session, actor.network_id, actor.member_id or 0)
            if kept is not None:
                await session.delete(kept)
                await session.flush()
            await self._by_mail(session, actor, by_mail=False)
            return await mine_of(session, actor, self._public_url, mails=self._offered)

    async def _by_mail(self, session: AsyncSession, actor: Actor, *, by_mail: bool) -> None:
        mine = await digests.personal(session, actor.network_id, actor.member_id or 0)
        if mine is not None:
            mine.by_mail = by_mail
            session.add(mine)
            await session.flush()

"""Personal codes: the facilitators know somebody beforehand, and their code opens the network at once.

A code is used once. What was written beside it begins the person's profile; nobody else sees it before they
agree (``profiles.py``).
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession

from community import access, directory, text
from community.actors import Actor
from community.errors import Invalid, NotFound
from community.policy import Action, require
from community.ports import Clock
from community.profiles import FUNCTION_LONGEST, NAME_LONGEST, begin
from community.sheets import Row
from storage import invitations, members
from storage.engine import Database
from storage.invitations import Invitation
from storage.members import MemberState

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none of those that are taken for one another
_LENGTH = 10
# The columns of a list, in French and in English.
_NAME = ("name", "nom", "personne")
_PLACE = ("authority", "collectivité", "collectivite", "organisation", "organisme")
_FUNCTION = ("function", "fonction", "position", "mandat")


@dataclass(frozen=True)
class InvitationView:
    """``place``: the authority that was understood, or the name as it was written."""

    name: str
    place: str
    code: str
    made: bool = True  # False: this person already had this code


class Invitations:
    """Use cases on codes."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def invite(self, actor: Actor, name: str, place: str = "", function: str = "") -> InvitationView:
        """A code for one person."""
        require(actor, Action.ADMIT_MEMBER)
        async with self._db.transaction() as session:
            return await self._make(session, actor, name, place, function)

    async def invite_all(self, actor: Actor, rows: Iterable[Row]) -> Sequence[InvitationView]:
        """A code for each row of a list that has a name; the same list again gives the same codes."""
        require(actor, Action.ADMIT_MEMBER)
        made = []
        async with self._db.transaction() as session:
            for row in rows:
                name, place, function = (_cell(row, names) for names in (_NAME, _PLACE, _FUNCTION))
                if text.one_line(name):
                    made.append(await self._make(session, actor, name, place, function))
        return tuple(made)

    async def use(self, actor: Actor, typed: str) -> None:
        """Full access for who has the code, and a profile that is begun."""
        require(actor, Action.EDIT_PROFILE)
        code = "".join(letter for letter in typed.upper() if letter.isalnum())
        now = self._clock.now()
        async with self._db.transaction() as session:
            member = await members.locked(session, actor.network_id, actor.member_id or 0)
            if member is None:
                raise NotFound(kind="member")
            found = await invitations.locked(session, actor.network_id, code)
            if found is None or found.used_at is not None:
                raise Invalid(field="code", problem="bad_code")
            if member.state != MemberState.NEWCOMER:
                return  # a member needs no code, and keeps it for somebody else
            found.used_at, found.used_by = now, member.id
            session.add(found)
            place, function = found.organisation, found.function
            await begin(session, actor, now, found.authority_id, organisation=place, function=function)
            await access.let_in(session, now, member, by=found.created_by, action="join.code")

    async def _make(
        self, session: AsyncSession, actor: Actor, name: str, place: str, function: str
    ) -> InvitationView:
        name, place = text.one_line(name)[:NAME_LONGEST], text.one_line(place)[:NAME_LONGEST]
        if not name:
            raise Invalid(field="name", problem="missing")
        authority = next(iter(directory.look_up(place, limit=1)), None) if place else None
        shown = authority.label if authority else place
        known = await invitations.known(session, actor.network_id, name, shown)
        if known is not None:
            return InvitationView(name, shown, written(known.code), made=False)
        code = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
        session.add(
            Invitation(
                network_id=actor.network_id,
                code=code,
                name=name,
                authority_id=authority.id if authority else None,
                organisation=shown,
                function=text.one_line(function)[:FUNCTION_LONGEST],
                created_at=self._clock.now(),
                created_by=actor.member_id,
            )
        )
        await session.flush()
        return InvitationView(name, shown, written(code))


def written(code: str) -> str:
    """In two halves: easier to read out."""
    return f"{code[:5]}-{code[5:]}"


def _cell(row: Row, names: Sequence[str]) -> str:
    return next((str(row.values[name]) for name in names if row.values.get(name)), "")

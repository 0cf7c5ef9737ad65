"""Members in charge of themes: named by who runs the server, told of what their themes need, limited to them.

What they may do is ``policy.THEMED``. Who runs the whole network reads its corner, and is not told twice.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from community.actors import Actor
from community.errors import Invalid, NotFound
from community.policy import Action, require
from community.ports import Clock
from storage import audit, charges, members, networks, outbox
from storage.engine import Database
from storage.members import MemberState

NAMED = "member.in_charge"
RESOURCE, REPORT, NEED, THREAD = "charge.resource", "charge.report", "charge.need", "charge.thread"
THEMES_MOST = 25  # what a menu offers


@dataclass(frozen=True)
class ChargeView:
    """``themes``: number, name, whether they have it. ``changed``: by the last act."""

    member_id: int
    name: str
    themes: Sequence[tuple[int, str, bool]]
    changed: bool = False

    @property
    def held(self) -> Sequence[str]:
        return [name for _id, name, held in self.themes if held]


@dataclass(frozen=True)
class Cared:
    """A theme of the network and who is in charge of it."""

    theme: str
    people: Sequence[str]


@dataclass(frozen=True)
class CareView:
    """``team``: the themes in use that are entrusted to nobody in particular."""

    entrusted: Sequence[Cared]
    team: Sequence[str]


class Charges:
    """Use cases on who has which themes."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def person(self, actor: Actor, member_id: int) -> ChargeView:
        """What somebody is in charge of, and what they could be."""
        require(actor, Action.NAME_FACILITATOR)
        async with self._db.reading() as session:
            return await _view(session, actor, member_id)

    async def every(self, actor: Actor) -> CareView:
        """Who takes care of which theme, archived ones too while somebody has them."""
        require(actor, Action.SEE_DESK)
        async with self._db.reading() as session:
            people: dict[int, list[str]] = {}
            for theme_id, name in await charges.every(session, actor.network_id):
                people.setdefault(theme_id, []).append(name)
            themes = await networks.all_themes(session, actor.network_id)
        return CareView(
            [Cared(theme.name, people[theme.id or 0]) for theme in themes if theme.id in people],
            [theme.name for theme in themes if theme.id not in people and theme.archived_at is None],
        )

    async def entrust(self, actor: Actor, member_id: int, theme_ids: Collection[int]) -> ChargeView:
        """These themes and no others; none at all takes the charge back. They are told."""
        require(actor, Action.NAME_FACILITATOR)
        now = self._clock.now()
        async with self._db.transaction() as session:
            member = await members.locked(session, actor.network_id, member_id)
            if member is None:
                raise NotFound(kind="member")
            if member.state != MemberState.ACTIVE:
                raise Invalid(field="person", problem="not_admitted")
            known = {theme.id for theme in await networks.themes(session, actor.network_id)}
            before = await charges.of_member(session, actor.network_id, member_id)
            if not set(theme_ids) <= known | before:
                raise Invalid(field="themes", problem="unknown_choice")
            changed = await charges.set_themes(
                session, actor.network_id, member_id, theme_ids, now, by=actor.member_id
            )
            if changed:
                act = await audit.record(
                    session,
                    network_id=actor.network_id,
                    at=now,
                    member_id=actor.member_id,
                    action="member.entrust",
                    subject_kind="member",
                    subject_id=member_id,
                    details={"themes": sorted(theme_ids)},
                )
                await outbox.enqueue(
                    session,
                    network_id=actor.network_id,
                    kind=NAMED,
                    dedupe_key=f"{NAMED}:{act}",
                    subject_id=member_id,
                    recipient_id=member_id,
                    due_at=now,
                    now=now,
                )
            return await _view(session, actor, member_id, changed=changed)


async def alert(
    session: AsyncSession,
    network_id: int,
    kind: str,
    subject_id: int,
    theme_ids: Collection[int],
    now: datetime,
    *,
    details: dict[str, Any] | None = None,
    key: str = "",
) -> None:
    """In the transaction of its cause: who is in charge of one of these themes is told, once."""
    for member_id in await charges.in_charge(session, network_id, theme_ids):
        await outbox.enqueue(
            session,
            network_id=network_id,
            kind=kind,
            dedupe_key=f"{kind}:{subject_id}:{member_id}:{key}",
            subject_id=subject_id,
            recipient_id=member_id,
            details=details,
            due_at=now,
            now=now,
        )


async def _view(session: AsyncSession, actor: Actor, member_id: int, *, changed: bool = False) -> ChargeView:
    member = await members.get(session, actor.network_id, member_id)
    if member is None:
        raise NotFound(kind="member")
    held = await charges.of_member(session, actor.network_id, member_id)
    every = await networks.all_themes(session, actor.network_id)
    offered = [theme for theme in every if theme.id in held or theme.archived_at is None]
    offered.sort(key=lambda theme: theme.id not in held)  # none that they have falls off the menu
    themes = [(theme.id or 0, theme.name, theme.id in held) for theme in offered[:THEMES_MOST]]
    return ChargeView(member_id, member.display_name, themes, changed)

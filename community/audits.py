"""Who did what in the network: acts by name, date and kind, for the facilitators. Never what was written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from community.actors import Actor
from community.policy import Action, require
from storage import audit, members
from storage.engine import Database

PAGE = 12
_PEOPLE = 25


@dataclass(frozen=True)
class Act:
    """``name`` is None for what the bot or the operator did; ``about`` is who or what it was done to."""

    at: datetime
    action: str
    name: str | None
    about: str = ""
    about_kind: str = ""


@dataclass(frozen=True)
class ActPage:
    items: Sequence[Act]
    total: int
    page: int
    member_id: int  # 0: everybody's
    family: str  # "": of every kind
    who: str  # the name of that member
    people: Mapping[int, str]  # by whom the list can be narrowed
    families: Sequence[str]

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


class Audits:
    """The one use case: to look."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def acts(self, actor: Actor, page: int = 1, *, member_id: int = 0, family: str = "") -> ActPage:
        """The latest first; of one person, or of one kind."""
        require(actor, Action.SEE_AUDIT)
        network_id = actor.network_id
        async with self._db.reading() as session:
            known = await audit.families(session, network_id)
            family = family if family in known else ""
            _, total = await audit.page(
                session, network_id, member_id=member_id or None, family=family, limit=1
            )
            page = min(max(1, page), max(1, -(-total // PAGE)))
            found, _ = await audit.page(
                session,
                network_id,
                member_id=member_id or None,
                family=family,
                limit=PAGE,
                offset=(page - 1) * PAGE,
            )
            people = await members.names(session, network_id, await audit.busy(session, network_id, _PEOPLE))
            subjects = {row.subject_id for row in found if row.subject_kind == "member"}
            named = {row.member_id for row in found} | subjects | {member_id}
            names = await members.names(session, network_id, {one for one in named if one})
        items = [
            Act(
                row.at,
                row.action,
                names.get(row.member_id) if row.member_id else None,
                names.get(row.subject_id or 0, "") if row.subject_kind == "member" else "",
                row.subject_kind or "",
            )
            for row in found
        ]
        return ActPage(items, total, page, member_id, family, names.get(member_id, ""), people, known)

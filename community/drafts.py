"""Keeps what was typed in a form that could not be taken; it comes back when the form is opened again."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from community.actors import Actor
from community.policy import Action, require
from community.ports import Clock
from storage import drafts
from storage.engine import Database

KEPT_FOR = timedelta(days=30)
_VALUE_LONGEST = 4000  # what a form's field takes


class Drafts:
    """Use cases on one's own drafts; nobody sees those of another."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def save(self, actor: Actor, form: str, subject_id: int, values: Mapping[str, Any]) -> None:
        """The latest text wins. Nothing is kept of someone whom the network does not know."""
        require(actor, Action.KEEP_DRAFT)
        if actor.member_id is None:
            return
        clean = {name: _storable(value) for name, value in values.items()}
        async with self._db.transaction() as session:
            await drafts.keep(
                session, actor.network_id, actor.member_id, form, subject_id, clean, self._clock.now()
            )

    async def load(self, actor: Actor, form: str, subject_id: int) -> Mapping[str, Any] | None:
        """What the actor typed last in this form; None when nothing is kept."""
        require(actor, Action.KEEP_DRAFT)
        if actor.member_id is None:
            return None
        async with self._db.reading() as session:
            draft = await drafts.find(session, actor.network_id, actor.member_id, form, subject_id)
            return dict(draft.values) if draft else None

    async def clear(self, actor: Actor, form: str, subject_id: int) -> None:
        """The form went through."""
        require(actor, Action.KEEP_DRAFT)
        if actor.member_id is None:
            return
        async with self._db.transaction() as session:
            await drafts.forget(session, actor.network_id, actor.member_id, form, subject_id)

    async def purge(self) -> int:
        """Forget what nobody came back for; the application's own tick, of every network."""
        async with self._db.transaction() as session:
            return await drafts.purge(session, self._clock.now() - KEPT_FOR)


def _storable(value: Any) -> Any:
    """Text of a sane length without what a database refuses; lists of such; anything else as it is."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "ignore").decode()[:_VALUE_LONGEST]
    if isinstance(value, list | tuple):
        return [_storable(item) for item in value]
    return value

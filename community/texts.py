"""A network's own words for what its members get: seen first, then used; the shipped ones can come back.

What is typed is checked by the port ``Templates``; what fails all the same when it is sent gives way to the
shipped words, and the facilitators are told (``failed``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community import text as typed_text
from community.actors import Actor
from community.errors import Invalid, NotFound
from community.outbox import Card, Drop, GiveUp, Plan, Planner, Post
from community.policy import Action, require
from community.ports import Button, Clock, Rendered, Templates
from community.settings import LOCALES
from storage import audit, networks, outbox, texts
from storage.engine import Database
from storage.networks import Place
from storage.outbox import Outbox
from storage.texts import NetworkText

TITLE_LONGEST, BODY_LONGEST, NOTE_LONGEST = 200, 3000, 500
FAILED = "texts.failed"
# Number in a button -> the template. A number is never used again for another one.
EDITABLE: Mapping[int, str] = {
    1: "welcome/panel",
    2: "joining/welcome",
    3: "members/admitted",
    4: "joining/follow_up",
    5: "joining/refused",
    6: "meetups/reminder",
    7: "polls/nudge",
    8: "library/told_published",
    9: "library/still_true",
    10: "digests/opening",
    11: "joining/question",
    12: "joining/nudged",
    13: "members/named_facilitator",
    14: "needs/asked",
    15: "needs/follow_up",
    16: "meetups/survey",
    17: "meetups/told_moved",
    18: "meetups/told_cancelled",
    19: "library/told_refused",
    20: "coffee/paired",
    21: "sponsoring/begun",
    22: "mandates/asked",
    23: "threads/nudge",
    24: "digests/personal_opening",
}
# What stands beside something else in one message has less room.
_AROUND = {"title": 120, "body": 1000, "note": 300}
_SHORTER: Mapping[str, Mapping[str, int]] = {
    "digests/opening": _AROUND,
    "digests/personal_opening": _AROUND,
}
_NAMES = frozenset(EDITABLE.values())


@dataclass(frozen=True)
class TextLine:
    """One message and one language. ``state``: shipped, own, draft (not used yet) or failed."""

    id: int
    name: str
    locale: str
    state: str


@dataclass(frozen=True)
class TextView:
    line: TextLine
    parts: Mapping[str, str]
    preview: Rendered
    values: Sequence[str]  # what may be named between braces


def text_id(number: int, locale: str) -> int:
    """A message and a language in one number, for buttons."""
    return number * 10 + LOCALES.index(locale)


def editable(name: str) -> bool:
    """Whether a network may have words of its own for this template."""
    return name in _NAMES


class Texts:
    """Use cases on a network's own words."""

    def __init__(self, db: Database, clock: Clock, templates: Templates) -> None:
        self._db = db
        self._clock = clock
        self._templates = templates

    async def every(self, actor: Actor, locale: str = "") -> Sequence[TextLine]:
        """Each message that can be changed; in each language, or in one."""
        require(actor, Action.EDIT_TEXTS)
        async with self._db.reading() as session:
            rows = await texts.of(session, actor.network_id)
        return [
            TextLine(text_id(number, one), name, one, _state(rows, name, one))
            for number, name in EDITABLE.items()
            for one in LOCALES
            if locale in ("", one)
        ]

    async def text(self, actor: Actor, chosen: int) -> TextView:
        """The draft if there is one, else what is in use."""
        require(actor, Action.EDIT_TEXTS)
        name, locale = _meant(chosen)
        async with self._db.reading() as session:
            rows = await texts.of(session, actor.network_id)
        return self._view(chosen, name, locale, rows)

    async def draft(self, actor: Actor, chosen: int, title: str, body: str, note: str) -> TextView:
        """Keep new words, to look at them first. What cannot be filled is refused, with the line."""
        require(actor, Action.EDIT_TEXTS)
        name, locale = _meant(chosen)
        parts = {"title": typed_text.one_line(title), "body": body.strip(), "note": note.strip()}
        for part, limit in _SHORTER.get(name, {}).items():
            if len(parts[part]) > limit:
                raise Invalid(field=part, problem="too_long", given=len(parts[part]), limit=limit)
        fault = self._templates.fault(name, locale, parts)
        if fault is not None:
            values = ", ".join(self._templates.values_of(name))
            raise Invalid(
                field=fault.part,
                problem=f"text_{fault.problem}",
                line=fault.line,
                name=fault.name,
                values=values,
            )
        now = self._clock.now()
        async with self._db.transaction() as session:
            await session.merge(
                NetworkText(
                    network_id=actor.network_id,
                    name=name,
                    locale=locale,
                    in_use=False,
                    changed_by=actor.member_id,
                    changed_at=now,
                    title=parts["title"],
                    body=parts["body"],
                    note=parts["note"],
                )
            )
            await session.flush()
            return self._view(chosen, name, locale, await texts.of(session, actor.network_id))

    async def use(self, actor: Actor, chosen: int) -> TextView:
        """From now on the draft's words are sent."""
        require(actor, Action.EDIT_TEXTS)
        name, locale = _meant(chosen)
        async with self._db.transaction() as session:
            draft = await texts.get(session, actor.network_id, name, locale, in_use=False)
            if draft is None:
                raise NotFound(kind="text")
            await session.merge(NetworkText(**{**draft.model_dump(), "in_use": True, "failed_at": None}))
            await session.delete(draft)
            await self._changed(session, actor, "texts.use", name, locale)
            return self._view(chosen, name, locale, await texts.of(session, actor.network_id))

    async def reset(self, actor: Actor, chosen: int) -> TextView:
        """The shipped words again; draft and own words are gone."""
        require(actor, Action.EDIT_TEXTS)
        name, locale = _meant(chosen)
        async with self._db.transaction() as session:
            if await texts.forget(session, actor.network_id, name, locale):
                await self._changed(session, actor, "texts.reset", name, locale)
            return self._view(chosen, name, locale, await texts.of(session, actor.network_id))

    async def _changed(
        self, session: AsyncSession, actor: Actor, action: str, name: str, locale: str
    ) -> None:
        now = self._clock.now()
        act = await audit.record(
            session,
            network_id=actor.network_id,
            at=now,
            member_id=actor.member_id,
            action=action,
            details={"name": name, "locale": locale},
        )
        if name == "welcome/panel":
            kind = "network.panel_changed"
            await outbox.enqueue(
                session,
                network_id=actor.network_id,
                kind=kind,
                dedupe_key=f"{kind}:{act}",
                due_at=now,
                now=now,
            )

    def _view(self, chosen: int, name: str, locale: str, rows: Sequence[NetworkText]) -> TextView:
        mine = {row.in_use: row for row in rows if (row.name, row.locale) == (name, locale)}
        row = mine.get(False) or mine.get(True)
        parts = shipped = self._templates.shipped(name, locale)
        if row is not None:
            parts = {"title": row.title, "body": row.body, "note": row.note}
        broken = row is not None and self._templates.fault(name, locale, parts) is not None
        return TextView(
            TextLine(chosen, name, locale, _state(rows, name, locale)),
            parts,
            self._templates.sample(name, locale, shipped if broken else parts),
            self._templates.values_of(name),
        )


async def failed(session: AsyncSession, network_id: int, name: str, locale: str, now: datetime) -> None:
    """A network's own words could not be filled: the shipped ones are used, facilitators are told once."""
    if not await texts.mark_failed(session, network_id, name, locale, now):
        return
    await outbox.enqueue(
        session,
        network_id=network_id,
        kind=FAILED,
        dedupe_key=f"{FAILED}:{name}:{locale}:{now.isoformat()}",
        details={"name": name, "locale": locale},
        due_at=now,
        now=now,
    )


class TextFailed(Planner):
    """A word in the facilitators' corner, with the way to mend it."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        name, locale = str(row.details["name"]), str(row.details["locale"])
        own = await texts.get(session, row.network_id, name, locale, in_use=True)
        if own is None or own.failed_at is None:
            return Drop("mended")
        corner = (await networks.places(session, row.network_id)).get(Place.FACILITATORS)
        if corner is None:
            return GiveUp("no_place")
        network = await networks.get(session, row.network_id)
        number = next(number for number, known in EDITABLE.items() if known == name)
        rows = ((Button("texts.show", text_id(number, locale), style="primary"),),)
        values = {"name": name, "locale": locale}
        return Post(corner.channel_ref, Card("texts/failed", network.locale, values, rows))


def _meant(chosen: int) -> tuple[str, str]:
    number, place = divmod(chosen, 10)
    if number not in EDITABLE or place >= len(LOCALES):
        raise NotFound(kind="text")
    return EDITABLE[number], LOCALES[place]


def _state(rows: Sequence[NetworkText], name: str, locale: str) -> str:
    mine = {row.in_use: row for row in rows if (row.name, row.locale) == (name, locale)}
    if False in mine:
        return "draft"
    if True in mine:
        return "failed" if mine[True].failed_at else "own"
    return "shipped"

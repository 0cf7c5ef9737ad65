"""Models that meetups start from, and how the network wants its meetups."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from community import text
from community.actors import Actor
from community.errors import DomainError, Invalid, NotFound
from community.meetups_views import present
from community.policy import Action, require
from community.ports import Clock
from storage import audit, meetup_models, meetups, networks
from storage.engine import Database
from storage.meetup_models import MeetupModel, NetworkMeetups

MODELS_MOST = 25  # what a menu offers
_DEPARTEMENT = re.compile(r"(0[1-9]|[1-8]\d|9[0-5]|2[ab]|97[1-8]|98[678])\b", re.IGNORECASE)


class TooManyModels(DomainError):
    """One must go first. Details: ``limit``."""

    code = "meetup_models_full"


@dataclass(frozen=True)
class ModelView:
    id: int
    title: str
    description: str
    theme_id: int | None
    theme: str
    place: str
    url: str | None
    minutes: int
    capacity: int | None

    @property
    def where(self) -> str:
        return ", ".join(part for part in (self.place, self.url) if part)


@dataclass(frozen=True)
class MeetupSettings:
    departement: str
    threads: bool
    roles: bool


class MeetupModels:
    """Use cases of those who plan."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def every(self, actor: Actor) -> Sequence[ModelView]:
        """The models of the network, by title."""
        require(actor, Action.PLAN_MEETUP)
        async with self._db.reading() as session:
            themes = {one.id: one.name for one in await networks.all_themes(session, actor.network_id)}
            found = await meetup_models.every(session, actor.network_id)
            return tuple(_view(model, themes.get(model.theme_id, "")) for model in found)

    async def model(self, actor: Actor, model_id: int) -> ModelView:
        """One, to start a meetup from."""
        require(actor, Action.PLAN_MEETUP)
        async with self._db.reading() as session:
            model = await meetup_models.get(session, actor.network_id, model_id)
            if model is None:
                raise NotFound(kind="meetup_model")
            theme = await networks.theme(session, actor.network_id, model.theme_id or 0)
            return _view(model, theme.name if theme is not None else "")

    async def save(self, actor: Actor, meetup_id: int) -> ModelView:
        """Keep a meetup as a model of its title; an older one of the same title takes its values."""
        require(actor, Action.PLAN_MEETUP)
        now = self._clock.now()
        async with self._db.transaction() as session:
            await networks.lock(session, actor.network_id)
            meetup = present(await meetups.get(session, actor.network_id, meetup_id))
            known = await meetup_models.titled(session, actor.network_id, meetup.title)
            if known is None and len(await meetup_models.every(session, actor.network_id)) >= MODELS_MOST:
                raise TooManyModels(limit=MODELS_MOST)
            model = known or MeetupModel(
                network_id=actor.network_id,
                title=meetup.title,
                minutes=meetup.minutes,
                created_by=actor.member_id,
                created_at=now,
            )
            for name in ("description", "theme_id", "place", "url", "minutes", "capacity"):
                setattr(model, name, getattr(meetup, name))
            session.add(model)
            await session.flush()
            await self._note(session, actor, "meetup.save_model", "meetup_model", model.id)
            theme = await networks.theme(session, actor.network_id, model.theme_id or 0)
            return _view(model, theme.name if theme is not None else "")

    async def forget(self, actor: Actor, model_id: int) -> ModelView:
        """Meetups made from it stay."""
        model = await self.model(actor, model_id)
        async with self._db.transaction() as session:
            if not await meetup_models.forget(session, actor.network_id, model_id):
                raise NotFound(kind="meetup_model")
            await self._note(session, actor, "meetup.forget_model", "meetup_model", model_id)
        return model

    async def settings(self, actor: Actor) -> MeetupSettings:
        """How meetups are run here."""
        require(actor, Action.PLAN_MEETUP)
        async with self._db.reading() as session:
            return _settings(await meetup_models.settings(session, actor.network_id))

    async def set(self, actor: Actor, *, departement: str, threads: bool, roles: bool) -> MeetupSettings:
        """Where the network is, for the holidays; whether those registered get a thread, a role."""
        require(actor, Action.PLAN_MEETUP)
        code = read_departement(departement)
        async with self._db.transaction() as session:
            await networks.lock(session, actor.network_id)
            row = await meetup_models.settings(session, actor.network_id)
            row.departement, row.threads, row.roles = code, threads, roles
            session.add(row)
            await self._note(session, actor, "meetup.settings", "network", actor.network_id)
            return _settings(row)

    async def _note(self, session: AsyncSession, actor: Actor, action: str, kind: str, key: Any) -> None:
        await audit.record(
            session,
            network_id=actor.network_id,
            at=self._clock.now(),
            member_id=actor.member_id,
            action=action,
            subject_kind=kind,
            subject_id=key,
        )


def read_departement(typed: str) -> str | None:
    """« 67 », « 2A », « 974 La Réunion »; nothing: the network is in several, or in none."""
    typed = text.one_line(typed)
    if not typed:
        return None
    match = _DEPARTEMENT.match(typed)
    if match is None:
        raise Invalid(field="departement", problem="bad_departement")
    return match[1].upper()


def _settings(row: NetworkMeetups) -> MeetupSettings:
    return MeetupSettings(row.departement or "", row.threads, row.roles)


def _view(model: MeetupModel, theme: str) -> ModelView:
    return ModelView(
        id=model.id or 0,
        title=model.title,
        description=model.description,
        theme_id=model.theme_id,
        theme=theme,
        place=model.place,
        url=model.url,
        minutes=model.minutes,
        capacity=model.capacity,
    )

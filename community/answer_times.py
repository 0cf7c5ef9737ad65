"""How long a first answer takes: median, share under 48 hours, by theme. Nothing about fewer than five.

``answer_times`` is what other rooms of figures (the desk, digests, pictures) call.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from statistics import median

from sqlmodel.ext.asyncio.session import AsyncSession

from community.actors import Actor
from community.policy import Action, require
from community.ports import Clock
from storage.answer_times import Asked, asked_since
from storage.engine import Database

PERIOD = timedelta(days=90)
SOON = timedelta(hours=48)
LEAST = 5  # questions, and people who asked: below, a figure would tell about somebody


@dataclass(frozen=True)
class Times:
    """``theme`` is "" for all of them. ``questions``: those old enough to be judged, or answered already."""

    theme: str
    questions: int
    answered: int
    median_hours: int | None  # half of the first answers took that long at most; None: there is none
    soon_percent: int  # first answer within 48 hours, of 100 questions


@dataclass(frozen=True)
class AnswerTimes:
    """``total`` is None, and ``themes`` lacks some, where there is too little to tell."""

    days: int
    total: Times | None
    themes: Sequence[Times]
    hidden: int  # themes left out for being too few


class AnswerFigures:
    """Use cases on figures of answers."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def times(self, actor: Actor) -> AnswerTimes:
        """For those who run the network."""
        require(actor, Action.CARE_FOR_THREADS)
        async with self._db.reading() as session:
            return await answer_times(session, actor.network_id, self._clock.now())


async def answer_times(
    session: AsyncSession, network_id: int, now: datetime, period: timedelta = PERIOD
) -> AnswerTimes:
    """Of the questions asked in the period before ``now``."""
    found = await asked_since(session, network_id, now - period)
    judged = [one for one in found if one.first_answer_at is not None or now - one.opened_at >= SOON]
    by_theme: dict[str, list[Asked]] = {}
    for one in judged:
        by_theme.setdefault(one.theme, []).append(one)
    by_theme.pop("", None)
    measured = {theme: measure(theme, rows) for theme, rows in by_theme.items()}
    shown = sorted((one for one in measured.values() if one), key=lambda one: (-one.questions, one.theme))
    once = list({one.thread_id: one for one in judged}.values())
    return AnswerTimes(period.days, measure("", once), shown, len(measured) - len(shown))


def measure(theme: str, asked: Sequence[Asked]) -> Times | None:
    """None where there are too few questions, or too few people who ask. Each nameless one is somebody."""
    people = {one.author_id if one.author_id is not None else f"thread {one.thread_id}" for one in asked}
    if len(asked) < LEAST or len(people) < LEAST:
        return None
    waits = [one.first_answer_at - one.opened_at for one in asked if one.first_answer_at is not None]
    hours = ceil(median(wait.total_seconds() for wait in waits) / 3600) if waits else None
    soon = sum(wait <= SOON for wait in waits)
    return Times(theme, len(asked), len(waits), hours, round(100 * soon / len(asked)))

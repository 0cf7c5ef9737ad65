"""The six steps of a codéveloppement session and who does what in it. Pure: time and chance are arguments.

After Adrien Payette and Claude Champagne: one person brings a subject (the client), the others consult.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from storage.codev import CodevRole

FEWEST, MOST = 4, 10
FEWEST_LEFT = 3  # a client, who facilitates, somebody to ask
TITLE_SHORTEST, TITLE_LONGEST = 3, 80
SUBJECT_LONGEST = 200
OUTCOME_LONGEST = 300
# Exposé, clarification, contrat, consultation, synthèse et plan d'action, apprentissages.
MINUTES = (10, 15, 5, 25, 10, 10)
STEPS = len(MINUTES)
CONSULTATION = 4
EXTENSION = timedelta(minutes=5)
WARNED_BEFORE = timedelta(minutes=2)


@dataclass(frozen=True)
class Wish:
    """Somebody who came: ``id`` of their place in the session."""

    id: int
    wish: str = CodevRole.CONSULTANT
    has_subject: bool = False


@dataclass(frozen=True)
class Seat:
    """What somebody does. Consultants speak in the order of the seats."""

    id: int
    role: str
    keeps_time: bool = False


def length(step: int) -> timedelta:
    """How long a step lasts at first (from 1)."""
    return timedelta(minutes=MINUTES[step - 1])


def draw(wishes: Sequence[Wish], seed: int) -> tuple[Seat, ...]:
    """The roles, drawn among those who wished for them, else among all; nobody has two but the timekeeper.

    Raises LookupError when nobody brings a subject.
    """
    people = sorted(wishes, key=lambda one: one.id)
    random.Random(seed).shuffle(people)  # noqa: S311 - a draw that can be told again
    client = _first(people, CodevRole.CLIENT, subject=True) or _any_subject(people)
    others = [one for one in people if one is not client]
    facilitator = _first(others, CodevRole.FACILITATOR) or others[0]
    consultants = [one for one in others if one is not facilitator]
    timekeeper = _first(consultants, CodevRole.TIMEKEEPER) or consultants[0]
    return (
        Seat(client.id, CodevRole.CLIENT),
        Seat(facilitator.id, CodevRole.FACILITATOR),
        *(Seat(one.id, CodevRole.CONSULTANT, keeps_time=one is timekeeper) for one in consultants),
    )


def without(seats: Sequence[Seat], gone: int) -> tuple[Seat, ...] | None:
    """The roles when somebody leaves in the middle; None when the session cannot go on.

    Without its client there is no session. Who facilitates is replaced by the last to speak, who keeps time
    by the next.
    """
    left = [seat for seat in seats if seat.id != gone]
    roles = {seat.role for seat in left}
    if len(left) < FEWEST_LEFT or CodevRole.CLIENT not in roles:
        return None
    if CodevRole.FACILITATOR not in roles:
        left[-1] = Seat(left[-1].id, CodevRole.FACILITATOR)
    if not any(seat.keeps_time for seat in left):
        next_one = next(place for place, seat in enumerate(left) if seat.role == CodevRole.CONSULTANT)
        left[next_one] = Seat(left[next_one].id, CodevRole.CONSULTANT, keeps_time=True)
    return tuple(left)


def speaking(seats: Sequence[Seat], step: int) -> tuple[int, ...]:
    """Who speaks in which order at a step: another consultant begins each time; the client alone, or last."""
    client = [seat.id for seat in seats if seat.role == CodevRole.CLIENT]
    consultants = [seat.id for seat in seats if seat.role == CodevRole.CONSULTANT]
    turn = step % len(consultants) if consultants else 0
    asked = consultants[turn:] + consultants[:turn]
    match step:
        case 1 | 3 | 5:
            return tuple(client)
        case 6:
            return (*client, *asked, *(seat.id for seat in seats if seat.role == CodevRole.FACILITATOR))
    return tuple(asked)


def _first(people: Sequence[Wish], wish: str, *, subject: bool = False) -> Wish | None:
    return next((one for one in people if one.wish == wish and (one.has_subject or not subject)), None)


def _any_subject(people: Sequence[Wish]) -> Wish:
    found = next((one for one in people if one.has_subject), None)
    if found is None:
        raise LookupError("nobody brings a subject")
    return found

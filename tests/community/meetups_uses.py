"""The use cases around meetups for the permission matrix, and what each must ask for."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from community.actors import Role
from community.meetups_views import MeetupView
from community.policy import Action
from tests.community.conftest import Network

NOW = datetime(2026, 4, 1, 9, tzinfo=UTC)
NONE = 999_999
_VIEW = MeetupView(
    NONE, "Panel", "", "", "", None, NOW, NOW, "Europe/Paris", 60, None, "planned", "", None, 0, 0, 0
)

# The application's own ticks, and what the platform tells.
WITHOUT_ACTOR = {("rooms", "tend"), ("rooms", "thread_gone"), ("travel", "purge")}

USES: dict[tuple[str, str], tuple[Action, Callable[[Network, Role], Awaitable[object]]]] = {
    ("cautions", "of"): (Action.PLAN_MEETUP, lambda n, r: n.services.cautions.of(n[r], _VIEW)),
    ("cautions", "of_dates"): (Action.PLAN_MEETUP, lambda n, r: n.services.cautions.of_dates(n[r], [NOW])),
    ("meetup_models", "every"): (Action.PLAN_MEETUP, lambda n, r: n.services.meetup_models.every(n[r])),
    ("meetup_models", "model"): (Action.PLAN_MEETUP, lambda n, r: n.services.meetup_models.model(n[r], NONE)),
    ("meetup_models", "save"): (Action.PLAN_MEETUP, lambda n, r: n.services.meetup_models.save(n[r], NONE)),
    ("meetup_models", "forget"): (
        Action.PLAN_MEETUP,
        lambda n, r: n.services.meetup_models.forget(n[r], NONE),
    ),
    ("meetup_models", "settings"): (Action.PLAN_MEETUP, lambda n, r: n.services.meetup_models.settings(n[r])),
    ("meetup_models", "set"): (
        Action.PLAN_MEETUP,
        lambda n, r: n.services.meetup_models.set(n[r], departement="", threads=True, roles=False),
    ),
    ("days", "show_code"): (Action.PLAN_MEETUP, lambda n, r: n.services.days.show_code(n[r], NONE)),
    ("days", "check_in"): (Action.ANSWER_MEETUP, lambda n, r: n.services.days.check_in(n[r], "1234")),
    ("days", "note"): (Action.PLAN_MEETUP, lambda n, r: n.services.days.note(n[r], NONE, [1])),
    ("days", "sheet"): (Action.PLAN_MEETUP, lambda n, r: n.services.days.sheet(n[r], NONE)),
    ("days", "file"): (Action.PLAN_MEETUP, lambda n, r: n.services.days.file(n[r], NONE)),
    ("days", "rate"): (Action.ANSWER_MEETUP, lambda n, r: n.services.days.rate(n[r], NONE, "good")),
    ("days", "past"): (Action.SEE_MEETUPS, lambda n, r: n.services.days.past(n[r])),
    ("notes", "read"): (Action.SEE_MEETUPS, lambda n, r: n.services.notes.read(n[r], NONE)),
    ("notes", "to_write"): (Action.ANSWER_MEETUP, lambda n, r: n.services.notes.to_write(n[r], NONE)),
    ("notes", "write"): (Action.ANSWER_MEETUP, lambda n, r: n.services.notes.write(n[r], NONE, "Oui.", 0)),
    ("notes", "people"): (Action.ANSWER_MEETUP, lambda n, r: n.services.notes.people(n[r], NONE)),
    ("notes", "add_task"): (
        Action.ANSWER_MEETUP,
        lambda n, r: n.services.notes.add_task(n[r], NONE, "Écrire", 1, ""),
    ),
    ("notes", "my_tasks"): (Action.ANSWER_MEETUP, lambda n, r: n.services.notes.my_tasks(n[r])),
    ("notes", "done"): (Action.ANSWER_MEETUP, lambda n, r: n.services.notes.done(n[r], NONE)),
    ("notes", "drop"): (Action.ANSWER_MEETUP, lambda n, r: n.services.notes.drop(n[r], NONE)),
    ("notes", "postpone"): (Action.ANSWER_MEETUP, lambda n, r: n.services.notes.postpone(n[r], NONE)),
    ("agendas", "draft"): (Action.PLAN_MEETUP, lambda n, r: n.services.agendas.draft(n[r], NONE)),
    ("rooms", "enter"): (Action.ANSWER_MEETUP, lambda n, r: n.services.rooms.enter(n[r], NONE)),
    ("travel", "look"): (Action.ANSWER_MEETUP, lambda n, r: n.services.travel.look(n[r], NONE)),
    ("travel", "put"): (
        Action.ANSWER_MEETUP,
        lambda n, r: n.services.travel.put(
            n[r], NONE, kind="offer", start="Thiers", seats="1", note="", contact=""
        ),
    ),
    ("travel", "mine"): (Action.ANSWER_MEETUP, lambda n, r: n.services.travel.mine(n[r], NONE)),
    ("travel", "withdraw"): (Action.ANSWER_MEETUP, lambda n, r: n.services.travel.withdraw(n[r], NONE)),
    ("travel", "ask"): (Action.ANSWER_MEETUP, lambda n, r: n.services.travel.ask(n[r], NONE)),
    ("travel", "answer"): (
        Action.ANSWER_MEETUP,
        lambda n, r: n.services.travel.answer(n[r], NONE, agree=True),
    ),
    ("travel", "contact"): (Action.ANSWER_MEETUP, lambda n, r: n.services.travel.contact(n[r], NONE)),
}

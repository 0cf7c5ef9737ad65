"""The facilitators' desk in the permission matrix."""

from collections.abc import Awaitable, Callable, Mapping

from community.actors import Role
from community.policy import Action
from tests.community.conftest import Network

Use = Callable[[Network, Role], Awaitable[object]]

USES: Mapping[tuple[str, str], tuple[Action, Use]] = {
    ("desk", "look"): (Action.SEE_DESK, lambda n, r: n.services.desk.look(n[r])),
    ("desk", "silent"): (Action.SEE_DESK, lambda n, r: n.services.desk.silent(n[r])),
    ("desk", "failed"): (Action.SEE_DESK, lambda n, r: n.services.desk.failed(n[r])),
    ("desk", "try_again"): (Action.SEE_DESK, lambda n, r: n.services.desk.try_again(n[r])),
    ("audits", "acts"): (Action.SEE_AUDIT, lambda n, r: n.services.audits.acts(n[r])),
    ("nudges", "budget"): (Action.SET_NUDGES, lambda n, r: n.services.nudges.budget(n[r])),
    ("nudges", "set_budget"): (Action.SET_NUDGES, lambda n, r: n.services.nudges.set_budget(n[r], "3")),
    ("texts", "every"): (Action.EDIT_TEXTS, lambda n, r: n.services.texts.every(n[r])),
    ("texts", "text"): (Action.EDIT_TEXTS, lambda n, r: n.services.texts.text(n[r], 60)),
    ("texts", "draft"): (Action.EDIT_TEXTS, lambda n, r: n.services.texts.draft(n[r], 60, "Titre", "", "")),
    ("texts", "use"): (Action.EDIT_TEXTS, lambda n, r: n.services.texts.use(n[r], 60)),
    ("texts", "reset"): (Action.EDIT_TEXTS, lambda n, r: n.services.texts.reset(n[r], 60)),
}

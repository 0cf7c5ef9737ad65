"""The facilitators' desk in the permission matrix."""

import io
from collections.abc import Awaitable, Callable, Mapping

from community.actors import Role
from community.audience import Choice
from community.policy import Action
from tests.community.conftest import Network

Use = Callable[[Network, Role], Awaitable[object]]


async def _take(network: Network, role: Role) -> None:
    (await network.services.exports.file(network[role], "needs", "csv", "all")).content.close()


USES: Mapping[tuple[str, str], tuple[Action, Use]] = {
    ("desk", "look"): (Action.SEE_DESK, lambda n, r: n.services.desk.look(n[r])),
    ("desk", "lists"): (Action.SEE_DESK, lambda n, r: n.services.desk.lists(n[r])),
    ("desk", "silent"): (Action.SEE_DESK, lambda n, r: n.services.desk.silent(n[r])),
    ("desk", "failed"): (Action.SEE_DESK, lambda n, r: n.services.desk.failed(n[r])),
    ("desk", "try_again"): (Action.SEE_DESK, lambda n, r: n.services.desk.try_again(n[r])),
    ("audits", "acts"): (Action.SEE_AUDIT, lambda n, r: n.services.audits.acts(n[r])),
    ("nudges", "budget"): (Action.SET_NUDGES, lambda n, r: n.services.nudges.budget(n[r])),
    ("nudges", "set_budget"): (Action.SET_NUDGES, lambda n, r: n.services.nudges.set_budget(n[r], "3")),
    ("team_messages", "every"): (Action.WRITE_TO_MEMBERS, lambda n, r: n.services.team_messages.every(n[r])),
    ("team_messages", "themes"): (
        Action.WRITE_TO_MEMBERS,
        lambda n, r: n.services.team_messages.themes(n[r]),
    ),
    ("team_messages", "message"): (
        Action.WRITE_TO_MEMBERS,
        lambda n, r: n.services.team_messages.message(n[r], 999_999),
    ),
    ("team_messages", "write"): (
        Action.WRITE_TO_MEMBERS,
        lambda n, r: n.services.team_messages.write(n[r], 0, "Un objet", "Un message assez long."),
    ),
    ("team_messages", "choose"): (
        Action.WRITE_TO_MEMBERS,
        lambda n, r: n.services.team_messages.choose(n[r], 999_999, Choice("members")),
    ),
    ("team_messages", "choose_meetup"): (
        Action.WRITE_TO_MEMBERS,
        lambda n, r: n.services.team_messages.choose_meetup(n[r], 999_999, 0),
    ),
    ("team_messages", "preview"): (
        Action.WRITE_TO_MEMBERS,
        lambda n, r: n.services.team_messages.preview(n[r], 999_999),
    ),
    ("team_messages", "send"): (
        Action.WRITE_TO_MEMBERS,
        lambda n, r: n.services.team_messages.send(n[r], 999_999, 1),
    ),
    ("team_messages", "cancel"): (
        Action.WRITE_TO_MEMBERS,
        lambda n, r: n.services.team_messages.cancel(n[r], 999_999),
    ),
    ("team_messages", "drop"): (
        Action.WRITE_TO_MEMBERS,
        lambda n, r: n.services.team_messages.drop(n[r], 999_999),
    ),
    ("team_messages", "again"): (
        Action.WRITE_TO_MEMBERS,
        lambda n, r: n.services.team_messages.again(n[r], 999_999),
    ),
    ("team_messages", "read"): (
        Action.HAVE_MESSAGES,
        lambda n, r: n.services.team_messages.read(n[r], 999_999),
    ),
    ("team_messages", "wanted"): (Action.HAVE_MESSAGES, lambda n, r: n.services.team_messages.wanted(n[r])),
    ("team_messages", "want"): (
        Action.HAVE_MESSAGES,
        lambda n, r: n.services.team_messages.want(n[r], wanted=True),
    ),
    ("exports", "file"): (
        Action.EXPORT_NETWORK,
        lambda n, r: _take(n, r),
    ),
    ("exports", "write"): (
        Action.EXPORT_NETWORK,
        lambda n, r: n.services.exports.write(n[r], io.BytesIO(), "needs", "csv", "all", excel="fr"),
    ),
    ("texts", "every"): (Action.EDIT_TEXTS, lambda n, r: n.services.texts.every(n[r])),
    ("texts", "text"): (Action.EDIT_TEXTS, lambda n, r: n.services.texts.text(n[r], 60)),
    ("texts", "draft"): (Action.EDIT_TEXTS, lambda n, r: n.services.texts.draft(n[r], 60, "Titre", "", "")),
    ("texts", "use"): (Action.EDIT_TEXTS, lambda n, r: n.services.texts.use(n[r], 60)),
    ("texts", "reset"): (Action.EDIT_TEXTS, lambda n, r: n.services.texts.reset(n[r], 60)),
}

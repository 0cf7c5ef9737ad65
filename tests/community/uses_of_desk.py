"""The facilitators' desk in the permission matrix."""

import io
from collections.abc import Awaitable, Callable, Mapping

from community.actors import Role
from community.audience import Choice
from community.checklists import NewChecklist
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
    ("charges", "person"): (Action.NAME_FACILITATOR, lambda n, r: n.services.charges.person(n[r], 999_999)),
    ("charges", "every"): (Action.SEE_DESK, lambda n, r: n.services.charges.every(n[r])),
    ("charges", "entrust"): (
        Action.NAME_FACILITATOR,
        lambda n, r: n.services.charges.entrust(n[r], 999_999, []),
    ),
    ("checklists", "every"): (
        Action.RUN_CHECKLISTS,
        lambda n, r: n.services.checklists.every(n[r]),
    ),
    ("checklists", "of_team"): (
        Action.RUN_TEAM_CHECKLISTS,
        lambda n, r: n.services.checklists.of_team(n[r]),
    ),
    ("checklists", "checklist"): (
        Action.RUN_CHECKLISTS,
        lambda n, r: n.services.checklists.checklist(n[r], 999_999),
    ),
    ("checklists", "models"): (
        Action.RUN_CHECKLISTS,
        lambda n, r: n.services.checklists.models(n[r]),
    ),
    ("checklists", "start"): (
        Action.RUN_CHECKLISTS,
        lambda n, r: n.services.checklists.start(n[r], NewChecklist(9, "Un projet", "3 avril")),
    ),
    ("checklists", "edit"): (
        Action.RUN_CHECKLISTS,
        lambda n, r: n.services.checklists.edit(n[r], 999_999, "Un projet", "3 avril"),
    ),
    ("checklists", "close"): (
        Action.RUN_CHECKLISTS,
        lambda n, r: n.services.checklists.close(n[r], 999_999),
    ),
    ("checklists", "drop"): (
        Action.RUN_CHECKLISTS,
        lambda n, r: n.services.checklists.drop(n[r], 999_999),
    ),
    ("checklists", "share"): (
        Action.RUN_CHECKLISTS,
        lambda n, r: n.services.checklists.share(n[r], 999_999, shared=True),
    ),
    ("checklists", "keep"): (
        Action.RUN_CHECKLISTS,
        lambda n, r: n.services.checklists.keep(n[r], 999_999),
    ),
    ("checklists", "forget"): (
        Action.RUN_CHECKLISTS,
        lambda n, r: n.services.checklists.forget(n[r], 999_999),
    ),
    ("checklist_steps", "step"): (
        Action.RUN_CHECKLISTS,
        lambda n, r: n.services.checklist_steps.step(n[r], 999_999),
    ),
    ("checklist_steps", "done"): (
        Action.RUN_CHECKLISTS,
        lambda n, r: n.services.checklist_steps.done(n[r], [999_999]),
    ),
    ("checklist_steps", "later"): (
        Action.RUN_CHECKLISTS,
        lambda n, r: n.services.checklist_steps.later(n[r], 999_999),
    ),
    ("checklist_steps", "add"): (
        Action.RUN_CHECKLISTS,
        lambda n, r: n.services.checklist_steps.add(n[r], 999_999, "Une étape", "J-3", ""),
    ),
    ("checklist_steps", "change"): (
        Action.RUN_CHECKLISTS,
        lambda n, r: n.services.checklist_steps.change(n[r], 999_999, "Une étape", "J-3", ""),
    ),
    ("checklist_steps", "move"): (
        Action.RUN_CHECKLISTS,
        lambda n, r: n.services.checklist_steps.move(n[r], 999_999, 1),
    ),
    ("checklist_steps", "remove"): (
        Action.RUN_CHECKLISTS,
        lambda n, r: n.services.checklist_steps.remove(n[r], 999_999),
    ),
    ("checklist_steps", "decline"): (
        Action.RUN_CHECKLISTS,
        lambda n, r: n.services.checklist_steps.decline(n[r], 999_999),
    ),
    ("texts", "every"): (Action.EDIT_TEXTS, lambda n, r: n.services.texts.every(n[r])),
    ("texts", "text"): (Action.EDIT_TEXTS, lambda n, r: n.services.texts.text(n[r], 60)),
    ("texts", "draft"): (Action.EDIT_TEXTS, lambda n, r: n.services.texts.draft(n[r], 60, "Titre", "", "")),
    ("texts", "use"): (Action.EDIT_TEXTS, lambda n, r: n.services.texts.use(n[r], 60)),
    ("texts", "reset"): (Action.EDIT_TEXTS, lambda n, r: n.services.texts.reset(n[r], 60)),
}

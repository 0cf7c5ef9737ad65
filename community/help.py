"""What somebody can do here, from the same table that decides whether they may."""

from collections.abc import Sequence
from dataclasses import dataclass

from community.actors import Actor, Role
from community.policy import Action, allows, require


@dataclass(frozen=True)
class HelpView:
    role: str  # "stranger" … "admin"
    actions: Sequence[str]  # Action values
    may_ask_for_access: bool


class Help:
    """Reads no database: the actor says it all."""

    def for_actor(self, actor: Actor) -> HelpView:
        """What this person may do."""
        require(actor, Action.SEE_HELP)
        return HelpView(
            actor.role.name.lower(),
            tuple(str(action) for action in Action if allows(actor, action, actor.themes)),
            actor.role < Role.MEMBER,
        )

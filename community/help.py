"""What somebody can do here, from the same table that decides whether they may."""

from collections.abc import Sequence
from dataclasses import dataclass

from community.actors import Actor, Role
from community.policy import Action, allows, require

# What a person starts by themselves, in the order of an ordinary day; the rest happens inside these.
_STARTED = (
    Action.EDIT_PROFILE,
    Action.FIND_PEERS,
    Action.VOUCH,
    Action.SEARCH_LIBRARY,
    Action.PROPOSE_RESOURCE,
    Action.FOLLOW_THREADS,
    Action.SEE_ACRONYMS,
    Action.SEE_PRACTICES,
    Action.SHARE_PRACTICE,
    Action.TAKE_UP_PRACTICE,
    Action.HAVE_COFFEE,
    Action.JOIN_CODEV,
    Action.PUBLISH_NEED,
    Action.SEE_NEEDS,
    Action.HELP_PEERS,
    Action.SEE_MEETUPS,
    Action.ANSWER_MEETUP,
    Action.READ_DIGEST,
    Action.PLAN_MEETUP,
    Action.REVIEW_RESOURCE,
    Action.RUN_DIGEST,
    Action.CARE_FOR_NEEDS,
    Action.ADMIT_MEMBER,
    Action.SUSPEND_MEMBER,
    Action.CARE_FOR_THREADS,
    Action.SEE_NETWORK_STATUS,
    Action.SEE_NETWORK_HEALTH,
    Action.HELP_NEWCOMERS,
    Action.NAME_FACILITATOR,
    Action.CHANGE_NETWORK,
)


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
            tuple(str(action) for action in Action if allows(actor, action)),
            actor.role < Role.MEMBER,
        )

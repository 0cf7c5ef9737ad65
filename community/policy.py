"""Who may do what: one table, asked inside every use case and again at delivery."""

from collections.abc import Collection
from enum import StrEnum

from community.actors import Actor, Role
from community.errors import NotAllowed


class Action(StrEnum):
    SET_UP_NETWORK = "network.set_up"
    SEE_NETWORK_STATUS = "network.status"
    CHANGE_NETWORK = "network.change"
    SEE_FORECAST = "network.forecast"
    SEE_NETWORK_HEALTH = "network.health"
    HELP_NEWCOMERS = "network.funnel"
    ASK_FOR_ACCESS = "member.ask"
    EDIT_PROFILE = "profile.edit"
    FIND_PEERS = "peer.search"
    VOUCH = "member.vouch"
    ADMIT_MEMBER = "member.admit"
    SUSPEND_MEMBER = "member.suspend"
    NAME_FACILITATOR = "member.name_facilitator"
    SEARCH_LIBRARY = "library.search"
    PROPOSE_RESOURCE = "library.propose"
    REVIEW_RESOURCE = "library.review"
    JUDGE_RESOURCE = "library.judge"  # report, rate, keep, be told of new ones
    CURATE_LIBRARY = "library.curate"
    HANDLE_REPORTS = "report.handle"
    SEE_ACRONYMS = "acronym.see"
    HAVE_COFFEE = "coffee.have"
    PROPOSE_COFFEE = "coffee.propose"
    SPONSOR = "sponsor.have"  # accompany a newcomer, be accompanied
    JOIN_CODEV = "codev.join"
    PROPOSE_CODEV = "codev.propose"
    IMPORT_RESOURCES = "library.import"
    EXPORT_RESOURCES = "library.export"
    CHECK_LINKS = "library.check_links"
    SEE_PRACTICES = "practice.see"
    SHARE_PRACTICE = "practice.share"
    TAKE_UP_PRACTICE = "practice.take_up"  # reuse it, say « coup de cœur », be told of new ones
    CURATE_PRACTICES = "practice.curate"
    SEE_MEETUPS = "meetup.see"
    ANSWER_MEETUP = "meetup.answer"
    PLAN_MEETUP = "meetup.plan"
    REGISTER_SOMEONE = "meetup.register"
    RUN_DIGEST = "digest.run"
    READ_DIGEST = "digest.read"
    SEE_NEEDS = "need.see"
    PUBLISH_NEED = "need.publish"
    HELP_PEERS = "need.help"  # be asked, offer, say what one knows of a need
    CARE_FOR_NEEDS = "need.care"
    FOLLOW_THREADS = "thread.follow"
    CARE_FOR_THREADS = "thread.care"
    SEE_HELP = "help.see"
    SEE_PRIVACY = "privacy.see"
    SEE_MY_DATA = "privacy.mine"
    FOLLOW_THEMES = "theme.follow"
    RUN_THEME_ROLES = "theme.run"
    KEEP_DRAFT = "draft.keep"
    SEE_DESK = "desk.see"
    SEE_AUDIT = "desk.audit"
    EDIT_TEXTS = "texts.edit"
    SET_NUDGES = "desk.nudges"
    WRITE_TO_MEMBERS = "message.write"
    RUN_CHECKLISTS = "checklist.run"  # one's own, and one's steps in those of others
    RUN_TEAM_CHECKLISTS = "checklist.team"
    HAVE_MESSAGES = "message.have"  # read one's own, want no more of them
    EXPORT_NETWORK = "desk.export"  # take tables along; some kinds ask for more


# The lowest role that may do it.
NEEDED: dict[Action, Role] = {
    Action.SET_UP_NETWORK: Role.ADMIN,
    Action.SEE_NETWORK_STATUS: Role.FACILITATOR,
    Action.CHANGE_NETWORK: Role.ADMIN,
    Action.SEE_FORECAST: Role.FACILITATOR,
    Action.SEE_NETWORK_HEALTH: Role.FACILITATOR,
    Action.HELP_NEWCOMERS: Role.FACILITATOR,
    Action.ASK_FOR_ACCESS: Role.STRANGER,
    Action.EDIT_PROFILE: Role.NEWCOMER,
    Action.FIND_PEERS: Role.MEMBER,
    Action.VOUCH: Role.MEMBER,
    Action.ADMIT_MEMBER: Role.FACILITATOR,
    Action.SUSPEND_MEMBER: Role.FACILITATOR,
    Action.NAME_FACILITATOR: Role.ADMIN,
    Action.SEARCH_LIBRARY: Role.MEMBER,
    Action.PROPOSE_RESOURCE: Role.MEMBER,
    Action.REVIEW_RESOURCE: Role.FACILITATOR,
    Action.JUDGE_RESOURCE: Role.MEMBER,
    Action.CURATE_LIBRARY: Role.FACILITATOR,
    Action.HANDLE_REPORTS: Role.FACILITATOR,
    Action.SEE_ACRONYMS: Role.NEWCOMER,
    Action.HAVE_COFFEE: Role.MEMBER,
    Action.PROPOSE_COFFEE: Role.FACILITATOR,
    Action.SPONSOR: Role.MEMBER,
    Action.JOIN_CODEV: Role.MEMBER,
    Action.PROPOSE_CODEV: Role.FACILITATOR,
    Action.IMPORT_RESOURCES: Role.ADMIN,
    Action.EXPORT_RESOURCES: Role.FACILITATOR,
    Action.CHECK_LINKS: Role.ADMIN,
    Action.SEE_PRACTICES: Role.MEMBER,
    Action.SHARE_PRACTICE: Role.MEMBER,
    Action.TAKE_UP_PRACTICE: Role.MEMBER,
    Action.CURATE_PRACTICES: Role.FACILITATOR,
    Action.SEE_MEETUPS: Role.MEMBER,
    Action.ANSWER_MEETUP: Role.MEMBER,
    Action.PLAN_MEETUP: Role.FACILITATOR,
    Action.REGISTER_SOMEONE: Role.FACILITATOR,
    Action.RUN_DIGEST: Role.FACILITATOR,
    Action.READ_DIGEST: Role.MEMBER,
    Action.SEE_NEEDS: Role.MEMBER,
    Action.PUBLISH_NEED: Role.MEMBER,
    Action.HELP_PEERS: Role.MEMBER,
    Action.CARE_FOR_NEEDS: Role.FACILITATOR,
    Action.FOLLOW_THREADS: Role.MEMBER,
    Action.CARE_FOR_THREADS: Role.FACILITATOR,
    Action.SEE_HELP: Role.STRANGER,
    Action.SEE_PRIVACY: Role.STRANGER,
    Action.SEE_MY_DATA: Role.STRANGER,  # one's own data, whatever became of one's access
    Action.FOLLOW_THEMES: Role.MEMBER,
    Action.RUN_THEME_ROLES: Role.FACILITATOR,
    Action.KEEP_DRAFT: Role.NEWCOMER,
    Action.SEE_DESK: Role.FACILITATOR,
    Action.SEE_AUDIT: Role.FACILITATOR,
    Action.EDIT_TEXTS: Role.FACILITATOR,
    Action.SET_NUDGES: Role.FACILITATOR,
    Action.WRITE_TO_MEMBERS: Role.FACILITATOR,
    Action.HAVE_MESSAGES: Role.NEWCOMER,
    Action.EXPORT_NETWORK: Role.FACILITATOR,
    Action.RUN_CHECKLISTS: Role.MEMBER,
    Action.RUN_TEAM_CHECKLISTS: Role.FACILITATOR,
}


# What who is in charge of a theme may do as well, within it.
THEMED = frozenset(
    {
        Action.SEE_DESK,
        Action.REVIEW_RESOURCE,
        Action.HANDLE_REPORTS,
        Action.CARE_FOR_NEEDS,
        Action.CARE_FOR_THREADS,
        Action.WRITE_TO_MEMBERS,
    }
)


def allows(actor: Actor, action: Action, theme_ids: Collection[int] = ()) -> bool:
    """Whether the actor may do it, to something that bears these themes."""
    return actor.role >= NEEDED[action] or (action in THEMED and not actor.themes.isdisjoint(theme_ids))


def require(actor: Actor, action: Action, theme_ids: Collection[int] = ()) -> None:
    """Refuse with NotAllowed unless the actor may do it."""
    if not allows(actor, action, theme_ids):
        raise NotAllowed(action=action, needed=NEEDED[action])


def scope(actor: Actor, action: Action) -> frozenset[int] | None:
    """The themes within which the actor may do it; None: everywhere. NotAllowed when nowhere.

    Whoever asks this looks at those themes only, or asks ``require`` once they know what it is about.
    """
    require(actor, action, actor.themes)
    return None if allows(actor, action) else actor.themes

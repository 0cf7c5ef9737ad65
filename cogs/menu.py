"""The menu's rooms: what can be started by button, for whoever sees no commands. New commands add themselves.

A room is a second level under « Aide et menu », so that each level stays within what a message can hold. A
test proves that every command is named by a way, and that every way's button leads somewhere.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from community.policy import Action
from community.ports import Button


@dataclass(frozen=True)
class Way:
    """A button, the action without which it is not offered, and the commands that it stands for."""

    button: Button
    needs: Action
    commands: tuple[str, ...] = ()


@dataclass(frozen=True)
class Room:
    """``name``: its words are ``rooms.<name>`` and its button ``help.<name>``."""

    name: str
    ways: tuple[Way, ...]

    @property
    def button(self) -> Button:
        return Button(f"help.{self.name}")

    def open_to(self, actions: Collection[str]) -> list[Way]:
        """What somebody who may do ``actions`` finds in it."""
        return [way for way in self.ways if way.needs in actions]


def _way(action: str, needs: Action, *commands: str, style: str = "secondary") -> Way:
    return Way(Button(action, style=style), needs, commands)


LIBRARY = Room(
    "library",
    (
        _way("library.search", Action.SEARCH_LIBRARY, "resource search", style="primary"),
        _way("library.browse", Action.SEARCH_LIBRARY, "resource browse"),
        _way("library.propose", Action.PROPOSE_RESOURCE, "resource propose", "resource link"),
        _way("library.mine", Action.PROPOSE_RESOURCE, "resource mine"),
        _way("library.kept", Action.JUDGE_RESOURCE, "resource kept"),
        _way("toolbox.list", Action.SEARCH_LIBRARY, "resource toolboxes"),
        _way("alert.list", Action.JUDGE_RESOURCE, "resource alerts"),
        _way("acronym.look", Action.SEE_ACRONYMS, "acronym"),
    ),
)
PRACTICES = Room(
    "practices",
    (
        _way("practice.list", Action.SEE_PRACTICES, "practice list", "practice show", style="primary"),
        _way("practice.share", Action.SHARE_PRACTICE, "practice share"),
        _way("practice.mine", Action.SHARE_PRACTICE, "practice mine", "practice edit"),
        _way("checklist.list", Action.RUN_CHECKLISTS, "checklist list"),
        _way("checklist.start", Action.RUN_CHECKLISTS, "checklist start"),
    ),
)
NEEDS = Room(
    "needs",
    (
        _way("need.publish", Action.PUBLISH_NEED, "need publish", style="primary"),
        _way("need.list", Action.SEE_NEEDS, "need list", "need show"),
        _way("need.mine", Action.PUBLISH_NEED, "need mine"),
        _way("need.available", Action.HELP_PEERS, "need available"),
        _way("thread.mine", Action.FOLLOW_THREADS, "thread mine", "thread show"),
    ),
)
MEETUPS = Room(
    "meetups",
    (
        _way("meetup.list", Action.SEE_MEETUPS, "meetup list", "meetup trips", style="primary"),
        _way("meetup.here", Action.ANSWER_MEETUP, "meetup here"),
        _way("meetup.past", Action.SEE_MEETUPS, "meetup past"),
        _way("task.mine", Action.SEE_MEETUPS, "meetup actions"),
        _way("meetup.reminders", Action.ANSWER_MEETUP, "meetup reminders"),
        _way("calendar.show", Action.SEE_MEETUPS, "meetup calendar"),
        _way("meetup.create", Action.PLAN_MEETUP, "meetup create"),
        _way(
            "meetup.manage",
            Action.PLAN_MEETUP,
            *("meetup manage", "meetup edit", "meetup move", "meetup cancel", "meetup skip"),
        ),
        _way("poll.ask", Action.PLAN_MEETUP, "meetup poll"),
    ),
)
PEERS = Room(
    "peers",
    (
        _way("peer.search", Action.FIND_PEERS, "peer search", style="primary"),
        _way("peer.map", Action.FIND_PEERS, "peer map"),
        _way("join.vouch", Action.VOUCH, "vouch"),
        _way(
            "coffee.mine",
            Action.HAVE_COFFEE,
            *("coffee view", "coffee join", "coffee leave", "coffee pause"),
        ),
        _way("sponsor.mine", Action.SPONSOR, "sponsor view", "sponsor find"),
        _way("codev.list", Action.JOIN_CODEV, "codev list"),
    ),
)
# Whatever somebody may do here, their data are theirs.
ME = Room(
    "me",
    (
        _way("profile.show", Action.EDIT_PROFILE, "profile view"),
        _way("profile.edit", Action.EDIT_PROFILE, "profile edit"),
        _way("theme.mine", Action.FOLLOW_THEMES, "themes"),
        _way("digest.mine", Action.READ_DIGEST, "digest mine", "digest stop", "digest email"),
        _way("digest.catch_up", Action.READ_DIGEST, "catch-up"),
        _way("mandate.show", Action.EDIT_PROFILE, "mandate view"),
        _way("message.choice", Action.HAVE_MESSAGES),
        _way("privacy.mine", Action.SEE_MY_DATA, "my-data view", "my-data export", "my-data delete"),
        _way("privacy.show", Action.SEE_PRIVACY, "privacy"),
    ),
)
FACILITATION = Room(
    "facilitation",
    (
        _way("desk.show", Action.SEE_DESK, "facilitate desk", style="primary"),
        _way("member.waiting", Action.ADMIT_MEMBER, "member waiting"),
        _way(
            "member.find",
            Action.ADMIT_MEMBER,
            *("member admit", "member suspend", "member appoint", "member dismiss", "member entrust"),
        ),
        _way("library.review", Action.REVIEW_RESOURCE, "resource review"),
        _way("report.list", Action.HANDLE_REPORTS, "resource reports"),
        _way("synonym.list", Action.CURATE_LIBRARY, "resource synonyms"),
        _way("alert.unanswered", Action.CURATE_LIBRARY, "resource unanswered"),
        _way("desk.audit", Action.SEE_AUDIT, "facilitate audit"),
        _way("export.ask", Action.EXPORT_NETWORK, "facilitate export"),
        _way("need.care", Action.CARE_FOR_NEEDS, "need care"),
        _way("thread.unanswered", Action.CARE_FOR_THREADS, "thread unanswered"),
        _way("thread.answers", Action.SEE_NETWORK_HEALTH, "thread answers"),
        _way("coffee.offer", Action.PROPOSE_COFFEE, "coffee propose"),
        _way("codev.propose", Action.PROPOSE_CODEV, "codev propose"),
        _way("mandate.campaign", Action.ADMIT_MEMBER, "mandate campaign"),
        _way("message.list", Action.WRITE_TO_MEMBERS, "facilitate message"),
        _way("checklist.team", Action.RUN_TEAM_CHECKLISTS),
    ),
)
NETWORK = Room(
    "network",
    (
        _way("digest.settings", Action.RUN_DIGEST, "digest settings"),
        _way("digest.preview", Action.RUN_DIGEST, "digest preview"),
        _way("network.health", Action.SEE_NETWORK_HEALTH, "network health"),
        _way("network.funnel", Action.HELP_NEWCOMERS, "network funnel"),
        _way("texts.list", Action.EDIT_TEXTS, "facilitate texts"),
        _way("theme.roles", Action.RUN_THEME_ROLES, "network themes"),
        _way("network.forecast", Action.SEE_FORECAST, "network forecast"),
        _way("network.status", Action.SEE_NETWORK_STATUS, "network status"),
        _way("network.settings", Action.CHANGE_NETWORK, "network settings"),
        _way("network.repair", Action.CHANGE_NETWORK, "network repair", "network setup"),
    ),
)
# In the order of an ordinary day.
ROOMS = (LIBRARY, PRACTICES, NEEDS, MEETUPS, PEERS, ME, FACILITATION, NETWORK)

ASK = _way("member.ask", Action.ASK_FOR_ACCESS, "join", style="primary")  # until one is let in
HELP = _way("help.show", Action.SEE_HELP, "help")  # on the permanent message


def every_way() -> Iterator[Way]:
    """Those of every room, and the two that stand outside."""
    yield ASK
    yield HELP
    for room in ROOMS:
        yield from room.ways

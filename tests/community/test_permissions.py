"""The permission matrix, complete: every public use case, as every role."""

import inspect
import io
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from community.actors import Role, Standing
from community.errors import DomainError, NotAllowed
from community.exporter import Exporter
from community.importer import Importer
from community.meetups_rules import NewMeetup
from community.needs_rules import NewNeed
from community.policy import NEEDED, Action, allows
from community.practice_importer import PracticeImporter
from community.practice_requests import Told
from community.reindex import Reindexer
from community.resources import NewResource
from community.search import Looked, SearchView
from community.thread_views import MessageSeen
from storage.engine import Database
from tests.community import meetups_uses
from tests.community.conftest import Network, standing
from tests.community.uses_of_desk import USES as OF_DESK

MEETUP = NewMeetup("Panel citoyen", datetime(2026, 4, 1, 9, tzinfo=UTC))
MESSAGE = MessageSeen("9", "9", "3", person=True, at=datetime(2026, 3, 2, tzinfo=UTC))
NOTHING = Looked(SearchView("eau", (), 0, 1), None)
NEW = NewResource("Un titre", "https://example.org/page")
Use = Callable[[Network, Role], Awaitable[object]]

# (service, method) -> the action that it must ask for, and a call. Ids that do not exist: the permission
# comes first, so a refusal is NotAllowed and anything else is another error, or success.
USES: dict[tuple[str, str], tuple[Action, Use]] = {
    ("networks", "set_up"): (
        Action.SET_UP_NETWORK,
        lambda n, r: n.services.networks.set_up(_person(r), name="X"),
    ),
    ("networks", "repair"): (Action.CHANGE_NETWORK, lambda n, r: n.services.networks.repair(n[r])),
    ("networks", "status"): (Action.SEE_NETWORK_STATUS, lambda n, r: n.services.networks.status(n[r])),
    ("networks", "settings"): (Action.CHANGE_NETWORK, lambda n, r: n.services.networks.settings(n[r])),
    ("networks", "themes"): (Action.SEARCH_LIBRARY, lambda n, r: n.services.networks.themes(n[r])),
    ("networks", "change"): (
        Action.CHANGE_NETWORK,
        lambda n, r: n.services.networks.change(n[r], name="Nom"),
    ),
    ("networks", "set_place"): (
        Action.CHANGE_NETWORK,
        lambda n, r: n.services.networks.set_place(n[r], "meetups", "77"),
    ),
    ("networks", "set_role"): (
        Action.CHANGE_NETWORK,
        lambda n, r: n.services.networks.set_role(n[r], "newcomer", "78"),
    ),
    ("networks", "add_theme"): (
        Action.CHANGE_NETWORK,
        lambda n, r: n.services.networks.add_theme(n[r], "Culture"),
    ),
    ("networks", "rename_theme"): (
        Action.CHANGE_NETWORK,
        lambda n, r: n.services.networks.rename_theme(n[r], 999_999, "Culture"),
    ),
    ("networks", "archive_theme"): (
        Action.CHANGE_NETWORK,
        lambda n, r: n.services.networks.archive_theme(n[r], 999_999),
    ),
    ("themes", "mine"): (Action.FOLLOW_THEMES, lambda n, r: n.services.themes.mine(n[r])),
    ("themes", "take"): (Action.FOLLOW_THEMES, lambda n, r: n.services.themes.take(n[r], 999_999)),
    ("themes", "leave"): (Action.FOLLOW_THEMES, lambda n, r: n.services.themes.leave(n[r], 999_999)),
    ("themes", "choose"): (Action.FOLLOW_THEMES, lambda n, r: n.services.themes.choose(n[r], [])),
    ("themes", "wear"): (Action.FOLLOW_THEMES, lambda n, r: n.services.themes.wear(n[r], True)),
    ("theme_roles", "state"): (Action.RUN_THEME_ROLES, lambda n, r: n.services.theme_roles.state(n[r])),
    ("theme_roles", "turn_on"): (Action.RUN_THEME_ROLES, lambda n, r: n.services.theme_roles.turn_on(n[r])),
    ("theme_roles", "turn_off"): (Action.RUN_THEME_ROLES, lambda n, r: n.services.theme_roles.turn_off(n[r])),
    ("acronyms", "look_up"): (Action.SEE_ACRONYMS, lambda n, r: n.services.acronyms.look_up(n[r], "EPCI")),
    ("acronyms", "explain"): (Action.SEE_ACRONYMS, lambda n, r: n.services.acronyms.explain(n[r], "EPCI")),
    ("acronyms", "suggest"): (Action.SEE_ACRONYMS, lambda n, r: n.services.acronyms.suggest(n[r], "")),
    ("codev", "coming"): (Action.JOIN_CODEV, lambda n, r: n.services.codev.coming(n[r])),
    ("codev", "session"): (Action.JOIN_CODEV, lambda n, r: n.services.codev.session(n[r], 999_999)),
    ("codev", "may_propose"): (Action.PROPOSE_CODEV, lambda n, r: n.services.codev.may_propose(n[r])),
    ("codev", "propose"): (Action.PROPOSE_CODEV, lambda n, r: n.services.codev.propose(n[r], "Janvier")),
    ("codev", "join"): (Action.JOIN_CODEV, lambda n, r: n.services.codev.join(n[r], 999_999, "consultant")),
    ("codev", "leave"): (Action.JOIN_CODEV, lambda n, r: n.services.codev.leave(n[r], 999_999)),
    ("codev", "start"): (Action.JOIN_CODEV, lambda n, r: n.services.codev.start(n[r], 999_999)),
    ("codev", "pause"): (Action.JOIN_CODEV, lambda n, r: n.services.codev.pause(n[r], 999_999)),
    ("codev", "resume"): (Action.JOIN_CODEV, lambda n, r: n.services.codev.resume(n[r], 999_999)),
    ("codev", "stop"): (Action.JOIN_CODEV, lambda n, r: n.services.codev.stop(n[r], 999_999)),
    ("codev", "to_lead"): (Action.JOIN_CODEV, lambda n, r: n.services.codev.to_lead(n[r], 999_999)),
    ("codev", "next_step"): (Action.JOIN_CODEV, lambda n, r: n.services.codev.next_step(n[r], 999_999, 1)),
    ("codev", "extend"): (Action.JOIN_CODEV, lambda n, r: n.services.codev.extend(n[r], 999_999, 1)),
    ("codev", "conclude"): (
        Action.JOIN_CODEV,
        lambda n, r: n.services.codev.conclude(n[r], 999_999, "Une phrase"),
    ),
    ("coffee", "mine"): (Action.HAVE_COFFEE, lambda n, r: n.services.coffee.mine(n[r])),
    ("coffee", "join"): (Action.HAVE_COFFEE, lambda n, r: n.services.coffee.join(n[r])),
    ("coffee", "leave"): (Action.HAVE_COFFEE, lambda n, r: n.services.coffee.leave(n[r])),
    ("coffee", "pause"): (Action.HAVE_COFFEE, lambda n, r: n.services.coffee.pause(n[r], "5 janvier")),
    ("coffee", "answer"): (
        Action.HAVE_COFFEE,
        lambda n, r: n.services.coffee.answer(n[r], 999_999, "met"),
    ),
    ("sponsoring", "mine"): (Action.SPONSOR, lambda n, r: n.services.sponsoring.mine(n[r])),
    ("sponsoring", "find"): (Action.SPONSOR, lambda n, r: n.services.sponsoring.find(n[r])),
    ("sponsoring", "offer"): (Action.SPONSOR, lambda n, r: n.services.sponsoring.offer(n[r])),
    ("sponsoring", "withdraw"): (Action.SPONSOR, lambda n, r: n.services.sponsoring.withdraw(n[r])),
    ("sponsoring", "ask"): (Action.SPONSOR, lambda n, r: n.services.sponsoring.ask(n[r], 999_999)),
    ("sponsoring", "accept"): (Action.SPONSOR, lambda n, r: n.services.sponsoring.accept(n[r], 999_999)),
    ("sponsoring", "decline"): (Action.SPONSOR, lambda n, r: n.services.sponsoring.decline(n[r], 999_999)),
    ("sponsoring", "stop"): (Action.SPONSOR, lambda n, r: n.services.sponsoring.stop(n[r], 999_999)),
    ("coffee", "offer"): (Action.PROPOSE_COFFEE, lambda n, r: n.services.coffee.offer(n[r])),
    ("coffee", "propose"): (Action.PROPOSE_COFFEE, lambda n, r: n.services.coffee.propose(n[r], 0)),
    ("coffee", "set_monthly"): (
        Action.PROPOSE_COFFEE,
        lambda n, r: n.services.coffee.set_monthly(n[r], True),
    ),
    ("joining", "open"): (Action.ASK_FOR_ACCESS, lambda n, r: n.services.joining.open(_person(r))),
    ("joining", "mine"): (Action.EDIT_PROFILE, lambda n, r: n.services.joining.mine(n[r])),
    ("joining", "send"): (Action.EDIT_PROFILE, lambda n, r: n.services.joining.send(n[r])),
    ("joining", "answer"): (Action.EDIT_PROFILE, lambda n, r: n.services.joining.answer(n[r], "Oui.")),
    ("joining", "queue"): (Action.ADMIT_MEMBER, lambda n, r: n.services.joining.queue(n[r])),
    ("joining", "ask"): (Action.ADMIT_MEMBER, lambda n, r: n.services.joining.ask(n[r], 999_999, "Qui ?")),
    ("joining", "refuse"): (
        Action.ADMIT_MEMBER,
        lambda n, r: n.services.joining.refuse(n[r], 999_999, "Non."),
    ),
    ("joining", "vouchable"): (Action.VOUCH, lambda n, r: n.services.joining.vouchable(n[r])),
    ("joining", "vouch"): (Action.VOUCH, lambda n, r: n.services.joining.vouch(n[r], 999_999)),
    ("joining", "snooze"): (Action.EDIT_PROFILE, lambda n, r: n.services.joining.snooze(n[r])),
    ("joining", "stop_follow_ups"): (
        Action.EDIT_PROFILE,
        lambda n, r: n.services.joining.stop_follow_ups(n[r]),
    ),
    ("invitations", "invite"): (
        Action.ADMIT_MEMBER,
        lambda n, r: n.services.invitations.invite(n[r], "Ada"),
    ),
    ("invitations", "invite_all"): (
        Action.ADMIT_MEMBER,
        lambda n, r: n.services.invitations.invite_all(n[r], []),
    ),
    ("invitations", "use"): (Action.EDIT_PROFILE, lambda n, r: n.services.invitations.use(n[r], "NOCODE")),
    ("profiles", "mine"): (Action.EDIT_PROFILE, lambda n, r: n.services.profiles.mine(n[r])),
    ("profiles", "themes"): (Action.EDIT_PROFILE, lambda n, r: n.services.profiles.themes(n[r])),
    ("profiles", "set_authority"): (
        Action.EDIT_PROFILE,
        lambda n, r: n.services.profiles.set_authority(n[r], "commune:73065"),
    ),
    ("profiles", "set_organisation"): (
        Action.EDIT_PROFILE,
        lambda n, r: n.services.profiles.set_organisation(n[r], "Les Amis", "association", ""),
    ),
    ("profiles", "set_about"): (
        Action.EDIT_PROFILE,
        lambda n, r: n.services.profiles.set_about(n[r], function="Maire"),
    ),
    ("profiles", "set_exchange"): (
        Action.EDIT_PROFILE,
        lambda n, r: n.services.profiles.set_exchange(n[r], offers="", seeks="", bio=""),
    ),
    ("profiles", "set_sharing"): (
        Action.EDIT_PROFILE,
        lambda n, r: n.services.profiles.set_sharing(n[r], offers="", seeks="", bio="", consents=[]),
    ),
    ("profiles", "set_short_sentences"): (
        Action.EDIT_PROFILE,
        lambda n, r: n.services.profiles.set_short_sentences(n[r], wanted=True),
    ),
    ("profiles", "set_consents"): (
        Action.EDIT_PROFILE,
        lambda n, r: n.services.profiles.set_consents(n[r], []),
    ),
    ("privacy", "notice"): (Action.SEE_PRIVACY, lambda n, r: n.services.privacy.notice(n[r])),
    ("privacy", "mine"): (Action.SEE_MY_DATA, lambda n, r: n.services.privacy.mine(n[r])),
    ("privacy", "export"): (Action.SEE_MY_DATA, lambda n, r: n.services.privacy.export(n[r])),
    ("privacy", "erase"): (
        Action.SEE_MY_DATA,
        lambda n, r: n.services.privacy.erase(replace(n[r], member_id=None)),
    ),
    ("profiles", "find_peers"): (Action.FIND_PEERS, lambda n, r: n.services.profiles.find_peers(n[r], "eau")),
    ("territories", "members_map"): (
        Action.FIND_PEERS,
        lambda n, r: n.services.territories.members_map(n[r]),
    ),
    ("funnels", "funnel"): (Action.HELP_NEWCOMERS, lambda n, r: n.services.funnels.funnel(n[r])),
    ("funnels", "person"): (Action.HELP_NEWCOMERS, lambda n, r: n.services.funnels.person(n[r], 999_999)),
    ("funnels", "nudge"): (Action.HELP_NEWCOMERS, lambda n, r: n.services.funnels.nudge(n[r], 999_999)),
    ("health", "figures"): (Action.SEE_NETWORK_HEALTH, lambda n, r: n.services.health.figures(n[r])),
    ("members", "find"): (Action.ADMIT_MEMBER, lambda n, r: n.services.members.find(n[r], "personne")),
    ("members", "member"): (Action.ADMIT_MEMBER, lambda n, r: n.services.members.member(n[r], 999_999)),
    ("members", "known"): (Action.ADMIT_MEMBER, lambda n, r: n.services.members.known(n[r], standing("3"))),
    ("members", "admit"): (Action.ADMIT_MEMBER, lambda n, r: n.services.members.admit(n[r], 999_999)),
    ("members", "suspend"): (Action.SUSPEND_MEMBER, lambda n, r: n.services.members.suspend(n[r], 999_999)),
    ("members", "name_facilitator"): (
        Action.NAME_FACILITATOR,
        lambda n, r: n.services.members.name_facilitator(n[r], 999_999),
    ),
    ("members", "dismiss_facilitator"): (
        Action.NAME_FACILITATOR,
        lambda n, r: n.services.members.dismiss_facilitator(n[r], 999_999),
    ),
    ("library", "propose"): (Action.PROPOSE_RESOURCE, lambda n, r: n.services.library.propose(n[r], NEW)),
    ("library", "resource"): (Action.SEARCH_LIBRARY, lambda n, r: n.services.library.resource(n[r], 999_999)),
    ("library", "browse"): (Action.SEARCH_LIBRARY, lambda n, r: n.services.library.browse(n[r])),
    ("library", "proposals"): (Action.PROPOSE_RESOURCE, lambda n, r: n.services.library.proposals(n[r])),
    ("library", "source"): (
        Action.PROPOSE_RESOURCE,
        lambda n, r: n.services.library.source(n[r], 999_999, "Cerema", "2024"),
    ),
    ("library", "place"): (
        Action.PROPOSE_RESOURCE,
        lambda n, r: n.services.library.place(n[r], 999_999, "Ici", ""),
    ),
    ("library", "queue"): (Action.REVIEW_RESOURCE, lambda n, r: n.services.library.queue(n[r])),
    ("library", "to_review"): (
        Action.REVIEW_RESOURCE,
        lambda n, r: n.services.library.to_review(n[r], 999_999),
    ),
    ("library", "to_edit"): (Action.REVIEW_RESOURCE, lambda n, r: n.services.library.to_edit(n[r], 999_999)),
    ("library", "publish"): (Action.REVIEW_RESOURCE, lambda n, r: n.services.library.publish(n[r], 999_999)),
    ("library", "refuse"): (
        Action.REVIEW_RESOURCE,
        lambda n, r: n.services.library.refuse(n[r], 999_999, "Non."),
    ),
    ("library", "edit"): (Action.REVIEW_RESOURCE, lambda n, r: n.services.library.edit(n[r], 999_999, NEW)),
    ("library", "withdraw"): (
        Action.PROPOSE_RESOURCE,  # one's own; of others, a facilitator
        lambda n, r: n.services.library.withdraw(n[r], 999_999),
    ),
    ("links", "check"): (Action.CHECK_LINKS, lambda n, r: n.services.links.check(n[r])),
    ("pages", "read"): (Action.PROPOSE_RESOURCE, lambda n, r: n.services.pages.read(n[r], "example.org/x")),
    ("links", "follow"): (Action.REVIEW_RESOURCE, lambda n, r: n.services.links.follow(n[r], 999_999)),
    ("meetups", "draft"): (Action.PLAN_MEETUP, lambda n, r: n.services.meetups.draft(n[r], MEETUP)),
    ("meetups", "zone"): (Action.PLAN_MEETUP, lambda n, r: n.services.meetups.zone(n[r])),
    ("meetups", "understand"): (
        Action.PLAN_MEETUP,
        lambda n, r: n.services.meetups.understand(n[r], "jeudi 14h"),
    ),
    ("meetups", "place"): (Action.PLAN_MEETUP, lambda n, r: n.services.meetups.place(n[r])),
    ("meetups", "rule"): (Action.PLAN_MEETUP, lambda n, r: n.services.meetups.rule(n[r], 999_999)),
    ("meetups", "to_manage"): (Action.PLAN_MEETUP, lambda n, r: n.services.meetups.to_manage(n[r])),
    ("meetups", "dates"): (Action.PLAN_MEETUP, lambda n, r: n.services.meetups.dates(n[r], 999_999)),
    ("meetups", "publish"): (Action.PLAN_MEETUP, lambda n, r: n.services.meetups.publish(n[r], 999_999)),
    ("meetups", "discard"): (Action.PLAN_MEETUP, lambda n, r: n.services.meetups.discard(n[r], 999_999)),
    ("meetups", "coming"): (Action.SEE_MEETUPS, lambda n, r: n.services.meetups.coming(n[r])),
    ("meetups", "suggest"): (Action.SEE_MEETUPS, lambda n, r: n.services.meetups.suggest(n[r], "panel")),
    ("meetups", "meetup"): (Action.SEE_MEETUPS, lambda n, r: n.services.meetups.meetup(n[r], 999_999)),
    ("meetups", "to_change"): (Action.PLAN_MEETUP, lambda n, r: n.services.meetups.to_change(n[r], 999_999)),
    ("meetups", "edit"): (
        Action.PLAN_MEETUP,
        lambda n, r: n.services.meetups.edit(
            n[r], 999_999, title="Panel", where="", length="", capacity="", description=""
        ),
    ),
    ("meetups", "describe"): (
        Action.PLAN_MEETUP,
        lambda n, r: n.services.meetups.describe(n[r], 999_999, "", None),
    ),
    ("meetups", "move"): (
        Action.PLAN_MEETUP,
        lambda n, r: n.services.meetups.move(n[r], 999_999, n.clock.now()),
    ),
    ("meetups", "cancel"): (Action.PLAN_MEETUP, lambda n, r: n.services.meetups.cancel(n[r], 999_999)),
    ("meetups", "skip"): (Action.PLAN_MEETUP, lambda n, r: n.services.meetups.skip(n[r], 999_999)),
    ("meetups", "revive"): (Action.PLAN_MEETUP, lambda n, r: n.services.meetups.revive(n[r], 999_999)),
    **meetups_uses.USES,
    ("registrations", "answer"): (
        Action.ANSWER_MEETUP,
        lambda n, r: n.services.registrations.answer(n[r], 999_999, "yes"),
    ),
    ("registrations", "answer_following"): (
        Action.ANSWER_MEETUP,
        lambda n, r: n.services.registrations.answer_following(n[r], 999_999, "yes"),
    ),
    ("registrations", "answer_for"): (
        Action.REGISTER_SOMEONE,
        lambda n, r: n.services.registrations.answer_for(n[r], 999_999, 1, "yes"),
    ),
    ("registrations", "attending"): (
        Action.SEE_MEETUPS,
        lambda n, r: n.services.registrations.attending(n[r], 999_999),
    ),
    ("registrations", "show_name"): (
        Action.ANSWER_MEETUP,
        lambda n, r: n.services.registrations.show_name(n[r], 999_999, True),
    ),
    ("registrations", "needs"): (
        Action.ANSWER_MEETUP,
        lambda n, r: n.services.registrations.needs(n[r], 999_999),
    ),
    ("registrations", "ask"): (
        Action.ANSWER_MEETUP,
        lambda n, r: n.services.registrations.ask(n[r], 999_999, "", ""),
    ),
    ("registrations", "reminders"): (
        Action.ANSWER_MEETUP,
        lambda n, r: n.services.registrations.reminders(n[r]),
    ),
    ("registrations", "network_reminders"): (
        Action.PLAN_MEETUP,
        lambda n, r: n.services.registrations.network_reminders(n[r]),
    ),
    ("registrations", "set_reminders"): (
        Action.ANSWER_MEETUP,
        lambda n, r: n.services.registrations.set_reminders(n[r], "J-1"),
    ),
    ("registrations", "set_network_reminders"): (
        Action.PLAN_MEETUP,
        lambda n, r: n.services.registrations.set_network_reminders(n[r], "J-1"),
    ),
    ("calendars", "addresses"): (
        Action.SEE_MEETUPS,
        lambda n, r: n.services.calendars.addresses(n[r]),
    ),
    ("calendars", "address"): (
        Action.SEE_MEETUPS,
        lambda n, r: n.services.calendars.address(n[r], "member"),
    ),
    ("calendars", "revoke"): (
        Action.SEE_MEETUPS,
        lambda n, r: n.services.calendars.revoke(n[r]),
    ),
    ("calendars", "single"): (
        Action.SEE_MEETUPS,
        lambda n, r: n.services.calendars.single(n[r], 999_999),
    ),
    ("calendars", "file"): (
        Action.SEE_MEETUPS,
        lambda n, r: n.services.calendars.file(n[r], "network"),
    ),
    ("polls", "draft"): (
        Action.PLAN_MEETUP,
        lambda n, r: n.services.polls.draft(n[r], title="Comité", slots=""),
    ),
    ("polls", "publish"): (
        Action.PLAN_MEETUP,
        lambda n, r: n.services.polls.publish(n[r], 999_999),
    ),
    ("polls", "running"): (
        Action.SEE_MEETUPS,
        lambda n, r: n.services.polls.running(n[r]),
    ),
    ("polls", "poll"): (
        Action.SEE_MEETUPS,
        lambda n, r: n.services.polls.poll(n[r], 999_999),
    ),
    ("polls", "answer"): (
        Action.ANSWER_MEETUP,
        lambda n, r: n.services.polls.answer(n[r], 999_999, "yes", ()),
    ),
    ("polls", "choose"): (
        Action.PLAN_MEETUP,
        lambda n, r: n.services.polls.choose(n[r], 999_999),
    ),
    ("polls", "cancel"): (
        Action.PLAN_MEETUP,
        lambda n, r: n.services.polls.cancel(n[r], 999_999),
    ),
    ("forecasts", "coming"): (
        Action.SEE_FORECAST,
        lambda n, r: n.services.forecasts.coming(n[r]),
    ),
    ("forecasts", "line"): (
        Action.SEE_FORECAST,
        lambda n, r: n.services.forecasts.line(n[r], 999_999),
    ),
    ("forecasts", "cancel"): (
        Action.SEE_FORECAST,
        lambda n, r: n.services.forecasts.cancel(n[r], 999_999),
    ),
    ("search", "find"): (Action.SEARCH_LIBRARY, lambda n, r: n.services.search.find(n[r], "eau")),
    ("search", "look"): (Action.SEARCH_LIBRARY, lambda n, r: n.services.search.look(n[r], "eau")),
    ("search", "note"): (Action.SEARCH_LIBRARY, lambda n, r: n.services.search.note(n[r], NOTHING)),
    ("search", "page"): (Action.SEARCH_LIBRARY, lambda n, r: n.services.search.page(n[r], 999_999, 1)),
    ("practices", "practice"): (
        Action.SEE_PRACTICES,
        lambda n, r: n.services.practices.practice(n[r], 999_999),
    ),
    ("practices", "browse"): (Action.SEE_PRACTICES, lambda n, r: n.services.practices.browse(n[r])),
    ("practices", "mine"): (Action.SEE_PRACTICES, lambda n, r: n.services.practices.mine(n[r])),
    ("practices", "suggest"): (
        Action.SEE_PRACTICES,
        lambda n, r: n.services.practices.suggest(n[r], "marché"),
    ),
    ("practices", "history"): (
        Action.SEE_PRACTICES,
        lambda n, r: n.services.practices.history(n[r], 999_999),
    ),
    ("practices", "lineage"): (
        Action.SEE_PRACTICES,
        lambda n, r: n.services.practices.lineage(n[r], 999_999),
    ),
    ("sharing", "drafts"): (Action.SHARE_PRACTICE, lambda n, r: n.services.sharing.drafts(n[r])),
    ("sharing", "begin"): (
        Action.SHARE_PRACTICE,
        lambda n, r: n.services.sharing.begin(n[r], {"title": "Un titre", "done": "Fait."}),
    ),
    ("sharing", "draft"): (Action.SHARE_PRACTICE, lambda n, r: n.services.sharing.draft(n[r], 999_999)),
    ("sharing", "write"): (Action.SHARE_PRACTICE, lambda n, r: n.services.sharing.write(n[r], 999_999, {})),
    ("sharing", "hide_name"): (
        Action.SHARE_PRACTICE,
        lambda n, r: n.services.sharing.hide_name(n[r], 999_999, True),
    ),
    ("sharing", "publish"): (Action.SHARE_PRACTICE, lambda n, r: n.services.sharing.publish(n[r], 999_999)),
    ("sharing", "discard"): (Action.SHARE_PRACTICE, lambda n, r: n.services.sharing.discard(n[r], 999_999)),
    ("sharing", "withdraw"): (Action.SHARE_PRACTICE, lambda n, r: n.services.sharing.withdraw(n[r], 999_999)),
    ("sharing", "open_thread"): (
        Action.SHARE_PRACTICE,
        lambda n, r: n.services.sharing.open_thread(n[r], 999_999),
    ),
    ("sharing", "open_threads"): (
        Action.CURATE_PRACTICES,
        lambda n, r: n.services.sharing.open_threads(n[r]),
    ),
    ("reuses", "take_up"): (Action.TAKE_UP_PRACTICE, lambda n, r: n.services.reuses.take_up(n[r], 999_999)),
    ("reuses", "answer"): (
        Action.TAKE_UP_PRACTICE,
        lambda n, r: n.services.reuses.answer(n[r], 999_999, "adopted"),
    ),
    ("reuses", "reuse"): (Action.TAKE_UP_PRACTICE, lambda n, r: n.services.reuses.reuse(n[r], 999_999)),
    ("reuses", "taken_up"): (Action.TAKE_UP_PRACTICE, lambda n, r: n.services.reuses.taken_up(n[r])),
    ("reuses", "heart"): (Action.TAKE_UP_PRACTICE, lambda n, r: n.services.reuses.heart(n[r], 999_999)),
    ("reuses", "notices"): (Action.TAKE_UP_PRACTICE, lambda n, r: n.services.reuses.notices(n[r])),
    ("reuses", "set_notices"): (
        Action.TAKE_UP_PRACTICE,
        lambda n, r: n.services.reuses.set_notices(n[r], []),
    ),
    ("reuses", "standing"): (
        Action.SHARE_PRACTICE,
        lambda n, r: n.services.reuses.standing(n[r], 999_999, "continues"),
    ),
    ("reuses", "has_heart"): (Action.SEE_PRACTICES, lambda n, r: n.services.reuses.has_heart(n[r], 999_999)),
    ("card_requests", "ask"): (
        Action.SHARE_PRACTICE,
        lambda n, r: n.services.card_requests.ask(n[r], Told("1", "3", "Un texte", "2")),
    ),
    ("card_requests", "accept"): (
        Action.SHARE_PRACTICE,
        lambda n, r: n.services.card_requests.accept(n[r], 999_999),
    ),
    ("card_requests", "decline"): (
        Action.SHARE_PRACTICE,
        lambda n, r: n.services.card_requests.decline(n[r], 999_999),
    ),
    ("practices", "without_thread"): (
        Action.CURATE_PRACTICES,
        lambda n, r: n.services.practices.without_thread(n[r]),
    ),
    ("practice_importer", "practices"): (
        Action.IMPORT_RESOURCES,
        lambda n, r: PracticeImporter(n.db, n.clock).practices(n[r], []),
    ),
    ("search", "suggest"): (Action.SEARCH_LIBRARY, lambda n, r: n.services.search.suggest(n[r], "eau")),
    ("search", "bare"): (Action.SEARCH_LIBRARY, lambda n, r: n.services.search.bare(n[r], "eau")),
    ("synonyms", "own"): (Action.CURATE_LIBRARY, lambda n, r: n.services.synonyms.own(n[r])),
    ("synonyms", "meaning"): (Action.CURATE_LIBRARY, lambda n, r: n.services.synonyms.meaning(n[r], "ZAN")),
    ("synonyms", "word"): (Action.CURATE_LIBRARY, lambda n, r: n.services.synonyms.word(n[r], 999_999)),
    ("synonyms", "name"): (
        Action.CURATE_LIBRARY,
        lambda n, r: n.services.synonyms.name(n[r], "JNX", "jardins"),
    ),
    ("synonyms", "forget"): (Action.CURATE_LIBRARY, lambda n, r: n.services.synonyms.forget(n[r], 999_999)),
    ("reports", "report"): (
        Action.JUDGE_RESOURCE,
        lambda n, r: n.services.reports.report(n[r], 999_999, "error"),
    ),
    ("reports", "waiting"): (Action.HANDLE_REPORTS, lambda n, r: n.services.reports.waiting(n[r])),
    ("reports", "to_answer"): (Action.HANDLE_REPORTS, lambda n, r: n.services.reports.to_answer(n[r], 9)),
    ("reports", "answer"): (Action.HANDLE_REPORTS, lambda n, r: n.services.reports.answer(n[r], 9, "kept")),
    ("handover", "orphans"): (Action.CARE_FOR_THREADS, lambda n, r: n.services.handover.orphans(n[r], 99)),
    ("handover", "take_over"): (
        Action.CARE_FOR_THREADS,
        lambda n, r: n.services.handover.take_over(n[r], 99),
    ),
    ("handover", "take_over_all"): (
        Action.CARE_FOR_THREADS,
        lambda n, r: n.services.handover.take_over_all(n[r], 99),
    ),
    ("handover", "pass_on"): (Action.FOLLOW_THREADS, lambda n, r: n.services.handover.pass_on(n[r], "x")),
    ("mandates", "mine"): (Action.EDIT_PROFILE, lambda n, r: n.services.mandates.mine(n[r])),
    ("mandates", "still"): (Action.EDIT_PROFILE, lambda n, r: n.services.mandates.still(n[r])),
    ("mandates", "campaign"): (Action.ADMIT_MEMBER, lambda n, r: n.services.mandates.campaign(n[r])),
    ("mandates", "start"): (
        Action.ADMIT_MEMBER,
        lambda n, r: n.services.mandates.start(n[r], elected_only=True),
    ),
    ("mandates", "close"): (Action.ADMIT_MEMBER, lambda n, r: n.services.mandates.close(n[r])),
    ("threads", "show"): (Action.FOLLOW_THREADS, lambda n, r: n.services.threads.show(n[r], "9")),
    ("threads", "thread"): (Action.FOLLOW_THREADS, lambda n, r: n.services.threads.thread(n[r], 9)),
    ("threads", "mine"): (Action.FOLLOW_THREADS, lambda n, r: n.services.threads.mine(n[r])),
    ("threads", "to_accept"): (Action.FOLLOW_THREADS, lambda n, r: n.services.threads.to_accept(n[r], 9)),
    ("threads", "follow"): (Action.FOLLOW_THREADS, lambda n, r: n.services.threads.follow(n[r], 9, True)),
    ("threads", "accept"): (Action.FOLLOW_THREADS, lambda n, r: n.services.threads.accept(n[r], MESSAGE)),
    ("threads", "accept_reply"): (
        Action.FOLLOW_THREADS,
        lambda n, r: n.services.threads.accept_reply(n[r], 9),
    ),
    ("threads", "undo"): (Action.FOLLOW_THREADS, lambda n, r: n.services.threads.undo(n[r], 9)),
    ("threads", "close"): (Action.FOLLOW_THREADS, lambda n, r: n.services.threads.close(n[r], 9)),
    ("threads", "reopen"): (Action.FOLLOW_THREADS, lambda n, r: n.services.threads.reopen(n[r], 9)),
    ("threads", "unanswered"): (Action.CARE_FOR_THREADS, lambda n, r: n.services.threads.unanswered(n[r])),
    ("threads", "rules"): (Action.CARE_FOR_THREADS, lambda n, r: n.services.threads.rules(n[r])),
    ("threads", "set_rules"): (
        Action.CARE_FOR_THREADS,
        lambda n, r: n.services.threads.set_rules(n[r], "48", "30"),
    ),
    ("answer_figures", "times"): (
        Action.CARE_FOR_THREADS,
        lambda n, r: n.services.answer_figures.times(n[r]),
    ),
    ("freshness", "doubtful"): (Action.CURATE_LIBRARY, lambda n, r: n.services.freshness.doubtful(n[r])),
    ("freshness", "confirm"): (
        Action.PROPOSE_RESOURCE,
        lambda n, r: n.services.freshness.confirm(n[r], 999_999),
    ),
    ("freshness", "ask_in"): (
        Action.CURATE_LIBRARY,
        lambda n, r: n.services.freshness.ask_in(n[r], 999_999, "six"),
    ),
    ("opinions", "about"): (Action.SEARCH_LIBRARY, lambda n, r: n.services.opinions.about(n[r], 9)),
    ("opinions", "of"): (Action.SEARCH_LIBRARY, lambda n, r: n.services.opinions.of(n[r], 999_999)),
    ("opinions", "keep"): (Action.JUDGE_RESOURCE, lambda n, r: n.services.opinions.keep(n[r], 999_999)),
    ("opinions", "kept"): (Action.JUDGE_RESOURCE, lambda n, r: n.services.opinions.kept(n[r])),
    ("opinions", "mine"): (Action.JUDGE_RESOURCE, lambda n, r: n.services.opinions.mine(n[r], 999_999)),
    ("opinions", "rate"): (Action.JUDGE_RESOURCE, lambda n, r: n.services.opinions.rate(n[r], 999_999, 4)),
    ("opinions", "use"): (Action.JUDGE_RESOURCE, lambda n, r: n.services.opinions.use(n[r], 999_999)),
    ("opinions", "used"): (Action.JUDGE_RESOURCE, lambda n, r: n.services.opinions.used(n[r], 9, "useful")),
    ("opinions", "hide"): (Action.JUDGE_RESOURCE, lambda n, r: n.services.opinions.hide(n[r], 999_999)),
    ("alerts", "save"): (Action.JUDGE_RESOURCE, lambda n, r: n.services.alerts.save(n[r], 999_999, 0)),
    ("alerts", "mine"): (Action.JUDGE_RESOURCE, lambda n, r: n.services.alerts.mine(n[r])),
    ("alerts", "alert"): (Action.JUDGE_RESOURCE, lambda n, r: n.services.alerts.alert(n[r], 999_999)),
    ("alerts", "stop"): (Action.JUDGE_RESOURCE, lambda n, r: n.services.alerts.stop(n[r], 999_999)),
    ("alerts", "in_vain"): (Action.CURATE_LIBRARY, lambda n, r: n.services.alerts.in_vain(n[r])),
    ("toolboxes", "shelf"): (Action.SEARCH_LIBRARY, lambda n, r: n.services.toolboxes.shelf(n[r])),
    ("toolboxes", "open"): (Action.SEARCH_LIBRARY, lambda n, r: n.services.toolboxes.open(n[r], 9)),
    ("toolboxes", "create"): (
        Action.CURATE_LIBRARY,
        lambda n, r: n.services.toolboxes.create(n[r], "Outils"),
    ),
    ("toolboxes", "edit"): (Action.CURATE_LIBRARY, lambda n, r: n.services.toolboxes.edit(n[r], 9, "Outils")),
    ("toolboxes", "publish"): (Action.CURATE_LIBRARY, lambda n, r: n.services.toolboxes.publish(n[r], 9)),
    ("toolboxes", "put"): (Action.CURATE_LIBRARY, lambda n, r: n.services.toolboxes.put(n[r], 9, 9)),
    ("toolboxes", "lift"): (Action.CURATE_LIBRARY, lambda n, r: n.services.toolboxes.lift(n[r], 9, 9)),
    ("toolboxes", "take_out"): (
        Action.CURATE_LIBRARY,
        lambda n, r: n.services.toolboxes.take_out(n[r], 9, 9),
    ),
    ("toolboxes", "delete"): (Action.CURATE_LIBRARY, lambda n, r: n.services.toolboxes.delete(n[r], 999_999)),
    ("personal_digests", "mine"): (Action.READ_DIGEST, lambda n, r: n.services.personal_digests.mine(n[r])),
    ("personal_digests", "choose"): (
        Action.READ_DIGEST,
        lambda n, r: n.services.personal_digests.choose(
            n[r], frequency="weekly", weekday=1, hour=8, scope="all"
        ),
    ),
    ("personal_digests", "stop"): (Action.READ_DIGEST, lambda n, r: n.services.personal_digests.stop(n[r])),
    ("personal_digests", "renew_page"): (
        Action.READ_DIGEST,
        lambda n, r: n.services.personal_digests.renew_page(n[r]),
    ),
    ("personal_digests", "catch_up"): (
        Action.READ_DIGEST,
        lambda n, r: n.services.personal_digests.catch_up(n[r]),
    ),
    ("personal_digests", "issue"): (
        Action.READ_DIGEST,
        lambda n, r: n.services.personal_digests.issue(n[r], 9),
    ),
    ("personal_digests", "less"): (
        Action.READ_DIGEST,
        lambda n, r: n.services.personal_digests.less(n[r], 9, ("resource", 9)),
    ),
    ("personal_digests", "lift"): (
        Action.READ_DIGEST,
        lambda n, r: n.services.personal_digests.lift(n[r], "resource", 9),
    ),
    ("personal_digests", "opened"): (
        Action.READ_DIGEST,
        lambda n, r: n.services.personal_digests.opened(n[r], "resource", 9),
    ),
    ("mail_addresses", "ask"): (
        Action.READ_DIGEST,
        lambda n, r: n.services.mail_addresses.ask(n[r], "ada@example.fr"),
    ),
    ("mail_addresses", "confirm"): (
        Action.READ_DIGEST,
        lambda n, r: n.services.mail_addresses.confirm(n[r], "123456"),
    ),
    ("mail_addresses", "forget"): (
        Action.READ_DIGEST,
        lambda n, r: n.services.mail_addresses.forget(n[r]),
    ),
    ("digests", "settings"): (Action.RUN_DIGEST, lambda n, r: n.services.digests.settings(n[r])),
    ("digests", "change"): (
        Action.RUN_DIGEST,
        lambda n, r: n.services.digests.change(n[r], frequency="off", weekday=1, hour=9, approval=False),
    ),
    ("digests", "set_word"): (Action.RUN_DIGEST, lambda n, r: n.services.digests.set_word(n[r], "Mot")),
    ("digests", "set_feed"): (Action.RUN_DIGEST, lambda n, r: n.services.digests.set_feed(n[r], [])),
    ("digests", "preview"): (Action.RUN_DIGEST, lambda n, r: n.services.digests.preview(n[r])),
    ("digests", "leave_out"): (Action.RUN_DIGEST, lambda n, r: n.services.digests.leave_out(n[r], 9, [])),
    ("digests", "approve"): (Action.RUN_DIGEST, lambda n, r: n.services.digests.approve(n[r], 9)),
    ("digests", "cancel"): (Action.RUN_DIGEST, lambda n, r: n.services.digests.cancel(n[r], 9)),
    ("needs", "publish"): (
        Action.PUBLISH_NEED,
        lambda n, r: n.services.needs.publish(n[r], NewNeed("Concerter sur une place")),
    ),
    ("needs", "to_practice"): (
        Action.SHARE_PRACTICE,
        lambda n, r: n.services.needs.to_practice(n[r], 999_999),
    ),
    ("needs", "closest"): (
        Action.PUBLISH_NEED,
        lambda n, r: n.services.needs.closest(n[r], 999_999),
    ),
    ("needs", "waiting"): (
        Action.SEE_NEEDS,
        lambda n, r: n.services.needs.waiting(n[r]),
    ),
    ("needs", "mine"): (
        Action.SEE_NEEDS,
        lambda n, r: n.services.needs.mine(n[r]),
    ),
    ("needs", "need"): (
        Action.SEE_NEEDS,
        lambda n, r: n.services.needs.need(n[r], 999_999),
    ),
    ("needs", "suggest"): (
        Action.SEE_NEEDS,
        lambda n, r: n.services.needs.suggest(n[r], "eau"),
    ),
    ("needs", "to_close"): (
        Action.PUBLISH_NEED,
        lambda n, r: n.services.needs.to_close(n[r], 999_999),
    ),
    ("needs", "close"): (
        Action.PUBLISH_NEED,
        lambda n, r: n.services.needs.close(n[r], 999_999, "solved"),
    ),
    ("needs", "keep_open"): (
        Action.PUBLISH_NEED,
        lambda n, r: n.services.needs.keep_open(n[r], 999_999),
    ),
    ("needs", "reply"): (
        Action.PUBLISH_NEED,
        lambda n, r: n.services.needs.reply(n[r], 999_999, "Merci."),
    ),
    ("needs", "from_search"): (
        Action.PUBLISH_NEED,
        lambda n, r: n.services.needs.from_search(n[r], 999_999, 0),
    ),
    ("helping", "availability"): (
        Action.HELP_PEERS,
        lambda n, r: n.services.helping.availability(n[r]),
    ),
    ("helping", "set_availability"): (
        Action.HELP_PEERS,
        lambda n, r: n.services.helping.set_availability(n[r], True),
    ),
    ("helping", "accept"): (
        Action.HELP_PEERS,
        lambda n, r: n.services.helping.accept(n[r], 999_999),
    ),
    ("helping", "decline"): (
        Action.HELP_PEERS,
        lambda n, r: n.services.helping.decline(n[r], 999_999),
    ),
    ("helping", "to_offer"): (
        Action.HELP_PEERS,
        lambda n, r: n.services.helping.to_offer(n[r], 999_999),
    ),
    ("helping", "offer"): (
        Action.HELP_PEERS,
        lambda n, r: n.services.helping.offer(n[r], 999_999),
    ),
    ("helping", "react"): (
        Action.HELP_PEERS,
        lambda n, r: n.services.helping.react(n[r], 999_999, "done_here"),
    ),
    ("needs_care", "overview"): (
        Action.CARE_FOR_NEEDS,
        lambda n, r: n.services.needs_care.overview(n[r]),
    ),
    ("needs_care", "to_check"): (
        Action.CARE_FOR_NEEDS,
        lambda n, r: n.services.needs_care.to_check(n[r], 999_999),
    ),
    ("needs_care", "approve"): (
        Action.CARE_FOR_NEEDS,
        lambda n, r: n.services.needs_care.approve(n[r], 999_999),
    ),
    ("needs_care", "refuse"): (
        Action.CARE_FOR_NEEDS,
        lambda n, r: n.services.needs_care.refuse(n[r], 999_999, "Non."),
    ),
    ("needs_care", "whom"): (
        Action.CARE_FOR_NEEDS,
        lambda n, r: n.services.needs_care.whom(n[r], 999_999),
    ),
    ("needs_care", "solicit"): (
        Action.CARE_FOR_NEEDS,
        lambda n, r: n.services.needs_care.solicit(n[r], 999_999, 1),
    ),
    ("drafts", "save"): (Action.KEEP_DRAFT, lambda n, r: n.services.drafts.save(n[r], "f", 0, {"a": "b"})),
    ("drafts", "load"): (Action.KEEP_DRAFT, lambda n, r: n.services.drafts.load(n[r], "f", 0)),
    ("drafts", "clear"): (Action.KEEP_DRAFT, lambda n, r: n.services.drafts.clear(n[r], "f", 0)),
    ("importer", "resources"): (
        Action.IMPORT_RESOURCES,
        lambda n, r: Importer(n.db, n.clock).resources(n[r], []),
    ),
    ("reindexer", "resources"): (
        Action.IMPORT_RESOURCES,
        lambda n, r: Reindexer(n.db).resources(n[r]),
    ),
    ("exporter", "resources"): (
        Action.EXPORT_RESOURCES,
        lambda n, r: Exporter(n.db).resources(n[r], io.StringIO(), "csv"),
    ),
    **OF_DESK,
    ("help", "for_actor"): (Action.SEE_HELP, lambda n, r: _later(n.services.help.for_actor(n[r]))),
}

# Not done by a person: what the platform tells (somebody came, went), and the application's own ticks.
WITHOUT_ACTOR = {
    ("meetups_upkeep", "run"),
    ("needs_upkeep", "run"),
    ("needs_upkeep", "replace"),
    ("needs_upkeep", "put_off"),
    ("thread_ears", "heard"),
    ("thread_ears", "unsaid"),
    ("thread_ears", "opened_by_hand"),
    ("thread_ears", "renamed"),
    ("thread_ears", "deleted"),
    ("thread_ears", "reacted"),
    ("thread_ears", "missed"),
    ("thread_care", "tend"),
    ("mandates", "ask_ended"),
    ("thread_care", "nudge"),
    ("thread_care", "tell_facilitators"),
    ("thread_care", "close_idle"),
    ("mirror", "event_changed"),
    ("mirror", "event_gone"),
    ("mirror", "interest"),
    *meetups_uses.WITHOUT_ACTOR,
    ("members", "identify"),
    ("members", "arrive"),
    ("members", "depart"),
    ("calendars", "feed"),  # asked by programs: the secret address says who
    ("calendars", "purge"),
    ("drafts", "purge"),
    ("coffee", "run"),
    ("checklist_steps", "reader"),  # in private, the step says which network is meant
    ("team_messages", "reader"),  # in private, the message says which network is meant
    ("polls", "purge"),
    ("sharing", "purge"),
    ("card_requests", "purge"),
    ("nudges", "purge"),
    ("privacy", "removed"),
    ("privacy", "returned"),
    ("privacy", "purge"),
    ("privacy", "retain"),
    ("search", "purge"),
    ("web_sessions", "open"),  # asked before anybody is known; lets in facilitators only
    ("web_sessions", "visitor"),
    ("web_sessions", "close"),
    ("web_sessions", "close_everywhere"),
    ("web_sessions", "purge"),
    ("links", "check_due"),
    ("library_care", "tend"),
    ("alerts", "look"),
    ("digests", "run_due"),
    ("personal_digests", "plan_due"),
    ("personal_digests", "purge"),
    ("personal_digests", "reader"),  # says who acts
    ("theme_roles", "role_gone"),
    ("personal_digests", "page"),  # the secret address says who
    ("personal_digests", "stop_by_secret"),
    ("public_feeds", "read"),  # public, or nothing
    ("public_feeds", "address"),
    ("library_care", "ask_owners"),
    ("library_care", "remind_reviewers"),
}


def _person(role: Role) -> Standing:
    accounts = {
        Role.ADMIN: "1",
        Role.NEWCOMER: "2",
        Role.MEMBER: "3",
        Role.FACILITATOR: "4",
        Role.STRANGER: "5",
    }
    return standing(accounts[role], manages_server=role is Role.ADMIN)


async def _refusal(use: Awaitable[object]) -> NotAllowed | None:
    """Why it was not allowed; None when it was, even if there is no such thing."""
    try:
        await use
    except NotAllowed as refusal:
        return refusal
    except DomainError:
        return None
    return None


async def _later(value: object) -> object:
    return value


async def test_every_use_case_asks_for_its_action_as_every_role(network: Network) -> None:
    for (service, method), (action, use) in USES.items():
        for role in Role:
            refusal = await _refusal(use(network, role))
            assert (refusal is not None) is (role < NEEDED[action]), (service, method, role)
            if refusal is not None:
                assert refusal.details == {"action": action, "needed": NEEDED[action]}, (
                    service,
                    method,
                    role,
                )


def test_no_public_use_case_is_forgotten(network: Network) -> None:
    public = {
        (service, name)
        for service in vars(network.services)
        for name, _method in inspect.getmembers(getattr(network.services, service), inspect.ismethod)
        if not name.startswith("_")
    }
    of_files = {(service, "resources") for service in ("importer", "exporter", "reindexer")}
    of_files.add(("practice_importer", "practices"))
    assert public | of_files == set(USES) | WITHOUT_ACTOR


def test_every_action_is_asked_by_a_use_case() -> None:
    assert {action for action, _use in USES.values()} == set(Action)


@pytest.mark.parametrize("role", list(Role))
def test_a_higher_role_may_do_what_a_lower_one_may(network: Network, role: Role) -> None:
    for action in Action:
        below = [allows(network[lower], action) for lower in Role if lower <= role]
        assert below == sorted(below)


async def test_a_suspended_member_may_do_no_more_than_a_stranger(network: Network, db: Database) -> None:
    member = network[Role.MEMBER]
    await network.services.members.suspend(network[Role.FACILITATOR], member.member_id or 0)
    actor = await network.services.members.identify(standing("3"))
    assert actor.role is Role.STRANGER
    with pytest.raises(NotAllowed):
        await network.services.search.find(actor, "eau")

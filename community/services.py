"""Every use case, made once and handed to the doors."""

from dataclasses import dataclass

from community.acronyms import Acronyms
from community.alerts import Alerts
from community.answer_times import AnswerFigures
from community.audits import Audits
from community.calendars import Calendars
from community.charges import Charges
from community.checklist_steps import ChecklistSteps
from community.checklists import Checklists
from community.codev import Codev
from community.coffee import Coffee
from community.desk import Desk
from community.digest_mail import MailAddresses
from community.digests import Digests
from community.digests_personal import PersonalDigests
from community.drafts import Drafts
from community.exports import Exports
from community.forecast import Forecasts
from community.freshness import Freshness
from community.funnel import Funnels
from community.handover import Handover
from community.health import Health
from community.help import Help
from community.helping import Helping
from community.invitations import Invitations
from community.joining import Joining
from community.library import Library
from community.library_care import LibraryCare
from community.links import Links, Nowhere
from community.mandates import Mandates
from community.meetups import Meetups
from community.meetups_agenda import Agendas
from community.meetups_cautions import Cautions
from community.meetups_days import Days
from community.meetups_mirror import Mirror
from community.meetups_models import MeetupModels
from community.meetups_notes import Notes
from community.meetups_rooms import Rooms
from community.meetups_upkeep import MeetupsUpkeep
from community.members import Members
from community.needs import Needs
from community.needs_care import NeedsCare
from community.needs_upkeep import NeedsUpkeep
from community.network_building import Building
from community.networks import Networks
from community.nudges import Nudges
from community.opinions import Opinions
from community.pages import Pages
from community.polls import Polls
from community.ports import Clock, ServerBuilder, WebReader, Wording
from community.practice_requests import CardRequests
from community.practice_reuses import Reuses
from community.practice_sharing import Sharing
from community.practices import Practices
from community.privacy import Privacy
from community.profiles import Profiles
from community.public_feed import PublicFeeds
from community.registrations import Registrations
from community.reports import Reports
from community.search import Search
from community.sponsoring import Sponsoring
from community.synonyms import Synonyms
from community.team_messages import TeamMessages
from community.territories import Territories
from community.texts import Texts
from community.theme_roles import ThemeRoles
from community.themes import Themes
from community.thread_listening import ThreadEars
from community.threads import Threads
from community.threads_care import ThreadCare
from community.toolboxes import Toolboxes
from community.travel import Travel
from community.web_sessions import WebSessions
from storage.engine import Database
from storage.search import Memory


@dataclass(frozen=True)
class Services:
    """A cog takes what it needs of it."""

    networks: Networks
    themes: Themes
    theme_roles: ThemeRoles
    members: Members
    joining: Joining
    invitations: Invitations
    profiles: Profiles
    territories: Territories
    funnels: Funnels
    health: Health
    web_sessions: WebSessions
    privacy: Privacy
    library: Library
    links: Links
    pages: Pages
    meetups: Meetups
    meetups_upkeep: MeetupsUpkeep
    mirror: Mirror
    cautions: Cautions
    meetup_models: MeetupModels
    days: Days
    notes: Notes
    agendas: Agendas
    rooms: Rooms
    travel: Travel
    registrations: Registrations
    calendars: Calendars
    polls: Polls
    practices: Practices
    sharing: Sharing
    reuses: Reuses
    card_requests: CardRequests
    forecasts: Forecasts
    search: Search
    library_care: LibraryCare
    synonyms: Synonyms
    acronyms: Acronyms
    coffee: Coffee
    sponsoring: Sponsoring
    codev: Codev
    reports: Reports
    opinions: Opinions
    alerts: Alerts
    toolboxes: Toolboxes
    threads: Threads
    thread_ears: ThreadEars
    thread_care: ThreadCare
    answer_figures: AnswerFigures
    handover: Handover
    mandates: Mandates
    freshness: Freshness
    digests: Digests
    personal_digests: PersonalDigests
    mail_addresses: MailAddresses
    public_feeds: PublicFeeds
    needs: Needs
    helping: Helping
    needs_care: NeedsCare
    needs_upkeep: NeedsUpkeep
    desk: Desk
    audits: Audits
    nudges: Nudges
    team_messages: TeamMessages
    exports: Exports
    charges: Charges
    checklists: Checklists
    checklist_steps: ChecklistSteps
    texts: Texts
    drafts: Drafts
    help: Help


def services(
    db: Database,
    clock: Clock,
    builder: ServerBuilder,
    labels: Wording,
    web: WebReader | None = None,
    *,
    public_url: str | None = None,
    desk_url: str | None = None,
    mails: bool = False,
) -> Services:
    """All of them, on one database. Without ``web``, no page is ever visited.

    ``desk_url``: where the facilitators' web pages are, when they are open.
    """
    memory = Memory()  # of the index: one for all who search
    members = Members(db, clock)
    meetups = Meetups(db, clock)
    sharing = Sharing(db, clock, memory)
    building = Building(db, clock, builder, labels)
    return Services(
        networks=Networks(db, clock, building, labels),
        themes=Themes(db, clock),
        theme_roles=ThemeRoles(db, clock, building),
        members=members,
        joining=Joining(db, clock, members),
        invitations=Invitations(db, clock),
        profiles=Profiles(db, clock),
        territories=Territories(db),
        funnels=Funnels(db, clock),
        health=Health(db, clock),
        web_sessions=WebSessions(db, clock),
        privacy=Privacy(db, clock, labels),
        meetups=meetups,
        meetups_upkeep=MeetupsUpkeep(db, clock),
        mirror=Mirror(db, clock, labels),
        cautions=Cautions(db, clock),
        meetup_models=MeetupModels(db, clock),
        days=Days(db, clock, labels),
        notes=Notes(db, clock),
        agendas=Agendas(db, clock, labels),
        rooms=Rooms(db, clock),
        travel=Travel(db, clock),
        registrations=Registrations(db, clock),
        calendars=Calendars(db, clock, labels, public_url),
        polls=Polls(db, clock, meetups),
        practices=Practices(db, clock, memory),
        sharing=sharing,
        reuses=Reuses(db, clock),
        card_requests=CardRequests(db, clock),
        forecasts=Forecasts(db, clock),
        library=Library(db, clock, memory),
        links=Links(db, clock, web or Nowhere()),
        pages=Pages(db, web or Nowhere()),
        search=Search(db, clock, memory),
        library_care=LibraryCare(db, clock),
        synonyms=Synonyms(db, clock),
        acronyms=Acronyms(db),
        coffee=Coffee(db, clock),
        sponsoring=Sponsoring(db, clock),
        codev=Codev(db, clock),
        reports=Reports(db, clock),
        opinions=Opinions(db, clock),
        alerts=Alerts(db, clock, memory),
        toolboxes=Toolboxes(db, clock),
        threads=Threads(db, clock),
        thread_ears=ThreadEars(db, clock),
        thread_care=ThreadCare(db, clock),
        answer_figures=AnswerFigures(db, clock),
        handover=Handover(db, clock),
        mandates=Mandates(db, clock),
        freshness=Freshness(db, clock),
        digests=Digests(db, clock, labels),
        personal_digests=PersonalDigests(db, clock, public_url, mails=mails),
        mail_addresses=MailAddresses(db, clock, public_url, offered=mails),
        public_feeds=PublicFeeds(db, clock, public_url),
        needs=Needs(db, clock, memory, sharing),
        helping=Helping(db, clock),
        needs_care=NeedsCare(db, clock),
        needs_upkeep=NeedsUpkeep(db, clock),
        desk=Desk(db, clock, desk_url),
        audits=Audits(db),
        nudges=Nudges(db, clock),
        team_messages=TeamMessages(db, clock, labels),
        exports=Exports(db, clock, labels, desk_url),
        charges=Charges(db, clock),
        checklists=Checklists(db, clock, labels),
        checklist_steps=ChecklistSteps(db, clock),
        texts=Texts(db, clock, labels),
        drafts=Drafts(db, clock),
        help=Help(),
    )

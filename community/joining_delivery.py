"""What rows about joining become: the facilitators' card and its reminders, the private words, the welcome.

Must not show to others what the newcomer keeps to themselves: the welcome is read by the whole network.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community import meetups_views
from community import profiles as rules
from community.joining import remind
from community.outbox import Card, Direct, Drop, Edit, GiveUp, Plan, Planner, Post
from community.ports import Button
from storage import activity, joining, library, meetups, members, networks, outbox, profiles, sponsors
from storage.joining import JoinRequest, RequestState
from storage.members import Member, MemberState
from storage.networks import Network, Place
from storage.outbox import Outbox
from storage.profiles import Profile

PEERS_SHOWN = 3
RESOURCES_SHOWN = 3


def planners() -> Mapping[str, Planner]:
    """Kind of row -> its planner."""
    return {
        "member.asks": Asks("members/asks"),
        "join.card": CardFollows(),
        "join.waits": Waits("members/still_waits"),
        "join.asked": Told("joining/question", RequestState.ASKED, "join.answer"),
        "join.refused": Told("joining/refused", RequestState.REFUSED, "member.ask"),
        "join.vouched": Vouched(),
        "member.welcome": Welcome(),
        "member.follow_up": FollowUp(),
    }


class Asks(Planner):
    """Somebody waits for a decision: a card for the facilitators."""

    def __init__(self, template: str) -> None:
        self._template = template

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        member = await members.get(session, row.network_id, row.subject_id or 0)
        request = await joining.of(session, row.network_id, row.subject_id or 0)
        if member is None or request is None or member.state != MemberState.NEWCOMER:
            return Drop("no_longer_waiting")
        if request.state != RequestState.SENT or request.round != row.details.get("round"):
            return Drop("no_longer_waiting")
        network = await networks.get(session, row.network_id)
        values = await _values(session, network, member, request, now)
        rows = (
            (
                Button("member.admit", member.id or 0, style="success"),
                Button("join.ask", member.id or 0),
                Button("join.refuse", member.id or 0, style="danger"),
            ),
        )
        return await _in_corner(session, network, Card(self._template, network.locale, values, rows))


class Waits(Asks):
    """The same, some days later; another follows, a few times."""

    async def sent(self, session: AsyncSession, row: Outbox, ref: str, now: datetime) -> None:
        request = await joining.of(session, row.network_id, row.subject_id or 0)
        if request is not None:
            await remind(session, request, int(row.details["number"]) + 1, now)


class CardFollows(Planner):
    """The card says what became of the request, so that the others of the team need not open it."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        member = await members.get(session, row.network_id, row.subject_id or 0)
        request = await joining.of(session, row.network_id, row.subject_id or 0)
        corner = (await networks.places(session, row.network_id)).get(Place.FACILITATORS)
        if member is None or request is None or corner is None:
            return Drop("no_card")
        card = await outbox.sent_ref(session, row.network_id, row.details["card"])
        if card is None:
            return Drop("no_card")
        network = await networks.get(session, row.network_id)
        values = await _values(session, network, member, request, now)
        decider = await members.get(session, row.network_id, request.decided_by or 0)
        values["decider"] = decider.display_name if decider else ""
        values["vouched"] = request.vouched
        values["outcome"] = _outcome(member, request, row.details["round"])
        rows: tuple[tuple[Button, ...], ...] = ()
        if values["outcome"] == RequestState.ASKED:  # they may still decide without the answer
            admit = Button("member.admit", member.id or 0, style="success")
            rows = ((admit, Button("join.refuse", member.id or 0, style="danger")),)
        return Edit(corner.channel_ref, card, Card("members/decided", network.locale, values, rows))


def _outcome(member: Member, request: JoinRequest, shown: int) -> str:
    """What became of the request as it was sent the ``shown``-th time."""
    if request.round != shown:
        return "again"
    if member.state == MemberState.SUSPENDED:
        return "suspended"
    return "left" if request.state == RequestState.DRAFT else request.state


class Told(Planner):
    """A private word to who asked; the same stands on their request, for who takes no private message."""

    def __init__(self, template: str, state: RequestState, action: str) -> None:
        self._template, self._state, self._action = template, state, action

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        member = await members.get(session, row.network_id, row.subject_id or 0)
        request = await joining.of(session, row.network_id, row.subject_id or 0)
        if member is None or request is None or request.state != self._state:
            return Drop("decided_otherwise")
        if member.state != MemberState.NEWCOMER:
            return Drop("decided_otherwise")
        network = await networks.get(session, row.network_id)
        locale = await members.language(session, member, network.locale)
        values = {"network": network.name, "question": request.question, "reason": request.reason}
        button = Button(self._action, style="primary")
        return Direct(member.id or 0, Card(self._template, locale, values, ((button,),)))


class Vouched(Planner):
    """Somebody came in by a peer's word: the facilitators know, and may undo it."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        member = await members.get(session, row.network_id, row.subject_id or 0)
        request = await joining.of(session, row.network_id, row.subject_id or 0)
        if member is None or request is None or member.state != MemberState.ACTIVE:
            return Drop("decided_otherwise")
        network = await networks.get(session, row.network_id)
        values = await _values(session, network, member, request, now)
        voucher = await members.get(session, row.network_id, request.decided_by or 0)
        values["voucher"] = voucher.display_name if voucher else ""
        rows = ((Button("member.suspend", member.id or 0, style="danger"),),)
        return await _in_corner(session, network, Card("members/vouched", network.locale, values, rows))


class Welcome(Planner):
    """Presents somebody to the network, once, when their access is effective."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        member = await members.get(session, row.network_id, row.subject_id or 0)
        if member is None or member.state != MemberState.ACTIVE or member.welcomed_at is not None:
            return Drop("not_to_welcome")
        mine = await profiles.get(session, row.network_id, member.id or 0)
        if mine is None:
            return Drop("nothing_said")  # admitted without joining by the form: nothing to present
        network = await networks.get(session, row.network_id)
        places = await networks.places(session, row.network_id)
        place = places.get(Place.MEETUPS)
        account = await members.identity(session, row.network_id, member.id or 0)
        if place is None or account is None:
            return GiveUp("no_place")
        values = await _presented(session, member, mine, account.account_ref)
        values |= await _next_meetup(session, network, now)
        values["network"] = network.name
        buttons = [Button("peer.search", style="primary"), Button("library.search"), Button("profile.show")]
        if values["meetup"]:
            buttons.append(Button("meetup.list"))
        if await sponsors.any_free(session, row.network_id, member.id or 0, now):
            buttons.append(Button("sponsor.find"))
        rows = (tuple(buttons),)
        card = Card("joining/welcome", network.locale, values, rows, mentions=(account.account_ref,))
        return Post(place.channel_ref, card)

    async def sent(self, session: AsyncSession, row: Outbox, ref: str, now: datetime) -> None:
        member = await members.get(session, row.network_id, row.subject_id or 0)
        if member is not None:
            member.welcomed_at = now
            session.add(member)


class FollowUp(Planner):
    """A day, a week, a month after: what the person may do next, unless they already do things."""

    nudge = True

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        member = await members.get(session, row.network_id, row.subject_id or 0)
        if member is None or member.state != MemberState.ACTIVE:
            return Drop("not_active")
        mine = await profiles.get(session, row.network_id, member.id or 0)
        if mine is not None and not mine.followed_up:
            return Drop("not_wanted")
        days = int(row.details["days"])
        incomplete = mine is None or not mine.organisation or not mine.function
        busy = await activity.acts(session, row.network_id, member.id or 0) > 0
        if busy and not (incomplete and days == 1):
            return Drop("already_active")
        network = await networks.get(session, row.network_id)
        locale = await members.language(session, member, network.locale)
        first = Button("profile.edit" if incomplete else "peer.search", style="primary")
        rows = ((first, Button("library.search"), Button("join.later"), Button("join.stop")),)
        values = {"network": network.name, "days": days, "incomplete": incomplete}
        return Direct(member.id or 0, Card("joining/follow_up", locale, values, rows))


async def _presented(session: AsyncSession, member: Member, mine: Profile, account: str) -> dict[str, object]:
    """What the newcomer agreed to show, and what follows from that only."""
    network_id = member.network_id
    agreed = (await profiles.granted(session, network_id, [mine.member_id])).get(mine.member_id, frozenset())
    themes = await profiles.themes_of(session, network_id, mine.member_id)
    names = [theme.name for theme in themes]
    shown = rules.peer_view(mine, member.display_name, account, names, agreed, ())
    followed = set(shown.themes)
    open_themes = [theme for theme in themes if theme.name in followed]
    peers: Sequence[rules.PeerView] = ()
    if "listed" in agreed and agreed & {"organisation", "themes"}:
        wanted = rules.wanted_of(
            mine.member_id,
            mine if "organisation" in agreed else None,
            [theme.id or 0 for theme in open_themes],
        )
        found = await profiles.peers(session, network_id, wanted, PEERS_SHOWN)
        peers = await rules.peer_views(session, network_id, mine, followed, found, visible_of_mine=agreed)
    titles: dict[int, str] = {}
    for theme in open_themes:
        rows, _total = await library.browse(
            session, network_id, theme_id=theme.id, kind=None, limit=RESOURCES_SHOWN, offset=0
        )
        titles.update({row.id or 0: row.title for row in rows})
    return {"newcomer": shown, "peers": peers, "resources": list(titles.values())[:RESOURCES_SHOWN]}


async def _next_meetup(session: AsyncSession, network: Network, now: datetime) -> dict[str, object]:
    """The soonest one, with its day as the network says it."""
    coming = await meetups.coming(session, network.id or 0, now, limit=1)
    soonest = await meetups_views.view(session, coming[0]) if coming else None
    return {"meetup": soonest, "timezone": network.timezone}


async def _values(
    session: AsyncSession, network: Network, member: Member, request: JoinRequest, now: datetime
) -> dict[str, object]:
    """What the facilitators need to decide: they run the network, and the request says so to who sends it."""
    profile = await profiles.get(session, member.network_id, member.id or 0)
    themes = await profiles.themes_of(session, member.network_id, member.id or 0)
    account = await members.identity(session, member.network_id, member.id or 0)
    return {
        "name": member.display_name,
        "account": account.account_ref if account else "",
        "organisation": profile.organisation if profile else "",
        "function": profile.function if profile else "",
        "themes": [theme.name for theme in themes],
        "question": request.question,
        "answer": request.answer,
        "returns": request.round > 1 and not request.reason and not request.answer,
        "reason": request.reason,
        "days": max(0, (now - (request.sent_at or request.opened_at)).days),
    }


async def _in_corner(session: AsyncSession, network: Network, card: Card) -> Plan:
    corner = (await networks.places(session, network.id or 0)).get(Place.FACILITATORS)
    return GiveUp("no_place") if corner is None else Post(corner.channel_ref, card)

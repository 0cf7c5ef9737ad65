"""What rows about needs become: the thread, private questions to peers, words for both when one says yes.

Must not decide anything new: a row whose cause is gone is dropped. Nobody is asked who left, opted out or was
asked enough between the choice and this moment; ``needs_upkeep.py`` then chooses the next one.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community import charges, threads
from community.asking import local_day, still
from community.library_delivery import Rows, to_facilitators
from community.needs_activity import active_at, answered
from community.needs_care import peers_of, suggested
from community.needs_plan import FOLLOWED_UP_AFTER, refresh
from community.needs_rules import NeedView, keeper_id, view
from community.outbox import Card, Direct, Drop, Edit, ForumPost, GiveUp, Plan, Planner, Post
from community.ports import Button
from community.profiles import PeerView
from storage import helping, members, needs, networks, outbox
from storage.helping import HelpRequest, HelpState
from storage.members import Member, MemberState
from storage.needs import Need, NeedState
from storage.networks import Network, Place
from storage.outbox import Outbox
from storage.threads import NEED


def planners() -> Mapping[str, Planner]:
    """Kind of row -> its planner."""
    return {
        "need.to_check": ToCheck(),
        "need.checked": CheckedCard(),
        "need.decided": Decided(),
        "need.thread": Thread(),
        "need.card": CardFollows(),
        "need.reply": Reply(),
        "need.asked": Asked(),
        "need.accepted": Accepted(),
        "need.contact": Contact(),
        "need.unanswered": Unanswered(),
        "need.follow_up": FollowUp(),
        "need.thanks": Thanks(),
        "need.called_off": CalledOff(),
    }


def check_rows(need: NeedView) -> Rows:
    """What a facilitator decides on a need without a name."""
    if need.state != NeedState.WAITING:
        return ()
    return (
        (
            Button("need.approve", need.id, style="success"),
            Button("need.refuse", need.id, style="danger"),
        ),
    )


def thread_rows(need: NeedView) -> Rows:
    """Below the first message of a thread; once it is closed, nothing is left to click."""
    if not need.open:
        return ()
    answering = (
        Button("need.offer", need.id, style="primary"),
        Button("need.done_here", need.id),
        Button("need.not_for_us", need.id),
    )
    return (answering, (Button("need.close", need.id, style="success"),))


class ToCheck(Planner):
    """Somebody asks without a name: the facilitators read it first, and know who."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        need = await needs.get(session, row.network_id, row.subject_id or 0)
        if need is None or need.state != NeedState.WAITING:
            return Drop("already_handled")
        network = await networks.get(session, row.network_id)
        shown = await view(session, need)
        values = {"need": shown, "author": await _name(session, need), "timezone": network.timezone}
        return await to_facilitators(session, network, "needs/to_check", values, check_rows(shown))


class CheckedCard(Planner):
    """Once decided, that card says how, and its buttons are gone."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        need = await needs.get(session, row.network_id, row.subject_id or 0)
        corner = (await networks.places(session, row.network_id)).get(Place.FACILITATORS)
        card = await outbox.sent_ref(session, row.network_id, f"need.to_check:{row.subject_id}:")
        if need is None or need.state == NeedState.WAITING or corner is None or card is None:
            return Drop("no_card")
        network = await networks.get(session, row.network_id)
        decider = (await members.names(session, row.network_id, [need.decided_by or 0])).get(
            need.decided_by or 0, ""
        )
        values = {"need": await view(session, need), "decider": decider}
        return Edit(corner.channel_ref, card, Card("needs/checked", network.locale, values))


class Decided(Planner):
    """What became of a question without a name, for its author alone."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        need = await needs.get(session, row.network_id, row.subject_id or 0)
        if need is None or need.state not in (NeedState.OPEN, NeedState.REFUSED):
            return Drop("decided_otherwise")
        open_rows = (
            (Button("need.reply", need.id or 0, style="primary"), Button("need.close", need.id or 0)),
        )
        rows = open_rows if need.state == NeedState.OPEN else ((Button("need.publish"),),)
        return await _direct(session, row, "needs/decided", {"need": await view(session, need)}, rows)


class Thread(Planner):
    """The need's thread in its forum, under the tags of its themes."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        need = await needs.get(session, row.network_id, row.subject_id or 0)
        if need is None or need.state != NeedState.OPEN or need.thread_ref is not None:
            return Drop("not_open")
        forum = (await networks.places(session, row.network_id)).get(Place.NEEDS)
        if forum is None:
            return GiveUp("no_place")
        borne = (await needs.themes_of(session, row.network_id, [need.id or 0])).get(need.id or 0, [])
        tags = [name for theme in borne for name in (theme.tag, theme.name) if name]
        return ForumPost(forum.channel_ref, await _card(session, need), tags)

    async def sent(self, session: AsyncSession, row: Outbox, ref: str, now: datetime) -> None:
        need = await needs.locked(session, row.network_id, row.subject_id or 0)
        if need is None or not ref:
            return
        need.thread_ref = ref
        session.add(need)
        await session.flush()
        borne = (await needs.themes_of(session, row.network_id, [need.id or 0])).get(need.id or 0, [])
        await threads.opened(
            session,
            now,
            network_id=row.network_id,
            channel_ref=ref,
            kind=NEED,
            subject_id=need.id,
            # Told of replies in private, also when the question has no name.
            author_id=await keeper_id(session, need),
            asks=True,
            title=need.title,
            theme_ids=[theme.id or 0 for theme in borne],
        )
        await refresh(session, need, now)  # something may have happened while it was on its way


class CardFollows(Planner):
    """The first message of the thread shows the need as it is now."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        need = await needs.get(session, row.network_id, row.subject_id or 0)
        if need is None or need.thread_ref is None:
            return Drop("no_card")
        return Edit(need.thread_ref, need.thread_ref, await _card(session, need))


class Reply(Planner):
    """What the author of a need without a name says in its thread."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        need = await needs.get(session, row.network_id, row.subject_id or 0)
        reply = await needs.reply(session, row.network_id, int(row.details["reply"]))
        if need is None or need.state != NeedState.OPEN or reply is None:
            return Drop("not_open")
        if need.thread_ref is None:
            return GiveUp("no_place")
        network = await networks.get(session, row.network_id)
        return Post(need.thread_ref, Card("needs/reply", network.locale, {"words": reply.words}))


class Asked(Planner):
    """A peer is asked in private. Everything that made them the one is looked at again."""

    nudge = True

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        request = await helping.request(session, row.network_id, row.subject_id or 0)
        if request is None or request.state != HelpState.CHOSEN:
            return Drop("decided_otherwise")
        need = await needs.get(session, row.network_id, request.need_id)
        today = await local_day(session, row.network_id, now)
        if need is None or need.state != NeedState.OPEN or not await still(session, request, today, now):
            return Drop("not_available")
        rows = (
            (
                Button("need.accept", request.need_id, style="success"),
                Button("need.decline", request.need_id),
                Button("need.available"),
            ),
        )
        peers = await peers_of(session, need, [request.helper_id])
        values = {"need": await view(session, need), "reasons": peers[0].reasons if peers else ()}
        return await _direct(session, row, "needs/asked", values, rows)

    async def sent(self, session: AsyncSession, row: Outbox, ref: str, now: datetime) -> None:
        request = await helping.request(session, row.network_id, row.subject_id or 0)
        if request is not None and request.state == HelpState.CHOSEN:
            request.state, request.asked_at = HelpState.ASKED, now
            session.add(request)


class Accepted(Planner):
    """Who asked reads who will help: why them, how to reach them, what they say of themselves."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        need, request = await _match(session, row)
        if need is None or request is None:
            return Drop("decided_otherwise")
        helper = await _active(session, row.network_id, request.helper_id)
        if helper is None:
            return Drop("not_active")
        values = {
            "need": await view(session, need),
            "peer": await _peer(session, need, helper),
            "words": request.words,
            "offered": request.origin == helping.HelpOrigin.OFFERED,
        }
        rows = ((Button("need.close", need.id or 0, style="success"),),)
        return await _direct(session, row, "needs/accepted", values, rows)


class Contact(Planner):
    """Who will help reads whom, unless the question has no name: then its author writes."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        need, request = await _match(session, row)
        if need is None or request is None:
            return Drop("decided_otherwise")
        author = await _active(session, row.network_id, await keeper_id(session, need) or 0)
        if author is None:
            return Drop("not_active")
        peer = None if need.nameless else await _peer(session, need, author)
        values = {"need": await view(session, need), "peer": peer}
        return await _direct(session, row, "needs/contact", values)


class Unanswered(Planner):
    """Two days without an answer: the facilitators are told, with peers whom they may have asked."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        need = await needs.get(session, row.network_id, row.subject_id or 0)
        if need is None or need.state != NeedState.OPEN or await answered(session, need):
            return Drop("answered")
        network = await networks.get(session, row.network_id)
        shown = await view(session, need)
        values = {
            "need": shown,
            "peers": await suggested(session, need, now),
            "timezone": network.timezone,
        }
        rows = (
            (
                Button("need.whom", shown.id, style="primary"),
                Button("need.closest", shown.id),
                Button("need.close", shown.id),
            ),
        )
        return await to_facilitators(session, network, "needs/unanswered", values, rows)

    async def sent(self, session: AsyncSession, row: Outbox, ref: str, now: datetime) -> None:
        """Who is in charge of one of its themes hears of it as well."""
        key = row.subject_id or 0
        borne = (await needs.themes_of(session, row.network_id, [key])).get(key, [])
        theme_ids = [theme.id or 0 for theme in borne]
        await charges.alert(session, row.network_id, charges.NEED, key, theme_ids, now)


class FollowUp(Planner):
    """« Où en êtes-vous ? », only when it is open and nothing has happened for six weeks."""

    nudge = True

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        need = await needs.get(session, row.network_id, row.subject_id or 0)
        if need is None or need.state != NeedState.OPEN:
            return Drop("not_open")
        if await active_at(session, need) + FOLLOWED_UP_AFTER > now:
            return Drop("active")
        rows = (
            (
                Button("need.close", need.id or 0, style="success"),
                Button("need.keep_open", need.id or 0),
            ),
        )
        return await _direct(session, row, "needs/follow_up", {"need": await view(session, need)}, rows)

    async def sent(self, session: AsyncSession, row: Outbox, ref: str, now: datetime) -> None:
        need = await needs.locked(session, row.network_id, row.subject_id or 0)
        if need is not None and need.follow_up_at == row.due_at:
            need.follow_up_at = None
            session.add(need)


class Thanks(Planner):
    """The need is solved: a word for each who helped."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        need = await needs.get(session, row.network_id, row.subject_id or 0)
        if need is None or need.state not in (NeedState.SOLVED, NeedState.DONE):
            return Drop("decided_otherwise")
        return await _direct(session, row, "needs/thanks", {"need": await view(session, need)})


class CalledOff(Planner):
    """Who followed the need up left: a peer who was asked has nothing to do any more."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        need = await needs.get(session, row.network_id, row.subject_id or 0)
        request = await helping.request(session, row.network_id, int(row.details["request"]))
        if need is None or request is None or request.state != HelpState.SKIPPED:
            return Drop("decided_otherwise")
        return await _direct(session, row, "needs/called_off", {"need": await view(session, need)})


async def _card(session: AsyncSession, need: Need) -> Card:
    network = await networks.get(session, need.network_id)
    shown = await view(session, need)
    values = {"need": shown, "timezone": network.timezone}
    return Card("needs/card", network.locale, values, thread_rows(shown))


async def _match(session: AsyncSession, row: Outbox) -> tuple[Need | None, HelpRequest | None]:
    """A need and somebody who said yes; what was withdrawn or refused meanwhile matches nobody."""
    need = await needs.get(session, row.network_id, row.subject_id or 0)
    request = await helping.request(session, row.network_id, int(row.details["request"]))
    if request is None or request.state != HelpState.ACCEPTED:
        request = None
    return need, request


async def _peer(session: AsyncSession, need: Need, member: Member) -> PeerView:
    """Somebody, as far as they agreed to be seen; their name and account at least, which their yes shares."""
    found = await peers_of(session, need, [member.id or 0])
    if found:
        return found[0]
    account = await members.identity(session, need.network_id, member.id or 0)
    ref = account.account_ref if account else ""
    return PeerView(member.id or 0, member.display_name, ref, "", 0, "", "", (), "", "", "", ())


async def _name(session: AsyncSession, need: Need) -> str:
    return (await members.names(session, need.network_id, [need.author_id or 0])).get(need.author_id or 0, "")


async def _active(session: AsyncSession, network_id: int, member_id: int) -> Member | None:
    member = await members.get(session, network_id, member_id)
    return member if member is not None and member.state == MemberState.ACTIVE else None


async def _direct(
    session: AsyncSession,
    row: Outbox,
    template: str,
    values: Mapping[str, object],
    rows: Rows = (),
) -> Plan:
    """In private, in the language and time zone of who reads; to nobody who left."""
    member = await _active(session, row.network_id, row.recipient_id or 0)
    if member is None:
        return Drop("not_active")
    network: Network = await networks.get(session, row.network_id)
    locale = await members.language(session, member, network.locale)
    zone = member.timezone or network.timezone
    filled = {**values, "network": network.name, "timezone": zone}
    return Direct(member.id or 0, Card(template, locale, filled, rows))

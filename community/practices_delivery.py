"""What rows about practices become: the thread with its card, the words to those who asked to be told.

Must not decide anything new: a row whose cause is gone is dropped.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from community import practice_requests, threads
from community.library_delivery import Rows
from community.outbox import Card, Direct, Drop, Edit, ForumPost, GiveUp, Plan, Planner, Post
from community.ports import Button
from community.practice_cards import PracticeView, reuse_view, view
from storage import card_requests, members, networks, outbox, practice_reuse, practices
from storage.card_requests import RequestState
from storage.members import Member, MemberState
from storage.networks import Network, Place
from storage.outbox import Outbox
from storage.practice_reuse import ReuseState
from storage.practices import Practice, PracticeState
from storage.threads import PRACTICE

_LATELY = timedelta(days=30)  # an answer that fresh needs no question
_NEWS_KEPT = timedelta(days=7)


def planners() -> Mapping[str, Planner]:
    """Kind of row -> its planner."""
    return {
        "practice.thread": Opened(),
        "practice.card": CardFollows(),
        "practice.news": News(),
        "practice.standing": Standing(),
        "reuse.declared": Declared(),
        "reuse.asked": Asked(),
        "card_request.asked": CardRequested(),
    }


def card_rows(practice: PracticeView) -> Rows:
    """What everybody may do below a card in its thread."""
    return (
        (
            Button("practice.take_up", practice.id, style="success"),
            Button("practice.heart", practice.id),
            Button("practice.show", practice.id),
        ),
    )


class Opened(Planner):
    """A thread in the practices forum; a card that was told there first stands in that very thread."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        practice = await practices.get(session, row.network_id, row.subject_id or 0)
        if practice is None or practice.state != PracticeState.PUBLISHED or practice.card_ref is not None:
            return Drop("already_handled")
        network = await networks.get(session, row.network_id)
        shown = await view(session, practice)
        card = _card(network, shown)
        if practice.thread_ref is not None:
            return Post(practice.thread_ref, card)
        forum = (await networks.places(session, row.network_id)).get(Place.PRACTICES)
        if forum is None:
            return GiveUp("no_place")
        return ForumPost(forum.channel_ref, card, [*shown.tags, *shown.themes])

    async def sent(self, session: AsyncSession, row: Outbox, ref: str, now: datetime) -> None:
        """The thread is followed, and those who asked to be told of the theme are told: only they."""
        practice = await practices.locked(session, row.network_id, row.subject_id or 0)
        if practice is None or not ref:
            return
        practice.thread_ref, practice.card_ref = practice.thread_ref or ref, ref
        session.add(practice)
        borne = (await practices.themes_of(session, row.network_id, [practice.id or 0])).values()
        theme_ids = [theme.id or 0 for found in borne for theme in found]
        await threads.opened(
            session,
            now,
            network_id=row.network_id,
            channel_ref=practice.thread_ref,
            kind=PRACTICE,
            subject_id=practice.id,
            author_id=None if practice.nameless else practice.author_id,
            asks=False,
            title=practice.title,
            theme_ids=theme_ids,
        )
        await _tell(session, practice, theme_ids, now)


async def _tell(session: AsyncSession, practice: Practice, theme_ids: list[int], now: datetime) -> None:
    for member_id in await practice_reuse.to_tell(session, practice.network_id, theme_ids):
        if member_id != practice.author_id:
            await outbox.enqueue(
                session,
                network_id=practice.network_id,
                kind="practice.news",
                dedupe_key=f"practice.news:{practice.id}:{member_id}",
                subject_id=practice.id,
                recipient_id=member_id,
                due_at=now,
                expires_at=now + _NEWS_KEPT,
                now=now,
            )


class CardFollows(Planner):
    """The card in the thread shows what became of the practice; withdrawn, it says so."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        practice = await practices.get(session, row.network_id, row.subject_id or 0)
        if practice is None or practice.thread_ref is None or practice.card_ref is None:
            return Drop("no_card")
        network = await networks.get(session, row.network_id)
        return Edit(practice.thread_ref, practice.card_ref, _card(network, await view(session, practice)))


class News(Planner):
    """A new card on a theme, for who asked to be told."""

    nudge = True

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        practice = await practices.get(session, row.network_id, row.subject_id or 0)
        member = await _active(session, row)
        if practice is None or member is None or practice.state != PracticeState.PUBLISHED:
            return Drop("not_active")
        wanted = await practice_reuse.noticed_themes(session, row.network_id, member.id or 0)
        shown = await view(session, practice)
        why = [name for theme, name in zip(shown.theme_ids, shown.themes, strict=True) if theme in wanted]
        if not why:
            return Drop("stopped")
        rows = ((Button("practice.show", shown.id, style="primary"), Button("practice.notices")),)
        return await _direct(session, member, "practices/news", {"practice": shown, "why": why}, rows)


class Declared(Planner):
    """Somebody takes a practice up: its author hears of it."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        reuse = await practice_reuse.get(session, row.network_id, row.subject_id or 0)
        member = await _active(session, row)
        if reuse is None or member is None:
            return Drop("not_active")
        practice = await practices.get(session, row.network_id, reuse.practice_id)
        if practice is None or practice.state != PracticeState.PUBLISHED or practice.author_id != member.id:
            return Drop("not_active")
        names = await members.names(session, row.network_id, [reuse.member_id] if reuse.member_id else [])
        values = {
            "practice": await view(session, practice),
            "reuse": reuse_view(reuse),
            "name": names.get(reuse.member_id or 0, "") if reuse.authority_key else "",
        }
        rows = ((Button("practice.show", practice.id or 0),),)
        return await _direct(session, member, "practices/declared", values, rows)


class Asked(Planner):
    """« Où en êtes-vous ? », at three and nine months, for who takes a practice up."""

    nudge = True

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        reuse = await practice_reuse.get(session, row.network_id, row.subject_id or 0)
        member = await _active(session, row)
        if reuse is None or member is None or reuse.member_id != member.id:
            return Drop("not_active")
        lately = reuse.answered_at is not None and now - reuse.answered_at < _LATELY
        if lately or reuse.state == ReuseState.ABANDONED:
            return Drop("answered")
        practice = await practices.get(session, row.network_id, reuse.practice_id)
        if practice is None or practice.state != PracticeState.PUBLISHED:
            return Drop("withdrawn")
        values = {"practice": await view(session, practice), "reuse": reuse_view(reuse)}
        return await _direct(session, member, "practices/asked", values, asked_rows(reuse.id or 0))


def asked_rows(reuse_id: int) -> Rows:
    """The answers to « Où en êtes-vous ? »."""
    return (
        (
            Button("reuse.adopted", reuse_id, style="success"),
            Button("reuse.adapted", reuse_id, style="success"),
            Button("reuse.ongoing", reuse_id),
            Button("reuse.abandoned", reuse_id),
        ),
    )


class Standing(Planner):
    """Whether a practice that others take up still stands where it was born, for its author."""

    nudge = True

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        practice = await practices.get(session, row.network_id, row.subject_id or 0)
        member = await _active(session, row)
        if practice is None or member is None or practice.author_id != member.id:
            return Drop("not_active")
        if practice.state != PracticeState.PUBLISHED:
            return Drop("withdrawn")
        if practice.standing_at is not None and now - practice.standing_at < _LATELY:
            return Drop("answered")
        shown = await view(session, practice)
        rows = (
            (
                Button("practice.continues", shown.id, style="success"),
                Button("practice.changed", shown.id),
                Button("practice.stopped", shown.id),
            ),
        )
        return await _direct(session, member, "practices/standing", {"practice": shown}, rows)


class CardRequested(Planner):
    """The author of a message is asked whether it may become a card; no answer is an answer."""

    nudge = True

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        request = await card_requests.get(session, row.network_id, row.subject_id or 0)
        member = await _active(session, row)
        if request is None or member is None or request.state != RequestState.ASKED:
            return Drop("already_handled")
        values = {"request": await practice_requests.view(session, request)}
        rows = (
            (
                Button("card_request.accept", request.id or 0, style="success"),
                Button("card_request.decline", request.id or 0),
            ),
        )
        return await _direct(session, member, "practices/card_request", values, rows)


def _card(network: Network, practice: PracticeView) -> Card:
    live = practice.state == PracticeState.PUBLISHED
    values = {"practice": practice, "timezone": network.timezone}
    return Card("practices/thread", network.locale, values, card_rows(practice) if live else ())


async def _active(session: AsyncSession, row: Outbox) -> Member | None:
    member = await members.get(session, row.network_id, row.recipient_id or 0)
    return member if member is not None and member.state == MemberState.ACTIVE else None


async def _direct(
    session: AsyncSession, member: Member, template: str, values: Mapping[str, object], rows: Rows
) -> Plan:
    """In private, in the member's language and time zone."""
    network = await networks.get(session, member.network_id)
    locale = await members.language(session, member, network.locale)
    zone = member.timezone or network.timezone
    filled = {**values, "network": network.name, "timezone": zone}
    return Direct(member.id or 0, Card(template, locale, filled, rows))

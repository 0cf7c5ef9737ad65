"""Whom to ask about a need: willing peers of comparable territories, none too often, three at the most.

Runs in the transaction of the caller, who holds the network's row (``networks.lock``): of two needs published
at the same instant, the second counts the requests of the first. Nobody is written to here: an outbox row is,
and its planner looks again at each of these conditions.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from community.needs_rules import ASKED_MOST, is_kept
from community.profiles import wanted_of
from storage import helping, needs, networks, outbox, profiles
from storage.helping import Candidate, HelpOrigin, HelpRequest, HelpState
from storage.needs import Need
from storage.search.analysis import analyser

LOAD_MOST = 2  # requests to one member…
LOAD_PERIOD = timedelta(days=31)  # …in as long as the longest month: whatever the calendar, two a month
ANSWER_WITHIN = timedelta(days=5)  # then somebody else is asked; who says nothing is told nothing
ASKED_IN_ALL = 6  # about one need, those who declined included: a need is no chain letter
_STEMS_MOST = 8
_WORDS_INSTEAD = 2  # in common, of who follows none of the need's themes: one alone is chance
_COMPARABLE = 1  # strata of population apart
_LIVE = frozenset({HelpState.CHOSEN, HelpState.ASKED, HelpState.ACCEPTED})
_NEVER = datetime.min.replace(tzinfo=UTC)


def in_turn(found: Sequence[Candidate]) -> list[Candidate]:
    """The order in which to ask. Comparable places first; among them, who was asked least and longest ago."""
    return sorted(
        found,
        key=lambda one: (
            one.far > _COMPARABLE,
            one.load,
            one.far,
            -one.near,
            one.last or _NEVER,
            -one.shared,
            one.member_id,
        ),
    )


def may_ask(asked: Sequence[HelpRequest]) -> int:
    """How many more peers may be asked about a need."""
    if any(one.state == HelpState.ACCEPTED for one in asked):
        return 0
    live = sum(one.state in _LIVE for one in asked)
    sent = sum(one.origin != HelpOrigin.OFFERED and one.state != HelpState.SKIPPED for one in asked)
    return max(0, min(ASKED_MOST - live, ASKED_IN_ALL - sent))


async def ask_peers(session: AsyncSession, need: Need, now: datetime) -> Sequence[HelpRequest]:
    """Choose as many as may still be asked, and write to them; who was chosen."""
    asked = await helping.of_need(session, need.network_id, need.id or 0)
    wanted = may_ask(asked)
    if not wanted or not await is_kept(session, need):
        return ()
    found = await next_ones(session, need, now, besides=[one.helper_id for one in asked])
    chosen = [one.member_id for one in found[:wanted]]
    return await ask(session, need, chosen, HelpOrigin.MATCHED, now)


async def next_ones(
    session: AsyncSession, need: Need, now: datetime, *, besides: Collection[int] = ()
) -> list[Candidate]:
    """Who could be asked, in order: those who follow a theme of the need, else those who say its words."""
    network_id, need_id = need.network_id, need.id or 0
    today = await local_day(session, network_id, now)
    author = await profiles.get(session, network_id, need.author_id or 0)
    themes = (await needs.themes_of(session, network_id, [need_id])).get(need_id, [])
    wanted = wanted_of(need.author_id or 0, author, [theme.id or 0 for theme in themes])
    out = [*besides, *await helping.not_concerned(session, network_id, need_id)]
    since = now - LOAD_PERIOD
    found: list[Candidate] = []
    for theme_ids, stems in ((wanted.theme_ids, ()), ((), stems_of(need))):
        if len(found) >= ASKED_MOST or not (theme_ids or stems):
            continue
        more = await helping.candidates(
            session,
            network_id,
            wanted,
            today=today,
            since=since,
            most=LOAD_MOST,
            theme_ids=theme_ids,
            stems=stems,
            words=_WORDS_INSTEAD if wanted.theme_ids else 1,
            besides=[*out, *(one.member_id for one in found)],
        )
        found += in_turn(more)
    return found


async def ask(
    session: AsyncSession, need: Need, helper_ids: Sequence[int], origin: HelpOrigin, now: datetime
) -> Sequence[HelpRequest]:
    """So many more requests, and the messages that carry them."""
    requests = [
        HelpRequest(
            network_id=need.network_id,
            need_id=need.id or 0,
            helper_id=helper_id,
            origin=origin,
            state=HelpState.CHOSEN,
            chosen_at=now,
        )
        for helper_id in helper_ids
    ]
    session.add_all(requests)
    await session.flush()
    rows: list[dict[str, Any]] = [
        {
            "kind": "need.asked",
            "dedupe_key": f"need.asked:{request.id}",
            "subject_id": request.id,
            "recipient_id": request.helper_id,
            "due_at": now,
            "details": {},
        }
        for request in requests
    ]
    await outbox.enqueue_all(session, need.network_id, rows, now)
    return requests


async def still(session: AsyncSession, request: HelpRequest, today: date, now: datetime) -> bool:
    """Whether who was chosen may be asked all the same, at the moment when the message would leave."""
    willing = await helping.is_willing(session, request.network_id, request.helper_id, today)
    return willing and await under_the_cap(session, request, now)


async def under_the_cap(session: AsyncSession, request: HelpRequest, now: datetime) -> bool:
    """Whether this request, counted, leaves its helper within what one may be asked."""
    loads = await helping.loads(session, request.network_id, [request.helper_id], now - LOAD_PERIOD)
    return loads.get(request.helper_id, 0) <= LOAD_MOST


async def local_day(session: AsyncSession, network_id: int, now: datetime) -> date:
    """« Today » where the network is: a pause ends there at midnight."""
    network = await networks.get(session, network_id)
    return now.astimezone(ZoneInfo(network.timezone)).date()


def stems_of(need: Need) -> Sequence[str]:
    """The words of the title, as profiles are indexed."""
    words = analyser().analyse(need.title)
    return tuple(dict.fromkeys(word.stem for word in words if not word.stop))[:_STEMS_MOST]

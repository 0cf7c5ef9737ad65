"""A table of a coffee round as one of its guests may see it: with whom, why, and how to begin.

Must not show what the others keep to themselves: what is said of them is made by ``profiles.peer_views``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from community.pairing import Person
from community.profiles import PeerView, peer_views
from storage import coffee, members, profiles
from storage.coffee import CoffeeGuest, CoffeeVolunteer
from storage.members import MemberState
from storage.profiles import Profile

QUESTIONS = 20  # of the label table "icebreakers"


@dataclass(frozen=True)
class TableView:
    """``question`` is a key of the label table "icebreakers", the same for the whole table."""

    guest_id: int
    drawn_at: datetime
    others: Sequence[PeerView]
    question: str
    answer: str | None = None


async def people_of(
    session: AsyncSession, network_id: int, volunteers: Sequence[CoffeeVolunteer]
) -> list[Person]:
    """What pairing needs to know of them."""
    ids = [one.member_id for one in volunteers]
    authorities = await coffee.authorities(session, network_id, ids)
    themes = await profiles.themes_by_member(session, network_id, ids)
    return [
        Person(
            one.id or 0,
            authorities.get(one.member_id) or None,
            frozenset(theme.id or 0 for theme in themes.get(one.member_id, ())),
        )
        for one in volunteers
    ]


async def shown(session: AsyncSession, place: CoffeeGuest, now: datetime) -> TableView | None:
    """The table from one guest's side; None when nobody else is left."""
    drawn = await coffee.get_round(session, place.network_id, place.round_id)
    if drawn is None:
        return None
    found = []
    for other in await coffee.table(session, place):
        if other.id != place.id and await is_here(session, other, now):
            found.append(await _found(session, other))
    if not found or place.member_id is None:
        return None
    mine = await profiles.get(session, place.network_id, place.member_id)
    themes = await profiles.themes_of(session, place.network_id, place.member_id)
    agreed = await profiles.granted(session, place.network_id, [place.member_id])
    others = await peer_views(
        session,
        place.network_id,
        mine,
        {theme.name for theme in themes},
        found,
        visible_of_mine=agreed.get(place.member_id, frozenset()),
    )
    question = f"q{(drawn.number * 7 + place.table_number) % QUESTIONS + 1}"
    return TableView(place.id or 0, drawn.drawn_at, others, question, place.answer)


async def is_here(session: AsyncSession, place: CoffeeGuest, now: datetime) -> bool:
    """Whether somebody still comes: has access, takes part, does not pause."""
    if place.gone_at is not None or place.member_id is None:
        return False
    member = await members.get(session, place.network_id, place.member_id)
    mine = await coffee.volunteer(session, place.network_id, place.member_id)
    if member is None or member.state != MemberState.ACTIVE or mine is None:
        return False
    return mine.paused_until is None or mine.paused_until <= now


async def _found(session: AsyncSession, place: CoffeeGuest) -> tuple[Profile, str, str]:
    member_id = place.member_id or 0
    member = await members.get(session, place.network_id, member_id)
    account = await members.identity(session, place.network_id, member_id)
    profile = await profiles.get(session, place.network_id, member_id)
    if profile is None:  # admitted without having said anything
        profile = Profile(member_id=member_id, network_id=place.network_id, updated_at=datetime.now(UTC))
    return profile, member.display_name if member else "", account.account_ref if account else ""

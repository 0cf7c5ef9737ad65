"""What could not be delivered is shown in the facilitators' corner: one notice for ten minutes of trouble."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from community.outbox import Card, Drop, GiveUp, Plan, Planner, Post
from community.ports import Button
from storage import members, networks, outbox
from storage.networks import Place
from storage.outbox import Outbox

NOTICE = "delivery.undelivered"
_SLOT = timedelta(minutes=10)
_MOST_NAMED = 5


@dataclass(frozen=True)
class Trouble:
    """So many messages of one kind failed for one reason. ``accounts``: some of those who wait for them."""

    kind: str
    reason: str
    count: int
    accounts: tuple[str, ...]


async def announce(session: AsyncSession, row: Outbox, now: datetime) -> None:
    """Plan a notice in the transaction that ends ``row``; once for all rows that end in the same slot."""
    if row.kind == NOTICE:
        return  # a notice about the notice would fail too; the network's status shows the row
    start = datetime.fromtimestamp(now.timestamp() // _SLOT.total_seconds() * _SLOT.total_seconds(), UTC)
    await outbox.enqueue(
        session,
        network_id=row.network_id,
        kind=NOTICE,
        dedupe_key=f"{NOTICE}:{start:%Y%m%dT%H%M}",
        details={"since": start.isoformat(), "until": (start + _SLOT).isoformat()},
        due_at=start + _SLOT,
        now=now,
    )


class UndeliveredNotice(Planner):
    """Groups the rows by kind and reason; nobody is pinged."""

    async def plan(self, session: AsyncSession, row: Outbox, now: datetime) -> Plan:
        place = (await networks.places(session, row.network_id)).get(Place.FACILITATORS)
        if place is None:
            return GiveUp("no_place")
        since, until = (datetime.fromisoformat(row.details[key]) for key in ("since", "until"))
        rows = await outbox.undelivered(session, row.network_id, since=since, until=until)
        if not rows:
            return Drop("mended")
        groups: defaultdict[tuple[str, str], list[Outbox]] = defaultdict(list)
        for failed in rows:
            groups[failed.kind, failed.reason or ""].append(failed)
        every = [
            Trouble(kind, reason, len(group), await _accounts(session, group))
            for (kind, reason), group in groups.items()
        ]
        troubles = [one for one in every if one.reason != outbox.LATE]
        late = [one for one in every if one.reason == outbox.LATE]
        network = await networks.get(session, row.network_id)
        card = Card(
            "delivery/undelivered",
            network.locale,
            {
                "total": sum(one.count for one in troubles),
                "troubles": troubles,
                "late_total": sum(one.count for one in late),
                "late": late,
                "since": since,
                "timezone": network.timezone,
            },
            ((Button("desk.failed", style="primary"), Button("network.status")),),
        )
        return Post(place.channel_ref, card)


async def _accounts(session: AsyncSession, rows: list[Outbox]) -> tuple[str, ...]:
    found = []
    for row in rows[:_MOST_NAMED]:
        if row.recipient_id is not None:
            identity = await members.identity(session, row.network_id, row.recipient_id)
            if identity is not None:
                found.append(identity.account_ref)
    return tuple(dict.fromkeys(found))

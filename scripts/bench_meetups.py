"""500 people register by a click in one burst, beside the bare bot's echo asked by the same 500, in one run.

Run as ``python -m scripts.bench_meetups``, or by ``make bench``. From the event's dispatch to the arrival of
the callback, for both; then the seats are counted: every click must have one of its own.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import rich.console
import rich.table
from sqlmodel import select

from bot.clock import SystemClock
from bot.upkeep import migrate
from community.actors import Actor
from community.meetups import Meetups
from community.meetups_rules import NewMeetup
from sandbox import Answer, Person, Sandbox, Seen
from scripts.bench import Bench, Stopwatch, at
from storage import networks
from storage.engine import Database
from storage.members import Identity, Member, MemberState
from storage.registrations import Registration

PEOPLE, AT_ONCE = 500, 50
GOAL = 5.0
WARM = 20


async def crowd(sandbox: Sandbox, bench: Bench, db: Database, count: int) -> list[Person]:
    """Members of the network, on the server and in the database."""
    async with db.reading() as session:
        network = await networks.by_server(session, "discord", bench.guild.id)
    assert network is not None
    people = [
        await sandbox.person(f"Membre {number}", bench.guild, roles=["Membres"]) for number in range(count)
    ]
    now = SystemClock().now()
    async with db.transaction() as session:
        for person in people:
            member = Member(
                network_id=network.id or 0,
                display_name=person.name,
                state=MemberState.ACTIVE,
                arrived_at=now,
                seen_at=now,
            )
            session.add(member)
            await session.flush()
            # They came in by clicks and commands: their account's language is known since.
            session.add(
                Identity(
                    network_id=network.id or 0,
                    member_id=member.id or 0,
                    account_ref=person.id,
                    locale="fr",
                )
            )
    return people


async def plan(db: Database, server_ref: str) -> int:
    """A published meetup with a seat for everybody."""
    async with db.reading() as session:
        network = await networks.by_server(session, "discord", server_ref)
    assert network is not None
    use, actor = Meetups(db, SystemClock()), Actor.operator(network.id or 0)
    starts_at = SystemClock().now() + timedelta(days=40)
    new = NewMeetup("Panel citoyen", starts_at, where="Hôtel de Région", capacity=str(PEOPLE))
    return (await use.publish(actor, (await use.draft(actor, new)).id)).id


async def card(person: Person) -> Seen:
    """The live card, once it is there."""
    found: list[Seen] = []

    async def there() -> bool:
        found[:] = [seen for seen in await person.sees("rencontres") if "Panel citoyen" in seen.text]
        return bool(found)

    await person.eventually(there)
    return found[-1]


async def burst(
    watch: Stopwatch, people: Sequence[Person], act: Callable[[Person], Awaitable[Answer]]
) -> list[float]:
    """Everybody, ``AT_ONCE`` in flight at any moment: milliseconds of each."""
    watch.left.clear()
    watch.came.clear()
    room = asyncio.Semaphore(AT_ONCE)

    async def one(person: Person) -> None:
        async with room:
            answer = await act(person)
        if answer.outcome not in ("message", "deferred"):
            raise SystemExit(f"somebody got no answer: {answer}")

    await asyncio.gather(*(one(person) for person in people))
    return [(watch.came[key] - left) * 1000 for key, left in watch.left.items()]


async def seated(db: Database, meetup_id: int) -> set[int]:
    async with db.reading() as session:
        rows = await session.exec(select(Registration.seat).where(Registration.meetup_id == meetup_id))
        return {seat for seat in rows if seat is not None}


async def measure(database: str, console: rich.console.Console) -> bool:
    await migrate(database)
    db = Database(database)
    async with Sandbox() as sandbox:
        bench = Bench(sandbox, database, rounds=0, searches=0)
        with console.status(f"admitting {PEOPLE} members…"):
            await bench.prepare_network()
            people = await crowd(sandbox, bench, db, PEOPLE)
            meetup_id = await plan(db, bench.guild.id)
        watch = Stopwatch(sandbox)
        async with bench.bare(), bench.ours():
            channel, shown = await people[0].channel("général"), await card(people[0])

            async def echo(person: Person) -> Answer:
                return await person.slash("echo", channel=channel, values={"text": "oui"})

            async def register(person: Person) -> Answer:
                return await person.click(shown, "Oui")

            for person in people[:WARM]:
                await burst(watch, [person], echo)
                await burst(watch, [person], lambda one: one.click(shown, "Peut-être"))
            with console.status(f"{PEOPLE} clicks…"):
                bare = await burst(watch, people, echo)
                ours = await burst(watch, people, register)
        seats = await seated(db, meetup_id)
        for person in people:
            await person.close()
    await db.dispose()
    ratio, whole = at(ours, 0.99) / at(bare, 0.99), seats == set(range(1, PEOPLE + 1))
    table = rich.table.Table("figure", "bare discord.py", "Entre-pairs", "ratio", "goal", "reached")
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        goal = (f"≤ {GOAL:g} ×", "yes" if ratio <= GOAL else "NO") if name == "p99" else ("", "")
        first, other = at(bare, share), at(ours, share)
        table.add_row(
            f"{PEOPLE} clicks, {AT_ONCE} at once, {name}",
            f"{first:.0f} ms",
            f"{other:.0f} ms",
            f"{other / first:.2f}",
            *goal,
        )
    table.add_row("seats given, each once", "", str(len(seats)), "", str(PEOPLE), "yes" if whole else "NO")
    console.print(table)
    return ratio <= GOAL and whole


async def bench(database: str | None = None) -> bool:
    """On a fresh SQLite file, or on the empty database that is named."""
    console = rich.console.Console()
    if database is not None:
        return await measure(database, console)
    with tempfile.TemporaryDirectory(prefix="entrepairs-bench-") as folder:
        return await measure(f"sqlite:///{folder}/bench.db", console)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", help="an empty PostgreSQL database, instead of a SQLite file")
    sys.exit(not asyncio.run(bench(parser.parse_args().database)))

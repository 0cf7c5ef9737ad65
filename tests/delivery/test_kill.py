"""The worker, with the real discord.py client, is killed between every two steps: nothing lost or doubled."""

import asyncio
import json
import random
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import discord
import pytest
from sqlmodel import select

from community.undelivered import NOTICE
from sandbox import App, Channel, Guild, Person, Sandbox
from storage import outbox
from storage.engine import Database
from storage.members import Identity, Member, MemberState
from storage.networks import Network, NetworkPlace, Place
from storage.outbox import Outbox

PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    read_message_history=True,
    manage_roles=True,
)
KILLED = -signal.SIGKILL
PAST_EVERYTHING = timedelta(minutes=10)  # the lease, the nonces, the pauses


@dataclass
class Scene:
    """A server on the sandbox, a network in the database, and a zygote that forks workers."""

    sandbox: Sandbox
    db: Database
    url: str
    zygote: asyncio.subprocess.Process
    guild: Guild
    app: App
    rooms: dict[str, Channel]
    role_id: str
    network_id: int
    people: list[tuple[int, Person]] = field(default_factory=list)
    asked: list[tuple[str, int]] = field(default_factory=list)

    async def worker(self, *, die_at: int | None = None, lanes: int = 1, gateway: bool = False) -> int:
        """Run one to its end, or to its death; its exit code."""
        ahead = self.sandbox.clock.now() - datetime.now(UTC)
        order = {
            "database": self.url,
            "api": self.sandbox.api,
            "token": self.app.token,
            "ahead_s": ahead.total_seconds(),
            "die_at": die_at,
            "lanes": lanes,
            "gateway": gateway,
        }
        assert self.zygote.stdin is not None
        assert self.zygote.stdout is not None
        self.zygote.stdin.write(json.dumps(order).encode() + b"\n")
        await self.zygote.stdin.drain()
        return int(await self.zygote.stdout.readline())

    async def join(self, name: str, *, dm_policy: str = "open") -> int:
        person = await self.sandbox.person(name, self.guild, dm_policy=dm_policy)
        async with self.db.transaction() as session:
            member = Member(
                network_id=self.network_id,
                display_name=name,
                state=MemberState.ACTIVE,
                arrived_at=self.sandbox.clock.now(),
            )
            session.add(member)
            await session.flush()
            assert member.id is not None
            session.add(Identity(network_id=self.network_id, member_id=member.id, account_ref=person.id))
        self.people.append((member.id, person))
        return member.id

    async def enqueue(self, kind: str, subject: int, recipient: int | None = None, **details: Any) -> None:
        now = self.sandbox.clock.now()
        where = {
            "channel": self.rooms["annonces"].id,
            "forum": self.rooms["pratiques"].id,
            "server": self.guild.id,
            "role": self.role_id,
        }
        async with self.db.transaction() as session:
            await outbox.enqueue(
                session,
                network_id=self.network_id,
                kind=kind,
                dedupe_key=f"{kind}:{subject}",
                subject_id=subject,
                recipient_id=recipient,
                details={**where, **details},
                due_at=now,
                now=now,
            )

    async def rows(self) -> list[Outbox]:
        async with self.db.reading() as session:
            return list((await session.exec(select(Outbox).order_by(Outbox.id))).all())  # type: ignore[arg-type]  # a column

    def said(self, kind: str) -> Counter[str]:
        """Everything of a kind that the bot ever said, anywhere: subject -> how many times."""
        subjects: Counter[str] = Counter()
        for channel in self.sandbox.world.channels.values():
            for message in channel.messages.page(limit=10_000):
                if message["author"]["id"] == self.app.id and f"{kind} : sujet" in (text := _text(message)):
                    subjects[text.split("sujet ")[1].split(".")[0]] += 1
        return subjects


def _text(message: dict[str, Any]) -> str:
    parts = [str(message.get("content") or "")]
    for component in message.get("components") or ():
        parts += [str(component.get("content") or ""), _text(component)]
    return " ".join(parts)


async def start_zygote() -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    program = (sys.executable, "-m", "tests.delivery.zygote")
    return await asyncio.create_subprocess_exec(*program, stdin=pipe, stdout=pipe)


async def end_zygote(zygote: asyncio.subprocess.Process) -> None:
    assert zygote.stdin is not None
    zygote.stdin.close()
    await zygote.wait()


@pytest.fixture
async def scene(db: Database, database_url: str) -> AsyncIterator[Scene]:
    async with Sandbox() as sandbox:
        guild = sandbox.world.add_guild("Réseau")
        kinds = {"annonces": 0, "accueil": 0, "animation": 0, "pratiques": 15}
        rooms = {name: sandbox.world.add_channel(guild, name, type=kind) for name, kind in kinds.items()}
        app = sandbox.world.add_app("Entre-pairs")
        sandbox.world.invite(app, guild, permissions=PERMISSIONS.value)
        role = sandbox.world.add_role(guild, "Membre")  # below the bot's own
        async with db.transaction() as session:
            network = Network(name="Réseau", server_ref=guild.id, created_at=sandbox.clock.now())
            session.add(network)
            await session.flush()
            assert network.id is not None
            for place, name in ((Place.WELCOME, "accueil"), (Place.FACILITATORS, "animation")):
                session.add(NetworkPlace(network_id=network.id, place=place, channel_ref=rooms[name].id))
        zygote = await start_zygote()
        yield Scene(sandbox, db, database_url, zygote, guild, app, rooms, role["id"], network.id)
        await end_zygote(zygote)


@pytest.mark.slow
async def test_killed_between_every_two_steps(scene: Scene) -> None:
    """Each death leaves one row of each kind half-way; a worker that comes minutes later ends them all."""
    deaths = 0
    for die_at in range(1, 100):
        member_id = await scene.join(f"Membre {die_at}")
        for kind in ("post", "direct", "card", "role"):
            account = scene.people[-1][1].id
            await scene.enqueue(kind, die_at, member_id if kind == "direct" else None, account=account)
        code = await scene.worker(die_at=die_at)
        scene.sandbox.clock.advance(PAST_EVERYTHING)
        assert await scene.worker() == 0
        if code == 0:
            break
        assert code == KILLED
        deaths += 1
    assert deaths > 20, "there are that many steps for four rows"
    once = {str(subject): 1 for subject in range(1, deaths + 2)}
    assert scene.said("post") == scene.said("direct") == scene.said("card") == once
    assert {row.state for row in await scene.rows()} == {"sent"}
    assert all(scene.role_id in scene.guild.members[person.id]["roles"] for _, person in scene.people)


async def test_two_processes_share_the_rows_and_double_none(scene: Scene) -> None:
    other = replace(scene, zygote=await start_zygote())
    for number in range(60):
        await scene.enqueue("post", number)
    codes = await asyncio.gather(scene.worker(lanes=3), other.worker(lanes=3))
    assert set(codes) == {0}
    await end_zygote(other.zygote)
    assert scene.said("post") == {str(number): 1 for number in range(60)}
    rows = await scene.rows()
    assert {(row.state, row.attempts) for row in rows} == {("sent", 1)}


@pytest.mark.slow
async def test_the_bad_day(scene: Scene) -> None:
    """S13: deaths, 429, 503, lost answers, a gateway that drops, closed private messages, a deleted forum."""
    dice = random.Random(13)
    for number in range(20):
        await scene.join(f"Membre {number}", dm_policy="closed" if number in (3, 7) else "open")
    for number in range(200):
        member_id, _ = scene.people[number % 20]
        await scene.enqueue("direct", number, member_id, **({"cancelled": True} if number % 50 == 49 else {}))
    await scene.enqueue("card", 1000)
    scene.sandbox.world.delete_channel(scene.rooms["pratiques"])
    weather = [
        {"kind": "rate_limit", "seconds": 0.1, "times": 3},
        {"kind": "status", "status": 503, "times": 4},
        {"kind": "apply_then_status", "status": 503, "times": 4},
        {"kind": "apply_then_drop", "times": 4},
        {"kind": "drop", "times": 2},
    ]
    scene.sandbox.faults.add("close", event="*", code=4000)
    for turn in range(6):
        for fault in weather:
            rule = {"method": "POST", "route": "/channels/*/messages", "skip": dice.randrange(12)}
            scene.sandbox.faults.add(**{**rule, **fault})  # type: ignore[arg-type]  # one of many shapes
        await scene.worker(die_at=dice.randrange(20, 120), lanes=4, gateway=turn % 4 == 0)
        scene.sandbox.clock.advance(PAST_EVERYTHING)
    scene.sandbox.faults.clear()
    for _ in range(4):
        assert await scene.worker(lanes=4) == 0
        scene.sandbox.clock.advance(timedelta(hours=2))

    cancelled = {str(number) for number in range(49, 200, 50)}
    closed = {str(number) for number in range(200) if number % 20 in (3, 7)}
    delivered = {str(number) for number in range(200)} - cancelled - closed
    assert scene.said("direct") == dict.fromkeys(delivered, 1)
    rows = {(row.kind, row.subject_id): row for row in await scene.rows()}
    assert {rows["direct", int(number)].state for number in cancelled} == {"dropped"}
    told_elsewhere = [rows["direct", int(number)] for number in closed - cancelled]
    assert {(row.state, row.reason) for row in told_elsewhere} == {("sent", "closed")}
    assert (rows["card", 1000].state, rows["card", 1000].reason) == ("given_up", "gone")
    notices = [row.state for row in await scene.rows() if row.kind == NOTICE]
    assert notices == ["sent"]
    assert not [row for row in await scene.rows() if row.state in ("due", "claimed")]

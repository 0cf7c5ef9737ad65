"""Whatever happens in whatever order: nothing lost, nothing doubled, nothing sent that was cancelled."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import col, delete, update

from community.ports import DeliveryError, Failure
from storage import outbox
from storage.engine import Database
from storage.members import Member, MemberState
from storage.schema import METADATA
from tests.conftest import SetClock
from tests.delivery.model import Crash, Platform, World, make_world

T = TypeVar("T")

KINDS = ["news", "private", "card", "role"]
FAILURES = [
    Crash(),
    DeliveryError(Failure.RETRY, unsure=True),
    DeliveryError(Failure.RETRY, retry_after=30, unsure=True),
    ZeroDivisionError("a defect"),
]
REFUSALS = [DeliveryError(Failure.FORBIDDEN), DeliveryError(Failure.SLOW_DOWN)]


class Machine(RuleBasedStateMachine):
    """Steps of people, of time, of the platform and of dying workers, in any order."""

    url: str
    start: SetClock

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.clock = SetClock(self.start.now())
        self.world = self.run(self._prepare())
        self.members: list[int] = [self.run(self.world.member(number)) for number in range(3)]
        self.asked: dict[tuple[str, int, int], bool] = {}  # -> cancelled before it could leave

    async def _prepare(self) -> World:
        db = Database(self.url)
        async with db.transaction() as session:
            for table in reversed(METADATA.sorted_tables):
                await session.exec(delete(table))
        return await make_world(db, self.clock)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def teardown(self) -> None:
        try:
            self.run(self._finish())
        finally:
            self.run(self.world.db.dispose())
            self.runner.close()

    @rule(
        kind=st.sampled_from(KINDS),
        subject=st.integers(1, 6),
        who=st.integers(0, 2),
        delay=st.sampled_from([0, 0, 60, 4000]),
        useful_for=st.sampled_from([None, None, 90, 9000]),
    )
    def enqueue(self, kind: str, subject: int, who: int, delay: int, useful_for: int | None) -> None:
        due_at = self.clock.now() + timedelta(seconds=delay)
        recipient = self.members[who]
        expires_at = due_at + timedelta(seconds=useful_for) if useful_for else None
        new = self.run(
            self.world.enqueue(kind, subject, recipient_id=recipient, due_at=due_at, expires_at=expires_at)
        )
        assert new == ((kind, subject, recipient) not in self.asked)
        self.asked.setdefault((kind, subject, recipient), False)

    @rule(kind=st.sampled_from(KINDS), subject=st.integers(1, 6))
    def cancel(self, kind: str, subject: int) -> None:
        self.run(self._cancel(kind, subject))

    async def _cancel(self, kind: str, subject: int) -> None:
        waiting = {
            (row.kind, row.subject_id, row.recipient_id)
            for row in await self.world.rows(kind)
            if row.subject_id == subject and row.state == "due" and row.first_tried_at is None
        }
        async with self.world.db.transaction() as session:
            await outbox.cancel(
                session,
                network_id=self.world.network_id,
                kinds=[kind],
                subject_id=subject,
                now=self.clock.now(),
            )
        for key in self.asked:
            self.asked[key] = self.asked[key] or key in waiting

    @rule(seconds=st.sampled_from([1, 30, 200, 400, 4000]))
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    @rule(who=st.integers(0, 2))
    def refuses_private_messages(self, who: int) -> None:
        self.world.platform.closed ^= {f"account-{who}"}

    @rule(who=st.integers(0, 2), state=st.sampled_from([MemberState.ACTIVE, MemberState.LEFT]))
    def leaves_or_returns(self, who: int, state: MemberState) -> None:
        async def change() -> None:
            async with self.world.db.transaction() as session:
                await session.exec(
                    update(Member).where(col(Member.id) == self.members[who]).values(state=state)
                )

        self.run(change())

    @rule()
    def work(self) -> None:
        self.run(self.world.worker().run_due())

    @rule(
        after=st.integers(0, 4),
        step=st.sampled_from(["before", "after"]),
        error=st.sampled_from([*FAILURES, *REFUSALS]),
    )
    def work_in_bad_weather(self, after: int, step: str, error: BaseException) -> None:
        if error in REFUSALS:
            step = "before"  # a platform that refuses did nothing
        left = [after]

        def trouble(at: str, _call: str) -> None:
            left[0] -= 1
            if at == step and left[0] < 0:
                raise error

        self.world.platform.trouble = trouble
        try:
            self.run(self.world.worker(lanes=2).run_due())
        except Crash:
            pass
        finally:
            self.world.platform.trouble = Platform.trouble

    @rule(kind=st.sampled_from(KINDS), subject=st.integers(7, 99), who=st.integers(0, 2))
    def dies_and_comes_back_late(self, kind: str, subject: int, who: int) -> None:
        """After the platform has forgotten every nonce."""
        self.enqueue(kind, subject, who, 0, None)
        self.work_in_bad_weather(0, "after", Crash())
        self.time_passes(400)
        self.work()

    @rule()
    def two_workers(self) -> None:
        async def both() -> None:
            await asyncio.gather(self.world.worker().run_due(), self.world.worker().run_due())

        self.run(both())

    @invariant()
    def nothing_is_doubled(self) -> None:
        platform = self.world.platform
        said = [
            said for messages in (*platform.channels.values(), *platform.forums.values()) for said in messages
        ]
        nonces = [one.nonce for one in said]
        assert len(nonces) == len(set(nonces))

    @precondition(lambda self: any(self.asked.values()))
    @invariant()
    def nothing_cancelled_leaves(self) -> None:
        rows = {(row.kind, row.subject_id, row.recipient_id): row for row in self.run(self.world.rows())}
        assert all(rows[key].state == "dropped" for key, cancelled in self.asked.items() if cancelled)

    async def _finish(self) -> None:
        """Mended, then two days of good weather: every row ends, what was sent is there, the rest shown."""
        async with self.world.db.transaction() as session:
            await outbox.try_again(session, self.world.network_id, self.clock.now())
        for _ in range(12):
            self.clock.advance(timedelta(hours=4))
            while (await self.world.worker().run_due()).total():
                pass
        platform = self.world.platform
        places = (*platform.channels.values(), *platform.forums.values())
        refs = {said.ref for messages in places for said in messages}
        rows = await self.world.rows()
        assert len([row for row in rows if row.kind in KINDS]) == len(self.asked)
        shown = " ".join(platform.heard("facilitators"))
        for row in rows:
            assert row.state in ("sent", "dropped", "expired", "given_up")
            if row.state == "sent" and row.kind != "role":
                assert row.external_ref in refs
            if row.state in ("expired", "given_up"):
                assert f"kind='{row.kind}', reason='{row.reason}'" in shown


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_any_order_of_events(database_url: str, clock: SetClock) -> None:
    machine = type("MachineOnThisDatabase", (Machine,), {"url": database_url, "start": clock})
    run_state_machine_as_test(
        machine,
        settings=settings(
            # The rules are the same on both; PostgreSQL, slower to ask, adds only how rows are claimed.
            max_examples=20 if database_url.startswith("sqlite") else 8,
            stateful_step_count=20,
            deadline=None,
            phases=[Phase.reuse, Phase.generate],  # a shorter example is not worth its minutes
            suppress_health_check=list(HealthCheck),
        ),
    )

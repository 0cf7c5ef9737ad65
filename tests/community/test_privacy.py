"""Personal data: every table is registered, handed over, erased, kept for a time only; on both databases."""

import io
import json
import zipfile
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from community.actors import Actor, Role
from community.outbox import Direct, Drop, Edit, Revoke
from community.packing import packed
from community.planners import planners
from community.privacy import (
    FIRST_WARNING,
    KEPT_INACTIVE,
    PURGED_AFTER,
    SECOND_WARNING,
    TREATMENTS,
    NothingKept,
)
from prompts import Words
from storage import outbox
from storage.engine import Database
from storage.members import Member, MemberState
from storage.outbox import Outbox, OutboxState
from storage.privacy import references
from storage.schema import METADATA
from tests.community.conftest import OTHER_SERVER, SERVER, Network, standing
from tests.community.test_joining import join, rows_of

NAME = "Zénobie Quatrefages"
ACCOUNT = "777000777000777000"


def test_every_reference_to_a_member_is_registered() -> None:
    """Whoever adds a table says in community/privacy.py what becomes of it."""
    assert set(references()) == set(TREATMENTS)


def test_every_kind_of_data_has_words() -> None:
    words = Words().table("data_kinds", "fr")
    kinds = {
        f"{table}_{column}" if treatment == "handled" else table
        for (table, column), treatment in TREATMENTS.items()
    }
    assert kinds <= set(words)


async def everything(db: Database) -> dict[str, Sequence[dict[str, Any]]]:
    """Every row of every table."""
    async with db.reading() as session:
        connection = await session.connection()
        return {
            table.name: [dict(row) for row in (await connection.execute(table.select())).mappings()]
            for table in METADATA.sorted_tables
        }


async def zenobie(network: Network) -> Actor:
    """A member who left something everywhere."""
    actor = await join(network, ACCOUNT, display_name=NAME, offers=f"Je suis {NAME}, je prête un broyeur")
    await network.services.drafts.save(actor, "library.propose", 0, {"name": NAME})
    await network.services.library.propose(actor, network_resource())
    await network.services.search.find(actor, "eau")
    return actor


def network_resource() -> Any:
    from community.resources import NewResource

    return NewResource("Guide du broyage", "https://example.org/broyage")


def opened(archive: bytes) -> tuple[dict[str, Any], dict[str, str]]:
    with zipfile.ZipFile(io.BytesIO(archive)) as found:
        texts = {name: found.read(name).decode("utf-8-sig") for name in found.namelist()}
    return json.loads(texts.pop("data.json")), texts


async def test_the_export_has_everything_as_json_and_csv(network: Network) -> None:
    actor = await zenobie(network)
    data, sheets = opened(await network.services.privacy.export(actor))
    assert data["member"][0]["display_name"] == NAME
    assert data["identity"][0]["account_ref"] == ACCOUNT
    assert data["profile"][0]["organisation"] == "Menditte (Pyrénées-Atlantiques)"
    assert [row["title"] for row in data["resource"]] == ["Guide du broyage"]
    assert len(data["consent"]) == 7
    assert all(row["at"] for row in data["consent"])
    assert {f"{kind}.csv" for kind, rows in data.items() if rows} == set(sheets)
    assert "Menditte" in sheets["profile.csv"]
    mine = await network.services.privacy.mine(actor)
    assert mine.total == sum(len(rows) for rows in data.values())


async def test_the_export_is_of_oneself_only(network: Network) -> None:
    await zenobie(network)
    facilitator = network[Role.FACILITATOR]  # who admitted her
    data, _sheets = opened(await network.services.privacy.export(facilitator))
    assert NAME not in json.dumps(data, ensure_ascii=False)
    assert ACCOUNT not in json.dumps(data)
    assert data["member_admitted_by"]
    with pytest.raises(NothingKept):
        await network.services.privacy.export(network[Role.STRANGER])


async def test_erasure_leaves_no_name_and_keeps_what_was_shared(network: Network, db: Database) -> None:
    actor = await zenobie(network)
    await network.services.privacy.erase(actor)
    for table, rows in (await everything(db)).items():
        for row in rows:
            said = json.dumps(row, default=str, ensure_ascii=False)
            assert NAME not in said, table
            if row.get("kind") != "privacy.take_role":  # the role must still be taken from that account
                assert ACCOUNT not in said, table
    async with db.reading() as session:
        member = await session.get_one(Member, actor.member_id)
        assert (member.display_name, member.state) == ("Ancien membre", MemberState.LEFT)
    queue = await network.services.library.queue(network[Role.FACILITATOR])
    assert queue.total == 1
    with pytest.raises(NothingKept):
        await network.services.privacy.erase(actor)
    assert not await network.services.profiles.find_peers(network[Role.MEMBER], "broyeur")


async def test_the_role_is_taken_and_the_account_then_forgotten(network: Network, db: Database) -> None:
    actor = await zenobie(network)
    await network.services.privacy.erase(actor)
    planner = planners(Words())["privacy.take_role"]
    async with db.transaction() as session:
        [row] = (await session.exec(select(Outbox).where(Outbox.kind == "privacy.take_role"))).all()
        plan = await planner.plan(session, row, network.clock.now())
        assert isinstance(plan, Revoke)
        assert plan.account_ref == ACCOUNT
        await planner.sent(session, row, "", network.clock.now())
    assert ACCOUNT not in json.dumps(await everything(db), default=str)


async def test_what_presented_them_to_others_says_their_name_no_more(network: Network, db: Database) -> None:
    """The card of a request, with its buttons, and the welcome that the whole network reads."""
    actor = await zenobie(network)
    posted = {"member.asks": "41", "member.welcome": "42"}
    async with db.transaction() as session:
        for kind, message in posted.items():
            await outbox.enqueue(
                session,
                network_id=actor.network_id,
                kind=kind,
                dedupe_key=f"test:{kind}",
                subject_id=actor.member_id,
                due_at=network.clock.now(),
                now=network.clock.now(),
            )
            query = select(Outbox).where(Outbox.dedupe_key == f"test:{kind}")
            outbox.end((await session.exec(query)).one(), OutboxState.SENT, network.clock.now(), ref=message)
    await network.services.privacy.erase(actor)
    planner = planners(Words())["privacy.unsay"]
    async with db.reading() as session:
        rows = (await session.exec(select(Outbox).where(Outbox.kind == "privacy.unsay"))).all()
        plans = [await planner.plan(session, row, network.clock.now()) for row in rows]
    edits = [plan for plan in plans if isinstance(plan, Edit)]
    assert {edit.message_ref for edit in edits} == set(posted.values())
    assert {edit.card.rows for edit in edits} == {()}
    assert len({edit.channel_ref for edit in edits}) == 2, "each in its own place"


async def test_nothing_is_sent_any_more_to_who_was_erased(network: Network, db: Database) -> None:
    actor = await zenobie(network)
    await network.services.privacy.erase(actor)
    async with db.reading() as session:
        due = (await session.exec(select(Outbox).where(Outbox.state == OutboxState.DUE))).all()
    assert not [row.kind for row in due if row.recipient_id == actor.member_id]
    assert not [row.kind for row in due if row.subject_id == actor.member_id and row.kind[:5] == "join."]


async def test_who_was_erased_may_come_back_as_somebody_new(network: Network) -> None:
    actor = await zenobie(network)
    await network.services.privacy.erase(actor)
    view = await network.services.joining.open(standing(ACCOUNT, display_name=NAME))
    assert view.profile.organisation == ""
    again = await network.services.members.identify(standing(ACCOUNT, display_name=NAME))
    assert again.member_id != actor.member_id


async def settled(network: Network, row: Outbox, state: OutboxState, fallback: int = 0) -> None:
    async with network.db.transaction() as session:
        row.state, row.fallback, row.ended_at = state, fallback, network.clock.now()
        session.add(row)


async def others_are_active(network: Network) -> None:
    for account in ("2", "3", "4"):
        await network.services.members.identify(standing(account))


async def test_two_warnings_then_erasure(network: Network, db: Database) -> None:
    actor = await zenobie(network)
    privacy, clock = network.services.privacy, network.clock
    assert await privacy.retain() == 0
    clock.advance(KEPT_INACTIVE - FIRST_WARNING + timedelta(days=1))
    await others_are_active(network)
    assert await privacy.retain() == 0
    assert await privacy.retain() == 0  # asks once
    [first] = await rows_of(network, "privacy.warning", actor.member_id)
    async with db.reading() as session:
        plan = await planners(Words())["privacy.warning"].plan(session, first, clock.now())
    assert isinstance(plan, Direct)
    await settled(network, first, OutboxState.SENT)
    assert await privacy.retain() == 0
    clock.advance(FIRST_WARNING - SECOND_WARNING)
    assert await privacy.retain() == 0
    second = (await rows_of(network, "privacy.warning", actor.member_id))[-1]
    assert second.id != first.id
    await settled(network, second, OutboxState.SENT)
    clock.advance(SECOND_WARNING - timedelta(hours=1))
    assert await privacy.retain() == 0
    clock.advance(timedelta(hours=2))
    assert await privacy.retain() == 1
    assert NAME not in json.dumps(await everything(db), default=str, ensure_ascii=False)


@pytest.mark.parametrize(("state", "fallback"), [(OutboxState.GIVEN_UP, 0), (OutboxState.SENT, 1)])
async def test_nobody_is_erased_whom_the_warning_did_not_reach(
    network: Network, state: OutboxState, fallback: int
) -> None:
    actor = await zenobie(network)
    network.clock.advance(KEPT_INACTIVE)
    await others_are_active(network)
    await network.services.privacy.retain()
    [row] = await rows_of(network, "privacy.warning", actor.member_id)
    await settled(network, row, state, fallback)
    network.clock.advance(timedelta(days=400))
    await others_are_active(network)
    assert await network.services.privacy.retain() == 0


async def test_a_sign_of_life_stops_it(network: Network, db: Database) -> None:
    actor = await zenobie(network)
    network.clock.advance(KEPT_INACTIVE)
    await others_are_active(network)
    await network.services.privacy.retain()
    [row] = await rows_of(network, "privacy.warning", actor.member_id)
    await network.services.members.identify(standing(ACCOUNT, display_name=NAME))
    async with db.reading() as session:
        plan = await planners(Words())["privacy.warning"].plan(session, row, network.clock.now())
    assert isinstance(plan, Drop)
    network.clock.advance(timedelta(days=60))
    await others_are_active(network)
    assert await network.services.privacy.retain() == 0


async def test_a_removed_bot_forgets_that_network_and_no_other(
    network: Network, other_admin: Actor, db: Database
) -> None:
    await zenobie(network)
    await network.services.joining.open(standing("888", server_ref=OTHER_SERVER))
    before = await everything(db)
    await network.services.privacy.removed("discord", SERVER)
    assert await network.services.privacy.purge() == 0
    network.clock.advance(PURGED_AFTER + timedelta(hours=1))
    assert await network.services.privacy.purge() == 1
    after = await everything(db)
    mine = network[Role.ADMIN].network_id
    for table, rows in after.items():
        assert not [
            row
            for row in rows
            if row.get("network_id", row.get("id")) == mine and ("network_id" in row or table == "network")
        ], table
        theirs = [row for row in before[table] if row.get("network_id") == other_admin.network_id]
        assert [row for row in rows if row.get("network_id") == other_admin.network_id] == theirs, table
    assert NAME not in json.dumps(after, default=str, ensure_ascii=False)


async def test_a_bot_invited_back_in_time_forgets_nothing(network: Network) -> None:
    await network.services.privacy.removed("discord", SERVER)
    await network.services.privacy.removed("discord", "no such server")
    network.clock.advance(PURGED_AFTER - timedelta(hours=1))
    await network.services.privacy.returned("discord", SERVER)
    network.clock.advance(timedelta(days=30))
    assert await network.services.privacy.purge() == 0


def test_a_cell_is_no_formula_for_a_spreadsheet() -> None:
    _data, sheets = opened(packed({"profile": [{"bio": "=1+1", "n": -2, "x": None, "é": "« ; »\n@"}]}))
    assert sheets["profile.csv"] == 'bio;n;x;é\r\n\'=1+1;-2;;"« ; »\n@"\r\n'

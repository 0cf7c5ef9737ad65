"""The statements behind the index: plain SQL, few and fat, the same meaning on SQLite and PostgreSQL."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.direct import Source, on_postgresql, run
from storage.search.analysis import ANALYSER, Word
from storage.search.packing import entries
from storage.search.weighing import Weighed

Key = tuple[int, int]  # term, block


@dataclass(frozen=True, slots=True)
class State:
    """The network's index as it was when locked or read."""

    generation: int
    documents: int
    next_number: int
    words: int
    vocabulary: int
    synonyms: int
    kinds: str  # every kind of document ever indexed, parted by commas


@dataclass(frozen=True, slots=True)
class Indexed:
    number: int
    postings: bytes


_STATE = "generation, documents, next_number, words, vocabulary, synonyms, kinds"


async def lock(session: AsyncSession, network_id: int) -> State:
    """Take the network's index lock until the transaction ends."""
    take = (
        f"UPDATE search_state SET generation = generation + 1 WHERE network_id = :network RETURNING {_STATE}"
    )
    found = await run(session, take, network=network_id)
    if not found:
        new = (
            f"INSERT INTO search_state (network_id, {_STATE}, analyser)"
            " VALUES (:network, 0, 0, 0, 0, 0, 0, '', :analyser)"
            " ON CONFLICT DO NOTHING"
        )
        await run(session, new, network=network_id, analyser=ANALYSER)
        found = await run(session, take, network=network_id)
    return State(*found[0])


async def unlock(session: AsyncSession, network_id: int, state: State) -> None:
    """Write the counts; the lock itself is given back by the commit."""
    await run(
        session,
        "UPDATE search_state SET documents = :documents, next_number = :next_number, words = :words,"
        " kinds = :kinds, synonyms = :synonyms WHERE network_id = :network",
        documents=state.documents,
        next_number=state.next_number,
        words=state.words,
        kinds=state.kinds,
        synonyms=state.synonyms,
        network=network_id,
    )


async def state_of(source: Source, network_id: int) -> State:
    """As committed; a network without an index has an empty one."""
    found = await run(
        source, f"SELECT {_STATE} FROM search_state WHERE network_id = :network", network=network_id
    )
    return State(*found[0]) if found else State(0, 0, 0, 0, 0, 0, "")


async def documents_of(
    session: AsyncSession, network_id: int, items: Sequence[tuple[str, int]]
) -> dict[tuple[str, int], Indexed]:
    """What is indexed of these items."""
    found = {}
    for kind in sorted({kind for kind, _ in items}):
        ids = [item for kind_of, item in items if kind_of == kind]
        # Left to itself, SQLite would read the whole network by the primary key.
        for item_id, number, postings in await run(
            session,
            "SELECT item_id, number, postings FROM json_each(:ids) CROSS JOIN search_document"
            " JOIN search_entry USING (network_id, number)"
            " WHERE network_id = :network AND kind = :kind AND item_id = json_each.value",
            "SELECT item_id, number, postings FROM search_document"
            " JOIN search_entry USING (network_id, number)"
            " WHERE network_id = :network AND kind = :kind AND item_id = ANY(CAST(:ids AS bigint[]))",
            network=network_id,
            kind=kind,
            ids=ids,
        ):
            found[kind, item_id] = Indexed(number, postings)
    return found


async def numbers_of(
    session: AsyncSession, network_id: int, items: Collection[tuple[str, int]]
) -> dict[tuple[str, int], int]:
    """The document number of each of these items that is indexed."""
    found = {}
    for kind in sorted({kind for kind, _ in items}):
        for item_id, number in await run(
            session,
            "SELECT item_id, number FROM json_each(:ids) CROSS JOIN search_document"
            " WHERE network_id = :network AND kind = :kind AND item_id = json_each.value",
            "SELECT item_id, number FROM search_document"
            " WHERE network_id = :network AND kind = :kind AND item_id = ANY(CAST(:ids AS bigint[]))",
            network=network_id,
            kind=kind,
            ids=[item for kind_of, item in items if kind_of == kind],
        ):
            found[kind, item_id] = number
    return found


async def postings_of(
    source: Source, network_id: int, terms: list[int], blocks: list[int] | None = None
) -> dict[Key, bytes]:
    """The rows of these terms, in these blocks or in all."""
    of_network = "WHERE network_id = :network AND term ="
    sqlite = f"FROM json_each(:terms) CROSS JOIN search_posting {of_network} json_each.value"
    postgresql = f"FROM search_posting {of_network} ANY(CAST(:terms AS bigint[]))"
    values: dict[str, Any] = {"network": network_id, "terms": terms}
    if blocks is not None:
        values["blocks"] = blocks
        sqlite += " AND block IN (SELECT value FROM json_each(:blocks))"
        postgresql += " AND block = ANY(CAST(:blocks AS int[]))"
    select = "SELECT term, block, data"
    found = await run(source, f"{select} {sqlite}", f"{select} {postgresql}", **values)
    return {(term, block): data for term, block, data in found}


async def write_postings(
    session: AsyncSession, network_id: int, values: Sequence[tuple[int, int, bytes]]
) -> None:
    await _upsert(
        session,
        "search_posting (network_id, term, block, data)",
        "ON CONFLICT (network_id, term, block) DO UPDATE SET data = excluded.data",
        network_id,
        ("bigint", "int", "bytea"),
        values,
    )


async def delete_postings(session: AsyncSession, network_id: int, keys: Sequence[Key]) -> None:
    if not keys:
        return
    connection = await session.connection()
    await connection.execute(
        text("DELETE FROM search_posting WHERE network_id = :network AND term = :term AND block = :block"),
        [{"network": network_id, "term": term, "block": block} for term, block in keys],
    )


async def write_documents(
    session: AsyncSession, network_id: int, values: Sequence[tuple[int, str, int, Weighed]]
) -> None:
    """Of each document: number, kind, item, what was weighed."""
    await _upsert(
        session,
        "search_document (network_id, number, kind, item_id, title_size, summary_size, stream)",
        "ON CONFLICT (network_id, number) DO UPDATE SET title_size = excluded.title_size,"
        " summary_size = excluded.summary_size, stream = excluded.stream",
        network_id,
        ("int", "text", "int", "int", "int", "bytea"),
        [(number, kind, item, w.title_size, w.summary_size, w.stream) for number, kind, item, w in values],
    )
    await _upsert(
        session,
        "search_entry (network_id, number, postings)",
        "ON CONFLICT (network_id, number) DO UPDATE SET postings = excluded.postings",
        network_id,
        ("int", "bytea"),
        [(number, entries(w.terms, w.impacts)) for number, _, _, w in values],
    )


async def delete_document(session: AsyncSession, network_id: int, number: int) -> None:
    for table in ("search_document", "search_entry"):
        await run(
            session,
            f"DELETE FROM {table} WHERE network_id = :network AND number = :number",
            network=network_id,
            number=number,
        )


async def add_words(
    session: AsyncSession,
    network_id: int,
    state: State,
    vocabulary: Mapping[str, Word],
    titles: set[str],
) -> int:
    """Words never seen before get the next positions; the last position given is returned.

    A word first seen in a title later on gets a new position too: readers learn by position what is new.
    """
    wanted: dict[str, tuple[str, Word, bool]] = {}
    for shown, word in sorted(vocabulary.items()):
        if worth_knowing(word.folded):
            held = wanted.get(word.folded)
            in_title = shown in titles or (held is not None and held[2])
            # The accented form is how the word is written: an unaccented one is often only capitals.
            wanted[word.folded] = (max(shown, held[0]) if held else shown, word, in_title)
    select = "SELECT word, in_title FROM search_word WHERE network_id = :network AND word"
    known = {
        word: in_title
        for word, in_title in await run(
            session,
            f"{select} IN (SELECT value FROM json_each(:words))",
            f"{select} = ANY(CAST(:words AS text[]))",
            network=network_id,
            words=list(wanted),
        )
    }
    new = [
        (position, folded, shown, word.term, in_title)
        for position, (folded, (shown, word, in_title)) in enumerate(
            (
                (folded, value)
                for folded, value in wanted.items()
                if folded not in known or (value[2] and not known[folded])
            ),
            start=state.words + 1,
        )
    ]
    await _upsert(
        session,
        "search_word (network_id, position, word, shown, term, in_title)",
        "ON CONFLICT (network_id, word) DO UPDATE SET position = excluded.position,"
        " in_title = excluded.in_title",
        network_id,
        ("int", "text", "text", "bigint", "boolean"),
        new,
    )
    return state.words + len(new)


async def words_after(
    source: Source, network_id: int, position: int
) -> list[tuple[int, str, str, int, bool]]:
    """What was learnt since: position, word, as shown, term, whether a title has it."""
    found = await run(
        source,
        "SELECT position, word, shown, term, in_title FROM search_word"
        " WHERE network_id = :network AND position > :position ORDER BY position",
        network=network_id,
        position=position,
    )
    return [(at, word, shown, term, bool(in_title)) for at, word, shown, term, in_title in found]


async def candidates(
    source: Source, network_id: int, numbers: list[int]
) -> Sequence[tuple[int, str, int, int, int, bytes]]:
    """Of each document, in the order of ``numbers``, which are sorted.

    Number, kind, item, size of the title, of the summary, stream.
    """
    select = "SELECT number, kind, item_id, title_size, summary_size, stream FROM"
    return await run(
        source,
        # As the numbers come: SQLite would else write them into a table of its own first.
        f"{select} json_each(:numbers) CROSS JOIN search_document"
        " WHERE network_id = :network AND number = json_each.value",
        f"{select} search_document"
        " WHERE network_id = :network AND number = ANY(CAST(:numbers AS int[])) ORDER BY number",
        network=network_id,
        numbers=numbers,
    )


async def items_of(source: Source, network_id: int, numbers: list[int]) -> dict[int, tuple[str, int]]:
    """Kind and item of each document number."""
    select = "SELECT number, kind, item_id FROM search_document WHERE network_id = :network AND number"
    found = await run(
        source,
        f"{select} IN (SELECT value FROM json_each(:numbers))",
        f"{select} = ANY(CAST(:numbers AS int[]))",
        network=network_id,
        numbers=numbers,
    )
    return {number: (kind, item_id) for number, kind, item_id in found}


def worth_knowing(folded: str) -> bool:
    """Whether a word can serve as a correction or a completion."""
    return 3 <= len(folded) <= 40 and folded.isalpha()


async def _upsert(
    session: AsyncSession,
    target: str,
    conflict: str,
    network_id: int,
    types: Sequence[str],
    values: Sequence[tuple[Any, ...]],
) -> None:
    if not values:
        return
    if on_postgresql(session):
        arrays = ", ".join(f"CAST(:c{place} AS {kind}[])" for place, kind in enumerate(types))
        columns: dict[str, Any] = {
            f"c{place}": list(column) for place, column in enumerate(zip(*values, strict=True))
        }
        statement = f"INSERT INTO {target} SELECT CAST(:network AS int), * FROM unnest({arrays}) {conflict}"
        await run(session, statement, network=network_id, **columns)
        return
    connection = await session.connection()
    marks = ", ".join("?" * len(types))
    await connection.exec_driver_sql(
        f"INSERT INTO {target} VALUES ({network_id:d}, {marks}) {conflict}", list(values)
    )

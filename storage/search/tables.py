"""Tables of the search index. Everything but synonyms and sessions can be rebuilt from the items.

A posting block holds, for one term, the documents numbered ``block * BLOCK`` and the next ``BLOCK - 1``,
packed (see ``packing.py``): few rows to read, and a change rewrites a few kilobytes per term.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel


class SearchState(SQLModel, table=True):
    """One row per network: the index lock, and the version numbers that keep caches coherent."""

    __tablename__ = "search_state"

    network_id: int = Field(foreign_key="network.id", primary_key=True)
    generation: int = 0  # +1 at each change of the index
    documents: int = 0
    next_number: int = 0
    words: int = 0  # the highest ``SearchWord.position`` given
    vocabulary: int = 0  # +1 when words were taken away (rebuild): caches start again
    kinds: str = ""  # every kind of document ever indexed, parted by commas
    analyser: int = 0  # the ``ANALYSER`` that made the whole index
    synonyms: int = 0  # +1 at each change of the network's synonyms


class SearchDocument(SQLModel, table=True):
    """What the second ranking pass needs of one indexed item: short rows, for few pages to be read."""

    __tablename__ = "search_document"

    network_id: int = Field(foreign_key="network.id", primary_key=True)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    kind: str
    item_id: int
    title_size: int
    summary_size: int
    stream: bytes = Field(sa_column=Column(LargeBinary, nullable=False))  # the terms in order, title first

    __table_args__ = (
        UniqueConstraint("network_id", "kind", "item_id"),
        {"sqlite_with_rowid": False},
    )


class SearchEntry(SQLModel, table=True):
    """What ``put`` and ``remove`` must take out of the index: a document's terms and their impacts."""

    __tablename__ = "search_entry"

    network_id: int = Field(foreign_key="network.id", primary_key=True)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    postings: bytes = Field(sa_column=Column(LargeBinary, nullable=False))

    __table_args__ = ({"sqlite_with_rowid": False},)


class SearchPosting(SQLModel, table=True):
    __tablename__ = "search_posting"

    network_id: int = Field(foreign_key="network.id", primary_key=True)
    term: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))  # hash of the term
    block: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    data: bytes = Field(sa_column=Column(LargeBinary, nullable=False))

    __table_args__ = ({"sqlite_with_rowid": False},)


class SearchWord(SQLModel, table=True):
    """A word seen in the network's items: what corrections, prefixes and completions choose from.

    Words are only ever added; whether one is still in use is asked of the postings of its term.
    """

    __tablename__ = "search_word"

    network_id: int = Field(foreign_key="network.id", primary_key=True)
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    word: str  # folded
    shown: str  # as people write it, with accents
    term: int = Field(sa_column=Column(BigInteger, nullable=False))
    in_title: bool = False

    __table_args__ = (UniqueConstraint("network_id", "word"),)


class Synonym(SQLModel, table=True):
    """A network's own acronym or synonym. An empty ``expansion`` silences a shipped one."""

    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id", index=True)
    word: str  # as shown: "ZAN"
    word_key: str  # analysed, to compare
    expansion: str
    explanation: str = ""
    updated_at: datetime

    __table_args__ = (UniqueConstraint("network_id", "word_key", "expansion"),)


class SearchSession(SQLModel, table=True):
    """One search: its buttons carry the id, so paging survives a restart and never repeats a result.

    Purged after some days; the member is forgotten on erasure.
    """

    __tablename__ = "search_session"

    id: int | None = Field(default=None, primary_key=True)
    network_id: int = Field(foreign_key="network.id")
    member_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    query: str
    filters: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    found: list[Any] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False)
    )  # [kind, item, score]
    stems: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))  # to highlight
    suggestion: str | None = None
    results: int
    at: datetime

    __table_args__ = (Index("ix_search_session_at", "network_id", "at"),)

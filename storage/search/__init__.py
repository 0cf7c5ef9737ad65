"""The search index: one analyser and one ranking, the same on SQLite and PostgreSQL.

``put`` and ``remove`` run in the transaction that changes the item, as its LAST writes: they take the
network's index lock. Only what may be found is put: whoever unpublishes an item removes it here.
"""

from storage.search.index import Document, put, put_many, remove
from storage.search.tables import (
    SearchDocument,
    SearchPosting,
    SearchSession,
    SearchState,
    SearchWord,
    Synonym,
)

__all__ = [
    "Document",
    "SearchDocument",
    "SearchPosting",
    "SearchSession",
    "SearchState",
    "SearchWord",
    "Synonym",
    "put",
    "put_many",
    "remove",
]

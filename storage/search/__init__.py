"""The search index: one analyser and one ranking, the same on SQLite and PostgreSQL.

``put`` and ``remove`` run in the transaction that changes the item, as its LAST writes: they take the
network's index lock. Only what may be found is put: whoever unpublishes an item removes it here.
"""

from storage.search.completion import complete
from storage.search.highlight import Fragment, Highlighted, highlighted, passage
from storage.search.index import Document, put, put_many, remove
from storage.search.query import Answer, Hit, Memory, answer
from storage.search.rows import numbers_of
from storage.search.synonyms import (
    Acronym,
    acronyms_of,
    key_of,
    name_as_shipped,
    name_otherwise,
    own_names,
    shipped,
)
from storage.search.tables import (
    SearchDocument,
    SearchPosting,
    SearchSession,
    SearchState,
    SearchWord,
    Synonym,
)

__all__ = [
    "Acronym",
    "Answer",
    "Document",
    "Fragment",
    "Highlighted",
    "Hit",
    "Memory",
    "SearchDocument",
    "SearchPosting",
    "SearchSession",
    "SearchState",
    "SearchWord",
    "Synonym",
    "acronyms_of",
    "answer",
    "complete",
    "highlighted",
    "key_of",
    "name_as_shipped",
    "name_otherwise",
    "numbers_of",
    "own_names",
    "passage",
    "put",
    "put_many",
    "remove",
    "shipped",
]

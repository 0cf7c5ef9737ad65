"""Ground floor: the engine, the tables, the named queries and the search index.

Knows no Discord and no words. Every query is scoped by ``network_id``: nothing crosses networks.
See ``engine.py`` for transactions, ``schema.py`` for the list of tables, ``migrations`` to change them.
"""

from sqlmodel import SQLModel

# Here and nowhere else: it must be said before the first table is declared. A constraint without a name
# cannot be changed by a later migration on SQLite.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

"""Ground floor: the engine, the tables, the named queries and the search index.

Knows no Discord and no words. Every query is scoped by ``network_id``: nothing crosses networks.
See ``engine.py`` for transactions and ``schema.py`` for the list of tables.
"""

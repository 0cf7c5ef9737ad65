"""The directory of French local authorities, offline: the register's rows, and finding one as people type.

No database and no network: a compressed table that ships with the project (``data/``, Licence Ouverte 2.0,
made by ``scripts/build_authorities.py``). See ``register.py`` for the rows and ``finder.py`` for the search.
"""

from storage.authorities.finder import Found, find
from storage.authorities.register import Register, load
from storage.authorities.rows import Authority

__all__ = ["Authority", "Found", "Register", "find", "load"]

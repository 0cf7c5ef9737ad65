"""Who is acting: built by a door, trusted by the use cases."""

from dataclasses import dataclass
from enum import IntEnum


class Role(IntEnum):
    """Ordered: a higher role may do what a lower one may."""

    STRANGER = 0  # not (yet, or no longer) known to the network
    NEWCOMER = 1
    MEMBER = 2
    FACILITATOR = 3
    ADMIN = 4  # manages the server, or runs the command line


@dataclass(frozen=True)
class Standing:
    """What the platform says of a person at this instant, as text references."""

    platform: str
    server_ref: str | None  # None: in private, outside any server
    account_ref: str
    display_name: str
    locale: str  # "fr" or "en"
    role_refs: frozenset[str] = frozenset()
    manages_server: bool = False
    server_locale: str = "fr"


@dataclass(frozen=True)
class Actor:
    """A person in one network. ``locale`` and ``timezone`` are resolved: member's choice or default."""

    network_id: int
    member_id: int | None  # None: the operator, or someone not arrived yet
    role: Role
    locale: str = "fr"
    network_locale: str = "fr"
    timezone: str = "Europe/Paris"
    themes: frozenset[int] = frozenset()  # those that they are in charge of: see policy.THEMED
    short_sentences: bool = False  # reads the short version of what has one

    @classmethod
    def operator(cls, network_id: int) -> "Actor":
        """The command line: whoever can run it owns the database."""
        return cls(network_id=network_id, member_id=None, role=Role.ADMIN)

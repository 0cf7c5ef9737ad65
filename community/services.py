"""Every use case, made once and handed to the doors."""

from dataclasses import dataclass

from community.drafts import Drafts
from community.help import Help
from community.library import Library
from community.members import Members
from community.networks import Networks
from community.ports import Clock, Labels, ServerBuilder
from community.search import Search
from storage.engine import Database


@dataclass(frozen=True)
class Services:
    """A cog takes what it needs of it."""

    networks: Networks
    members: Members
    library: Library
    search: Search
    drafts: Drafts
    help: Help


def services(db: Database, clock: Clock, builder: ServerBuilder, labels: Labels) -> Services:
    """All of them, on one database."""
    return Services(
        networks=Networks(db, clock, builder, labels),
        members=Members(db, clock),
        library=Library(db, clock),
        search=Search(db, clock),
        drafts=Drafts(db, clock),
        help=Help(),
    )

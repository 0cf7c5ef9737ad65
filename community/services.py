"""Every use case, made once and handed to the doors."""

from dataclasses import dataclass

from community.drafts import Drafts
from community.help import Help
from community.library import Library
from community.members import Members
from community.networks import Networks
from community.search import Search


@dataclass(frozen=True)
class Services:
    """``bot/compose.py`` makes it; a cog takes what it needs of it."""

    networks: Networks
    members: Members
    library: Library
    search: Search
    drafts: Drafts
    help: Help

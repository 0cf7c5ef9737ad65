"""The group `/need`, whose commands are spread over several files of doors, and what those files share.

A group belongs to one cog, so the files are parts (mixins) of the one ``NeedsCog``.
"""

from cogs.kit import localized
from cogs.kit.forms import Forms
from cogs.kit.inbound import Inbound
from community.services import Services

NEED = localized.group("need")


class Doors:
    """What every part works with; ``NeedsCog`` gives it."""

    inbound: Inbound
    forms: Forms
    services: Services

"""The group `/practice`, whose commands and buttons are spread over several files of doors."""

from cogs.kit import localized
from cogs.kit.host import Host

PRACTICE = localized.group("practice")


class Doors:
    """What every part works with."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.inbound, self.forms, self.services = host.inbound, host.forms, host.services

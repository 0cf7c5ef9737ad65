"""The group `/network`: its commands are spread over several files of doors, parts of one ``NetworkCog``."""

from cogs.kit import localized

NETWORK = localized.group("network")

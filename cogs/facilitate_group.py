"""The group of the facilitators' commands, which several files share."""

from cogs.kit import localized

FACILITATE = localized.group("facilitate")

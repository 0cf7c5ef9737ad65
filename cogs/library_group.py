"""The group `/resource`, whose commands are spread over several files of doors."""

from cogs.kit import localized

RESOURCE = localized.group("resource")

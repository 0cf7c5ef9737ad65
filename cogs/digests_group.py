"""The group of the digests' commands, which several files share."""

from cogs.kit import localized

DIGEST = localized.group("digest")

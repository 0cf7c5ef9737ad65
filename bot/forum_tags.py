"""Which tags a new forum post bears.

A moderator may make tags required: then a post without any is refused (40067), so one is found for it.
"""

from collections.abc import Collection, Iterable, Sequence

import discord

from community import text
from community.ports import DeliveryError, Failure

MOST_OF_FORUM, MOST_OF_POST = 20, 5
_TELLING = 4  # letters of a word that says something


def required(forum: discord.ForumChannel) -> bool:
    """Discord asks for nothing where there is no tag to choose from."""
    return forum.flags.require_tag and bool(forum.available_tags)


def stranded(forum: discord.ForumChannel, other: str) -> bool:
    """Whether a post that fits no tag could not be made: for the network's status."""
    if not required(forum) or spare(forum.available_tags, other):
        return False
    return len(forum.available_tags) >= MOST_OF_FORUM


async def tags_for(
    forum: discord.ForumChannel, wanted: Collection[str], other: str
) -> Sequence[discord.ForumTag]:
    """Those named like the wanted themes; where one is required and none is, the nearest, else ``other``.

    ``other`` is made when the forum does not have it and has room. Raises DeliveryError when nothing can be
    done: the post is kept, and people are told what to change.
    """
    found = _named(forum.available_tags, wanted)
    if found or not required(forum):
        return found[:MOST_OF_POST]
    open_to_all = [tag for tag in forum.available_tags if not tag.moderated]
    if (near := _nearest(open_to_all, wanted)) is not None:
        return [near]
    if found := spare(open_to_all, other):
        return found[:1]
    if len(forum.available_tags) < MOST_OF_FORUM:
        try:
            return [await forum.create_tag(name=other)]
        except discord.Forbidden as error:
            raise DeliveryError(Failure.UNTAGGED, code=str(error.code)) from error
    raise DeliveryError(Failure.UNTAGGED, code="no_room_for_a_tag")


def _named(tags: Iterable[discord.ForumTag], names: Collection[str]) -> list[discord.ForumTag]:
    known = {text.folded(name) for name in names}
    return [tag for tag in tags if text.folded(tag.name) in known]


def spare(tags: Iterable[discord.ForumTag], other: str) -> list[discord.ForumTag]:
    """« Autre », « Autres » or « Autres thèmes », as people call it."""
    return [tag for tag in tags if text.folded(tag.name).startswith(text.folded(other))]


def _nearest(tags: Sequence[discord.ForumTag], names: Collection[str]) -> discord.ForumTag | None:
    """The one that shares most words with the themes; « Eau potable » for « Eau et forêts » shares none."""
    themes = _words(names)
    shared = {tag: len(_words([tag.name]) & themes) for tag in tags}
    best = max(tags, key=lambda tag: shared[tag], default=None)
    return best if best is not None and shared[best] else None


def _words(names: Iterable[str]) -> set[str]:
    return {word for name in names for word in text.folded(name).split() if len(word) >= _TELLING}

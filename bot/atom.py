"""A network's public items as Atom, for readers of feeds and for other sites."""

from typing import Any

from community.digest_sources import Item
from community.public_feed import Feed
from prompts import Words, clean
from prompts.marks import to_text


def atom(feed: Feed, words: Words) -> bytes:
    """The whole file. Takes a moment: apart from the loop."""
    from feedgen.feed import FeedGenerator  # only who serves a feed needs it

    made = FeedGenerator()
    made.id(feed.url)
    made.title(clean(feed.network))
    made.subtitle(words.label("digests.feed_subtitle", feed.locale))
    made.language(feed.locale)
    made.author({"name": clean(feed.network)})
    made.updated(feed.updated)
    if feed.url.startswith("http"):
        made.link(href=feed.url, rel="self", type="application/atom+xml")
    for item in feed.items:
        _entry(made, feed, item, words)
    return bytes(made.atom_str(pretty=True))


def _entry(made: Any, feed: Feed, item: Item, words: Words) -> None:
    text = words.render("digests/feed_item", feed.locale, item=item, timezone=feed.timezone)
    entry = made.add_entry(order="append")
    entry.id(f"{feed.url}#{item.kind}-{item.id}")
    entry.title(to_text(text.title) or "…")
    entry.updated(item.changed_at or item.at)
    # What happens on the server cannot be opened from outside: it has no link.
    summary = to_text(text.body)
    if item.kind == "resource" and item.url:
        entry.link(href=item.url)
        entry.summary(summary or None)
    else:
        entry.content(summary or to_text(text.title), type="text")
    if item.theme:
        entry.category({"term": clean(item.theme)})

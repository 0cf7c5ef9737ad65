"""After a theme got another name: what bears it is found by the new one, batch by batch.

Stopped halfway, the rest is still found by the old name until it is next written, or ``entrepairs reindex``.
"""

from community import profiles
from community.practice_cards import document as card
from community.reindex import indexed
from storage import library, practices, search
from storage import profiles as stored
from storage.engine import Database

BATCH = 100


async def follow(db: Database, network_id: int, theme_id: int) -> None:
    """Resources, practices and the members who follow it."""
    last: int | None = 0
    while last is not None:
        async with db.transaction() as session:
            batch = await library.after(session, network_id, last, limit=BATCH, theme_id=theme_id)
            await search.put_many(session, await indexed(session, network_id, batch))
            last = batch[-1].id if batch else None
    last = 0
    while last is not None:
        async with db.transaction() as session:
            cards = await practices.after(session, network_id, last, limit=BATCH, theme_id=theme_id)
            borne = await practices.themes_of(session, network_id, [one.id or 0 for one in cards])
            await search.put_many(session, [card(one, borne.get(one.id or 0, [])) for one in cards])
            last = cards[-1].id if cards else None
    last = 0
    while last is not None:
        async with db.transaction() as session:
            people = await stored.followers(session, network_id, theme_id, last, limit=BATCH)
            for mine in people:
                await profiles.refresh(session, mine, mine.updated_at)
            last = people[-1].member_id if people else None

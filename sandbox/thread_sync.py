"""THREAD_LIST_SYNC: a bot that comes to see a channel is told of the threads that go on there."""

from sandbox.session import Session, dumps
from sandbox.shapes import Shapes
from sandbox.world import Event, Guild, Json

#: What may open a channel to a bot.
CAUSES = frozenset({"CHANNEL_UPDATE", "GUILD_ROLE_UPDATE", "GUILD_ROLE_DELETE", "GUILD_MEMBER_UPDATE"})


class ThreadSync:
    """Remembers which channels each session sees, to know which ones are new."""

    def __init__(self, shapes: Shapes) -> None:
        self.shapes = shapes

    def begin(self, session: Session, guild: Guild) -> None:
        """From the server's GUILD_CREATE on."""
        session.seen[guild.id] = self._seen(session, guild)

    def after(self, session: Session, event: Event) -> None:
        """To be called once the event itself is told."""
        guild = event.guild
        if guild is None or event.t not in CAUSES or guild.id not in session.seen:
            return
        if event.t == "GUILD_MEMBER_UPDATE" and event.d["user"]["id"] != session.app.user.id:
            return
        before, now = session.seen[guild.id], self._seen(session, guild)
        session.seen[guild.id] = now
        if now - before:
            told = self._told(session, guild, now - before)
            session.dispatch("THREAD_LIST_SYNC", dumps(told), told)

    def _seen(self, session: Session, guild: Guild) -> set[str]:
        me, rights = session.app.user.id, self.shapes.rights
        return {channel.id for channel in guild.channels.values() if rights.sees(me, channel)}

    def _told(self, session: Session, guild: Guild, opened: set[str]) -> Json:
        me = session.app.user.id
        threads = [
            thread
            for thread in guild.threads.values()
            if not thread.archived
            and thread.parent is not None
            and thread.parent.id in opened
            and self.shapes.rights.sees(me, thread)
        ]
        return {
            "guild_id": guild.id,
            "channel_ids": sorted(opened, key=int),
            "threads": [self.shapes.thread(thread, me) for thread in threads],
            "members": [thread.thread_members[me] for thread in threads if me in thread.thread_members],
        }

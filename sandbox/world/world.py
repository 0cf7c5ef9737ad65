"""The whole world: all parts together."""

from sandbox.world.agenda import Agenda
from sandbox.world.entities import Guild


class World(Agenda):
    """People, bots, servers, channels, messages and events; see the parts for the methods."""

    def resume_timers(self, guild: Guild) -> None:
        """After a load: threads archive and events start by themselves again."""
        for thread in guild.threads.values():
            if not thread.archived:
                self._plan_archive(thread)
        for event in guild.events.values():
            if event["status"] in (1, 2):
                self._plan(guild, event)

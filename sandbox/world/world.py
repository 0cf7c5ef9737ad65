"""The whole world: all parts together."""

from sandbox.world.agenda import Agenda


class World(Agenda):
    """People, bots, servers, channels, messages and events; see the parts for the methods."""

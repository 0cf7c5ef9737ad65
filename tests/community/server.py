"""A server on paper: makes and loses channels as the real one would, without any platform."""

from collections.abc import Mapping
from itertools import count

from community.ports import ServerPlan, ServerState


class PaperServer:
    """A ``ServerBuilder`` that remembers. ``refuses``: place or role -> permission that is lacking."""

    def __init__(self) -> None:
        self.roles: dict[str, str] = {}
        self.channels: dict[str, str] = {}
        self.tags: list[str] = []
        self.panels: set[str] = set()
        self.refuses: dict[str, str] = {}
        self.builds = 0
        self._numbers = count(500)

    async def build(self, server_ref: str, plan: ServerPlan) -> ServerState:
        self.builds += 1
        created = [
            *self._make(plan.role_names, plan.known_roles, self.roles),
            *self._make(plan.channel_names, plan.known_channels, self.channels),
        ]
        self.tags = list(plan.theme_names)
        return self._state(plan, created)

    async def check(self, server_ref: str, plan: ServerPlan) -> ServerState:
        return self._state(plan, [])

    def _make(self, wanted: Mapping[str, str], known: Mapping[str, str], have: dict[str, str]) -> list[str]:
        lost = [name for name in wanted if name not in have and name not in self.refuses]
        for name in lost:
            have[name] = str(next(self._numbers))
        return lost

    def _state(self, plan: ServerPlan, created: list[str]) -> ServerState:
        missing = [name for name in plan.role_names if name not in self.roles]
        missing += [place for place in plan.channel_names if place not in self.channels]
        if plan.known_panel not in self.panels:
            missing.append("panel")
        return ServerState(
            dict(self.roles),
            dict(self.channels),
            {where: (what,) for where, what in self.refuses.items()},
            tuple(created),
            (),
            tuple(missing),
        )

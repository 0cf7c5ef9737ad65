"""A server on paper: makes and loses channels as the real one would, without any platform."""

from collections.abc import Collection, Mapping
from itertools import count

from community.ports import ServerPlan, ServerState, StandingRole


class PaperServer:
    """A ``ServerBuilder`` that remembers. ``refuses``: place or role -> permission that is lacking."""

    def __init__(self) -> None:
        self.roles: dict[str, str] = {}
        self.channels: dict[str, str] = {}
        self.tags: list[str] = []
        self.renamed: dict[str, str] = {}
        self.panels: set[str] = set()
        self.refuses: dict[str, str] = {}
        self.theme_roles: dict[
            int, str
        ] = {}  # theme -> role; ``adopts``: role that was there before, by name
        self.adopts: dict[str, str] = {}
        self.theme_troubles: dict[str, list[int]] = {}
        self.builds = 0
        self._numbers = count(500)

    async def build(self, server_ref: str, plan: ServerPlan) -> ServerState:
        self.builds += 1
        created = [
            *self._make(plan.role_names, plan.known_roles, self.roles),
            *self._make(plan.channel_names, plan.known_channels, self.channels),
        ]
        self.tags = list(plan.theme_names)
        self.renamed |= plan.renamed_tags
        made = set()
        for theme_id, want in (plan.theme_roles or {}).items():
            if theme_id not in self.theme_roles and theme_id not in self._troubled():
                found = self.adopts.get(want.name)
                self.theme_roles[theme_id] = found or str(next(self._numbers))
                made |= set() if found else {theme_id}
        return self._state(plan, created, made)

    async def check(self, server_ref: str, plan: ServerPlan) -> ServerState:
        return self._state(plan, [])

    def _make(self, wanted: Mapping[str, str], known: Mapping[str, str], have: dict[str, str]) -> list[str]:
        lost = [name for name in wanted if name not in have and name not in self.refuses]
        for name in lost:
            have[name] = str(next(self._numbers))
        return lost

    def _troubled(self) -> set[int]:
        return {theme_id for ids in self.theme_troubles.values() for theme_id in ids}

    def _themes(self, plan: ServerPlan, made: Collection[int]) -> dict[int, StandingRole]:
        return {
            theme_id: StandingRole(
                self.theme_roles[theme_id],
                want.name,
                adopted=self.theme_roles[theme_id] in self.adopts.values(),
                made=theme_id in made,
            )
            for theme_id, want in (plan.theme_roles or {}).items()
            if theme_id in self.theme_roles
        }

    def _state(self, plan: ServerPlan, created: list[str], made: Collection[int] = ()) -> ServerState:
        missing = [name for name in plan.role_names if name not in self.roles]
        missing += [place for place in plan.channel_names if place not in self.channels]
        if plan.known_panel not in self.panels:
            missing.append("panel")
        themes = self._themes(plan, made)
        lost = [theme_id for theme_id in plan.theme_roles or {} if theme_id not in themes]
        if plan.theme_roles is not None and plan.known_theme_panel not in self.panels:
            missing.append("theme_panel")
        troubles = {"missing": lost} if lost and not self.theme_troubles else dict(self.theme_troubles)
        return ServerState(
            dict(self.roles),
            dict(self.channels),
            {where: (what,) for where, what in self.refuses.items()},
            tuple(created),
            (),
            tuple(missing),
            themes,
            troubles,
        )

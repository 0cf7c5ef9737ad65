"""One interaction: what it is about, and how far its answer got."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from sandbox.world import App, Channel, Json, User

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 2, 3, 4, 5


@dataclass(slots=True, eq=False)
class Interaction:
    """One click, command, typing or form, and what became of it."""

    id: str
    token: str
    app: App
    user: User
    channel: Channel
    type: int
    data: Json
    created: datetime
    #: The message that carries the component (or carried the button which opened the form).
    source: Json | None
    outcome: asyncio.Future[Json]
    command_name: str | None = None
    #: For a form that was sent: the interaction whose answer opened it.
    opener: "Interaction | None" = None
    answered: bool = False
    failed: bool = False
    #: The deferred message still to be written (type 5).
    loading: bool = False
    original_id: str | None = None
    modal: Json | None = None
    messages: set[str] = field(default_factory=set)

    @property
    def from_component(self) -> bool:
        """Whether a component opened the form that was sent: its answer may then update the message."""
        return self.opener is not None and self.opener.type == COMPONENT

    def focused(self) -> int | None:
        """The type of the option being typed."""
        return _focused(self.data.get("options") or [])


def _focused(options: list[Json]) -> int | None:
    """The type of the option being typed."""
    for option in options:
        if option.get("focused"):
            return int(option["type"])
        inner = _focused(option.get("options") or [])
        if inner is not None:
            return inner
    return None

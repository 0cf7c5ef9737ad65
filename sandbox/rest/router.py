"""The table of routes, and what a handler gets and gives back.

A handler takes one `Call` and returns a JSON value (200), an `Answer`, or None (204); it raises `ApiError` to
refuse.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.compose import Upload
from sandbox.errors import ApiError
from sandbox.oauth import Grant
from sandbox.world import App, Channel, Guild, Json, User, World

if TYPE_CHECKING:
    from sandbox.server import Sandbox


@dataclass(slots=True)
class Answer:
    """A status with a body, when 200 and 204 do not do."""

    status: int
    body: object = None


@dataclass(slots=True)
class Call:
    """One accepted request: who calls, and what was sent."""

    sandbox: Sandbox
    params: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    files: dict[str, Upload]
    caller: App | None
    reason: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    #: The person behind a Bearer token, and what they allowed.
    bearer: Grant | None = None

    @property
    def world(self) -> World:
        return self.sandbox.world

    @property
    def app(self) -> App:
        if self.caller is None:
            raise ApiError.unauthorized()
        return self.caller

    @property
    def me(self) -> User:
        return self.bearer.user if self.bearer is not None else self.app.user

    def object(self) -> Json:
        """The body, which must be a JSON object."""
        if not isinstance(self.body, dict):
            raise ApiError.leaf((), "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
        return self.body

    def channel(self, name: str = "channel") -> Channel:
        found = self.world.channels.get(self.params[name])
        if found is None or (found.recipients and self.me not in found.recipients):
            raise ApiError.of(10003)
        if found.guild is not None and self.me.id not in found.guild.members:
            raise ApiError.of(50001)
        return found

    def guild(self) -> Guild:
        found = self.world.guilds.get(self.params["guild"])
        if found is None:
            raise ApiError.of(10004)
        if self.me.id not in found.members:
            raise ApiError.of(50001 if found else 10004)
        return found

    def need(self, channel: Channel, wanted: int = 0) -> int:
        return self.sandbox.rights.need(self.me.id, channel, wanted)

    def need_in(self, guild: Guild, wanted: int) -> int:
        return self.sandbox.rights.need_in_guild(self.me.id, guild, wanted)

    def message(self, channel: Channel, name: str = "message") -> Json:
        """A message that this bot may see by its token: ephemeral ones are not (10008)."""
        found = channel.message(self.params[name])
        if found is None:
            raise ApiError.of(10008)
        return found

    def shown(self, channel: Channel, message: Json) -> Json:
        """The message as this bot may read it (the content toggle governs REST too)."""
        toggle = "message_content" in self.app.intents
        shapes = self.sandbox.shapes
        return shapes.message(self.app, message, in_guild=channel.guild is not None, toggle=toggle)

    def audit(self, guild: Guild | None, action: int, target_id: str | None) -> None:
        if guild is not None:
            self.world.note_audit(guild, action, self.me.id, target_id, self.reason)


Handler = Callable[[Call], Awaitable[object]]


@dataclass(slots=True, frozen=True)
class Route:
    """A method and a path template, as the OpenAPI file spells it but for the parameters' names."""

    method: str
    template: str
    handler: Handler
    #: False: the token in the path is the only key (interactions, webhooks, the gateway's address).
    auth: bool
    #: What a person must have allowed for a Bearer token to be taken ("": anything); None takes none.
    scope: str | None = None

    #: The template with Discord's own names of parameters.
    public: str = ""

    @property
    def name(self) -> str:
        return f"{self.method} {self.public}"


@dataclass(slots=True)
class _Node:
    words: dict[str, _Node] = field(default_factory=dict)
    parameter: _Node | None = None
    name: str = ""
    routes: dict[str, Route] = field(default_factory=dict)


ROOT = _Node()
PARAMETERS = {
    "event": "guild_scheduled_event_id",
    "token": "token",
    "emoji": "emoji",
    "hook": "application_id",
}


def public_name(template: str) -> str:
    """`/channels/{channel}` as Discord's documents write it: `/channels/{channel_id}`."""
    return re.sub(r"\{(\w+)\}", lambda m: "{" + PARAMETERS.get(m[1], f"{m[1]}_id") + "}", template)


ROUTES: list[Route] = []


def route(
    method: str, template: str, *, auth: bool = True, scope: str | None = None
) -> Callable[[Handler], Handler]:
    """Register a handler: `@route("GET", "/channels/{channel}")`."""

    def register(handler: Handler) -> Handler:
        node = ROOT
        for part in template.strip("/").split("/"):
            if part.startswith("{"):
                if node.parameter is None:
                    node.parameter = _Node(name=part.strip("{}"))
                node = node.parameter
                if node.name != part.strip("{}"):
                    raise ValueError(f"{template}: {part} is called {node.name} elsewhere")
            else:
                node = node.words.setdefault(part, _Node())
        made = Route(method, template, handler, auth, scope, public_name(template))
        node.routes[method] = made
        ROUTES.append(made)
        return handler

    return register


def find(method: str, parts: list[str]) -> tuple[Route | None, dict[str, str], bool]:
    """The route of a path, its parameters, and whether the path exists with another method."""
    found = _walk(ROOT, parts, 0, method)
    if found is not None:
        node, params = found
        return node.routes[method], params, True
    other = _walk(ROOT, parts, 0, None)
    return None, {}, other is not None


def _walk(
    node: _Node, parts: list[str], index: int, method: str | None
) -> tuple[_Node, dict[str, str]] | None:
    if index == len(parts):
        fits = method in node.routes if method else bool(node.routes)
        return (node, {}) if fits else None
    part = parts[index]
    word = node.words.get(part)
    if word is not None:
        found = _walk(word, parts, index + 1, method)
        if found is not None:
            return found
    if node.parameter is None:
        return None
    found = _walk(node.parameter, parts, index + 1, method)
    if found is not None:
        found[1][node.parameter.name] = part
    return found

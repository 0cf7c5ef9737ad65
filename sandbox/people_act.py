"""One request of the people API: who asks, for what, and how the answer goes back."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.errors import ApiError
from sandbox.people_view import View
from sandbox.rest.serve import _json as parse_json
from sandbox.rights import Rights
from sandbox.session import dumps
from sandbox.world import Channel, Guild, Json, User, World

if TYPE_CHECKING:
    from sandbox.server import Sandbox

Handler = Callable[["Act"], Awaitable[object]]


class Act:
    """One request of one person."""

    def __init__(self, sandbox: "Sandbox", request: web.Request, body: Any) -> None:
        self.sandbox = sandbox
        self.world: World = sandbox.world
        self.rights: Rights = sandbox.rights
        self.request = request
        self.body = body
        self.path = request.match_info

    @property
    def me(self) -> User:
        person = self.request.headers.get("X-Person") or self.request.query.get("person") or ""
        user = self.world.users.get(person)
        if user is None or user.bot:
            raise ApiError.unauthorized()
        return user

    @property
    def view(self) -> View:
        return View(self.sandbox, self.me)

    def object(self) -> Json:
        if not isinstance(self.body, dict):
            raise ApiError.leaf((), "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
        return self.body

    def guild(self) -> Guild:
        found = self.world.guilds.get(self.path["guild"])
        if found is None:
            raise ApiError.of(10004)
        return found

    def channel(self, wanted: int = 0) -> Channel:
        """The channel of the path, which the person sees."""
        found = self.world.channels.get(self.path["channel"])
        if found is None:
            raise ApiError.of(10003)
        self.rights.need(self.me.id, found, wanted)
        return found

    def message(self, channel: Channel) -> Json:
        message_id = self.path["message"]
        mine = channel.notes.get(self.me.id, {}).get(message_id)
        found = mine or channel.message(message_id)
        if found is None:
            raise ApiError.of(10008)
        return found


def reply(value: object, status: int = 200) -> web.Response:
    if isinstance(value, web.Response):
        return value
    if value is None:
        return web.Response(status=204)
    headers = {"Content-Type": "application/json"}
    return web.Response(status=status, body=dumps(value).encode(), headers=headers)


def wrap(
    sandbox: "Sandbox", handler: Handler, *, raw: bool = False
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """An aiohttp handler that speaks JSON and Discord's errors; `raw` leaves the body to it."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            body = None
            if request.can_read_body and not raw:
                sent = await request.read()
                body = parse_json(sent) if sent else None
            return reply(await handler(Act(sandbox, request, body)))
        except ApiError as error:
            return reply(error.body(), error.status)

    return handle

"""The control API: clock, faults, journal, and the making of servers and bots."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.errors import ApiError
from sandbox.journal import Exchange, Frame
from sandbox.people_act import Act, Handler, wrap
from sandbox.state import dump

if TYPE_CHECKING:
    from sandbox.server import Sandbox


async def read_clock(act: Act) -> object:
    return act.sandbox.clock_object()


async def set_clock(act: Act) -> object:
    body, clock = act.object(), act.sandbox.clock
    try:
        if "freeze" in body:
            if body["freeze"]:
                clock.freeze()
            else:
                clock.unfreeze()
        if "advance" in body:
            clock.advance(timedelta(seconds=float(body["advance"])))
        if "jump" in body:
            clock.jump(datetime.fromisoformat(str(body["jump"])))
    except (TypeError, ValueError, OverflowError) as error:
        raise ApiError.leaf(("clock",), "BASE_TYPE_CONVERT", str(error)) from None
    return act.sandbox.clock_object()


async def list_faults(act: Act) -> object:
    return act.sandbox.faults.list()


async def add_fault(act: Act) -> object:
    fault = act.sandbox.faults.add_json(act.body).as_json()
    act.sandbox.gateway.interrupt()
    return fault


async def clear_faults(act: Act) -> object:
    number = act.request.query.get("id")
    if number is not None and number.isdigit():
        act.sandbox.faults.remove(int(number))
    else:
        act.sandbox.faults.clear()
    return None


async def journal(act: Act) -> object:
    since = act.request.query.get("since", "0")
    entries = act.sandbox.journal.since(int(since) if since.isdigit() else 0)
    return {
        "last": act.sandbox.journal.last,
        "entries": [entry.as_json() for entry in entries if isinstance(entry, Exchange | Frame)],
    }


async def har(act: Act) -> object:
    return act.sandbox.journal.har(origin=act.sandbox.api)


async def lines(act: Act) -> object:
    """The same as JSON lines, one entry each; `?kind=gateway` for the frames alone."""
    kind = act.request.query.get("kind")
    journal = act.sandbox.journal
    text = journal.lines(entry for entry in journal if kind in (None, entry.kind))
    return web.Response(text=text, content_type="application/x-ndjson")


async def counters(act: Act) -> object:
    """What the journal, the limits and the bots' daily allowances count."""
    sandbox = act.sandbox
    return {
        **sandbox.journal.counters.as_json(),
        "refused": sandbox.buckets.refused,
        "invalid_requests": sandbox.buckets.invalid.total(),
        "missing_routes": sandbox.missing_routes,
        "crashes": sandbox.crashes,
        "violations": [str(violation) for violation in sandbox.conformance.violations],
        "apps": [
            {
                "id": app.id,
                "name": app.name,
                "online": sandbox.gateway.online(app),
                "identifies": app.identifies,
                "command_creations": app.creations,
            }
            for app in act.world.apps.values()
        ],
    }


async def save(act: Act) -> object:
    return dump(act.world)


async def outage(act: Act) -> object:
    act.world.outage(act.guild(), over=act.request.method == "DELETE")
    return None


async def set_app(act: Act) -> object:
    app = act.world.apps.get(act.path["app"])
    if app is None:
        raise ApiError.of(10002)
    intents = act.object().get("intents")
    if not isinstance(intents, list):
        raise ApiError.leaf(("intents",), "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
    act.world.set_intents(app, {str(name) for name in intents})
    return {"id": app.id, "intents": sorted(app.intents)}


async def add_guild(act: Act) -> object:
    body = act.object()
    owner = act.world.users.get(str(body.get("owner_id")))
    guild = act.world.add_guild(str(body.get("name") or "Serveur"), owner=owner)
    return {**act.world.guild_object(guild), "channels": [c.data for c in guild.channels.values()]}


async def add_app(act: Act) -> object:
    body = act.object()
    intents = {str(name) for name in body.get("intents") or ()}
    app = act.world.add_app(str(body.get("name") or "Bot"), token=body.get("token"), intents=intents)
    return {"id": app.id, "name": app.name, "token": app.token, "bot": app.user.data}


async def invite(act: Act) -> object:
    app = act.world.apps.get(act.path["app"])
    guild = act.world.guilds.get(act.path["guild"])
    if app is None or guild is None:
        raise ApiError.of(10002 if app is None else 10004)
    permissions = int((act.body or {}).get("permissions") or 0)
    return act.world.invite(app, guild, permissions=permissions)


ROUTES: list[tuple[str, str, Handler]] = [
    ("GET", "/clock", read_clock),
    ("POST", "/clock", set_clock),
    ("GET", "/faults", list_faults),
    ("POST", "/faults", add_fault),
    ("DELETE", "/faults", clear_faults),
    ("GET", "/journal", journal),
    ("GET", "/journal.har", har),
    ("GET", "/journal.jsonl", lines),
    ("GET", "/counters", counters),
    ("GET", "/state", save),
    ("PUT", "/guilds/{guild}/outage", outage),
    ("DELETE", "/guilds/{guild}/outage", outage),
    ("PATCH", "/apps/{app}", set_app),
    ("POST", "/guilds", add_guild),
    ("POST", "/apps", add_app),
    ("POST", "/apps/{app}/guilds/{guild}", invite),
]


def install(sandbox: "Sandbox", app: web.Application) -> None:
    for method, path, handler in ROUTES:
        app.router.add_route(method, "/sandbox/control" + path, wrap(sandbox, handler))

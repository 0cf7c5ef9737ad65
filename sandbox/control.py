"""The control API: clock, faults, journal, and the making of servers and bots."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from aiohttp import web

from sandbox.errors import ApiError
from sandbox.journal import Exchange, Frame
from sandbox.people_act import Act, Handler, wrap
from sandbox.rules.fields import as_integer
from sandbox.state import dump
from sandbox.world import App, Json

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


async def apps(act: Act) -> object:
    """Without their secrets: the page shows it to whoever opens it."""
    return [
        {"id": app.id, "name": app.name, "intents": sorted(app.intents)} for app in act.world.apps.values()
    ]


async def set_app(act: Act) -> object:
    app = act.world.apps.get(act.path["app"])
    if app is None:
        raise ApiError.of(10002)
    body = act.object()
    for key in ("intents", "redirect_uris"):
        if not isinstance(body.get(key, []), list):
            raise ApiError.leaf((key,), "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
    if "intents" in body:
        act.world.set_intents(app, {str(name) for name in body["intents"]})
    if "redirect_uris" in body:
        app.data["redirect_uris"] = [str(uri) for uri in body["redirect_uris"]]
    return portal(app)


def portal(app: App) -> Json:
    """What the developer portal shows of an application."""
    return {
        "id": app.id,
        "name": app.name,
        "token": app.token,
        "client_secret": app.secret,
        "intents": sorted(app.intents),
        "redirect_uris": app.data["redirect_uris"],
        "bot": app.user.data,
    }


async def add_guild(act: Act) -> object:
    body = act.object()
    owner = act.world.users.get(str(body.get("owner_id")))
    guild = act.world.add_guild(str(body.get("name") or "Serveur"), owner=owner)
    return {**act.world.guild_object(guild), "channels": [c.data for c in guild.channels.values()]}


async def add_app(act: Act) -> object:
    body = act.object()
    for key in ("intents", "redirect_uris"):
        if not isinstance(body.get(key) or [], list):
            raise ApiError.leaf((key,), "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
    intents, uris = ({str(one) for one in body.get(key) or ()} for key in ("intents", "redirect_uris"))
    token = body.get("token")
    app = act.world.add_app(
        str(body.get("name") or "Bot"),
        token=str(token) if token else None,
        intents=intents,
        redirect_uris=sorted(uris),
    )
    return portal(app)


async def invite(act: Act) -> object:
    app = act.world.apps.get(act.path["app"])
    guild = act.world.guilds.get(act.path["guild"])
    if app is None or guild is None:
        raise ApiError.of(10002 if app is None else 10004)
    asked = act.object().get("permissions") if act.body is not None else None
    permissions = as_integer(asked or 0, text=True)
    if permissions is None:
        raise ApiError.leaf(("permissions",), "NUMBER_TYPE_COERCE", "A number is expected")
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
    ("GET", "/apps", apps),
    ("PATCH", "/apps/{app}", set_app),
    ("POST", "/guilds", add_guild),
    ("POST", "/apps", add_app),
    ("POST", "/apps/{app}/guilds/{guild}", invite),
]


def install(sandbox: "Sandbox", app: web.Application) -> None:
    for method, path, handler in ROUTES:
        app.router.add_route(method, "/sandbox/control" + path, wrap(sandbox, handler))

"""One request from the socket to the answer: key, ban, rate limit, fault, body, handler, journal."""

import logging
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, hdrs, web
from aiohttp.http_exceptions import HttpProcessingError

import sandbox.rest  # noqa: F401 - registers the routes
from sandbox.compose import Upload
from sandbox.errors import ApiError
from sandbox.faults import BAN_PAGE, Fault
from sandbox.jsontext import loads
from sandbox.oauth import Grant
from sandbox.rest.known import is_known
from sandbox.rest.router import Answer, Call, Route, find
from sandbox.rules.places import audit_reason
from sandbox.session import dumps
from sandbox.world import App

if TYPE_CHECKING:
    from sandbox.server import Sandbox

log = logging.getLogger(__name__)
Refused = (401, 403, 429)
#: Where a form is read as one; elsewhere it is bad JSON.
FORMS = ("/api/v10/oauth2/", "/api/oauth2/")


@dataclass(slots=True)
class Exchange:
    """What is known of a request on the way through."""

    method: str
    path: str
    route: str = ""
    app: App | None = None
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 500
    answer: object = None
    html: str | None = None
    fault: Fault | None = None
    scope: str | None = None


class Drop(Exception):
    """A fault closes the connection without an answer."""


async def serve(sandbox: "Sandbox", request: web.Request) -> web.StreamResponse:
    """Handle anything below `/api/v10/`; never raises for what a client sent."""
    started = time.perf_counter()
    path = "/" + request.match_info["tail"]
    exchange = Exchange(request.method, path)
    try:
        await _exchange(sandbox, request, exchange)
    except ApiError as error:
        exchange.status, exchange.answer = error.status, error.body()
        exchange.headers |= error.headers
    except Drop:
        exchange.status = 0
    except (ConnectionError, web.HTTPException):
        raise
    except Exception as error:
        # A mistake of the sandbox itself: loud in the log, and a test that finds it here fails.
        log.exception("request failed %s %s", exchange.method, exchange.route)
        sandbox.crashes.append(f"{exchange.method} {exchange.path}: {error!r}")
        exchange.answer = {"message": "500: Internal Server Error", "code": 0}
    if exchange.status in Refused:
        sandbox.buckets.invalid.note(caller_of(request), exchange.status, scope=exchange.scope)
    _write_down(sandbox, request, exchange, (time.perf_counter() - started) * 1000)
    if exchange.status == 0:
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)
    return _response(exchange)


def caller_of(request: web.Request) -> str:
    return request.remote or "?"


async def _exchange(sandbox: "Sandbox", request: web.Request, exchange: Exchange) -> None:
    if sandbox.buckets.invalid.is_banned(caller_of(request)):
        exchange.status, exchange.html = 429, BAN_PAGE
        return
    parts = [part for part in exchange.path.split("/") if part]
    route, params, exists = find(request.method, parts)
    if route is None:
        raise _no_route(sandbox, exchange, exists)
    exchange.route = route.public
    bearer = _bearer(sandbox, request, route)
    exchange.app = bearer.app if bearer else _key(sandbox, request) if route.auth else None
    if not _within_limits(sandbox, request, route, params, exchange):
        return
    fault = sandbox.faults.rest(
        request.method, route.public, exchange.path, app=exchange.app.id if exchange.app else None
    )
    exchange.fault = fault
    if fault is not None and await _spoil_before(sandbox, fault, exchange):
        return
    body, files = await _body(sandbox, request)
    exchange.body = body
    reason = audit_reason(request.headers.get("X-Audit-Log-Reason"))
    call = Call(sandbox, params, request.query, body, files, exchange.app, reason, request.headers, bearer)
    answer = await route.handler(call)
    if answer is None:
        exchange.status = 204
    elif isinstance(answer, Answer):
        exchange.status, exchange.answer = answer.status, answer.body
    else:
        exchange.status, exchange.answer = 200, answer
    if fault is not None:
        _spoil_after(fault, exchange)


def _no_route(sandbox: "Sandbox", exchange: Exchange, exists: bool) -> ApiError:
    name = f"{exchange.method} {exchange.path}"
    if is_known(exchange.method, exchange.path):
        sandbox.missing_routes.append(name)
        return ApiError.not_implemented(name)
    return ApiError.method_not_allowed() if exists else ApiError.not_found()


def _key(sandbox: "Sandbox", request: web.Request) -> App:
    scheme, _, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    app = sandbox.world.tokens.get(token.strip()) if scheme.lower() == "bot" else None
    if app is None:
        raise ApiError.unauthorized()
    if sandbox.settings.strict_user_agent:
        agent = request.headers.get(hdrs.USER_AGENT, "")
        if not agent.startswith("DiscordBot ("):
            raise ApiError.of(40333)
    return app


def _bearer(sandbox: "Sandbox", request: web.Request, route: Route) -> Grant | None:
    """The person behind a token of a web login, where the route takes one."""
    scheme, _, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    if scheme.lower() != "bearer" or not route.auth:
        return None
    grant = sandbox.oauth.bearer(token.strip())
    if grant is None or route.scope is None or (route.scope and route.scope not in grant.scopes):
        raise ApiError.unauthorized()
    return grant


def _within_limits(
    sandbox: "Sandbox", request: web.Request, route: Route, params: dict[str, str], exchange: Exchange
) -> bool:
    who = exchange.app.id if exchange.app else caller_of(request)
    major = params.get("channel") or params.get("guild") or ""
    if "token" in params:
        major = params["token"]
    verdict = sandbox.buckets.take(who, route.method, route.public, major, exempt=not route.auth)
    exchange.headers |= verdict.headers
    if not verdict.allowed:
        exchange.status, exchange.answer, exchange.scope = 429, verdict.body, verdict.scope
    return verdict.allowed


async def _spoil_before(sandbox: "Sandbox", fault: Fault, exchange: Exchange) -> bool:
    """True when the request ends here."""
    if fault.kind == "delay":
        await sandbox.clock.sleep(fault.seconds)
    elif fault.kind == "status":
        exchange.status, exchange.answer = fault.status, fault.body()
        return True
    elif fault.kind == "drop":
        raise Drop
    elif fault.kind == "rate_limit":
        verdict = fault.rate_limit()
        exchange.headers = dict(verdict.headers)
        exchange.status, exchange.answer, exchange.scope = 429, verdict.body, verdict.scope
        return True
    return False


def _spoil_after(fault: Fault, exchange: Exchange) -> None:
    if fault.kind == "apply_then_status":
        exchange.status, exchange.answer = fault.status, fault.body()
    elif fault.kind == "apply_then_drop":
        raise Drop
    elif fault.kind == "content_type":
        exchange.headers["Content-Type"] = fault.content_type


async def _body(sandbox: "Sandbox", request: web.Request) -> tuple[Any, dict[str, Upload]]:
    if not request.can_read_body:
        return None, {}
    if (request.content_length or 0) > sandbox.settings.request_limit:
        raise ApiError.of(40005)
    if request.content_type.startswith("multipart/"):
        return await _multipart(sandbox, request)
    try:
        raw = await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise ApiError.of(40005) from None
    if request.content_type == "application/x-www-form-urlencoded" and request.path.startswith(FORMS):
        return dict(parse_qsl(raw.decode(errors="replace"), keep_blank_values=True)), {}
    return (_json(raw) if raw else None), {}


def _json(raw: bytes) -> Any:
    try:
        return loads(raw)
    except ValueError:
        raise ApiError.of(50109) from None


async def _multipart(sandbox: "Sandbox", request: web.Request) -> tuple[Any, dict[str, Upload]]:
    """`payload_json` and `files[n]`; other fields are form values, as some routes take them."""
    body: Any = None
    loose: dict[str, str] = {}
    files: dict[str, Upload] = {}
    try:
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader):
                continue
            data = bytes(await part.read(decode=False))
            name = part.name or ""
            if part.filename is not None:
                if len(data) > sandbox.settings.file_limit:
                    raise ApiError.of(40005)
                number = name.removeprefix("files[").removesuffix("]") if name.startswith("files[") else "0"
                kind = part.headers.get(hdrs.CONTENT_TYPE, "application/octet-stream")
                files[number] = Upload(part.filename, kind, data)
            elif name == "payload_json":
                body = _json(data)
            else:
                loose[name] = data.decode(errors="replace")
    except (ValueError, AssertionError, HttpProcessingError):
        raise ApiError.of(50035) from None
    return (body if body is not None else dict(loose)), files


def _write_down(sandbox: "Sandbox", request: web.Request, exchange: Exchange, ms: float) -> None:
    sandbox.journal.rest(
        method=exchange.method,
        path=exchange.path,
        route=exchange.route,
        query=request.query_string,
        status=exchange.status,
        app=exchange.app.id if exchange.app else None,
        request_headers=request.headers,
        response_headers=exchange.headers,
        request=exchange.body,
        response=exchange.answer,
        ms=ms,
        fault=exchange.fault.kind if exchange.fault else None,
    )


def _response(exchange: Exchange) -> web.Response:
    """The content type is exact: discord.py compares the whole header."""
    headers = {**exchange.headers}
    if exchange.html is not None:
        headers["Content-Type"] = "text/html"
        return web.Response(status=exchange.status, body=exchange.html.encode(), headers=headers)
    headers.setdefault("Via", "1.1 google")
    if exchange.fault is not None and exchange.fault.kind == "rate_limit" and not exchange.fault.via:
        headers.pop("Via")
    if exchange.status == 204:
        return web.Response(status=204, headers=headers)
    headers.setdefault("Content-Type", "application/json")
    return web.Response(status=exchange.status, body=dumps(exchange.answer).encode(), headers=headers)

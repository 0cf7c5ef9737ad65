"""The web pages of those who run a network: log in with Discord, then read its figures and its lists.

Nothing is decided here: acts stay in the chat. Works without any script; every answer forbids scripts, frames
and copies. The secret of a session is in no log and no address.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from typing import IO, Any
from urllib.parse import urlsplit

from aiohttp import web

from bot import desk_lists
from bot.discord_login import Attempt, CodeRefused, DiscordDown, DiscordLogin, SecretRefused
from cogs import figures
from cogs.pictures import Artist, Chart
from community.charges import Charges
from community.desk import Desk
from community.errors import DomainError, Invalid
from community.exports import Exports
from community.funnel import Funnels
from community.health import Health
from community.joining import Joining
from community.ports import Clock, PlatformDown
from community.reports import Reports
from community.web_sessions import LASTS, Helped, Visitor, WebSessions
from prompts import LOCALES, Words
from prompts.html import Pages, style_source

log = logging.getLogger(__name__)

HOME = "/desk"
BACK = f"{HOME}/callback"
_SESSION, _ATTEMPT = "entrepairs_desk", "entrepairs_login"
_ATTEMPT_LASTS_S = 600
_PIECE = 64 << 10
_POLICY = {
    "default-src": "'none'",
    "style-src": style_source(),
    "img-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
_HEADERS = {
    "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in _POLICY.items()),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Refused(Exception):
    """A page that says what is wrong and what to do: words are ``desk_problems.<code>``."""

    def __init__(self, code: str, status: int) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


@dataclass(frozen=True)
class DeskUses:
    """The use cases whose answers the pages show."""

    sessions: WebSessions
    desk: Desk
    exports: Exports
    health: Health
    funnels: Funnels
    joining: Joining
    reports: Reports
    charges: Charges


class DeskPage:
    """The pages. Without ``login`` they only say that they are not configured."""

    def __init__(
        self,
        uses: DeskUses,
        words: Words,
        artist: Artist,
        login: DiscordLogin | None,
        clock: Clock,
        *,
        secure: bool,
    ) -> None:
        """``secure``: people come by https, so the cookies go by nothing else."""
        self._uses = uses
        self._words = words
        self._pages = Pages()
        self._artist = artist
        self._login = login
        self._clock = clock
        self._secure = secure
        self._one_export = asyncio.Lock()

    def routes(self) -> list[web.RouteDef]:
        """For ``Web``."""
        network = HOME + r"/{network:\d{1,18}}"
        return [
            web.get(HOME, self._guarded(self._home)),
            web.get(f"{HOME}/", self._guarded(self._home)),
            web.get(f"{HOME}/login", self._guarded(self._start)),
            web.get(BACK, self._guarded(self._come_back)),
            web.post(f"{HOME}/logout", self._guarded(self._log_out)),
            web.get(network, self._guarded(self._health)),
            web.get(f"{network}/arrivals", self._guarded(self._arrivals)),
            web.get(f"{network}/lists", self._guarded(self._lists)),
            web.get(f"{network}/exports", self._guarded(self._exports)),
            web.get(f"{network}/export", self._guarded(self._export), allow_head=False),
            web.get(network + r"/pictures/{name:[a-z]{1,20}}.png", self._guarded(self._picture)),
        ]

    # Logging in and out.

    async def _home(self, request: web.Request) -> web.StreamResponse:
        visitor = await self._visitor(request)
        if visitor is None:
            return self._say("desk/login", request, expired=_SESSION in request.cookies)
        if len(visitor.networks) == 1:
            raise web.HTTPSeeOther(f"{HOME}/{visitor.networks[0].id}")
        return self._say("desk/choose", request, visitor.locale, visitor=visitor)

    async def _start(self, request: web.Request) -> web.StreamResponse:
        login, client_id = self._ready()
        attempt = Attempt.new()
        answer = web.HTTPFound(login.address(attempt, client_id))
        self._set(answer, _ATTEMPT, attempt.kept, _ATTEMPT_LASTS_S)
        return answer

    async def _come_back(self, request: web.Request) -> web.StreamResponse:
        """From Discord, once: the attempt is forgotten whatever comes of it."""
        login, client_id = self._ready()
        attempt = Attempt.read(request.cookies.get(_ATTEMPT, ""))
        if attempt is None or request.query.get("state") != attempt.state:
            raise Refused("wrong_state", 400)
        code = request.query.get("code", "")
        if request.query.get("error") or not code:
            raise Refused("declined", 403)
        try:
            account = await login.account(code, attempt, client_id)
        except CodeRefused:
            raise Refused("code_refused", 400) from None
        except SecretRefused:
            raise Refused("secret_refused", 503) from None
        except DiscordDown:
            raise Refused("discord_down", 502) from None
        await self._uses.sessions.close(request.cookies.get(_SESSION, ""))
        secret = await self._uses.sessions.open(account)
        if secret is None:
            raise Refused("not_facilitator", 403)
        answer = web.HTTPSeeOther(HOME)
        self._set(answer, _SESSION, secret, round(LASTS.total_seconds()))
        answer.del_cookie(_ATTEMPT, path=HOME)
        return answer

    async def _log_out(self, request: web.Request) -> web.StreamResponse:
        visitor = await self._visitor(request)
        if visitor is None:
            raise web.HTTPSeeOther(HOME)
        form = await request.post()
        if request.headers.get("Sec-Fetch-Site") == "cross-site" or not visitor.sent_this(
            str(form.get("form_key", ""))
        ):
            raise Refused("foreign_form", 403)
        secret = request.cookies[_SESSION]
        if form.get("everywhere"):
            await self._uses.sessions.close_everywhere(secret)
        else:
            await self._uses.sessions.close(secret)
        answer = web.HTTPSeeOther(HOME)
        answer.del_cookie(_SESSION, path=HOME)
        return answer

    # Reading.

    async def _health(self, request: web.Request) -> web.StreamResponse:
        visitor, network = await self._inside(request)
        view = await self._uses.health.figures(network.actor)
        locale = network.actor.locale
        return self._page(
            "desk/health",
            request,
            visitor,
            network,
            health=view,
            told=figures.told(view, self._words, locale),
            map_alt=figures.members_map_alt(view.map, self._words, locale),
        )

    async def _arrivals(self, request: web.Request) -> web.StreamResponse:
        visitor, network = await self._inside(request)
        view = await self._uses.funnels.funnel(network.actor)
        alt = figures.funnel_alt(view, self._words, network.actor.locale)
        return self._page("desk/arrivals", request, visitor, network, funnel=view, alt=alt)

    async def _lists(self, request: web.Request) -> web.StreamResponse:
        visitor, network = await self._inside(request)
        actor = network.actor
        view = await self._uses.desk.lists(actor)
        return self._page(
            "desk/lists",
            request,
            visitor,
            network,
            desk=view,
            lists=desk_lists.shown(view.lines, self._words, actor.locale),
            gestures=desk_lists.told(view.gestures, self._words, actor.locale, actor.timezone),
            waiting=[one for one in await self._uses.joining.queue(actor) if one.state == "sent"],
            reports=await self._uses.reports.waiting(actor),
            failed=await self._uses.desk.failed(actor),
            charges=await self._uses.charges.every(actor),
            entrust=desk_lists.command("member entrust", self._words, actor.locale),
        )

    # Taking tables along.

    async def _exports(self, request: web.Request) -> web.StreamResponse:
        visitor, network = await self._inside(request)
        locale = network.actor.locale
        choices = {
            name: desk_lists.choices(f"choices.export_{name}", self._words, locale)
            for name in ("kinds", "shapes", "periods")
        }
        return self._page("desk/exports", request, visitor, network, **choices)

    async def _export(self, request: web.Request) -> web.StreamResponse:
        """A file, asked from our own page: another site's link leads to that page, and takes nothing."""
        _visitor, network = await self._inside(request)
        if not _from_here(request):
            raise web.HTTPSeeOther(f"{HOME}/{network.id}/exports")
        asked = [request.query.get(name, "") for name in ("kind", "shape", "period")]
        async with self._one_export:  # each may take memory and time
            try:
                made = await self._uses.exports.file(network.actor, *asked)
            except Invalid:
                raise Refused("unknown_page", 404) from None
        headers = {
            "Content-Type": made.media_type,
            "Content-Disposition": f'attachment; filename="{made.name}"',
        }
        return web.Response(body=_pieces(made.content), headers=headers)

    async def _picture(self, request: web.Request) -> web.StreamResponse:
        _visitor, network = await self._inside(request)
        name, locale = request.match_info["name"], network.actor.locale
        if name == "funnel":
            chart: Chart = figures.funnel(await self._uses.funnels.funnel(network.actor), self._words, locale)
        else:
            charts = figures.health(await self._uses.health.figures(network.actor), self._words, locale)
            if name not in charts:
                raise Refused("unknown_page", 404)
            chart = charts[name][0]
        (picture,) = await self._artist.draw(chart)
        if picture is None:  # the browser writes the words instead
            raise web.HTTPServiceUnavailable
        return web.Response(body=picture, content_type="image/png")

    # What they share.

    def _guarded(self, handler: Handler) -> Handler:
        """Headers on every answer; a kind page for everything that goes wrong."""

        @wraps(handler)
        async def guarded(request: web.Request) -> web.StreamResponse:
            try:
                answer = await handler(request)
            except web.HTTPException as redirect:
                answer = redirect
            except Refused as refused:
                answer = self._problem(request, refused.code, refused.status)
            except PlatformDown:
                answer = self._problem(request, "discord_down", 502)
            except DomainError as error:
                log.info("desk page refused code=%s", error.code)
                answer = self._problem(request, "not_facilitator", 403)
            except Exception:  # the boundary of the pages
                log.exception("desk page failed path=%s", request.match_info.route.resource)
                answer = self._problem(request, "unexpected", 500)
            answer.headers.update(_HEADERS)
            if isinstance(answer, web.HTTPException):
                raise answer
            return answer

        return guarded

    def _ready(self) -> tuple[DiscordLogin, str]:
        if self._login is None:
            raise Refused("not_configured", 503)
        client_id = self._login.client_id()
        if client_id is None:
            raise Refused("starting", 503)
        return self._login, client_id

    async def _visitor(self, request: web.Request) -> Visitor | None:
        if self._login is None:
            raise Refused("not_configured", 503)
        secret = request.cookies.get(_SESSION)
        return await self._uses.sessions.visitor(secret) if secret else None

    async def _inside(self, request: web.Request) -> tuple[Visitor, Helped]:
        """Who asks, and the network that they ask for: one of theirs."""
        visitor = await self._visitor(request)
        if visitor is None:
            raise Refused("expired" if _SESSION in request.cookies else "log_in_first", 401)
        network = visitor.network(int(request.match_info["network"]))
        if network is None:
            raise Refused("unknown_network", 404)
        return visitor, network

    def _set(self, answer: web.StreamResponse, name: str, value: str, lasts_s: int) -> None:
        answer.set_cookie(
            name, value, max_age=lasts_s, path=HOME, secure=self._secure, httponly=True, samesite="Lax"
        )

    def _page(
        self, template: str, request: web.Request, visitor: Visitor, network: Helped, **values: Any
    ) -> web.Response:
        return self._say(
            template,
            request,
            network.actor.locale,
            timezone=network.actor.timezone,
            visitor=visitor,
            network=network,
            here=template,
            now=self._clock.now(),
            **values,
        )

    def _problem(self, request: web.Request, code: str, status: int) -> web.Response:
        answer = self._say("desk/problem", request, code=code)
        answer.set_status(status)
        if _ATTEMPT in request.cookies:
            answer.del_cookie(_ATTEMPT, path=HOME)
        return answer

    def _say(
        self, template: str, request: web.Request, locale: str | None = None, **values: Any
    ) -> web.Response:
        said = self._pages.render(template, locale or _preferred(request), **values)
        return web.Response(text=said, content_type="text/html")


def _from_here(request: web.Request) -> bool:
    """Whether the person asks from one of our pages, or by the address itself. Old browsers do not say."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    return urlsplit(request.headers.get("Referer", "")).netloc == request.host


async def _pieces(content: IO[bytes]) -> AsyncIterator[bytes]:
    with content:
        while piece := await asyncio.to_thread(content.read, _PIECE):
            yield piece


def _preferred(request: web.Request) -> str:
    """The first of our languages that the browser names; French for who names none."""
    for part in request.headers.get("Accept-Language", "").split(","):
        language = part.split(";")[0].strip()[:2].lower()
        if language in LOCALES:
            return language
    return LOCALES[0]

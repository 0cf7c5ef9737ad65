"""The web address at which calendar programs read: ``/calendars/<secret>.ics``.

Says nothing about why an address leads nowhere. The secret is in no log: the web server keeps none.
"""

import hashlib

from aiohttp import web

from community.calendars import Calendars

_FRESH_S = 900  # programs ask every hour or so


def routes(calendars: Calendars) -> list[web.RouteDef]:
    """For ``Web``."""

    async def show(request: web.Request) -> web.Response:
        content = await calendars.feed(request.match_info["secret"])
        if content is None:
            raise web.HTTPNotFound(headers={"Cache-Control": "no-store"})
        tag = hashlib.sha256(content).hexdigest()[:32]
        headers = {
            "ETag": f'"{tag}"',
            "Cache-Control": f"private, max-age={_FRESH_S}",
            "X-Robots-Tag": "noindex",
            "Referrer-Policy": "no-referrer",
        }
        if any(known.value in (tag, "*") for known in request.if_none_match or ()):
            return web.Response(status=304, headers=headers)
        return web.Response(body=content, headers={**headers, "Content-Type": "text/calendar; charset=utf-8"})

    return [web.get(r"/calendars/{secret:[A-Za-z0-9_-]{16,64}}.ics", show)]

"""The web pages of digests: one's own, the way out of it, and the network's public feed.

A page's address is its secret: in no log, in no index, and told to no other site.
"""

import asyncio
import hashlib
from datetime import UTC
from email.utils import format_datetime

from aiohttp import web

from bot.atom import atom as written
from bot.html_response import page
from community.digests_personal import PersonalDigests
from community.public_feed import PublicFeeds
from prompts import Words
from prompts.html import Pages

_ADDRESS = r"{secret:[A-Za-z0-9_-]{16,64}}"
_FRESH_S = 900
_FALLBACK = "fr"


def routes(personal: PersonalDigests, feed: PublicFeeds, words: Words, pages: Pages) -> list[web.RouteDef]:
    """For ``Web``."""

    async def show(request: web.Request) -> web.Response:
        found = await personal.page(request.match_info["secret"], words)
        if found is None:
            return _nowhere(pages)
        issue, locale, timezone = found
        template = words.variant("digests/personal", short=issue.short)
        text = words.render(template, locale, issue=issue, timezone=timezone)
        return page(pages.render("digests/page", locale, text=text, issue=issue))

    async def ask(request: web.Request) -> web.Response:
        found = await personal.page(request.match_info["secret"], words)
        if found is None:
            return _nowhere(pages)
        issue, locale, _ = found
        return page(pages.render("digests/stop", locale, network=issue.network), forms=True)

    async def stop(request: web.Request) -> web.Response:
        secret = request.match_info["secret"]
        found = await personal.page(secret, words)
        network = await personal.stop_by_secret(secret)
        if network is None:
            return _nowhere(pages)
        locale = found[1] if found else _FALLBACK
        return page(pages.render("digests/stopped", locale, network=network))

    async def atom(request: web.Request) -> web.Response:
        return await _atom(request, feed, words)

    return [
        web.get(f"/digests/{_ADDRESS}", show),
        web.get(f"/digests/{_ADDRESS}/stop", ask),
        web.post(f"/digests/{_ADDRESS}/stop", stop),
        web.get(r"/feeds/{network:\d{1,9}}.atom", atom),
    ]


def _nowhere(pages: Pages) -> web.Response:
    """Says nothing about why."""
    return page(pages.render("digests/nowhere", _FALLBACK), status=404)


async def _atom(request: web.Request, feeds: PublicFeeds, words: Words) -> web.Response:
    found = await feeds.read(int(request.match_info["network"]))
    if found is None:
        raise web.HTTPNotFound(headers={"Cache-Control": "no-store"})
    content = await asyncio.to_thread(written, found, words)
    tag = hashlib.sha256(content).hexdigest()[:32]
    changed = found.updated.astimezone(UTC).replace(microsecond=0)
    headers = {
        "ETag": f'"{tag}"',
        "Last-Modified": format_datetime(changed, usegmt=True),
        "Cache-Control": f"public, max-age={_FRESH_S}",
        "X-Content-Type-Options": "nosniff",
    }
    if (known := request.if_none_match) is not None:
        same = any(one.value in (tag, "*") for one in known)
    else:
        since = request.if_modified_since
        same = since is not None and changed <= since
    if same:
        return web.Response(status=304, headers=headers)
    headers["Content-Type"] = "application/atom+xml; charset=utf-8"
    return web.Response(body=content, headers=headers)

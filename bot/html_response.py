"""An HTML page as an answer of the web endpoints: no script, no frame, nothing kept or told to others."""

from aiohttp import web

from prompts.html import style_source


def page(html: str, *, status: int = 200, forms: bool = False, images: bool = False) -> web.Response:
    """``forms``: the page posts to us. ``images``: it shows pictures that we serve."""
    policy = [
        "default-src 'none'",
        f"style-src {style_source()}",
        "img-src 'self'" if images else "img-src 'none'",
        "form-action 'self'" if forms else "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
    return web.Response(
        text=html,
        status=status,
        content_type="text/html",
        charset="utf-8",
        headers={
            "Content-Security-Policy": "; ".join(policy),
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "X-Robots-Tag": "noindex",
        },
    )

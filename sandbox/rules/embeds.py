"""Embeds of a message: texts are trimmed before they are counted, over all embeds together."""

from typing import Any

from sandbox.errors import Form, Path
from sandbox.rules.fields import Body, Reader, iso

MOST = 10
FIELDS = 25
TOTAL = 6000
TITLE, DESCRIPTION, FIELD_NAME, FIELD_VALUE, FOOTER, AUTHOR = 256, 4096, 256, 1024, 2048, 256
COLOUR = 0xFFFFFF
_MEDIA_SCHEMES = ("http", "https", "attachment")


def embeds(value: Any, *, prefix: Path = ("embeds",)) -> list[Body]:
    """At most ten, trimmed; 6000 characters over all of them."""
    form = Form()
    *around, key = prefix
    found = read(Reader(form, {key: value}, around), str(key))
    form.check()
    return found


def read(reader: Reader, key: str = "embeds") -> list[Body]:
    """The embeds under ``key``, for a message's form."""
    found = reader.objects(key, _embed, most=MOST) or []
    if sum(map(size, found)) > TOTAL:
        words = f"Embed size exceeds maximum size of {TOTAL}"
        reader.complain(key, "MAX_EMBED_SIZE_EXCEEDED", words)
    return found


def size(embed: Body) -> int:
    """What counts towards the total of 6000."""
    texts = [embed.get("title"), embed.get("description")]
    texts.append((embed.get("footer") or {}).get("text"))
    texts.append((embed.get("author") or {}).get("name"))
    for field in embed.get("fields") or ():
        texts += [field["name"], field["value"]]
    return sum(len(text) for text in texts if text)


def is_empty(embed: Body) -> bool:
    """An embed that would show nothing."""
    shown = ("title", "description", "fields", "footer", "author", "image", "thumbnail", "url", "timestamp")
    return not any(embed.get(key) for key in shown)


def _embed(embed: Reader) -> Body:
    found: Body = {
        "type": "rich",
        "title": embed.text("title", most=TITLE, strip=True),
        "description": embed.text("description", most=DESCRIPTION, strip=True),
        "url": embed.url("url"),
        "timestamp": iso(embed.instant("timestamp")),
        "color": embed.integer("color", least=0, most=COLOUR),
        "footer": _footer(embed.child("footer")),
        "author": _author(embed.child("author")),
        "image": _media(embed.child("image")),
        "thumbnail": _media(embed.child("thumbnail")),
        "fields": embed.objects("fields", _field, most=FIELDS),
    }
    return {key: value for key, value in found.items() if value not in (None, "")}


def _footer(footer: Reader | None) -> Body | None:
    if footer is None:
        return None
    return _with_icon({"text": footer.filled("text", FOOTER)}, footer)


def _author(author: Reader | None) -> Body | None:
    if author is None:
        return None
    found = _with_icon({"name": author.filled("name", AUTHOR)}, author)
    url = author.url("url")
    return found | {"url": url} if url else found


def _with_icon(found: Body, part: Reader) -> Body:
    icon = part.url("icon_url", schemes=_MEDIA_SCHEMES)
    return found | {"icon_url": icon, "proxy_icon_url": icon} if icon else found


def _media(media: Reader | None) -> Body | None:
    if media is None:
        return None
    url = media.url("url", schemes=_MEDIA_SCHEMES)
    return {"url": url, "proxy_url": url, "width": 0, "height": 0} if url else None


def _field(field: Reader) -> Body:
    return {
        "name": field.filled("name", FIELD_NAME),
        "value": field.filled("value", FIELD_VALUE),
        "inline": field.boolean("inline"),
    }

"""Components of messages: rows of buttons and selects (v1), and layouts (v2, flag 32768).

The totals hold over the whole message, nested components and all: 40 components, 4000 characters of Text
Displays, no custom id twice.
"""

from collections.abc import Collection, Iterator
from typing import Any

from sandbox.errors import Form, Path
from sandbox.rules import parts
from sandbox.rules.fields import Body, Json, Reader
from sandbox.rules.parts import (
    BUTTON,
    CONTAINER,
    FILE,
    GALLERY,
    ROW,
    SECTION,
    SELECTS,
    SEPARATOR,
    TEXT_DISPLAY,
    THUMBNAIL,
    drop_none,
    number,
    union,
)

ROWS, ROW_WIDTH, TOTAL, TEXT_TOTAL, GALLERY_ITEMS, ALT = 5, 5, 40, 4000, 10, 1024
LAYOUT = (ROW, SECTION, TEXT_DISPLAY, GALLERY, FILE, SEPARATOR, CONTAINER)
IN_CONTAINER = tuple(kind for kind in LAYOUT if kind != CONTAINER)
_MEDIA_SCHEMES = ("http", "https", "attachment")


def message_components(
    value: Any,
    *,
    v2: bool,
    prefix: Path = ("components",),
    filenames: Collection[str] | None = None,
) -> list[Body]:
    """Components of a message, numbered and normalised; all the totals are checked.

    ``filenames``: the message's files; when given, ``attachment://`` must name one of them.
    """
    form = Form()
    *around, key = prefix
    found = read(Reader(form, {key: value}, around), str(key), v2=v2, filenames=filenames)
    form.check()
    return found


def read(
    reader: Reader, key: str = "components", *, v2: bool, filenames: Collection[str] | None = None
) -> list[Body]:
    """The same, for a message's form."""
    items = reader.items(key, most=None if v2 else ROWS)
    if not items:
        return []
    walk = _Walk(reader.form, filenames)
    places = (Reader(reader.form, item, reader.at(key, index)) for index, item in enumerate(items))
    found = [walk.component(place, LAYOUT if v2 else (ROW,)) for place in places]
    if walk.count > TOTAL:
        words = f"The maximum number of components ({TOTAL}) has been exceeded"
        reader.complain(key, "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", words)
    if walk.text > TEXT_TOTAL:
        words = f"Components displayable text size exceeds maximum size of {TEXT_TOTAL}"
        reader.complain(key, "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", words)
    kept = [component for component in found if component is not None]
    number_all(kept)
    return kept


class _Walk:
    """One pass over a tree of components, with what must be counted on the way."""

    def __init__(self, form: Form, filenames: Collection[str] | None) -> None:
        self.form = form
        self.filenames = filenames
        self.count = 0
        self.text = 0
        self.custom_ids: set[str] = set()
        self.ids: set[int] = set()

    def component(self, part: Reader, allowed: tuple[int, ...]) -> Body | None:
        kind = union(part, allowed) if part.ok else None
        if kind is None:
            return None
        self.count += 1
        found = self._of(kind, part)
        self._unique(part, found)
        return found

    def _of(self, kind: int, part: Reader) -> Body:
        if kind == ROW:
            return self.row(part)
        if kind == BUTTON:
            return parts.button(part)
        if kind in SELECTS:
            return parts.select(part, kind)
        if kind == SECTION:
            return self.section(part)
        if kind == TEXT_DISPLAY:
            found = parts.text_display(part)
            self.text += len(found.get("content") or "")
            return found
        if kind == THUMBNAIL:
            return self.picture(part) | {"type": THUMBNAIL}
        if kind == GALLERY:
            items = part.objects("items", self.picture, least=1, most=GALLERY_ITEMS, required=True)
            return drop_none({"type": GALLERY, "id": number(part), "items": items or []})
        if kind == FILE:
            return self.file(part)
        if kind == SEPARATOR:
            return self.separator(part)
        return self.container(part)

    def row(self, part: Reader) -> Body:
        """One to five buttons, or one select alone."""
        items = part.items("components", least=1, most=ROW_WIDTH, required=True) or []
        children: list[Body] = []
        width = 0
        for index, item in enumerate(items):
            child = Reader(self.form, item, part.at("components", index))
            found = self.component(child, (BUTTON, *SELECTS))
            if found is None:
                continue
            width += 1 if found["type"] == BUTTON else ROW_WIDTH
            if width > ROW_WIDTH:
                words = "The specified component exceeds the maximum width"
                self.form.add(child.path, "COMPONENT_LAYOUT_WIDTH_EXCEEDED", words)
            children.append(found)
        return drop_none({"type": ROW, "id": number(part), "components": children})

    def section(self, part: Reader) -> Body:
        texts = self.children(part, (TEXT_DISPLAY,), most=3)
        accessory: Body | None = None
        if not part.given("accessory"):
            part.form.required(part.at("accessory"))
        else:
            child = Reader(self.form, part.data["accessory"], part.at("accessory"))
            accessory = self.component(child, (BUTTON, THUMBNAIL))
        return drop_none({"type": SECTION, "id": number(part), "components": texts, "accessory": accessory})

    def container(self, part: Reader) -> Body:
        return {
            **drop_none({"type": CONTAINER, "id": number(part)}),
            "accent_color": part.integer("accent_color", least=0, most=0xFFFFFF),
            "spoiler": part.boolean("spoiler"),
            "components": self.children(part, IN_CONTAINER, most=TOTAL),
        }

    def separator(self, part: Reader) -> Body:
        return drop_none(
            {
                "type": SEPARATOR,
                "id": number(part),
                "divider": part.boolean("divider", default=True),
                "spacing": part.one_of("spacing", (1, 2), default=1),
            }
        )

    def file(self, part: Reader) -> Body:
        media = part.child("file", required=True)
        url = self.media(media, ("attachment",)) if media is not None else None
        return drop_none(
            {
                "type": FILE,
                "id": number(part),
                "file": {"url": url or ""},
                "spoiler": part.boolean("spoiler"),
            }
        )

    def picture(self, part: Reader) -> Body:
        """A Thumbnail, or an item of a Media Gallery."""
        media = part.child("media", required=True)
        url = self.media(media, _MEDIA_SCHEMES) if media is not None else None
        return drop_none(
            {
                "id": number(part),
                "media": {"url": url or ""},
                "description": part.text("description", most=ALT),
                "spoiler": part.boolean("spoiler"),
            }
        )

    def media(self, media: Reader, schemes: tuple[str, ...]) -> str | None:
        url = media.url("url", required=True, schemes=schemes)
        name = attachment_name(url)
        if name is not None and self.filenames is not None and name not in self.filenames:
            words = "The referenced attachment was not found"
            media.complain("url", "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND", words)
        return url

    def children(self, part: Reader, allowed: tuple[int, ...], *, most: int) -> list[Body]:
        items = part.items("components", least=1, most=most, required=True) or []
        found = (
            self.component(Reader(self.form, item, part.at("components", index)), allowed)
            for index, item in enumerate(items)
        )
        return [child for child in found if child is not None]

    def _unique(self, part: Reader, found: Body) -> None:
        name = found.get("custom_id")
        if name is not None:
            if name in self.custom_ids:
                words = "Component custom id cannot be duplicated"
                part.complain("custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", words)
            self.custom_ids.add(name)
        own = found.get("id")
        if own is not None:
            if own in self.ids:
                part.complain("id", "COMPONENT_ID_DUPLICATED", "Component id cannot be duplicated")
            self.ids.add(own)


def walk(components: Any) -> Iterator[Json]:
    """Every component of a tree, parents before children, as they are read."""
    for component in components or ():
        yield component
        yield from walk(component.get("components"))
        for key in ("accessory", "component"):
            if component.get(key) is not None:
                yield from walk([component[key]])


def number_all(components: list[Body]) -> None:
    """Give a number to each component that has none, in reading order."""
    used = {component["id"] for component in walk(components) if component.get("id")}
    following = 1
    for component in walk(components):
        if not component.get("id"):
            while following in used:
                following += 1
            used.add(following)
            component["id"] = following  # type: ignore[index]  # our own dicts, typed read-only by walk


def attachment_name(url: str | None) -> str | None:
    """The file that ``attachment://name`` refers to."""
    prefix = "attachment://"
    return url[len(prefix) :] if url and url.startswith(prefix) else None

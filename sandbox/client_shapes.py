"""What the Python client hands back: answers, messages as read, forms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
EPHEMERAL = 1 << 6


class Refused(Exception):
    """The people API said no; `code` is Discord's."""

    def __init__(self, status: int, body: Json) -> None:
        super().__init__(f"{status} {body.get('message')} {body.get('errors') or ''}".strip())
        self.status = status
        self.code = int(body.get("code") or 0)
        self.body = body


class Seen:
    """A message as its reader has it before their eyes."""

    def __init__(self, message: Json | None) -> None:
        self.message = message

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.text!r} buttons={self.buttons}>"

    @property
    def id(self) -> str:
        return str(self.message["id"]) if self.message else ""

    @property
    def text(self) -> str:
        """Content, embeds and text displays, in reading order."""
        return "\n".join(part for part in _text(self.message or {}) if part)

    @property
    def author(self) -> str:
        author: Json = (self.message or {}).get("author") or {}
        return str(author.get("global_name") or author.get("username") or "")

    @property
    def ephemeral(self) -> bool:
        return bool((self.message or {}).get("flags", 0) & EPHEMERAL)

    @property
    def components(self) -> list[Json]:
        """All components, outermost first, nested ones included."""
        return list(walk((self.message or {}).get("components") or []))

    @property
    def buttons(self) -> list[str]:
        """The labels of the buttons, in order; those disabled are left out."""
        return [
            str(item.get("label") or (item.get("emoji") or {}).get("name") or "")
            for item in self.components
            if item["type"] == 2 and not item.get("disabled")
        ]

    @property
    def links(self) -> list[str]:
        return [str(item["url"]) for item in self.components if item["type"] == 2 and item.get("url")]

    @property
    def menus(self) -> list[Json]:
        """The select menus."""
        return [item for item in self.components if item["type"] in (3, 5, 6, 7, 8)]

    @property
    def mentions(self) -> list[str]:
        """Ids of the people pinged."""
        return [str(user["id"]) for user in (self.message or {}).get("mentions") or ()]


class Answer(Seen):
    """What came of a command, a click or a form. `outcome` is the first answer's kind."""

    def __init__(self, message: Json | None, outcome: str, channel_id: str) -> None:
        super().__init__(message)
        self.outcome = outcome
        self.channel_id = channel_id
        self.modal: Modal | None = None
        self.choices: list[Json] = []
        self.reason: str | None = None
        self.interaction_id = ""

    @classmethod
    def of(cls, result: Json, channel_id: str) -> Answer:
        answer = cls(result.get("message"), result["outcome"], channel_id)
        answer.interaction_id = result["id"]
        answer.reason = result.get("reason")
        answer.choices = result.get("choices") or []
        if result.get("modal"):
            answer.modal = Modal(result["modal"], result["id"], channel_id)
        return answer

    def __repr__(self) -> str:
        return f"<Answer {self.outcome} {self.reason or ''} {self.text!r} buttons={self.buttons}>"


@dataclass(slots=True)
class Modal:
    """A form that the bot opened."""

    raw: Json
    interaction_id: str
    channel_id: str

    @property
    def custom_id(self) -> str:
        return str(self.raw["custom_id"])

    @property
    def title(self) -> str:
        return str(self.raw["title"])

    @property
    def text(self) -> str:
        """The explanations on the form."""
        return "\n".join(str(item["content"]) for item in walk(self.raw["components"]) if item["type"] == 10)

    @property
    def fields(self) -> dict[str, Json]:
        """Inputs by custom_id, each with the label above it in "label"."""
        found: dict[str, Json] = {}
        for item in self.raw["components"]:
            inner = item.get("component") or next(iter(item.get("components") or ()), None)
            if inner and inner.get("custom_id"):
                label = item.get("label") or inner.get("label") or ""
                found[inner["custom_id"]] = {**inner, "label": label, "description": item.get("description")}
        return found

    def submission(self, values: Mapping[str, object]) -> list[Json]:
        """What a client sends for these values."""
        fields = self.fields
        labels = {field["label"]: custom_id for custom_id, field in fields.items()}
        chosen: dict[str, object] = {}
        for name, value in values.items():
            key = name if name in fields else labels.get(name)
            if key is None:
                raise LookupError(f"no field « {name} » in {sorted(fields)} / {sorted(labels)}")
            chosen[key] = value
        sent: list[Json] = []
        for item in self.raw["components"]:
            if item["type"] == 10:
                sent.append({"type": 10, "id": item.get("id", 0)})
            elif item.get("component"):
                inner = _filled(item["component"], chosen)
                sent.append({"type": item["type"], "id": item.get("id", 0), "component": inner})
            else:
                children = [_filled(child, chosen) for child in item["components"]]
                sent.append({"type": 1, "id": item.get("id", 0), "components": children})
        return sent


def _filled(field: Json, chosen: Mapping[str, object]) -> Json:
    answer: Json = {"type": field["type"], "id": field.get("id", 0), "custom_id": field["custom_id"]}
    value = chosen.get(field["custom_id"])
    if field["type"] == 4:
        answer["value"] = str(value) if value is not None else field.get("value") or ""
    elif field["type"] == 21:
        options = field.get("options") or []
        default = next((o["value"] for o in options if o.get("default")), None)
        answer["value"] = _by_label(options, str(value)) if value is not None else default
    elif field["type"] == 23:
        answer["value"] = bool(field.get("default")) if value is None else bool(value)
    else:
        answer["values"] = _values(field, value)
    return answer


def _values(field: Json, value: object) -> list[str]:
    options = field.get("options") or []
    if value is None:
        defaults = [str(item["id"]) for item in field.get("default_values") or ()]
        return defaults + [option["value"] for option in options if option.get("default")]
    listed: Sequence[object] = [value] if isinstance(value, str) or not isinstance(value, Sequence) else value
    return [_by_label(options, str(item)) for item in listed]


def _by_label(options: list[Json], value: str) -> str:
    return next((str(o["value"]) for o in options if value in (o["value"], o["label"])), value)


def walk(components: list[Json]) -> Iterator[Json]:
    """Every component, nested ones after their holder."""
    for item in components:
        yield item
        yield from walk(item.get("components") or [])
        for key in ("accessory", "component"):
            if isinstance(item.get(key), dict):
                yield from walk([item[key]])


def find_component(message: Json, name: str, kinds: Sequence[int]) -> Json:
    """By custom_id, label, placeholder or emoji; a label may be given without what surrounds it."""
    found = [item for item in walk(message.get("components") or []) if item["type"] in kinds]
    for item in found:
        emoji = (item.get("emoji") or {}).get("name")
        if name in (item.get("custom_id"), item.get("label"), item.get("placeholder"), emoji):
            return item
    shown = [item.get("label") or item.get("placeholder") or item.get("custom_id") for item in found]
    raise LookupError(f"no « {name} » among {shown}")


def pick(items: list[Json], name: str) -> Json:
    """The option of that name, in either language."""
    for item in items:
        if name in (item["name"], item.get("name_localized")):
            return item
    raise LookupError(f"no option « {name} » among {[item['name'] for item in items]}")


def _text(message: Json) -> Iterator[str]:
    yield str(message.get("content") or "")
    for embed in message.get("embeds") or ():
        yield str((embed.get("author") or {}).get("name") or "")
        yield str(embed.get("title") or "")
        yield str(embed.get("description") or "")
        for field in embed.get("fields") or ():
            yield f"{field['name']}: {field['value']}"
        yield str((embed.get("footer") or {}).get("text") or "")
    for item in walk(message.get("components") or []):
        if item["type"] == 10:
            yield str(item.get("content") or "")

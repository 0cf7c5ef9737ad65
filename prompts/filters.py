"""What templates may say of a value. Filters that return ``Safe`` have escaped what they were given."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from jinja2 import Undefined, pass_context
from jinja2.runtime import Context

from prompts.dates import stamp, written_day, written_hour, written_instant
from prompts.graphemes import shorten
from prompts.markdown import clip
from prompts.rhythm import Rhythm, written_rhythm
from prompts.safe import Safe, clean, escape, safe_address

DEFAULT_TIMEZONE = "Europe/Paris"
_REFERENCE = re.compile(r"[0-9]{1,20}")
_LONGEST_ADDRESS = 2000
_PLAIN_ADDRESS = re.compile(
    r"https?://[A-Za-z0-9][A-Za-z0-9./?=&%#_-]*"
)  # nothing to encode, nothing to disarm
_THIN, _NO_BREAK = "\u202f", "\u00a0"


def shown(value: object) -> Safe:
    """What the renderer prints for any value. A date needs a filter: raw, it would be in no zone."""
    if isinstance(value, Safe):
        return value
    if isinstance(value, Undefined):
        return Safe(str(value))  # StrictUndefined raises here
    if value is None:
        return Safe("")
    if isinstance(value, bool | date):
        raise TypeError(f"a template prints a {type(value).__name__} without saying how")
    return escape(str(value))


def paragraphs(value: str) -> Safe:
    """What was typed on several lines, lines kept. Alone in its paragraph of the template."""
    return value if isinstance(value, Safe) else escape(value, lines=True)


def quoted(value: str) -> Safe:
    """What was typed, as a block quote. Alone in its paragraph of the template."""
    return Safe("\n".join(f"> {line}" for line in paragraphs(value).split("\n")))


def code(value: object) -> Safe:
    """A reference or a command to copy: the one place where marks need no escape."""
    return Safe("`" + (clean(str(value)).replace("`", "ˋ").replace("@", "@\u200b") or " ") + "`")


def block(value: str) -> Safe:
    """A text to copy, marks and all, on its own lines."""
    return Safe("```\n" + clean(value, lines=True).replace("```", "ˋˋˋ").replace("@", "@\u200b") + "\n```")


def _reference(value: object) -> str | None:
    reference = str(getattr(value, "account_ref", value))
    return reference if _REFERENCE.fullmatch(reference) else None


def mention(value: object) -> Safe:
    """A person (their account reference, or what has one). Pings only if the message also lists them."""
    reference = _reference(value)
    return Safe(f"<@{reference}>") if reference else shown(value)


def channel(value: object) -> Safe:
    """A link to a channel or a thread, from its reference."""
    reference = _reference(value)
    return Safe(f"<#{reference}>") if reference else shown(value)


def role(value: object) -> Safe:
    """A role, from its reference. Pings nobody: private answers reach one person, posts allow no role."""
    reference = _reference(value)
    return Safe(f"<@&{reference}>") if reference else shown(value)


def pieces(value: Iterable[Any]) -> Safe:
    """A text in pieces (``text`` and ``hit``): those that were asked for in bold.

    Not where an address is among them: marks inside it would break it.
    """
    found = list(value)
    whole = "".join(piece.text for piece in found)
    if "://" in whole:
        return escape(whole)
    parts: list[str] = []
    for hit, text in _merged(found):
        words = escape(text.strip())
        if words:
            before, after = " " * text[:1].isspace(), " " * text[-1:].isspace()
            parts.append(f"{before}**{words}**{after}" if hit else f"{before}{words}{after}")
        else:
            parts.append(" ")
    whole = "".join(parts)
    return Safe((re.sub(r" {2,}", " ", whole) if "  " in whole else whole).strip())


def _merged(found: Iterable[Any]) -> list[tuple[bool, str]]:
    """Neighbours of one sort are one piece: marks that touch would be read as others."""
    merged: list[tuple[bool, str]] = []
    for piece in found:
        hit, text = bool(piece.hit), piece.text
        if merged and merged[-1][0] == hit:
            text = merged.pop()[1] + text
        merged.append((hit, text))
    return merged


def web_address(url: str) -> str | None:
    """The address if it is one of the web, harmless inside a link; else None."""
    if _PLAIN_ADDRESS.fullmatch(url) and len(url) <= _LONGEST_ADDRESS:
        return url
    address = quote(clean(url), safe="%/:=&?~#+!$,;'@()*[]-._|") if url else ""
    if not re.match(r"https?://[^/?#\s]+", address, re.IGNORECASE) or len(address) > _LONGEST_ADDRESS:
        return None
    return safe_address(address)


def link(value: object, url: str | None) -> Safe:
    """A masked link; without a usable address, only the words."""
    address = web_address(url or "")
    if address is None:
        return shown(value)
    # A client shows the raw marks of a link whose text looks like another address.
    words = value if isinstance(value, Safe) else escape(_without_scheme(str(value)))
    return Safe(f"[{words or escape(address.split('://', 1)[1])}]({address})")


def _without_scheme(text: str) -> str:
    return re.sub(r"https?://", "", clean(text), flags=re.IGNORECASE) if "/" in text else text


def message_link(value: object, server: object, thread: object, message: object) -> Safe:
    """Words that lead to one message. Without its references, only the words."""
    references = [_reference(one) for one in (server, thread, message)]
    if not all(references):
        return shown(value)
    return link(value, f"https://discord.com/channels/{'/'.join(str(one) for one in references)}")


def excerpt(value: str, length: int) -> str:
    """The beginning, cut between words. A mark is never cut."""
    return Safe(clip(value, length)) if isinstance(value, Safe) else shorten(clean(value), length)


def join(values: Iterable[object], separator: str = ", ") -> Safe:
    """Each value escaped; the separator is the template's own."""
    return Safe(separator.join(shown(value) for value in values))


def worded(locale: str, labels: Mapping[str, str]) -> dict[str, Callable[..., Any]]:
    """The filters that depend on the language and give plain text, for any kind of page."""

    def plural(count: float, one: str, many: str) -> str:
        """In French 0 and 1.5 are singular; in English only 1 is."""
        singular = abs(count) < 2 if locale == "fr" else count == 1
        return one if singular else many

    def number(value: float, digits: int = 0) -> str:
        """Thousands apart by a narrow no-break space in French, by a comma in English."""
        text = f"{value:,.{digits}f}"
        return text.translate({ord(","): _THIN, ord("."): ","}) if locale == "fr" else text

    @pass_context
    def day(context: Context, value: date, timezone: str | None = None) -> str:
        return written_day(labels, value, timezone or context.get("timezone") or DEFAULT_TIMEZONE)

    @pass_context
    def hour(context: Context, value: datetime, timezone: str | None = None) -> str:
        return written_hour(labels, value, timezone or context.get("timezone") or DEFAULT_TIMEZONE)

    def rhythm(rule: Rhythm) -> str:
        """« le premier mardi de chaque mois, jusqu’au … »"""
        return written_rhythm(labels, rule)

    def label(key: object, table: str) -> str:
        """The label of a key: ``{{ resource.kind | label("choices.resource_kinds") }}``."""
        return labels.get(f"{table}.{key}", str(key))

    return {"plural": plural, "number": number, "day": day, "hour": hour, "rhythm": rhythm, "label": label}


def for_locale(locale: str, labels: Mapping[str, str]) -> dict[str, Callable[..., Any]]:
    """The filters of Markdown that depend on the language."""

    @pass_context
    def when(context: Context, value: datetime, timezone: str | None = None) -> Safe:
        zone = timezone or context.get("timezone") or DEFAULT_TIMEZONE
        return Safe(f"{stamp(value)} ({escape(written_instant(labels, value, zone))})")

    def listed(values: Iterable[object], word: str = "and") -> Safe:
        """« a, b et c »; ``word`` is "and" or "or"."""
        items = [shown(value) for value in values]
        last = f" {labels[f'lists.{word}']} "
        return Safe(last.join([*([", ".join(items[:-1])] if len(items) > 1 else []), *items[-1:]]))

    def said(value: object) -> Safe:
        """What was typed, between the language's quotation marks."""
        if locale == "fr":
            return Safe(f"«{_NO_BREAK}{shown(value)}{_NO_BREAK}»")
        return Safe(f"“{shown(value)}”")

    return {**worded(locale, labels), "when": when, "list": listed, "said": said}


def rendered(value: str) -> Safe:
    """Markdown that the renderer made of other words, as it is. Never for what somebody typed."""
    return Safe(value)


EVERYWHERE: dict[str, Callable[..., Any]] = {
    "e": shown,
    "markdown": rendered,
    "markdown_line": rendered,
    "escape": shown,
    "paragraphs": paragraphs,
    "quote": quoted,
    "block": block,
    "code": code,
    "mention": mention,
    "channel": channel,
    "role": role,
    "pieces": pieces,
    "link": link,
    "message_link": message_link,
    "excerpt": excerpt,
    "join": join,
}

# Jinja's own filters that stay: those that make no HTML and print nothing by themselves.
KEPT = frozenset(
    {
        "default",
        "d",
        "length",
        "count",
        "first",
        "last",
        "sort",
        "map",
        "select",
        "reject",
        "selectattr",
        "rejectattr",
        "sum",
        "min",
        "max",
        "batch",
        "groupby",
        "unique",
        "abs",
        "round",
        "int",
    }
)

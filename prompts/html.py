"""Pages and e-mails: ``<locale>/**/*.html.j2``, filled with the filters of the Markdown templates.

Everything printed is escaped for HTML unless a filter made it. A page holds its style and no script: see
``STYLE_SOURCE`` for the ``Content-Security-Policy`` that lets in that style and nothing else.
"""

import base64
import hashlib
import itertools
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, Undefined, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from prompts import labels
from prompts.dates import written_instant
from prompts.filters import DEFAULT_TIMEZONE, KEPT, excerpt, web_address, worded
from prompts.marks import escaped, to_html, to_inline
from prompts.safe import Safe, clean, isolated

_NO_BREAK = "\u00a0"


@cache
def style() -> str:
    """The one style sheet, as it stands between ``<style>`` and ``</style>``."""
    return (labels.ROOT / "style.css").read_text(encoding="utf-8")


@cache
def style_source() -> str:
    """What ``style-src`` must say so that a browser takes our style and no other."""
    digest = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    return f"'sha256-{digest}'"


class Pages:
    """Every page and every e-mail. Without state after its making: one instance for the process."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = root or labels.ROOT
        self._environments = {locale: self._environment(locale) for locale in labels.LOCALES}

    def _environment(self, locale: str) -> ImmutableSandboxedEnvironment:
        known = labels.packaged(locale) if self.root == labels.ROOT else labels.load(self.root, locale)
        environment = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(self.root / locale),
            undefined=StrictUndefined,
            finalize=shown,
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        kept = {name: filter_ for name, filter_ in environment.filters.items() if name in KEPT}
        environment.filters = {**kept, **EVERYWHERE, **for_locale(locale, known)}
        environment.globals = {"style": Markup(style())}  # noqa: S704 - our own file
        return environment

    def render(self, name: str, locale: str, /, **values: Any) -> str:
        """Fill ``prompts/<locale>/<name>.html.j2``: a whole document.

        ``timezone`` among the values (default Europe/Paris) is what ``when`` and ``day`` write dates in.
        """
        template = self._environments[labels.locale_of(locale)].get_template(f"{name}.html.j2")
        return template.render(values)


def shown(value: object) -> Markup:
    """What is printed for any value. Markdown that a template of words made keeps its marks."""
    if isinstance(value, Markup):
        return value
    if isinstance(value, Undefined):
        return Markup(str(value))  # noqa: S704 - StrictUndefined raises here
    if value is None:
        return Markup("")
    if isinstance(value, bool | date):
        raise TypeError(f"a template prints a {type(value).__name__} without saying how")
    if isinstance(value, Safe):
        return to_inline(value)
    return escaped(isolated(clean(str(value))))


def markdown(value: str) -> Markup:
    """What the words' renderer made (a body, a note), with its paragraphs and lists."""
    return to_html(value)


def markdown_line(value: str) -> Markup:
    """The same on one line: a title."""
    return to_inline(value)


def paragraphs(value: str) -> Markup:
    """What was typed on several lines, lines kept."""
    lines = (escaped(isolated(line)) for line in clean(value, lines=True).split("\n"))
    return Markup("<br>\n").join(lines)


def quoted(value: str) -> Markup:
    """What was typed, as a block quote."""
    return Markup("<blockquote>{}</blockquote>").format(paragraphs(value))


def code(value: object) -> Markup:
    """A reference or a command to copy."""
    return Markup("<code>{}</code>").format(clean(str(value)))


def block(value: str) -> Markup:
    """A text to copy, on its own lines."""
    return Markup("<pre>{}</pre>").format(clean(value, lines=True))


def pieces(value: Iterable[Any]) -> Markup:
    """A text in pieces (``text`` and ``hit``): those that were asked for in bold."""
    parts: list[Markup] = []
    for hit, group in itertools.groupby(value, key=lambda piece: bool(piece.hit)):
        text = escaped("".join(piece.text for piece in group))
        parts.append(Markup("<strong>{}</strong>").format(text) if hit else text)
    return Markup("").join(parts)


def link(value: object, url: str | None) -> Markup:
    """A link; without a usable address, only the words."""
    address = web_address(url or "")
    words = shown(value)
    if address is None:
        return words
    return Markup('<a href="{}">{}</a>').format(address, words or address.split("://", 1)[1])


def join(values: Iterable[object], separator: str = ", ") -> Markup:
    """Each value escaped; the separator is the template's own."""
    return escaped(separator).join(shown(value) for value in values)


def for_locale(locale: str, known: Mapping[str, str]) -> dict[str, Callable[..., Any]]:
    """The filters that depend on the language."""

    @pass_context
    def when(context: Context, value: datetime, timezone: str | None = None) -> Markup:
        zone = timezone or context.get("timezone") or DEFAULT_TIMEZONE
        instant = value.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")
        words = written_instant(known, value, zone)
        return Markup('<time datetime="{}">{}</time>').format(instant, words)

    def listed(values: Iterable[object], word: str = "and") -> Markup:
        """« a, b et c »; ``word`` is "and" or "or"."""
        items = [shown(value) for value in values]
        last = escaped(f" {known[f'lists.{word}']} ")
        return last.join([*([Markup(", ").join(items[:-1])] if len(items) > 1 else []), *items[-1:]])

    def said(value: object) -> Markup:
        """What was typed, between the language's quotation marks."""
        if locale == "fr":
            return Markup("«{0}{1}{0}»").format(_NO_BREAK, shown(value))
        return Markup("“{}”").format(shown(value))

    return {**worded(locale, known), "when": when, "list": listed, "said": said}


# The platform's references (mention, channel, role) mean nothing outside it: a page names people.
EVERYWHERE: dict[str, Callable[..., Any]] = {
    "e": shown,
    "escape": shown,
    "markdown": markdown,
    "markdown_line": markdown_line,
    "paragraphs": paragraphs,
    "quote": quoted,
    "block": block,
    "code": code,
    "pieces": pieces,
    "link": link,
    "excerpt": excerpt,
    "join": join,
}

"""Templates and labels, filled."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from prompts import custom, labels, routes
from prompts.filters import EVERYWHERE, KEPT, for_locale, shown
from prompts.safe import clean
from prompts.text import Text

BLOCKS = ("title", "body", "note")
SHORT = ".short"  # what the name of a text in short sentences ends with


def short_texts(root: Path = labels.ROOT) -> frozenset[str]:
    """The texts that have a version in short sentences."""
    found = (root / "fr").rglob(f"*{SHORT}.md.j2")
    return frozenset(
        path.relative_to(root / "fr").as_posix().removesuffix(f"{SHORT}.md.j2") for path in found
    )


class Shipped(ImmutableSandboxedEnvironment):
    """For the templates that come with the project: nothing private is reached, and no more is asked.

    Jinja's own look at each attribute is half of a rendering. Templates that somebody edited get all of it.
    """

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return not attr.startswith("_")

    def getattr(self, obj: Any, attribute: str) -> Any:
        if not attribute.startswith("_"):
            try:
                return getattr(obj, attribute)
            except AttributeError:
                pass
        return super().getattr(obj, attribute)


class Words:
    """Every sentence of the bot. Without state after its making: one instance for the process."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = root or labels.ROOT
        self._labels = {
            locale: labels.packaged(locale) if root is None else labels.load(root, locale)
            for locale in labels.LOCALES
        }
        self._environments = {locale: self._environment(locale) for locale in labels.LOCALES}
        self._short = short_texts(self.root)

    def _environment(self, locale: str) -> ImmutableSandboxedEnvironment:
        environment = Shipped(
            loader=FileSystemLoader(self.root / locale),
            undefined=StrictUndefined,
            finalize=shown,
            autoescape=False,  # finalize escapes for Markdown, which HTML escaping would spoil
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        kept = {name: filter_ for name, filter_ in environment.filters.items() if name in KEPT}
        environment.filters = {**kept, **EVERYWHERE, **for_locale(locale, self._labels[locale])}
        return environment

    def variant(self, name: str, /, *, short: bool) -> str:
        """The template to fill: ``<name>.short`` where short sentences are wanted and there is one."""
        return f"{name}{SHORT}" if short and name in self._short else name

    def render(self, name: str, locale: str, /, **values: Any) -> Text:
        """Fill ``prompts/<locale>/<name>.md.j2``; everything printed is escaped unless a filter made it Safe.

        ``timezone`` among the values (default Europe/Paris) is what ``when`` and ``day`` write dates in.
        """
        template = self._environments[labels.locale_of(locale)].get_template(f"{name}.md.j2")
        context = template.new_context(values)
        parts = {
            block: "".join(template.blocks[block](context)) for block in BLOCKS if block in template.blocks
        }
        return _text(parts)

    def render_parts(self, parts: Mapping[str, str], locale: str, /, **values: Any) -> Text:
        """A network's own words for a template, filled as ``render`` fills the shipped ones."""
        made = custom.filled(self._environments[labels.locale_of(locale)], parts, values)
        return _text(made)

    def shipped(self, name: str, locale: str, /) -> dict[str, str]:
        """What stands between the tags of each block of a template: title, body, note."""
        file = self.root / labels.locale_of(locale) / f"{name}.md.j2"
        return routes.inside(file.read_text(encoding="utf-8"))

    def fault(self, name: str, locale: str, parts: Mapping[str, str], /) -> custom.Broken | None:
        """Why these words may not stand for the template ``name``; None when they may."""
        environment = self._environments[labels.locale_of(locale)]
        try:
            custom.check(environment, self._every_shipped(name), parts)
            made = self.sample(name, locale, parts)
        except custom.Broken as broken:
            return broken
        return None if made.title or made.body else custom.Broken("body", 1, "empty")

    def values_of(self, name: str, /) -> list[str]:
        """The values that words for this template may use, as they are written."""
        found = self._routes(name).uses
        return sorted(route for route in found if not any(other.startswith(f"{route}.") for other in found))

    def sample(self, name: str, locale: str, parts: Mapping[str, str], /) -> Text:
        """Words for a template, filled with made-up values."""
        values = routes.examples(self._routes(name).uses, self.table("samples", locale))
        for part in custom.PARTS:
            try:
                self.render_parts({part: parts.get(part, "")}, locale, **values)
            except TypeError as error:
                raise custom.Broken(part, 1, "not_printable") from error
        return self.render_parts(parts, locale, **values)

    def _every_shipped(self, name: str) -> dict[str, str]:
        """In every language: one may use a value that another does without."""
        return {
            f"{locale} {part}": text
            for locale in labels.LOCALES
            for part, text in self.shipped(name, locale).items()
        }

    def _routes(self, name: str) -> routes.Routes:
        found = routes.Routes(self._environments["fr"])
        for text in self._every_shipped(name).values():
            found.read(text)
        return found

    def has_template(self, name: str) -> bool:
        """Whether there are words for ``name`` (an error's code, say)."""
        return (self.root / "fr" / f"{name}.md.j2").is_file()

    def label(self, key: str, locale: str, /, **values: Any) -> str:
        """Plain text for a button, a field, a choice; ``{name}`` in it takes the value. KeyError if none.

        A key without its own label takes ``<family>.common.<last part>``.
        """
        text = labels.seek(self._labels[labels.locale_of(locale)], key)
        if text is None:
            raise KeyError(key)
        if not values:
            return text
        return text.format(**{name: clean(str(value)) for name, value in values.items()})

    def has_label(self, key: str) -> bool:
        """Whether ``label`` would find one."""
        return labels.seek(self._labels["fr"], key) is not None

    def table(self, prefix: str, locale: str) -> dict[str, str]:
        """The labels right below ``prefix``, in the order of the file: key -> text."""
        found = self._labels[labels.locale_of(locale)]
        start = f"{prefix}."
        return {
            key.removeprefix(start): text
            for key, text in found.items()
            if key.startswith(start) and "." not in key.removeprefix(start)
        }


def _text(parts: Mapping[str, str]) -> Text:
    return Text(
        title=re.sub(r"[ \t\n]+", " ", parts.get("title", "")).strip(),
        body=_tidy(parts.get("body", "")),
        note=_tidy(parts.get("note", "")),
    )


def _tidy(text: str) -> str:
    """Templates indent and skip lines for their writers; readers need neither."""
    if " \n" in text or "\t\n" in text:
        text = "\n".join([line.rstrip(" \t") for line in text.split("\n")])
    if "\n\n\n" in text:
        text = re.sub(r"\n{3,}", "\n\n", text)
    return text.strip("\n \t")

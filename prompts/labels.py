"""Short plain texts (buttons, fields, commands, choices) from ``<locale>/labels/*.toml``, by dotted key."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

LOCALES = ("fr", "en")
ROOT = Path(__file__).parent


def locale_of(tag: str | None) -> str:
    """Our language for a language tag: French for every French, English for all others."""
    return "fr" if (tag or "").lower().startswith("fr") else "en"


def _leaves(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{prefix}{key}.")
        elif isinstance(value, str):
            yield f"{prefix}{key}", value
        else:
            raise TypeError(f"a label must be text: {prefix}{key}")


def load(root: Path, locale: str) -> dict[str, str]:
    """Every label of a language. Two files that say the same key is a defect."""
    found: dict[str, str] = {}
    for path in sorted((root / locale / "labels").glob("*.toml")):
        for key, text in _leaves(tomllib.loads(path.read_text(encoding="utf-8"))):
            if key in found:
                raise ValueError(f"the label {key} is given twice in {locale}")
            found[key] = text
    return found


@cache
def packaged(locale: str) -> Mapping[str, str]:
    """The labels that come with the program."""
    return load(ROOT, locale)


def seek(labels: Mapping[str, str], key: str) -> str | None:
    """The label, else ``<family>.common.<last part>``: ``buttons.x.next`` -> ``buttons.common.next``."""
    if key in labels:
        return labels[key]
    family, _, rest = key.partition(".")
    return labels.get(f"{family}.common.{rest.rsplit('.', 1)[-1]}")

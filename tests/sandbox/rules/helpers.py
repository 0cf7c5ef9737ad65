"""Short words for what all these tests do: call a rule, and look at what it refused and where."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sandbox.errors import ApiError

Rule = Callable[..., Any]


def refusal(rule: Rule, *args: Any, **kwargs: Any) -> ApiError:
    """The error that the rule raises; the test fails when it accepts."""
    with pytest.raises(ApiError) as caught:
        rule(*args, **kwargs)
    return caught.value


def leaves(error: ApiError) -> dict[str, list[str]]:
    """``{"embeds.0.title": ["BASE_TYPE_MAX_LENGTH"]}``; the root is ""."""
    assert error.code == 50035, f"a code of its own: {error.code} {error.message}"
    assert error.status == 400
    return {path: [one["code"] for one in found] for path, found in _walk(error.errors or {}, ())}


def words(error: ApiError, path: str) -> list[str]:
    """The messages at ``path``."""
    return [one["message"] for one in dict(_walk(error.errors or {}, ()))[path]]


def _walk(tree: Any, path: tuple[str, ...]) -> Iterator[tuple[str, list[dict[str, str]]]]:
    for key, value in tree.items():
        assert isinstance(key, str), "array indexes are strings too"
        if key == "_errors":
            yield ".".join(path), value
        else:
            yield from _walk(value, (*path, key))


def button(custom_id: str = "a", **more: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "Oui", "custom_id": custom_id, **more}


def row(*components: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(components)}


def options(count: int, **more: Any) -> list[dict[str, Any]]:
    return [{"label": f"Choix {number}", "value": str(number), **more} for number in range(count)]


def select(custom_id: str = "s", count: int = 2, **more: Any) -> dict[str, Any]:
    return {"type": 3, "custom_id": custom_id, "options": options(count), **more}


def text(content: str = "texte") -> dict[str, Any]:
    return {"type": 10, "content": content}


def label(component: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": 18, "label": "Titre", "component": component, **more}


def typed(custom_id: str = "t", **more: Any) -> dict[str, Any]:
    return {"type": 4, "custom_id": custom_id, "style": 1, **more}


def modal(*components: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"custom_id": "m", "title": "Proposer", "components": list(components), **more}


def slash(name: str = "chercher", **more: Any) -> dict[str, Any]:
    return {"type": 1, "name": name, "description": "Chercher une ressource", **more}


def option(name: str = "mots", kind: int = 3, **more: Any) -> dict[str, Any]:
    return {"type": kind, "name": name, "description": "Ce que vous cherchez", **more}


Build = Callable[[int], Any]
# Build from a size, the least (or None), the most, where it is refused, and the code above the most.
Limit = tuple[Build, int | None, int, str, str]
TOO_LONG, LENGTH = "BASE_TYPE_MAX_LENGTH", "BASE_TYPE_BAD_LENGTH"
MOST, LEAST = "NUMBER_TYPE_MAX", "NUMBER_TYPE_MIN"


def assert_most(build: Build, _least: int | None, most: int, path: str, code: str) -> None:
    build(most - 1)
    build(most)
    assert leaves(refusal(build, most + 1))[path] == [code]


def assert_least(build: Build, least: int | None, _most: int, path: str, code: str) -> None:
    assert least is not None
    build(least)
    expected = {MOST: LEAST, TOO_LONG: "BASE_TYPE_REQUIRED"}.get(code, code)
    assert leaves(refusal(build, least - 1))[path] == [expected]

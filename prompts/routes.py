"""Which values a template uses, by their routes (« meetup.title », « poll.slots[].starts_at »), and how.

A network may write its own words for a template with these values and no others: so none can be missing, and
nothing else can be reached.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from jinja2 import Environment, nodes

_INSTANTS = {"when", "day", "hour"}
_NUMBERS = {"number", "plural"}
_LISTS = {"list", "join", "length", "count", "first", "last", "map"}
_PLATFORM = {"mention", "channel"}
_SAMPLE_INSTANT = datetime(2026, 12, 3, 13, 0, tzinfo=UTC)
_INSIDE = re.compile(r"\{% block (title|body|note) %\}(.*?)\{% endblock %\}", re.DOTALL)


def inside(source: str) -> dict[str, str]:
    """The blocks of a template, without their tags."""
    return {name: text.strip("\n") for name, text in _INSIDE.findall(source)}


@dataclass
class Use:
    """``kinds``: the filters it went through; ``texts``: the words that it was compared with."""

    kinds: set[str] = field(default_factory=set)
    texts: list[str] = field(default_factory=list)


class Routes:
    """Walks templates. ``uses`` are the routes of the values that the caller must give."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self.uses: dict[str, Use] = {}

    def read(self, source: str) -> "Routes":
        for node in self._environment.parse(source).body:
            self._walk(node, {"loop": ""})
        return self

    def where(self, source: str) -> Iterator[tuple[str, int]]:
        """The routes of one more template, each with its line."""
        for node in self._environment.parse(source).body:
            yield from self._found(node, {"loop": ""})

    def _walk(self, node: nodes.Node, scope: dict[str, str]) -> None:
        for _route, _line in self._found(node, scope):
            pass

    def _found(self, node: nodes.Node, scope: dict[str, str]) -> Iterator[tuple[str, int]]:
        if isinstance(node, nodes.For) and isinstance(node.target, nodes.Name):
            route = self._route(node.iter, scope)
            yield from self._found(node.iter, scope)
            if route:
                self.uses.setdefault(route, Use()).kinds.add("list")
            inner = {**scope, node.target.name: f"{route}[]" if route else ""}
            for child in (*node.body, *node.else_):
                yield from self._found(child, inner)
            return
        if isinstance(node, nodes.Name | nodes.Getattr):
            route = self._route(node, scope)
            if route:
                self.uses.setdefault(route, Use())
                yield route, node.lineno
        self._note(node, scope)
        for child in node.iter_child_nodes():
            yield from self._found(child, scope)

    def _note(self, node: nodes.Node, scope: dict[str, str]) -> None:
        if (
            isinstance(node, nodes.Filter)
            and node.node is not None
            and (route := self._route(node.node, scope))
        ):
            self.uses.setdefault(route, Use()).kinds.add(node.name)
        if isinstance(node, nodes.Compare) and (route := self._route(node.expr, scope)):
            constants = [operand.expr.value for operand in node.ops if isinstance(operand.expr, nodes.Const)]
            use = self.uses.setdefault(route, Use())
            use.texts += [value for value in constants if isinstance(value, str)]
            if any(isinstance(value, int) for value in constants):
                use.kinds.add("number")

    def _route(self, node: nodes.Node | None, scope: dict[str, str]) -> str:
        """Empty for what is no value of the caller's."""
        if isinstance(node, nodes.Name):
            return scope.get(node.name, node.name)
        if isinstance(node, nodes.Getattr):
            holder = self._route(node.node, scope)
            return f"{holder}.{node.attr}" if holder else ""
        return ""


class Example:
    """A made-up value with the parts that templates use; printed, it shows its own name."""

    def __init__(self, **parts: Any) -> None:
        self.__dict__.update(parts)


def examples(uses: dict[str, Use], labels: dict[str, str]) -> dict[str, Any]:
    """One plausible value for each route. ``labels``: words for the last part of a route (« title »)."""

    def value(route: str) -> Any:
        use = uses.get(route, Use())
        below = [other for other in uses if other.startswith((f"{route}.", f"{route}[]"))]
        if "list" in use.kinds or use.kinds & (_LISTS - {"length", "count"}):
            inner = any(other.startswith(f"{route}[]") for other in uses)
            return [value(f"{route}[]") for _ in range(2)] if inner else [_word(route, labels)] * 2
        if below:
            parts = {re.split(r"[.\[]", other[len(route) + 1 :], maxsplit=1)[0] for other in below}
            return Example(**{part: value(f"{route}.{part}") for part in parts if part})
        if use.kinds & _INSTANTS:
            return _SAMPLE_INSTANT
        if use.kinds & _NUMBERS:
            return 3
        if use.kinds & _PLATFORM:
            return _word(route, labels)
        return use.texts[0] if use.texts else _word(route, labels)

    return {root: value(root) for root in {re.split(r"[.\[]", route, maxsplit=1)[0] for route in uses}}


def _word(route: str, labels: dict[str, str]) -> str:
    last = re.split(r"[.\[]", route.rstrip("[]"))[-1]
    return labels.get(last, last)

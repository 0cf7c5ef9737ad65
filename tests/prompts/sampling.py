"""Values for any template, read from the template itself: a name that is counted gets a number, and so on.

So a new template is tested from its first day, and nobody keeps a list of examples.
"""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment, nodes

from prompts import LOCALES, Words, escape
from prompts.labels import ROOT

WORDS = Words()
NAMES = sorted(
    {
        path.relative_to(ROOT / locale).as_posix().removesuffix(".md.j2")
        for locale in LOCALES
        for path in (ROOT / locale).rglob("*.md.j2")
    }
)

_NUMBERS = {"plural", "number", "round", "abs", "int"}
_INSTANTS = {"when", "day", "hour"}
_LISTS = {"join", "list", "length", "count", "first", "last", "sort", "map", "unique", "sum"}
_PLATFORM = {"mention", "channel"}
_SHAPED = {
    "pieces": "pieces",
    "quote": "line",
    "label": "key",
    "rhythm": "rhythm",
    "markdown": "words",
    "markdown_line": "words",
}
_THROUGH = {"sort", "unique", "map", "select", "reject", "selectattr", "rejectattr", "default", "d"}
ORDINARY = "Budget participatif"
NASTY = (
    "**gras** _x_ @everyone <@42> `a` ||b|| # c [d](https://e.fr) <t:0:F> \\ https://f.fr/g_h \u202e مرحبا"
)
LONG = "Concertation * " * 40

Route = tuple[str, ...]
Scope = dict[str, Route | None]


@dataclass
class Wants:
    """What a template does with one value."""

    kinds: set[str] = field(default_factory=set)
    compared: set[Any] = field(default_factory=set)
    tested: bool = False


class Reader:
    """Walks a template and notes what it wants of each value, by its dotted route."""

    def __init__(self, environment: Environment, locale: str, suffix: str = ".md.j2") -> None:
        self._environment, self._locale, self._suffix = environment, locale, suffix
        self.wants: dict[Route, Wants] = {}

    def template(self, name: str, scope: Scope) -> None:
        tree = self._environment.parse(source(name, self._locale, self._suffix))
        self._body(tree.body, scope)

    def _want(self, route: Route | None, kind: str | None = None) -> None:
        if route is not None:
            wanted = self.wants.setdefault(route, Wants())
            if kind:
                wanted.kinds.add(kind)

    def _body(self, body: list[nodes.Node], scope: Scope) -> None:
        scope = dict(scope)
        for node in body:
            self._statement(node, scope)

    def _statement(self, node: nodes.Node, scope: Scope) -> None:
        if isinstance(node, nodes.For):
            self._for(node, scope)
        elif isinstance(node, nodes.If):
            self._test(node.test, scope)
            for branch in (node.body, node.elif_, node.else_):
                self._body(list(branch), scope)
        elif isinstance(node, nodes.Assign) and isinstance(node.target, nodes.Name):
            scope[node.target.name] = self._expression(node.node, scope)
        elif isinstance(node, nodes.Block):
            self._body(node.body, scope)
        elif isinstance(node, nodes.Include | nodes.Extends) and isinstance(node.template, nodes.Const):
            self.template(str(node.template.value).removesuffix(self._suffix), scope)
        else:
            for child in node.iter_child_nodes():
                self._expression(child, scope)

    def _for(self, node: nodes.For, scope: Scope) -> None:
        route = self._expression(node.iter, scope)
        inner = dict(scope)
        if isinstance(node.target, nodes.Tuple):
            self._want(route, "dict")
            for index, target in enumerate(node.target.items):
                assert isinstance(target, nodes.Name)
                inner[target.name] = (*route, f"[{index}]") if route else None
        else:
            self._want(route, "list")
            assert isinstance(node.target, nodes.Name)
            inner[node.target.name] = (*route, "[]") if route else None
        inner["loop"] = None
        self._body(node.body, inner)
        self._body(node.else_, scope)

    def _test(self, node: nodes.Node, scope: Scope) -> None:
        if isinstance(node, nodes.Not):
            self._test(node.node, scope)
        elif isinstance(node, nodes.And | nodes.Or):
            self._test(node.left, scope)
            self._test(node.right, scope)
        else:
            route = self._expression(node, scope)
            if route is not None:
                self.wants[route].tested = True

    def _expression(self, node: nodes.Node, scope: Scope) -> Route | None:
        """The route of the value that ``node`` is, if it is one that the caller gives."""
        if isinstance(node, nodes.Name):
            route = scope.get(node.name, (node.name,))
            self._want(route)
            return route
        if isinstance(node, nodes.Getattr):
            holder = self._expression(node.node, scope)
            self._want(holder, "object")
            route = (*holder, node.attr) if holder else None
            self._want(route)
            return route
        if (
            isinstance(node, nodes.Call)
            and isinstance(node.node, nodes.Getattr)
            and node.node.attr == "items"
        ):
            return self._expression(node.node.node, scope)
        if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Getattr) and node.node.attr == "get":
            self._want(self._expression(node.node.node, scope), "counts")
            return None
        if isinstance(node, nodes.Filter):
            return self._filter(node, scope)
        if isinstance(node, nodes.Compare):
            self._compare(node, scope)
            return None
        if isinstance(node, nodes.Test):
            route = self._expression(node.node, scope)
            if route is not None and node.name == "none":
                self.wants[route].compared |= {None, "…"}
            return None
        if isinstance(node, nodes.CondExpr):
            self._test(node.test, scope)
        for child in node.iter_child_nodes():
            self._expression(child, scope)
        return None

    def _filter(self, node: nodes.Filter, scope: Scope) -> Route | None:
        route = self._expression(node.node, scope) if node.node else None
        for extra in (*node.args, *(pair.value for pair in node.kwargs)):
            self._expression(extra, scope)
        kinds = {
            **dict.fromkeys(_NUMBERS, "number"),
            **dict.fromkeys(_INSTANTS, "instant"),
            **dict.fromkeys(_LISTS, "list"),
            **dict.fromkeys(_PLATFORM, "reference"),
            **_SHAPED,
        }
        kind = kinds.get(node.name)
        self._want(route, kind)
        if node.name == "map" and node.args and isinstance(node.args[0], nodes.Const) and route:
            self._want((*route, "[]"), kinds.get(str(node.args[0].value)))
        for pair in node.kwargs:
            if (
                node.name == "map"
                and pair.key == "attribute"
                and isinstance(pair.value, nodes.Const)
                and route
            ):
                self._want((*route, "[]", str(pair.value.value)))
        if node.name == "label" and isinstance(node.args[0], nodes.Const) and route:
            prefix = f"{node.args[0].value}."
            self.wants[route].compared |= set(WORDS.table(str(node.args[0].value), "fr")) or {prefix}
        return route if node.name in _THROUGH else None

    def _compare(self, node: nodes.Compare, scope: Scope) -> None:
        route = self._expression(node.expr, scope)
        for operand in node.ops:
            other = self._expression(operand.expr, scope)
            if operand.op == "in" and isinstance(node.expr, nodes.Const):
                self._want(other, "list")
                if other:
                    self.wants[other].compared.add(node.expr.value)
            constant = operand.expr
            if isinstance(constant, nodes.Const) and route:
                if isinstance(constant.value, int) and not isinstance(constant.value, bool):
                    self._want(route, "number")
                self.wants[route].compared.add(constant.value)
            elif route and operand.op in {"lt", "gt", "lteq", "gteq"}:
                self._want(route, "number")
                self._want(other, "number")


def source(name: str, locale: str, suffix: str = ".md.j2") -> str:
    return (ROOT / locale / f"{name}{suffix}").read_text(encoding="utf-8")


def environment(locale: str) -> Environment:
    return WORDS._environments[locale]


def wants(name: str, locale: str) -> dict[Route, Wants]:
    reader = Reader(environment(locale), locale)
    reader.template(name, {})
    return reader.wants


class Sampler:
    """Makes values for what a template wants; the same seed makes the same choices for any text."""

    def __init__(self, wanted: dict[Route, Wants], text: str, seed: int) -> None:
        self._wanted, self._text = wanted, text
        self._seed = seed

    def values(self) -> dict[str, Any]:
        return {root: self._value((root,)) for root in {route[0] for route in self._wanted}}

    def _children(self, route: Route) -> Iterator[str]:
        for other in self._wanted:
            if len(other) > len(route) and other[: len(route)] == route:
                yield other[len(route)]

    def _value(self, route: Route) -> Any:
        wanted = self._wanted.get(route, Wants())
        choice = random.Random(f"{self._seed} {'.'.join(route)}")
        children = set(self._children(route))
        if wanted.tested and self._seed and choice.random() < 0.4:
            return [] if wanted.kinds & {"list"} else {} if "dict" in wanted.kinds else None
        if "dict" in wanted.kinds:
            return {
                str(self._value((*route, "[0]"))): self._value((*route, "[1]"))
                for _ in range(choice.randint(1, 2))
            }
        if "counts" in wanted.kinds:
            return Counter(active=choice.randint(0, 30), newcomer=choice.randint(0, 2))
        if "pieces" in wanted.kinds:
            hits = (False, True, False)
            texts = ("Avant la ", self._text.replace("://", ""), " et après")
            return [SimpleNamespace(text=text, hit=hit) for text, hit in zip(texts, hits, strict=True)]
        if "words" in wanted.kinds:  # made by a template of words: escaped already
            return escape(self._text.replace("://", ""))
        if "rhythm" in wanted.kinds:
            return SimpleNamespace(
                frequency="MONTHLY",
                interval=choice.randint(1, 2),
                days=[(1, 1)],
                month_day=None,
                until=None,
                count=3,
            )
        if "list" in wanted.kinds:
            many = [
                self._value((*route, "[]")) for _ in range(choice.choice([0, 1, 2, 3]) if self._seed else 2)
            ]
            return [*many, *(item for item in sorted(wanted.compared, key=str) if choice.random() < 0.5)]
        if children - {"[]"}:
            return SimpleNamespace(**{child: self._value((*route, child)) for child in children})
        return self._leaf(wanted, choice)

    def _leaf(self, wanted: Wants, choice: random.Random) -> Any:
        if "instant" in wanted.kinds:
            return datetime(2026, choice.randint(1, 12), choice.randint(1, 28), 9, 5, tzinfo=UTC)
        if "number" in wanted.kinds:
            return choice.choice(
                [0, 1, 2, 21, 1234, *(value for value in wanted.compared if isinstance(value, int))]
            )
        if "reference" in wanted.kinds:
            return "123456789012345678"
        if wanted.compared:
            kept = choice.choice(sorted(wanted.compared, key=str))
            return self._text if kept == "…" else kept
        return self._text

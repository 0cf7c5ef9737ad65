"""Words that a network writes for itself in place of shipped ones: checked when typed, filled when sent.

They are the same templates in the same sandbox, with less of the language: values, filters, conditions and
loops over what is given. Without calls and sums no text can run for ever or grow without bound.
"""

import functools
import re
from collections.abc import Mapping

from jinja2 import Environment, Template, TemplateSyntaxError, Undefined, nodes

from prompts.filters import shown
from prompts.routes import Routes
from prompts.safe import Safe

PARTS = ("title", "body", "note")
_DEEPEST = 2  # loops in loops
_LARGEST = 1000  # the largest number in a text: a length, at most
_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.If,
    nodes.For,
    nodes.Name,
    nodes.Getattr,
    nodes.Filter,
    nodes.Const,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.CondExpr,
    nodes.Test,
)
_FILTERS = frozenset({"plural", "number", "when", "day", "hour", "rhythm", "list", "label", "said", "e"}) | {
    *("escape", "code", "paragraphs", "quote", "mention", "channel", "link", "excerpt", "join", "default"),
    *("d", "length", "count", "first", "last"),
}
_TESTS = frozenset({"none", "defined"})
_REASONS = (
    (re.compile(r"unknown tag '([^']*)'"), "unknown_tag"),
    (re.compile(r"[Nn]o filter named '([^']*)'"), "unknown_filter"),
    (re.compile(r"[Nn]o test named '([^']*)'"), "unknown_filter"),
    (re.compile(r"[Uu]nexpected end of|Missing end of|looking for the following tags"), "unfinished"),
    (re.compile(r"unexpected '([^']*)'|got '([^']*)'"), "unexpected"),
)


class Broken(Exception):
    """Why a text cannot be used: ``problem`` is a code, ``name`` what it is about."""

    def __init__(self, part: str, line: int, problem: str, name: str = "") -> None:
        super().__init__(f"{part}:{line} {problem} {name}".strip())
        self.part, self.line, self.problem, self.name = part, line, problem, name


def check(environment: Environment, shipped: Mapping[str, str], parts: Mapping[str, str]) -> None:
    """Raise Broken for the first thing that is wrong; ``shipped`` says which values there are."""
    known = Routes(environment)
    for text in shipped.values():
        known.read(text)
    for part in PARTS:
        text = parts.get(part, "")
        try:
            tree = environment.parse(text)
            _only_allowed(part, tree, 0)  # before it is compiled: the compiler works out what is constant
            environment.compile(text)
        except TemplateSyntaxError as error:
            raise _told(part, error) from error
        except RecursionError as error:
            raise Broken(part, 1, "syntax") from error
        for route, line in Routes(environment).where(text):
            if route not in known.uses:
                raise Broken(part, line, "unknown_value", route.replace("[]", ""))


def _only_allowed(part: str, node: nodes.Node, depth: int) -> None:
    if not isinstance(node, _ALLOWED):
        raise Broken(part, node.lineno, "forbidden")
    if isinstance(node, nodes.Filter) and node.name not in _FILTERS:
        raise Broken(part, node.lineno, "unknown_filter", node.name)
    if isinstance(node, nodes.Test) and node.name not in _TESTS:
        raise Broken(part, node.lineno, "unknown_filter", node.name)
    if isinstance(node, nodes.Const) and isinstance(node.value, int | float) and node.value > _LARGEST:
        raise Broken(part, node.lineno, "too_large", str(node.value))
    if isinstance(node, nodes.For):
        depth += 1
        if depth > _DEEPEST or node.recursive or not isinstance(node.target, nodes.Name):
            raise Broken(part, node.lineno, "forbidden")
        if not isinstance(node.iter, nodes.Name | nodes.Getattr):
            raise Broken(part, node.lineno, "forbidden")
    for child in node.iter_child_nodes():
        _only_allowed(part, child, depth)


def _told(part: str, error: TemplateSyntaxError) -> Broken:
    for pattern, problem in _REASONS:
        match = pattern.search(error.message or "")
        if match:
            name = next((group for group in match.groups() if group), "")
            return Broken(part, error.lineno, problem, name)
    return Broken(part, error.lineno, "syntax")


def printed(value: object) -> Safe:
    """What stands for a value in a network's own words: never the insides of one that has parts."""
    if value is None or isinstance(value, Undefined | str | int | float):
        return shown(value)
    raise TypeError(f"a {type(value).__name__} has parts")


@functools.lru_cache(maxsize=256)
def _compiled(environment: Environment, text: str) -> Template:
    return environment.overlay(finalize=printed).from_string(text)


def filled(
    environment: Environment, parts: Mapping[str, str], values: Mapping[str, object]
) -> dict[str, str]:
    """Each part with its values in place. Raises what a template may raise."""
    return {part: _compiled(environment, parts.get(part, "")).render(values) for part in PARTS}

"""Whatever the journal of acts notes can be read there: found in the code, so that none is forgotten."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import community
from community.policy import Action
from prompts import Words

FOLDER = Path(community.__file__).parent


def acts_in(module: ast.Module) -> Iterator[str]:
    """What is given as ``action`` to ``audit.record``, itself or through helpers of the module."""
    helpers: dict[str, int | None] = {"record": None}
    made = [node for node in ast.walk(module) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    for _ in range(3):  # a helper of a helper
        for function in made:
            names = [one.arg for one in (*function.args.posonlyargs, *function.args.args)]
            for given in _given(function, helpers):
                if isinstance(given, ast.Name) and given.id in names:
                    helpers[function.name] = names.index(given.id) - (names[0] == "self")
    for given in _given(module, helpers):
        yield from _values(given)


def _given(tree: ast.AST, helpers: Mapping[str, int | None]) -> Iterator[ast.expr]:
    for call in [node for node in ast.walk(tree) if isinstance(node, ast.Call)]:
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name in helpers:
            yield from (one.value for one in call.keywords if one.arg == "action")
            if (place := helpers[name]) is not None and place < len(call.args):
                yield call.args[place]


def _values(given: ast.expr) -> Iterator[str]:
    """Of a plain text, of one of the rights, or of either of two."""
    match given:
        case ast.Constant(value=str(text)):
            yield text
        case ast.Attribute(value=ast.Name(id="Action"), attr=name):
            yield Action[name].value
        case ast.IfExp(body=one, orelse=other):
            yield from (*_values(one), *_values(other))


def test_every_act_of_the_journal_has_words() -> None:
    acts = {
        act for path in FOLDER.glob("*.py") for act in acts_in(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert len(acts) > 60
    words = Words()
    assert sorted(act for act in acts if not words.has_label(f"acts.{act}")) == []

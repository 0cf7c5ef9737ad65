"""Every sentence that a person reads is in prompts/, so none is in the code of the other rooms."""

import ast
import re
from collections.abc import Iterator

from prompts.labels import ROOT

ROOMS = ("bot", "cogs", "community")
ACCENTS = re.compile(r"[àâçéèêëîïôùûüœÀÂÇÉÈÊËÎÏÔÙÛÜŒ’«»]")
MOST_WORDS = 4
LOGGERS = {"debug", "info", "warning", "error", "exception", "critical", "log"}
METRICS = {"Counter", "Gauge", "Histogram", "GaugeMetricFamily", "CounterMetricFamily"}
# What looks like words and is none.
NOT_PROSE = re.compile(
    r"^(?:SELECT|INSERT|UPDATE|DELETE|PRAGMA|CREATE) |^<\?xml |^</?table:|</manifest|%\(\w+\)s|=%s|charset=",
    re.ASCII,
)
# Names of the people and of the server that the demonstration makes up.
MADE_UP = {"bot/demo.py", "bot/demo_network.py"}


def _for_operators(node: ast.AST) -> bool:
    """Logs, exceptions and the help of metrics are read by operators and developers, in English."""
    if isinstance(node, ast.Raise | ast.Assert):
        return True
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name in LOGGERS | METRICS or name.endswith(("Error", "Exception")) or name == "cast"


def _docstrings(tree: ast.AST) -> set[int]:
    found = set()
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        for statement in body if isinstance(body, list) else []:
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                found.add(id(statement.value))
    return found


def _strings(node: ast.AST, docstrings: set[int]) -> Iterator[tuple[int, str]]:
    if _for_operators(node):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
        yield node.lineno, node.value
    for child in ast.iter_child_nodes(node):
        yield from _strings(child, docstrings)


def sentences(code: str) -> list[tuple[int, str]]:
    """The strings of ``code`` that read like a sentence, with their lines."""
    tree = ast.parse(code)
    return [
        (line, text)
        for line, text in _strings(tree, _docstrings(tree))
        if " " in text.strip()
        and not NOT_PROSE.search(text)
        and (ACCENTS.search(text) or len(re.findall(r"\b[A-Za-zÀ-ÿ’']{2,}\b", text)) > MOST_WORDS)
    ]


def test_no_sentence_is_in_the_code() -> None:
    found = {}
    for room in ROOMS:
        for path in sorted((ROOT.parent / room).rglob("*.py")):
            lines = sentences(path.read_text(encoding="utf-8"))
            name = path.relative_to(ROOT.parent).as_posix()
            if lines and name not in MADE_UP:
                found[name] = lines
    assert found == {}


def test_the_check_sees_sentences_and_passes_the_rest() -> None:
    code = '''
"""A docstring of many words is no sentence for members."""
def greet(name):
    """Neither is this docstring, which is long as well."""
    log.info("the greeting was sent to outbox=%s without any trouble", name)
    if not name:
        raise ValueError("a name is needed here, said the developer to another")
    return f"Bienvenue à {name} dans le réseau"
HELLO = "Welcome to the network of peers"
KEY = "buttons.library.approve"
'''
    assert [text for _, text in sentences(code)] == [
        "Bienvenue à ",
        " dans le réseau",
        "Welcome to the network of peers",
    ]

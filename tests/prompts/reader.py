"""A small reader of Discord's Markdown: the rules of its clients, in their order, kept apart from our code.

Only what the tests need: which marks are open around which text, and what would be a mention.
"""

import re
from dataclasses import dataclass, field


@dataclass
class Node:
    kind: str
    text: str = ""
    children: list["Node"] = field(default_factory=list)


# (kind, only at the start of a line, pattern, group whose content is read in turn or None)
_RULES: list[tuple[str, bool, re.Pattern[str], int | None]] = [
    ("quote", True, re.compile(r" *>>> ([\s\S]+)"), 1),
    ("quote", True, re.compile(r" *> ([^\n]*)(?:\n|$)"), 1),
    ("header", True, re.compile(r" *#{1,3} +([^\n]+)(?:\n|$)"), 1),
    ("subtext", True, re.compile(r" *-# +([^\n]+)(?:\n|$)"), 1),
    ("item", True, re.compile(r" *(?:[*\-]|\d+\.) +([^\n]+)(?:\n|$)"), 1),
    ("codeblock", False, re.compile(r"```(?:[a-z0-9_+\-.#]+?\n)?\n*([^\n][\s\S]*?)\n*```"), None),
    ("escape", False, re.compile(r"\\([^0-9A-Za-z\s])"), None),
    ("timestamp", False, re.compile(r"<t:-?\d{1,17}(?::[tTdDfFR])?>"), None),
    ("person", False, re.compile(r"<@!?\d+>"), None),
    ("role", False, re.compile(r"<@&\d+>"), None),
    ("channel", False, re.compile(r"<#\d+>"), None),
    ("command", False, re.compile(r"</[^:<>]+:\d+>"), None),
    ("guide", False, re.compile(r"<id:[a-z]+>"), None),
    ("emoji", False, re.compile(r"<a?:\w+:\d+>"), None),
    ("autolink", False, re.compile(r"<https?://[^\s>]+>"), None),
    ("address", False, re.compile(r"https?://[^\s<]+[^<.,:;\"')\]\s]"), None),
    (
        "link",
        False,
        re.compile(r"\[((?:\\.|\[[^\]]*\]|[^\[\]\\])+)\]\(<?((?:\([^)]*\)|[^\s\\()]|\\.)*)>?\)"),
        1,
    ),
    ("everyone", False, re.compile(r"@(?:everyone|here)"), None),
    ("strong", False, re.compile(r"\*\*((?:\\[\s\S]|[^\\])+?)\*\*(?!\*)"), 1),
    ("underline", False, re.compile(r"__((?:\\[\s\S]|[^\\])+?)__(?!_)"), 1),
    (
        "emphasis",
        False,
        re.compile(r"\*(?=\S)((?:\*\*|\\[\s\S]|\s+(?:\\[\s\S]|[^\s*\\]|\*\*)|[^\s*\\])+?)\*(?!\*)"),
        1,
    ),
    ("emphasis", False, re.compile(r"(?<![A-Za-z0-9_])_((?:__|\\[\s\S]|[^\\_])+?)_(?![A-Za-z0-9_])"), 1),
    ("strike", False, re.compile(r"~~([\s\S]+?)~~(?!_)"), 1),
    ("spoiler", False, re.compile(r"\|\|([\s\S]+?)\|\|"), 1),
    ("code", False, re.compile(r"(`+)([\s\S]*?[^`])\1(?!`)"), None),
]
_PLAIN = re.compile(r"[^\\`<h\[@*_~|]")  # begins no mark, unless at the start of a line


def read(markdown: str, *, line_start: bool = True) -> list[Node]:
    """The nodes of a text, as a client of Discord would draw them."""
    nodes: list[Node] = []
    position = 0
    while position < len(markdown):
        at_start = line_start if position == 0 else markdown[position - 1] == "\n"
        if not at_start and _PLAIN.match(markdown, position):
            nodes.append(Node("text", markdown[position]))
            position += 1
            continue
        for kind, only_start, pattern, inner in _RULES:
            match = pattern.match(markdown, position) if at_start or not only_start else None
            if match is None:
                continue
            children = read(match[inner], line_start=only_start) if inner else []
            shown = match[1] if kind in {"escape", "codeblock"} else match[2] if kind == "code" else match[0]
            nodes.append(Node(kind, shown, children))
            position = match.end()
            break
        else:
            nodes.append(Node("text", markdown[position]))
            position += 1
    return nodes


def skeleton(nodes: list[Node]) -> list[object]:
    """The marks without the words: plain text, escapes and bare addresses are all just text."""
    found: list[object] = []
    for node in nodes:
        if node.kind in {"text", "escape", "address"}:
            if not found or found[-1] != "text":
                found.append("text")
        else:
            found.append((node.kind, skeleton(node.children)))
    return found


def visible(nodes: list[Node]) -> str:
    """What a reader sees."""
    return "".join(visible(node.children) if node.children else node.text for node in nodes)


PINGS = re.compile(r"<@[!&]?\d+>|@everyone|@here", re.IGNORECASE)

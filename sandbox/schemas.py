"""JSON Schema, compiled to Python functions: enough of it for Discord's OpenAPI description, and fast.

Checking every exchange of a test suite with an interpreting validator would cost more than the suite.
Unions are tried by their discriminating ``type`` where they have one, so that a complaint is about the
right branch.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Json = Mapping[str, Any]
Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """What does not fit, and where in the value."""

    place: Place
    message: str

    def __str__(self) -> str:
        return f"{'.'.join(map(str, self.place)) or '(whole)'}: {self.message}"


Check = Callable[[Any, Place, list[Problem]], None]

_TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: (
        (isinstance(value, int) and not isinstance(value, bool))
        or (isinstance(value, float) and value.is_integer())
    ),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "null": lambda value: value is None,
}
# The types of which every value fits, which spares most of the tests above.
_PYTHON: dict[str, type] = {
    "object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": float,
    "null": type(None),
}  # fmt: skip
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:\S+")


class Compiler:
    """Compiles the schemas of one document; references are compiled once."""

    def __init__(self, document: Json) -> None:
        self._document = document
        self._known: dict[str, Check] = {}

    def compile(self, schema: Any) -> Check:
        """A function that notes every problem of a value."""
        checks = self._checks(schema) if isinstance(schema, dict) else []
        if len(checks) == 1:
            return checks[0]
        return _all(tuple(checks))

    def resolve(self, schema: Json) -> Json:
        """The schema that a reference stands for."""
        while "$ref" in schema:
            found: Any = self._document
            for key in schema["$ref"].removeprefix("#/").split("/"):
                found = found[key]
            schema = found
        return schema

    def _checks(self, schema: Json) -> list[Check]:
        checks: list[Check] = []
        if "$ref" in schema:
            checks.append(self._reference(schema["$ref"]))
        if "type" in schema:
            kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
            checks.append(_type(kinds))
        if "enum" in schema or "const" in schema:
            checks.append(_enumeration(schema["enum"] if "enum" in schema else [schema["const"]]))
        checks += [self.compile(part) for part in schema.get("allOf", ())]
        for union in ("oneOf", "anyOf"):
            if union in schema:
                checks.append(self._union(schema[union]))
        if any(key in schema for key in ("properties", "required", "additionalProperties", "maxProperties")):
            checks.append(self._object(schema))
        if any(key in schema for key in ("items", "minItems", "maxItems", "uniqueItems")):
            checks.append(self._array(schema))
        checks += _scalar_checks(schema)
        return checks

    def _reference(self, reference: str) -> Check:
        """Compiled at first use, since schemas refer to themselves."""

        def check(value: Any, place: Place, problems: list[Problem]) -> None:
            known = self._known.get(reference)
            if known is None:
                known = self._known[reference] = self.compile(self.resolve({"$ref": reference}))
            known(value, place, problems)

        return check

    def _union(self, branches: Sequence[Json]) -> Check:
        """Any branch will do: Discord's own unions overlap, so "exactly one" would refuse its own
        answers.
        """
        if all("const" in branch for branch in branches):
            return _enumeration([branch["const"] for branch in branches])
        nullable = len(branches) > 1 and {"type": "null"} in branches
        branches = [branch for branch in branches if branch != {"type": "null"}]
        compiled = [self.compile(branch) for branch in branches]
        by_type: dict[Any, list[Check]] = {}
        others: list[Check] = []
        for branch, check in zip(branches, compiled, strict=True):
            kinds = self._kinds(branch)
            for kind in kinds or ():
                by_type.setdefault(kind, []).append(check)
            if kinds is None:
                others.append(check)
        check = _any(by_type, tuple(others), tuple(compiled))
        return _or_null(check) if nullable else check

    def _kinds(self, branch: Json) -> list[Any] | None:
        """The values of ``type`` that an object branch takes, when it says so."""
        resolved = self.resolve(branch)
        kind = resolved.get("properties", {}).get("type")
        if kind is None or "type" not in resolved.get("required", ()):
            return None
        kind = self.resolve(kind)
        found = kind.get("enum")
        return list(found) if found else None

    def _object(self, schema: Json) -> Check:
        properties = {name: self.compile(part) for name, part in schema.get("properties", {}).items()}
        required = tuple(schema.get("required", ()))
        extra = schema.get("additionalProperties")
        extra_check = self.compile(extra) if isinstance(extra, dict) else None
        most, least = schema.get("maxProperties"), schema.get("minProperties", 0)

        def check(value: Any, place: Place, problems: list[Problem]) -> None:
            if not isinstance(value, dict):
                return
            for name in required:
                if name not in value:
                    problems.append(Problem((*place, name), "required, and not there"))
            for name, item in value.items():
                known = properties.get(name)
                if known is not None:
                    known(item, (*place, name), problems)
                elif extra_check is not None:
                    extra_check(item, (*place, name), problems)
                elif extra is False:
                    problems.append(Problem((*place, name), "not a property here"))
            if (most is not None and len(value) > most) or len(value) < least:
                problems.append(Problem(place, f"{len(value)} properties"))

        return check

    def _array(self, schema: Json) -> Check:
        each = self.compile(schema["items"]) if "items" in schema else None
        least, most, unique = schema.get("minItems", 0), schema.get("maxItems"), schema.get("uniqueItems")

        def check(value: Any, place: Place, problems: list[Problem]) -> None:
            if not isinstance(value, list):
                return
            if len(value) < least or (most is not None and len(value) > most):
                problems.append(Problem(place, f"{len(value)} items, not {least} to {most}"))
            if unique and any(item in value[:index] for index, item in enumerate(value)):
                problems.append(Problem(place, "an item stands there twice"))
            if each is not None:
                for index, item in enumerate(value):
                    each(item, (*place, index), problems)

        return check


def _all(checks: tuple[Check, ...]) -> Check:
    def check(value: Any, place: Place, problems: list[Problem]) -> None:
        for one in checks:
            one(value, place, problems)

    return check


def _or_null(check: Check) -> Check:
    """Null passes; of anything else the complaint is about the branch that is meant."""

    def check_unless_null(value: Any, place: Place, problems: list[Problem]) -> None:
        if value is not None:
            check(value, place, problems)

    return check_unless_null


def _any(by_type: dict[Any, list[Check]], others: tuple[Check, ...], every: tuple[Check, ...]) -> Check:
    def check(value: Any, place: Place, problems: list[Problem]) -> None:
        candidates: Sequence[Check] = every
        if by_type and isinstance(value, dict):
            kind = value.get("type")
            known = by_type.get(kind, []) if isinstance(kind, (int, str)) else []
            candidates = [*known, *others]
            if not candidates:
                problems.append(
                    Problem((*place, "type"), f"{kind!r} is not one of {sorted(by_type, key=str)}")
                )
                return
        best: list[Problem] | None = None
        for one in candidates:
            found: list[Problem] = []
            one(value, place, found)
            if not found:
                return
            if best is None or _closer(found, best):
                best = found
        problems += best or []

    return check


def _closer(one: list[Problem], other: list[Problem]) -> bool:
    """A branch that complains deeper down is the one that was meant."""
    return (max(len(p.place) for p in one), -len(one)) > (max(len(p.place) for p in other), -len(other))


def _type(kinds: Sequence[str]) -> Check:
    tests = [_TYPES[kind] for kind in kinds]
    named = " or ".join(kinds)
    usual = frozenset(_PYTHON[kind] for kind in kinds)

    def check(value: Any, place: Place, problems: list[Problem]) -> None:
        if type(value) not in usual and not any(test(value) for test in tests):
            problems.append(Problem(place, f"{_shown(value)} is not {named}"))

    return check


def _enumeration(allowed: Sequence[Any]) -> Check:
    strict = {(type(item).__name__, str(item)) for item in allowed}

    def check(value: Any, place: Place, problems: list[Problem]) -> None:
        if (type(value).__name__, str(value)) not in strict:
            problems.append(Problem(place, f"{_shown(value)} is not one of {list(allowed)[:20]}"))

    return check


def _scalar_checks(schema: Json) -> list[Check]:
    checks: list[Check] = []
    if "minLength" in schema or "maxLength" in schema:
        checks.append(_length(schema.get("minLength", 0), schema.get("maxLength")))
    if "minimum" in schema or "maximum" in schema:
        checks.append(_range(schema.get("minimum"), schema.get("maximum")))
    if "pattern" in schema:
        checks.append(_pattern(schema["pattern"]))
    if schema.get("format") in _FORMATS:
        checks.append(_format(schema["format"]))
    return checks


def _length(least: int, most: int | None) -> Check:
    def check(value: Any, place: Place, problems: list[Problem]) -> None:
        if isinstance(value, str) and (len(value) < least or (most is not None and len(value) > most)):
            problems.append(Problem(place, f"{len(value)} characters, not {least} to {most}"))

    return check


def _range(least: float | None, most: float | None) -> Check:
    def check(value: Any, place: Place, problems: list[Problem]) -> None:
        if isinstance(value, (int, float)) and (
            (least is not None and value < least) or (most is not None and value > most)
        ):
            problems.append(Problem(place, f"{value} is not within {least} to {most}"))

    return check


def _pattern(pattern: str) -> Check:
    compiled = re.compile(pattern)

    def check(value: Any, place: Place, problems: list[Problem]) -> None:
        if isinstance(value, str) and not compiled.search(value):
            problems.append(Problem(place, f"{_shown(value)} does not match {pattern}"))

    return check


def _is_instant(value: str) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


_FORMATS: dict[str, tuple[type, Callable[[Any], bool]]] = {
    "date-time": (str, _is_instant),
    "uri": (str, lambda value: _URI.fullmatch(value) is not None),
    "int32": (int, lambda value: -(2**31) <= value < 2**31),
    "int64": (int, lambda value: -(2**63) <= value < 2**63),
}


def _format(name: str) -> Check:
    kind, test = _FORMATS[name]

    def check(value: Any, place: Place, problems: list[Problem]) -> None:
        if isinstance(value, kind) and not test(value):
            problems.append(Problem(place, f"{_shown(value)} is not {name}"))

    return check


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:79] + "…"

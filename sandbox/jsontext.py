"""JSON as it comes from outside: strict where Python is lenient.

Python reads NaN, Infinity and halves of surrogate pairs, which nothing can write back as JSON in UTF-8. One
such text in the world would break every reader after it.
"""

import json
import math
import re
from typing import Any, NoReturn

_SURROGATE = re.compile("[\ud800-\udfff]")


def loads(raw: bytes | str) -> Any:
    """The value; ValueError for anything that is not JSON, or nested too deep, or not text."""
    try:
        value = json.loads(raw, parse_constant=_refuse, parse_float=_finite)
    except RecursionError:
        raise ValueError("nested too deep") from None
    escaped = rb"\u" in raw if isinstance(raw, bytes) else r"\u" in raw
    if (escaped or isinstance(raw, str)) and _SURROGATE.search(json.dumps(value, ensure_ascii=False)):
        raise ValueError("half a surrogate pair")
    return value


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("beyond what a number holds")
    return number


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")

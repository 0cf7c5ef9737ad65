"""Each check of the contract, F01 to F66, has its test: `test_f01_…`."""

import re
from pathlib import Path

HERE = Path(__file__).parent


def test_every_check_has_its_test() -> None:
    found: set[str] = set()
    for path in HERE.glob("test_*.py"):
        for name in re.findall(r"^async def test_(\w+)\(", path.read_text(encoding="utf-8"), re.MULTILINE):
            found.update(re.findall(r"(?:^|_)(f\d\d)(?=_)", name))
    assert sorted(found) == [f"f{number:02}" for number in range(1, 67)]

"""Whatever any test makes a bot and the sandbox say must be in Discord's own description of its API.

The tests of the sandbox itself are left out: they say wrong things on purpose, and check by themselves.
"""

from collections.abc import Iterator

import pytest

from sandbox.conformance import Conformance, Violation
from sandbox.journal import Entry

_said: list[Violation] = []
_hear = Conformance.hear


def _overhear(self: Conformance, entry: Entry) -> None:
    before = len(self.violations)
    _hear(self, entry)
    _said.extend(self.violations[before:])


@pytest.fixture(scope="session", autouse=True)
def discord_overheard() -> Iterator[None]:
    """Listen to every sandbox of this process, also those that fixtures keep for several tests."""
    Conformance.hear = _overhear  # type: ignore[method-assign]  # for the length of the session
    yield
    Conformance.hear = _hear  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def discord_conformance(request: pytest.FixtureRequest) -> Iterator[None]:
    _said.clear()
    yield
    if "tests/sandbox/" not in request.path.as_posix():
        assert [str(violation) for violation in _said] == []

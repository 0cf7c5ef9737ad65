"""What can go wrong for a person. An error carries a code and plain details; ``prompts`` has the words."""

from typing import Any


class DomainError(Exception):
    """``code`` names the template ``prompts/<locale>/errors/<code>.md.j2``; ``details`` fill it."""

    code = "unexpected"
    onward: tuple[str, ...] = ()  # actions to go on with all the same, offered as buttons
    outdated = False  # an older version was being changed; sent once more, it is sent knowingly

    def __init__(self, **details: Any) -> None:
        super().__init__(self.code)
        self.details = details


class NotAllowed(DomainError):
    """The actor's role is too low for the action. Details: ``action``, ``needed`` (a Role)."""

    code = "not_allowed"


class NotFound(DomainError):
    """Gone, never there, or in another network: the three must look alike. Details: ``kind``."""

    code = "not_found"


class Invalid(DomainError):
    """A value cannot be used as given. Details: ``field``, ``problem`` (a code) and what the words need."""

    code = "invalid"


class NotSetUp(DomainError):
    """The server has no network yet. Someone who manages the server can run the set-up."""

    code = "not_set_up"

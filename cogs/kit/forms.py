"""Forms: declared once, shown as a modal, submitted through one path that a restart does not break.

Opening a form costs no database work but a bounded read of what to fill in. A submit that fails keeps what was
typed as a draft, and a « Corriger » button gives it back. A form shows at most five fields: Discord's limit.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import discord

from community.actors import Actor

Interaction = discord.Interaction[Any]
Values = Mapping[str, Any]
Method = TypeVar("Method", bound=Callable[..., Awaitable[Any]])


class Drafts(Protocol):
    """Keeps what a person typed in a form until it is accepted. One draft per member, form and subject."""

    async def save(self, actor: Actor, form: str, subject_id: int, values: Values) -> None: ...
    async def load(self, actor: Actor, form: str, subject_id: int) -> Values | None: ...
    async def clear(self, actor: Actor, form: str, subject_id: int) -> None: ...


@dataclass(frozen=True)
class TextField:
    """Submitted as ``str`` (trimmed; empty when nothing was typed)."""

    name: str
    long: bool = False
    required: bool = True
    minimum: int = 0
    maximum: int = 4000


@dataclass(frozen=True)
class ChoiceField:
    """One of a label table ``choices.<table>`` (at most 25). Submitted as the key, or None.

    With ``table=None`` the options come from the form's prefill. ``radio=True`` shows 2 to 10 options as a list.
    """

    name: str
    table: str | None = None
    required: bool = True
    radio: bool = False


@dataclass(frozen=True)
class ChoicesField:
    """Several of a table. Submitted as a list of keys. ``checkboxes=True`` shows up to 10 as boxes."""

    name: str
    table: str | None = None
    minimum: int = 0
    maximum: int = 25
    checkboxes: bool = False


@dataclass(frozen=True)
class YesNoField:
    """Submitted as ``bool``."""

    name: str


Field = TextField | ChoiceField | ChoicesField | YesNoField


@dataclass(frozen=True)
class Prefill:
    """What a form opens with: values by field, and options ``(key, shown)`` where no label table has them."""

    values: Values = field(default_factory=dict)
    options: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)


class Form:
    """A form's name and fields. Labels: ``forms.<name>.title`` and ``forms.<name>.<field>.label|…``.

    ``updates=True``: the submit answers with ``inbound.update`` (opened from a message that then changes).
    """

    def __init__(self, name: str, *fields: Field, updates: bool = False) -> None:
        if not 1 <= len(fields) <= 5:
            raise ValueError(f"a form has one to five fields: {name}")
        self.name = name
        self.fields = fields
        self.updates = updates


def submits(form: Form) -> Callable[[Method], Method]:
    """Mark a cog method as what a submit of ``form`` does: ``async (self, interaction, subject_id, values)``."""
    raise NotImplementedError


def prefills(form: Form) -> Callable[[Method], Method]:
    """Mark a cog method that says what ``form`` opens with: ``async (self, interaction, subject_id) -> Prefill``.

    It has about a second (a modal must be the first answer); past that the form opens empty.
    """
    raise NotImplementedError


class Forms:
    """The declared forms; part of the Host."""

    async def open(self, interaction: Interaction, form: Form | str, subject_id: int = 0) -> None:
        """Show the form, with the person's draft if there is one. Call nothing slow before.

        Each form also is an action of the same name: ``Button("library.propose", subject_id)`` opens it.
        """
        raise NotImplementedError

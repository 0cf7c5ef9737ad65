"""Forms: declared once, shown as a modal, submitted through one path that a restart does not break.

Opening a form costs no database work but a bounded read of what to fill in. A submit that fails keeps what
was typed as a draft, and a « Corriger » button gives it back; where no draft can be kept, the text itself
comes back.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

import discord

from cogs.kit.errors import GoneButton, report
from cogs.kit.fields import (
    ChoiceField,
    ChoicesField,
    Field,
    Form,
    Painter,
    Prefill,
    TextField,
    Values,
    YesNoField,
    check,
    field_key,
    read,
)
from community.actors import Actor
from community.errors import DomainError
from community.ports import Button
from community.text import row_id

if TYPE_CHECKING:
    from cogs.kit.host import Host

__all__ = [
    "ChoiceField",
    "ChoicesField",
    "Drafts",
    "Field",
    "Form",
    "Forms",
    "Prefill",
    "TextField",
    "Values",
    "YesNoField",
    "form_extra",
    "prefills",
    "submits",
]

log = logging.getLogger(__name__)

Interaction = discord.Interaction[Any]
Method = TypeVar("Method", bound=Callable[..., Awaitable[Any]])
Submit = Callable[[Interaction, int, Values], Awaitable[None]]
Fill = Callable[[Interaction, int], Awaitable[Prefill]]

_PATTERN = re.compile(r"ep:form:(?P<name>[a-z_]+(?:\.[a-z_]+)*):(?P<id>\d{1,19})(?::(?P<extra>\d{1,19}))?")
_EXTRA = "entrepairs.form_extra"
_SUBMITS, _PREFILLS = "__entrepairs_submits__", "__entrepairs_prefills__"
PATIENCE = 1.0  # seconds to read what to fill in: a modal must be the first answer, within three
_PIECE = 3000  # characters of returned text per message


class Drafts(Protocol):
    """Keeps what a person typed in a form until it is accepted. One draft per member, form and subject."""

    async def save(self, actor: Actor, form: str, subject_id: int, values: Values) -> None: ...
    async def load(self, actor: Actor, form: str, subject_id: int) -> Values | None: ...
    async def clear(self, actor: Actor, form: str, subject_id: int) -> None: ...


def submits(form: Form) -> Callable[[Method], Method]:
    """Mark a cog method as what a submit does: ``async (self, interaction, subject_id, values)``."""

    def mark(method: Method) -> Method:
        setattr(method, _SUBMITS, form)
        return method

    return mark


def prefills(form: Form) -> Callable[[Method], Method]:
    """Mark a cog method that says what a form opens with: ``async (self, interaction, subject_id)``.

    It returns a ``Prefill``, in about a second (a modal must be the first answer); past that the person gets
    a button to try again.
    What it raises is reported, and the form stays shut: check here what would be refused anyway.
    """

    def mark(method: Method) -> Method:
        setattr(method, _PREFILLS, form)
        return method

    return mark


def form_extra(interaction: Interaction) -> int:
    """The ``extra`` that the submitted form was opened with; 0 when there was none."""
    return int(interaction.extras.get(_EXTRA, 0))


def _modal_id(form: Form, subject_id: int, extra: int) -> str:
    return f"ep:form:{form.name}:{subject_id}" + (f":{extra}" if extra else "")


class Forms:
    """The declared forms; part of the Host. Each form is also an action of its name, and ``<name>.fix``."""

    def __init__(self, host: "Host", drafts: Drafts) -> None:
        self._host = host
        self._drafts = drafts
        self._forms: dict[str, tuple[Form, Submit]] = {}
        self._fills: dict[str, Fill] = {}

    def add(self, form: Form, submit: Submit) -> None:
        """Declare a form. Its buttons open it."""
        if form.name in self._forms:
            raise ValueError(f"two handlers for the form {form.name}")
        self._forms[form.name] = (form, submit)

        async def show(interaction: Interaction, subject_id: int, extra: int) -> None:
            await self.open(interaction, form, subject_id, extra)

        for action in (form.name, f"{form.name}.open", f"{form.name}.fix"):
            if self._host.actions.find(action) is None:
                self._host.actions.add(action, show)

    def collect(self, owner: object) -> None:
        """Register every method of ``owner`` that ``submits`` or ``prefills`` has marked."""
        for name in dir(type(owner)):
            method = getattr(type(owner), name)
            if isinstance(form := getattr(method, _SUBMITS, None), Form):
                self.add(form, getattr(owner, name))
            if isinstance(form := getattr(method, _PREFILLS, None), Form):
                self._fills[form.name] = getattr(owner, name)

    def names(self) -> set[str]:
        """Every declared form."""
        return set(self._forms)

    def form(self, name: str) -> Form:
        """A declared form, by name."""
        return self._forms[name][0]

    async def open(
        self, interaction: Interaction, form: Form | str, subject_id: int = 0, extra: int = 0
    ) -> None:
        """Show the form, with the person's draft if there is one. Call nothing slow before.

        Each form also is an action of the same name: ``Button("library.propose", subject_id)`` opens it.
        ``extra`` comes back with the submit (``form_extra``): the version of what is being edited, say.
        """
        form = self.form(form) if isinstance(form, str) else form
        inbound = self._host.inbound
        exchange = inbound.exchange(interaction)
        prefill = Prefill()
        late = False
        try:
            async with asyncio.timeout(PATIENCE):
                prefill = await self._prefill(interaction, form, subject_id)
        except TimeoutError:
            log.warning("form filled too slowly form=%s interaction=%s", form.name, interaction.id)
            late = form.name in self._fills
        painter = Painter(form, self._host.words, inbound.locale(interaction), prefill)
        if late or not await exchange.show(painter.modal(_modal_id(form, subject_id, extra))):
            rows = [[Button(f"{form.name}.open", subject_id, extra, style="primary")]]
            await inbound.reply(interaction, "common/form_late", rows=rows)

    async def _prefill(self, interaction: Interaction, form: Form, subject_id: int) -> Prefill:
        actor = await self._host.inbound.actor(interaction)
        fill = self._fills.get(form.name)
        prefill = await fill(interaction, subject_id) if fill else Prefill()
        draft = await self._drafts.load(actor, form.name, subject_id) if actor.member_id is not None else None
        return Prefill({**prefill.values, **(draft or {})}, prefill.options)

    async def submitted(self, interaction: Interaction) -> None:
        """A modal came back: the one path, whether or not this process showed it."""
        data = cast("Mapping[str, Any]", interaction.data)
        match = _PATTERN.fullmatch(str(data.get("custom_id", "")))
        known = self._forms.get(match["name"]) if match else None
        if match is None or known is None:
            await report(self._host, interaction, GoneButton())
            return
        form, submit = known
        subject_id = row_id(match["id"])
        interaction.extras[_EXTRA] = row_id(match["extra"] or "0")
        exchange = self._host.inbound.exchange(interaction, updates=form.updates)
        values = read(form, data)
        try:
            check(form, values, self._host.words)
            await submit(interaction, subject_id, values)
        except Exception as error:
            await self._give_back(interaction, form, subject_id, values, error)
        else:
            await self._forget(interaction, form, subject_id)
        finally:
            await exchange.acknowledge()

    async def _give_back(
        self, interaction: Interaction, form: Form, subject_id: int, values: Values, error: Exception
    ) -> None:
        """Say what is wrong; what was typed waits behind « Corriger », or comes back as text."""
        kept = await self._keep(interaction, form, subject_id, values)
        outdated = isinstance(error, DomainError) and error.outdated  # its version must not come back
        extra = 0 if outdated else form_extra(interaction)
        rows = [[Button(f"{form.name}.fix", subject_id, extra, style="primary")]] if kept else []
        await report(self._host, interaction, error, form=form.name, rows=rows)
        if kept:
            return
        try:
            await self._return_text(interaction, form, values)
        except Exception:
            log.exception("text not returned form=%s interaction=%s", form.name, interaction.id)

    async def _keep(self, interaction: Interaction, form: Form, subject_id: int, values: Values) -> bool:
        try:
            actor = await self._host.inbound.actor(interaction)
            if actor.member_id is None:
                return False
            await self._drafts.save(actor, form.name, subject_id, values)
        except Exception as error:
            log.warning(
                "draft not kept form=%s interaction=%s cause=%s",
                form.name,
                interaction.id,
                type(error).__name__,
            )
            return False
        return True

    async def _return_text(self, interaction: Interaction, form: Form, values: Values) -> None:
        inbound, words = self._host.inbound, self._host.words
        for field in form.fields:
            typed = values[field.name]
            if not isinstance(field, TextField) or not typed:
                continue
            key = field_key(words, form.name, field.name, "label")
            label = words.label(key, inbound.locale(interaction)) if key else field.name
            for start in range(0, len(typed), _PIECE):
                piece = typed[start : start + _PIECE]
                await inbound.reply(interaction, "common/returned", label=label, typed=piece)

    async def _forget(self, interaction: Interaction, form: Form, subject_id: int) -> None:
        try:
            actor = await self._host.inbound.actor(interaction)
            if actor.member_id is not None:
                await self._drafts.clear(actor, form.name, subject_id)
        except Exception:
            log.exception("draft not cleared form=%s interaction=%s", form.name, interaction.id)

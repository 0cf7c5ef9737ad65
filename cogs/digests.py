"""Doors of digests: the network's, for facilitators."""

from collections.abc import Sequence
from functools import cached_property

from discord.ext import commands

from cogs.digests_group import DIGEST
from cogs.digests_personal import PersonalDoors, hours
from cogs.kit import localized
from cogs.kit.actions import Interaction, acts, chosen
from cogs.kit.forms import (
    ChoiceField,
    ChoicesField,
    Form,
    Prefill,
    TextField,
    Values,
    YesNoField,
    prefills,
    submits,
)
from cogs.kit.host import Host
from cogs.kit.layout import Menu, Option, Row
from cogs.kit.paging import pages
from community import text
from community.digest_delivery import approval_rows
from community.digest_editions import TEMPLATE, whole
from community.digests import WORD_LONGEST, DigestSettings, Preview
from community.ports import Button
from prompts.documents import document
from prompts.html import Pages

CHANGE = Form(
    "digest.change",
    ChoiceField("frequency", "digest_frequencies", radio=True),
    ChoiceField("weekday", "weekdays"),
    ChoiceField("hour"),
    YesNoField("approval"),
)
WORD = Form("digest.word", TextField("word", long=True, required=False, maximum=WORD_LONGEST))
FEED = Form("digest.feed", ChoicesField("feed", "public_kinds", checkboxes=True))

_SETTINGS: Row = [
    Button("digest.change", style="primary"),
    Button("digest.word"),
    Button("digest.preview"),
    Button("digest.feed"),
    Button("desk.show"),
]


class DigestsCog(PersonalDoors, commands.Cog):
    """`/digest …` and the buttons that do the same."""

    digest = DIGEST

    def __init__(self, host: Host) -> None:
        self.inbound, self.words, self.services = host.inbound, host.words, host.services
        self.digests = host.services.digests

    @cached_property
    def documents(self) -> Pages:
        """Made when the first file is asked for."""
        return Pages()

    @localized.command("digest.settings", parent=DIGEST)
    async def settings(self, interaction: Interaction) -> None:
        await self.show_settings(interaction, 0, 0)

    @acts("digest.settings")
    async def show_settings(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._show(interaction, await self.digests.settings(actor), saved=False)

    @prefills(CHANGE)
    async def change_form(self, interaction: Interaction, subject_id: int) -> Prefill:
        actor = await self.inbound.actor(interaction)
        now = await self.digests.settings(actor)
        values = {
            "frequency": now.frequency,
            "weekday": str(now.weekday),
            "hour": str(now.hour),
            "approval": now.approval,
        }
        return Prefill(values, {"hour": hours(self.words, actor.locale, now.hour)})

    @submits(CHANGE)
    async def changed(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        settings = await self.digests.change(
            actor,
            frequency=values["frequency"] or "",
            weekday=text.row_id(values["weekday"] or ""),
            hour=text.row_id(values["hour"] or "0"),
            approval=values["approval"],
        )
        await self._show(interaction, settings)

    @prefills(WORD)
    async def word_form(self, interaction: Interaction, run_id: int) -> Prefill:
        actor = await self.inbound.actor(interaction)
        if run_id:
            return Prefill({"word": (await self.digests.preview(actor, 1, run_id)).page.word})
        return Prefill({"word": (await self.digests.settings(actor)).word})

    @submits(WORD)
    async def word_given(self, interaction: Interaction, run_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        preview = await self.digests.set_word(actor, values["word"], run_id)
        if preview is not None:
            await self._read(interaction, preview)
            return
        rows = [[Button("digest.preview"), Button("digest.settings")]]
        await self.inbound.reply(interaction, "digests/word_kept", rows=rows, word=values["word"])

    @prefills(FEED)
    async def feed_form(self, interaction: Interaction, subject_id: int) -> Prefill:
        actor = await self.inbound.actor(interaction)
        return Prefill({"feed": list((await self.digests.settings(actor)).feed)})

    @submits(FEED)
    async def feed_chosen(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        await self._show(interaction, await self.digests.set_feed(actor, values["feed"]))

    # Reading it before it leaves.

    @localized.command("digest.preview", parent=DIGEST)
    async def preview(self, interaction: Interaction) -> None:
        await self.show_preview(interaction, 0, 0)

    @acts("digest.preview")
    @acts("digest.read")
    async def show_preview(self, interaction: Interaction, run_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._read(interaction, await self.digests.preview(actor, 1, run_id))

    @acts("digest.page.previous", updates=True)
    @acts("digest.page.next", updates=True)
    async def turn(self, interaction: Interaction, run_id: int, number: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._read(interaction, await self.digests.preview(actor, number, run_id), update=True)

    @acts("digest.leave_out", updates=True)
    async def leave_out(self, interaction: Interaction, run_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        keys = [(kind, text.row_id(number)) for kind, _, number in _parted(chosen(interaction))]
        await self._read(interaction, await self.digests.leave_out(actor, run_id, keys), update=True)

    @acts("digest.approve")
    async def approve(self, interaction: Interaction, run_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self.digests.approve(actor, run_id)
        await self.inbound.reply(interaction, "digests/approved", rows=[[Button("digest.settings")]])

    @acts("digest.cancel")
    async def cancel(self, interaction: Interaction, run_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self.digests.cancel(actor, run_id)
        await self.inbound.reply(interaction, "digests/called_off", rows=[[Button("digest.settings")]])

    @acts("digest.text")
    async def as_text(self, interaction: Interaction, run_id: int, extra: int) -> None:
        await self._give(interaction, run_id, "txt")

    @acts("digest.markdown")
    async def as_markdown(self, interaction: Interaction, run_id: int, extra: int) -> None:
        await self._give(interaction, run_id, "md")

    @acts("digest.print")
    async def as_page(self, interaction: Interaction, run_id: int, extra: int) -> None:
        await self._give(interaction, run_id, "html")

    async def _give(self, interaction: Interaction, run_id: int, form: str) -> None:
        actor = await self.inbound.actor(interaction)
        preview = await self.digests.preview(actor, 1, run_id)
        edition = whole(preview.pages or [preview.blank])
        words = self.words.render(TEMPLATE, preview.locale, digest=edition, timezone=preview.timezone)
        made = document(words, form, preview.locale, self.documents)
        name = self.words.label("digests.file", preview.locale)
        await self.inbound.give(interaction, "digests/file", f"{name}.{form}", made.encode(), form=form)

    async def _read(self, interaction: Interaction, preview: Preview, *, update: bool = False) -> None:
        run_id = preview.run_id
        files = [Button(f"digest.{form}", run_id) for form in ("text", "markdown", "print")]
        rows: list[Row] = [[*pages("digest.page", run_id, preview.number, len(preview.pages)), *files]]
        if run_id:
            options = [Option(f"{item.kind}:{item.id}", item.title) for item in preview.items]
            rows = [*rows, [Menu("digest.leave_out", options, run_id, maximum=25)], *approval_rows(run_id)]
        elif preview.pages:
            rows = [*rows, [Button("digest.word"), Button("digest.settings")]]
        else:
            rows = [[Button("digest.settings")]]
        show = self.inbound.update if update else self.inbound.reply
        await show(
            interaction,
            "digests/preview",
            rows=rows,
            digest=preview.page,
            waits=bool(run_id),
            timezone=preview.timezone,
        )

    async def _show(self, interaction: Interaction, settings: DigestSettings, *, saved: bool = True) -> None:
        network_id = (await self.inbound.actor(interaction)).network_id
        rows: list[Row] = [_SETTINGS]
        if settings.waiting:
            rows.append([Button("digest.read", settings.waiting, style="success")])
        await self.inbound.reply(
            interaction,
            "digests/settings",
            rows=rows,
            settings=settings,
            saved=saved,
            feed_address=self.services.public_feeds.address(network_id) if settings.feed else None,
            timezone=settings.timezone,
        )


async def setup(host: Host) -> None:
    """Called when the extension is loaded."""
    await host.add_cog(DigestsCog(host))


def _parted(values: Sequence[str]) -> list[tuple[str, str, str]]:
    return [value.partition(":") for value in values]

"""The facilitators' desk: `/facilitate desk`, what it leads to, and the journal of acts."""

from dataclasses import replace

from discord.ext import commands

from cogs.facilitate_exports import ExportDoors
from cogs.facilitate_group import FACILITATE
from cogs.facilitate_messages import MessageDoors
from cogs.facilitate_texts import TextDoors
from cogs.kit import localized
from cogs.kit.actions import Interaction, acts, picked
from cogs.kit.forms import Form, Prefill, TextField, Values, prefills, submits
from cogs.kit.host import Host
from cogs.kit.layout import Menu, Option, Row
from cogs.kit.paging import pages
from community.audits import ActPage
from community.desk import DeskView, SilentPage
from community.ports import Button

BUDGET = Form("nudge.budget", TextField("per_week", maximum=2))
_PACE = 1_000  # families of acts travel in ``extra`` as their number above the page


class FacilitateCog(TextDoors, MessageDoors, ExportDoors, commands.Cog):
    """`/facilitate desk|audit|export|texts|message`, and their buttons."""

    facilitate = FACILITATE

    def __init__(self, host: Host) -> None:
        self.inbound, self.words, self.forms = host.inbound, host.words, host.forms
        self.desk, self.audits = host.services.desk, host.services.audits
        self.nudges, self.texts = host.services.nudges, host.services.texts
        self.messages = host.services.team_messages
        self.exports = host.services.exports

    @localized.command("facilitate.desk", parent=FACILITATE)
    async def look(self, interaction: Interaction) -> None:
        await self.show_desk(interaction, 0, 0)

    @acts("desk.show")
    async def show_desk(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        view = await self.desk.look(actor)
        await self.inbound.reply(interaction, "desk/desk", rows=_desk_rows(view), desk=view)

    @acts("desk.mine")
    async def show_mine(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        view = await self.desk.look(actor, mine=True)
        await self.inbound.reply(interaction, "desk/desk", rows=_desk_rows(view), desk=view)

    @acts("desk.silent")
    async def show_silent(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        page = await self.desk.silent(actor)
        await self.inbound.reply(interaction, "desk/silent", rows=_silent_rows(page), page=page)

    @acts("desk.silent.previous", updates=True)
    @acts("desk.silent.next", updates=True)
    async def turn_silent(self, interaction: Interaction, subject_id: int, number: int) -> None:
        actor = await self.inbound.actor(interaction)
        page = await self.desk.silent(actor, number)
        await self.inbound.update(interaction, "desk/silent", rows=_silent_rows(page), page=page)

    @acts("desk.failed")
    async def show_failed(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        view = await self.desk.failed(actor)
        again = [Button("desk.retry", style="primary")] if view.again else []
        rows = [[*again, Button("network.status"), Button("desk.show")]]
        await self.inbound.reply(interaction, "desk/failed", rows=rows, failed=view)

    @acts("desk.retry", updates=True)
    async def retry(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        count = await self.desk.try_again(actor)
        await self.inbound.update(interaction, "desk/retried", rows=[[Button("desk.show")]], count=count)

    # The nudge budget.

    @prefills(BUDGET)
    async def budget_form(self, interaction: Interaction, subject_id: int) -> Prefill:
        budget = await self.nudges.budget(await self.inbound.actor(interaction))
        return Prefill({"per_week": str(budget.per_week)})

    @submits(BUDGET)
    async def set_budget(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        budget = await self.nudges.set_budget(actor, values["per_week"])
        await self.inbound.reply(interaction, "desk/budget", rows=[[Button("desk.show")]], budget=budget)

    # The journal.

    @localized.command("facilitate.audit", parent=FACILITATE)
    async def audit(self, interaction: Interaction) -> None:
        await self.show_audit(interaction, 0, 0)

    @acts("desk.audit")
    async def show_audit(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        page = self._said(await self.audits.acts(actor))
        rows = self._audit_rows(page, actor.locale)
        await self.inbound.reply(interaction, "desk/audit", rows=rows, page=page)

    @acts("desk.audit.previous", updates=True)
    @acts("desk.audit.next", updates=True)
    async def turn_audit(self, interaction: Interaction, member_id: int, extra: int) -> None:
        family, number = divmod(extra, _PACE)
        await self._update_audit(interaction, number, member_id, family)

    @acts("desk.audit_by", updates=True)
    async def audit_of(self, interaction: Interaction, subject_id: int, family: int) -> None:
        await self._update_audit(interaction, 1, picked(interaction), family)

    @acts("desk.audit_about", updates=True)
    async def audit_about(self, interaction: Interaction, member_id: int, extra: int) -> None:
        await self._update_audit(interaction, 1, member_id, picked(interaction))

    async def _update_audit(self, interaction: Interaction, number: int, member_id: int, family: int) -> None:
        actor = await self.inbound.actor(interaction)
        known = list(self.words.table("act_families", "en"))
        name = known[family - 1] if 0 < family <= len(known) else ""
        page = self._said(await self.audits.acts(actor, number, member_id=member_id, family=name))
        rows = self._audit_rows(page, actor.locale)
        await self.inbound.update(interaction, "desk/audit", rows=rows, page=page)

    def _said(self, page: ActPage) -> ActPage:
        """Acts of an earlier version of the program have no words any more."""
        known = self.words.has_label
        items = [act if known(f"acts.{act.action}") else replace(act, action="other") for act in page.items]
        return replace(page, items=items)

    def _audit_rows(self, page: ActPage, locale: str) -> list[Row]:
        """Filters first. A family is known by its place in the labels: buttons carry numbers only."""
        names = self.words.table("act_families", locale)
        known = {name: number for number, name in enumerate(names, 1)}
        family = known.get(page.family, 0)
        everybody = self.words.label("desk.everybody", locale)
        every_kind = self.words.label("desk.every_kind", locale)
        people = [Option("0", everybody, chosen=not page.member_id)] + [
            Option(str(member_id), name, chosen=member_id == page.member_id)
            for member_id, name in list(page.people.items())[:24]
        ]
        kinds = [Option("0", every_kind, chosen=not family)] + [
            Option(str(known[name]), names[name], chosen=known[name] == family)
            for name in page.families
            if name in known
        ]
        turning = [
            Button(button.action, button.subject_id, family * _PACE + button.extra)
            for button in pages("desk.audit", page.member_id, page.page, page.pages)
        ]
        return [
            [Menu("desk.audit_by", people, 0, family)],
            [Menu("desk.audit_about", kinds, page.member_id)],
            [*turning, Button("desk.show")],
        ]


async def setup(host: Host) -> None:
    """Called when the extension is loaded."""
    await host.add_cog(FacilitateCog(host))


def _desk_rows(view: DeskView) -> list[Row]:
    lines = [line.button for line in view.lines]
    more = ("desk.audit", "nudge.budget", "network.forecast", "message.list", "export.ask")
    turned = "desk.show" if view.themes else "desk.mine"
    turn = [Button(turned)] if view.whole and view.charged else []
    page = [Button("desk.page", url=view.address)] if view.address else []
    ways = [Button(action) for action in more] if view.whole else [Button("message.list")]
    told = "failures" in {line.key for line in view.lines}
    late = [Button("desk.failed")] if view.late and not told else []
    return [lines, [*turn, *ways, *late, *page]]


def _silent_rows(page: SilentPage) -> list[Row]:
    options = [Option(str(one.id), one.name) for one in page.items]
    turning = pages("desk.silent", 0, page.page, page.pages)
    write = [Button("message.to_silent")] if options else []
    return [[Menu("member.choose", options)], [*turning, *write, Button("desk.show")]]

"""The doors of what is wrong or doubtful: members report, owners confirm, facilitators answer."""

from cogs.kit import localized
from cogs.kit.actions import Interaction, acts, picked
from cogs.kit.forms import ChoiceField, Form, Prefill, TextField, Values, prefills, submits
from cogs.kit.layout import Menu, Option, Row
from cogs.kit.paging import pages
from cogs.library_group import RESOURCE, Doors
from community import reports as rules
from community.actors import Actor, Role
from community.curation_delivery import report_rows
from community.ports import Button
from community.reports import ReportPage
from community.resources import ResourcePage

REPORT = Form(
    "report.make",
    ChoiceField("reason", "report_reasons", radio=True),
    TextField("comment", long=True, required=False, maximum=rules.COMMENT_LONGEST),
)
ANSWER = Form(
    "report.answer",
    ChoiceField("outcome", "report_outcomes", radio=True),
    TextField("answer", long=True, required=False, maximum=rules.ANSWER_LONGEST),
)
REVIEW_BY = Form("library.review_by", ChoiceField("delay", "review_delays", radio=True))


class ReportDoors(Doors):
    """`/resource reports`, and the buttons under a resource."""

    @prefills(REPORT)
    async def report_form(self, interaction: Interaction, resource_id: int) -> Prefill:
        actor = await self.inbound.actor(interaction)
        await self.services.library.resource(actor, resource_id)
        return Prefill()

    @submits(REPORT)
    async def reported(self, interaction: Interaction, resource_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        reason = values["reason"] or ""
        report = await self.services.reports.report(actor, resource_id, reason, values["comment"])
        await self.inbound.reply(interaction, "reports/thanks", report=report)

    @localized.command("resource.reports", parent=RESOURCE)
    async def reports(self, interaction: Interaction) -> None:
        await self.show_reports(interaction, 0, 0)

    @acts("report.list")
    async def show_reports(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        page = await self.services.reports.waiting(actor)
        await self.inbound.reply(interaction, "reports/list", rows=_report_list_rows(actor, page), page=page)

    @acts("report.list.previous", updates=True)
    @acts("report.list.next", updates=True)
    async def turn_reports(self, interaction: Interaction, subject_id: int, number: int) -> None:
        actor = await self.inbound.actor(interaction)
        page = await self.services.reports.waiting(actor, number)
        await self.inbound.update(interaction, "reports/list", rows=_report_list_rows(actor, page), page=page)

    @acts("report.choose")
    async def choose_report(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        report = await self.services.reports.to_answer(actor, picked(interaction))
        rows = list(report_rows(report))
        await self.inbound.reply(interaction, "reports/to_answer", rows=rows, report=report)

    @prefills(ANSWER)
    async def answer_form(self, interaction: Interaction, report_id: int) -> Prefill:
        actor = await self.inbound.actor(interaction)
        await self.services.reports.to_answer(actor, report_id)
        return Prefill()

    @submits(ANSWER)
    async def answered(self, interaction: Interaction, report_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        outcome = values["outcome"] or ""
        report = await self.services.reports.answer(actor, report_id, outcome, values["answer"])
        rows = [[Button("report.list")]]
        await self.inbound.reply(interaction, "reports/did_answer", rows=rows, report=report)

    # Whether it still holds.

    @acts("library.confirm")
    async def confirm(self, interaction: Interaction, resource_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        resource = await self.services.freshness.confirm(actor, resource_id)
        await self.inbound.reply(interaction, "library/confirmed", resource=resource)

    @submits(REVIEW_BY)
    async def asked_in(self, interaction: Interaction, resource_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        resource = await self.services.freshness.ask_in(actor, resource_id, values["delay"] or "")
        await self.inbound.reply(interaction, "library/confirmed", resource=resource)

    @acts("library.doubtful")
    async def show_doubtful(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        page = await self.services.freshness.doubtful(actor)
        await self.inbound.reply(interaction, "library/doubtful", rows=_doubtful_rows(page), page=page)

    @acts("library.doubtful.previous", updates=True)
    @acts("library.doubtful.next", updates=True)
    async def turn_doubtful(self, interaction: Interaction, subject_id: int, number: int) -> None:
        actor = await self.inbound.actor(interaction)
        page = await self.services.freshness.doubtful(actor, number)
        await self.inbound.update(interaction, "library/doubtful", rows=_doubtful_rows(page), page=page)


def _report_list_rows(actor: Actor, page: ReportPage) -> list[Row]:
    options = [Option(str(one.id), one.resource.title, one.comment) for one in page.items]
    turning = pages("report.list", 0, page.page, page.pages)
    more = [Button("library.doubtful")] if actor.role >= Role.FACILITATOR else []
    return [[Menu("report.choose", options)], [*turning, *more]]


def _doubtful_rows(page: ResourcePage) -> list[Row]:
    options = [Option(str(one.id), one.title) for one in page.items]
    turning = pages("library.doubtful", 0, page.page, page.pages)
    return [[Menu("library.show", options)], [*turning, Button("report.list")]]

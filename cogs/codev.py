"""The doors of codéveloppement: propose, come, and lead the six steps by buttons in the thread."""

from discord.ext import commands

from cogs.kit import localized
from cogs.kit.actions import Interaction, acts, picked
from cogs.kit.confirm import confirmation
from cogs.kit.forms import ChoiceField, Form, Prefill, TextField, Values, prefills, submits
from cogs.kit.host import Host
from cogs.kit.layout import Menu, Option, Row
from community import codev_rules as rules
from community.codev_delivery import ended_rows, open_rows, running_rows
from community.codev_views import CodevView
from community.ports import Button

PROPOSE = Form("codev.propose", TextField("name", minimum=rules.TITLE_SHORTEST, maximum=rules.TITLE_LONGEST))
JOIN = Form(
    "codev.join",
    ChoiceField("wish", "codev_wishes", radio=True),
    TextField("subject", required=False, maximum=rules.SUBJECT_LONGEST),
)
OUTCOME = Form("codev.outcome", TextField("outcome", long=True, minimum=1, maximum=rules.OUTCOME_LONGEST))


class CodevCog(commands.Cog):
    """`/codev` and the buttons of a session."""

    codev = localized.group("codev")

    def __init__(self, host: Host) -> None:
        self.inbound, self.forms, self.sessions = host.inbound, host.forms, host.services.codev

    @localized.command("codev.list", parent=codev)
    async def list(self, interaction: Interaction) -> None:
        await self.coming(interaction, 0, 0)

    @acts("codev.list")
    async def coming(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        found = await self.sessions.coming(await self.inbound.actor(interaction))
        options = [Option(str(one.id), one.title) for one in found.items]
        propose = [Button("codev.propose", style="primary")] if found.proposes else []
        rows: list[Row] = [[Menu("codev.choose", options)], propose]
        await self.inbound.reply(interaction, "codev/list", rows=rows, sessions=found.items)

    @localized.command("codev.propose", parent=codev)
    async def propose(self, interaction: Interaction) -> None:
        await self.forms.open(interaction, PROPOSE)

    @prefills(PROPOSE)
    async def propose_form(self, interaction: Interaction, subject_id: int) -> Prefill:
        await self.sessions.may_propose(await self.inbound.actor(interaction))
        return Prefill()

    @submits(PROPOSE)
    async def proposed(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        made = await self.sessions.propose(await self.inbound.actor(interaction), values["name"])
        await self._show(interaction, made)

    @acts("codev.choose")
    async def choose(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        await self.show(interaction, picked(interaction), 0)

    @acts("codev.show")
    async def show(self, interaction: Interaction, session_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._show(interaction, await self.sessions.session(actor, session_id))

    @prefills(JOIN)
    async def join_form(self, interaction: Interaction, session_id: int) -> Prefill:
        actor = await self.inbound.actor(interaction)
        shown = await self.sessions.session(actor, session_id)
        subject = next((one.subject for one in shown.people if one.member_id == actor.member_id), "")
        return Prefill({"wish": shown.mine or "consultant", "subject": subject})

    @submits(JOIN)
    async def joined(self, interaction: Interaction, session_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        await self._show(
            interaction, await self.sessions.join(actor, session_id, values["wish"] or "", values["subject"])
        )

    @acts("codev.leave")
    async def leave(self, interaction: Interaction, session_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._show(interaction, await self.sessions.leave(actor, session_id))

    @acts("codev.start")
    async def start(self, interaction: Interaction, session_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._show(interaction, await self.sessions.start(actor, session_id))

    @acts("codev.next")
    async def next_step(self, interaction: Interaction, session_id: int, step: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._show(interaction, await self.sessions.next_step(actor, session_id, step))

    @acts("codev.extend")
    async def extend(self, interaction: Interaction, session_id: int, version: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._show(interaction, await self.sessions.extend(actor, session_id, version))

    @acts("codev.pause")
    async def pause(self, interaction: Interaction, session_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._show(interaction, await self.sessions.pause(actor, session_id))

    @acts("codev.resume")
    async def resume(self, interaction: Interaction, session_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._show(interaction, await self.sessions.resume(actor, session_id))

    @acts("codev.stop")
    async def stop(self, interaction: Interaction, session_id: int, extra: int) -> None:
        """Ask first: what is stopped does not begin again."""
        actor = await self.inbound.actor(interaction)
        shown = await self.sessions.to_lead(actor, session_id)
        rows = [confirmation("codev.stop", session_id)]
        await self.inbound.reply(interaction, "codev/stop", rows=rows, codev=shown)

    @acts("codev.stop.confirm", updates=True)
    async def stopped(self, interaction: Interaction, session_id: int, extra: int) -> None:
        shown = await self.sessions.stop(await self.inbound.actor(interaction), session_id)
        await self.inbound.update(interaction, "codev/session", rows=_rows(shown), codev=shown)

    @prefills(OUTCOME)
    async def outcome_form(self, interaction: Interaction, session_id: int) -> Prefill:
        actor = await self.inbound.actor(interaction)
        return Prefill({"outcome": (await self.sessions.session(actor, session_id)).outcome})

    @submits(OUTCOME)
    async def concluded(self, interaction: Interaction, session_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        await self._show(interaction, await self.sessions.conclude(actor, session_id, values["outcome"]))

    async def _show(self, interaction: Interaction, shown: CodevView) -> None:
        await self.inbound.reply(interaction, "codev/session", rows=_rows(shown), codev=shown)


def _rows(shown: CodevView) -> list[Row]:
    """What the reader may do about it now."""
    if shown.state == "open":
        first = list(open_rows(shown.id)[0])
        kept = first if shown.runs else first[:3]
        return [[one for one in kept if one.action != "codev.show"]]
    if shown.state in ("running", "paused"):
        own = [Button("codev.leave", shown.id)] if shown.mine else []
        return [list(running_rows(shown)[0])] if shown.runs else [own]
    return [list(row) for row in ended_rows(shown)] if shown.runs or shown.mine == "client" else []


async def setup(host: Host) -> None:
    """Called when the extension is loaded."""
    await host.add_cog(CodevCog(host))

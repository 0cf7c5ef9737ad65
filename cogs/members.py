"""Doors of belonging: asking for access; admitting, suspending, and naming who helps to run the network."""

import contextlib
from collections.abc import Awaitable, Callable, Sequence

import discord
from discord.ext import commands

from cogs.kit import localized
from cogs.kit.actions import Interaction, acts, chosen, picked
from cogs.kit.confirm import confirmation
from cogs.kit.forms import Form, TextField, Values, submits
from cogs.kit.host import Host
from cogs.kit.layout import Menu, Option, Row
from community.actors import Actor, Role, Standing
from community.charges import ChargeView
from community.errors import Invalid, NotSetUp
from community.joining import Waiting
from community.members import Decision, MemberView
from community.ports import Button
from community.recognition import NAME_LONGEST
from community.text import row_id

FIND = Form("member.find", TextField("name", maximum=NAME_LONGEST))

Decide = Callable[[Actor, int], Awaitable[Decision]]


class MembersCog(commands.Cog):
    """`/member …`, the buttons that do the same, and comings and goings."""

    member = localized.group("member")

    def __init__(self, host: Host) -> None:
        self.inbound = host.inbound
        self.members, self.joining = host.services.members, host.services.joining
        self.charges = host.services.charges
        self.words = host.words

    # Commands: the person is picked in Discord's own list.

    @localized.command("member.admit", parent=member)
    async def admit(self, interaction: Interaction, person: discord.Member) -> None:
        await self._decide_on(interaction, person, self.members.admit, "members/did_admit")

    @localized.command("member.suspend", parent=member)
    async def suspend(self, interaction: Interaction, person: discord.Member) -> None:
        await self._decide_on(interaction, person, self.members.suspend, "members/did_suspend")

    @localized.command("member.appoint", parent=member)
    async def appoint(self, interaction: Interaction, person: discord.Member) -> None:
        await self._decide_on(interaction, person, self.members.name_facilitator, "members/did_appoint")

    @localized.command("member.dismiss", parent=member)
    async def dismiss(self, interaction: Interaction, person: discord.Member) -> None:
        await self._decide_on(interaction, person, self.members.dismiss_facilitator, "members/did_dismiss")

    @localized.command("member.entrust", parent=member)
    async def entrust(self, interaction: Interaction, person: discord.Member) -> None:
        actor = await self.inbound.actor(interaction)
        if person.bot:
            raise Invalid(field="person", problem="bot")
        member = await self.members.known(actor, _standing(person, actor.network_locale))
        await self._charge(interaction, await self.charges.person(actor, member.id))

    @localized.command("member.waiting", parent=member)
    async def waiting(self, interaction: Interaction) -> None:
        await self.show_waiting(interaction, 0, 0)

    # Buttons: the same, from the welcome channel and the facilitators' corner.

    @acts("member.waiting")
    async def show_waiting(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        found = await self.joining.queue(actor)
        rows = [_pick(found), [Button("member.find"), Button("join.invite"), Button("desk.show")]]
        await self.inbound.reply(interaction, "members/waiting", rows=rows, found=found)

    @submits(FIND)
    async def find(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        found = await self.members.find(actor, values["name"])
        rows = [_pick(found), [Button("member.find")]]
        await self.inbound.reply(interaction, "members/found", rows=rows, found=found, name=values["name"])

    @acts("member.choose")
    async def choose(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        member = await self.members.member(actor, picked(interaction))
        rows = [_decisions(actor, member)]
        await self.inbound.reply(interaction, "members/member", rows=rows, member=member)

    @acts("member.admit")
    async def click_admit(self, interaction: Interaction, member_id: int, extra: int) -> None:
        await self._decide(interaction, member_id, self.members.admit, "members/did_admit")

    @acts("member.appoint")
    async def click_appoint(self, interaction: Interaction, member_id: int, extra: int) -> None:
        await self._decide(interaction, member_id, self.members.name_facilitator, "members/did_appoint")

    @acts("member.dismiss")
    async def click_dismiss(self, interaction: Interaction, member_id: int, extra: int) -> None:
        await self._decide(interaction, member_id, self.members.dismiss_facilitator, "members/did_dismiss")

    @acts("member.entrust")
    async def click_entrust(self, interaction: Interaction, member_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._charge(interaction, await self.charges.person(actor, member_id))

    @acts("member.entrust_themes", updates=True)
    async def entrusted(self, interaction: Interaction, member_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        theme_ids = [row_id(value) for value in chosen(interaction)]
        await self._charge(interaction, await self.charges.entrust(actor, member_id, theme_ids), updates=True)

    @acts("member.relieve", updates=True)
    async def relieved(self, interaction: Interaction, member_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._charge(interaction, await self.charges.entrust(actor, member_id, ()), updates=True)

    async def _charge(self, interaction: Interaction, charge: ChargeView, *, updates: bool = False) -> None:
        options = [Option(str(key), name, chosen=held) for key, name, held in charge.themes]
        most = max(1, len(options))
        relieve = [Button("member.relieve", charge.member_id)] if charge.held else []
        rows: list[Row] = [
            [Menu("member.entrust_themes", options, charge.member_id, maximum=most)],
            [*relieve, Button("member.find")],
        ]
        answer = self.inbound.update if updates else self.inbound.reply
        await answer(interaction, "members/charge", rows=rows, charge=charge)

    @acts("member.suspend")
    async def ask_suspend(self, interaction: Interaction, member_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        member = await self.members.member(actor, member_id)
        rows = [confirmation("member.suspend", member_id)]
        await self.inbound.reply(interaction, "members/suspend", rows=rows, member=member)

    @acts("member.suspend.confirm", updates=True)
    async def click_suspend(self, interaction: Interaction, member_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        decision = await self.members.suspend(actor, member_id)
        await self.inbound.update(interaction, "members/did_suspend", decision=decision)

    # Comings and goings, told by Discord where the application may see them.

    @commands.Cog.listener()
    async def on_member_join(self, member: discord.Member) -> None:
        if not member.bot:
            with contextlib.suppress(NotSetUp):
                await self.members.arrive(_standing(member, "fr"))

    @commands.Cog.listener()
    async def on_raw_member_remove(self, payload: discord.RawMemberRemoveEvent) -> None:
        await self.members.depart("discord", str(payload.guild_id), str(payload.user.id))

    async def _decide_on(
        self, interaction: Interaction, person: discord.Member, decide: Decide, template: str
    ) -> None:
        actor = await self.inbound.actor(interaction)
        if person.bot:
            raise Invalid(field="person", problem="bot")
        member = await self.members.known(actor, _standing(person, actor.network_locale))
        await self._decide(interaction, member.id, decide, template)

    async def _decide(self, interaction: Interaction, member_id: int, decide: Decide, template: str) -> None:
        actor = await self.inbound.actor(interaction)
        decision = await decide(actor, member_id)
        await self.inbound.reply(interaction, template, rows=[[Button("member.waiting")]], decision=decision)


async def setup(host: Host) -> None:
    """Called when the extension is loaded."""
    await host.add_cog(MembersCog(host))


def _standing(person: discord.Member, locale: str) -> Standing:
    """What Discord says of somebody who is not acting; their language is not known yet."""
    return Standing(
        platform="discord",
        server_ref=str(person.guild.id),
        account_ref=str(person.id),
        display_name=person.display_name,
        locale=locale,
        role_refs=frozenset(str(role.id) for role in person.roles),
    )


def _pick(found: Sequence[MemberView | Waiting]) -> Row:
    return [
        Menu(
            "member.choose",
            [Option(str(one.member_id if isinstance(one, Waiting) else one.id), one.name) for one in found],
        )
    ]


def _decisions(actor: Actor, member: MemberView) -> Row:
    """What this actor may decide on this member; the use case asks again."""
    buttons: list[Button | Menu] = []
    if member.state != "active":
        buttons.append(Button("member.admit", member.id, style="success"))
    if member.state == "newcomer":
        buttons += [Button("join.ask", member.id), Button("join.refuse", member.id, style="danger")]
    if actor.role >= Role.ADMIN:
        action = "member.dismiss" if member.facilitator else "member.appoint"
        buttons.append(Button(action, member.id))
        if member.state == "active":
            buttons.append(Button("member.entrust", member.id))
    if member.state != "suspended":
        buttons.append(Button("member.suspend", member.id, style="danger"))
    return buttons

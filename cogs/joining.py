"""Doors of joining: a card that says what is done and what is missing, and a form for each step.

The same card serves a newcomer and, later, the member who edits their profile. Nothing is remembered here:
each step is in the database when its form is submitted.
"""

from collections.abc import Sequence
from dataclasses import replace

import discord
from discord.ext import commands

from cogs.kit import localized
from cogs.kit.actions import Interaction, acts, chosen, picked
from cogs.kit.choices import Suggestion, suggests
from cogs.kit.forms import ChoiceField, ChoicesField, Form, Prefill, TextField, Values, prefills, submits
from cogs.kit.host import Host
from cogs.kit.layout import Menu, Option, Row
from community import directory, joining, profiles
from community.actors import Actor
from community.errors import Invalid
from community.joining import JoinView, Waiting
from community.ports import Button
from community.profiles import ProfileView
from community.text import folded

ORGANISATION = Form("join.organisation", TextField("organisation", minimum=2, maximum=profiles.NAME_LONGEST))
FREE = Form(
    "join.free",
    TextField("organisation", minimum=2, maximum=profiles.NAME_LONGEST),
    ChoiceField("organisation_kind", "free_organisation_kinds", radio=True),
    TextField("territory", required=False, maximum=100),
)
ABOUT = Form(
    "join.about",
    TextField("function", minimum=2, maximum=profiles.FUNCTION_LONGEST),
    ChoicesField("themes", maximum=profiles.MOST_THEMES),
    TextField("ends", required=False, maximum=40),
    ChoiceField("timezone", "join_zones"),
    ChoiceField("locale", "locales", radio=True),
)
EXCHANGE = Form(
    "join.exchange",
    TextField("offers", long=True, required=False, maximum=profiles.TEXT_LONGEST),
    TextField("seeks", long=True, required=False, maximum=profiles.TEXT_LONGEST),
    TextField("bio", long=True, required=False, maximum=profiles.TEXT_LONGEST),
)
CONSENTS = Form("join.consents", ChoicesField("consents", "consents", checkboxes=True))
SHARING = Form("join.sharing", *EXCHANGE.fields, *CONSENTS.fields)
CODE = Form("join.code", TextField("code", minimum=5, maximum=40))
INVITE = Form(
    "join.invite",
    TextField("name", maximum=profiles.NAME_LONGEST),
    TextField("place", required=False, maximum=profiles.NAME_LONGEST),
    TextField("function", required=False, maximum=profiles.FUNCTION_LONGEST),
)
ANSWER = Form("join.answer", TextField("answer", long=True, maximum=joining.WORDS_LONGEST))
ASK = Form("join.ask", TextField("question", long=True, maximum=joining.WORDS_LONGEST))
REFUSE = Form("join.refuse", TextField("reason", long=True, maximum=joining.WORDS_LONGEST))

_FORM_OF = {
    "organisation": "join.organisation",
    "about": "join.about",
    "exchange": "join.exchange",
    "consents": "join.consents",
}
_DEFAULT_ZONE = "Europe/Paris"


class JoiningCog(commands.Cog):
    """`/join`, `/vouch`, and the card with its forms."""

    def __init__(self, host: Host) -> None:
        self.inbound, self.words = host.inbound, host.words
        services = host.services
        self.joining, self.profiles = services.joining, services.profiles
        self.invitations = services.invitations

    @localized.command("join")
    async def join(self, interaction: Interaction, authority: str | None = None) -> None:
        view = await self.joining.open(self.inbound.standing(interaction))
        if authority is None or view.access not in ("newcomer", "active"):
            await self._card(interaction, view)
        else:
            await self._named(interaction, authority)

    @join.autocomplete("authority")
    @suggests
    async def authorities(self, interaction: Interaction, typed: str) -> Sequence[Suggestion]:
        return [Suggestion(found.id, found.label) for found in directory.look_up(typed, limit=25)]

    @acts("member.ask")
    async def open(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        await self._card(interaction, await self.joining.open(self.inbound.standing(interaction)))

    # Step 1: the organisation. A name is looked up; what it may mean is offered.

    @submits(ORGANISATION)
    async def organisation(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        await self._named(interaction, values["organisation"])

    @acts("join.pick", updates=True)
    async def pick(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self.profiles.set_authority(actor, next(iter(chosen(interaction)), ""))
        await self._update(interaction, await self.joining.mine(actor))

    @submits(FREE)
    async def free(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        kind = values["organisation_kind"] or "other"
        await self.profiles.set_organisation(actor, values["organisation"], kind, values["territory"])
        await self._card(interaction, await self.joining.mine(actor))

    # Step 2: function, themes, language.

    @prefills(ABOUT)
    async def about_form(self, interaction: Interaction, subject_id: int) -> Prefill:
        actor = await self.inbound.actor(interaction)
        mine = await self.profiles.mine(actor)
        themes = await self.profiles.themes(actor)
        zones = self.words.table("choices.join_zones", actor.locale)
        return Prefill(
            {
                "function": mine.function,
                "themes": [str(theme_id) for theme_id in mine.theme_ids],
                "ends": f"{mine.function_ends:%d/%m/%Y}" if mine.function_ends else "",
                "timezone": mine.timezone if mine.timezone in zones else _DEFAULT_ZONE,
                "locale": mine.locale,
            },
            {"themes": [(str(number), name) for number, name in themes]},
        )

    @submits(ABOUT)
    async def about(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        await self.profiles.set_about(
            actor,
            function=values["function"],
            ends=values["ends"],
            theme_ids=[int(theme) for theme in values["themes"] if str(theme).isdigit()],
            timezone=values["timezone"] or "",
            locale=values["locale"],
        )
        await self._card(interaction, await self.joining.mine(actor))

    # Step 3: what one brings and looks for, and who sees what; a newcomer's request leaves with it.

    @prefills(SHARING)
    async def sharing_form(self, interaction: Interaction, subject_id: int) -> Prefill:
        mine = await self.profiles.mine(await self.inbound.actor(interaction))
        return Prefill({**_brought(mine), "consents": list(mine.consents)})

    @submits(SHARING)
    async def sharing(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        mine = await self.profiles.set_sharing(
            actor,
            offers=values["offers"],
            seeks=values["seeks"],
            bio=values["bio"],
            consents=values["consents"],
        )
        await self._after_consents(interaction, actor, mine)

    # The same, one by one, to correct it.

    @prefills(EXCHANGE)
    async def exchange_form(self, interaction: Interaction, subject_id: int) -> Prefill:
        mine = await self.profiles.mine(await self.inbound.actor(interaction))
        return Prefill(_brought(mine))

    @submits(EXCHANGE)
    async def exchange(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        await self.profiles.set_exchange(
            actor, offers=values["offers"], seeks=values["seeks"], bio=values["bio"]
        )
        await self._card(interaction, await self.joining.mine(actor))

    @prefills(CONSENTS)
    async def consents_form(self, interaction: Interaction, subject_id: int) -> Prefill:
        mine = await self.profiles.mine(await self.inbound.actor(interaction))
        return Prefill({"consents": list(mine.consents)})

    @submits(CONSENTS)
    async def consents(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        await self._after_consents(
            interaction, actor, await self.profiles.set_consents(actor, values["consents"])
        )

    async def _after_consents(self, interaction: Interaction, actor: Actor, mine: ProfileView) -> None:
        """Whoever has said all that is asked need not send it besides."""
        before = await self.joining.mine(actor)
        sends = mine.complete and before.state == "draft" and before.access == "newcomer"
        await self._card(interaction, await self.joining.send(actor) if sends else before)

    @acts("join.send", updates=True)
    async def send(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._update(interaction, await self.joining.send(actor))

    @submits(ANSWER)
    async def answer(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        await self._card(interaction, await self.joining.answer(actor, values["answer"]))

    # A personal code opens the network at once.

    @submits(CODE)
    async def code(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        await self.invitations.use(actor, values["code"])
        await self._card(interaction, await self.joining.mine(actor))

    @prefills(INVITE)
    async def invite_form(self, interaction: Interaction, subject_id: int) -> Prefill:
        return await self.ask_form(interaction, subject_id)

    @submits(INVITE)
    async def invite(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        made = await self.invitations.invite(actor, values["name"], values["place"], values["function"])
        rows = [[Button("join.invite")]]
        await self.inbound.reply(interaction, "joining/invited", rows=rows, invitation=made)

    # The facilitators' side.

    @prefills(ASK)
    async def ask_form(self, interaction: Interaction, subject_id: int) -> Prefill:
        await self.joining.queue(await self.inbound.actor(interaction), limit=1)
        return Prefill()

    @prefills(REFUSE)
    async def refuse_form(self, interaction: Interaction, subject_id: int) -> Prefill:
        return await self.ask_form(interaction, subject_id)

    @submits(ASK)
    async def ask(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        asked = await self.joining.ask(actor, subject_id, values["question"])
        await self.inbound.reply(interaction, "joining/did_ask", person=asked)

    @submits(REFUSE)
    async def refuse(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        refused = await self.joining.refuse(actor, subject_id, values["reason"])
        rows = [[Button("member.waiting")]]
        await self.inbound.reply(interaction, "joining/did_refuse", rows=rows, person=refused)

    # A peer's word.

    @localized.command("vouch")
    async def vouch(self, interaction: Interaction, person: discord.Member) -> None:
        actor = await self.inbound.actor(interaction)
        if person.bot:
            raise Invalid(field="person", problem="bot")
        waiting = await self.joining.vouchable(actor, limit=1000)
        found = next((one.member_id for one in waiting if one.account_ref == str(person.id)), 0)
        vouched = await self.joining.vouch(actor, found)
        await self.inbound.reply(interaction, "joining/did_vouch", person=vouched)

    @acts("join.vouch")
    async def show_vouchable(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        waiting = await self.joining.vouchable(actor)
        rows = [[Menu("join.vouch_for", [_option(one) for one in waiting])]]
        await self.inbound.reply(interaction, "joining/vouchable", rows=rows, waiting=waiting)

    @acts("join.vouch_for")
    async def vouch_for(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        vouched = await self.joining.vouch(actor, picked(interaction))
        await self.inbound.reply(interaction, "joining/did_vouch", person=vouched)

    # Words of the first month.

    @acts("join.later", updates=True)
    async def later(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        await self.joining.snooze(await self.inbound.actor(interaction))
        await self.inbound.update(interaction, "joining/later")

    @acts("join.stop", updates=True)
    async def stop(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        await self.joining.stop_follow_ups(await self.inbound.actor(interaction))
        await self.inbound.update(interaction, "joining/stopped")

    # The member's own profile.

    profile = localized.group("profile")

    @localized.command("profile.view", parent=profile)
    async def view_profile(self, interaction: Interaction) -> None:
        await self.show_profile(interaction, 0, 0)

    @acts("profile.show")
    async def show_profile(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        mine = await self.profiles.mine(actor)
        await self.inbound.reply(interaction, "profiles/mine", rows=_profile_rows(mine), mine=mine)

    @acts("profile.short_on", updates=True)
    async def short_on(self, interaction: Interaction, card: int, extra: int) -> None:
        await self._set_short(interaction, card, wanted=True)

    @acts("profile.short_off", updates=True)
    async def short_off(self, interaction: Interaction, card: int, extra: int) -> None:
        await self._set_short(interaction, card, wanted=False)

    async def _set_short(self, interaction: Interaction, card: int, *, wanted: bool) -> None:
        """``card``: asked from the card of the steps, which shows the difference at once."""
        actor = await self.inbound.actor(interaction)
        mine = await self.profiles.set_short_sentences(actor, wanted=wanted)
        self.inbound.changed(interaction, replace(actor, short_sentences=wanted))
        if card:
            await self._update(interaction, await self.joining.mine(actor))
        else:
            await self.inbound.update(interaction, "profiles/mine", rows=_profile_rows(mine), mine=mine)

    @localized.command("profile.edit", parent=profile)
    async def edit_profile(self, interaction: Interaction) -> None:
        await self.show_steps(interaction, 0, 0)

    @acts("profile.edit")
    async def show_steps(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        await self._card(interaction, await self.joining.mine(await self.inbound.actor(interaction)))

    async def _named(self, interaction: Interaction, typed: str) -> None:
        """An id from the autocomplete is taken, and a name that only one authority has; else one chooses."""
        actor = await self.inbound.actor(interaction)
        if directory.known(typed) is not None:
            await self.profiles.set_authority(actor, typed)
            await self._card(interaction, await self.joining.mine(actor))
            return
        await self.profiles.mine(actor)
        found = directory.look_up(typed, limit=10)
        exact = [one for one in found if folded(one.name) == folded(typed)]
        if len(exact) == 1:
            await self.profiles.set_authority(actor, exact[0].id)
            await self._card(interaction, await self.joining.mine(actor))
            return
        options = [Option(one.id, one.label) for one in found]
        rows: list[Row] = [
            [Menu("join.pick", options)],
            [Button("join.organisation"), Button("join.free")],
        ]
        answer = self.inbound.update if _from_private_card(interaction) else self.inbound.reply
        await answer(interaction, "joining/meant", rows=rows, found=found, typed=typed)

    async def _card(self, interaction: Interaction, view: JoinView) -> None:
        """Below what was clicked; in its place where a form was opened from it, so that one card remains."""
        await self.inbound.actor(interaction)  # how they want to read
        answer = self.inbound.update if _from_private_card(interaction) else self.inbound.reply
        await answer(interaction, "joining/card", rows=_rows(view), join=view)

    async def _update(self, interaction: Interaction, view: JoinView) -> None:
        await self.inbound.update(interaction, "joining/card", rows=_rows(view), join=view)


async def setup(host: Host) -> None:
    """Called when the extension is loaded."""
    await host.add_cog(JoiningCog(host))


def _short(mine: ProfileView, card: int) -> Button:
    """The way to the other manner of writing. ``card``: 1 where the steps are shown."""
    return Button("profile.short_off" if mine.short_sentences else "profile.short_on", card)


def _profile_rows(mine: ProfileView) -> list[Row]:
    return [
        [
            Button("profile.edit", style="primary"),
            Button("theme.mine"),
            Button("peer.search"),
            _short(mine, 0),
        ]
    ]


def _brought(mine: ProfileView) -> Values:
    return {"offers": mine.offers, "seeks": mine.seeks, "bio": mine.bio}


def _rows(view: JoinView) -> list[Row]:
    """The next step first, then what may be changed."""
    if view.access not in ("newcomer", "active"):
        return []
    first: list[Button | Menu] = []
    if view.access == "newcomer" and view.state == "asked":
        first.append(Button("join.answer", style="primary"))
    missing = view.profile.missing
    if missing:
        both = (*missing[:2],) == ("exchange", "consents")
        first.append(Button("join.sharing" if both else _FORM_OF[missing[0]], style="primary"))
        if missing[0] == "organisation":
            first.append(Button("join.free"))
    elif view.access == "newcomer" and view.state in ("draft", "refused"):
        first.append(Button("join.send", style="success"))
    done: list[Button | Menu] = [Button(form) for step, form in _FORM_OF.items() if step not in missing]
    if "organisation" not in missing:
        done.append(Button("join.free"))
    if view.access == "newcomer" and view.state in ("draft", "refused"):
        first.append(Button("join.code"))
    done.append(_short(view.profile, 1))
    return [row for row in (first, done) if row]


def _from_private_card(interaction: Interaction) -> bool:
    """A form that was opened from a message that only this person sees: the answer takes its place."""
    if interaction.type is not discord.InteractionType.modal_submit or interaction.message is None:
        return False
    return interaction.message.flags.ephemeral


def _option(one: Waiting) -> Option:
    return Option(str(one.member_id), one.name, one.organisation)

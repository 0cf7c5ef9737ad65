"""Doors of the network as a whole: set-up, state, repair, settings."""

from collections.abc import Iterable, Mapping

import discord
from discord.ext import commands

from cogs.kit import localized
from cogs.kit.actions import Interaction, acts, picked
from cogs.kit.confirm import confirmation
from cogs.kit.forms import ChoiceField, Form, Prefill, TextField, Values, prefills, submits
from cogs.kit.host import Host
from cogs.kit.layout import Menu, Option, Row
from cogs.kit.paging import pages
from cogs.network_figures import FigureDoors
from cogs.network_group import NETWORK
from cogs.network_themes import ThemeDoors
from community import settings as rules
from community.actors import Actor
from community.errors import Invalid, NotFound
from community.forecast import Forecast
from community.ports import Button
from community.settings import SettingsView

IDENTITY = Form(
    "network.identity",
    TextField("name", maximum=rules.NAME_LONGEST),
    ChoiceField("locale", "locales", radio=True),
    TextField("timezone", maximum=64),
)
THEME = Form(
    "network.theme_add",
    TextField("theme", maximum=rules.THEME_LONGEST),
    TextField("tag", required=False, maximum=rules.TAG_LONGEST),
)
RENAME = Form(
    "network.theme_rename",
    TextField("theme", maximum=rules.THEME_LONGEST),
    TextField("tag", required=False, maximum=rules.TAG_LONGEST),
)
PLACE = Form("network.place", ChoiceField("place", "places"), TextField("channel", maximum=100))
ROLE = Form("network.role", ChoiceField("role", "roles"), TextField("chosen_role", maximum=100))

_SETTINGS: Row = [
    Button("network.identity"),
    Button("network.theme_add"),
    Button("network.place"),
    Button("network.role"),
    Button("network.repair"),
    Button("theme.roles"),
]
_FORUMS = frozenset({"practices", "needs"})


class NetworkCog(FigureDoors, ThemeDoors, commands.Cog):
    """`/network …` and the buttons that do the same."""

    network = NETWORK

    def __init__(self, host: Host) -> None:
        self.inbound, self.networks = host.inbound, host.services.networks
        self.services, self.artist, self.forms = host.services, host.artist, host.forms
        self.forecasts, self.words = host.services.forecasts, host.words

    @localized.command("network.setup", parent=network)
    async def set_up(self, interaction: Interaction) -> None:
        standing = self.inbound.standing(interaction)
        done = await self.networks.set_up(standing, name=_guild(interaction).name)
        rows = [[Button("network.settings"), Button("theme.roles"), Button("network.status")]]
        await self.inbound.reply(interaction, "network/set_up", rows=rows, done=done)

    @localized.command("network.status", parent=network)
    async def status(self, interaction: Interaction) -> None:
        await self.show_status(interaction, 0, 0)

    @acts("network.status")
    async def show_status(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        status = await self.networks.status(actor)
        failed = [Button("desk.failed")] if status.undelivered else []
        rows = [
            [Button("network.health"), Button("network.funnel"), *failed, Button("desk.show")],
            [Button("library.review"), Button("member.waiting"), Button("network.repair")],
        ]
        await self.inbound.reply(interaction, "network/status", rows=rows, status=status)

    @localized.command("network.forecast", parent=network)
    async def forecast(self, interaction: Interaction) -> None:
        await self.show_forecast(interaction, 0, 0)

    @acts("network.forecast")
    async def show_forecast(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        page = await self.forecasts.coming(actor)
        await self.inbound.reply(interaction, "network/forecast", rows=self._lines(actor, page), page=page)

    @acts("network.forecast.previous", updates=True)
    @acts("network.forecast.next", updates=True)
    async def turn_forecast(self, interaction: Interaction, subject_id: int, number: int) -> None:
        actor = await self.inbound.actor(interaction)
        page = await self.forecasts.coming(actor, number)
        await self.inbound.update(interaction, "network/forecast", rows=self._lines(actor, page), page=page)

    def _lines(self, actor: Actor, page: Forecast) -> list[Row]:
        said = [self.words.label(f"delivery.kinds.{line.kind}", actor.locale) for line in page.items]
        options = [
            Option(str(line.row_id), what, line.about) for line, what in zip(page.items, said, strict=True)
        ]
        turning = pages("network.forecast", 0, page.page, page.pages)
        return [[Menu("forecast.choose", options)], [*turning, Button("network.status"), Button("desk.show")]]

    @acts("forecast.choose")
    async def ask_cancel(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        line = await self.forecasts.line(actor, picked(interaction))
        rows = [confirmation("forecast.cancel", line.row_id)]
        await self.inbound.reply(interaction, "network/forecast_cancel", rows=rows, line=line)

    @acts("forecast.cancel.confirm", updates=True)
    async def cancel_message(self, interaction: Interaction, row_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        count = await self.forecasts.cancel(actor, row_id)
        rows: list[Row] = [[Button("network.forecast"), Button("desk.show")]]
        await self.inbound.update(interaction, "network/forecast_cancelled", rows=rows, count=count)

    @localized.command("network.repair", parent=network)
    async def repair(self, interaction: Interaction) -> None:
        await self.do_repair(interaction, 0, 0)

    @acts("network.repair")
    async def do_repair(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        done = await self.networks.repair(actor)
        rows = [[Button("network.settings"), Button("network.status")]]
        await self.inbound.reply(interaction, "network/set_up", rows=rows, done=done)

    @localized.command("network.settings", parent=network)
    async def settings(self, interaction: Interaction) -> None:
        await self.show_settings(interaction, 0, 0)

    @acts("network.settings")
    async def show_settings(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._show(interaction, await self.networks.settings(actor), saved=False)

    @prefills(IDENTITY)
    async def identity_form(self, interaction: Interaction, subject_id: int) -> Prefill:
        actor = await self.inbound.actor(interaction)
        now = await self.networks.settings(actor)
        return Prefill({"name": now.name, "locale": now.locale, "timezone": now.timezone})

    @submits(IDENTITY)
    async def change_identity(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        settings = await self.networks.change(
            actor, name=values["name"], locale=values["locale"], timezone=values["timezone"]
        )
        await self._show(interaction, settings)

    # Who may not submit a form is told before filling it in.

    @prefills(THEME)
    async def theme_form(self, interaction: Interaction, subject_id: int) -> Prefill:
        await self.networks.settings(await self.inbound.actor(interaction))
        return Prefill()

    @prefills(PLACE)
    async def place_form(self, interaction: Interaction, subject_id: int) -> Prefill:
        return await self.theme_form(interaction, subject_id)

    @prefills(ROLE)
    async def role_form(self, interaction: Interaction, subject_id: int) -> Prefill:
        return await self.theme_form(interaction, subject_id)

    @submits(THEME)
    async def add_theme(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        await self._show(interaction, await self.networks.add_theme(actor, values["theme"], values["tag"]))

    @acts("network.theme_choose")
    async def choose_theme(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        await self.forms.open(interaction, RENAME, picked(interaction))

    @prefills(RENAME)
    async def rename_form(self, interaction: Interaction, theme_id: int) -> Prefill:
        now = await self.networks.settings(await self.inbound.actor(interaction))
        theme = next((one for one in now.themes if one.id == theme_id), None)
        if theme is None:
            raise NotFound(kind="theme")
        return Prefill({"theme": theme.name, "tag": theme.tag})

    @submits(RENAME)
    async def rename_theme(self, interaction: Interaction, theme_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        renamed = await self.networks.rename_theme(actor, theme_id, values["theme"], values["tag"])
        await self._show(interaction, renamed)

    @acts("network.theme_archive")
    async def archive_theme(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        theme_id = picked(interaction)
        await self._show(interaction, await self.networks.archive_theme(actor, theme_id))

    @submits(PLACE)
    async def change_place(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        place = values["place"] or ""
        wanted = discord.ForumChannel if place in _FORUMS else discord.TextChannel
        fitting = [channel for channel in _guild(interaction).channels if isinstance(channel, wanted)]
        named = {str(channel.id): channel.name for channel in fitting}
        settings = await self.networks.set_place(actor, place, _pointed(values["channel"], named, "channel"))
        await self._show(interaction, settings)

    @submits(ROLE)
    async def change_role(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        guild = _guild(interaction)
        fitting = [role for role in guild.roles if not role.is_default() and not role.managed]
        named = {str(role.id): role.name for role in fitting}
        chosen_role = _pointed(values["chosen_role"], named, "chosen_role")
        await self._show(interaction, await self.networks.set_role(actor, values["role"] or "", chosen_role))

    async def _show(self, interaction: Interaction, settings: SettingsView, *, saved: bool = True) -> None:
        options = [Option(str(theme.id), theme.name) for theme in settings.themes]
        rows: list[Row] = [
            _SETTINGS,
            [Menu("network.theme_choose", options)],
            [Menu("network.theme_archive", options)],
        ]
        await self.inbound.reply(interaction, "network/settings", rows=rows, settings=settings, saved=saved)


async def setup(host: Host) -> None:
    """Called when the extension is loaded."""
    await host.add_cog(NetworkCog(host))


def _guild(interaction: Interaction) -> discord.Guild:
    """The server; the commands are offered in servers only."""
    if interaction.guild is None:
        raise rules.OnlyInServer
    return interaction.guild


def _pointed(typed: str, named: Mapping[str, str], field: str) -> str:
    """The reference of what was meant: typed as a name, as a mention or as an id."""
    wanted = typed.strip().strip("<>#@&").casefold()
    matches: Iterable[str] = (
        ref for ref, name in named.items() if wanted == ref or wanted == name.strip().casefold()
    )
    found = next(iter(matches), None)
    if found is None:
        raise Invalid(field=field, problem=f"no_such_{'channel' if field == 'channel' else 'role'}")
    return found

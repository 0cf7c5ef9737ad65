"""Doors of finding peers: commands, a form, and a map."""

from collections.abc import Sequence

from discord.ext import commands

from cogs.figures import members_map, members_map_alt
from cogs.kit import localized
from cogs.kit.actions import Interaction, acts
from cogs.kit.choices import Suggestion, suggests
from cogs.kit.forms import ChoiceField, Form, Prefill, TextField, Values, prefills, submits
from cogs.kit.host import Host
from community import directory, text
from community.ports import Button
from community.profiles import QUERY_LONGEST

MAP = "carte-des-membres.png"
SEARCH = Form(
    "peer.search",
    TextField("query", required=False, maximum=QUERY_LONGEST),
    ChoiceField("theme", required=False),
    TextField("place", required=False, maximum=100),
)


class PeersCog(commands.Cog):
    """`/peer …` and the buttons that do the same."""

    peer = localized.group("peer")

    def __init__(self, host: Host) -> None:
        self.inbound, self.profiles = host.inbound, host.services.profiles
        self.territories, self.artist, self.words = host.services.territories, host.artist, host.words

    @localized.command("peer.search", parent=peer)
    async def search(
        self, interaction: Interaction, query: str = "", theme: str | None = None, place: str | None = None
    ) -> None:
        await self._find(interaction, query, theme, place)

    @search.autocomplete("theme")
    @suggests
    async def themes(self, interaction: Interaction, typed: str) -> Sequence[Suggestion]:
        actor = await self.inbound.actor(interaction)
        offered = await self.profiles.themes(actor)
        wanted = text.folded(typed)
        return [Suggestion(str(number), name) for number, name in offered if wanted in text.folded(name)]

    @search.autocomplete("place")
    @suggests
    async def places(self, interaction: Interaction, typed: str) -> Sequence[Suggestion]:
        return [Suggestion(found.id, found.label) for found in directory.look_up(typed, limit=25)]

    @prefills(SEARCH)
    async def form(self, interaction: Interaction, subject_id: int) -> Prefill:
        actor = await self.inbound.actor(interaction)
        offered = await self.profiles.themes(actor)
        return Prefill(options={"theme": [(str(number), name) for number, name in offered]})

    @submits(SEARCH)
    async def submitted(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        await self._find(interaction, values["query"], values["theme"], values["place"])

    @localized.command("peer.map", parent=peer)
    async def map(self, interaction: Interaction) -> None:
        await self.show_map(interaction, 0, 0)

    @acts("peer.map")
    async def show_map(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        found = await self.territories.members_map(actor)
        (picture,) = await self.artist.draw(members_map(found, self.words, actor.locale))
        alt = members_map_alt(found, self.words, actor.locale)
        rows = [[Button("peer.search", style="primary"), Button("profile.show")]]
        pictures = [(MAP, picture, alt)]
        await self.inbound.illustrated(interaction, "profiles/map", pictures, rows=rows, map=found)

    async def _find(self, interaction: Interaction, query: str, theme: str | None, place: str | None) -> None:
        actor = await self.inbound.actor(interaction)
        theme_id = None
        if theme:
            offered = await self.profiles.themes(actor)
            named = {text.folded(name): number for number, name in offered}
            theme_id = text.row_id(theme) or named.get(text.folded(theme), 0)
        peers = await self.profiles.find_peers(actor, query, theme_id=theme_id, place=place or "")
        mine = await self.profiles.mine(actor)
        rows = [[Button("peer.search", style="primary"), Button("peer.map"), Button("profile.show")]]
        await self.inbound.reply(
            interaction, "profiles/peers", rows=rows, peers=peers, has_place=bool(mine.organisation)
        )


async def setup(host: Host) -> None:
    """Called when the extension is loaded."""
    await host.add_cog(PeersCog(host))

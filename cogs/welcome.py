"""Help, which is also the menu: every command has its button here, for whoever sees no commands."""

from collections.abc import Mapping

from discord.ext import commands

from cogs.kit import localized
from cogs.kit.actions import Interaction, acts
from cogs.kit.host import Host
from cogs.kit.layout import Row
from community.help import HelpView
from community.policy import Action
from community.ports import Button

# What somebody may start -> the buttons that start it.
_BUTTONS: Mapping[str, tuple[Button, ...]] = {
    Action.EDIT_PROFILE: (Button("profile.show"), Button("profile.edit")),
    Action.FIND_PEERS: (Button("peer.search"), Button("peer.map")),
    Action.VOUCH: (Button("join.vouch"),),
    Action.SEARCH_LIBRARY: (Button("library.search", style="primary"), Button("library.browse")),
    Action.PROPOSE_RESOURCE: (Button("library.propose"), Button("library.mine"), Button("library.kept")),
    Action.SEE_ACRONYMS: (Button("acronym.look"),),
    Action.SEE_PRACTICES: (Button("practice.list", style="primary"),),
    Action.SHARE_PRACTICE: (Button("practice.share"),),
    Action.HAVE_COFFEE: (Button("coffee.mine"),),
    Action.JOIN_CODEV: (Button("codev.list"),),
    Action.SEE_MEETUPS: (Button("meetup.list", style="primary"),),
    Action.ANSWER_MEETUP: (Button("meetup.reminders"),),
    Action.PLAN_MEETUP: (Button("meetup.create"), Button("meetup.manage")),
    Action.REVIEW_RESOURCE: (Button("library.review"),),
    Action.ADMIT_MEMBER: (Button("member.waiting"), Button("member.find")),
    Action.READ_DIGEST: (Button("digest.mine"),),
    Action.RUN_DIGEST: (Button("digest.settings"),),
    Action.SEE_NETWORK_STATUS: (Button("network.status"),),
    Action.SEE_NETWORK_HEALTH: (Button("network.health"),),
    Action.HELP_NEWCOMERS: (Button("network.funnel"),),
    Action.CHANGE_NETWORK: (Button("network.settings"), Button("network.repair")),
}

# Whatever somebody may do here, their data are theirs.
_EVERYBODY = (Button("privacy.show"), Button("privacy.mine"))


class WelcomeCog(commands.Cog):
    """`/help` and the button that does the same."""

    def __init__(self, host: Host) -> None:
        self.inbound, self.guide = host.inbound, host.services.help

    @localized.command("help")
    async def help(self, interaction: Interaction) -> None:
        await self.show(interaction, 0, 0)

    @acts("help.show")
    async def show(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        view = self.guide.for_actor(actor)
        await self.inbound.reply(interaction, "welcome/help", rows=_menu(view), help=view)


async def setup(host: Host) -> None:
    """Called when the extension is loaded."""
    await host.add_cog(WelcomeCog(host))


def _menu(view: HelpView) -> list[Row]:
    buttons = [button for action in view.actions for button in _BUTTONS.get(action, ())]
    if view.may_ask_for_access:
        buttons.insert(0, Button("member.ask", style="primary"))
    return [[*buttons, *_EVERYBODY]]

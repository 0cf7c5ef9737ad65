"""A member whose name was typed; and who somebody is in private, where no server names the network."""

from collections.abc import Awaitable, Callable

from sqlmodel.ext.asyncio.session import AsyncSession

from community import text
from community.actors import Actor, Role, Standing
from community.errors import Invalid
from storage import members, networks
from storage.members import Member, MemberState


async def one_named(
    session: AsyncSession, network_id: int, typed: str, *, field: str, but: int | None = None
) -> Member:
    """The one member who bears that name, or whose name alone contains it."""
    wanted = text.folded(text.one_line(typed).lstrip("@"))
    roll = await members.roll(session, network_id)
    others = [one for one in roll if one.state == MemberState.ACTIVE and one.id != but and wanted]
    exact = [one for one in others if text.folded(one.display_name) == wanted]
    found = exact or [one for one in others if wanted in text.folded(one.display_name)]
    if len(found) != 1:
        raise Invalid(field=field, problem="several_members" if found else "no_such_member")
    return found[0]


async def among(
    session: AsyncSession, standing: Standing, meant: Callable[[int, int], Awaitable[bool]]
) -> Actor | None:
    """In private, who acts in the first network for which ``meant(network, member)`` holds."""
    for network_id in await members.networks_of(session, standing.platform, standing.account_ref):
        known = await members.by_account(session, network_id, standing.platform, standing.account_ref)
        if known is None or not await meant(network_id, known[0].id or 0):
            continue
        network = await networks.get(session, network_id)
        return Actor(
            network_id,
            known[0].id,
            Role.MEMBER if known[0].state == MemberState.ACTIVE else Role.NEWCOMER,
            await members.language(session, known[0], network.locale),
            network.locale,
            known[0].timezone or network.timezone,
            short_sentences=known[0].short_sentences,
        )
    return None

"""For which authority a member speaks, when they share a card, take one up or like one."""

from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession

from community import text
from storage import profiles


@dataclass(frozen=True)
class Belonging:
    """``key`` is the same for all of one authority: they are counted once."""

    key: str
    authority_id: str | None = None
    authority: str = ""
    kind: str = ""
    population: int = 0
    departement: str = ""
    region: str = ""


async def belonging(session: AsyncSession, network_id: int, member_id: int) -> Belonging:
    """As their profile says; who named no authority is alone."""
    profile = await profiles.get(session, network_id, member_id)
    if profile is None or not profile.organisation:
        return Belonging(f"member:{member_id}")
    return Belonging(
        profile.authority_id or f"name:{text.folded(profile.organisation)}",
        profile.authority_id,
        profile.organisation,
        profile.organisation_kind,
        profile.population,
        profile.departement,
        profile.region,
    )

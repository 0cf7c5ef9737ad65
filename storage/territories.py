"""Where the members of a network are, as counts: no name leaves this file."""

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.members import Member, MemberState
from storage.profiles import Consent, Profile


async def people_by_departement(session: AsyncSession, network_id: int) -> dict[str, int]:
    """Active members by the département of an organisation that they let others see."""
    query = (
        select(Profile.departement, func.count())
        .join(Member, col(Member.id) == Profile.member_id)
        .join(Consent, col(Consent.member_id) == Profile.member_id)
        .where(
            Profile.network_id == network_id,
            Member.state == MemberState.ACTIVE,
            Profile.departement != "",
            Consent.field == "organisation",
            col(Consent.granted),
        )
        .group_by(col(Profile.departement))
    )
    return dict((await session.exec(query)).all())

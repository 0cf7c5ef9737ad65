"""Where offers are: their own address, and the territory of who proposed them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, and_, bindparam
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.library import Resource
from storage.profiles import Consent, Profile


@dataclass(frozen=True)
class OfferPlace:
    """Codes as in a profile; empty when nobody knows."""

    resource_id: int
    address: str
    epci: str
    departement: str
    region: str


_CODES = [func.coalesce(column, "") for column in (Profile.epci, Profile.departement, Profile.region)]
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
# Made once: building a statement takes longer than running it.
_PLACES = (
    select(Resource.id, Resource.address, *_CODES)
    .outerjoin(
        Consent,
        and_(
            col(Consent.member_id) == Resource.proposed_by,
            col(Consent.field) == "organisation",
            col(Consent.granted),
        ),
    )
    .outerjoin(Profile, col(Profile.member_id) == Consent.member_id)
    .where(Resource.network_id == bindparam("network"), col(Resource.id).in_(_IDS))
)


async def places(session: AsyncSession, network_id: int, resource_ids: Sequence[int]) -> Sequence[OfferPlace]:
    """Of those that are in this network. A territory that its bearer keeps to themselves is not looked at."""
    if not resource_ids:
        return ()
    given = {"network": network_id, "ids": resource_ids}
    return [OfferPlace(*row) for row in (await (await session.connection()).execute(_PLACES, given)).all()]

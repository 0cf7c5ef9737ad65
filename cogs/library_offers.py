"""The door of places: where an offer is."""

from cogs.kit.actions import Interaction
from cogs.kit.forms import Form, Prefill, TextField, Values, prefills, submits
from cogs.library_group import Doors
from community.geography import ADDRESS_LONGEST, COORDINATES_LONGEST, written
from community.ports import Button

PLACE = Form(
    "library.place",
    TextField("address", required=False, maximum=ADDRESS_LONGEST),
    TextField("coordinates", required=False, maximum=COORDINATES_LONGEST),
)


class OfferDoors(Doors):
    """The form that says where an offer is."""

    @prefills(PLACE)
    async def place_form(self, interaction: Interaction, resource_id: int) -> Prefill:
        actor = await self.inbound.actor(interaction)
        offer = await self.services.library.resource(actor, resource_id)
        return Prefill({"address": offer.address, "coordinates": written(offer.latitude, offer.longitude)})

    @submits(PLACE)
    async def placed(self, interaction: Interaction, resource_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        offer = await self.services.library.place(
            actor, resource_id, values["address"], values["coordinates"]
        )
        rows = [[Button("library.mine")]]
        await self.inbound.reply(interaction, "library/edited", rows=rows, resource=offer)

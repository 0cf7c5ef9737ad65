"""The door of addresses: whoever proposes a page gives its address, and reads what it says."""

from cogs.kit import localized
from cogs.kit.actions import Interaction
from cogs.kit.forms import Form, TextField, Values, submits
from cogs.library_group import RESOURCE, Doors
from community import text
from community.ports import Button

PAGE = Form("library.page", TextField("url", maximum=text.URL_LONGEST))
_PROPOSE = "library.propose"  # the form that is prefilled, by way of the draft that it opens with


class PageDoors(Doors):
    """`/resource link` and its button."""

    @localized.command("resource.link", parent=RESOURCE)
    async def link(self, interaction: Interaction, url: str) -> None:
        await self._read(interaction, url)

    @submits(PAGE)
    async def page_given(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        await self._read(interaction, values["url"])

    async def _read(self, interaction: Interaction, url: str) -> None:
        actor = await self.inbound.actor(interaction)
        page = await self.services.pages.read(actor, url)
        typed = {"name": page.title, "url": page.url, "summary": page.summary}
        await self.services.drafts.save(actor, _PROPOSE, 0, typed)
        rows = [[Button(_PROPOSE, style="primary")]]
        await self.inbound.reply(interaction, "library/page", rows=rows, page=page)

"""What the doors share. A cog method translates, calls one use case, replies; the kit does the rest.

::

    PROPOSE = Form("library.propose", TextField("title", maximum=120), ChoiceField("kind", "resource_kinds"))

    class LibraryCog(commands.Cog):
        resource = localized.group("resource")

        def __init__(self, host: Host) -> None:
            self.inbound, self.library = host.inbound, host.services.library

        @localized.command("resource.search", parent=resource, choices={"kind": "resource_kinds"})
        async def search(self, interaction: Interaction, query: str, kind: str | None = None) -> None:
            actor = await self.inbound.actor(interaction)
            page = await self.library.search(actor, query, kind)
            rows = [[Button("library.propose")]]
            await self.inbound.reply(interaction, "library/results", rows=rows, page=page)

        @search.autocomplete("query")
        @suggests
        async def titles(self, interaction: Interaction, typed: str) -> list[Suggestion]: ...

        @acts("library.approve", updates=True)  # a click on Button("library.approve", resource_id)
        async def approve(self, interaction: Interaction, resource_id: int, extra: int) -> None: ...

        @submits(PROPOSE)         # Button("library.propose") and forms.open() show the form
        async def proposed(self, interaction: Interaction, subject_id: int, values: Values) -> None: ...

Words come from ``prompts``: labels ``buttons.<action>``, ``forms.<form>.heading``,
``forms.<form>.<field>.label|description|placeholder`` (or, shared, ``fields.<field>``), ``menus.<action>``,
``commands.<group>.<command>…``.
An error that a method raises reaches the member in their language through ``errors.report``: catch nothing.
"""

"""A small bot by itself, unmodified discord.py, that uses every kind of command, component and field once."""

import asyncio

import discord
from discord import app_commands
from discord.app_commands import locale_str

FRENCH = {
    "resource": "ressource",
    "search": "chercher",
    "Find a resource": "Trouver une ressource",
    "query": "recherche",
    "What you look for": "Ce que vous cherchez",
    "kind": "type",
    "Kind of resource": "Type de ressource",
    "Guide": "Guide",
    "Method": "Méthode",
    "propose": "proposer",
    "Propose a resource": "Proposer une ressource",
    "slow": "lentement",
    "Think, then answer": "Réfléchir, puis répondre",
    "silent": "muet",
    "Never answer": "Ne jamais répondre",
    "survey": "enquête",
    "A form with every field": "Un formulaire avec tous les champs",
}
THEMES = ("Eau", "École", "Santé")
TITLES = ["Concertation : le guide", "Budget participatif", "Rénover une école", "Marche exploratoire"]


class French(app_commands.Translator):
    async def translate(
        self, string: locale_str, locale: discord.Locale, context: app_commands.TranslationContextTypes
    ) -> str | None:
        return FRENCH.get(string.message) if locale is discord.Locale.french else None


class Proposal(discord.ui.Modal, title="Proposer une ressource"):
    intro = discord.ui.TextDisplay("Elle sera **relue** avant d’être publiée.")
    heading = discord.ui.TextInput(label="Titre", min_length=3, max_length=40, custom_id="heading")
    why = discord.ui.TextInput(
        label="Pourquoi", style=discord.TextStyle.paragraph, required=False, custom_id="why"
    )

    agreed = discord.ui.Label(text="Je cite mes sources", component=discord.ui.Checkbox(default=True))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        if self.heading.value == "Ici même":
            await interaction.response.edit_message(content="Reçu, à la même place.")
            return
        await interaction.response.send_message(f"Merci pour « {self.heading.value} ».", ephemeral=True)


class Survey(discord.ui.Modal, title="Enquête"):
    commune = discord.ui.Label(
        text="Commune", description="Celle où vous travaillez", component=discord.ui.TextInput(max_length=60)
    )
    kind = discord.ui.Label(
        text="Taille",
        component=discord.ui.RadioGroup(
            options=[
                discord.RadioGroupOption(label="Moins de 1 000 habitants", value="s"),
                discord.RadioGroupOption(label="Plus de 1 000 habitants", value="l"),
            ]
        ),
    )
    themes = discord.ui.Label(
        text="Thèmes",
        component=discord.ui.CheckboxGroup(
            options=[
                discord.CheckboxGroupOption(label=name, value=name) for name in ("Eau", "École", "Santé")
            ],
            required=False,
        ),
    )
    peer = discord.ui.Label(
        text="Pair", component=discord.ui.UserSelect(required=False, placeholder="Choisir une personne")
    )

    file = discord.ui.Label(
        text="Document", component=discord.ui.FileUpload(required=False, custom_id="document")
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        chosen = self.kind.component.value
        files = self.file.component.values
        names = ", ".join(file.filename for file in files)
        await interaction.response.send_message(f"Taille : {chosen}, fichiers : {names}", ephemeral=True)


class Panel(discord.ui.View):
    """Buttons and a menu of the first kind of components."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Compter", style=discord.ButtonStyle.primary, custom_id="count")
    async def count(self, interaction: discord.Interaction, button: discord.ui.Button["Panel"]) -> None:
        await interaction.response.edit_message(content="Compté une fois.")

    @discord.ui.button(label="En privé", custom_id="private")
    async def private(self, interaction: discord.Interaction, button: discord.ui.Button["Panel"]) -> None:
        await interaction.response.send_message("Rien que pour vous.", ephemeral=True)

    @discord.ui.button(label="Proposer", style=discord.ButtonStyle.success, custom_id="propose")
    async def propose(self, interaction: discord.Interaction, button: discord.ui.Button["Panel"]) -> None:
        await interaction.response.send_modal(Proposal())

    @discord.ui.button(label="Sans réponse", style=discord.ButtonStyle.danger, custom_id="mute")
    async def mute(self, interaction: discord.Interaction, button: discord.ui.Button["Panel"]) -> None:
        """Says nothing, so that the page has a failure to show."""

    @discord.ui.select(
        placeholder="Un thème",
        custom_id="theme",
        options=[discord.SelectOption(label=name) for name in THEMES],
    )
    async def theme(self, interaction: discord.Interaction, menu: discord.ui.Select["Panel"]) -> None:
        await interaction.response.send_message(f"Thème : {menu.values[0]}", ephemeral=True)


def card() -> discord.ui.LayoutView:
    """Components of the second kind, one of each."""
    view = discord.ui.LayoutView(timeout=None)
    button: discord.ui.Button[discord.ui.LayoutView] = discord.ui.Button(label="Ouvrir", custom_id="open")
    box = discord.ui.Container[discord.ui.LayoutView](
        discord.ui.TextDisplay("## Aller vers les inaudibles\nUne *pratique* de Thiers, <t:1774000000:D>."),
        discord.ui.Separator(),
        discord.ui.Section(
            discord.ui.TextDisplay("**Reprise par 3 collectivités**\n-# Fiche relue"), accessory=button
        ),
        discord.ui.ActionRow(discord.ui.Button(label="Site", url="https://example.org/")),
        accent_colour=discord.Colour(0x2A6D8C),
    )
    view.add_item(box)
    return view


class TownBot(discord.Client):
    def __init__(self) -> None:
        intents = discord.Intents.default()
        # The sandbox has one server only: no need to wait two seconds for more.
        super().__init__(intents=intents, guild_ready_timeout=0.05)
        self.tree = app_commands.CommandTree(self)
        #: Set by who has seen that it thinks.
        self.thought = asyncio.Event()

    async def setup_hook(self) -> None:
        await self.tree.set_translator(French())
        self.tree.add_command(resources())
        for command in (slow, silent, survey, mark, greet):
            self.tree.add_command(command)
        await self.tree.sync()
        self.add_view(Panel())


def resources() -> app_commands.Group:
    group = app_commands.Group(name=locale_str("resource"), description="…")

    @group.command(name=locale_str("search"), description=locale_str("Find a resource"))
    @app_commands.rename(query=locale_str("query"), kind=locale_str("kind"))
    @app_commands.describe(query=locale_str("What you look for"), kind=locale_str("Kind of resource"))
    @app_commands.choices(
        kind=[
            app_commands.Choice(name=locale_str("Guide"), value="guide"),
            app_commands.Choice(name=locale_str("Method"), value="method"),
        ]
    )
    async def search(interaction: discord.Interaction, query: str, kind: str = "") -> None:
        await interaction.response.send_message(f"Résultats pour {query} {kind}".strip(), ephemeral=True)

    @search.autocomplete("query")
    async def complete(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        found = [title for title in TITLES if typed.lower() in title.lower()]
        return [app_commands.Choice(name=title, value=title) for title in found]

    @group.command(name=locale_str("propose"), description=locale_str("Propose a resource"))
    async def propose(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Proposal())

    return group


@app_commands.command(name=locale_str("slow"), description=locale_str("Think, then answer"))
async def slow(interaction: discord.Interaction[TownBot]) -> None:
    await interaction.response.defer(thinking=True, ephemeral=True)
    await interaction.client.thought.wait()
    await interaction.followup.send("Réflexion faite.")


@app_commands.command(name=locale_str("silent"), description=locale_str("Never answer"))
async def silent(interaction: discord.Interaction) -> None:
    """The page must say that nothing came."""


@app_commands.command(name=locale_str("survey"), description=locale_str("A form with every field"))
async def survey(interaction: discord.Interaction) -> None:
    await interaction.response.send_modal(Survey())


@app_commands.context_menu(name="Signaler")
async def mark(interaction: discord.Interaction, message: discord.Message) -> None:
    await interaction.response.send_message(f"Signalé : {message.content}", ephemeral=True)


@app_commands.context_menu(name="Saluer")
async def greet(interaction: discord.Interaction, member: discord.Member) -> None:
    await interaction.response.send_message(f"Bonjour {member.display_name} !", ephemeral=True)

"""A cog that is nothing but a use of the kit, its words, and the small stand-ins that the kit asks for."""

import asyncio
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from cogs.kit.actions import acts, chosen
from cogs.kit.choices import Suggestion, suggests
from cogs.kit.confirm import confirmation
from cogs.kit.forms import (
    ChoiceField,
    ChoicesField,
    Form,
    Prefill,
    TextField,
    Values,
    YesNoField,
    prefills,
    submits,
)
from cogs.kit.host import Host
from cogs.kit.layout import Menu, Option
from cogs.kit.paging import pages
from community.actors import Actor, Role, Standing
from community.errors import Invalid, NotAllowed, NotFound, NotSetUp
from community.ports import Button
from prompts import Words
from prompts.labels import ROOT

Interaction = discord.Interaction[Any]

PROPOSE = Form(
    "trial.propose",
    TextField("title", maximum=4000),
    TextField("body", long=True, required=False),
    ChoiceField("kind", "trial_kinds", required=False),
    ChoicesField("themes", maximum=3),
    YesNoField("public"),
)
EDIT = Form(
    "trial.edit",
    TextField("title"),
    ChoiceField("pick", "trial_kinds", radio=True),
    ChoicesField("boxes", "trial_kinds", checkboxes=True),
    updates=True,
)
SLOW = Form("trial.slow", TextField("title"))

LABELS = """
[buttons.trial]
approve = "Approuver"
look = "Voir"
slow = "Lent"
slow_update = "Lent sur place"
fail = "Casser"
propose = "Proposer"
edit = "Modifier"
gone = "Disparu"
withdraw = "Retirer"
quiet = "Discret"
[menus.trial]
pick = "Choisissez un genre"
[choices.trial_kinds]
guide = "Guide"
tool = "Outil"
[fields]
title = "Titre"
[forms.trial.propose]
heading = "Proposer un essai"
[forms.trial.propose.body]
label = "Texte"
description = "Quelques phrases"
placeholder = "Écrivez ici"
[forms.trial.propose.kind]
label = "Genre"
[forms.trial.propose.themes]
label = "Thèmes"
[forms.trial.propose.public]
label = "Public"
[forms.trial.edit]
heading = "Modifier un essai"
[forms.trial.edit.pick]
label = "Genre"
[forms.trial.edit.boxes]
label = "Genres"
[forms.trial.slow]
heading = "Lent"
"""

SAID = """{% block title %}{{ title }}{% endblock %}
{% block body %}{{ body }}{% endblock %}
"""


def words_with_trial(folder: Path) -> Words:
    """The kit's own words, and those of the trial beside them."""
    for locale in ("fr", "en"):
        for part in ("errors", "common"):
            shutil.copytree(ROOT / locale / part, folder / locale / part)
        (folder / locale / "labels").mkdir()
        shutil.copy(ROOT / locale / "labels" / "kit.toml", folder / locale / "labels")
        (folder / locale / "labels" / "trial.toml").write_text(LABELS, encoding="utf-8")
        (folder / locale / "said.md.j2").write_text(SAID, encoding="utf-8")
    return Words(folder)


class Members:
    """Whoever asks is the member that the test wants; ``trouble`` is raised instead."""

    def __init__(self) -> None:
        self.role = Role.MEMBER
        self.locale: str | None = None
        self.trouble: Exception | None = None
        self.standings: list[Standing] = []

    async def identify(self, standing: Standing) -> Actor:
        self.standings.append(standing)
        if self.trouble is not None:
            raise self.trouble
        member_id = int(standing.account_ref) % 1_000_000 if self.role > Role.STRANGER else None
        return Actor(1, member_id, self.role, self.locale or standing.locale)


class MemoryDrafts:
    """The protocol that the kit asks for, kept where the test can look."""

    def __init__(self) -> None:
        self.kept: dict[tuple[int | None, str, int], Values] = {}
        self.trouble: Exception | None = None

    async def save(self, actor: Actor, form: str, subject_id: int, values: Values) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.kept[actor.member_id, form, subject_id] = dict(values)

    async def load(self, actor: Actor, form: str, subject_id: int) -> Values | None:
        return self.kept.get((actor.member_id, form, subject_id))

    async def clear(self, actor: Actor, form: str, subject_id: int) -> None:
        self.kept.pop((actor.member_id, form, subject_id), None)


class Services:
    def __init__(self) -> None:
        self.members = Members()
        self.drafts = MemoryDrafts()


class Diary:
    """What the doors were asked; it outlives a restart of the bot."""

    def __init__(self) -> None:
        self.clicks: list[tuple[str, int, int]] = []
        self.submits: list[tuple[str, int, Mapping[str, Any]]] = []
        self.error: Exception | None = None
        self.pause = 0.0
        self.gate: asyncio.Event | None = None


class Trial(commands.Cog):
    def __init__(self, host: Host, diary: Diary) -> None:
        self.inbound, self.forms = host.inbound, host.forms
        self.diary = diary

    @app_commands.command(name="panel", description="Everything the kit offers")
    async def panel(self, interaction: Interaction) -> None:
        await self.inbound.actor(interaction)
        rows: list[list[Button | Menu]] = [
            [Button("trial.approve", 7), Button("trial.look", 7, 3), Button("trial.slow", 7)],
            [Button("trial.fail", 7), Button("trial.gone", 7), Button("trial.quiet", 7)],
            [Button("trial.propose", 7), Button("trial.edit", 7), Button("trial.withdraw", 7)],
            [Button("trial.slow_update", 7), *pages("trial.look", 7, 2, 3)],
            [Menu("trial.pick", [Option("guide", "Guide"), Option("tool", "Outil")], 7)],
        ]
        await self.inbound.reply(interaction, "said", rows=rows, title="Panneau", body="Choisissez.")

    @app_commands.command(name="echo", description="Says it again, perhaps late")
    async def echo(self, interaction: Interaction, text: str, pause: float = 0.0) -> None:
        await asyncio.sleep(pause)
        await self.inbound.reply(interaction, "said", title="Écho", body=text)
        await self.inbound.reply(interaction, "said", title="Encore", body=text)

    @app_commands.command(name="raise", description="Fails in a given way")
    async def fail(self, interaction: Interaction, how: str) -> None:
        errors: dict[str, Exception] = {
            "not_allowed": NotAllowed(action="x", needed=Role.FACILITATOR),
            "not_found": NotFound(kind="resource"),
            "invalid": Invalid(field="title", problem="too_long", limit=10, given=12),
            "not_set_up": NotSetUp(),
            "network": ConnectionResetError("postgres is away"),
            "defect": RuntimeError("a secret of the database"),
        }
        raise errors[how]

    @app_commands.command(name="mute", description="Says nothing, by mistake")
    async def mute(self, interaction: Interaction, pause: float = 0.0) -> None:
        await asyncio.sleep(pause)

    @app_commands.command(name="form", description="Opens a form, perhaps late")
    async def form(self, interaction: Interaction, name: str, pause: float = 0.0) -> None:
        await asyncio.sleep(pause)
        await self.forms.open(interaction, name, 5)

    @app_commands.command(name="suggest", description="Suggests")
    async def suggest(self, interaction: Interaction, query: str) -> None:
        await self.inbound.reply(interaction, "said", title="Choix", body=query)

    @suggest.autocomplete("query")
    @suggests
    async def suggestions(self, interaction: Interaction, typed: str) -> list[Suggestion]:
        if typed == "boom":
            raise RuntimeError("no index")
        return [Suggestion(f"{typed}{number}", f"{typed} {number} " + "é" * 120) for number in range(40)]

    @acts("trial.approve", updates=True)
    async def approve(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        self.diary.clicks.append(("approve", subject_id, extra))
        if self.diary.gate is not None:
            await self.diary.gate.wait()
        await self.inbound.update(interaction, "said", title="Approuvé", body="C’est fait.")
        await self.inbound.reply(interaction, "said", title="Merci", body="En privé.")

    @acts("trial.look")
    @acts("trial.look.next", updates=True)
    @acts("trial.look.previous", updates=True)
    async def look(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        self.diary.clicks.append(("look", subject_id, extra))
        await self.inbound.reply(interaction, "said", title="Voici", body=f"{subject_id} {extra}")

    @acts("trial.slow")
    async def slow(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        await asyncio.sleep(self.diary.pause)
        await self.inbound.reply(interaction, "said", title="Enfin", body="Voilà.")

    @acts("trial.slow_update", updates=True)
    async def slow_update(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        await asyncio.sleep(self.diary.pause)
        await self.inbound.update(interaction, "said", title="Changé", body="Voilà.")

    @acts("trial.fail")
    async def broken(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        raise self.diary.error or RuntimeError("a secret of the database")

    @acts("trial.quiet")
    async def quiet(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        self.diary.clicks.append(("quiet", subject_id, extra))

    @acts("trial.withdraw")
    async def withdraw(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        rows = [confirmation("trial.withdraw", subject_id)]
        await self.inbound.reply(interaction, "said", rows=rows, title="Retirer ?", body="C’est définitif.")

    @acts("trial.withdraw.confirm", updates=True)
    async def withdrawn(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        self.diary.clicks.append(("withdrawn", subject_id, extra))
        await self.inbound.update(interaction, "said", title="Retiré", body="C’est fait.")

    @acts("trial.pick")
    async def picked(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        await self.inbound.reply(interaction, "said", title="Choisi", body=" ".join(chosen(interaction)))

    @prefills(PROPOSE)
    async def blank(self, interaction: Interaction, subject_id: int) -> Prefill:
        await asyncio.sleep(self.diary.pause)
        if self.diary.error is not None:
            raise self.diary.error
        themes = [(str(number), f"Thème {number}") for number in range(1, 31)]
        return Prefill({"title": "Déjà là", "themes": ["2"]}, {"themes": themes})

    @submits(PROPOSE)
    async def proposed(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        self.diary.submits.append(("propose", subject_id, values))
        await asyncio.sleep(self.diary.pause)
        if self.diary.error is not None:
            raise self.diary.error
        await self.inbound.reply(interaction, "said", title="Reçu", body=values["title"])

    @submits(EDIT)
    async def edited(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        self.diary.submits.append(("edit", subject_id, values))
        await self.inbound.update(interaction, "said", title="Modifié", body=values["title"])

    @submits(SLOW)
    async def slow_form(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        await self.inbound.reply(interaction, "said", title="Reçu", body=values["title"])

"""The doors of needs: publishing one, reading those of others, saying how one's own ended."""

from collections.abc import Sequence
from typing import Any

from discord.ext import commands

from cogs.kit import localized
from cogs.kit.actions import Interaction, acts, parse, picked
from cogs.kit.choices import Suggestion, suggests
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
from cogs.kit.layout import Menu, Option, Row
from cogs.kit.paging import pages
from cogs.needs_care import CareDoors
from cogs.needs_group import NEED
from cogs.needs_helping import HelpingDoors
from cogs.practice_pages import draft_rows
from community import needs_rules as rules
from community import text
from community.actors import Actor, Role
from community.errors import NotFound
from community.needs import FirstAnswer
from community.needs_rules import NeedPage, NeedView, NewNeed
from community.policy import Action, allows
from community.ports import Button

PUBLISH = Form(
    "need.publish",
    TextField("need", minimum=rules.TITLE_SHORTEST, maximum=rules.TITLE_LONGEST),
    TextField("context", long=True, required=False, maximum=rules.CONTEXT_LONGEST),
    ChoicesField("themes", maximum=rules.THEMES_MOST),
    TextField("deadline", required=False, maximum=rules.DAY_LONGEST),
    YesNoField("nameless"),
)
CLOSE = Form(
    "need.close",
    ChoiceField("ending", "need_endings", radio=True),
    ChoiceField("outcome", "need_outcomes", required=False, radio=True),
)
REPLY = Form("need.reply", TextField("words", long=True, maximum=rules.WORDS_LONGEST))


class NeedsCog(HelpingDoors, CareDoors, commands.Cog):
    """`/need …` and the buttons that do the same."""

    need = NEED

    def __init__(self, host: Host) -> None:
        self.inbound, self.forms, self.services = host.inbound, host.forms, host.services
        self.needs, self.drafts = host.services.needs, host.services.drafts

    # Publishing.

    @localized.command("need.publish", parent=NEED)
    async def publish(self, interaction: Interaction) -> None:
        await self.forms.open(interaction, PUBLISH)

    @acts("need.from_search")
    async def publish_searched(self, interaction: Interaction, session_id: int, ticket: int) -> None:
        """A search that found nothing becomes a need; its words are filled in."""
        await self.forms.open(interaction, PUBLISH, session_id, ticket)

    @acts("need.from_vain")
    async def publish_vain(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        """The same, for a facilitator who reads what members searched for in vain."""
        await self.forms.open(interaction, PUBLISH, picked(interaction))

    @prefills(PUBLISH)
    async def publish_form(self, interaction: Interaction, session_id: int) -> Prefill:
        actor = await self.inbound.actor(interaction)
        themes = await self.services.networks.themes(actor)
        options = {"themes": [(str(theme.id), theme.name) for theme in themes]}
        data: Any = interaction.data or {}
        click = parse(str(data.get("custom_id", "")))
        if not session_id or click is None:
            return Prefill(options=options)
        try:
            words = await self.needs.from_search(actor, session_id, click.extra)
        except NotFound:
            return Prefill(options=options)  # the search is forgotten: an empty form does as well
        return Prefill({"need": words[: rules.TITLE_LONGEST]}, options)

    @submits(PUBLISH)
    async def published(self, interaction: Interaction, session_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        await self._first_answer(interaction, await self.needs.publish(actor, _typed(values)))

    @acts("need.publish_anyway")
    async def publish_anyway(self, interaction: Interaction, session_id: int, extra: int) -> None:
        """The form was kept as a draft when it was found to say who asks."""
        actor = await self.inbound.actor(interaction)
        kept = await self.drafts.load(actor, PUBLISH.name, session_id)
        if kept is None:
            raise NotFound(kind="draft")
        answer = await self.needs.publish(actor, _typed(kept), anyway=True)
        await self.drafts.clear(actor, PUBLISH.name, session_id)
        await self._first_answer(interaction, answer)

    @acts("need.closest")
    async def show_closest(self, interaction: Interaction, need_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        await self._first_answer(interaction, await self.needs.closest(actor, need_id))

    # Reading.

    @localized.command("need.list", parent=NEED)
    async def list_open(self, interaction: Interaction) -> None:
        await self.show_list(interaction, 0, 0)

    @acts("need.list")
    async def show_list(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        page = await self.needs.waiting(actor)
        await self.inbound.reply(interaction, "needs/list", rows=_list_rows(actor, page), page=page)

    @acts("need.page.previous", updates=True)
    @acts("need.page.next", updates=True)
    async def turn(self, interaction: Interaction, subject_id: int, number: int) -> None:
        actor = await self.inbound.actor(interaction)
        page = await self.needs.waiting(actor, number)
        await self.inbound.update(interaction, "needs/list", rows=_list_rows(actor, page), page=page)

    @localized.command("need.mine", parent=NEED)
    async def mine(self, interaction: Interaction) -> None:
        await self.show_mine(interaction, 0, 0)

    @acts("need.mine")
    async def show_mine(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        mine = await self.needs.mine(actor)
        rows: list[Row] = [
            _menu([*mine.asked, *mine.kept, *mine.needs]),
            [Button("need.publish", style="primary"), Button("need.list"), Button("need.available")],
        ]
        await self.inbound.reply(interaction, "needs/mine", rows=rows, mine=mine)

    @localized.command("need.show", parent=NEED)
    async def show(self, interaction: Interaction, need: str) -> None:
        await self._show(interaction, text.row_id(need))

    @show.autocomplete("need")
    @suggests
    async def open_needs(self, interaction: Interaction, typed: str) -> list[Suggestion]:
        actor = await self.inbound.actor(interaction)
        found = await self.needs.suggest(actor, typed)
        return [Suggestion(str(need.id), need.title) for need in found]

    @acts("need.show")
    async def show_chosen(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        await self._show(interaction, picked(interaction))

    # What becomes of one's own.

    @prefills(CLOSE)
    async def close_form(self, interaction: Interaction, need_id: int) -> Prefill:
        await self.needs.to_close(await self.inbound.actor(interaction), need_id)
        return Prefill({"ending": "solved"})

    @submits(CLOSE)
    async def closed(self, interaction: Interaction, need_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        need = await self.needs.close(actor, need_id, values["ending"] or "", values["outcome"])
        learnt = need.mine and need.state in ("solved", "done")
        ask = [Button("need.to_practice", need_id, style="primary")] if learnt else []
        await self.inbound.reply(interaction, "needs/closed", rows=[[*ask, Button("need.mine")]], need=need)

    @acts("need.to_practice")
    async def to_practice(self, interaction: Interaction, need_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        draft = await self.needs.to_practice(actor, need_id)
        await self.inbound.reply(interaction, "practices/draft", rows=draft_rows(draft), draft=draft)

    @acts("need.keep_open", updates=True)
    async def keep_open(self, interaction: Interaction, need_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        need = await self.needs.keep_open(actor, need_id)
        rows = [[Button("need.close", need_id)]]
        await self.inbound.update(interaction, "needs/kept_open", rows=rows, need=need)

    @submits(REPLY)
    async def replied(self, interaction: Interaction, need_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        need = await self.needs.reply(actor, need_id, values["words"])
        await self.inbound.reply(interaction, "needs/replied", need=need)

    @acts("need.reply_anyway")
    async def reply_anyway(self, interaction: Interaction, need_id: int, extra: int) -> None:
        """The words were kept when they were found to say who replies."""
        actor = await self.inbound.actor(interaction)
        kept = await self.drafts.load(actor, REPLY.name, need_id)
        if kept is None:
            raise NotFound(kind="draft")
        need = await self.needs.reply(actor, need_id, kept["words"], anyway=True)
        await self.drafts.clear(actor, REPLY.name, need_id)
        await self.inbound.reply(interaction, "needs/replied", need=need)

    async def _first_answer(self, interaction: Interaction, answer: FirstAnswer) -> None:
        found = [*answer.closest.resources, *answer.closest.offers]
        options = [Option(str(one.id), one.title) for one in found]
        meetup = answer.closest.meetup
        coming = [Button("meetup.list")] if meetup else []
        rows: list[Row] = [
            [Menu("library.show", options)],
            [*coming, Button("need.mine"), Button("need.list")],
        ]
        await self.inbound.reply(interaction, "needs/published", rows=rows, answer=answer)

    async def _show(self, interaction: Interaction, need_id: int) -> None:
        actor = await self.inbound.actor(interaction)
        need = await self.needs.need(actor, need_id)
        mine = await self.needs.mine(actor)
        asked, kept = (any(one.id == need_id for one in several) for several in (mine.asked, mine.kept))
        rows = _need_rows(actor, need, asked=asked, kept=kept)
        await self.inbound.reply(interaction, "needs/need", rows=rows, need=need)


async def setup(host: Host) -> None:
    """Called when the extension is loaded."""
    await host.add_cog(NeedsCog(host))


def _typed(values: Values) -> NewNeed:
    """A form's answers as the use case wants them. An option that is no number is nobody's theme."""
    return NewNeed(
        title=values["need"],
        context=values["context"],
        themes=[text.row_id(key) for key in values["themes"]],
        deadline=values["deadline"],
        nameless=bool(values["nameless"]),
    )


def _menu(needs: Sequence[NeedView]) -> Row:
    unique = {need.id: need for need in needs}
    return [Menu("need.show", [Option(str(need.id), need.title) for need in unique.values()])]


def _list_rows(actor: Actor, page: NeedPage) -> list[Row]:
    care = [Button("need.care")] if allows(actor, Action.CARE_FOR_NEEDS, actor.themes) else []
    return [
        _menu(page.items),
        pages("need.page", 0, page.page, page.pages),
        [Button("need.publish", style="primary"), Button("need.mine"), Button("need.available"), *care],
    ]


def _need_rows(actor: Actor, need: NeedView, *, asked: bool, kept: bool) -> list[Row]:
    """What this reader may do with it; the use cases ask again. ``kept``: they took it over."""
    if need.state == "waiting" and actor.role >= Role.FACILITATOR:
        return [[Button("need.approve", need.id, style="success"), Button("need.refuse", need.id)]]
    if not need.open:
        learnt = need.mine and need.state in ("solved", "done")
        card = [Button("need.to_practice", need.id)] if learnt else []
        return [[*card, Button("need.mine"), Button("need.list")]]
    own = [Button("need.close", need.id, style="success"), Button("need.closest", need.id)]
    if need.mine:
        reply = [Button("need.reply", need.id)] if need.nameless else []
        return [[*own, *reply]]
    answering = [Button("need.offer", need.id, style="primary")]
    if asked:
        answering = [Button("need.accept", need.id, style="success"), Button("need.decline", need.id)]
    rows: list[Row] = [[*answering, Button("need.done_here", need.id), Button("need.not_for_us", need.id)]]
    if actor.role >= Role.FACILITATOR:
        rows.append([Button("need.whom", need.id), *own])
    elif kept:
        rows.append(own)
    if actor.role < Role.FACILITATOR and allows(actor, Action.CARE_FOR_NEEDS, need.theme_ids):
        rows.append([Button("need.whom", need.id)])
    return rows

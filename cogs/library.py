"""The library's doors: search, browse, propose; review for facilitators.

Each thing has two ways in, a slash command and a button, and both end in the same private method.
"""

from collections.abc import Sequence

from discord.ext import commands

from cogs.kit import localized
from cogs.kit.actions import Interaction, acts, chosen, picked
from cogs.kit.choices import Suggestion, suggests
from cogs.kit.confirm import confirmation
from cogs.kit.forms import (
    ChoiceField,
    ChoicesField,
    Form,
    Prefill,
    TextField,
    Values,
    form_extra,
    prefills,
    submits,
)
from cogs.kit.host import Host
from cogs.kit.layout import Menu, Option, Row
from cogs.kit.paging import pages
from cogs.library_alerts import AlertDoors
from cogs.library_group import RESOURCE
from cogs.library_offers import OfferDoors
from cogs.library_opinions import OpinionDoors
from cogs.library_pages import PageDoors
from cogs.library_reports import ReportDoors
from cogs.library_synonyms import SynonymDoors
from cogs.library_toolboxes import ToolboxDoors
from cogs.practice_pages import show_practice
from community import resources as rules
from community import text
from community.actors import Actor, Role
from community.errors import Invalid, NotFound
from community.library_delivery import open_link, review_rows
from community.opinions import Opinion
from community.policy import Action, allows
from community.ports import Button
from community.resources import NewResource, ResourceView
from community.search import QUESTION_LONGEST, SearchView, chosen_item

# The form's field is "name": its label "title" is the form's own title.
_FIELDS = (
    TextField("name", minimum=rules.TITLE_SHORTEST, maximum=rules.TITLE_LONGEST),
    TextField("url", required=False, maximum=text.URL_LONGEST),
    TextField("summary", long=True, required=False, maximum=rules.SUMMARY_LONGEST),
    ChoiceField("kind", "resource_kinds"),
    ChoicesField("themes", maximum=rules.THEMES_MOST),
)
PROPOSE = Form("library.propose", *_FIELDS)
EDIT = Form("library.edit", *_FIELDS)
SOURCE = Form(
    "library.source",
    TextField("publisher", required=False, maximum=rules.PUBLISHER_LONGEST),
    TextField("year", required=False, maximum=4),
)
REFUSE = Form(
    "library.refuse",
    TextField("reason", long=True, minimum=rules.REASON_SHORTEST, maximum=rules.REASON_LONGEST),
)
SEARCH = Form(
    "library.search",
    TextField("query", maximum=QUESTION_LONGEST),
    ChoiceField("theme", required=False),
    ChoiceField("kind", "search_kinds", required=False),
)

# Where a reader goes on from a list.
_DISCOVER = (Button("library.search"), Button("library.browse"), Button("library.propose"))


class LibraryCog(
    SynonymDoors, ReportDoors, OpinionDoors, AlertDoors, ToolboxDoors, PageDoors, OfferDoors, commands.Cog
):
    """`/resource …` and the buttons that do the same."""

    resource = RESOURCE

    def __init__(self, host: Host) -> None:
        self.inbound, self.forms, self.services = host.inbound, host.forms, host.services
        self.library, self.search = host.services.library, host.services.search
        self.networks, self.drafts = host.services.networks, host.services.drafts

    # Searching.

    @localized.command("resource.search", parent=resource, choices={"kind": "search_kinds"})
    async def find(
        self, interaction: Interaction, query: str, theme: str | None = None, kind: str | None = None
    ) -> None:
        await self._find(interaction, query, theme, kind)

    @submits(SEARCH)
    async def searched(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        await self._find(interaction, values["query"], values["theme"], values["kind"])

    @prefills(SEARCH)
    async def search_form(self, interaction: Interaction, subject_id: int) -> Prefill:
        actor = await self.inbound.actor(interaction)
        return Prefill(options={"theme": await self._theme_options(actor)})

    @find.autocomplete("query")
    @suggests
    async def titles(self, interaction: Interaction, typed: str) -> list[Suggestion]:
        actor = await self.inbound.actor(interaction)
        found = await self.search.suggest(actor, typed)
        return [Suggestion(suggestion.ref, suggestion.label) for suggestion in found]

    @find.autocomplete("theme")
    @suggests
    async def themes(self, interaction: Interaction, typed: str) -> list[Suggestion]:
        actor = await self.inbound.actor(interaction)
        begun = text.folded(typed)
        offered = await self._theme_options(actor)
        return [Suggestion(key, name) for key, name in offered if begun in text.folded(name)]

    @acts("library.results.previous", updates=True)
    @acts("library.results.next", updates=True)
    async def turn_results(self, interaction: Interaction, session_id: int, page: int) -> None:
        actor = await self.inbound.actor(interaction)
        view = await self.search.page(actor, session_id, page)
        await self.inbound.update(interaction, "library/results", rows=_result_rows(view), found=view)

    async def _find(self, interaction: Interaction, query: str, theme: str | None, kind: str | None) -> None:
        actor = await self.inbound.actor(interaction)
        themes = [await self._theme(actor, theme)] if theme else []
        await self._answer(interaction, actor, query, [kind] if kind else [], themes)

    @acts("alert.again")
    async def search_again(self, interaction: Interaction, alert_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        alert = await self.services.alerts.alert(actor, alert_id)
        await self._answer(interaction, actor, alert.query, alert.kinds, alert.theme_ids)

    async def _answer(
        self,
        interaction: Interaction,
        actor: Actor,
        query: str,
        kinds: Sequence[str],
        themes: Sequence[int],
    ) -> None:
        looked = await self.search.look(actor, query, kinds=kinds, themes=themes, keep=True)
        view = looked.view
        try:
            await self.inbound.reply(interaction, "library/results", rows=_result_rows(view), found=view)
        finally:
            await self.search.note(actor, looked)

    # Browsing and reading.

    @localized.command("resource.browse", parent=resource)
    async def browse(self, interaction: Interaction) -> None:
        await self.choose_theme(interaction, 0, 0)

    @acts("library.browse")
    async def choose_theme(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        themes = [theme for theme in await self.networks.themes(actor) if theme.resources]
        options = [Option(str(theme.id), theme.name) for theme in themes]
        rows: list[Row] = [[Menu("library.theme", options)], _DISCOVER]
        await self.inbound.reply(interaction, "library/themes", rows=rows, themes=themes)

    @acts("library.theme")
    async def open_theme(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        theme_id = await self._theme(actor, str(picked(interaction)))
        shelf, rows = await self._shelf(actor, theme_id, 1)
        await self.inbound.reply(interaction, "library/shelf", rows=rows, shelf=shelf)

    @acts("library.shelf.previous", updates=True)
    @acts("library.shelf.next", updates=True)
    async def turn_shelf(self, interaction: Interaction, theme_id: int, page: int) -> None:
        actor = await self.inbound.actor(interaction)
        shelf, rows = await self._shelf(actor, theme_id, page)
        await self.inbound.update(interaction, "library/shelf", rows=rows, shelf=shelf)

    @acts("library.show")
    async def show(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        kind, item_id = chosen_item(next(iter(chosen(interaction)), "")) or ("resource", picked(interaction))
        if kind == "practice":
            await show_practice(self.inbound, self.services, interaction, item_id)
            return
        resource = await self.library.resource(actor, item_id)
        await self.services.personal_digests.opened(actor, "resource", resource.id)
        opinion = await self.services.opinions.about(actor, resource.id)
        rows = _resource_rows(actor, resource, opinion)
        await self.inbound.reply(
            interaction, "library/resource", rows=rows, resource=resource, opinion=opinion
        )

    # Proposing.

    @localized.command("resource.propose", parent=resource)
    async def propose(self, interaction: Interaction) -> None:
        await self.forms.open(interaction, PROPOSE)

    @prefills(PROPOSE)
    async def propose_form(self, interaction: Interaction, subject_id: int) -> Prefill:
        actor = await self.inbound.actor(interaction)
        return Prefill(options={"themes": await self._theme_options(actor)})

    @submits(PROPOSE)
    async def proposed(self, interaction: Interaction, subject_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        resource = await self.library.propose(actor, _typed(values))
        rows = [[*_place(resource), Button("library.source", resource.id), Button("library.mine")]]
        await self.inbound.reply(interaction, "library/proposed", rows=rows, resource=resource)

    @acts("library.propose_anyway")
    async def propose_anyway(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        """The form was kept as a draft when it was found to be near another."""
        actor = await self.inbound.actor(interaction)
        kept = await self.drafts.load(actor, PROPOSE.name, 0)
        if kept is None:
            raise NotFound(kind="draft")
        resource = await self.library.propose(actor, _typed(kept), anyway=True)
        await self.drafts.clear(actor, PROPOSE.name, 0)
        rows = [[Button("library.source", resource.id), Button("library.mine")]]
        await self.inbound.reply(interaction, "library/proposed", rows=rows, resource=resource)

    @localized.command("resource.mine", parent=resource)
    async def mine(self, interaction: Interaction) -> None:
        await self.show_mine(interaction, 0, 0)

    @acts("library.mine")
    async def show_mine(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        proposals = await self.library.proposals(actor)
        rows = [[Button("library.propose", style="primary"), Button("library.page")]]
        await self.inbound.reply(interaction, "library/mine", rows=rows, proposals=proposals)

    @prefills(SOURCE)
    async def source_form(self, interaction: Interaction, resource_id: int) -> Prefill:
        actor = await self.inbound.actor(interaction)
        resource = await self.library.resource(actor, resource_id)
        return Prefill({"publisher": resource.publisher, "year": str(resource.year or "")})

    @submits(SOURCE)
    async def sourced(self, interaction: Interaction, resource_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        resource = await self.library.source(actor, resource_id, values["publisher"], values["year"])
        await self.inbound.reply(
            interaction, "library/edited", rows=_after_edit(actor, resource), resource=resource
        )

    # Reviewing.

    @localized.command("resource.review", parent=resource)
    async def review(self, interaction: Interaction) -> None:
        await self.show_queue(interaction, 0, 0)

    @acts("library.review")
    async def show_queue(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        queue = await self.library.queue(actor)
        await self.inbound.reply(interaction, "library/queue", rows=_queue_rows(queue), queue=queue)

    @acts("library.queue.previous", updates=True)
    @acts("library.queue.next", updates=True)
    async def turn_queue(self, interaction: Interaction, subject_id: int, page: int) -> None:
        actor = await self.inbound.actor(interaction)
        queue = await self.library.queue(actor, page)
        await self.inbound.update(interaction, "library/queue", rows=_queue_rows(queue), queue=queue)

    @acts("library.choose")
    async def open_proposal(self, interaction: Interaction, subject_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        resource = await self.library.to_review(actor, picked(interaction))
        rows = review_rows(resource)
        await self.inbound.reply(interaction, "library/to_review", rows=rows, resource=resource)

    @acts("library.publish")
    async def publish(self, interaction: Interaction, resource_id: int, version: int) -> None:
        actor = await self.inbound.actor(interaction)
        resource = await self.library.publish(actor, resource_id, version or None)
        rows = [[*open_link(resource), Button("library.review")]]
        await self.inbound.reply(interaction, "library/published", rows=rows, resource=resource)

    @prefills(REFUSE)
    async def refuse_form(self, interaction: Interaction, resource_id: int) -> Prefill:
        actor = await self.inbound.actor(interaction)
        await self.library.to_review(actor, resource_id)
        return Prefill()

    @submits(REFUSE)
    async def refused(self, interaction: Interaction, resource_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        resource = await self.library.refuse(actor, resource_id, values["reason"])
        rows = [[Button("library.review")]]
        await self.inbound.reply(interaction, "library/refused", rows=rows, resource=resource)

    @prefills(EDIT)
    async def edit_form(self, interaction: Interaction, resource_id: int) -> Prefill:
        actor = await self.inbound.actor(interaction)
        resource = await self.library.to_edit(actor, resource_id)
        offered = dict(await self._theme_options(actor))
        borne = dict(zip(map(str, resource.theme_ids), resource.themes, strict=True))
        return Prefill(_shown(resource), {"themes": list({**borne, **offered}.items())})

    @submits(EDIT)
    async def edited(self, interaction: Interaction, resource_id: int, values: Values) -> None:
        actor = await self.inbound.actor(interaction)
        resource = await self.library.edit(
            actor, resource_id, _typed(values), form_extra(interaction) or None
        )
        await self.inbound.reply(
            interaction, "library/edited", rows=_after_edit(actor, resource), resource=resource
        )

    @acts("library.withdraw")
    async def ask_withdraw(self, interaction: Interaction, resource_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        resource = await self.library.resource(actor, resource_id)
        rows = [confirmation("library.withdraw", resource_id)]
        await self.inbound.reply(interaction, "library/withdraw", rows=rows, resource=resource)

    @acts("library.withdraw.confirm", updates=True)
    async def withdraw(self, interaction: Interaction, resource_id: int, extra: int) -> None:
        actor = await self.inbound.actor(interaction)
        resource = await self.library.withdraw(actor, resource_id)
        await self.inbound.update(interaction, "library/withdrawn", resource=resource)

    # Shared.

    async def _theme_options(self, actor: Actor) -> list[tuple[str, str]]:
        return [(str(theme.id), theme.name) for theme in await self.networks.themes(actor)]

    async def _theme(self, actor: Actor, given: str) -> int:
        """A theme by its key, or by its name for those who typed it instead of choosing it."""
        for key, name in await self._theme_options(actor):
            if given == key or text.folded(given) == text.folded(name):
                return int(key)
        raise Invalid(field="theme", problem="unknown")

    async def _shelf(self, actor: Actor, theme_id: int, page: int) -> tuple[rules.ResourcePage, list[Row]]:
        shelf = await self.library.browse(actor, theme_id=theme_id, page=page)
        options = [Option(str(resource.id), resource.title) for resource in shelf.items]
        turning = pages("library.shelf", theme_id, shelf.page, shelf.pages)
        return shelf, [[Menu("library.show", options)], [*turning, *_DISCOVER]]


async def setup(host: Host) -> None:
    """Called when the extension is loaded."""
    await host.add_cog(LibraryCog(host))


def _typed(values: Values) -> NewResource:
    """A form's answers as the use case wants them. An option that is no number is nobody's theme."""
    return NewResource(
        title=values["name"],
        url=values["url"],
        summary=values["summary"],
        kind=values["kind"] or "other",
        themes=[text.row_id(key) for key in values["themes"]],
    )


def _shown(resource: ResourceView) -> Values:
    """The reverse: what the form opens with."""
    return {
        "name": resource.title,
        "url": resource.url or "",
        "summary": resource.summary,
        "kind": resource.kind,
        "themes": [str(theme_id) for theme_id in resource.theme_ids],
    }


def _result_rows(view: SearchView) -> list[Row]:
    options = [Option(result.chosen, result.title) for result in view.results]
    turning = pages("library.results", view.session_id or 0, view.page, view.pages)
    save = [Button("alert.save", view.session_id, view.ticket)] if view.session_id else []
    ask = [Button("need.from_search", view.session_id or 0, view.ticket, style="primary")]
    fruitless = ask if view.session_id and not view.total else []
    return [[Menu("library.show", options)], [*turning, *save, *fruitless], _DISCOVER]


def _queue_rows(queue: rules.ResourcePage) -> list[Row]:
    options = [Option(str(resource.id), resource.title) for resource in queue.items]
    tending = [Button("report.list"), Button("library.doubtful"), Button("synonym.list")]
    return [
        [Menu("library.choose", options)],
        pages("library.queue", 0, queue.page, queue.pages),
        [*tending, Button("alert.unanswered"), Button("desk.show")],
    ]


def _resource_rows(actor: Actor, resource: ResourceView, opinion: Opinion) -> list[Row]:
    """Under one resource: its link, and for facilitators what they may change."""
    rows: list[Row] = [list(open_link(resource))]
    if resource.state == "published":
        mine = actor.member_id is not None and resource.author_id == actor.member_id
        keep = "library.let_go" if opinion.kept else "library.keep"
        rate = [] if mine else [Button("opinion.rate", resource.id)]
        rate.append(Button("opinion.use", resource.id))
        said = [Button("opinion.list", resource.id)] if opinion.ratings or opinion.uses else []
        rows.append([Button(keep, resource.id), *rate, *said, Button("report.make", resource.id)])
        if resource.doubtful_since and (mine or actor.role >= Role.FACILITATOR):
            rows[0] = [*rows[0], Button("library.confirm", resource.id, style="success")]
    if _reviews(actor, resource) and resource.state == "published":
        rows += _after_edit(actor, resource)
    return rows


def _reviews(actor: Actor, resource: ResourceView) -> bool:
    return allows(actor, Action.REVIEW_RESOURCE, resource.theme_ids)


def _after_edit(actor: Actor, resource: ResourceView) -> list[Row]:
    """What comes next: for a reviewer the decision, for its author their other proposals."""
    if resource.state == "proposed":
        own: Row = [*_place(resource), Button("library.source", resource.id), Button("library.mine")]
        return [*review_rows(resource), own] if _reviews(actor, resource) else [own]
    curating = [Button("library.review_by", resource.id), Button("toolbox.add", resource.id)]
    changing = [
        Button("library.source", resource.id),
        *(curating if actor.role >= Role.FACILITATOR else []),
        Button("library.withdraw", resource.id),
    ]
    return [[Button("library.edit", resource.id, resource.version), *_place(resource), *changing]]


def _place(resource: ResourceView) -> Row:
    """An offer is somewhere."""
    return [Button("library.place", resource.id)] if resource.kind == "offer" else []

"""How practices are shown, from whichever door they are asked for: a card, a draft, a list."""

from collections.abc import Sequence

from cogs.kit.actions import Interaction
from cogs.kit.inbound import Inbound
from cogs.kit.layout import Menu, Option, Row
from cogs.kit.paging import pages
from community.actors import Actor, Role
from community.ports import Button
from community.practice_cards import PracticePage, PracticeView
from community.practice_sharing import DraftView
from community.services import Services


async def show_practice(
    inbound: Inbound, services: Services, interaction: Interaction, practice_id: int
) -> None:
    """The whole card, in private; one's own draft goes on where it was left."""
    actor = await inbound.actor(interaction)
    practice = await services.practices.practice(actor, practice_id)
    if practice.state == "draft":
        draft = await services.sharing.draft(actor, practice_id)
        await inbound.reply(interaction, "practices/draft", rows=draft_rows(draft), draft=draft)
        return
    await services.personal_digests.opened(actor, "practice", practice_id)
    liked = practice.state == "published" and await services.reuses.has_heart(actor, practice_id)
    rows = card_rows(actor, practice, liked=liked)
    await inbound.reply(interaction, "practices/card", rows=rows, practice=practice)


def card_rows(actor: Actor, practice: PracticeView, *, liked: bool) -> list[Row]:
    """What the reader may do with a card; its author and the facilitators may change it."""
    own = actor.member_id is not None and practice.author_id == actor.member_id
    rows: list[Row] = []
    if practice.state == "published":
        heart = Button("practice.unheart" if liked else "practice.heart", practice.id)
        taking = [] if own else [Button("practice.take_up", practice.id, style="success"), heart]
        reading = [Button("practice.lineage", practice.id), Button("practice.history", practice.id)]
        rows.append([*taking, *reading])
    if practice.state == "published" and (own or actor.role >= Role.FACILITATOR):
        opening = [] if practice.card_ref else [Button("practice.open_thread", practice.id)]
        rows.append([*writing(practice), Button("practice.withdraw", practice.id, style="danger"), *opening])
    return rows


def writing(practice: PracticeView) -> list[Button]:
    """The three steps of a card. They carry the version that is being read."""
    return [
        Button("practice.essentials", practice.id, practice.version),
        Button("practice.figures", practice.id, practice.version),
        Button("practice.lessons", practice.id, practice.version),
    ]


def draft_rows(draft: DraftView) -> list[Row]:
    """Under a draft: the steps, then what to do with it."""
    practice = draft.practice
    name = "practice.sign" if practice.nameless else "practice.hide"
    ready = (
        [] if draft.missing else [Button("practice.publish", practice.id, practice.version, style="success")]
    )
    discard = Button("practice.discard", practice.id, style="danger")
    return [writing(practice), [*ready, Button(name, practice.id), discard]]


def mine_rows(several: Sequence[PracticeView]) -> list[Row]:
    options = [Option(str(one.id), one.title) for one in several]
    return [
        [Menu("practice.choose", options)],
        [Button("practice.begin", style="primary"), Button("practice.list"), Button("reuse.mine")],
    ]


def shelf_rows(shelf: PracticePage, theme_id: int, themes: Sequence[tuple[str, str]]) -> list[Row]:
    options = [Option(str(one.id), one.title, one.authority) for one in shelf.items]
    kinds = [Option(key, name, chosen=key == str(theme_id)) for key, name in themes]
    turning = pages("practice.shelf", theme_id, shelf.page, shelf.pages)
    doing = [Button("practice.share", style="primary"), Button("practice.mine"), Button("practice.notices")]
    return [[Menu("practice.choose", options)], [Menu("practice.theme", kinds)], [*turning, *doing]]

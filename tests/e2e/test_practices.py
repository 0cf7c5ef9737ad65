"""S1 end to end under a moved clock, in both languages: a card, its thread, who takes it up, three months.

The person shares in their language; the thread is in the network's.
"""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlmodel import select

from cogs.kit.actions import custom_id
from community.practice_lineage import PAGE
from prompts import Words
from sandbox import Person, Seen
from storage.engine import Database
from storage.practice_reuse import PracticeReuse, ReuseState
from storage.practices import Practice
from tests.e2e.conftest import Town, latest, read

WORDS = Words()
TITLE = "Aller vers les inaudibles au marché"


@dataclass(frozen=True)
class Said:
    """What the two people type, press and read."""

    who: str
    taker: str
    locale: str
    share: str
    published: str
    standing: str
    asked: str


FRENCH = Said(
    "member",
    "member-en",
    "fr",
    "pratique partager",
    "Votre fiche est publiée",
    "Où en êtes-vous, de votre côté",
    "How is it going?",
)
ENGLISH = Said(
    "member-en",
    "member",
    "en",
    "practice share",
    "Your card is published",
    "How is it going on your side?",
    "Où en êtes-vous ?",
)


async def settle_in(town: Town, who: str, authority: str) -> None:
    """Say for which authority one works."""
    english = who.endswith("-en")
    command, option = ("join", "authority") if english else ("rejoindre", "collectivité")
    found = await town[who].autocomplete(command, option, authority)
    await town[who].slash(command, **{option: found[0]["value"]})


@pytest.mark.parametrize("said", [FRENCH, ENGLISH], ids=["fr", "en"])
async def test_from_a_card_to_what_became_of_it(town: Town, said: Said) -> None:
    author, taker, told = town[said.who], town[said.taker], town["facilitator"]

    def button(action: str, locale: str = said.locale) -> str:
        return WORDS.label(f"buttons.{action}", locale)

    await settle_in(town, said.who, "Thiers")
    await settle_in(town, said.taker, "Vaison-la-Romaine")
    form = await author.slash(said.share)
    assert form.modal is not None
    theme = form.modal.fields["themes"]["options"][0]["value"]
    notices = await told.click(await told.slash("pratique liste"), button("practice.notices", "fr"))
    await told.choose(notices, "Choisir les thèmes", [theme])

    draft = await author.fill(form, {"name": TITLE, "done": "Une table.", "themes": [theme]})
    figures = await author.click(draft, button("practice.figures"))
    await author.fill(figures, {"cost": "300 €", "duration": "Huit mois"})
    kept = await author.slash(said.share)  # the draft is offered again
    draft = await author.choose(kept, WORDS.label("menus.practice.choose", said.locale), [TITLE])
    assert "300 €" in read(draft)
    assert said.published in read(await author.click(draft, button("practice.publish")))

    assert "Vous avez demandé à être prévenu" in read(await town.waits_for_dm("facilitator", TITLE))
    assert not [seen for seen in await town["facilitator-en"].dms() if TITLE in read(seen)]
    [post] = [one for one in await taker.posts("pratiques") if one["name"] == TITLE]
    card = await latest(taker, lambda: taker.sees(post["id"]), "Thiers")
    assert card.buttons == ["Je reprends", "Coup de cœur", "La fiche complète"]
    assert "Vaison-la-Romaine" in read(await taker.click(card, "Je reprends"))
    await latest(taker, lambda: taker.sees(post["id"]), "Repris par 1 collectivité**, en cours")

    town.stage.sandbox.clock.advance(timedelta(days=90))
    asked = await town.waits_for_dm(said.taker, said.asked)
    await town.waits_for_dm(said.who, said.standing)
    other = "en" if said.locale == "fr" else "fr"
    await taker.click(asked, button("reuse.adopted", other))
    await latest(taker, lambda: taker.sees(post["id"]), "Repris par 1 collectivité**, adoptée telle quelle")


async def turned(person: Person, clicked: Seen, words: str) -> Seen:
    """The message, once the page is turned: drawing may take longer than the first answer may wait."""
    found: list[Seen] = []

    async def there() -> bool:
        found[:] = [await person.refresh(clicked)]
        return words in read(found[0])

    await person.eventually(there, patience=30)
    return found[0]


async def many_take_it_up(town: Town, title: str) -> None:
    """As they would have over the years, each from another town."""
    db = Database(town.stage.settings.database)
    async with db.transaction() as session:
        card = (await session.exec(select(Practice).where(Practice.title == title))).one()
        session.add_all(
            PracticeReuse(
                network_id=card.network_id,
                practice_id=card.id or 0,
                authority_key=f"name:{number}",
                authority=f"Commune {number}",
                state=tuple(ReuseState)[number % 4],
                declared_at=town.stage.sandbox.clock.now() + timedelta(minutes=number),
            )
            for number in range(1, PAGE + 1)
        )
    await db.dispose()


@pytest.mark.parametrize("said", [FRENCH, ENGLISH], ids=["fr", "en"])
async def test_where_a_card_went_is_read_and_seen(town: Town, said: Said) -> None:
    author = town[said.who]

    def button(action: str) -> str:
        return WORDS.label(f"buttons.{action}", said.locale)

    def picture(seen: Seen) -> tuple[str, str]:
        """Its words for who cannot see it, and its name."""
        message = seen.message or {}
        [item] = [one["items"][0] for one in message["components"] if one["type"] == 12]
        assert item["media"]["url"].split("?")[0].endswith(message["attachments"][0]["filename"])
        return str(item["description"]), message["attachments"][0]["filename"]

    form = await author.slash(said.share)
    draft = await author.fill(form, {"name": TITLE, "done": "Une table."})
    published = await author.click(draft, button("practice.publish"))
    card = await author.click(published, button("practice.show"))
    alone = await author.click(card, button("practice.lineage"))
    name = WORDS.label("pictures.files.lineage", said.locale)
    assert WORDS.label("pictures.lineage.alt_untaken", said.locale) in picture(alone)[0]
    assert picture(alone)[1] == f"{name}-1.png"
    assert alone.buttons == [button("practice.show")]

    await many_take_it_up(town, TITLE)
    first = await author.click(card, button("practice.lineage"))
    assert WORDS.label("reuse_states.abandoned", said.locale) + " 3" in picture(first)[0]
    assert f"Commune {PAGE - 1}, {WORDS.label('reuse_states.abandoned', said.locale)}" in read(first)
    assert f"Commune {PAGE}," not in read(first)
    clicked = await author.click(first, WORDS.label("buttons.common.next", said.locale))
    second = await turned(author, clicked, f"Commune {PAGE},")
    assert TITLE in read(second)  # what it hangs from
    assert picture(second)[1] == f"{name}-2.png"
    assert (second.message or {})["id"] == (first.message or {})["id"]  # the page is turned, not added
    clicked = await author.click(second, WORDS.label("buttons.common.previous", said.locale))
    back = await turned(author, clicked, "Commune 1,")
    assert picture(back)[1] == f"{name}-1.png"


@pytest.mark.parametrize("said", [FRENCH, ENGLISH], ids=["fr", "en"])
async def test_a_forum_deleted_by_hand_and_its_cards(town: Town, said: Said) -> None:
    """The card is still read and found; the desk says that it has no discussion, and a click gives it one."""
    author, facilitator = town[said.who], town["facilitator" if said.locale == "fr" else "facilitator-en"]

    def button(action: str) -> str:
        return WORDS.label(f"buttons.{action}", said.locale)

    form = await author.slash(said.share)
    draft = await author.fill(form, {"name": TITLE, "done": "Une table."})
    published = await author.click(draft, button("practice.publish"))
    await town.waits_for(said.who, TITLE, "Une table.")
    town.stage.sandbox.clock.advance(timedelta(hours=2))
    await town["admin"].request("DELETE", f"/channels/{await town['admin'].channel('pratiques')}")
    liked = await town[said.taker].slash("practice show", practice="1")
    taken = await town[said.taker].click(liked, custom_id("practice.take_up", 1))
    assert TITLE in read(taken)  # without the forum, all of the rest goes on
    found = await author.slash("resource search", query="inaudibles")
    assert TITLE in read(found).replace("**", "")

    await town["admin"].slash("network repair")
    desk = await facilitator.slash("facilitate desk")
    assert TITLE in read(desk)
    listed = await facilitator.click(desk, button("practice.unthreaded"))
    assert TITLE in read(listed)
    opening = await facilitator.click(listed, button("practice.open_threads"))
    assert TITLE in read(opening)
    card = await town.waits_for(said.taker, TITLE, "Repris par 1 collectivité**, en cours")
    assert card.buttons == ["Je reprends", "Coup de cœur", "La fiche complète"]
    assert TITLE not in read(await facilitator.slash("facilitate desk"))
    shown = await author.click(published, button("practice.show"))
    assert button("practice.open_thread") not in shown.buttons

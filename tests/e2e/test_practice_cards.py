"""Cards by other ways than the form, and on bad days: a message, a failure without a name, two who write.

In both languages; the threads are in the network's.
"""

from datetime import timedelta

import pytest

from cogs.kit.actions import custom_id
from prompts import Words
from sandbox import Answer, Person, Seen
from sandbox.world import Json
from tests.e2e.conftest import Town, latest, read
from tests.e2e.test_needs import publish
from tests.e2e.test_practices import settle_in

WORDS = Words()
BOTH = pytest.mark.parametrize("locale", ["fr", "en"])
TITLE = "Une consultation en ligne que personne n’a lue"
CLOSED = timedelta(hours=1)


class Says:
    """What the reader presses, in their language."""

    def __init__(self, locale: str) -> None:
        self.locale = locale

    def who(self, role: str) -> str:
        return role if self.locale == "fr" else f"{role}-en"

    def button(self, action: str) -> str:
        return WORDS.label(f"buttons.{action}", self.locale)

    def title(self, template: str) -> str:
        """The title of an answer, which holds no name."""
        return WORDS.shipped(template, self.locale)["title"].replace("\u00a0", " ").replace("\u202f", " ")


@pytest.fixture
def says(locale: str) -> Says:
    return Says(locale)


async def drafted(author: Person, **texts: str) -> Answer:
    form = await author.slash("practice share")
    return await author.fill(form, {"name": TITLE, "done": "Un formulaire, douze réponses.", **texts})


# « En faire une fiche ».


@BOTH
async def test_a_message_becomes_a_card_when_its_author_agrees(town: Town, says: Says) -> None:
    author, reader = town[says.who("member")], town[says.who("facilitator")]
    await author.slash("practice mine")  # so that their language is known
    said = await author.says("rencontres", "Nous avons posé une table au marché.\nCent avis en un mois.")
    menu = WORDS.label("contexts.make_card", says.locale)
    asked = await reader.context(menu, said)
    assert says.title("practices/requested") in read(asked)
    assert asked.ephemeral
    again = await reader.context(menu, said)
    assert says.title("practices/requested") in read(again)
    question = await town.waits_for_dm(says.who("member"), "Cent avis en un mois.")
    assert question.buttons == [says.button("card_request.accept"), says.button("card_request.decline")]
    draft = await author.click(question, says.button("card_request.accept"))
    assert "Nous avons posé une table au marché." in read(draft)
    assert "Cent avis en un mois." in read(draft)
    published = await author.click(draft, says.button("practice.publish"))
    assert says.title("practices/published") in read(published)
    card = await town.waits_for(says.who("facilitator"), "Nous avons posé une table au marché.", "Cent avis")
    assert says.who("member") in read(card)
    twice = await author.click(question, says.button("card_request.accept"))
    assert WORDS.render("errors/not_found", says.locale, kind="card_request").title in twice.text
    asking = [seen for seen in await author.dms() if says.button("card_request.accept") in seen.buttons]
    assert len(asking) == 1


@BOTH
async def test_a_refusal_and_a_message_of_ones_own(town: Town, says: Says) -> None:
    author, reader = town[says.who("member")], town[says.who("facilitator")]
    await author.slash("practice mine")
    said = await author.says("rencontres", "Un four à pain communal, trois matins par semaine.")
    menu = WORDS.label("contexts.make_card", says.locale)
    await reader.context(menu, said)
    question = await town.waits_for_dm(says.who("member"), "Un four à pain communal")
    told = len(await reader.dms())
    await author.click(question, says.button("card_request.decline"))
    assert len(await reader.dms()) == told  # nobody is told of a refusal
    refused = await reader.context(menu, said)
    assert says.title("practices/requested") in read(refused)  # the same answer as before
    draft = await author.context(menu, said)
    assert "Un four à pain communal, trois matins par semaine." in read(draft)
    assert says.button("practice.publish") in draft.buttons
    robot = (await reader.sees("accueil"))[0]
    nobody = await reader.context(menu, robot)
    assert says.title("errors/author_unknown") in read(nobody)


# « Droit à l'erreur ».


@BOTH
async def test_a_failure_is_told_without_a_name(town: Town, says: Says) -> None:
    """Only the facilitators know whose it is; others read what at least five authorities have in common."""
    author, reader = town[says.who("member")], town["member-en" if says.locale == "fr" else "member"]
    await settle_in(town, says.who("member"), "Thiers")
    draft = await drafted(author, context="À Thiers, le maire y tenait.")
    draft = await author.click(draft, says.button("practice.hide"))
    region = "Auvergne-Rhône-Alpes"
    assert region in read(draft)
    assert WORDS.label("crowd_kinds.commune", says.locale) in read(draft)
    pointed = await author.click(draft, says.button("practice.publish"))
    assert says.title("practices/revealing") in read(pointed)
    assert "Thiers" in read(pointed)
    form = await author.click(pointed, says.button("practice.essentials"))
    corrected = await author.fill(form, {"context": "Le maire y tenait."})
    published = await author.click(corrected, says.button("practice.publish"))
    assert says.title("practices/published") in read(published)

    thread = await town.waits_for("member", TITLE, "Le maire y tenait.")
    shown = await reader.slash("practice show", practice="1")
    for seen in (thread, shown):
        assert region in read(seen)
        assert "Thiers" not in read(seen)
        assert says.who("member") not in read(seen).split()
    for looking in ("Thiers", says.who("member")):
        found = await reader.slash("resource search", query=looking)
        assert TITLE not in read(found).replace("**", "")
    known = await town[says.who("facilitator")].slash("practice show", practice="1")
    assert f"{says.who('member')}, Thiers" in read(known)
    assert f"{says.who('member')}, Thiers" in read(await author.slash("practice show", practice="1"))
    history = await reader.click(shown, custom_id("practice.history", 1))
    assert "Thiers" not in read(history)
    lineage = await reader.click(shown, custom_id("practice.lineage", 1))
    assert "Thiers" not in read(lineage)


@BOTH
async def test_too_few_are_alike_for_a_card_without_a_name(town: Town, says: Says) -> None:
    """A kind refusal that says why; the draft is kept, and may be signed."""
    author = town[says.who("member")]
    draft = await drafted(author)  # of no authority of the register
    refused = await author.click(draft, says.button("practice.hide"))
    words = WORDS.render("errors/crowd_too_small", says.locale, known=False, count=0, least=5)
    assert words.title in refused.text
    kept = await author.click(refused, says.button("practice.mine"))
    assert TITLE in read(kept)
    published = await author.click(draft, says.button("practice.publish"))
    assert says.title("practices/published") in read(published)


# Bad days.


@BOTH
async def test_two_people_write_on_a_card_at_once(town: Town, says: Says) -> None:
    """The second one undoes nothing and loses nothing: what they typed is in the form when opened again."""
    author, other = town[says.who("member")], town[says.who("facilitator")]
    draft = await drafted(author)
    await author.click(draft, says.button("practice.publish"))
    shown = await other.slash("practice show", practice="1")
    late = await other.click(shown, custom_id("practice.figures", 1, version_of(shown)))
    first = await author.click(
        await author.slash("practice show", practice="1"),
        custom_id("practice.figures", 1, version_of(shown)),
    )
    await author.fill(first, {"cost": "300 €", "duration": "Un mois"})
    told = await other.fill(late, {"cost": "0 €", "results": "Douze réponses, c’est peu."})
    assert WORDS.render("errors/practice_changed", says.locale, title=TITLE, practice_id=1).title in told.text
    now = await other.slash("practice show", practice="1")
    assert "300 €" in read(now)
    again = await other.click(now, custom_id("practice.figures", 1, version_of(now)))
    assert again.modal is not None
    assert again.modal.fields["results"]["value"] == "Douze réponses, c’est peu."
    await other.fill(again, {"cost": "300 €", "results": "Douze réponses, c’est peu."})
    last = read(await other.slash("practice show", practice="1"))
    assert "Douze réponses, c’est peu." in last
    assert "300 €" in last


def version_of(shown: Seen) -> int:
    """The version that the buttons of a card carry."""
    [found] = {
        int(str(item["custom_id"]).split(":")[3])
        for item in shown.components
        if str(item.get("custom_id", "")).startswith("ep:practice.figures:")
    }
    return found


async def shut(town: Town, name: str, **state: bool) -> Json:
    """Somebody closes the thread by Discord's own menu."""
    thread = await town["admin"].channel(name)
    return dict(await town["admin"].request("PATCH", f"/channels/{thread}", state))


@BOTH
@pytest.mark.parametrize("state", [{"archived": True}, {"archived": True, "locked": True}, {"locked": True}])
async def test_a_card_whose_thread_is_archived_or_locked_still_follows(
    town: Town, says: Says, state: dict[str, bool]
) -> None:
    author, taker = town[says.who("member")], town["member-en" if says.locale == "fr" else "member"]
    await settle_in(town, says.who("member"), "Thiers")
    await settle_in(town, "member-en" if says.locale == "fr" else "member", "Vaison-la-Romaine")
    await author.click(await drafted(author), says.button("practice.publish"))
    await town.waits_for(says.who("member"), TITLE, "douze réponses")
    thread = await town["admin"].channel(TITLE)
    await shut(town, TITLE, **state)
    shown = await taker.slash("practice show", practice="1")
    await taker.click(shown, custom_id("practice.take_up", 1))
    await latest(town["admin"], lambda: town["admin"].sees(thread), "Repris par 1 collectivité")
    channel = town.stage.sandbox.world.channels[thread].data["thread_metadata"]
    assert channel["locked"] is state.get("locked", False)  # what somebody locked stays so


@BOTH
async def test_a_theme_without_a_tag_opens_its_threads_all_the_same(town: Town, says: Says) -> None:
    """A forum takes twenty tags: a twenty-first theme has none; its cards and needs have their threads."""
    admin, author = town[says.who("admin")], town[says.who("member")]
    settings = await admin.slash("network settings")
    form = await admin.click(settings, says.button("network.theme_add"))
    saved = await admin.fill(form, {"theme": "Culture et patrimoine", "tag": "Culture"})
    assert "Culture et patrimoine" in read(saved)
    forum = town.stage.guild.channel("pratiques").data
    assert len(forum["available_tags"]) == 20
    assert "Culture" not in [tag["name"] for tag in forum["available_tags"]]

    form = await author.slash("practice share")
    assert form.modal is not None
    options = form.modal.fields["themes"]["options"]
    themes = [
        options[0]["value"],
        next(one["value"] for one in options if one["label"] == "Culture et patrimoine"),
    ]
    draft = await author.fill(form, {"name": TITLE, "done": "Un formulaire.", "themes": themes})
    await author.click(draft, says.button("practice.publish"))
    card = await town.waits_for("member", TITLE, "Culture et patrimoine")
    [post] = [one for one in await author.posts("pratiques") if one["name"] == TITLE]
    assert len(post["applied_tags"]) == 1
    assert card.buttons
    await publish(town, says.who("member"), need="Une fête du patrimoine", themes=themes[1:])
    await town.waits_for("member", "Une fête du patrimoine", "Culture et patrimoine")

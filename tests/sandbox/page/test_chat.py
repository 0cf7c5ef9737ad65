"""The page as people use it: opening, writing, becoming somebody else, on a phone, with hostile text."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.sandbox.page.town import Town

Opened = Callable[..., Awaitable[Page]]
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


def messages(page: Page) -> Any:
    return page.locator(".message")


async def test_opens_on_a_channel_with_its_people(opened: Opened) -> None:
    page = await opened("Nicolas")
    await expect(page.get_by_role("heading", name="accueil", level=1)).to_be_visible()
    channels = page.get_by_role("navigation", name="Salons")
    for name in ("annonces", "discussions", "pratiques"):
        await expect(channels.get_by_role("button", name=name)).to_be_visible()
    people = page.get_by_role("complementary", name="Membres")
    await expect(people.get_by_role("heading", name="Équipe d’animation – 1")).to_be_visible()
    await expect(people.get_by_role("button", name="Entraide appli")).to_be_visible()


async def test_sends_a_message_and_others_see_it(opened: Opened, place: Town) -> None:
    mine = await opened("Nicolas")
    hers = await opened("Camille")
    box = mine.get_by_label("Écrire dans accueil")
    await box.fill("Bonjour **Camille**, `à demain` !")
    await box.press("Enter")
    await expect(box).to_have_value("")
    for page in (mine, hers):
        await expect(messages(page).last).to_contain_text("Bonjour Camille, à demain !")
        await expect(messages(page).last.locator("strong")).to_have_text("Camille")
        await expect(messages(page).last.locator("code")).to_have_text("à demain")
    seen = await place.people["Nadia"].sees("accueil")
    assert seen[-1].text == "Bonjour **Camille**, `à demain` !"


async def test_marks_what_is_unread_and_addressed_to_me(opened: Opened, place: Town) -> None:
    page = await opened("Nicolas")
    row = page.get_by_role("navigation", name="Salons").get_by_role("button", name="discussions")
    await expect(row).not_to_contain_text("non lu")
    await place.people["Camille"].says("discussions", f"Une question pour <@{place.people['Nicolas'].id}>.")
    await expect(row).to_contain_text("(non lu)")
    await expect(row).to_contain_text("1 mention")
    await row.click()
    await expect(messages(page).last).to_have_class("message for-me")
    await expect(row).not_to_contain_text("non lu")


async def test_becomes_somebody_else_in_the_same_place(opened: Opened) -> None:
    page = await opened("Nicolas")
    await page.get_by_role("button", name="Vous êtes Nicolas").click()
    await page.get_by_role("combobox", name="Chercher une personne").fill("cam")
    await expect(page.get_by_role("option", name="Camille Équipe d’animation · fr")).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Vous êtes Camille")).to_be_focused()
    await expect(page.get_by_role("heading", name="accueil", level=1)).to_be_visible()


async def test_speaks_the_language_of_the_person(opened: Opened) -> None:
    page = await opened("Oliver")
    await expect(page.get_by_label("Write in accueil")).to_be_visible()
    await page.get_by_role("button", name="Show in French").click()
    await expect(page.get_by_label("Écrire dans accueil")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 1000])
async def test_two_people_side_by_side(opened: Opened, width: int) -> None:
    page = await opened("Nicolas", viewport={"width": width, "height": 800})
    await page.get_by_role("button", name="Ouvrir une seconde vue, côte à côte").click()
    panes = page.locator(".pane")
    await expect(panes).to_have_count(2)
    box = panes.nth(0).get_by_label("Écrire dans accueil")
    await box.fill("D’un côté à l’autre")
    await box.press("Enter")
    await expect(panes.nth(1).locator(".message").last).to_contain_text("D’un côté à l’autre")
    await page.get_by_role("button", name="Fermer la seconde vue").click()
    await expect(panes).to_have_count(1)


@pytest.mark.parametrize(
    "text",
    [
        "<img src=x onerror=\"document.title='touché'\"><script>document.title='touché'</script>",
        "[cliquez](javascript:document.title='touché') <javascript:alert(1)>",
        "\u202egnp.exe\u202c et \u0627\u0644\u0633\u0644\u0627\u0645 \u2067dedans",
        "```html\n<b>gras</b>\n``` ||<i>caché</i>||",
        "*" * 1990,
        "`" * 1999,
        "[" * 900 + "](http://a" + ")" * 900,
        "> " * 900,
    ],
    ids=["html", "javascript", "rtl", "fences", "stars", "ticks", "brackets", "quotes"],
)
async def test_hostile_text_stays_text(opened: Opened, place: Town, text: str) -> None:
    page = await opened("Nicolas")
    await place.people["Camille"].says("accueil", text)
    await place.people["Camille"].says("accueil", "la suite")
    await expect(messages(page).last).to_contain_text("la suite")
    shown = messages(page).nth(-2)
    assert await shown.locator("img, script, b, i, iframe, a[href^='javascript']").count() == 0
    assert "touché" not in await page.title()


async def test_four_thousand_emoji_keep_their_room(opened: Opened, place: Town) -> None:
    page = await opened("Nicolas")
    channel = place.places["accueil"]
    place.world.post(channel, place.user("Camille"), "👩‍👩‍👧‍👦" * 4000)
    await expect(messages(page).last).to_contain_text("👩‍👩‍👧‍👦👩‍👩‍👧‍👦")
    overflow = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not overflow


async def test_markdown_as_discord_draws_it(opened: Opened, place: Town) -> None:
    page = await opened("Nicolas")
    camille, notices = place.people["Camille"].id, place.places["annonces"].id
    text = (
        "# Titre\n-# petit\n- un\n  - deux\n1. premier\n> cité\n"
        f"||caché|| ~~barré~~ __souligné__ snake_case_name\n<@{camille}> <#{notices}> "
        "[guide](https://example.org) <t:1774000000:F>"
    )
    await place.people["Nicolas"].says("accueil", text)
    message = messages(page).last
    await expect(message.get_by_role("heading", name="Titre")).to_be_visible()
    await expect(message.locator("ul ul li")).to_have_text("deux")
    await expect(message.locator("ol li")).to_have_text("premier")
    await expect(message.locator("blockquote")).to_have_text("cité")
    await expect(message.locator("u")).to_have_text("souligné")
    await expect(message).to_contain_text("snake_case_name")
    await expect(message.get_by_role("button", name="@Camille")).to_be_visible()
    await expect(message.get_by_role("link", name="guide")).to_have_attribute("href", "https://example.org")
    await expect(message.locator("time.timestamp")).to_have_text("vendredi 20 mars 2026 à 10:46")
    await message.get_by_role("button", name="Afficher le passage caché").click()
    await expect(message.get_by_text("caché", exact=True)).to_be_visible()


async def test_forum_post_is_written_found_and_answered(opened: Opened, place: Town) -> None:
    page = await opened("Nicolas", "pratiques")
    await page.get_by_role("button", name="Nouvelle publication").click()
    form = page.get_by_role("dialog", name="Nouvelle publication")
    await form.get_by_label("Titre").fill("Aller vers au marché")
    await form.get_by_label("Message").fill("Un stand chaque mois.")
    await form.get_by_label("Participation").check()
    await form.get_by_role("button", name="Publier").click()
    thread = page.get_by_role("complementary", name="Fil")
    await expect(thread.get_by_role("heading", name="Aller vers au marché")).to_be_visible()
    await thread.get_by_label("Écrire dans Aller vers au marché").fill("Et sous la pluie ?")
    await page.keyboard.press("Enter")
    await expect(thread.locator(".message").last).to_contain_text("Et sous la pluie ?")
    await thread.get_by_role("button", name="Fermer le fil").click()
    cards = page.locator(".post")
    await expect(cards).to_contain_text(["1 réponse"])
    await page.get_by_role("group", name="Filtrer par étiquette").get_by_role("button", name="Eau").click()
    await expect(cards).to_have_count(0)
    await expect(page.get_by_text("Aucune publication ne correspond.")).to_be_visible()
    post = (await place.people["Camille"].posts("pratiques"))[0]
    assert post["name"] == "Aller vers au marché"


async def test_interested_in_an_event(opened: Opened, place: Town) -> None:
    page = await opened("Nicolas")
    await page.get_by_role("button", name="Évènements").click()
    window = page.get_by_role("dialog", name="Évènements")
    button = window.get_by_role("button", name="Intéressé")
    await button.click()
    await expect(button).to_have_attribute("aria-pressed", "true")
    await expect(window.get_by_text("1 personne intéressée")).to_be_visible()
    (event,) = place.guild.events.values()
    assert list(place.guild.subscribers[event["id"]]) == [place.people["Nicolas"].id]


async def test_direct_message_is_announced(opened: Opened, place: Town) -> None:
    page = await opened("Nicolas")
    await place.people["Camille"].dm(place.people["Nicolas"].id, "Un mot pour vous.")
    await page.get_by_role("button", name="Message privé de Camille").click()
    await expect(page.get_by_role("heading", name="Camille", level=1)).to_be_visible()
    await expect(messages(page).last).to_contain_text("Un mot pour vous.")
    await page.get_by_label("Écrire à Camille").press_sequentially("/")
    await expect(page.get_by_text("Aucune commande n’est proposée ici.")).to_be_visible()


async def test_clock_is_moved(opened: Opened, place: Town) -> None:
    page = await opened("Nicolas")
    before = place.sandbox.clock.now()
    await page.get_by_role("button", name="Horloge du bac à sable").click()
    await page.get_by_role("button", name="1 semaine").click()
    await page.get_by_role("button", name="Arrêter l’horloge").click()
    await expect(page.get_by_role("button", name="Relancer l’horloge")).to_be_visible()
    assert place.sandbox.clock.frozen
    assert (place.sandbox.clock.now() - before).days == 7


async def test_phone_slides_its_lists_over(opened: Opened) -> None:
    page = await opened("Nicolas", viewport={"width": 390, "height": 780})
    channels = page.get_by_role("navigation", name="Salons")
    await expect(channels).to_be_hidden()
    await page.get_by_role("button", name="Serveurs et salons").click()
    await channels.get_by_role("button", name="discussions").click()
    await expect(page.get_by_role("heading", name="discussions", level=1)).to_be_visible()
    await expect(channels).to_be_hidden()
    assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")


async def test_long_channel_keeps_few_messages_in_the_page(opened: Opened, place: Town) -> None:
    for number in range(400):
        place.world.post(place.places["discussions"], place.user("Camille"), f"message {number}")
    page = await opened("Nicolas", "discussions")
    await expect(messages(page).last).to_contain_text("message 399")
    scroller = page.locator(".scroller")
    for _ in range(40):
        await scroller.evaluate("node => { node.scrollTop = 0 }")
        if await page.get_by_text("message 0", exact=True).count():
            break
        await page.wait_for_timeout(50)
    await expect(page.get_by_text("message 0", exact=True)).to_be_attached()
    assert await messages(page).count() <= 160
    await page.get_by_role("button", name="Aller aux derniers messages").click()
    await expect(page.get_by_text("message 399", exact=True)).to_be_visible()


async def test_theme_is_switched_and_kept(opened: Opened) -> None:
    page = await opened("Nicolas", color_scheme="light")
    button = page.get_by_role("button", name="Passer au thème sombre")
    await button.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Passer au thème clair")).to_be_focused()
    await page.reload()
    await expect(page.locator("html[data-theme=dark]")).to_be_attached()
    assert await page.evaluate("getComputedStyle(document.body).colorScheme") == "dark"


async def test_tall_message_is_shown_from_its_beginning(opened: Opened, place: Town) -> None:
    page = await opened("Nicolas")
    await place.people["Camille"].says("accueil", "DÉBUT\n" + "ligne\n" * 90 + "FIN")
    await expect(page.get_by_text("DÉBUT")).to_be_in_viewport()
    await page.get_by_label("Écrire dans accueil").fill("vu")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("vu", exact=True)).to_be_in_viewport()


async def test_thread_is_archived_and_opened_again_by_writing(opened: Opened, place: Town) -> None:
    await place.people["Nicolas"].posts_in("pratiques", "Une pratique", "Son récit.")
    page = await opened("Nicolas", "pratiques")
    await page.get_by_role("button", name="Une pratique").click()
    thread = page.get_by_role("complementary", name="Fil")
    await thread.get_by_role("button", name="Actions sur le fil").click()
    await page.get_by_role("menuitem", name="Archiver").click()
    await expect(thread.get_by_text("Ce fil est archivé. Y écrire le rouvre.")).to_be_visible()
    await thread.get_by_label("Écrire dans Une pratique").fill("Je rouvre")
    await page.keyboard.press("Enter")
    await expect(thread.get_by_text("Ce fil est archivé.")).to_have_count(0)


async def test_facilitator_changes_roles_and_channels(opened: Opened, place: Town) -> None:
    page = await opened("Camille")
    people = page.get_by_role("complementary", name="Membres")
    await people.get_by_role("button", name="Nadia").click()
    await page.get_by_role("button", name="Ajouter un rôle").click()
    await page.get_by_role("menuitem", name="Membre").click()
    await expect(people.get_by_role("heading", name="Membre – 3")).to_be_visible()
    await page.keyboard.press("Escape")
    row = page.get_by_role("navigation", name="Salons").get_by_role("button", name="discussions")
    await row.click(button="right")
    await page.get_by_role("menuitem", name="Supprimer").click()
    await page.get_by_role("button", name="Confirmer").click()
    await expect(row).to_have_count(0)
    assert "discussions" not in {channel.name for channel in place.guild.channels.values()}


async def test_somebody_new_joins(opened: Opened, place: Town) -> None:
    page = await opened("Nicolas")
    await page.get_by_role("button", name="Vous êtes Nicolas").click()
    await page.get_by_role("button", name="Nouvelle personne").click()
    await page.get_by_label("Nom").fill("Émilie")
    await page.get_by_role("button", name="Rejoindre le serveur").click()
    await expect(page.get_by_role("button", name="Vous êtes Émilie")).to_be_visible()
    assert "Émilie" in {place.world.users[member].name for member in place.guild.members}


async def test_random_marks_never_break_the_page(opened: Opened) -> None:
    """Only harmless elements come out of any text, and every letter stays."""
    page = await opened("Nicolas")
    found = await page.evaluate((Path(__file__).parent / "random_marks.js").read_text())
    assert found == []


async def test_becomes_somebody_who_may_not_see_this_place(opened: Opened, place: Town) -> None:
    """They come to the first channel that is theirs; nothing is asked that would be refused."""
    closed = [{"id": place.guild.id, "type": 0, "allow": "0", "deny": str(1 << 10)}]
    place.places["coulisse"] = place.world.add_channel(place.guild, "coulisse", overwrites=closed)
    page = await opened("Camille", "coulisse")
    await expect(page.get_by_role("heading", name="coulisse", level=1)).to_be_visible()
    await page.get_by_role("button", name="Vous êtes Camille").click()
    await page.get_by_role("option", name="Nadia").click()
    await expect(page.get_by_role("button", name="Vous êtes Nadia").first).to_be_visible()
    await expect(page.get_by_role("heading", name="coulisse", level=1)).to_have_count(0)
    await expect(page.get_by_role("heading", level=1)).to_be_visible()


async def test_whoever_left_may_come_back(opened: Opened, place: Town) -> None:
    page = await opened("Nadia")
    await page.get_by_role("button", name="Actions sur le serveur").first.click()
    await page.get_by_role("menuitem", name="Quitter le serveur").click()
    await page.get_by_role("button", name="Confirmer").click()
    await expect(page.get_by_text("Aucun message privé pour l’instant.")).to_be_visible()
    await page.get_by_role("button", name="Rejoindre le serveur").click()
    await page.get_by_role("menuitem", name="Réseau de démonstration").click()
    await expect(page.get_by_role("heading", name="accueil", level=1)).to_be_visible()
    await expect(page.get_by_role("button", name="Rejoindre le serveur")).to_have_count(0)
    assert place.people["Nadia"].id in place.guild.members


async def test_a_sandbox_that_began_again_is_opened_again(opened: Opened, place: Town) -> None:
    """The page of before knows people who are no more: it does not wait for them for ever."""
    page = await opened("Nadia")
    nadia = place.people["Nadia"].id
    place.world.leave(place.guild, place.user("Nadia"))
    del place.world.users[nadia]
    await place.sandbox.events.stop()
    await expect(page.get_by_role("button", name="Vous êtes Nicolas")).to_be_visible()
    assert nadia not in page.url


@pytest.mark.parametrize("width", [320, 390, 441, 640])
async def test_the_channel_is_named_on_the_smallest_screens(opened: Opened, width: int) -> None:
    page = await opened("Nicolas", viewport={"width": width, "height": 640})
    name = await page.get_by_role("heading", name="accueil", level=1).bounding_box()
    assert name is not None
    assert name["width"] > 70
    cut = "node => node.scrollWidth > node.clientWidth"
    assert not await page.locator(".channel-head h1 bdi").evaluate(cut)
    await expect(page.get_by_role("button", name="Passer au thème sombre")).to_be_in_viewport(ratio=1)
    assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")

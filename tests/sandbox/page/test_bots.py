"""The page and a real bot: commands by keyboard, choices, buttons, forms, private notes, failures."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from sandbox.faults import GATEWAY_KINDS, REST_KINDS
from sandbox.interactions import ANSWER_WITHIN
from tests.sandbox.page.town import Town

Opened = Callable[..., Awaitable[Page]]
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_command_by_keyboard_with_suggestions(opened: Opened) -> None:
    page = await opened("Nicolas")
    await page.get_by_label("Écrire dans accueil").focus()
    await page.keyboard.type("/ress")
    await expect(page.get_by_role("option", name="/ressource chercher Trouver une ressource")).to_be_visible()
    await page.keyboard.press("Enter")
    field = page.get_by_role("combobox", name="recherche* (obligatoire)")
    await expect(field).to_be_focused()
    await page.keyboard.type("budget")
    await expect(page.get_by_role("option", name="Budget participatif")).to_be_visible()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(field).to_have_value("Budget participatif")
    await page.keyboard.press("Tab")
    await page.keyboard.type("mét")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    answer = page.locator(".message").last
    await expect(answer).to_contain_text("Résultats pour Budget participatif method")
    await expect(answer).to_contain_text("Nicolas a utilisé /ressource chercher")
    await expect(page.get_by_label("Écrire dans accueil")).to_be_focused()


async def test_command_typed_in_one_go_keeps_free_words(opened: Opened) -> None:
    page = await opened("Nicolas")
    await page.get_by_label("Écrire dans accueil").focus()
    await page.keyboard.type("/ressource chercher mobilité")
    await expect(page.get_by_role("combobox", name="recherche")).to_have_value("mobilité")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message").last).to_contain_text("Résultats pour mobilité")


async def test_missing_option_is_said_and_escape_leaves(opened: Opened) -> None:
    page = await opened("Oliver")
    box = page.get_by_label("Write in accueil")
    await box.fill("/resource search ")
    form = page.get_by_role("group", name="Command resource search")
    await form.get_by_role("button", name="Run the command").click()
    await expect(form.get_by_role("alert").filter(has_text="This field is required.")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("Escape")
    await expect(form).to_have_count(0)
    await expect(box).to_be_focused()


async def test_private_note_is_dismissed(opened: Opened, place: Town) -> None:
    await place.talk()
    page = await opened("Nicolas")
    await page.get_by_role("button", name="En privé").click()
    note = page.locator(".message", has_text="Rien que pour vous.")
    await expect(note).to_contain_text("Message visible par vous uniquement.")
    assert not [m for m in await place.people["Camille"].sees("accueil") if m.text == "Rien que pour vous."]
    await note.get_by_role("button", name="Masquer ce message").click()
    await expect(note).to_have_count(0)


async def test_button_edits_and_menu_answers(opened: Opened, place: Town) -> None:
    await place.talk()
    page = await opened("Nicolas")
    await page.get_by_role("button", name="Compter").click()
    await expect(page.get_by_text("Compté une fois.")).to_be_visible()
    await page.get_by_role("combobox", name="Un thème").click()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message").last).to_contain_text("Thème : École")


async def test_form_checks_then_sends(opened: Opened, place: Town) -> None:
    await place.talk()
    page = await opened("Nicolas")
    await page.get_by_role("button", name="Proposer").click()
    form = page.get_by_role("dialog", name="Proposer une ressource")
    await expect(form.get_by_text("Elle sera relue avant d’être publiée.")).to_be_visible()
    await form.get_by_label("Titre (obligatoire)").fill("ab")
    await form.get_by_role("button", name="Envoyer").click()
    await expect(form.get_by_text("Écrivez au moins 3 caractères.")).to_be_visible()
    await form.get_by_label("Titre (obligatoire)").fill("Le guide")
    await form.get_by_role("button", name="Envoyer").click()
    await expect(page.locator(".message").last).to_contain_text("Merci pour « Le guide ».")
    await expect(form).to_have_count(0)


async def test_form_with_every_field(opened: Opened) -> None:
    page = await opened("Nicolas")
    await page.get_by_label("Écrire dans accueil").fill("/enquête")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Lancer la commande").click()
    form = page.get_by_role("dialog", name="Enquête")
    await form.get_by_label("Commune (obligatoire)").fill("Thiers")
    await form.get_by_label("Moins de 1 000 habitants").check()
    await form.get_by_label("Eau").check()
    await form.get_by_role("combobox", name="Pair").click()
    await page.keyboard.type("cam")
    await page.keyboard.press("Enter")
    await expect(form.get_by_role("combobox", name="Pair")).to_contain_text("Camille")
    content = {"name": "fiche.txt", "mimeType": "text/plain", "buffer": b"du texte"}
    await form.locator("input[type=file]").set_input_files(content)
    await expect(form.get_by_text("fiche.txt")).to_be_visible()
    await form.get_by_role("button", name="Envoyer").click()
    await expect(page.locator(".message").last).to_contain_text("Taille : s, fichiers : fiche.txt")


async def test_closing_a_form_asks_before_losing_words(opened: Opened, place: Town) -> None:
    await place.talk()
    page = await opened("Nicolas")
    await page.get_by_role("button", name="Proposer").click()
    form = page.get_by_role("dialog", name="Proposer une ressource")
    await form.get_by_label("Titre (obligatoire)").fill("Une idée")
    await page.keyboard.press("Escape")
    await expect(form.get_by_role("alert").filter(has_text="sera perdu")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(form).to_have_count(0)


async def test_deferred_answer_thinks_then_speaks(opened: Opened, place: Town) -> None:
    page = await opened("Nicolas")
    await page.get_by_label("Écrire dans accueil").fill("/lentement")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Lancer la commande").click()
    await expect(page.get_by_text("Entraide réfléchit…")).to_be_visible()
    place.bot.thought.set()
    await expect(page.get_by_text("Réflexion faite.")).to_be_visible()
    await expect(page.get_by_text("Entraide réfléchit…")).to_have_count(0)


async def test_silence_is_said_and_nothing_is_lost(opened: Opened, place: Town) -> None:
    place.sandbox.interactions.answer_within = timedelta(milliseconds=300)  # nothing comes: why wait for 3 s?
    page = await opened("Nicolas")
    await page.get_by_label("Écrire dans accueil").fill("/muet")
    await page.keyboard.press("Enter")
    form = page.get_by_role("group", name="Commande muet")
    await form.get_by_role("button", name="Lancer la commande").click()
    await expect(form.get_by_role("alert")).to_contain_text("L’application n’a pas répondu à temps.")


async def test_menu_of_a_message_and_of_a_person(opened: Opened, place: Town) -> None:
    await place.talk()
    page = await opened("Nicolas")
    message = page.locator(".message", has_text="Bonjour à toutes et à tous")
    await message.click(button="right")
    await page.get_by_role("menuitem", name="Signaler Entraide").click()
    await expect(page.locator(".message").last).to_contain_text("Signalé : Bonjour à toutes et à tous !")
    people = page.get_by_role("complementary", name="Membres")
    await people.get_by_role("button", name="Camille").click()
    await page.get_by_role("dialog", name="Camille").get_by_role("button", name="Autres actions").click()
    await page.get_by_role("menuitem", name="Saluer Entraide").click()
    await expect(page.locator(".message").last).to_contain_text("Bonjour Camille !")


async def test_behind_the_scenes_a_fault_is_provoked_and_the_journal_read(
    opened: Opened, place: Town
) -> None:
    await place.talk()
    page = await opened("Nicolas")
    await page.get_by_role("button", name="Coulisses").click()
    window = page.get_by_role("dialog", name="Coulisses")
    await window.get_by_role("searchbox", name="Filtrer le journal").fill("post /channels")
    line = window.locator("summary", has_text="POST /channels/").first
    await expect(line).to_contain_text("→ 200")
    await line.click()
    await expect(window.locator("pre").first).to_contain_text('"request"')
    lost = "Une commande ou un clic n’arrive pas à l’application"
    await window.get_by_label("Pannes provoquées").select_option(lost)
    await window.get_by_role("button", name="Provoquer").click()
    await expect(window.get_by_text(f"{lost} (encore 1)")).to_be_visible()
    await page.keyboard.press("Escape")
    place.sandbox.interactions.answer_within = timedelta(milliseconds=300)  # for what never comes
    await page.get_by_role("button", name="Compter").click()
    await expect(page.locator(".failure")).to_contain_text("L’application n’a pas répondu à temps.")
    place.sandbox.interactions.answer_within = ANSWER_WITHIN
    await page.get_by_role("button", name="Compter").click()
    await expect(page.get_by_text("Compté une fois.")).to_be_visible()
    await expect(page.locator(".failure")).to_have_count(0)


async def test_behind_the_scenes_a_privileged_intent_is_taken_away(opened: Opened, place: Town) -> None:
    place.sandbox.world.set_intents(place.app, {"members"})
    page = await opened("Nicolas")
    await page.get_by_role("button", name="Coulisses").click()
    granted = page.get_by_role("dialog", name="Coulisses").get_by_role("group", name=place.app.name)
    members = granted.get_by_role("checkbox", name="Membres du serveur")
    await expect(members).to_be_checked()
    await expect(granted.get_by_role("checkbox", name="Contenu des messages")).not_to_be_checked()
    await members.uncheck()
    await expect(members).not_to_be_checked()
    assert place.app.intents == set()
    await granted.get_by_role("checkbox", name="Contenu des messages").check()
    await expect(granted.get_by_role("checkbox", name="Contenu des messages")).to_be_checked()
    assert place.app.intents == {"message_content"}


async def test_every_fault_is_provoked_from_behind_the_scenes(opened: Opened, place: Town) -> None:
    page = await opened("Nicolas")
    await page.get_by_role("button", name="Coulisses").click()
    window = page.get_by_role("dialog", name="Coulisses")
    await window.get_by_text("Toutes les pannes").click()
    menu = window.get_by_role("combobox", name="Toutes les pannes")
    kinds = [await one.get_attribute("value") for one in await menu.get_by_role("option").all()]
    added = []
    place.sandbox.gateway.interrupt = lambda: None  # type: ignore[method-assign]
    for kind in kinds:
        await menu.select_option(kind)
        before = len(place.sandbox.faults)
        await window.locator(".every-fault").get_by_role("button", name="Provoquer").click()
        await expect(window.locator(".faults li")).to_have_count(before + 1)
        added.append(place.sandbox.faults.list()[-1]["kind"])
    assert added == [*REST_KINDS, *GATEWAY_KINDS]
    await menu.select_option("kind_close")
    await window.get_by_label("code", exact=True).fill("4009")
    await window.locator(".every-fault").get_by_role("button", name="Provoquer").click()
    await expect(window.locator(".faults li")).to_have_count(len(kinds) + 1)
    assert place.sandbox.faults.list()[-1]["code"] == 4009
    place.sandbox.faults.clear()


async def test_an_answer_is_shown_wherever_one_clicked(opened: Opened, place: Town) -> None:
    """Far above the last message too: a click that shows nothing would look broken."""
    await place.talk()
    for number in range(30):
        place.world.post(place.places["accueil"], place.user("Camille"), f"message {number}")
    page = await opened("Nicolas")
    await expect(page.get_by_text("message 29", exact=True)).to_be_in_viewport()
    await page.get_by_role("button", name="En privé").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Rien que pour vous.")).to_be_in_viewport()
    await expect(page.locator(".message").last).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(page.locator(".message").last.get_by_role("button", name="Entraide")).to_be_focused()


async def test_focus_stays_with_a_message_that_a_form_has_changed(opened: Opened, place: Town) -> None:
    """The button that opened the form is no more: the next Tab is still in its message."""
    await place.talk()
    page = await opened("Nicolas")
    await page.get_by_role("button", name="Proposer").focus()
    await page.keyboard.press("Enter")
    form = page.get_by_role("dialog", name="Proposer une ressource")
    await form.get_by_label("Titre").fill("Ici même")
    await page.keyboard.press("Enter")
    await expect(form).to_have_count(0)
    changed = page.locator(".message", has_text="Reçu, à la même place.")
    await expect(changed).to_be_visible()
    assert await changed.evaluate("row => row.contains(document.activeElement)")

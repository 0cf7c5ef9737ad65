"""One's own messages: put right, with files; what one is told of a bot's mistakes and of closed channels."""

import json
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.sandbox.page.test_access import faults
from tests.sandbox.page.town import Town

Opened = Callable[..., Awaitable[Page]]
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_corrects_its_own_message(opened: Opened, place: Town) -> None:
    page = await opened("Nicolas")
    box = page.get_by_label("Écrire dans accueil")
    await box.fill("Bonjuor")
    await box.press("Enter")
    last = page.locator(".message").last
    await expect(last).to_contain_text("Bonjuor")
    await last.click(button="right")
    await page.get_by_role("menuitem", name="Modifier").click()
    await expect(page.get_by_text("Modification du message")).to_be_visible()
    await expect(box).to_have_value("Bonjuor")
    await box.fill("Bonjour")
    await box.press("Enter")
    await expect(last).to_contain_text("Bonjour")
    await expect(last).to_contain_text("(modifié)")
    await expect(box).to_have_value("")
    assert [one.text for one in await place.people["Nadia"].sees("accueil")] == ["Bonjour"]


async def test_leaves_a_correction_without_sending(opened: Opened, place: Town) -> None:
    page = await opened("Nicolas")
    await place.people["Nicolas"].says("accueil", "Tel quel")
    await place.people["Camille"].says("accueil", "D’accord")
    await page.locator(".message", has_text="D’accord").click(button="right")
    await expect(page.get_by_role("menuitem", name="Répondre")).to_be_visible()
    await expect(page.get_by_role("menuitem", name="Modifier")).to_have_count(0)
    await page.keyboard.press("Escape")
    await page.locator(".message", has_text="Tel quel").click(button="right")
    await page.get_by_role("menuitem", name="Modifier").click()
    await page.get_by_label("Écrire dans accueil").press("Escape")
    await expect(page.get_by_label("Écrire dans accueil")).to_have_value("")
    assert [one.text for one in await place.people["Nadia"].sees("accueil")] == ["Tel quel", "D’accord"]


async def test_arrow_up_takes_up_the_last_message_by_its_names(opened: Opened, place: Town) -> None:
    """As in Discord; nobody is shown a mark with an id in it, and what was being written waits."""
    camille = place.people["Camille"].id
    await place.people["Nicolas"].says("accueil", f"Merci <@{camille}> et <@{camille}>, voir <#1> !")
    await place.people["Camille"].says("accueil", "De rien")
    page = await opened("Nicolas")
    box = page.get_by_label("Écrire dans accueil")
    await box.press("ArrowUp")
    await expect(box).to_have_value("Merci @Camille et @Camille, voir <#1> !")
    await box.press("End")
    await page.keyboard.type("!")
    await box.press("Enter")
    await expect(page.locator(".message", has_text="(modifié)")).to_contain_text("Merci @Camille et @Camille")
    [first, _] = await place.people["Nadia"].sees("accueil")
    assert first.text == f"Merci <@{camille}> et <@{camille}>, voir <#1> !!"


async def test_two_people_of_one_name_are_not_taken_for_each_other(opened: Opened, place: Town) -> None:
    other = place.world.add_user("Camille")
    place.world.join(place.guild, other)
    page = await opened("Nicolas")
    box = page.get_by_label("Écrire dans accueil")
    for at in range(2):
        await box.press_sequentially("@cami")
        await expect(page.get_by_role("option")).to_have_count(2)
        await page.keyboard.press(["Enter", "ArrowDown"][at])
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message").last.get_by_role("button", name="@Camille")).to_have_count(2)
    [seen] = await place.people["Nadia"].sees("accueil")
    assert set(seen.text.split()) == {f"<@{place.people['Camille'].id}>", f"<@{other.id}>"}


async def test_letters_go_where_one_writes(opened: Opened, place: Town) -> None:
    """As in Discord: after a click on a message one just types on."""
    await place.people["Camille"].says("accueil", "Qui vient demain ?")
    page = await opened("Nicolas")
    await page.get_by_text("Qui vient demain ?").click()
    await page.keyboard.type("Moi !\n")
    await expect(page.locator(".message").last).to_contain_text("Moi !")
    await page.locator(".message").first.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menuitem", name="Répondre")).to_be_visible()
    await page.keyboard.type("x")  # the menu is open: it takes the keys
    await page.keyboard.press("Escape")
    await expect(page.get_by_label("Écrire dans accueil")).to_have_value("")


async def test_what_is_being_written_waits_in_its_channel(opened: Opened, place: Town) -> None:
    page = await opened("Nicolas")
    channels = page.get_by_role("navigation", name="Salons")
    await page.get_by_label("Écrire dans accueil").press_sequentially("Demain @cam")
    await page.get_by_role("option", name="Camille").click()
    await channels.get_by_role("button", name="discussions").click()
    await expect(page.get_by_label("Écrire dans discussions")).to_have_value("")
    await page.reload()
    await channels.get_by_role("button", name="accueil").click()
    box = page.get_by_label("Écrire dans accueil")
    await expect(box).to_have_value("Demain @Camille ")
    await box.press("Enter")
    await expect(page.locator(".message").last.get_by_role("button", name="@Camille")).to_be_visible()
    await page.locator(".message").last.click(button="right")
    await page.keyboard.type("brouillon")  # into the menu: nothing happens
    await page.keyboard.press("Escape")
    await box.fill("La suite")
    await page.locator(".message").last.click(button="right")
    await page.get_by_role("menuitem", name="Modifier").click()
    await expect(box).to_have_value("Demain @Camille")
    await box.press("Escape")
    await expect(box).to_have_value("La suite")


async def test_a_correction_waits_in_its_channel(opened: Opened, place: Town) -> None:
    """Beside what was being written before it; another channel and a reload lose neither."""
    camille = place.people["Camille"].id
    await place.people["Nicolas"].says("accueil", f"Merci <@{camille}>")
    page = await opened("Nicolas")
    channels = page.get_by_role("navigation", name="Salons")
    box = page.get_by_label("Écrire dans accueil")
    await box.fill("La suite")
    await page.locator(".message").last.click(button="right")
    await page.get_by_role("menuitem", name="Modifier").click()
    await expect(box).to_have_value("Merci @Camille")
    await box.press("End")
    await page.keyboard.type(" !")
    await channels.get_by_role("button", name="discussions").click()
    await expect(page.get_by_text("Modification du message")).to_have_count(0)
    await page.reload()
    await channels.get_by_role("button", name="accueil").click()
    await expect(page.get_by_text("Modification du message")).to_be_visible()
    await expect(box).to_have_value("Merci @Camille !")
    await box.press("Enter")
    await expect(page.locator(".message").last).to_contain_text("(modifié)")
    await expect(box).to_have_value("La suite")
    [seen] = await place.people["Nadia"].sees("accueil")
    assert seen.text == f"Merci <@{camille}> !"
    await channels.get_by_role("button", name="discussions").click()
    await channels.get_by_role("button", name="accueil").click()
    await expect(page.get_by_text("Modification du message")).to_have_count(0)
    await expect(box).to_have_value("La suite")


async def test_a_message_that_does_not_leave_stays_in_the_line(opened: Opened, place: Town) -> None:
    page = await opened("Nicolas")
    box = page.get_by_label("Écrire dans accueil")
    await box.fill("x" * 2003)
    await box.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text("Le message a 3 caractères de trop.")
    await expect(box).to_have_value("x" * 2003)
    await page.evaluate("window.real = fetch; window.fetch = () => Promise.reject(new TypeError('down')); 0")
    await box.fill("Bonjour")
    await box.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("La connexion au bac à sable est perdue.")
    await expect(box).to_have_value("Bonjour")
    await page.evaluate("window.fetch = window.real; 0")
    await box.press("Enter")
    for text in ("deux", "trois"):
        await box.fill(text)
        await box.press("Enter")
    await expect(page.locator(".message")).to_have_count(3)
    assert [one.text for one in await place.people["Nadia"].sees("accueil")] == ["Bonjour", "deux", "trois"]


async def test_emojis_are_written_by_their_names(opened: Opened, place: Town) -> None:
    page = await opened("Nicolas", viewport={"width": 320, "height": 640})
    box = page.get_by_label("Écrire dans accueil")
    await box.press_sequentially("Rendez-vous à 14 :30 :tad")
    await expect(page.get_by_role("option").first).to_have_text("🎉:tada:")
    assert await faults(page, "emojis") == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.keyboard.press("Enter")
    await expect(box).to_have_value("Rendez-vous à 14 :30 🎉 ")
    await expect(page.get_by_role("option")).to_have_count(0)
    await page.keyboard.type(":slight_s")
    await page.keyboard.press("Tab")
    await page.keyboard.type("`:tada:` <:tada:1> https://example.org/:tada: :tada::nothing: :flag_fr:!\n")
    await expect(page.locator(".message").last).to_contain_text("Rendez-vous")
    [seen] = await place.people["Nadia"].sees("accueil")
    assert seen.text == (
        "Rendez-vous à 14 :30 🎉 🙂 `:tada:` <:tada:1> https://example.org/:tada: 🎉:nothing: 🇫🇷!"
    )
    await page.locator(".message").last.click(button="right")
    await page.get_by_role("menuitem", name="Réagir").click()
    await page.get_by_label("Autre émoji").fill(":heart:")
    await page.get_by_label("Autre émoji").press("Enter")
    await expect(page.get_by_role("button", name="❤️, 1 réaction")).to_be_visible()


@pytest.mark.parametrize("text", ["14 :30", "`a :tad", "https://example.org/:tad", "mot:tad", ":t"])
async def test_no_emoji_is_offered_where_a_colon_is_only_that(opened: Opened, text: str) -> None:
    page = await opened("Nicolas")
    box = page.get_by_label("Écrire dans accueil")
    await box.fill(":tad")
    await expect(page.get_by_role("option").first).to_be_visible()
    await box.fill(text)
    await expect(page.get_by_role("option")).to_have_count(0)


async def test_a_message_is_not_deleted_by_a_slip(opened: Opened, place: Town) -> None:
    await place.people["Nicolas"].says("accueil", "À garder")
    page = await opened("Nicolas")
    for answer in ("Annuler", "Confirmer"):
        await page.locator(".message").last.click(button="right")
        await page.get_by_role("menuitem", name="Supprimer").click()
        question = page.get_by_role("dialog", name="Confirmation")
        await expect(question).to_contain_text("À garder")
        await question.get_by_role("button", name=answer).click()
        await expect(page.locator(".message")).to_have_count(1 if answer == "Annuler" else 0)


async def test_one_comes_back_to_where_one_was_reading(opened: Opened, place: Town) -> None:
    for number in range(90):
        place.world.post(place.places["discussions"], place.user("Camille"), f"message {number}")
    page = await opened("Nicolas", "discussions")
    channels = page.get_by_role("navigation", name="Salons")
    await expect(page.get_by_text("message 89", exact=True)).to_be_in_viewport()
    await page.get_by_text("message 40", exact=True).scroll_into_view_if_needed()
    await channels.get_by_role("button", name="accueil").click()
    await expect(page.get_by_label("Écrire dans accueil")).to_be_focused()
    await channels.get_by_role("button", name="discussions").click()
    await expect(page.get_by_text("message 40", exact=True)).to_be_in_viewport()
    await page.get_by_label("Écrire dans discussions").press("Escape")
    await expect(page.get_by_text("message 89", exact=True)).to_be_in_viewport()


async def test_sends_files_with_a_message(opened: Opened, place: Town) -> None:
    page = await opened("Nicolas")
    async with page.expect_file_chooser() as choosing:
        await page.get_by_role("button", name="Joindre des fichiers").click()
    chooser = await choosing.value
    await chooser.set_files(
        [
            {"name": "plan.txt", "mimeType": "text/plain", "buffer": b"Rez-de-chauss\xc3\xa9e"},
            {"name": "autre.txt", "mimeType": "text/plain", "buffer": b"x"},
        ]
    )
    await page.get_by_role("button", name="Retirer autre.txt").click()
    assert await faults(page, "attaching") == []
    await page.get_by_label("Écrire dans accueil").fill("Voici le plan")
    await page.get_by_label("Écrire dans accueil").press("Enter")
    await expect(page.locator(".message").last.get_by_role("link", name="plan.txt")).to_be_visible()
    await expect(page.get_by_role("list", name="Fichiers joints")).to_have_count(0)
    [seen] = await place.people["Nadia"].sees("accueil")
    assert [one["filename"] for one in (seen.message or {})["attachments"]] == ["plan.txt"]


async def test_a_channel_that_closes_goes_away_and_comes_back(opened: Opened, place: Town) -> None:
    page = await opened("Nadia", "discussions")
    row = page.get_by_role("navigation", name="Salons").get_by_role("button", name="discussions")
    await expect(row).to_be_visible()
    channel, everyone = place.places["discussions"], place.guild.id
    place.world.set_overwrite(channel, {"id": everyone, "type": 0, "allow": "0", "deny": str(1 << 11)})
    await expect(page.get_by_text("Ici, on n’écrit pas")).to_be_visible()
    await row.focus()
    await page.keyboard.press("Alt+ArrowUp")
    await page.keyboard.press("Alt+ArrowDown")
    await expect(page.get_by_role("log")).to_be_focused()
    place.world.set_overwrite(channel, {"id": everyone, "type": 0, "allow": "0", "deny": str(1 << 10)})
    await expect(row).to_have_count(0)
    await expect(page.get_by_role("heading", name="discussions", level=1)).to_have_count(0)
    place.world.remove_overwrite(channel, everyone)
    await expect(row).to_be_visible()


async def test_a_link_to_an_archived_thread_opens_it(opened: Opened, place: Town) -> None:
    post = await place.people["Nicolas"].posts_in("pratiques", "Vieux sujet", "Il y a longtemps.")
    place.world.edit_thread(place.world.channels[post["id"]], {"archived": True})
    page = await opened("Nadia")
    await page.goto("about:blank")
    await page.goto(f"{place.sandbox.url}/#{place.people['Nadia'].id}/{post['id']}")
    thread = page.get_by_role("complementary", name="Fil")
    await expect(thread.get_by_role("heading", name="Vieux sujet")).to_be_visible()
    await expect(thread).to_contain_text("Il y a longtemps.")


async def test_a_mention_of_an_archived_thread_names_it(opened: Opened, place: Town) -> None:
    """Archived before the page was opened: nothing told of it; a channel that is none stays unknown."""
    post = await place.people["Nicolas"].posts_in("pratiques", "Vieux sujet", "Il y a longtemps.")
    place.world.edit_thread(place.world.channels[post["id"]], {"archived": True})
    await place.people["Camille"].says("accueil", f"Voyez <#{post['id']}>, et <#{place.guild.id[:-1]}>.")
    page = await opened("Nadia")
    said = page.locator(".message", has_text="Voyez")
    named = said.get_by_role("button", name="#Vieux sujet")
    await expect(named).to_be_visible()
    await expect(said.get_by_text("#salon-inconnu")).to_have_count(1)
    await named.click()
    await expect(page.get_by_role("complementary", name="Fil")).to_contain_text("Il y a longtemps.")


async def test_says_what_was_wrong_with_an_answer(opened: Opened, place: Town) -> None:
    """For whoever makes the bot: the page names the field that Discord would not take."""
    page = await opened("Nicolas")
    told = {"level": "error", "application": "Entraide", "message": "Invalid Form Body", "code": 50035}
    leaf = {"_errors": [{"code": "BASE_TYPE_MAX_LENGTH", "message": "Must be 45 or fewer in length."}]}
    told["errors"] = {"data": {"title": leaf}}
    place.world.emit("NOTICE", told, users=[place.people["Nicolas"].id])
    notice = page.locator(".notice.error")
    await expect(notice).to_contain_text("La réponse de Entraide a été refusée")
    await expect(notice).to_contain_text("Must be 45 or fewer in length. (50035)")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_consent_screen(opened: Opened, place: Town, scheme: str) -> None:
    place.app.data["redirect_uris"] = ["http://127.0.0.1:9/retour"]
    page = await opened("Nicolas", color_scheme=scheme)
    query = "response_type=code&redirect_uri=http://127.0.0.1:9/retour&scope=identify%20guilds&state=x"
    await page.goto(f"{place.sandbox.url}/oauth2/authorize?client_id={place.app.id}&{query}")
    await expect(page.get_by_role("heading", name="Entraide demande à vous reconnaître")).to_be_visible()
    await page.get_by_label("Qui êtes-vous").select_option("Nadia")
    assert await faults(page, "consent") == []
    async with page.expect_request("http://127.0.0.1:9/**") as asked:
        await page.get_by_role("button", name="Autoriser").click(no_wait_after=True)
    assert "code=" in (await asked.value).url


async def test_a_refusal_is_said_in_the_persons_words(opened: Opened, place: Town) -> None:
    """Not in Discord's, which are English: here, the message was deleted while the menu was open."""
    await place.people["Camille"].says("accueil", "Oubliez cela")
    page = await opened("Nicolas")
    await page.locator(".message").last.hover()
    refused = {"message": "Unknown Message", "code": 10008}
    gone = f"new Response(JSON.stringify({json.dumps(refused)}), {{status: 404}})"
    await page.evaluate(f"window.fetch = async () => {gone}; 0")
    await page.get_by_role("button", name="Réagir").click()
    await page.get_by_role("button", name="👍").click()
    await expect(page.locator(".notice.error")).to_contain_text(
        "Cela n’existe plus : quelqu’un l’a supprimé."
    )

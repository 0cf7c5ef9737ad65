"""What one learns about messages, and does with them: who reacted, what is pinned, what is unread."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.sandbox.page.test_access import faults, press
from tests.sandbox.page.town import Town

Opened = Callable[..., Awaitable[Page]]
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def reacted(place: Town, *names: str, emoji: str = "👍") -> str:
    """A message of Camille's, with the reactions of these people."""
    said = await place.people["Camille"].says("accueil", "Qui vient demain ?")
    for name in names:
        await react(place, name, said.id, emoji)
    return said.id


async def react(place: Town, name: str, message: str, emoji: str) -> None:
    path = f"/channels/{place.places['accueil'].id}/messages/{message}/reactions/{emoji}"
    await place.people[name].request("PUT", path)


async def test_tells_who_reacted(opened: Opened, place: Town) -> None:
    said = await reacted(place, "Nicolas", "Nadia", "Oliver", "Camille")
    await react(place, "Nadia", said, "🎉")
    page = await opened("Nicolas")
    thumb = page.get_by_role("button", name="👍, 4 réactions")
    await thumb.hover()
    await expect(page.get_by_role("tooltip")).to_have_text("Nicolas, Camille, Nadia et 1 autre personne")
    await page.mouse.move(0, 0)
    await expect(page.get_by_role("tooltip")).to_have_count(0)
    await thumb.click(button="right")
    window = page.get_by_role("dialog", name="Réactions")
    await expect(window.locator("li bdi")).to_have_text(["Nicolas", "Camille", "Nadia", "Oliver"])
    assert await faults(page, "reactions") == []
    await window.get_by_role("button", name="🎉, 1 réaction").click()
    await expect(window.locator("li bdi")).to_have_text(["Nadia"])
    await press(page, "Escape")
    await expect(thumb).to_have_attribute("aria-pressed", "true")


async def test_who_reacted_is_told_to_the_keyboard_too(opened: Opened, place: Town) -> None:
    await reacted(place, "Nadia")
    page = await opened("Nicolas")
    await page.locator(".message").last.focus()
    await press(page, "Tab", "Tab")
    await expect(page.get_by_role("button", name="👍, 1 réaction")).to_be_focused()
    await expect(page.get_by_role("tooltip")).to_have_text("Nadia")
    await press(page, "Escape")
    await expect(page.get_by_role("tooltip")).to_have_count(0)
    await expect(page.get_by_role("button", name="👍, 1 réaction")).to_be_focused()
    await page.locator(".message").last.focus()
    await press(page, "Enter")
    await page.get_by_role("menuitem", name="Réactions").press("Enter")
    await expect(page.get_by_role("dialog", name="Réactions").locator("li bdi")).to_have_text("Nadia")


async def test_a_finger_that_stays_shows_who_reacted(opened: Opened, place: Town) -> None:
    """And is no click: the reaction is as it was."""
    await reacted(place, "Nadia")
    page = await opened("Nicolas", viewport={"width": 320, "height": 640}, has_touch=True)
    thumb = page.get_by_role("button", name="👍, 1 réaction")
    box = await thumb.bounding_box()
    assert box is not None
    finger = {"x": box["x"] + 8, "y": box["y"] + 8}
    session = await page.context.new_cdp_session(page)
    await session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [finger]})
    window = page.get_by_role("dialog", name="Réactions")
    await expect(window.locator("li bdi")).to_have_text("Nadia")
    await session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert await faults(page, "reactions on a phone") == []
    await window.get_by_role("button", name="Fermer").tap()
    await expect(thumb).to_have_attribute("aria-pressed", "false")
    await thumb.tap()
    await expect(page.get_by_role("button", name="👍, 2 réactions")).to_be_visible()


async def test_pins_reads_and_takes_down(opened: Opened, place: Town) -> None:
    for text in ("Les règles du salon", *(f"Message {n}" for n in range(60))):
        await place.people["Camille"].says("accueil", text)
    page = await opened("Camille")
    await page.get_by_role("button", name="Messages épinglés").click()
    panel = page.get_by_role("dialog", name="Messages épinglés")
    await expect(panel).to_contain_text("Rien n’est épinglé ici.")
    await press(page, "Escape")
    await page.get_by_text("Message 59").click(button="right")
    await page.get_by_role("menuitem", name="Épingler", exact=True).click()
    await expect(page.get_by_text("Camille a épinglé un message.")).to_be_visible()
    first = place.places["accueil"].messages.page(1, after=0)[0]["id"]
    await place.people["Camille"].request(
        "PUT", f"/channels/{place.places['accueil'].id}/messages/pins/{first}"
    )
    await page.get_by_role("button", name="Messages épinglés").click()
    await expect(panel.get_by_role("listitem")).to_have_count(2)
    await expect(panel.get_by_role("listitem").first).to_contain_text("Les règles du salon")
    assert await faults(page, "pins") == []
    await panel.get_by_role("button", name="Désépingler").last.click()
    await expect(panel.get_by_role("listitem")).to_have_count(1)
    await panel.get_by_role("button", name="Aller au message de Camille").click()
    await expect(page.locator(".message", has_text="Les règles du salon")).to_be_focused()
    await press(page, "Enter")
    await expect(page.get_by_role("menuitem", name="Désépingler")).to_be_visible()


async def test_pins_in_a_thread_are_its_own(opened: Opened, place: Town) -> None:
    await place.people["Nicolas"].posts_in("pratiques", "Aller vers au marché", "Un stand chaque mois.")
    page = await opened("Camille", "pratiques", viewport={"width": 320, "height": 640})
    await page.get_by_role("button", name="Aller vers au marché").click()
    thread = page.get_by_role("complementary", name="Fil")
    await thread.get_by_text("Un stand chaque mois.").click(button="right")
    await page.get_by_role("menuitem", name="Épingler", exact=True).click()
    await expect(thread.get_by_text("Camille a épinglé un message.")).to_be_visible()
    await thread.get_by_role("button", name="Messages épinglés").click()
    panel = page.get_by_role("dialog", name="Messages épinglés")
    await expect(panel.get_by_role("listitem")).to_contain_text("Un stand chaque mois.")
    await panel.get_by_role("button", name="Désépingler").click()
    await expect(panel).to_contain_text("Rien n’est épinglé ici.")
    await expect(panel.locator(".pins-panel")).to_be_focused()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await press(page, "Escape")
    tools = ("Fermer le fil", "Messages épinglés", "Actions sur le fil")
    boxes = [await thread.get_by_role("button", name=name).bounding_box() for name in tools]
    assert len({box["y"] for box in boxes if box}) == 1  # side by side


async def test_whoever_may_not_pin_reads_what_is(opened: Opened, place: Town) -> None:
    everyone = place.guild.roles[place.guild.id]
    everyone["permissions"] = str(int(everyone["permissions"]) & ~(1 << 51))
    said = await place.people["Camille"].says("accueil", "Les règles du salon")
    path = f"/channels/{place.places['accueil'].id}/messages/pins/{said.id}"
    await place.people["Camille"].request("PUT", path)
    page = await opened("Nicolas", viewport={"width": 320, "height": 640})
    await page.get_by_text("Les règles du salon").click(button="right")
    await expect(page.get_by_role("menuitem", name="Répondre")).to_be_visible()
    await expect(page.get_by_role("menuitem", name="Désépingler")).to_have_count(0)
    await press(page, "Escape")
    await page.get_by_role("button", name="Messages épinglés").click()
    panel = page.get_by_role("dialog", name="Messages épinglés")
    await expect(panel).to_contain_text("Les règles du salon")
    await expect(panel.get_by_role("button", name="Désépingler")).to_have_count(0)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await faults(page, "pins on a phone") == []


async def test_marks_a_message_as_unread(opened: Opened, place: Town) -> None:
    """It stays so while one is there; whoever comes back is shown where to begin."""
    for n in range(70):
        await place.people["Camille"].says("accueil", f"Message {n:02}")
    page = await opened("Nicolas")
    channels = page.get_by_role("navigation", name="Salons")
    row = channels.get_by_role("button", name="accueil")
    bar = page.locator(".unread-bar")
    line = page.get_by_text("Nouveaux messages", exact=True)
    await expect(page.get_by_text("Message 69")).to_be_visible()
    await expect(bar).to_be_hidden()
    await page.locator(".message", has_text="Message 68").focus()
    await press(page, "Enter")
    await page.get_by_role("menuitem", name="Marquer comme non lu").press("Enter")
    await expect(page.locator(".message", has_text="Message 68")).to_be_focused()
    await expect(line).to_be_in_viewport()
    await expect(row).to_contain_text("(non lu)")
    await expect(bar).to_be_hidden()
    await page.locator(".message", has_text="Message 40").evaluate("node => node.scrollIntoView()")
    await page.get_by_text("Message 40").click(button="right")
    await page.get_by_role("menuitem", name="Marquer comme non lu").click()
    await expect(line).to_have_count(1)
    await channels.get_by_role("button", name="discussions").click()
    await page.reload()
    await expect(row).to_contain_text("(non lu)")
    await row.click()
    await expect(page.get_by_text("Message 69")).to_be_in_viewport()
    await expect(row).not_to_contain_text("(non lu)")
    await expect(bar).to_contain_text("30 nouveaux messages depuis")
    assert await faults(page, "unread") == []
    await bar.get_by_role("button", name="30 nouveaux messages").click()
    await expect(page.locator(".message", has_text="Message 40")).to_be_focused()
    await expect(line).to_be_in_viewport()
    await expect(bar).to_be_hidden()


async def test_the_bar_takes_the_mark_away_and_so_does_an_answer(opened: Opened, place: Town) -> None:
    for n in range(40):
        await place.people["Camille"].says("accueil", f"Message {n:02}")
    page = await opened("Nicolas", viewport={"width": 320, "height": 640})
    row = page.get_by_role("navigation", name="Salons", include_hidden=True).get_by_role(
        "button", name="accueil", include_hidden=True
    )
    bar = page.locator(".unread-bar")
    box = page.get_by_label("Écrire dans accueil")

    async def unread(text: str) -> None:
        await page.locator(".message", has_text=text).evaluate("node => node.scrollIntoView()")
        await page.get_by_text(text).click(button="right")
        await page.get_by_role("menuitem", name="Marquer comme non lu").click()
        await expect(row).to_contain_text("(non lu)")
        await page.get_by_role("log").evaluate("node => node.scrollTo(0, node.scrollHeight)")
        await expect(bar).to_be_visible()

    await unread("Message 10")
    await expect(row).to_contain_text("(non lu)")
    assert await faults(page, "unread on a phone") == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await bar.get_by_role("button", name="Marquer comme lu").click()
    await expect(bar).to_be_hidden()
    await expect(box).to_be_focused()
    await expect(row).not_to_contain_text("(non lu)")
    await expect(page.get_by_text("Nouveaux messages", exact=True)).to_have_count(0)
    await unread("Message 11")
    await box.fill("Me voici")
    await box.press("Enter")
    await expect(page.locator(".message").last).to_contain_text("Me voici")
    await expect(row).not_to_contain_text("(non lu)")

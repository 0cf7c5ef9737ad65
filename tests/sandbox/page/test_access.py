"""Everybody can use the page: the axe-core audit of each screen, and a visit without a mouse."""

from collections.abc import Awaitable, Callable

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.sandbox.page.town import Town

Opened = Callable[..., Awaitable[Page]]
AXE = Axe().axe_script
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def faults(page: Page, screen: str) -> list[str]:
    """What axe-core finds, best practices included. Put in the page once; only what is wrong comes back."""
    if await page.evaluate("typeof axe === 'undefined'"):
        await page.evaluate(AXE)
    found = await page.evaluate("axe.run({resultTypes: ['violations']}).then(found => found.violations)")
    return [f"{screen}: {fault['id']} {fault['nodes'][0]['target']}" for fault in found]


async def press(page: Page, *keys: str) -> None:
    for key in keys:
        await page.keyboard.press(key)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_fault_on_any_screen(opened: Opened, place: Town, scheme: str) -> None:
    await place.talk()
    page = await opened("Nicolas", color_scheme=scheme)
    await page.get_by_role("button", name="En privé").click()
    await expect(page.get_by_text("Rien que pour vous.")).to_be_visible()
    found = await faults(page, "channel")
    box = page.get_by_label("Écrire dans accueil")
    await box.fill("/")
    await expect(page.get_by_role("option", name="/enquête")).to_be_visible()
    found += await faults(page, "commands")
    await box.fill("/ressource chercher ")
    await expect(page.get_by_role("option", name="Budget participatif")).to_be_visible()
    found += await faults(page, "options")
    await press(page, "Escape", "Escape")
    await page.get_by_role("combobox", name="Un thème").click()
    found += await faults(page, "menu")
    await press(page, "Escape")
    await box.fill("/enquête")
    await press(page, "Enter", "Enter")
    await expect(page.get_by_role("dialog", name="Enquête")).to_be_visible()
    found += await faults(page, "form")
    await press(page, "Escape")
    for button in (
        "Évènements",
        "Coulisses",
        "Horloge du bac à sable",
        "Vous êtes Nicolas",
        "Actions sur le serveur",
    ):
        await page.get_by_role("button", name=button).first.click()
        found += await faults(page, button)
        await press(page, "Escape")
    await page.get_by_role("complementary").get_by_role("button", name="Camille").click()
    found += await faults(page, "profile")
    await press(page, "Escape")
    await page.get_by_role("button", name="pratiques").first.click()
    await page.get_by_role("button", name="Aller vers au marché").click()
    await expect(page.get_by_role("complementary", name="Fil")).to_be_visible()
    found += await faults(page, "forum")
    assert found == []


async def test_no_fault_on_a_phone(opened: Opened, place: Town) -> None:
    await place.talk()
    page = await opened("Nicolas", viewport={"width": 390, "height": 780})
    found = await faults(page, "channel")
    await page.get_by_role("button", name="Serveurs et salons").click()
    await expect(page.get_by_role("navigation", name="Salons")).to_be_visible()
    assert found + await faults(page, "lists") == []


async def test_a_visit_by_keyboard_alone(opened: Opened, place: Town) -> None:
    """Change channel, read, act on a message, come back to writing: no mouse."""
    await place.talk()
    page = await opened("Camille")
    box = page.get_by_label("Écrire dans accueil")
    await page.get_by_role("log").focus()
    await press(page, "ArrowUp")
    last = page.locator(".message").last
    await expect(last).to_be_focused()
    await press(page, "ArrowUp", "ArrowUp", "ArrowUp")
    await expect(page.locator(".message", has_text="Bienvenue @Nicolas")).to_be_focused()
    await press(page, "Enter")
    await expect(page.get_by_role("menuitem", name="Réagir")).to_be_focused()
    await press(page, "ArrowDown")
    await expect(page.get_by_role("menuitem", name="Répondre")).to_be_focused()
    await press(page, "Enter")
    await expect(page.get_by_text("Réponse à Camille")).to_be_visible()
    await expect(box).to_be_focused()
    await page.keyboard.type("Avec plaisir !\n")
    await expect(last).to_contain_text("Avec plaisir !")
    await expect(last).to_contain_text("Bienvenue")
    await press(page, "Alt+ArrowDown")
    await expect(page.get_by_role("heading", name="annonces", level=1)).to_be_visible()
    await expect(page.get_by_label("Écrire dans annonces")).to_be_focused()


async def test_goes_anywhere_by_a_few_letters(opened: Opened, place: Town) -> None:
    """Ctrl+K, as in Discord: what waits comes first, a thread too is found by its name."""
    await place.talk()
    page = await opened("Nadia")
    await place.people["Camille"].says("discussions", f"Une question pour <@{place.people['Nadia'].id}>.")
    await expect(page.locator(".badge")).not_to_have_count(0)
    await press(page, "Control+k")
    window = page.get_by_role("dialog", name="Aller à un salon ou à une conversation")
    await expect(window.get_by_role("option").first).to_contain_text("discussions")
    assert await faults(page, "switcher") == []
    await page.keyboard.type("cour d'ecole")
    await expect(window.get_by_role("option")).to_have_count(1)
    await press(page, "Enter")
    await expect(page.get_by_role("complementary", name="Fil")).to_be_visible()
    await expect(page.get_by_label("Écrire dans Cour d’école ouverte")).to_be_focused()
    await press(page, "Control+k", "Escape")
    await expect(page.get_by_label("Écrire dans Cour d’école ouverte")).to_be_focused()


async def test_focus_comes_back_from_what_closes(opened: Opened) -> None:
    page = await opened("Nicolas")
    for name in ("Horloge du bac à sable", "Vous êtes Nicolas", "Actions sur le serveur"):
        button = page.get_by_role("button", name=name).first
        await button.focus()
        await press(page, "Enter")
        await expect(page.locator(".popup")).to_be_visible()
        await press(page, "Escape")
        await expect(page.locator(".popup")).to_have_count(0)
        await expect(button).to_be_focused()
    button = page.get_by_role("button", name="Évènements")
    await button.focus()
    await press(page, "Enter", "Escape")
    await expect(button).to_be_focused()


async def test_nothing_moves_for_those_who_ask(opened: Opened) -> None:
    page = await opened("Nicolas", reduced_motion="reduce")
    moves = "node => getComputedStyle(node).transitionDuration !== '0s'"
    assert not await page.evaluate(f"[...document.querySelectorAll('*')].some({moves})")

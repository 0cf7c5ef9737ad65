"""The guided tour: offered once, goes from person to place, shows the button, goes away."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.sandbox.page.test_access import faults
from tests.sandbox.page.town import Town

Opened = Callable[..., Awaitable[Page]]
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


def card(page: Page) -> Any:
    return page.get_by_role("complementary", name="Visite guidée")


async def test_is_offered_at_the_first_visit_only(opened: Opened, place: Town) -> None:
    page = await opened("Nicolas")
    await expect(card(page)).to_have_count(0)
    await page.goto("about:blank")
    await page.goto(place.sandbox.url)
    await expect(card(page)).to_contain_text("Bonjour")
    await card(page).get_by_role("button", name="Fermer").click()
    await expect(card(page)).to_have_count(0)
    await page.goto("about:blank")
    await page.goto(place.sandbox.url)
    await expect(page.get_by_role("button", name="Visite guidée")).to_be_visible()
    await expect(card(page)).to_have_count(0)


@pytest.mark.parametrize("viewport", [(1280, 800), (390, 780), (320, 560)])
async def test_goes_there_as_that_person_and_shows_the_button(
    opened: Opened, place: Town, viewport: tuple[int, int]
) -> None:
    await place.talk()
    page = await opened("Oliver", viewport={"width": viewport[0], "height": viewport[1]})
    await page.get_by_role("button", name="Guided tour").click()
    shown = page.get_by_role("complementary", name="Guided tour")
    await expect(shown.get_by_role("heading", name="Hello")).to_be_focused()
    assert await faults(page, "tour") == []
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await expect(shown.get_by_role("button", name="Start")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(shown).to_contain_text("Step 2 of 3")
    await expect(page.get_by_role("button", name="You are Nicolas").first).to_be_attached()
    await expect(page.get_by_role("heading", name="accueil", level=1)).to_be_visible()
    await expect(page.locator(".pointed")).to_have_text(["Compter"])
    await expect(page.locator(".pointed")).to_be_in_viewport(ratio=0.9)
    await page.locator(".pointed").click(trial=True)  # nothing stands over it, the card least of all
    await expect(shown.locator("strong")).to_have_text("Count")
    await shown.get_by_role("button", name="Next").click()
    await expect(page.get_by_role("button", name="You are Camille").first).to_be_attached()
    await expect(page.get_by_role("heading", name="discussions", level=1)).to_be_visible()
    await shown.get_by_role("button", name="Back").click()
    await expect(shown.get_by_role("heading", name="Count")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(shown).to_have_count(0)
    await expect(page.locator(".pointed")).to_have_count(0)
    await expect(page.get_by_role("button", name="Guided tour")).to_be_focused()

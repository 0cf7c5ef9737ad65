"""Everybody can use the facilitators' pages: the axe-core audit of each, light and dark, wide and narrow."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, async_playwright

from storage.engine import Database
from tests.bot.desk import Desk, desk_of
from tests.community.conftest import Network, network, words
from tests.community.meetups import planned
from tests.community.test_funnel import arrive, ask, complete
from tests.sandbox.page.conftest import FLAGS, chromium

__all__ = ["network", "words"]

pytestmark = pytest.mark.browser
PAGES = (("Parcours des arrivées", "Le parcours"), ("À traiter", "À traiter"), ("Exporter", "Exporter"))


@pytest.fixture
async def db(sqlite_db: Database) -> Database:
    """The page is the subject: one database is enough."""
    return sqlite_db


@pytest.fixture
async def desk(network: Network) -> AsyncIterator[Desk]:
    for account in range(100, 106):
        await ask(network, await complete(network, account), str(account))
    await arrive(network, 200)
    await network.propose("Guide de la concertation")
    await planned(network, title="Café des pairs")
    network.clock.advance(timedelta(days=61))  # everybody is silent, questions wait
    async with desk_of(network) as made:
        yield made


async def faults(page: Page, screen: str) -> list[str]:
    """What axe-core finds, best practices included; and what is wider than the screen."""
    found = (await Axe().run(page)).response["violations"]
    said = [f"{screen}: {fault['id']} {fault['nodes'][0]['target']}" for fault in found]
    too_wide = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    return [*said, f"{screen}: too wide"] if too_wide else said


@pytest.mark.parametrize(("scheme", "width"), [("light", 1100), ("dark", 390)])
async def test_no_fault_on_any_page(desk: Desk, scheme: str, width: int) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        context = await browser.new_context(
            color_scheme="dark" if scheme == "dark" else "light",
            viewport={"width": width, "height": 800},
            locale="fr-FR",
            bypass_csp=True,  # for the audit's own script: the pages have none
        )
        page = await context.new_page()
        await page.goto(f"{desk.url}/desk")
        found = await faults(page, "login")
        await page.get_by_role("link", name="Se connecter avec Discord").click()
        await page.select_option("#person", label="Claire")
        await page.get_by_role("button", name="Autoriser").click()
        await page.get_by_role("heading", name="La santé du réseau").wait_for()
        found += await faults(page, "health")
        for name, heading in PAGES:
            await page.get_by_role("link", name=name).click()
            await page.get_by_role("heading", name=heading, level=1).wait_for()
            found += await faults(page, name)
        await page.goto(f"{desk.url}/desk/999")
        found += await faults(page, "problem")
        await page.goto(f"{desk.url}/desk")
        await page.get_by_role("button", name="Se déconnecter", exact=True).click()
        await page.get_by_role("link", name="Se connecter avec Discord").wait_for()
        await browser.close()
    assert found == []


async def entered(page: Page, desk: Desk) -> None:
    """With the keyboard alone, from the first page on."""
    await page.goto(f"{desk.url}/desk")
    for _presses in range(2):  # past the link to the content
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.select_option("#person", label="Claire")
    await page.get_by_role("button", name="Autoriser").press("Enter")
    await page.get_by_role("heading", name="La santé du réseau").wait_for()


async def test_by_keyboard_without_scripts_and_on_paper(desk: Desk) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        context = await browser.new_context(
            viewport={"width": 390, "height": 800}, locale="fr-FR", java_script_enabled=False
        )
        page = await context.new_page()
        await entered(page, desk)
        await page.goto(f"{desk.url}/desk/1/exports")
        await page.get_by_label("Contenu").focus()
        await page.keyboard.press("ArrowDown")  # members, needs
        async with page.expect_download() as coming:
            for _presses in range(3):  # the format, the period, the button
                await page.keyboard.press("Tab")
            await page.keyboard.press("Enter")
        assert (await coming.value).suggested_filename.startswith("besoins-")

        await page.goto(f"{desk.url}/desk/1/lists")
        assert await page.get_by_role("navigation").is_visible()
        await page.emulate_media(media="print")
        assert not await page.get_by_role("navigation").is_visible()
        assert await page.get_by_text("Guide de la concertation").last.is_visible()
        assert (await page.pdf()).startswith(b"%PDF")
        await browser.close()

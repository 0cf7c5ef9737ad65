"""A real headless browser, the sandbox with its small town, and pages on it."""

import os
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.sandbox.page.town import Town, town

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
expect.set_options(timeout=10_000)


def chromium() -> str | None:
    """The browser of this machine: ENTREPAIRS_CHROMIUM, or the first one on the path."""
    named = os.environ.get("ENTREPAIRS_CHROMIUM")
    return named or next((found for name in NAMES if (found := shutil.which(name))), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if chromium() is not None:
        return
    here = Path(__file__).parent
    skip = pytest.mark.skip(reason="no chromium here: the page was not driven (apt install chromium)")
    for item in items:
        if here in item.path.parents:
            item.add_marker(skip)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One browser for all tests; each test has its own context in it."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def place() -> AsyncIterator[Town]:
    async with town() as made:
        yield made


class Window:
    """A page of the chat, and whatever it complained of."""

    def __init__(self, page: Page, place: Town) -> None:
        self.page = page
        self.place = place
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._console)

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.text} {message.location}")

    async def open(self, person: str, channel: str = "accueil") -> Page:
        """As that person, in that channel."""
        there = f"{self.place.people[person].id}/{self.place.places[channel].id}"
        await self.page.goto(f"{self.place.sandbox.url}/#{there}")
        await expect(self.page.get_by_role("button", name=f"{person} ").first).to_be_attached()
        return self.page


@pytest_asyncio.fixture(loop_scope="session")
async def opened(browser: Browser, place: Town) -> AsyncIterator[Callable[..., Any]]:
    """`page = await opened("Nicolas")`; any console error or warning fails the test at its end."""
    windows: list[Window] = []
    contexts = []

    async def open_page(person: str, channel: str = "accueil", **options: Any) -> Page:
        options = {"viewport": {"width": 1280, "height": 800}, "locale": "fr-FR", **options}
        context = await browser.new_context(timezone_id="Europe/Paris", **options)
        contexts.append(context)
        window = Window(await context.new_page(), place)
        windows.append(window)
        return await window.open(person, channel)

    yield open_page
    for context in contexts:
        await context.close()
    assert [complaint for window in windows for complaint in window.complaints] == []

"""The guided tour of the demonstration, walked to its end in a real browser as a visitor would."""

import re
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from bot.demo import TOUR
from sandbox.tour import read
from tests.bot.conftest import Process
from tests.sandbox.page.conftest import browser, chromium

__all__ = ["browser"]

STEPS = read(TOUR)["steps"]
Act = Callable[[Page, str], Awaitable[None]]


@pytest_asyncio.fixture(loop_scope="session")
async def address() -> AsyncIterator[str]:
    """Of a demonstration, started as anybody starts it."""
    demo = await Process.start("demo", "--port", "0", env={"LANG": "fr_FR.UTF-8"})
    yield (await demo.prints("http://")).strip().rstrip("/")
    demo.tell(signal.SIGINT)
    await demo.ended()


def pointed(page: Page) -> Locator:
    """What the tour shows, where it can be seen: a phone has some of it twice."""
    return page.locator(".pointed:visible").last


async def arrived(page: Page, step: dict[str, Any]) -> None:
    """The page has become the step's person in its place: what is typed before would stay where one was."""
    if "channel" in step:
        await expect(page.get_by_role("button", name=step["person"]).first).to_be_visible()
        await expect(page.get_by_role("heading", level=1, name=step["channel"])).to_be_visible()


async def answered(page: Page) -> None:
    await expect(page.locator(".message.ephemeral").last).to_be_visible()


async def clicks(page: Page, language: str) -> None:
    """The button that is shown answers the person alone."""
    await pointed(page).click()
    await answered(page)


async def searches(page: Page, language: str) -> None:
    await page.locator(".pointed:visible").first.click()
    await page.get_by_role("dialog").get_by_role("textbox").first.fill("concertation jeunes")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message.ephemeral").last).to_contain_text("oncertation")


async def plans(page: Page, language: str) -> None:
    """Types the command that the step names, as far as the chat offers it."""
    name = "/rencontre créer" if language == "fr" else "/meetup create"
    await expect(page.locator(".tour")).to_contain_text(name)
    await page.locator("textarea.composer-input").first.fill(name)
    await expect(page.get_by_role("option").first).to_contain_text(name)
    await page.locator("textarea.composer-input").first.fill("")


async def moves_the_clock(page: Page, language: str) -> None:
    await pointed(page).click()
    week = "semaine" if language == "fr" else "week"
    await page.get_by_role("dialog").get_by_role("button", name=week).click()
    await page.keyboard.press("Escape")


async def reads_the_network_s(page: Page, language: str) -> None:
    digest = page.locator(".message", has_text="Le bulletin du réseau").last
    await expect(digest).to_contain_text("Besoins sans réponse")
    await expect(digest.locator(".pointed")).to_have_text(["Mon bulletin"])


async def reads_ones_own(page: Page, language: str) -> None:
    """Nicolas chose French, whatever the language of who plays him."""
    digest = page.locator(".message", has_text="Votre bulletin").last
    await expect(digest).to_contain_text("Participation citoyenne")
    await expect(digest.locator(".pointed")).to_have_text(["Moins comme ça", "Arrêter mon bulletin"])


async def looks_after(page: Page, language: str) -> None:
    name = "/animer santé" if language == "fr" else "/facilitate desk"
    await expect(page.locator(".tour")).to_contain_text(name)
    await page.locator("textarea.composer-input").first.fill(name)
    await expect(page.get_by_role("option").first).to_contain_text(name)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("option")).to_have_count(0)
    await page.keyboard.press("Enter")
    needs = "Besoins sans réponse : 2" if language == "fr" else "Unanswered needs: 2"
    desk = page.locator(".message.ephemeral").last
    await expect(desk).to_contain_text(re.compile(needs.replace(" ", r"\s")))
    await desk.locator(".pointed").click()
    await expect(page.locator(".message.ephemeral").last).to_contain_text("Monter un plan alimentaire")


ACTS: dict[str, Act] = {
    "Demander l’accès": clicks,
    "Accueillir": clicks,
    "Chercher, partager": searches,
    "Relire": clicks,
    "Organiser": plans,
    "S’inscrire": clicks,
    "Avancer l’horloge": moves_the_clock,
    "Lire le bulletin du réseau": reads_the_network_s,
    "Lire le sien": reads_ones_own,
    "Prendre soin du réseau": looks_after,
}


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.skipif(chromium() is None, reason="no chromium here: the tour was not walked")
@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(("language", "size"), [("fr", (1280, 800)), ("en", (390, 780))])
async def test_every_step_can_be_done_where_it_leads(
    browser: Any, address: str, language: str, size: tuple[int, int]
) -> None:
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]}, locale="fr-FR", timezone_id="Europe/Paris"
    )
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(address)
    card = page.locator(".tour")
    if language == "en":
        await page.get_by_role("button", name="Afficher en anglais").click()
    for number, step in enumerate(STEPS, 1):
        await expect(card.locator(".hint")).to_have_text(re.compile(rf"\s{number}\s.*\s{len(STEPS)}$"))
        await expect(card.get_by_role("heading")).to_have_text(step["title"][language])
        await arrived(page, step)
        if act := ACTS.get(step["title"]["fr"]):
            await act(page, language)
        await card.locator(".button.primary").click()
    await expect(card).to_be_hidden()
    assert complaints == []
    await context.close()


def test_every_step_but_the_first_and_the_last_has_something_to_do() -> None:
    assert [step["title"]["fr"] for step in STEPS[1:-1]] == list(ACTS)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_it_takes_three_minutes(language: str) -> None:
    """Two to read, at two hundred words a minute and a little more; one to click."""
    words = sum(len(f"{step['title'][language]} {step['text'][language]}".split()) for step in STEPS)
    assert words <= 450

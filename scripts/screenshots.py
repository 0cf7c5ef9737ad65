"""``make screenshots``: every screen of the demonstration, drawn by a real browser into docs/pictures/.

The demonstration runs as anybody would run it; the screens are reached by the same clicks. Each one is drawn
wide and narrow, light and dark, in both languages, in four combinations that show each of them twice.
"""

import argparse
import asyncio
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
from PIL import Image
from playwright.async_api import Browser, Page, async_playwright

from bot.demo_network import FACILITATORS, MEMBERS, NEWCOMERS, NICOLAS
from sandbox import Person

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "pictures"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--font-render-hinting=none")
WIDE, PHONE = (1280, 800), (390, 780)
COLOURS = 128
CLAIRE, MAIA = FACILITATORS[0], NEWCOMERS[1]
EMMA = next(name for name, locale in MEMBERS.items() if locale != "fr")
NEED = (
    "Concertation sur un espace public",
    "Je dois mener une concertation dans deux mois, je n’en ai jamais fait, et je crains les opposants.",
)


@dataclass(frozen=True)
class Look:
    """One way of looking at the page."""

    size: tuple[int, int]
    scheme: str
    language: str

    @property
    def phone(self) -> bool:
        return self.size == PHONE

    @property
    def suffix(self) -> str:
        return f"{'phone' if self.phone else 'wide'}-{self.scheme}-{self.language}"

    @property
    def locale(self) -> str:
        return "fr" if self.language == "fr" else "en-GB"

    def say(self, french: str, english: str) -> str:
        return french if self.language == "fr" else english


LOOKS = (
    Look(WIDE, "light", "fr"),
    Look(WIDE, "dark", "en"),
    Look(PHONE, "light", "en"),
    Look(PHONE, "dark", "fr"),
)


class Studio:
    """The demonstration's address, its people and places, and the browser."""

    def __init__(self, address: str, desk: str, browser: Browser) -> None:
        self.address = address
        self.desk = desk  # the facilitators' pages
        self.browser = browser
        self.people: dict[str, str] = {}
        self.look = LOOKS[0]

    def person(self, name: str) -> Person:
        return Person(self.address, self.people[name], name=name)

    async def prepare(self) -> None:
        """The people, by name."""
        async with (
            aiohttp.ClientSession() as http,
            http.get(f"{self.address}/sandbox/people") as answer,
        ):
            self.people = {one["user"]["global_name"]: one["user"]["id"] for one in await answer.json()}

    @asynccontextmanager
    async def page(self, name: str, channel: str, *, tour: bool = False) -> AsyncIterator[Page]:
        """As that person, in that channel, in the language of the look."""
        async with self.person(name) as person:
            await person.request("PATCH", "/me", {"locale": self.look.locale})
            place = await person.channel(channel)
        width, height = self.look.size
        context = await self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if self.look.scheme == "dark" else "light",
            locale=self.look.locale,
            timezone_id="Europe/Paris",
            reduced_motion="reduce",
        )
        page = await context.new_page()
        await page.goto(self.address + ("/" if tour else f"/#{self.people[name]}/{place}"))
        await page.locator(".composer:visible, .forum:visible, .empty-stage:visible").first.wait_for()
        await page.wait_for_timeout(250)
        yield page
        await context.close()

    async def keep(self, page: Page, name: str) -> None:
        await page.wait_for_timeout(200)
        shrink(await page.screenshot(), PICTURES / f"{name}.png")


def shrink(png: bytes, path: Path) -> None:
    """A palette instead of full colours: a quarter of the size, and nothing that the eye misses."""
    picture = Image.open(BytesIO(png)).convert("RGB")
    small = picture.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


# --- the screens ----------------------------------------------------------------------------------------

Screen = Callable[[Studio], Awaitable[None]]
SCREENS: dict[str, Screen] = {}


def screen(draw: Screen) -> Screen:
    SCREENS[getattr(draw, "__name__", "")] = draw
    return draw


def named(studio: Studio, name: str) -> str:
    return f"{name}-{studio.look.suffix}"


@screen
async def welcome(studio: Studio) -> None:
    async with studio.page(NICOLAS, "accueil") as page:
        await studio.keep(page, named(studio, "welcome"))


@screen
async def search(studio: Studio) -> None:
    """The search is typed where one may write; its answer is for the person alone."""
    look = studio.look
    async with studio.page(NICOLAS, "rencontres") as page:
        await run(page, look.say("/ressource chercher ", "/resource search "), "concertation")
        await page.locator(".message.ephemeral").last.wait_for()
        await studio.keep(page, named(studio, "search"))
        if not look.phone and look.scheme == ("light" if look.language == "fr" else "dark"):
            shutil.copy(
                PICTURES / f"{named(studio, 'search')}.png", PICTURES / f"demo-search-{look.language}.png"
            )


async def run(page: Page, command: str, value: str = "") -> None:
    box = page.locator("textarea.composer-input").first
    await box.fill(command)
    if not value:
        await page.get_by_role("option").first.wait_for()
        await page.wait_for_timeout(300)
        await page.keyboard.press("Enter")
        await page.wait_for_timeout(300)
        await page.keyboard.press("Enter")
        return
    await page.locator(".chip-input, .option-input, .command-line input").first.wait_for()
    await page.keyboard.type(value)
    await page.wait_for_timeout(600)
    await page.keyboard.press("Escape")
    await page.keyboard.press("Enter")


@screen
async def commands(studio: Studio) -> None:
    async with studio.page(NICOLAS, "rencontres") as page:
        await page.locator("textarea.composer-input").first.fill("/")
        await page.get_by_role("option").first.wait_for()
        await studio.keep(page, named(studio, "commands"))


@screen
async def form(studio: Studio) -> None:
    async with studio.page(NICOLAS, "accueil") as page:
        await page.get_by_role("button", name="Proposer une ressource").first.click()
        await page.get_by_role("dialog").wait_for()
        await studio.keep(page, named(studio, "form"))


@screen
async def review(studio: Studio) -> None:
    async with studio.page(CLAIRE, "coin-animation") as page:
        await studio.keep(page, named(studio, "review"))


@screen
async def forum(studio: Studio) -> None:
    async with studio.page(NICOLAS, "pratiques") as page:
        await studio.keep(page, named(studio, "forum"))


@screen
async def practice(studio: Studio) -> None:
    """A real practice, in its thread."""
    async with studio.page(NICOLAS, "pratiques") as page:
        await page.locator(".post").first.click()
        await page.locator(".message").last.wait_for()
        await page.wait_for_timeout(600)
        await studio.keep(page, named(studio, "practice"))


@screen
async def need(studio: Studio) -> None:
    """Two minutes of Nicolas: his need, and what comes back at once."""
    name = studio.look.say(NICOLAS, EMMA)
    async with studio.page(name, "accueil") as page:
        await page.get_by_role("button", name="Publier un besoin").first.click()
        form = page.get_by_role("dialog")
        await form.wait_for()
        for box, words in zip(("input:not([type=checkbox])", "textarea"), NEED, strict=True):
            await form.locator(box).first.fill(words)
        await form.locator("button[type=submit]").click()
        await page.locator(".message.ephemeral").last.wait_for()
        await page.wait_for_timeout(1500)
        if await (latest := page.locator(".to-latest, .jump-latest")).count():
            await latest.first.click()
        await studio.keep(page, named(studio, "need"))


@screen
async def desk(studio: Studio) -> None:
    look = studio.look
    async with studio.page(CLAIRE, "coin-animation") as page:
        await run(page, look.say("/animer santé", "/facilitate desk"))
        await page.locator(".message.ephemeral").last.wait_for()
        await page.wait_for_timeout(600)
        await studio.keep(page, named(studio, "desk"))


@screen
async def events(studio: Studio) -> None:
    """The meetups, as the server's own events."""
    async with studio.page(NICOLAS, "rencontres") as page:
        if studio.look.phone:
            await page.locator(".lists-button").click()
        await page.get_by_text(studio.look.say("Évènements", "Events")).first.click()
        await page.get_by_role("dialog").wait_for()
        await studio.keep(page, named(studio, "events"))


@screen
async def web(studio: Studio) -> None:
    """The facilitators' pages: Discord's consent, then the network's health."""
    look = studio.look
    width, height = look.size
    context = await studio.browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if look.scheme == "dark" else "light",
        locale=look.locale,
        timezone_id="Europe/Paris",
    )
    page = await context.new_page()
    await page.goto(studio.desk)
    await page.locator("a[href*=login], a[href*=authorize], main a").first.click()
    await page.locator("select").wait_for()
    await page.locator("select").select_option(label=CLAIRE)
    await studio.keep(page, named(studio, "consent"))
    await page.locator("button").last.click()
    await page.locator("main img").first.wait_for()
    await page.wait_for_timeout(1500)
    await studio.keep(page, named(studio, "web"))
    await context.close()


@screen
async def lists(studio: Studio) -> None:
    """On a phone the lists slide over; wide, the profile of a person."""
    async with studio.page(NICOLAS, "accueil") as page:
        if studio.look.phone:
            await page.locator(".lists-button").click()
            await page.wait_for_timeout(300)
        else:
            await page.locator(".member").nth(3).click()
        await studio.keep(page, named(studio, "lists" if studio.look.phone else "profile"))


@screen
async def people(studio: Studio) -> None:
    async with studio.page(NICOLAS, "accueil") as page:
        await page.locator(".head-person:visible, .person:visible").last.click()
        await studio.keep(page, named(studio, "people"))


@screen
async def clock(studio: Studio) -> None:
    async with studio.page(NICOLAS, "accueil") as page:
        name = studio.look.say("Horloge du bac à sable", "Sandbox clock")
        await page.get_by_role("button", name=name).click()
        await studio.keep(page, named(studio, "clock"))


@screen
async def workshop(studio: Studio) -> None:
    if studio.look.phone:
        return
    async with studio.page(NICOLAS, "accueil") as page:
        await page.get_by_role("button", name=studio.look.say("Coulisses", "Behind the scenes")).click()
        await page.locator(".journal li").first.wait_for()
        await studio.keep(page, named(studio, "workshop"))


@screen
async def panes(studio: Studio) -> None:
    if studio.look.phone:
        return
    async with studio.person(CLAIRE) as claire:
        await claire.request("PATCH", "/me", {"locale": studio.look.locale})
        place = await claire.channel("coin-animation")
    async with studio.page(NICOLAS, "accueil") as page:
        await page.goto(f"{page.url}+{claire.id}/{place}")
        await page.reload()
        await page.locator(".pane").nth(1).locator(".composer").first.wait_for()
        await studio.keep(page, named(studio, "panes"))


@screen
async def tour(studio: Studio) -> None:
    look = studio.look
    async with studio.page(NICOLAS, "accueil") as page:
        await page.get_by_role("button", name=look.say("Visite guidée", "Guided tour")).click()
        for button in (look.say("Commencer", "Start"), look.say("Suivant", "Next")):
            await page.get_by_role("button", name=button).click()
            await page.wait_for_timeout(700)
        await studio.keep(page, named(studio, "tour"))


# --- the demonstration ----------------------------------------------------------------------------------


@asynccontextmanager
async def demonstration() -> AsyncIterator[tuple[str, str]]:
    """A demonstration of its own, on a free port: its address, and that of the facilitators' pages."""
    env = {**os.environ, "LANG": "fr_FR.UTF-8"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "demo", "--port", "0", cwd=ROOT, env=env, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    found: list[str] = []
    try:
        async with asyncio.timeout(120):
            while len(found) < 2:
                line = (await process.stdout.readline()).decode()
                if not line:
                    raise SystemExit("the demonstration ended before it was ready")
                found += re.findall(r"http://[\w.:/]+[\w]", line)
        yield found[0], found[1]
    finally:
        process.terminate()
        await process.wait()


def chromium() -> str:
    named = os.environ.get("ENTREPAIRS_CHROMIUM")
    found = named or next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        raise SystemExit("no chromium here (apt install chromium)")
    return found


async def draw(only: list[str]) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    async with demonstration() as (address, desk_address), async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        studio = Studio(address, desk_address, browser)
        await studio.prepare()
        for name, drawn in SCREENS.items():
            for look in LOOKS if not only or name in only else ():
                studio.look = look
                await drawn(studio)
        await browser.close()
    size: Any = sum(path.stat().st_size for path in PICTURES.glob("*.png")) / 1e6
    sys.stdout.write(f"{PICTURES.relative_to(ROOT)}: {size:.1f} MB\n")


def main() -> None:
    parse = argparse.ArgumentParser(description=__doc__)
    parse.add_argument("screens", nargs="*", help="only these", choices=[[], *SCREENS], default=[])
    asyncio.run(draw(parse.parse_args().screens))


if __name__ == "__main__":
    main()

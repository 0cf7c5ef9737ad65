"""The pages of digests and the public feed over HTTP, as browsers, mail programs and readers ask."""

import html
from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import feedparser
import pytest

from bot.digest_page import routes
from bot.health import Gateway
from bot.metrics import Metrics
from bot.web import Probe, Web
from community.actors import Role
from community.digests_personal import PersonalDigests
from community.public_feed import PublicFeeds
from prompts import Words
from prompts.html import Pages
from tests.community.conftest import Network, network, words
from tests.community.digests import URL, published
from tests.community.meetups import planned
from tests.prompts.test_html import outline

__all__ = ["network", "words"]


@pytest.fixture
def personal(network: Network) -> PersonalDigests:
    return PersonalDigests(network.db, network.clock, URL)


@pytest.fixture
async def base(network: Network, personal: PersonalDigests, words: Words) -> AsyncIterator[str]:
    gateway = Gateway()
    feeds = PublicFeeds(network.db, network.clock, URL)
    web = Web(
        Probe(network.db, network.clock, gateway),
        Metrics(gateway),
        routes=routes(personal, feeds, words, Pages()),
    )
    await web.start("127.0.0.1", 0)
    yield f"http://127.0.0.1:{web.port}"
    await web.stop()


async def test_ones_own_page_and_the_way_out(network: Network, personal: PersonalDigests, base: str) -> None:
    member = network[Role.FACILITATOR]
    mine = await personal.choose(member, frequency="weekly", weekday=2, hour=8, scope="all")
    path = (mine.page_url or "").removeprefix(URL)
    await published(network, "Guide <b>du</b> ZAN & co")
    network.clock.advance(timedelta(minutes=1))
    await personal.catch_up(member)
    async with aiohttp.ClientSession(base) as http:
        await network.services.profiles.set_short_sentences(member, wanted=True)
        async with http.get(path) as answer:
            short = await answer.text()
            assert "Les nouvelles pour vous" in short
            assert "Pourquoi je vois ceci" not in short
        await network.services.profiles.set_short_sentences(member, wanted=False)
        async with http.get(path) as answer:
            assert answer.status == 200
            body = await answer.text()
            assert "Guide &lt;b&gt;du&lt;/b&gt; ZAN &amp; co" in body
            assert "Pourquoi je vois ceci" in body
            outline(body)
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "script" not in policy
            assert (answer.headers["X-Robots-Tag"], answer.headers["Cache-Control"]) == (
                "noindex",
                "no-store",
            )
            assert answer.headers["Referrer-Policy"] == "no-referrer"
        async with http.get(f"{path}/stop") as answer:  # a program that only looks stops nothing
            assert "Arrêter mon bulletin" in await answer.text()
        assert (await personal.mine(member)).next_at is not None
        one_click = {"List-Unsubscribe": "One-Click"}
        async with http.post(f"{path}/stop", data=one_click) as answer:
            assert (answer.status, "C’est arrêté" in await answer.text()) == (200, True)
        assert (await personal.mine(member)).next_at is None
        await personal.renew_page(member)
        for wrong in (path, f"{path}/stop", f"/digests/{'b' * 32}", "/digests/court", "/digests/..%2fx"):
            async with http.get(wrong) as answer:
                assert answer.status == 404
        async with http.post(f"/digests/{'b' * 32}/stop") as answer:
            assert answer.status == 404


async def test_the_feed_is_closed_until_somebody_opens_it(network: Network, base: str) -> None:
    await published(network, "Guide du ZAN")
    path = f"/feeds/{network[Role.MEMBER].network_id}.atom"
    async with aiohttp.ClientSession(base) as http:
        for nowhere in (path, "/feeds/999.atom"):
            async with http.get(nowhere) as answer:
                assert answer.status == 404
        await network.services.digests.set_feed(network[Role.FACILITATOR], ["resource"])
        async with http.get(path) as answer:
            assert answer.status == 200
        await network.services.digests.set_feed(network[Role.FACILITATOR], [])
        async with http.get(path) as answer:
            assert answer.status == 404


async def test_a_reader_reads_the_feed_and_asks_only_for_changes(network: Network, base: str) -> None:
    member = network[Role.MEMBER]
    await network.services.profiles.set_authority(member, "commune:73065")
    await network.services.profiles.set_consents(member, ["listed", "organisation"])
    await published(network, "Guide « ZAN » & <b>co</b> " + "x" * 90)
    await network.propose("Encore en relecture")
    await planned(network, title="Panel citoyen", where="Salle des fêtes, https://visio.example.org/secret")
    network.clock.advance(timedelta(minutes=1))
    await network.services.digests.set_feed(network[Role.FACILITATOR], ["resource", "meetup"])
    path = f"/feeds/{member.network_id}.atom"
    async with aiohttp.ClientSession(base) as http:
        async with http.get(path) as answer:
            assert answer.content_type == "application/atom+xml"
            content, headers = await answer.read(), answer.headers.copy()
        feed = feedparser.parse(content)
        assert not feed.bozo
        assert (feed.version, feed.feed.title) == ("atom10", "Territoires en commun")
        titles = {entry.title.replace("\u00a0", " ") for entry in feed.entries}
        assert len(feed.entries) == 2
        assert any(title.startswith("Panel citoyen, jeudi 12 mars 2026") for title in titles)
        assert any(title.startswith("Guide « ZAN » & <b>co</b> xxx") for title in map(html.unescape, titles))
        assert len({entry.id for entry in feed.entries}) == 2
        # Nobody's name, no draft, no address of a meeting: only what was made public.
        for private in (b"Personne", b"relecture", b"visio", b"Chamb", b"discord.com"):
            assert private not in content
        async with http.get(path, headers={"If-None-Match": headers["ETag"]}) as answer:
            assert (answer.status, await answer.read()) == (304, b"")
        async with http.get(path, headers={"If-Modified-Since": headers["Last-Modified"]}) as answer:
            assert answer.status == 304
        for odd in ("hier", "Sun, 99 Foo 2026"):
            async with http.get(path, headers={"If-Modified-Since": odd}) as answer:
                assert answer.status == 200
        network.clock.advance(timedelta(minutes=1))
        await published(network, "Une nouvelle")
        network.clock.advance(timedelta(minutes=1))
        async with http.get(path, headers={"If-None-Match": headers["ETag"]}) as answer:
            assert answer.status == 200

"""Prefilling a proposal from its page: what pages say, what they try, what is not asked twice."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.actors import Role
from community.errors import Invalid
from community.pages import Pages, described
from community.ports import Fetched, Outcome, Unreachable, Visit
from community.resources import SUMMARY_LONGEST, TITLE_LONGEST, AlreadyThere
from tests.community.conftest import Network

URL = "https://example.org/guide"


def page(body: str | bytes, charset: str | None = None, kind: str = "text/html") -> Fetched:
    return Fetched(URL, kind, charset, body if isinstance(body, bytes) else body.encode(), True)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("<title>Le guide</title>", ("Le guide", "")),
        ("<TITLE lang=fr>\n Le   guide\n&amp; la suite </TITLE>", ("Le guide & la suite", "")),
        (
            '<title>Autre</title><meta property="og:title" content="Le guide">'
            "<meta name=description content='L&rsquo;été'>",
            ("Le guide", "L’été"),
        ),
        (
            '<meta content="Le guide" property="og:title"/><meta name="description" content="Un">'
            '<meta property="og:description" content="Deux">',
            ("Le guide", "Deux"),
        ),
        (
            '<title>Le guide - de A à Z | Le Site</title><meta property="og:site_name" content="le site">',
            ("Le guide - de A à Z", ""),
        ),
        ("<title>Le guide | Partie 2</title>", ("Le guide | Partie 2", "")),
        ("<title>Nul\0 et \u202eRTL</title>", ("Nul et RTL", "")),
        ("<title>&lt;script&gt;alert(1)&lt;/script&gt;</title>", ("<script>alert(1)</script>", "")),
        ("<p>Rien</p>", ("", "")),
        ("", ("", "")),
    ],
)
def test_what_a_page_says(head: str, said: tuple[str, str]) -> None:
    assert described(page(head)) == said


def test_other_alphabets_and_other_kinds() -> None:
    assert described(page("<title>Été</title>".encode("cp1252"), "windows-1252"))[0] == "Été"
    assert described(page("<meta charset=iso-8859-1><title>Été</title>".encode("latin-1")))[0] == "Été"
    assert described(page("<meta charset=zip><title>x</title>"))[0] == "x"
    assert described(page("<title>x</title>", "no-such"))[0] == "x"
    assert described(page("<title>x</title>", kind="text/plain")) == ("", "")
    told = Fetched(URL, "application/pdf", None, b"", True, {"title": "Le guide", "description": "Court"})
    assert described(told) == ("Le guide", "Court")


def test_long_texts_are_cut_between_words() -> None:
    head = f"<title>{'mot ' * 499}</title><meta name=description content='{'x ' * 1400}'>"
    title, summary = described(page(head))
    assert title.endswith("mot…")
    assert summary.endswith("x…")
    assert 0 < len(title) <= TITLE_LONGEST
    assert 0 < len(summary) <= SUMMARY_LONGEST


@given(st.binary(max_size=2_000), st.sampled_from([None, "utf-8", "latin-1", "utf-16", "rot13", "\0"]))
def test_any_bytes_are_read(body: bytes, charset: str | None) -> None:
    for title, summary in (described(page(body, charset)), described(page(b"<title>" + body, charset))):
        assert len(title) <= TITLE_LONGEST
        assert len(summary) <= SUMMARY_LONGEST


@pytest.mark.parametrize("piece", ["<meta ", "<title>", "<meta a=", '<meta a="', "<title" + " " * 299, "</"])
def test_no_page_takes_long(piece: str) -> None:
    """Not a measure: what is quadratic would need hours."""
    before = time.process_time()
    described(page(piece * 200_000))
    assert time.process_time() - before < 30


class OnePage:
    def __init__(self, found: Fetched | Outcome) -> None:
        self.found = found

    async def visit(self, url: str) -> Visit:
        return Visit(Outcome.OK)

    async def read(self, url: str) -> Fetched:
        if isinstance(self.found, Outcome):
            raise Unreachable(self.found)
        return self.found


async def test_a_page_prefills_a_proposal(network: Network) -> None:
    pages = Pages(network.db, OnePage(page("<title>Le guide</title>")))
    read = await pages.read(network[Role.MEMBER], " example.org/guide ")
    assert (read.url, read.title, read.summary, read.problem) == (URL, "Le guide", "", None)
    with pytest.raises(Invalid):
        await pages.read(network[Role.MEMBER], "javascript:alert(1)")
    await network.propose(url=URL)
    with pytest.raises(AlreadyThere):
        await pages.read(network[Role.MEMBER], "http://www.example.org/guide/")


@pytest.mark.parametrize("outcome", [one for one in Outcome if one is not Outcome.OK])
async def test_a_page_that_cannot_be_read_is_told(network: Network, outcome: Outcome) -> None:
    read = await Pages(network.db, OnePage(outcome)).read(network[Role.MEMBER], URL)
    assert (read.url, read.problem) == (URL, outcome.value)

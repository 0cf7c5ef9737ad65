"""The lineage of a practice, a page at a time: nothing is lost, every line hangs from one that is shown."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community import practice_lineage
from community.practice_cards import PracticeView
from community.practice_lineage import PAGE, Branch, Lineage
from storage.practice_reuse import PracticeReuse
from tests.community.conftest import Network
from tests.community.practices import TEXTS, people_of, shared

AT = datetime(2026, 3, 1, tzinfo=UTC)
THIERS, VAISON = "commune:63430", "commune:84137"


@st.composite
def trees(draw: st.DrawFn) -> list[Branch]:
    """Branches in order, each before those that hang from it, one of them being read."""
    size = draw(st.integers(1, 70))
    here = draw(st.integers(0, size - 1))
    found = [Branch(0, None, "0", AT, "Fiche", here=here == 0)]
    for place in range(1, size):
        line = [place - 1]  # the last one and all that it hangs from: where the next may hang
        while (above := found[line[-1]].parent) is not None:
            line.append(above)
        parent = draw(st.sampled_from(line))
        found.append(Branch(found[parent].depth + 1, parent, str(place), AT, here=place == here))
    return found


def lineage_of(branches: list[Branch], practice: PracticeView | None = None) -> Lineage:
    return Lineage(practice, branches)  # type: ignore[arg-type]  # pages do not look at the card


@given(trees())
def test_the_pages_together_are_the_tree(branches: list[Branch]) -> None:
    lineage = lineage_of(branches)
    told: list[str] = []
    for page in range(1, lineage.leaf().pages + 1):
        leaf = lineage.leaf(page)
        fresh = [branch for branch in leaf.branches if not branch.again]
        assert 1 <= len(fresh) <= PAGE
        told += [branch.authority for branch in fresh]
        assert leaf.branches[0].parent is None
        for place, branch in enumerate(leaf.branches[1:], start=1):
            assert branch.parent is not None
            assert branch.parent < place
            first = branches[int(branch.authority)].parent
            assert leaf.branches[branch.parent].authority == str(first)
    assert told == [branch.authority for branch in branches]
    assert any(branch.here for branch in lineage.leaf().branches)  # it opens where the reader is


@pytest.mark.parametrize(("size", "pages"), [(1, 1), (PAGE, 1), (PAGE + 1, 2), (60, 5)])
def test_as_many_pages_as_needed(size: int, pages: int) -> None:
    root = Branch(0, None, "0", AT, "Fiche", here=True)
    lineage = lineage_of([root, *(Branch(1, 0, str(place), AT) for place in range(1, size))])
    assert lineage.leaf().pages == pages
    last = lineage.leaf(99)  # a button of another day, when there were more
    assert last.page == pages
    assert [branch.again for branch in last.branches] == [pages > 1] + [False] * (len(last.branches) - 1)


async def test_a_large_family_is_cut_and_says_so(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    author, mayor = await people_of(network, THIERS, VAISON)
    card = await shared(network, author)
    async with network.db.transaction() as session:
        session.add_all(
            PracticeReuse(
                network_id=author.network_id,
                practice_id=card.id,
                authority_key=f"name:{number}",
                authority=f"Commune {number}",
                declared_at=network.clock.now() + timedelta(days=number),
            )
            for number in range(20)
        )
    begun = await network.services.sharing.begin(mayor, {**TEXTS, "title": "Chez nous"}, derived_from=card.id)
    await network.services.sharing.publish(mayor, begun.practice.id)
    whole = await network.services.practices.lineage(mayor, card.id)
    assert (len(whole.branches), whole.cut) == (22, False)
    monkeypatch.setattr(practice_lineage, "MOST", 10)
    part = await network.services.practices.lineage(mayor, card.id)
    assert (part.branches, part.cut) == (whole.branches[:10], True)
    monkeypatch.setattr(practice_lineage, "_DEEPEST", 1)
    shallow = await network.services.practices.lineage(mayor, card.id)
    assert shallow.cut  # what comes from « Chez nous » was not looked at

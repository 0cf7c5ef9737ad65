"""Practices and resources in one search: neither kind drowns the other, the same on both databases."""

from collections import Counter

from community.actors import Actor
from scripts import evaluate_joined as joined
from storage.engine import Database


async def test_each_kind_is_found_beside_the_other(db: Database, network_id: int) -> None:
    operator = Actor.operator(network_id)
    await joined.fill(db, operator)
    result = await joined.measure(db, operator)
    for kind, found in result.by_kind.items():
        assert found.recall(joined.FIRST) >= joined.RECALL, kind
        assert found.recall(joined.FIRST, alone=True) - found.recall(joined.FIRST) <= joined.COST, kind
        assert result.shares[kind] >= joined.SHARE, kind
    assert result.reached


def test_a_question_says_nothing_of_the_title() -> None:
    every = joined.items()
    known = Counter(stem for item in every for stem in joined.stems(f"{item.title} {item.told}"))
    assert Counter(item.kind for item in every).keys() == set(joined.KINDS)
    for item in every:
        asked = joined.stems(joined.question(item, known))
        assert 1 <= len(asked) <= joined.ASKED_WORDS
        assert not asked.keys() & joined.stems(item.title).keys()

"""What a half-typed question may become: items whose words begin so."""

from collections.abc import Collection

from storage.direct import Source
from storage.search import rows
from storage.search.analysis import analyser, fold, words_in
from storage.search.index import scope
from storage.search.query import LONGEST_QUESTION, Hit, Memory, Postings, best_numbers
from storage.search.weighing import facet_term

_COMPLETIONS = 24
_MOST = 60


async def complete(
    source: Source, memory: Memory, network_id: int, typed: str, *, kinds: Collection[str] = ()
) -> list[Hit]:
    """Items that hold every finished word and one that begins as the last; best first, at most sixty."""
    state = await rows.state_of(source, network_id)
    raws = words_in(typed[:LONGEST_QUESTION])
    if not raws or not state.documents:
        return []
    open_word = "" if typed[-1:].isspace() else raws.pop()
    finished = {word.term for word in analyser().words(raws)}
    vocabulary = await memory.vocabularies.of(source, network_id, state)
    begun = (
        {term for _, term in vocabulary.completions(fold(open_word), _COMPLETIONS)} if open_word else set()
    )
    if open_word and not analyser().word(open_word).stop:
        begun.add(analyser().word(open_word).term)
    every = not kinds or set(state.kinds.split(",")) <= set(kinds)
    groups = [] if every else [{facet_term(scope(kind)) for kind in kinds}]
    postings = Postings(state)
    await postings.fetch(source, network_id, finished.union(begun, *groups))
    allowed = postings.allowed([*groups, *({term} for term in finished if postings.frequency[term])])
    if begun:
        allowed &= postings.allowed([begun])
    weights = {term: postings.rarity(postings.frequency[term]) for term in finished | begun}
    scores = postings.scores(weights) * allowed
    found = await rows.items_of(source, network_id, numbers := best_numbers(scores, _MOST))
    return [Hit(*found[number], round(float(scores[number]), 6)) for number in numbers]

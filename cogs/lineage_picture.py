"""The lineage of a practice as a picture: the same branches as the words beside it. Draws nothing itself."""

from collections.abc import Sequence

from cogs.pictures import Tree, Twig
from community.practice_lineage import Branch, Leaf, Lineage
from prompts import Words
from prompts.dates import written_day
from prompts.labels import packaged

_APART = " · "


def tree(lineage: Lineage, leaf: Leaf, words: Words, locale: str, timezone: str) -> Tree:
    """A page of the lineage, ready to be drawn."""
    twigs = tuple(_twig(branch, words, locale, timezone) for branch in leaf.branches)
    title = words.label("pictures.lineage.title", locale, title=lineage.practice.title)
    return Tree(title, twigs, _legend(leaf.branches, words, locale), _note(leaf, words, locale))


def alt(lineage: Lineage, words: Words, locale: str) -> str:
    """The same for who cannot see it: how many there are, and how they ended."""
    states = [branch.state for branch in lineage.branches if branch.state]
    counts = {
        name: states.count(state) for state, name in words.table("reuse_states", locale).items()
    }  # in the order of the legend
    told = ", ".join(f"{name} {count}" for name, count in counts.items() if count)
    key = "alt_taken" if told else "alt_untaken"
    said = words.label(f"pictures.lineage.{key}", locale, told=told)
    return words.label("pictures.lineage.alt", locale, title=lineage.practice.title, said=said)


def _twig(branch: Branch, words: Words, locale: str, timezone: str) -> Twig:
    def said(key: str, **values: str) -> str:
        return words.label(f"pictures.lineage.{key}", locale, **values)

    title = said("card_title", title=branch.title) if branch.title else ""
    state = words.label(f"reuse_states.{branch.state}", locale) if branch.state else ""
    day = written_day(packaged(locale), branch.at, timezone)
    return Twig(
        branch.authority or said("nameless" if branch.nameless else "nobody"),
        _APART.join(part for part in (state, day, title) if part),
        branch.state,
        boxed=bool(branch.title),
        parent=branch.parent,
        here=said("here") if branch.here else "",
        again=branch.again,
    )


def _legend(branches: Sequence[Branch], words: Words, locale: str) -> tuple[tuple[str, str], ...]:
    """Only of the marks that are there."""
    shown = {branch.state for branch in branches}
    states = words.table("reuse_states", locale)
    card = (("card", words.label("pictures.lineage.card", locale)),)
    return card + tuple((state, name) for state, name in states.items() if state in shown)


def _note(leaf: Leaf, words: Words, locale: str) -> str:
    if leaf.pages == 1:
        return ""
    key = "page_again" if leaf.branches[0].again else "page"
    return words.label(f"pictures.lineage.{key}", locale, page=leaf.page, pages=leaf.pages)

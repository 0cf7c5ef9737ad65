"""Needs of the demonstration network, and members who may be asked: all as these fictional people do it.

Nicolas of Chambéry has published nothing: whoever plays him does. Peers of comparable towns wait for him.
"""

from collections.abc import Mapping, Sequence

from community.ports import Labels
from sandbox import Answer, Person

# Who says who they are: what they do, and the first words of the themes that they follow.
PRESENTED: Mapping[str, Sequence[str]] = {
    "nicolas": ("participation", "public_spaces"),
    "jean_marc": ("participation", "food"),
    "helene": ("participation", "public_spaces"),
    "aurelie": ("participation", "public_spaces"),
}
WILLING = ("jean_marc", "helene", "aurelie")
# Who asks, and under which theme.
ASKING = (("fatou", "participation"), ("jean_marc", "food"))
_AGREED = ["listed", "organisation", "function", "themes", "offers", "bio"]


async def fill_needs(people: Mapping[str, Person], labels: Labels) -> int:
    """``people`` by the keys above; how many needs there are."""
    named = labels.table("themes.names", "fr")
    for key, themes in PRESENTED.items():
        await _present(people[key], labels, key, [named[theme] for theme in themes])
        if key in WILLING:
            form = await people[key].slash("need available")
            await _done(people[key], await people[key].fill(form, {"willing": "yes"}))
    said = labels.table("demo_needs", "fr")
    for key, theme in ASKING:
        form = await people[key].slash("need publish")
        values = {
            "need": said[f"{key}_title"],
            "context": said[f"{key}_context"],
            "themes": [named[theme]],
            "deadline": said[f"{key}_deadline"],
        }
        await _done(people[key], await people[key].fill(form, values))
    return len(ASKING)


async def _present(person: Person, labels: Labels, key: str, themes: Sequence[str]) -> None:
    """The steps of a profile, in their order."""
    said = labels.table("demo_profiles", "fr")
    towns = await person.autocomplete("join", "authority", person.name.split(" – ")[1])
    card = await person.slash("join", authority=towns[0]["value"])
    steps: Sequence[tuple[str, Mapping[str, object]]] = (
        (
            "about",
            {
                "function": said[f"{key}_function"],
                "themes": themes,
                "timezone": "Europe/Paris",
                "locale": "fr",
            },
        ),
        (
            "sharing",
            {"offers": said[f"{key}_offers"], "bio": said[f"{key}_bio"], "consents": _AGREED},
        ),
    )
    for step, values in steps:
        form = await person.click(card, labels.label(f"buttons.join.{step}", "fr"))
        card = await person.fill(form, values)
    await _done(person, card)


async def _done(person: Person, answer: Answer) -> None:
    """Whoever plays this person later has not to read what the bot told them now."""
    if answer.ephemeral:
        await person.dismiss(answer)

"""From what a use case tells to charts with their words. Draws nothing: ``cogs.pictures`` does.

Shared by the doors of the chat and by the web page.
"""

from cogs.pictures import Area, Map
from community.territories import MapView
from prompts import Words

_APART = ("971", "972", "973", "974", "976")
_TOLD_IN_ALT = 5


def members_map(view: MapView, words: Words, locale: str) -> Map:
    """Where members are. Collectivities without a shape are in the words beside it."""
    shown = [*view.areas, *view.few]
    areas = tuple(Area(area.code, area.level, _written(area.count)) for area in shown)
    levels = tuple(words.table("pictures.map.levels", locale).values())
    overseas = words.table("pictures.map.overseas", locale)
    return Map(
        words.label("pictures.map.title", locale),
        areas,
        levels,
        tuple((code, overseas[code]) for code in _APART),
        words.label("pictures.map.zoom", locale),
    )


def members_map_alt(view: MapView, words: Words, locale: str) -> str:
    """The same for who cannot see it: the largest groups."""
    if not view.areas:
        told = words.label("pictures.map.alt_few", locale)
    else:
        places = ", ".join(f"{area.name} {area.count}" for area in view.areas[:_TOLD_IN_ALT])
        told = words.label("pictures.map.alt_most", locale, places=places)
    return words.label("pictures.map.alt", locale, told=told)


def _written(count: int | None) -> str:
    return "" if count is None else str(count)

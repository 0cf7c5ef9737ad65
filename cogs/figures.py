"""From what a use case tells to charts with their words. Draws nothing: ``cogs.pictures`` does.

Shared by the doors of the chat and by the web page.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cogs.pictures import Area, Artist, Bars, Chart, Funnel, Line, Map, Mark
from community.aggregates import Figure
from community.funnel import FunnelView
from community.health import HealthView, Measure, Week
from community.territories import MapView
from prompts import Words


@dataclass(frozen=True)
class Told:
    """A measure in words: its figures as they are written, hidden ones too."""

    key: str
    empty: bool
    last: str  # of the latest week that is over
    last_week: str
    trend: str | None
    weeks: tuple[Mark, ...]  # from the oldest to this one, which goes on
    whole: str  # of all the weeks together
    alt: str  # of the picture, for who cannot see it


Charts = dict[str, tuple[Chart, str]]  # by measure, each with the words for who cannot see it

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


def funnel(view: FunnelView, words: Words, locale: str) -> Funnel:
    """How many came to each step."""
    names = words.table("funnel.steps", locale)
    return Funnel(
        words.label("pictures.funnel.title", locale),
        tuple(
            Mark(names[step.key], step.count, _share(step.count, view, words, locale)) for step in view.steps
        ),
    )


def funnel_alt(view: FunnelView, words: Words, locale: str) -> str:
    """The same for who cannot see it."""
    names = words.table("funnel.steps", locale)
    told = ", ".join(f"{names[step.key]} {step.count}" for step in view.steps)
    return words.label("pictures.funnel.alt", locale, told=told)


def health(view: HealthView, words: Words, locale: str) -> Charts:
    """A chart and its words by measure, and the map; measures in which nothing happened have none."""
    drawn: Charts = {}
    for measure in view.measures:
        if not measure.empty:
            drawn[measure.key] = _measure(measure, words, locale)
    drawn["map"] = (members_map(view.map, words, locale), members_map_alt(view.map, words, locale))
    return drawn


async def pictures(
    artist: Artist, charts: Charts, names: dict[str, str]
) -> Sequence[tuple[str, bytes | None, str]]:
    """Named files with their words, ready to be attached."""
    drawn = await artist.draw(*(chart for chart, _alt in charts.values()))
    return [
        (f"{names.get(key, key)}.png", picture, alt)
        for (key, (_chart, alt)), picture in zip(charts.items(), drawn, strict=True)
    ]


def told(view: HealthView, words: Words, locale: str) -> tuple[Told, ...]:
    """Every measure in words."""
    return tuple(
        Told(
            measure.key,
            measure.empty,
            _written_figure(measure.last.figure, measure, words, locale),
            _day(measure.last, words, locale),
            measure.trend,
            tuple(_mark(week, measure, words, locale) for week in measure.weeks),
            _written_figure(measure.whole, measure, words, locale),
            _measure(measure, words, locale)[1],
        )
        for measure in view.measures
    )


def _measure(measure: Measure, words: Words, locale: str) -> tuple[Chart, str]:
    title = words.label(f"pictures.{measure.key}.title", locale)
    marks = tuple(_mark(week, measure, words, locale) for week in measure.weeks)
    note = words.label("pictures.hidden", locale) if any(mark.hidden for mark in marks) else ""
    told = ", ".join(f"{mark.label} {mark.text}" for mark in marks)
    alt = words.label("pictures.measure_alt", locale, title=title, told=told)
    if measure.key in ("active", "answers"):
        few = words.label("pictures.few_short", locale)
        short = tuple(replace(mark, text=few) if mark.hidden else mark for mark in marks)
        return Line(title, short, note), alt
    return Bars(title, marks), alt


def _mark(week: Week, measure: Measure, words: Words, locale: str) -> Mark:
    text = _written_figure(week.figure, measure, words, locale)
    value = week.figure.value or 0
    apart = week.going_on or (measure.hours and not value)
    return Mark(_day(week, words, locale), value, text, hidden=week.figure.hidden, apart=apart)


def _day(week: Week, words: Words, locale: str) -> str:
    return words.label("pictures.week", locale, day=week.starts_on.day, month=week.starts_on.month)


def _written_figure(figure: Figure, measure: Measure, words: Words, locale: str) -> str:
    if figure.value is None:
        return words.label("pictures.few", locale)
    if measure.hours:
        key = "pictures.hours" if figure.value else "pictures.no_answer"
        return words.label(key, locale, count=f"{figure.value:.0f}")
    return f"{figure.value:.0f}"


def _share(count: int, view: FunnelView, words: Words, locale: str) -> str:
    if not view.arrived or count == view.arrived:
        return str(count)
    percent = round(100 * count / view.arrived)
    return words.label("pictures.funnel.share", locale, count=count, all=view.arrived, percent=percent)

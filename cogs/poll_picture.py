"""Draws the grid of a date poll. The same is always said in words too; colours never say anything alone."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from community.polls import PollView
from prompts import Words, clean

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

MOST_ROWS = 30
_FONT = Path(__file__).parent / "fonts" / "dejavu-sans-latin.ttf"  # Pillow's own has no accents
_NAME_WIDTH, _WIDTH, _HEIGHT, _HEADER, _MARGIN = 220, 112, 34, 58, 16
_SIZE = 14
_LONGEST_NAME = 22
_INK, _PALE, _LINE, _BEST = "#1b1b1f", "#ffffff", "#c9c9d1", "#0b5fff"
_FILL = {"yes": "#bfe8c9", "if_need": "#fff0bf", "no": "#f3d3d3", "total": "#ffffff"}


@dataclass(frozen=True)
class Cell:
    text: str
    kind: str


def draw(poll: PollView, words: Words, locale: str) -> bytes:
    """A PNG: totals for everybody, then a line for each person whose name the reader may see."""
    from PIL import Image, ImageDraw, ImageFont  # only those who look at a grid pay for it

    lines = _lines(poll, words, locale)
    width = _NAME_WIDTH + _WIDTH * len(poll.slots) + 2 * _MARGIN
    height = _HEADER + _HEIGHT * len(lines) + 2 * _MARGIN
    image = Image.new("RGB", (width, height), _PALE)
    pen = ImageDraw.Draw(image)
    pen.font = ImageFont.truetype(_FONT, _SIZE)
    for column, slot in enumerate(poll.slots):
        local = slot.starts_at.astimezone(ZoneInfo(poll.timezone))
        day = words.label(f"dates.weekdays.{local.isoweekday()}", locale)
        date = words.label("polls.short_day", locale, day=f"{local:%d}", month=f"{local:%m}")
        hour = words.label("dates.time", locale, hour=local.hour, minute=f"{local:%M}")
        left = _MARGIN + _NAME_WIDTH + _WIDTH * column
        for index, text in enumerate((f"{day[:3]}. {date}", hour)):
            _centred(pen, text, left, _MARGIN + index * (_HEADER // 2), _HEADER // 2)
    for row, (name, cells) in enumerate(lines):
        top = _MARGIN + _HEADER + _HEIGHT * row
        pen.text((_MARGIN, top + _HEIGHT / 2), name, fill=_INK, anchor="lm")
        for column, cell in enumerate(cells):
            left = _MARGIN + _NAME_WIDTH + _WIDTH * column
            box = (left, top, left + _WIDTH, top + _HEIGHT)
            pen.rectangle(box, fill=_FILL[cell.kind], outline=_LINE)
            _centred(pen, cell.text, left, top, _HEIGHT)
    best = _MARGIN + _NAME_WIDTH + _WIDTH * list(poll.slots).index(poll.best)
    pen.rectangle((best, _MARGIN, best + _WIDTH, height - _MARGIN), outline=_BEST, width=3)
    written = io.BytesIO()
    image.save(written, "PNG", optimize=True)
    return written.getvalue()


def _lines(poll: PollView, words: Words, locale: str) -> Sequence[tuple[str, Sequence[Cell]]]:
    said = words.table("choices.slot_answers", locale)
    totals = [
        (said[kind], [Cell(str(getattr(slot, kind)), kind) for slot in poll.slots])
        for kind in ("yes", "if_need", "no")
    ]
    people = [
        (
            clean(voter.name)[:_LONGEST_NAME],
            [Cell(said.get(answer or "", ""), answer or "total") for answer in voter.answers],
        )
        for voter in poll.voters[:MOST_ROWS]
    ]
    return [*totals, *people]


def _centred(pen: "ImageDraw", text: str, left: int, top: int, height: int) -> None:
    pen.text((left + _WIDTH / 2, top + height / 2), text, fill=_INK, anchor="mm")

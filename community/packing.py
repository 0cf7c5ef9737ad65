"""Rows as a zip that a person and a program can read: one JSON file, and one CSV file a table. Pure."""

import csv
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

JSON_NAME = "data.json"
_FIXED = (2026, 1, 1, 0, 0, 0)  # the same data makes the same bytes
# A spreadsheet takes a cell that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def packed(tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> bytes:
    """Tables without rows are left out of the CSV files, not of the JSON."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        whole = {name: [dict(row) for row in rows] for name, rows in tables.items()}
        text = json.dumps(whole, default=_plain, ensure_ascii=False, indent=1)
        archive.writestr(zipfile.ZipInfo(JSON_NAME, _FIXED), text)
        for name, rows in tables.items():
            if rows:
                archive.writestr(zipfile.ZipInfo(f"{name}.csv", _FIXED), _csv(rows))
    return buffer.getvalue()


def _csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Semicolons and a byte order mark: a French Excel opens it as it is."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]), delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: _cell(value) for key, value in row.items()})
    return ("\ufeff" + stream.getvalue()).encode()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=_plain)
    text = str(_plain(value) if isinstance(value, date) else value)
    return f"'{text}" if text.startswith(_FORMULA) and not isinstance(value, int | float) else text


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)

"""What a message says of the files beside it."""

from typing import Any

from sandbox.errors import ApiError, Form, Path
from sandbox.rules.fields import Body, Reader, as_snowflake, shown

MOST = 10
DESCRIPTION = 1024
FILENAME = 1024


def attachments(
    value: Any, *, files: int = 0, kept: tuple[str, ...] = (), prefix: Path = ("attachments",)
) -> list[Body]:
    """At most ten; each refers to an uploaded file (``id`` = its number) or to one that stays
    (``kept``).
    """
    form = Form()
    *around, key = prefix
    found = read(Reader(form, {key: value}, around), str(key), files=files, kept=kept)
    form.check()
    return found


def read(
    reader: Reader, key: str = "attachments", *, files: int = 0, kept: tuple[str, ...] = ()
) -> list[Body]:
    """The same, for a message's form. A file that the list does not name is added to it."""
    items = reader.items(key) or []
    if len(items) > MOST or files > MOST:
        raise ApiError.of(30015)
    found: list[Body] = []
    for index, item in enumerate(items):
        part = Reader(reader.form, item, reader.at(key, index))
        if part.ok:
            found.append(_attachment(part, files, kept))
    named = {entry["file"] for entry in found}
    found += [{"id": str(number), "file": number} for number in range(files) if number not in named]
    if len(found) > MOST:
        raise ApiError.of(30015)
    return found


def _attachment(part: Reader, files: int, kept: tuple[str, ...]) -> Body:
    raw = part.data.get("id")
    known = as_snowflake(raw)
    if raw is None:
        part.form.required(part.at("id"))
    elif known is None:
        part.complain("id", "NUMBER_TYPE_COERCE", f'Value "{shown(raw)}" is not snowflake.')
    number = int(known) if known is not None and int(known) < files else None
    if known is not None and number is None and known not in kept:
        part.complain("id", "ATTACHMENT_NOT_FOUND", "Attachment data not found")
    return {
        "id": known,
        "file": number,
        "filename": part.text("filename", most=FILENAME),
        "title": part.text("title", most=FILENAME),
        "description": part.text("description", most=DESCRIPTION),
        "is_spoiler": part.boolean("is_spoiler"),
    }

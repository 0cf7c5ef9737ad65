"""Reading the keys of a JSON object, and noting in a form what is wrong with them.

All rules read through here, so that a string where a number is due is told in the same words everywhere. A
reader never raises: it gives the default back, and the form knows.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sandbox.errors import Form, Path

Json = Mapping[str, Any]
Body = dict[str, Any]

SNOWFLAKE_MAX = 2**63 - 1
SAFE_INTEGER = 2**53 - 1
BITS_MAX = 2**64 - 1
_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<rest>[^\s/?#]+.*)", re.DOTALL)
_DIGITS = re.compile(r"-?[0-9]{1,20}")


class Reader:
    """One JSON object at ``path``. Anything that is not an object reads as empty, once complained about."""

    def __init__(self, form: Form, value: Any, path: Path = ()) -> None:
        self.form = form
        self.path = tuple(path)
        self.ok = isinstance(value, Mapping)
        self.data: Json = value if isinstance(value, Mapping) else {}
        if not self.ok:
            form.add(self.path, "MODEL_TYPE_CONVERT", "Expected an object/dictionary.")

    def at(self, *keys: str | int) -> tuple[str | int, ...]:
        return (*self.path, *keys)

    def has(self, key: str) -> bool:
        """Sent, be it as null."""
        return key in self.data

    def given(self, key: str) -> bool:
        """Sent with a value."""
        return self.data.get(key) is not None

    def complain(self, key: str, code: str, message: str) -> None:
        self.form.add(self.at(key), code, message)

    def text(
        self,
        key: str,
        *,
        most: int | None = None,
        least: int = 0,
        required: bool = False,
        strip: bool = False,
        default: str | None = None,
    ) -> str | None:
        """A string within its lengths. Absent and null are the same unless ``required``."""
        value = self._present(key, required)
        if value is None:
            return default
        if not isinstance(value, str):
            self.complain(key, "STRING_TYPE_CONVERT", f'Could not interpret "{shown(value)}" as string.')
            return default
        if strip:
            value = value.strip()
        self._length(key, len(value), least, most)
        return value

    def filled(self, key: str, most: int) -> str:
        """A required text, trimmed: an empty one counts as missing."""
        value = self.text(key, most=most, strip=True, required=True)
        if value == "":
            self.form.required(self.at(key))
        return value or ""

    def integer(
        self,
        key: str,
        *,
        least: int | None = None,
        most: int | None = None,
        required: bool = False,
        default: int | None = None,
    ) -> int | None:
        value = self._present(key, required)
        if value is None:
            return default
        number = as_integer(value)
        if number is None:
            self.complain(key, "NUMBER_TYPE_COERCE", f'Value "{shown(value)}" is not int.')
            return default
        if least is not None and number < least:
            words = f"int value should be greater than or equal to {least}."
            self.complain(key, "NUMBER_TYPE_MIN", words)
            return default
        if most is not None and number > most:
            self.complain(key, "NUMBER_TYPE_MAX", f"int value should be less than or equal to {most}.")
            return default
        return number

    def number(self, key: str) -> int | float | None:
        """Any finite number."""
        value = self._present(key, False)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < float("inf"):
            self.complain(key, "FLOAT_TYPE_COERCE", f'Value "{shown(value)}" is not float.')
            return None
        return value

    def one_of(
        self, key: str, allowed: Iterable[int], *, required: bool = False, default: int | None = None
    ) -> int | None:
        """An integer among ``allowed``."""
        value = self._present(key, required)
        if value is None:
            return default
        number = as_integer(value)
        if number is None:
            self.complain(key, "NUMBER_TYPE_COERCE", f'Value "{shown(value)}" is not int.')
            return default
        choices = list(allowed)
        if number not in choices:
            self.form.not_one_of(self.at(key), choices)
            return default
        return number

    def boolean(self, key: str, *, default: bool = False) -> bool:
        value = self.data.get(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.complain(key, "BOOLEAN_TYPE_CONVERT", "Must be either true or false.")
            return default
        return value

    def snowflake(self, key: str, *, required: bool = False) -> str | None:
        """An id, sent as text or as an integer; always text here."""
        value = self._present(key, required)
        if value is None:
            return None
        found = as_snowflake(value)
        if found is None:
            self.complain(key, "NUMBER_TYPE_COERCE", f'Value "{shown(value)}" is not snowflake.')
        return found

    def snowflakes(self, key: str, *, most: int | None = None, unique: bool = True) -> list[str] | None:
        """A list of ids, or None when absent."""
        items = self.items(key, most=most)
        if items is None:
            return None
        found: list[str] = []
        seen: set[str] = set()
        for index, value in enumerate(items):
            snowflake = as_snowflake(value)
            where = self.at(key, index)
            if snowflake is None:
                self.form.add(where, "NUMBER_TYPE_COERCE", f'Value "{shown(value)}" is not snowflake.')
            elif snowflake in seen and unique:
                self.form.add(where, "SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value")
            else:
                seen.add(snowflake)
                found.append(snowflake)
        return found

    def items(
        self, key: str, *, least: int = 0, most: int | None = None, required: bool = False
    ) -> list[Any] | None:
        """A list within its lengths; None when absent or not a list."""
        value = self._present(key, required)
        if value is None:
            return None
        found = as_list(self.form, value, self.at(key))
        if found is None:
            return None
        self._length(key, len(found), least, most)
        return found if most is None or len(found) <= most else found[:most]

    def objects(
        self,
        key: str,
        read: "Callable[[Reader], Body]",
        *,
        least: int = 0,
        most: int | None = None,
        required: bool = False,
    ) -> list[Body] | None:
        """A list of objects, each read by ``read``."""
        items = self.items(key, least=least, most=most, required=required)
        if items is None:
            return None
        readers = (Reader(self.form, item, self.at(key, index)) for index, item in enumerate(items))
        return [read(reader) for reader in readers if reader.ok]

    def child(self, key: str, *, required: bool = False) -> "Reader | None":
        """The object at ``key``."""
        value = self._present(key, required)
        if value is None:
            return None
        reader = Reader(self.form, value, self.at(key))
        return reader if reader.ok else None

    def bits(self, key: str, *, default: int | None = None) -> int | None:
        """A permission set: decimal text, or an integer as discord.py sends it."""
        value = self._present(key, False)
        if value is None:
            return default
        number = as_integer(value, text=True)
        if number is None or not 0 <= number <= BITS_MAX:
            self.complain(key, "NUMBER_TYPE_COERCE", f'Value "{shown(value)}" is not permissions.')
            return default
        return number

    def instant(self, key: str, *, required: bool = False) -> datetime | None:
        """An ISO 8601 instant; without offset it is UTC."""
        value = self._present(key, required)
        if value is None:
            return None
        found = as_instant(value)
        if found is None:
            words = f"Could not parse {shown(value)}. Should be ISO8601."
            self.complain(key, "DATE_TIME_TYPE_PARSE", words)
        return found

    def url(
        self,
        key: str,
        *,
        most: int = 2048,
        required: bool = False,
        schemes: Sequence[str] = ("http", "https"),
    ) -> str | None:
        """An address with one of ``schemes``."""
        value = self.text(key, most=most, least=1 if required else 0, required=required)
        if not value:
            return None
        match = _URL.fullmatch(value)
        if match is None:
            self.complain(key, "URL_TYPE_INVALID_URL", "Not a well formed URL.")
        elif match["scheme"].lower() not in schemes:
            listed = ", ".join(f"'{scheme}'" for scheme in schemes)
            words = f'Scheme "{shown(match["scheme"])}" is not supported. Scheme must be one of ({listed}).'
            self.complain(key, "URL_TYPE_INVALID_SCHEME", words)
        return value

    def _present(self, key: str, required: bool) -> Any:
        value = self.data.get(key)
        if value is None and required and self.ok:
            self.form.required(self.at(key))
        return value

    def _length(self, key: str, length: int, least: int, most: int | None) -> None:
        check_length(self.form, self.at(key), length, least, most)


def check_length(form: Form, path: Path, length: int, least: int, most: int | None) -> None:
    """The three ways in which Discord tells a wrong length."""
    if most is not None and least and not least <= length <= most:
        form.bad_length(path, least, most)
    elif most is not None and length > most:
        form.too_long(path, most)
    elif length < least:
        form.add(path, "BASE_TYPE_MIN_LENGTH", f"Must be {least} or more in length.")


def as_integer(value: Any, *, text: bool = False) -> int | None:
    """An int, a float without fraction, or with ``text`` decimal text; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if text and isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
    return None


def as_snowflake(value: Any) -> str | None:
    number = as_integer(value, text=True)
    return str(number) if number is not None and 0 <= number <= SNOWFLAKE_MAX else None


def as_list(form: Form, value: Any, path: Path) -> list[Any] | None:
    if isinstance(value, (list, tuple)):
        return list(value)
    form.add(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
    return None


def as_instant(value: Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def iso(instant: datetime | None) -> str | None:
    """As Discord writes an instant."""
    return None if instant is None else instant.astimezone(UTC).isoformat()


def shown(value: Any) -> str:
    """A value as it appears in an error message, cut."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 100 else text[:99] + "…"

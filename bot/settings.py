"""Settings from the environment (or `.env`): what may be set, what is refused, and how each is called.

Must not read anything at import, and never shows a secret. The words are in ``prompts``
(labels ``settings.*`` and ``settings_problems.*``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from prompts import Words

PREFIX = "ENTREPAIRS_"

# What people leave in an example file. Compared in lower case, without quotes, dashes or underscores.
_PLACEHOLDERS = frozenset(
    {
        "changeme",
        "changezmoi",
        "yourtokenhere",
        "yourtoken",
        "yourbottoken",
        "yourdiscordtoken",
        "token",
        "todo",
        "xxx",
    }
    | {
        "votrejeton",
        "votrejetonici",
        "jeton",
        "secret",
        "password",
        "motdepasse",
        "example",
        "exemple",
        "placeholder",
    }
)
_BACKENDS = ("sqlite", "postgresql")


def _unquoted(value: object) -> object:
    """Compose files pass the quotes of an environment file on: nobody means them."""
    return value.strip().strip("\"'").strip() if isinstance(value, str) else value


def _is_placeholder(value: str) -> bool:
    bare = "".join(letter for letter in value.lower() if letter.isalnum())
    return bare in _PLACEHOLDERS or (bool(bare) and set(bare) == {"x"}) or value.startswith(("<", "${"))


def _check_token(value: SecretStr | None) -> SecretStr | None:
    if value is None:
        return None
    token = value.get_secret_value().removeprefix("Bot ").strip()
    if _is_placeholder(token):
        raise PydanticCustomError("placeholder", "placeholder")
    if any(letter.isspace() or not letter.isascii() for letter in token):
        raise PydanticCustomError("not_a_token", "not a token")
    return SecretStr(token)


def _check_api(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise PydanticCustomError("not_an_address", "not an address")
    return value.rstrip("/")


def _check_public(value: str | None) -> str | None:
    return None if value is None else _check_api(value)


def _check_database(value: SecretStr) -> SecretStr:
    url = value.get_secret_value()
    scheme, separator, rest = url.partition("://")
    # Some hosts still hand out the old name of the scheme.
    scheme = "postgresql" if scheme == "postgres" else scheme
    if not separator or scheme.partition("+")[0] not in _BACKENDS:
        raise PydanticCustomError("not_a_database", "not a database")
    if scheme.startswith("postgresql"):
        try:
            parts = urlsplit(f"{scheme}://{rest}")
            _ = parts.port
        except ValueError:
            raise PydanticCustomError("not_a_database", "not a database") from None
        if parts.password and _is_placeholder(parts.password):
            raise PydanticCustomError("placeholder", "placeholder")
    return SecretStr(f"{scheme}://{rest}")


def _check_smtp(value: SecretStr | None) -> SecretStr | None:
    if value is None:
        return None
    try:
        parts = urlsplit(value.get_secret_value().strip())
        fine = parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fine = False
    if not fine:
        raise PydanticCustomError("not_an_smtp", "not an SMTP server")
    if parts.password and _is_placeholder(parts.password):
        raise PydanticCustomError("placeholder", "placeholder")
    return value


def _check_sender(value: str | None) -> str | None:
    if value is None:
        return None
    _, address = parseaddr(value)
    if "@" not in address or not value.isprintable():
        raise PydanticCustomError("not_a_sender", "not an e-mail address")
    return value


class Settings(BaseSettings):
    """One field per setting; ``reference()`` says what each means."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_file_encoding="utf-8",
        # Set but empty counts as absent: compose files and shells leave such variables behind.
        env_ignore_empty=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    discord_token: Annotated[SecretStr | None, BeforeValidator(_unquoted), AfterValidator(_check_token)] = (
        None
    )
    discord_api: Annotated[str, AfterValidator(_check_api)] = "https://discord.com/api/v10"
    discord_client_secret: Annotated[
        SecretStr | None, BeforeValidator(_unquoted), AfterValidator(_check_token)
    ] = None
    discord_authorize: Annotated[str, AfterValidator(_check_api)] = "https://discord.com/oauth2/authorize"
    database_url: Annotated[SecretStr, AfterValidator(_check_database)] = SecretStr(
        "sqlite:///var/entrepairs.db"
    )
    web_host: str = "127.0.0.1"
    web_port: Annotated[int, Field(ge=0, le=65535)] = 8081
    public_url: Annotated[str | None, BeforeValidator(_unquoted), AfterValidator(_check_public)] = None
    smtp_url: Annotated[SecretStr | None, BeforeValidator(_unquoted), AfterValidator(_check_smtp)] = None
    mail_from: Annotated[str | None, BeforeValidator(_unquoted), AfterValidator(_check_sender)] = None
    log_format: Literal["text", "json"] = "text"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    deliver_seconds: Annotated[float, Field(ge=0.1, le=3600)] = 2.0
    check_links: Literal["yes", "no"] = "yes"

    @property
    def token(self) -> str:
        """The token in clear; asked only where it is sent to Discord."""
        if self.discord_token is None:
            raise SettingsError([Problem("discord_token", "missing_token")])
        return self.discord_token.get_secret_value()

    @property
    def database(self) -> str:
        """The database's address in clear, password included."""
        return self.database_url.get_secret_value()

    @property
    def mails(self) -> bool:
        """Whether digests may go by e-mail: a server, a sender, and a public address to stop them."""
        return None not in (self.smtp_url, self.mail_from, self.public_url)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no log may ever show."""
        password = urlsplit(self.database).password or ""
        given = (self.discord_token, self.discord_client_secret)
        hidden = [secret.get_secret_value() for secret in given if secret is not None]
        smtp = "" if self.smtp_url is None else urlsplit(self.smtp_url.get_secret_value()).password or ""
        return tuple(secret for secret in (*hidden, password, smtp) if secret)


@dataclass(frozen=True)
class Problem:
    """A setting that cannot be used, and why (a code: the words are ``settings_problems.<code>``)."""

    setting: str
    code: str

    @property
    def variable(self) -> str:
        """As it is written in the environment."""
        return variable(self.setting)


class SettingsError(Exception):
    """The settings cannot be used. Carries no value, so that no secret can leak."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(", ".join(f"{problem.variable}: {problem.code}" for problem in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Reference:
    """One line of the table of settings."""

    name: str
    meaning: str
    default: str


def variable(setting: str) -> str:
    """The environment variable of a field."""
    return f"{PREFIX}{setting.upper()}"


def load(*, env_file: Path | None = Path(".env"), **given: Any) -> Settings:
    """What is ``given``, else the environment, else ``env_file``. SettingsError holds every problem."""
    try:
        return Settings(_env_file=env_file, **given)
    except ValidationError as error:
        raise SettingsError(
            [_problem(dict(detail)) for detail in error.errors(include_input=False)]
        ) from None


def reference(locale: str = "fr") -> list[Reference]:
    """Every setting: its name, what it is for, its default. The README's table is checked against it."""
    words = Words()
    return [
        Reference(variable(name), words.label(f"settings.{name}", locale), _shown(field.default))
        for name, field in Settings.model_fields.items()
    ]


def unknown(environ: Mapping[str, str]) -> list[str]:
    """Variables with our prefix that mean nothing: most often a typing mistake."""
    known = {variable(name) for name in Settings.model_fields}
    return sorted(name for name in environ if name.upper().startswith(PREFIX) and name.upper() not in known)


def _shown(default: object) -> str:
    if isinstance(default, SecretStr):
        return default.get_secret_value()
    return "" if default is None else str(default)


def _problem(detail: Mapping[str, object]) -> Problem:
    location = detail["loc"]
    setting = str(location[0]) if isinstance(location, tuple) and location else ""
    code = str(detail["type"])
    known = {"placeholder", "not_a_token", "not_an_address", "not_a_database", "not_an_smtp", "not_a_sender"}
    if code in known:
        return Problem(setting, code)
    return Problem(setting, "not_a_choice" if code == "literal_error" else "not_a_number")

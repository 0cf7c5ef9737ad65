"""Dockerfile, compose.yaml and .dockerignore name what is there: a slip shows without a container engine."""

import json
import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy.engine import make_url
from typer.main import get_command

from bot import settings
from bot.cli import build
from bot.console import Console, language
from bot.run import GRACE_S
from bot.settings import Settings
from prompts import Words

ROOT = Path(__file__).parents[2]
DOCKERFILE = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
OURS = {name: made for name, made in COMPOSE["services"].items() if "build" in made}
KNOWN = {settings.variable(field) for field in Settings.model_fields}


def said(instruction: str) -> list[str]:
    """What follows this word in the Dockerfile, line by line."""
    return re.findall(rf"^{instruction}\s+(.*)$", DOCKERFILE, re.MULTILINE)


@pytest.fixture
def image() -> dict[str, str]:
    """The environment of the image, without the rest of the machine's."""
    return dict(pair.split("=", 1) for line in said("ENV") for pair in line.split())


def commands() -> set[str]:
    return set(get_command(build(Console(Words(), "fr"))).commands)  # type: ignore[attr-defined]


def test_the_image_starts_a_command_that_exists() -> None:
    (entry,) = json.loads(said("ENTRYPOINT")[0])
    assert entry in PROJECT["project"]["scripts"]
    assert set(json.loads(said("CMD")[0])) <= commands()


def test_every_service_of_ours_runs_a_command_that_exists() -> None:
    assert set(OURS) == {"migrate", "bot"}
    assert {made["command"][0] for made in OURS.values()} <= commands()


def test_the_settings_of_the_image_and_of_compose_are_settings(
    image: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for given in (image, *(made["environment"] for made in OURS.values())):
        assert {name for name in given if name.startswith("ENTREPAIRS_")} <= KNOWN
    for name, value in image.items():
        if name in KNOWN:
            monkeypatch.setenv(name, value)
    taken = settings.load(env_file=None)
    assert (taken.web_host, taken.log_format) == ("0.0.0.0", "json")  # noqa: S104
    assert str(Path(make_url(taken.database).database or "").parent) in said("VOLUME")
    assert language(image) == "fr"


@pytest.mark.parametrize("service", sorted(OURS))
def test_compose_hands_over_every_other_setting_of_the_env_file(service: str) -> None:
    assert OURS[service]["env_file"] == ".env"
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    asked = set(re.findall(r"\$\{(\w+)", (ROOT / "compose.yaml").read_text(encoding="utf-8")))
    assert asked == {"ENTREPAIRS_DISCORD_TOKEN", "POSTGRES_PASSWORD"}
    assert all(re.search(rf"^(# )?{name}=", example, re.MULTILINE) for name in asked)


def test_the_port_is_the_same_everywhere(image: dict[str, str]) -> None:
    port = str(Settings.model_fields["web_port"].default)
    assert said("EXPOSE") == [port]
    assert image["ENTREPAIRS_WEB_PORT"] == port
    assert OURS["bot"]["environment"]["ENTREPAIRS_WEB_PORT"] == port
    # Only this machine may ask: a reverse proxy goes before it.
    assert OURS["bot"]["ports"] == [f"127.0.0.1:{port}:{port}"]


def test_health_is_asked_where_the_bot_answers() -> None:
    (line,) = said("HEALTHCHECK")
    program = json.loads(line.partition("CMD ")[2])[2]
    compile(program, "HEALTHCHECK", "exec")
    assert "ENTREPAIRS_WEB_PORT" in program
    (path,) = re.findall(r"\}(/\w+)'", program)
    assert f'"{path}"' in (ROOT / "bot" / "web.py").read_text(encoding="utf-8")


def seconds(written: str) -> int:
    return int(written.removesuffix("s"))


def test_a_stop_leaves_time_to_end_what_is_in_hand() -> None:
    assert seconds(OURS["bot"]["stop_grace_period"]) > 3 * GRACE_S
    (given,) = re.findall(r"--stop-timeout (\d+)", DOCKERFILE)
    assert int(given) > 3 * GRACE_S
    unit = (ROOT / "docs" / "entrepairs.service").read_text(encoding="utf-8")
    assert int(re.findall(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)[0]) > 3 * GRACE_S
    assert all(made["init"] for made in OURS.values())


def test_the_bot_waits_for_the_database_and_its_tables() -> None:
    assert OURS["migrate"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert OURS["bot"]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
    database = COMPOSE["services"]["database"]
    address = make_url(
        OURS["bot"]["environment"]["ENTREPAIRS_DATABASE_URL"].replace("${POSTGRES_PASSWORD}", "x")
    )
    assert address.host in COMPOSE["services"]
    assert address.username == database["environment"]["POSTGRES_USER"]
    assert address.database == database["environment"]["POSTGRES_DB"]


def test_what_may_only_be_read_has_a_place_for_data_and_one_for_pictures() -> None:
    for made in OURS.values():
        assert made["read_only"]
        assert made["tmpfs"] == ["/tmp"]  # noqa: S108
        assert [volume.partition(":")[2] for volume in made["volumes"]] == said("VOLUME")


def admitted(path: str) -> bool:
    """Whether Docker sends this file to the build: the last rule that speaks of it decides."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    parts = path.split("/")
    heads = ["/".join(parts[: n + 1]) for n in range(len(parts))]
    taken = True
    for rule in (line for line in lines if line and not line.startswith("#")):
        pattern = rule.removeprefix("!")
        names = parts if pattern.startswith("**/") else heads
        if any(fnmatch(name, pattern.removeprefix("**/")) for name in names):
            taken = rule.startswith("!")
    return taken


@pytest.mark.parametrize(
    "path",
    [
        ".env",
        ".env.production",
        "sauvegarde.zip",
        "codes.csv",
        "var/entrepairs.db",
        ".git/config",
        "tests/a.py",
        ".venv/bin/python",
        "build/lib/bot/cli.py",
        "entrepairs.egg-info/PKG-INFO",
        "bot/__pycache__/cli.pyc",
    ],
)
def test_nothing_private_nor_stale_enters_the_image(path: str) -> None:
    assert not admitted(path)


def test_all_that_the_package_is_made_of_enters_the_image() -> None:
    rooms = [
        pattern.removesuffix("*") for pattern in PROJECT["tool"]["setuptools"]["packages"]["find"]["include"]
    ]
    files = [PROJECT["project"]["readme"], *PROJECT["project"]["license-files"], "pyproject.toml"]
    for name in (*rooms, *files, "requirements.lock", "bot/demo_data/tour.json", "storage/a/b.gz"):
        assert admitted(name), name

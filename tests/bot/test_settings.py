"""Settings: what is read, what is refused, and that nothing secret is ever shown."""

from pathlib import Path

import pytest

from bot import settings
from bot.server_permissions import NEEDED
from bot.settings import Problem, Settings, SettingsError

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GhIjKl.a-real-looking-token_of-some-length0"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the machine's own environment, and no `.env` of the person who runs the tests."""
    for name in [*settings.unknown({}), *(line.name for line in settings.reference())]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def problems(monkeypatch: pytest.MonkeyPatch, **variables: str) -> list[Problem]:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        settings.load()
    return list(caught.value.problems)


def test_defaults_need_no_environment() -> None:
    found = settings.load()
    assert found.discord_api == "https://discord.com/api/v10"
    assert found.database == "sqlite:///var/entrepairs.db"
    assert (found.web_host, found.web_port, found.log_format) == ("127.0.0.1", 8081, "text")


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text(f"ENTREPAIRS_DISCORD_TOKEN={TOKEN}\nENTREPAIRS_WEB_PORT=9000\n", encoding="utf-8")
    monkeypatch.setenv("ENTREPAIRS_WEB_PORT", "9001")
    found = settings.load()
    assert (found.token, found.web_port) == (TOKEN, 9001)


def test_an_empty_variable_counts_as_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTREPAIRS_WEB_PORT", "")
    monkeypatch.setenv("ENTREPAIRS_DISCORD_TOKEN", "")
    assert settings.load().web_port == 8081


@pytest.mark.parametrize("quoted", [f'"{TOKEN}"', f"  {TOKEN} ", f"Bot {TOKEN}", f"'{TOKEN}'"])
def test_a_token_is_read_however_it_was_pasted(monkeypatch: pytest.MonkeyPatch, quoted: str) -> None:
    monkeypatch.setenv("ENTREPAIRS_DISCORD_TOKEN", quoted)
    assert settings.load().token == TOKEN


@pytest.mark.parametrize(
    "example", ["changeme", "CHANGE-ME", "your-token-here", "votre-jeton-ici", "<token>", "xxxx", "${TOKEN}"]
)
def test_placeholders_are_refused(monkeypatch: pytest.MonkeyPatch, example: str) -> None:
    found = problems(monkeypatch, ENTREPAIRS_DISCORD_TOKEN=example)
    assert found == [Problem("discord_token", "placeholder")]


def test_a_placeholder_password_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "postgresql://entrepairs:changeme@db/entrepairs"
    assert problems(monkeypatch, ENTREPAIRS_DATABASE_URL=url) == [Problem("database_url", "placeholder")]


def test_every_problem_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found = problems(
        monkeypatch,
        ENTREPAIRS_DISCORD_TOKEN="deux mots",
        ENTREPAIRS_DISCORD_API="discord.com",
        ENTREPAIRS_DATABASE_URL="mysql://localhost/entrepairs",
        ENTREPAIRS_WEB_PORT="99999",
        ENTREPAIRS_LOG_FORMAT="xml",
    )
    assert {problem.variable: problem.code for problem in found} == {
        "ENTREPAIRS_DISCORD_TOKEN": "not_a_token",
        "ENTREPAIRS_DISCORD_API": "not_an_address",
        "ENTREPAIRS_DATABASE_URL": "not_a_database",
        "ENTREPAIRS_WEB_PORT": "not_a_number",
        "ENTREPAIRS_LOG_FORMAT": "not_a_choice",
    }


def test_the_old_name_of_postgresql_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTREPAIRS_DATABASE_URL", "postgres://someone:hidden0@db/entrepairs")
    assert settings.load().database == "postgresql://someone:hidden0@db/entrepairs"


def test_nothing_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTREPAIRS_DISCORD_TOKEN", TOKEN)
    monkeypatch.setenv("ENTREPAIRS_DATABASE_URL", "postgresql://someone:s3cret0@db/entrepairs")
    found = settings.load()
    assert found.secrets == (TOKEN, "s3cret0")
    shown = f"{found!r} {found} {found.model_dump()} {found.model_dump_json()}"
    assert TOKEN not in shown
    assert "s3cret0" not in shown


def test_an_error_never_quotes_what_was_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTREPAIRS_DISCORD_TOKEN", "almost a token")
    with pytest.raises(SettingsError) as caught:
        settings.load()
    assert "almost" not in f"{caught.value} {caught.value!r} {caught.value.__cause__} {caught.value.problems}"


def test_asking_for_an_absent_token_says_so() -> None:
    with pytest.raises(SettingsError) as caught:
        _ = settings.load().token
    assert caught.value.problems == (Problem("discord_token", "missing_token"),)


@pytest.mark.parametrize("locale", ["fr", "en"])
def test_the_reference_explains_every_setting(locale: str) -> None:
    lines = settings.reference(locale)
    assert [line.name for line in lines] == [settings.variable(name) for name in Settings.model_fields]
    assert all(line.meaning for line in lines)


def test_every_setting_is_in_the_example_file() -> None:
    example = (Path(__file__).parents[2] / ".env.example").read_text(encoding="utf-8")
    for line in settings.reference():
        assert f"{line.name}={line.default}" in example, line.name
        assert line.meaning in example, line.name


@pytest.mark.parametrize("name", ["README.md", "README.en.md"])
def test_every_setting_is_in_the_readme(name: str) -> None:
    readme = (Path(__file__).parents[2] / name).read_text(encoding="utf-8")
    for line in settings.reference():
        assert f"`{line.name}`" in readme, line.name


@pytest.mark.parametrize("name", ["README.md", "README.en.md"])
def test_the_invitation_asks_for_what_the_bot_needs(name: str) -> None:
    readme = (Path(__file__).parents[2] / name).read_text(encoding="utf-8")
    assert f"permissions={NEEDED.value}`" in readme


def test_mistyped_variables_are_noticed() -> None:
    environ = {"ENTREPAIRS_DISCORD_TOKEN": "", "ENTREPAIRS_DISCORD_TOKN": "", "PATH": ""}
    assert settings.unknown(environ) == ["ENTREPAIRS_DISCORD_TOKN"]

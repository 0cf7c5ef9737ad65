"""Logs: events and ids, in both forms, and nothing that names or quotes a person."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Literal

import pytest

from bot import logs

TOKEN = "MTIzNDU2.GhIjKl.secret-token-of-the-bot"
Log = Callable[..., str]


@pytest.fixture
def kept_handlers() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def written(kept_handlers: None) -> Callable[[Literal["text", "json"]], io.StringIO]:
    def start(form: Literal["text", "json"]) -> io.StringIO:
        stream = io.StringIO()
        logs.set_up(form, "debug", secrets=[TOKEN], stream=stream)
        return stream

    return start


def test_text_is_one_line_with_its_event_and_ids(written: Callable[[str], io.StringIO]) -> None:
    stream = written("text")
    logging.getLogger("community.delivery").info("reminder sent outbox=%s", 12)
    line = stream.getvalue()
    assert line.endswith("info    community.delivery: reminder sent outbox=12\n")
    assert line[:4].isdigit()


def test_json_makes_fields_of_the_pairs(written: Callable[[str], io.StringIO]) -> None:
    stream = written("json")
    logging.getLogger("bot.sync").warning("commands published count=%s app=%s", 9, "42")
    line = json.loads(stream.getvalue())
    assert line["event"] == "commands published count=9 app=42"
    assert line["fields"] == {"count": "9", "app": "42"}
    assert (line["level"], line["logger"]) == ("warning", "bot.sync")


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_token_is_hidden_wherever_it_appears(written: Callable[[str], io.StringIO], form: str) -> None:
    stream = written(form)
    log = logging.getLogger("bot")
    log.info("token is %s", TOKEN)
    try:
        raise TypeError(f"cannot use {TOKEN}")
    except TypeError:
        log.exception("failed")
    assert "cannot use [hidden]" in stream.getvalue()
    assert TOKEN not in stream.getvalue()


def test_a_token_in_an_address_is_hidden(written: Callable[[str], io.StringIO]) -> None:
    stream = written("text")
    logging.getLogger("bot").warning(
        "refused url=%s", "https://discord.com/api/v10/interactions/12/aW50.x-y_z/callback"
    )
    logging.getLogger("bot").warning("refused url=%s", "/webhooks/34/Abc.d-e_f/messages/@original")
    assert "/interactions/12/[hidden]/callback" in stream.getvalue()
    assert "/webhooks/34/[hidden]/messages/@original" in stream.getvalue()


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_a_member_typed_stays_out_of_a_trace(written: Callable[[str], io.StringIO], form: str) -> None:
    stream = written(form)
    try:
        try:
            int("Nicolas Martin")
        except ValueError as error:
            raise KeyError("Nicolas Martin") from error
    except KeyError:
        logging.getLogger("bot.client").exception("event failed event=%s", "on_interaction")
    text = stream.getvalue()
    assert "Nicolas" not in text
    assert "builtins.ValueError" in text
    assert "builtins.KeyError" in text
    assert "test_logs.py" in text


def test_a_library_that_quotes_labels_loses_its_arguments(written: Callable[[str], io.StringIO]) -> None:
    stream = written("text")
    logging.getLogger("discord.ui.view").error("Ignoring exception in view %r", "Bonjour Nicolas")
    assert "Ignoring exception in view %r" in stream.getvalue()
    assert "Nicolas" not in stream.getvalue()


def test_no_line_can_be_forged(written: Callable[[str], io.StringIO]) -> None:
    stream = written("text")
    logging.getLogger("bot").info("kind=%s", "a\n2026-01-01 info bot: forged")
    assert len(stream.getvalue().splitlines()) == 1


def test_debug_keeps_libraries_quiet(written: Callable[[str], io.StringIO]) -> None:
    stream = written("text")
    logging.getLogger("discord.http").debug("POST with {'content': 'Bonjour'}")
    logging.getLogger("aiohttp.access").info("GET /healthz")
    logging.getLogger("bot.run").debug("heard")
    assert [line.split(": ")[-1] for line in stream.getvalue().splitlines()] == ["heard"]

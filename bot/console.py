"""The console of the command line: its language, its words, its ways to end.

Output for a person goes to the standard output in their language; logs go to the standard error.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import typer

from bot import logs
from bot import settings as settings_module
from bot.failures import CannotRun, Exit
from bot.settings import Settings, SettingsError
from prompts import Words

if TYPE_CHECKING:
    import rich.console

Result = TypeVar("Result")
log = logging.getLogger(__name__)


def language(environ: Mapping[str, str]) -> str:
    """French, unless the system speaks another language (the first set of LC_ALL, LC_MESSAGES, LANG)."""
    chosen = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    spoken = chosen.partition(".")[0].partition("_")[0].lower()
    return "fr" if spoken in ("", "c", "posix", "fr") else "en"


class Console:
    """What the commands of ``cli.py`` say and read."""

    def __init__(self, words: Words, locale: str) -> None:
        self.words = words
        self.locale = locale

    @cached_property
    def out(self) -> "rich.console.Console":
        """Made when first needed, as ``err``: a bot that runs well says nothing here, and spares 2 MiB."""
        from rich.console import Console

        return Console(highlight=False, soft_wrap=True)

    @cached_property
    def err(self) -> "rich.console.Console":
        from rich.console import Console

        return Console(stderr=True, highlight=False, soft_wrap=True)

    def word(self, key: str, **values: Any) -> str:
        """A label in the reader's language."""
        return self.words.label(key, self.locale, **values)

    def say(self, key: str, **values: Any) -> None:
        """One line of the words."""
        self.out.print(self.word(key, **values), markup=False)

    def settings(self) -> Settings:
        """The settings, with the logs set up by them; or the end, every problem told at once."""
        try:
            found = settings_module.load()
        except SettingsError as error:
            self._refuse(error)
        logs.set_up(found.log_format, found.log_level, secrets=found.secrets)
        return found

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run to the end. What a person can mend is told in one sentence, with its exit status."""
        try:
            return asyncio.run(work)
        except SettingsError as error:
            self._refuse(error)
        except CannotRun as error:
            self.fail(error.code, error.status, **error.details)
        except (KeyboardInterrupt, asyncio.CancelledError):  # asked to stop twice
            raise typer.Exit(130) from None
        except Exception:
            log.exception("program stopped by a defect")
            self.fail("defect", Exit.FAILED)

    def fail(self, code: str, status: Exit, /, **details: Any) -> NoReturn:
        """End with the words ``failures.<code>``."""
        self.err.print(self.word(f"failures.{code}", **details), markup=False, style="red")
        raise typer.Exit(status)

    @contextmanager
    def working(self, key: str) -> Iterator[None]:
        """A spinner for work whose length is unknown; nothing when nobody watches."""
        with self.err.status(self.word(key)):
            yield

    @contextmanager
    def counting(self, key: str) -> Iterator[Callable[[int, int], None]]:
        """A bar for work whose length is known as it goes; nothing when nobody watches."""
        from rich.progress import Progress

        with Progress(console=self.err, transient=True, disable=not self.err.is_terminal) as bar:
            task = bar.add_task(self.word(key), total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)

    def _refuse(self, error: SettingsError) -> NoReturn:
        self.err.print(self.word("settings_problems.heading"), markup=False, style="red")
        for problem in error.problems:
            meaning = self.word(f"settings.{problem.setting}")
            line = self.word(f"settings_problems.{problem.code}", variable=problem.variable, meaning=meaning)
            self.err.print(f"• {line}", markup=False)
        self.err.print(self.word("settings_problems.where"), markup=False)
        raise typer.Exit(Exit.SETTINGS)

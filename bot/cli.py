"""The ``entrepairs`` command. Each command translates, calls one function of ``bot``, and tells the outcome.

What is heavy is imported by the command that needs it: ``entrepairs --help`` should answer at once.
"""

import os
from pathlib import Path
from typing import Annotated

import typer

from bot import cli_authorities, cli_library, cli_links, cli_reindex
from bot.console import Console, language
from bot.failures import Exit
from prompts import Words

DEMO_PORT = 8080
DEMO_FOLDER = Path("var/demo")


def main() -> None:
    """The entry point of ``entrepairs`` and of ``python -m bot``."""
    build(Console(Words(), language(os.environ)))(prog_name="entrepairs")


def build(console: Console) -> typer.Typer:
    """The commands, described in the console's language."""
    app = typer.Typer(
        name="entrepairs",
        help=console.word("console.about"),
        epilog=console.word("console.statuses"),
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    _describe(app, console)
    _register_demo(app, console)
    _register_run(app, console)
    _register_doctor(app, console)
    _register_database(app, console)
    cli_library.register(app, console)
    cli_authorities.register(app, console)
    cli_links.register(app, console)
    cli_reindex.register(app, console)
    return app


def _describe(app: typer.Typer, console: Console) -> None:
    def show_version(asked: bool) -> None:
        if asked:
            from importlib.metadata import version

            console.out.print(f"entrepairs {version('entrepairs')}")
            raise typer.Exit

    @app.callback()
    def about(
        version: Annotated[
            bool,
            typer.Option(
                "--version", callback=show_version, is_eager=True, help=console.word("console.version")
            ),
        ] = False,
    ) -> None:
        """Only the options that every command shares."""


def _register_demo(app: typer.Typer, console: Console) -> None:
    @app.command("demo", help=console.word("console.demo.help"))
    def demo(
        port: Annotated[
            int, typer.Option(min=0, max=65535, help=console.word("console.demo.port"))
        ] = DEMO_PORT,
        folder: Annotated[Path, typer.Option(help=console.word("console.demo.folder"))] = DEMO_FOLDER,
    ) -> None:
        from bot.demo import demonstrate

        console.run(demonstrate(console, port=port, folder=folder))


def _register_run(app: typer.Typer, console: Console) -> None:
    @app.command("run", help=console.word("console.run.help"))
    def run(
        publish: Annotated[bool, typer.Option("--publish", help=console.word("console.run.publish"))] = False,
    ) -> None:
        settings = console.settings()
        from bot.run import serve

        console.run(serve(settings, console.words, publish="always" if publish else "changed"))


def _register_doctor(app: typer.Typer, console: Console) -> None:
    @app.command("doctor", help=console.word("console.doctor.help"))
    def doctor(
        as_json: Annotated[bool, typer.Option("--json", help=console.word("console.doctor.json"))] = False,
    ) -> None:
        from bot.doctor import examine

        well = console.run(examine(console, as_json=as_json))
        raise typer.Exit(Exit.DONE if well else Exit.FAILED)


def _register_database(app: typer.Typer, console: Console) -> None:
    @app.command("migrate", help=console.word("console.migrate.help"))
    def migrate() -> None:
        from bot import upkeep

        settings = console.settings()
        with console.working("console.migrate.working"):
            changed = console.run(upkeep.migrate(settings.database))
        console.say("console.migrate.done" if changed else "console.migrate.nothing")

    @app.command("backup", help=console.word("console.backup.help"))
    def backup(
        file: Annotated[Path, typer.Argument(help=console.word("console.backup.file"))],
    ) -> None:
        from bot import upkeep

        settings = console.settings()
        with console.counting("console.backup.working") as progress:
            console.run(upkeep.backup(settings.database, file, progress))
        console.say("console.backup.done", path=file)

    @app.command("restore", help=console.word("console.restore.help"))
    def restore(
        file: Annotated[Path, typer.Argument(help=console.word("console.restore.file"))],
        replace: Annotated[
            bool, typer.Option("--replace", help=console.word("console.restore.replace"))
        ] = False,
    ) -> None:
        from bot import upkeep

        settings = console.settings()
        with console.counting("console.restore.working") as progress:
            console.run(upkeep.restore(settings.database, file, replace=replace, progress=progress))
        console.say("console.restore.done", path=file)


if __name__ == "__main__":
    main()

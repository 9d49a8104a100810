"""The command `housestaff`. Each command is a file in `server/commands/` and a line here; only the one asked for is loaded."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import Annotated

import typer

from server.failures import line


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its name, what it does in a line, and its module, which holds `app` or `run`."""

    name: str
    does: str
    module: str = ""

    def add_to(self, root: typer.Typer, *, load: bool) -> None:
        """Register it, really or (to be listed only) by name."""
        if not load:
            root.command(self.name, help=self.does)(_unloaded)
            return
        module = importlib.import_module(f"server.commands.{self.module or self.name}")
        if isinstance(app := getattr(module, "app", None), typer.Typer):
            root.add_typer(app, name=self.name, help=self.does)
        else:
            root.command(self.name, help=self.does)(module.run)


COMMANDS = (
    Command("demo", "The main job end to end on a demonstration program."),
    Command("serve", "Serve over Streamable HTTP at /mcp."),
    Command("worker", "Carry solve runs out and deliver notices; any number, on any machine."),
    Command("stdio", "Serve one client on standard input and output."),
    Command("import", "Import a year from CSV files or a workbook, or an edited block.", "import_"),
    Command("export", "Write the year's input or a block: workbook, CSV, a page to print."),
    Command("solve", "Make a schedule of a block or a year, with its proof, as draft versions."),
    Command("show", "A week of the schedule as a grid; the versions of a block."),
    Command("draft", "Versions made by hand: edit, restore, list, discard."),
    Command("duty", "Hours beyond the schedule: add, list, remove, import."),
    Command("diff", "What differs between two versions of a block."),
    Command("log", "Who changed what, newest first."),
    Command("policy", "The program's figures: show, check, adopt."),
    Command("user", "Accounts and their roles: add, list, role, disable, enable.", "users"),
    Command("token", "Bearer tokens: issue (printed once), list, revoke.", "tokens"),
    Command("feed", "Calendar addresses for phones: issue (printed once), list, revoke."),
    Command("notices", "How people are told of changes, and what they were told."),
    Command("audit", "The audit trail: verify its chains, export it."),
    Command("catalog", "Tools, resources and prompts as JSON."),
    Command("backup", "Write everything to one file."),
    Command("restore", "Replace everything by what a backup holds."),
    Command("migrate", "Bring the database to this version, after a backup."),
    Command("doctor", "Check interpreter, database, keys, clock and accounts."),
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit: 0 when it did what was asked, 1 when it could not, 2 when it was asked wrongly."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    sys.exit(_run(given or ["--help"]))


def build(given: Sequence[str]) -> typer.Typer:
    """The application with the command that was asked for; the others are there by name."""
    root = typer.Typer(
        name="housestaff",
        help="Run a medical residency program's schedule for assistants, over MCP.",
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    root.callback()(_root)
    wanted = next((word for word in given if not word.startswith("-")), None)
    for command in COMMANDS:
        command.add_to(root, load=command.name == wanted)
    return root


def _run(given: list[str]) -> int:
    try:
        status = build(given)(given, prog_name="housestaff", standalone_mode=False)
    except BaseException as error:
        if os.environ.get("HOUSESTAFF_LOG", "").lower() == "debug" or isinstance(error, SystemExit):
            raise
        text, status = line(error)
        sys.stderr.write(f"housestaff: {text}\n")
    return status if isinstance(status, int) else 0


def _show_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"housestaff {metadata.version('housestaff')}\n")
        raise typer.Exit


def _root(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    del version


def _unloaded() -> None:
    raise AssertionError("a command is loaded before it runs")


if __name__ == "__main__":
    main()

"""How a command that could not do its work says so: one line with the next step, and an exit status."""

from __future__ import annotations

import secrets

import typer

from scheduling.model.errors import UserError

FAILED = 1
USAGE = 2


def line(error: BaseException) -> tuple[str, int]:
    """The line and the exit status for what ended a command; the trace of a surprise is shown only on request."""
    if isinstance(error, BaseExceptionGroup):
        return line(error.exceptions[0])
    if isinstance(error, UserError):
        return error.message + (f" — {error.hint}" if error.hint else ""), FAILED
    if isinstance(error, typer.Abort | KeyboardInterrupt):
        return "interrupted", FAILED
    if isinstance(error, typer.TyperException):
        # Usage errors know their own words; the class that says so is private to typer.
        text = error.format_message() if hasattr(error, "format_message") else str(error)
        return " ".join(text.split()) + " — housestaff --help lists what there is", USAGE
    incident = f"inc-{secrets.token_hex(4)}"
    kind = type(error).__qualname__
    return f"unexpected {kind} ({incident}) — run again with HOUSESTAFF_LOG=debug to see where", FAILED

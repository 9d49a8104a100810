"""What a caller is told when a call fails, and what the log keeps of it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

import structlog

from scheduling.model.errors import BusyError, UserError
from scheduling.store.outage import is_passing

INTERNAL = "internal"
RETRY_AFTER = 5.0
"""Seconds after which a database that went away has usually been started again."""
_log = structlog.get_logger("edge")


@dataclass(frozen=True, slots=True)
class Problem:
    """A failed call as the caller sees it: a code to match on, a message, a way on."""

    code: str
    message: str
    hint: str = ""
    details: dict[str, Any] = field(default_factory=dict)

    def facts(self) -> dict[str, Any]:
        """The structured form; `hint` is always there, details only where there are any."""
        return {"code": self.code, "message": self.message, "hint": self.hint, **self.details}


def code_of(error: Exception) -> str:
    """The code a failure is answered with."""
    if isinstance(error, UserError):
        return error.code
    return BusyError.code if is_passing(error) else INTERNAL


def problem(error: Exception, *, what: str) -> Problem:
    """A `UserError` as it is, a lost database as one to try again; anything else as an incident whose trace stays in the log."""
    if is_passing(error):
        _log.warning("the database was away or had no room", what=what, kind=type(error).__qualname__)
        error = BusyError(
            "the database was away, or had no room, during the call",
            retry_after=RETRY_AFTER,
            hint=f"call again in {RETRY_AFTER:g} s: a commit that is asked for again with its idempotency_key is done once",
        )
    if isinstance(error, UserError):
        return Problem(error.code, error.message, error.hint, error.details)
    incident = f"inc-{secrets.token_hex(4)}"
    _log.error("incident", incident=incident, what=what, kind=type(error).__qualname__, exc_info=error)
    return Problem(
        INTERNAL,
        f"something went wrong inside housestaff ({incident})",
        "nothing was changed unless a later read says so; report the incident to whoever runs this server",
        {"incident": incident},
    )

"""Errors a user may read: the docstring is the message's first words, `code` is what machines match on.

Nothing here ever carries free text from a request or a secret: a message names fields, ids, dates and valid values.
"""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Iterable

_ID_LENGTH = 40


class UserError(Exception):
    """The request could not be carried out."""

    code = "invalid"

    def __init__(self, message: str = "", *, hint: str = "", details: dict[str, object] | None = None) -> None:
        self.message = message or (inspect.getdoc(type(self)) or "").splitlines()[0]
        self.hint = hint
        self.details = details or {}
        super().__init__(self.message)

    def __reduce__(self) -> tuple[object, ...]:
        """An error crosses from a solver process as what it says, whatever its class asks for when raised."""
        return _revive, (type(self), self.message, self.hint, self.details)

    def as_dict(self) -> dict[str, object]:
        """`code`, `message`, `hint` and whatever facts the error carries."""
        return {"code": self.code, "message": self.message, "hint": self.hint, **self.details}


def _revive(kind: type[UserError], message: str, hint: str, details: dict[str, object]) -> UserError:
    error = kind.__new__(kind)
    UserError.__init__(error, message, hint=hint, details=details)
    return error


class InvalidError(UserError):
    """An argument is not valid."""

    code = "invalid"

    def __init__(self, field: str, reason: str, *, valid: Iterable[object] = (), hint: str = "") -> None:
        values = [str(v) for v in valid]
        text = f"{field}: {reason}"
        if values:
            text += f"; valid: {', '.join(values)}"
        details: dict[str, object] = {"field": field, "reason": reason}
        super().__init__(text, hint=hint, details={**details, "valid": values} if values else details)


class NotFoundError(UserError):
    """No such thing is known here."""

    code = "not_found"

    def __init__(
        self, kind: str, wanted: str, known: Iterable[str] = (), *, nearest: Iterable[str] = (), hint: str = ""
    ) -> None:
        """Name the nearest known ids; `wanted` is shown only when it looks like an id, never as free text.

        `nearest` are named as they stand, where nearness is not one of letters.
        """
        names = sorted(known)
        shown = (
            wanted
            if wanted.replace("-", "").replace("_", "").replace("/", "").isalnum() and len(wanted) <= _ID_LENGTH
            else "?"
        )
        near = list(nearest) or difflib.get_close_matches(wanted, names, n=3, cutoff=0.4) or names[:3]
        text = f"{kind} {shown} is not known"
        if near:
            text += f"; nearest: {', '.join(near)}"
        super().__init__(text, hint=hint, details={"nearest": near})


class ConflictError(UserError):
    """Something else already stands there."""

    code = "conflict"


class StaleError(UserError):
    """What this was made on has moved; plan again."""

    code = "stale"


class ForbiddenError(UserError):
    """The caller may not do this."""

    code = "forbidden"


class GuardRejectedError(UserError):
    """The change exceeds what the guard allows."""

    code = "guard_rejected"


class InfeasibleError(UserError):
    """No schedule satisfies these rules together."""

    code = "infeasible"


class BusyError(UserError):
    """The server is at its limit; try again shortly."""

    code = "busy"

    def __init__(self, message: str = "", *, retry_after: float = 1.0, hint: str = "") -> None:
        super().__init__(message, hint=hint or f"retry after {retry_after:g} s", details={"retry_after": retry_after})

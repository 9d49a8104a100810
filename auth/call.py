"""What the handler of a tool or a resource receives beside its arguments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, TypeVar, cast

from auth.principal import Access, Principal
from auth.scopes import Scope
from scheduling.model.errors import ForbiddenError
from scheduling.store.audit import AuditContext
from scheduling.store.unit import UnitOfWork

Port = TypeVar("Port")


class Detail(StrEnum):
    """How much a result carries: `concise` aims at 600 tokens, `detailed` at no more than 4,000."""

    CONCISE = "concise"
    DETAILED = "detailed"


class Progress(Protocol):
    """Report progress of a long call."""

    async def __call__(self, done: float, total: float | None = None, message: str | None = None, /) -> None:
        """Done so far, out of how much, with a short message; nothing happens when the client asked for none."""
        ...


UnitOpener = Callable[[], AbstractAsyncContextManager[UnitOfWork]]
"""Opens a unit of work: one transaction, which also writes the audit row of what it changes."""


async def silent(done: float, total: float | None = None, message: str | None = None) -> None:
    """The progress of a call whose client asked for none."""


@dataclass(frozen=True, slots=True)
class Call:
    """One authorised call.

    `now` is the instant of the call (UTC); a program's `today` comes from its own clock. `unit` opens the unit of work.
    `access` holds the caller's effective rights in `program`. A handler never catches: a `UserError` reaches the model
    with its code, message and hint, anything else becomes an incident id.
    """

    principal: Principal
    access: Access
    program: str
    audit: AuditContext
    now: dt.datetime
    unit: UnitOpener
    detail: Detail = Detail.CONCISE
    progress: Progress = silent
    ports: Mapping[type, object] = field(default_factory=dict)

    @property
    def person(self) -> str | None:
        """The person of the roster the caller is in this program."""
        return self.access.person

    @property
    def names(self) -> bool:
        """True when names may be shown; ids always may."""
        return self.access.may(Scope.PEOPLE_NAMES)

    def port(self, kind: type[Port]) -> Port:
        """The service of that kind which the composition root connected (the interactive lane, the event bus)."""
        try:
            return cast("Port", self.ports[kind])
        except KeyError:
            raise LookupError(f"no {kind.__name__} is connected") from None

    def require_own(self, scope: Scope, *people: str) -> None:
        """ForbiddenError unless the scope reaches the program, or each of these people is the caller."""
        if not self.access.may(scope) and any(p != self.person for p in people):
            raise ForbiddenError(
                "the role reaches only your own duties and absences",
                hint=f"your person here is {self.person}" if self.person else "your account is tied to no person here",
            )

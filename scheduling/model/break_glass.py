"""The lock window, and breaking the glass over it: who, by which code and why (domain.md §10)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from scheduling.model.calendar import days
from scheduling.model.errors import ForbiddenError, InvalidError
from scheduling.model.policy import GuardFigures, Rights

_LONGEST_REASON = 500


class Lock(StrEnum):
    """Why a date is closed to ordinary commits."""

    PAST = "past"
    LOCKED = "locked"
    FROZEN = "frozen"


@dataclass(frozen=True, slots=True)
class BreakGlass:
    """A stated reason to commit all the same; both parts are recorded with the commit."""

    code: str
    reason: str


def lock_on(date: dt.date, today: dt.date, figures: GuardFigures) -> Lock | None:
    """Why the date is closed to ordinary commits; None where it is open."""
    if date < today:
        return Lock.PAST
    if figures.lock_through is not None and date <= figures.lock_through:
        return Lock.LOCKED
    return Lock.FROZEN if date < today + days(figures.freeze_days) else None


def closed(dates: Iterable[dt.date], today: dt.date, figures: GuardFigures) -> dict[dt.date, Lock]:
    """Those of the dates that are closed to ordinary commits, in order, each with its reason."""
    found = ((date, lock_on(date, today, figures)) for date in sorted(set(dates)))
    return {date: lock for date, lock in found if lock is not None}


def check_break_glass(glass: BreakGlass, role: str, rights: Rights) -> None:
    """ForbiddenError for a role that may not break the glass, InvalidError for an unknown code or an empty reason."""
    if role not in rights.break_glass_roles:
        raise ForbiddenError(
            f"the role {role} may not break the glass",
            hint=f"held by {', '.join(rights.break_glass_roles)}",
            details={"needed_roles": list(rights.break_glass_roles)},
        )
    if glass.code not in rights.break_glass_codes:
        raise InvalidError("break_glass.code", "no such code", valid=rights.break_glass_codes)
    if not glass.reason.strip() or len(glass.reason) > _LONGEST_REASON:
        raise InvalidError("break_glass.reason", f"a sentence of at most {_LONGEST_REASON} characters is needed")


def require_open(
    dates: Iterable[dt.date], today: dt.date, figures: GuardFigures, glass: BreakGlass | None
) -> dict[dt.date, Lock]:
    """The closed dates that a checked `glass` opens; without it ForbiddenError names the first of them."""
    found = closed(dates, today, figures)
    if found and glass is None:
        first, lock = next(iter(found.items()))
        raise ForbiddenError(
            f"{len(found)} dates from {first} on are closed to ordinary commits ({lock})",
            hint="give break_glass with a code and a reason, as a role that may",
            details={"closed": {date.isoformat(): lock.value for date, lock in found.items()}},
        )
    return found

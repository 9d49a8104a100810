"""The gates of a publication: age, guard, flags, closed dates. Every cause that is not settled is named at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from scheduling.model.break_glass import BreakGlass, check_break_glass, closed, require_open
from scheduling.model.errors import GuardRejectedError, InvalidError, StaleError
from scheduling.model.guard import Verdict
from scheduling.model.program import Program
from scheduling.model.stage import Settles, StoredStage


@dataclass(frozen=True, slots=True)
class Consent:
    """What the caller says to a stage: the flags acknowledged by id, and break-glass as their role may."""

    role: str
    acknowledged: frozenset[str] = frozenset()
    glass: BreakGlass | None = None


def require_gates(stored: StoredStage, program: Program, consent: Consent, now: dt.datetime) -> BreakGlass | None:
    """Pass, or raise: StaleError for age, InvalidError for an unknown acknowledgement, GuardRejectedError, ForbiddenError.

    Returns the break-glass where it was needed: given without need it is not recorded.
    """
    policy = program.policy
    if now - stored.made_at > dt.timedelta(hours=policy.guard.stale_hours):
        raise StaleError(
            f"it was staged more than {policy.guard.stale_hours} h ago",
            hint="stage the versions again with stage_publish",
        )
    known = {flag.id for flag in stored.flags}
    if strangers := consent.acknowledged - known:
        raise InvalidError("acknowledge", f"{len(strangers)} ids are no flags of this stage", valid=sorted(known))
    causes = list(_unsettled(stored, consent))
    if causes:
        raise GuardRejectedError(
            f"{len(causes)} causes stand against publishing: " + "; ".join(text for _, text in causes[:5]),
            hint="acknowledge each flag by its id, or change the versions where none can be",
            details={"causes": [{"id": ident, "text": text} for ident, text in causes]},
        )
    if consent.glass is not None:
        check_break_glass(consent.glass, consent.role, policy.rights)
    today = program.clock.today()
    require_open(stored.dates, today, policy.guard, consent.glass)
    return consent.glass if closed(stored.dates, today, policy.guard) else None


def _unsettled(stored: StoredStage, consent: Consent) -> Iterator[tuple[str, str]]:
    for cause in stored.body["causes"]:
        if cause["level"] == Verdict.REJECT:
            yield cause["id"], cause["text"]
    for flag in stored.flags:
        if flag.blocking:
            yield flag.id, f"{flag.text} (cannot be acknowledged)"
        elif flag.settled_by is Settles.ACKNOWLEDGING and flag.id not in consent.acknowledged:
            yield flag.id, f"{flag.text} (not acknowledged)"

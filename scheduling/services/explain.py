"""Explain a finding and offer verified remedies (architecture: short searches, never on the event loop)."""

from __future__ import annotations

from dataclasses import dataclass

from anyio import to_thread

from scheduling.model.errors import InvalidError
from scheduling.model.roster import Roster
from scheduling.rules.explanation import Explanation, explain, find_again
from scheduling.rules.finding_id import read_finding_id
from scheduling.rules.remedies import verified_remedies
from scheduling.rules.remedy import Remedies
from scheduling.services.target import LIVE, Target
from scheduling.services.validate import AT, measured_roster
from scheduling.store.unit import UnitOfWork

_LONGEST = 800


@dataclass(frozen=True)
class ExplanationView:
    """An explanation with its remedies, and the roster both were made on."""

    explanation: Explanation
    remedies: Remedies
    roster: Roster
    target: Target


def split_name(text: str, field: str = "finding") -> tuple[str, Target]:
    """An id as it was given out: the finding's own id, and the target it was found on."""
    name, _, target = text.strip().partition(AT)
    return name, Target.parse(target, field) if target else LIVE


async def explain_finding(unit: UnitOfWork, slug: str, text: str, target: Target | None = None) -> ExplanationView:
    """Explain a finding on the target it was found on, unless another is named.

    InvalidError for an id that is malformed or of another program, NotFoundError for an unknown target or a finding that
    the schedule no longer gives rise to.
    """
    name, found_on = split_name(text)
    ref = read_finding_id(slug, name)
    meant = target or found_on
    if len(ref.window) > _LONGEST:
        raise InvalidError("finding", "spans more than two years")
    roster = await measured_roster(unit, slug, ref.window, meant)
    finding = find_again(roster, ref)
    explanation = explain(roster, finding)
    remedies = await to_thread.run_sync(verified_remedies, roster, finding)
    return ExplanationView(explanation, remedies, roster, meant)

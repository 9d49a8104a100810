"""Waive a finding: say who accepts it, why and until when. It stays in every report, marked as accepted."""

from __future__ import annotations

import datetime as dt

from scheduling.model.errors import InvalidError
from scheduling.model.waiver import Waiver
from scheduling.rules.catalog import rule
from scheduling.rules.finding_id import read_finding_id
from scheduling.services.explain import split_name
from scheduling.store.unit import UnitOfWork

WAIVED = "finding.waived"
LONGEST_REASON = 500
FIELD = "id"
"""What a refusal calls the finding's id."""


async def waive(unit: UnitOfWork, slug: str, finding: str, reason: str, until: dt.date | None) -> Waiver:
    """Accept a finding (by its id) until a date, inclusive, in a unit that has done nothing yet.

    The same again is the waiver that stands; another reason or date replaces it. InvalidError for an id that is none of
    this program, an empty reason, or a date that has passed.
    """
    finding, _ = split_name(finding, FIELD)
    reference = read_finding_id(slug, finding, FIELD)
    rule(reference.rule)
    text = reason.strip()
    if not text or len(text) > LONGEST_REASON:
        raise InvalidError("reason", f"a sentence of at most {LONGEST_REASON} characters is needed")
    await unit.lock(slug)
    program = await unit.program(slug)
    if until is not None and until < program.clock.today():
        raise InvalidError("until", f"{until} has passed", valid=[f"{program.clock.today()} or later"])
    standing = next((w for w in await unit.waivers.standing(slug) if w.finding == finding), None)
    if standing is not None and (standing.reason, standing.until) == (text, until):
        return standing
    waiver = await unit.waivers.add(slug, finding, rule=reference.rule, reason=text, until=until)
    payload = {"waiver": waiver.id, "finding": finding, "rule": waiver.rule, "until": until and until.isoformat()}
    unit.emit(WAIVED, payload, f"waiver:{waiver.id}", program=slug)
    return waiver

"""`compliance/{year}/{number}`: the verdict on one block."""

from __future__ import annotations

from auth.finding_shapes import (
    CheckedShape,
    CountsShape,
    ExceptionShape,
    FindingShape,
    MissingShape,
    RiskShape,
    VerdictShape,
)
from auth.shapes import AsOf
from resources.places import BLOCKS, NumberedBlockPlace
from resources.resource import Body, Call, Resource, Scope
from scheduling.model.calendar import BlockRef
from scheduling.services.validate import validate


class ComplianceBody(Body):
    """The validation of one block of the live schedule, as `validate_schedule` gives it, whole."""

    block: str
    compliant: bool
    counts: CountsShape
    findings: tuple[FindingShape, ...]
    risk: tuple[RiskShape, ...]
    exceptions: tuple[ExceptionShape, ...] | None = None
    missing: MissingShape
    checked: CheckedShape
    note: str | None = None
    as_of: AsOf


async def handle(place: NumberedBlockPlace, call: Call) -> ComplianceBody:
    """Validate the block."""
    async with call.unit() as unit:
        program = await unit.program(call.program)
        block = program.calendar.block(BlockRef(place.year, place.number))
        view = await validate(unit, call.program, block.window)
    return ComplianceBody(
        block=str(block.ref),
        **dict(VerdictShape.of(view, call.access, rule_ids=True)),
        note=view.note,
        as_of=AsOf.of(view.roster, call, block.window),
    )


RESOURCE = Resource(
    "housestaff://{program}/compliance/{year}/{number}",
    "compliance",
    "Compliance",
    "The verdict on one block: findings by binding, rule and date, risk metrics, what is missing, what was looked at.",
    NumberedBlockPlace,
    scopes={Scope.SCHEDULE_READ},
    handle=handle,
    completions=BLOCKS,
)

"""Examine a program's rules on one of its blocks, as they are or as a draft policy would have them; nothing is stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from scheduling.model.calendar import Block, BlockRef
from scheduling.model.policy import Policy
from scheduling.model.program import Program
from scheduling.model.roster import Roster
from scheduling.model.run import RunRequest
from scheduling.services.adopt_policy import check_codes
from scheduling.services.asked_window import covers, outside_data
from scheduling.services.draft_policy import read_draft
from scheduling.services.gather_problem import gather
from scheduling.services.stage import OpenUnit
from scheduling.solver.examine.question import Examination, Question, answer
from scheduling.solver.lane import Lane
from scheduling.store.unit import UnitOfWork

_PROFILE = "standard"
_SECONDS = 40.0
_WAITING = 2


class Examiner(Protocol):
    """Answers questions somewhere off the event loop."""

    async def examine(self, question: Question) -> Examination:
        """The examination; cancelled with its caller."""
        ...


def examining_lane() -> Lane:
    """A lane of its own: an examination takes seconds, and nobody who covers an absence is to wait for it."""
    return Lane(waiting=_WAITING, seconds=_SECONDS)


@dataclass(frozen=True, slots=True)
class LaneExaminer:
    """Examines in an interactive lane's solver process."""

    lane: Lane = field(default_factory=examining_lane)

    async def examine(self, question: Question) -> Examination:
        """Ask the lane."""
        return await self.lane.run(answer, question)


@dataclass(frozen=True)
class Examined:
    """The block, what was found on it (None, and `note`, where no schedule covers it), and the roster it was read from."""

    block: Block
    roster: Roster
    found: Examination | None
    draft: Policy | None = None
    note: str | None = None


async def check_rules(
    open_unit: OpenUnit, slug: str, examiner: Examiner, *, block: str | None = None, draft: str | None = None
) -> Examined:
    """Examine the rules on a block; without one, on the first published block that ends today or later.

    The question is the one a solve of the whole block would be asked. A draft, whole or in part, counts as in force for
    the block. NotFoundError for an unknown block, InvalidError for a malformed draft, ConflictError for one that drops
    activities the schedule is made of.
    """
    async with open_unit() as unit:
        program = await unit.program(slug)
        meant = program.calendar.block(BlockRef.parse(block)) if block else await _next_block(unit, slug, program)
        policy = None if draft is None else read_draft(draft, program.policies.at(meant.start))
        if policy is not None:
            check_codes(program.policies, meant.start, policy)
        published = await unit.roster(slug, meant.window, overlay=False)
        if not covers(published, meant.window):
            return Examined(meant, published, None, policy, await outside_data(unit, slug, meant.window))
        gathered = await gather(unit, slug, RunRequest(meant.ref.year, meant.ref.number, objective=_PROFILE))
        roster = gathered.start_roster
    found = await examiner.examine(Question(gathered.problem, policy))
    return Examined(meant, roster, found, policy)


async def _next_block(unit: UnitOfWork, slug: str, program: Program) -> Block:
    """The first published block that is not over, else the one of today."""
    today = program.clock.today()
    live = (await unit.programs.state(slug)).live
    blocks = sorted((program.calendar.block(ref) for ref in live), key=lambda b: b.start)
    return next((b for b in blocks if b.end >= today), program.calendar.block_of(today))

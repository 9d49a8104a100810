"""Explain an assignment: why this person has this slot, and why not the alternative."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from scheduling.model.part import Slot, Window
from scheduling.model.roster import Roster
from scheduling.services.asked_window import covers, outside_data
from scheduling.services.stage import OpenUnit
from scheduling.services.target import LIVE, Target, require_meeting
from scheduling.services.validate import measured_roster
from scheduling.solver.choice import Question, Weighed, answer
from scheduling.solver.lane import Lane


class Weigher(Protocol):
    """Weighs a choice somewhere off the event loop."""

    async def weigh(self, question: Question) -> Weighed:
        """The answer; cancelled with its caller."""
        ...


@dataclass(frozen=True, slots=True)
class LaneWeigher:
    """Weighs in the interactive lane's solver process."""

    lane: Lane

    async def weigh(self, question: Question) -> Weighed:
        """Ask the lane."""
        return await self.lane.run(answer, question)


@dataclass(frozen=True)
class AssignmentView:
    """The answer and the roster it was made on; none, and `note`, outside the published schedule."""

    slot: Slot
    person: str
    roster: Roster
    weighed: Weighed | None
    note: str | None = None


async def explain_assignment(
    open_unit: OpenUnit,
    slug: str,
    person: str,
    slot: Slot,
    weigher: Weigher,
    *,
    why_not: str | None = None,
    target: Target = LIVE,
) -> AssignmentView:
    """Set what stands in a person's slot against another person, another activity, or the best of all others.

    NotFoundError for an unknown person, activity or target; InvalidError where nothing stands there to be asked about, or the
    alternative is what stands; BusyError, LaneTimeoutError and UndecidedError where there is no answer in time.
    """
    date = Window(slot.date, slot.date)
    async with open_unit() as unit:
        who = (await unit.program(slug)).person(person).id
        await require_meeting(unit, slug, target, date)
        roster = await measured_roster(unit, slug, date, target)
        if not covers(roster, date):
            return AssignmentView(slot, who, roster, None, await outside_data(unit, slug, date))
    question = Question(roster, who, slot, why_not)
    question.require_admissible()
    return AssignmentView(slot, who, roster, await weigher.weigh(question))

"""One model, solved as the assignment stands and with the alternative forced."""

from __future__ import annotations

import copy
import functools
from collections.abc import Iterable, Iterator

from ortools.sat.python import cp_model

from scheduling.model.calendar import days
from scheduling.model.override import Change
from scheduling.model.part import Part, Slot
from scheduling.model.roster import Roster
from scheduling.solver.block import build_block
from scheduling.solver.build import Build
from scheduling.solver.choice_problem import HALF_DAYS, Kind, Subject
from scheduling.solver.engine import configure
from scheduling.solver.objective import TIERS
from scheduling.solver.problem import Problem, Stage
from scheduling.solver.search import run
from scheduling.solver.stages import build_stage, read_stage
from scheduling.solver.standing import duty_codes
from scheduling.solver.status import Outcome, Status
from scheduling.solver.sums import Literal, Sum

Fixed = tuple[tuple[Literal, int], ...]
"""Literals and the value each is held to."""

Cell = tuple[str, Slot]


NEAREST_EFFORT = 0.4
"""Effort for the schedule nearest to what stands; the verdict does not wait for it."""


class ChoiceModel:
    """The model of a problem, with what stands and the alternative as values of its literals.

    `roster` is the schedule as it stands. What stands in a decided cell may stay even where the solver would not offer it.
    """

    def __init__(self, problem: Problem, roster: Roster, subject: Subject, *, explaining: bool = False) -> None:
        self.problem = problem
        self.roster = roster
        self.subject = subject
        self.build = _build(problem, roster, explaining=explaining)
        self.now: Fixed = tuple(self._now())
        self.forced: Fixed | None = self._forced()
        """None where the alternative is nothing the model offers."""

    def solve(self, fixed: Fixed) -> Outcome:
        """Tier after tier with these values held, everything else at its best."""
        return run(self.held(fixed), self.problem.settings, phase="why not")

    def held(self, fixed: Fixed) -> Build:
        """The build with these values held."""
        build = copy.copy(self.build)
        build.model = self.build.model.clone()
        for literal, value in fixed:
            if not isinstance(literal, int):
                build.model.add_linear_constraint(literal, value, value)
            elif literal != value:
                build.model.add_bool_or([])
        return build

    def standing(self, *, asked: bool) -> Fixed:
        """Every decided cell that holds something, held to it; without those that are `asked` to change unless wanted."""
        skipped = set() if asked else self.asked
        return tuple((literal, 1) for cell, literal in self._stands() if cell not in skipped)

    def nearest(self, forced: Fixed, best: Outcome, stands: Outcome) -> tuple[Outcome, int] | None:
        """The schedule nearest to what stands that has the alternative and costs no more, and how many other cells it changes.

        No more, tier by tier, than the best with the alternative or than what stands, whichever is more. None where the
        effort does not suffice.
        """
        build = self.held(forced)
        costs = [o for o in (best, stands) if o.tiers]
        for number, tier in enumerate(TIERS):
            most = max(o.tiers[number].objective for o in costs)
            build.model.add_linear_constraint(build.ledger.total(tier).expression(), cp_model.INT_MIN, most)
        kept = [literal for literal, _ in self.standing(asked=False)]
        build.model.minimize(-1 * Sum(kept).expression())
        solver = cp_model.CpSolver()
        configure(solver, self.problem.settings, min(NEAREST_EFFORT, self.problem.settings.effort))
        if solver.solve(build.model) != cp_model.OPTIMAL:
            return None
        values = tuple(solver.response_proto.solution)
        found = Outcome(Status.OPTIMAL, best.tiers, values, solver.deterministic_time)
        return found, sum(1 - found.value(Sum([literal])) for literal in kept)

    def changes(self, outcome: Outcome) -> tuple[Change, ...]:
        """What differs from what stands, in order, without half-days that were open and are filled with no duty."""
        made = {(c.person, c.slot): c.activity for c in read_stage(self.build, outcome).cells}
        cells = {*made, *((p, slot) for p, slot, _ in self.build.variables.decided())}
        if self.subject.kind is Kind.WEEK and self.subject.holder is not None:
            cells |= {cell for cell in self._week_of(self.subject.holder) if self.problem.is_free(*cell)}
        found = []
        for person, slot in cells:
            was = self.roster.at(person, slot)
            to = made.get((person, slot))
            filled = was is None and slot.part is not Part.NIGHT and to not in duty_codes(self.roster, slot.date)
            if was != to and slot.date in self.roster.window and (not filled or (person, slot) in self.asked):
                found.append(Change(person, slot, was, to))
        return tuple(sorted(found, key=lambda c: (c.slot, c.person)))

    def _now(self) -> Iterator[tuple[Literal, int]]:
        subject = self.subject
        if subject.holder is None:
            return
        if subject.kind is Kind.CELL:
            held = self.roster.at(subject.holder, subject.slot)
            if held is not None:
                yield self._holds(subject.holder, subject.slot, held), 1
        else:
            yield self._has(subject.holder), 1

    def _forced(self) -> Fixed | None:
        subject = self.subject
        if subject.kind is not Kind.CELL:
            if subject.other is None:
                return tuple((literal, 0) for literal, _ in self.now)
            literal = self._has(subject.other)
            return None if isinstance(literal, int) and not literal else ((literal, 1),)
        if subject.code is not None and subject.holder is not None:
            wanted = self._holds(subject.holder, subject.slot, subject.code)
            return None if isinstance(wanted, int) else ((wanted, 1),)
        away: Fixed = tuple((literal, 0) for literal, _ in self.now)
        if subject.other is None or subject.holder is None:
            return away
        held = self.roster.at(subject.holder, subject.slot)
        taken = self._holds(subject.other, subject.slot, held) if held is not None else 0
        return None if isinstance(taken, int) else (*away, (taken, 1))

    def _holds(self, person: str, slot: Slot, code: str) -> Literal:
        """The literal of a decided cell; a fact is none."""
        variables = self.build.variables
        return variables.holds(person, slot, code) if variables.is_decided(person, slot) else 0

    def _has(self, person: str) -> Literal:
        """The literal of the night or the week."""
        variables, slot = self.build.variables, self.subject.slot
        if self.subject.kind is Kind.NIGHT:
            return self._holds(person, slot, self.roster.policy(slot.date).call.activity)
        free = slot.date in variables.weeks
        return variables.attends(person, slot.date) if free else 0

    def _stands(self) -> Iterator[tuple[Cell, Literal]]:
        for person, slot, options in self.build.variables.decided():
            code = self.roster.at(person, slot)
            literal = options.get(code, 0) if code is not None else 0
            if not isinstance(literal, int):
                yield (person, slot), literal

    @functools.cached_property
    def asked(self) -> set[Cell]:
        """Cells whose change is the alternative itself."""
        subject = self.subject
        people = [p for p in (subject.holder, subject.other) if p is not None]
        if subject.kind is Kind.CELL:
            return {(p, subject.slot) for p in people}
        everybody = [p.id for p in self.build.variables.callers]
        if subject.other is None:
            people = everybody
        if subject.kind is Kind.WEEK:
            nights = list(subject.week)[:2]
            return {(p, Slot(d, Part.NIGHT)) for p in everybody for d in nights} | {
                cell for p in people for cell in self._week_of(p)
            }
        after = subject.slot.date + days(1)
        tied = {(p, Slot(after, part)) for p in people for part in HALF_DAYS}
        return tied | {(p, subject.slot) for p in everybody}

    def _week_of(self, person: str) -> set[Cell]:
        """A person's half-days of the inpatient week and of the day after it."""
        dates = [*self.subject.week, self.subject.week.end + days(1)]
        return {(person, Slot(d, part)) for d in dates for part in HALF_DAYS}


def _build(problem: Problem, roster: Roster, *, explaining: bool) -> Build:
    if problem.stage is not Stage.BLOCK:
        return build_stage(problem, explaining=explaining)
    return build_block(problem, explaining=explaining, also=_stand_ins(problem, roster))


def _stand_ins(problem: Problem, roster: Roster) -> Iterable[tuple[str, Slot, str]]:
    """What stands in cells that are free to move, duties apart: those come with their call or week."""
    for person, slot, code in roster.filled(problem.window):
        duty = roster.program.by_id[person].is_faculty and code in duty_codes(roster, slot.date)
        if not duty and problem.decides(person) and problem.is_free(person, slot):
            yield person, slot, code

"""What is built to examine a block: its half-days, its open ward days, and its duties as if none were recorded yet."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from scheduling.model.activity import Catalogue
from scheduling.model.calendar import fmit_week
from scheduling.model.override import SOURCES, Source
from scheduling.model.part import Window
from scheduling.model.policy import Policy
from scheduling.model.program import Program
from scheduling.model.roster import NO_SOURCE, Roster
from scheduling.rules.catalog import BY_ID
from scheduling.rules.rule import Tier
from scheduling.solver.build import Build
from scheduling.solver.examine.dependencies import Uses, uses_of
from scheduling.solver.problem import Problem, Stage
from scheduling.solver.release import release_duties
from scheduling.solver.stages import build_stage


@dataclass(frozen=True, eq=False)
class Part:
    """One stage: its problem, its priced model, and its explaining model in which everything priced is insisted on."""

    problem: Problem
    priced: Build
    whole: Build

    @property
    def stage(self) -> Stage:
        """The stage."""
        return self.problem.stage

    @functools.cached_property
    def uses(self) -> Mapping[str, Uses]:
        """What every rule and insisted term does with the decisions."""
        return uses_of(self.whole)

    @property
    def demands(self) -> tuple[str, ...]:
        """What safety asks for, and the rules of the training tier; targets are aims and may be missed."""
        found = {c.name for c in self.priced.ledger if c.breach and c.tier is Tier.SAFETY}
        found |= {c.name for c in self.priced.ledger if c.breach and c.tier is Tier.TRAINING and c.name in BY_ID}
        return tuple(sorted(found))


def parts_of(problem: Problem) -> tuple[Part, ...]:
    """The stages of a block in which anything is left to decide."""
    problems = (problem, replace(problem, stage=Stage.DAYS_OFF, calls_free=False), duties_of(problem))
    built = (part_of(each) for each in problems)
    return tuple(part for part in built if part.whole.switches or part.priced.model.proto.variables)


def part_of(problem: Problem) -> Part:
    """Both models of a problem."""
    priced = build_stage(problem)
    insisted = sorted({charge.name for charge in priced.ledger if charge.breach})
    return Part(problem, priced, build_stage(problem, explaining=True, insist=insisted))


def duties_of(problem: Problem) -> Problem:
    """The inpatient weeks that touch the block, and their nights, as a year's solve would decide them."""
    first, last = fmit_week(problem.window.start), fmit_week(problem.window.end)
    inside = problem.roster.window
    window = Window(max(first.start, inside.start), min(last.end, inside.end))
    roster = release_duties(_undecided(problem.roster, window), window, weeks=True)
    return replace(
        problem,
        stage=Stage.CALLS,
        roster=roster,
        window=window,
        weeks_free=True,
        calls_free=True,
        base=None,
        given=frozenset(),
        freed=None,
    )


def _undecided(roster: Roster, window: Window) -> Roster:
    """The roster without what a solve or a template put into the window."""
    cells, sources = roster.cells.copy(), roster.sources.copy()
    inside = slice(roster.day(window.start), roster.day(window.end) + 1)
    made = np.isin(sources[:, inside], [SOURCES.index(s) for s in (Source.SOLVER, Source.TEMPLATE)])
    cells[:, inside][made] = Catalogue.OPEN
    sources[:, inside][made] = NO_SOURCE
    return replace(roster, base=cells.copy(), cells=cells, sources=sources)


def under(problem: Problem, policy: Policy) -> Problem:
    """The problem with another policy from its first date on, and before it as far as the roster reaches."""
    program = problem.roster.program
    dated = tuple((date, p) for date, p in program.policies.dated if date > problem.window.end)
    start = min(problem.roster.window.start, problem.window.start)
    changed = replace(program, policies=replace(program.policies, dated=((start, policy), *dated)))
    base = None if problem.base is None else _of_program(problem.base, changed)
    settings = replace(problem.settings, effort=min(problem.settings.effort, policy.solve.effort_max))
    return replace(problem, roster=_of_program(problem.roster, changed), base=base, settings=settings)


def _of_program(roster: Roster, program: Program) -> Roster:
    """The same cells in another program, whose catalogue may hold more activities or the same in another order."""
    before, after = roster.catalogue.codes, program.catalogue
    if before == after.codes:
        return replace(roster, program=program)
    # The last place stands for an open cell, which is -1.
    place = np.array([*(after.index(code) for code in before), Catalogue.OPEN], np.int16)
    return replace(roster, program=program, base=place[roster.base], cells=place[roster.cells])


def switched_off(problem: Problem, *off: str) -> Problem:
    """The problem without some rules."""
    policy = problem.policy
    rules = policy.rules.model_copy(update={"off": (*policy.rules.off, *off)})
    return under(problem, policy.model_copy(update={"rules": rules}))

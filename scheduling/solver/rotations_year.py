"""The year's rotations: each resident's own rotations, laid over the blocks (domain.md §4).

What each resident does in the year is given by the roster; decided is when. Wards and night services are to be staffed as
evenly as whole numbers allow, leave is to fall into outpatient blocks, and heavy blocks are to lie apart.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from scheduling.model.calendar import SATURDAY, Block, academic_year
from scheduling.model.part import Part, Slot, Window
from scheduling.model.patterns import half_window
from scheduling.model.rotation import Pattern, Rotation, RotationHalf
from scheduling.solver.build import Build
from scheduling.solver.catalog import constrain_all
from scheduling.solver.objective import Where
from scheduling.solver.parts import together
from scheduling.solver.problem import Problem, Stage
from scheduling.solver.progress import Listener, Stop
from scheduling.solver.search import run
from scheduling.solver.solution import Solution, tier_results
from scheduling.solver.status import Outcome
from scheduling.solver.sums import Literal, Sum

HEAVY_RUN = 3
"""So many ward or night blocks in a row are priced."""


@dataclass(frozen=True, slots=True, order=True)
class Unit:
    """What a resident does in one block: the rotation of each half (None where the block has no second one)."""

    first: Rotation
    second: Rotation | None


@dataclass(frozen=True, eq=False)
class Plan:
    """The decisions of a rotation year: a literal for each resident, block and unit, and what the roster holds now."""

    build: Build
    blocks: tuple[Block, ...]
    held: Mapping[tuple[str, Block], Unit]
    chosen: Mapping[tuple[str, Block], Mapping[Unit, Literal]]


def build_rotations(problem: Problem, *, explaining: bool = False, insist: Iterable[str] = ()) -> Build:
    """The model of the window's blocks."""
    build = Build(problem, explaining=explaining, insist=insist)
    plan = _offer(build)
    build.memo["rotations"] = plan
    constrain_all(build)
    _staff(plan)
    _price_leave(plan)
    _price_runs(plan)
    _price_changes(plan)
    return build


def unit_of(problem: Problem, person: str, block: Block) -> Unit | None:
    """What the roster has the resident do in the block; None where a half has no rotation."""
    first = problem.roster.rotation_of(person, block.start)
    second = half_window(block, 2)
    last = None if second is None else problem.roster.rotation_of(person, second.start)
    if first is None or (second is not None and last is None):
        return None
    return Unit(first, last)


def _offer(build: Build) -> Plan:
    """Every resident's units over the blocks that are not frozen: each as often as the roster has it."""
    problem = build.problem
    blocks = tuple(b for b in problem.roster.program.calendar.blocks_in(problem.window) if _inside(problem, b))
    held: dict[tuple[str, Block], Unit] = {}
    chosen: dict[tuple[str, Block], dict[Unit, Literal]] = {}
    for person in build.variables.residents:
        mine = {b: unit for b in blocks if (unit := unit_of(problem, person.id, b)) is not None}
        held.update({(person.id, block): unit for block, unit in mine.items()})
        free = [b for b in mine if problem.decides(person.id) and not _frozen(problem, person.id, b)]
        wanted = Counter(mine[b] for b in free)
        for block, unit in mine.items():
            if block not in free:
                chosen[person.id, block] = {unit: 1}
                continue
            halves = half_window(block, 2) is None
            fitting = [u for u in sorted(wanted, key=_order) if (u.second is None) == halves]
            chosen[person.id, block] = {u: build.variables.new() for u in fitting}
            build.require(Sum(chosen[person.id, block].values()), 1, 1)
        for unit, count in wanted.items():
            build.require(Sum(chosen[person.id, b].get(unit, 0) for b in free), count, count)
    return Plan(build, blocks, held, chosen)


def _order(unit: Unit) -> tuple[str, str]:
    return unit.first.name, unit.second.name if unit.second else ""


def _inside(problem: Problem, block: Block) -> bool:
    return block.start in problem.window and block.end in problem.window


def _frozen(problem: Problem, person: str, block: Block) -> bool:
    """A block with a frozen date, or one whose dates are not to be decided, keeps its rotation."""
    if any(f.person in (None, person) and f.window.meets(block.window) for f in problem.frozen):
        return True
    return problem.freed is not None and not any(w.meets(block.window) for w in problem.freed)


def _is_heavy(build: Build, rotation: Rotation) -> bool:
    """A ward or night service: anything whose weekdays do not stay open for clinic, and that is not away."""
    return rotation.pattern not in build.policy.rotations.outpatient and rotation.pattern is not Pattern.AWAY


def _staff(plan: Plan) -> None:
    """Residents of one year on one ward or night service: the year's average in halves 1 or 2, rounded down and up.

    A service that is only ever done in one half of a block is averaged over that half. Years do not share a service here,
    which keeps them apart.
    """
    build = plan.build
    by_id = build.problem.roster.program.by_id
    there: dict[tuple[str, int, int], dict[Window, Sum]] = {}
    totals: Counter[tuple[str, int, int]] = Counter()
    for (person, block), units in plan.chosen.items():
        pgy = by_id[person].pgy(block.ref.year)
        for half, window in _halves(block):
            held = _of_half(plan.held[person, block], half)
            if held is not None and _is_heavy(build, held):
                totals[held.activity, pgy, half] += 1
            for unit, literal in units.items():
                rotation = _of_half(unit, half)
                if rotation is not None and _is_heavy(build, rotation):
                    service = (rotation.activity, pgy, half)
                    there.setdefault(service, {}).setdefault(window, Sum()).add(literal)
    for service, total in sorted(totals.items()):
        activity, pgy, half = service
        windows = [w for block in plan.blocks for n, w in _halves(block) if n == half]
        counts = {window: there[service].get(window, Sum()) for window in windows}
        if all(count.fixed for count in counts.values()):
            continue
        for window, count in counts.items():
            where = Where((), (window.start, window.end), None, f"{activity} PGY-{pgy}")
            build.at_least("rotation_short", where, count, total // len(windows))
            build.at_most("rotation_over", where, count, -(-total // len(windows)))


def _halves(block: Block) -> list[tuple[int, Window]]:
    return [(half, window) for half in (1, 2) if (window := half_window(block, half)) is not None]


def _of_half(unit: Unit, half: int) -> Rotation | None:
    return unit.first if half == 1 else unit.second


def _price_leave(plan: Plan) -> None:
    """Weekdays of leave inside a ward or night block."""
    build, roster = plan.build, plan.build.problem.roster
    for (person, block), units in plan.chosen.items():
        if not build.problem.decides(person):
            continue
        for half, window in _halves(block):
            weekdays = [d for d in window if d.isoweekday() < SATURDAY]
            away = sum(roster.is_absent(person, Slot(d, Part.AM)) for d in weekdays)
            heavy = Sum()
            for unit, literal in units.items():
                rotation = _of_half(unit, half)
                if away and rotation is not None and _is_heavy(build, rotation):
                    heavy.add(literal, away)
            build.charge("rotation_in_leave", Where((person,), (window.start, window.end)), heavy)


def _price_runs(plan: Plan) -> None:
    """Heavy blocks in a row, and one rotation in two blocks in a row."""
    build = plan.build
    heavy: dict[tuple[str, Block], Sum] = {}
    for key, units in plan.chosen.items():
        rotations = {u: [r for r in (u.first, u.second) if r is not None] for u in units}
        heavy[key] = Sum(v for u, v in units.items() if any(_is_heavy(build, r) for r in rotations[u]))
    people = sorted({person for person, _ in plan.chosen if build.problem.decides(person)})
    for person in people:
        for place in range(len(plan.blocks)):
            run_ = [(person, b) for b in plan.blocks[place : place + HEAVY_RUN]]
            if len(run_) == HEAVY_RUN and all(key in heavy for key in run_):
                total = Sum()
                for key in run_:
                    total.plus(heavy[key])
                dates = (run_[0][1].start, run_[-1][1].end)
                build.at_most("rotation_heavy_run", Where((person,), dates), total, HEAVY_RUN - 1)
        for first, second in itertools.pairwise(plan.blocks):
            one, other = plan.chosen.get((person, first), {}), plan.chosen.get((person, second), {})
            for unit in one:
                if unit in other:
                    where = Where((person,), (first.start, second.end), None, unit.first.name)
                    build.at_most("rotation_spread", where, Sum([one[unit], other[unit]]), 1)


def _price_changes(plan: Plan) -> None:
    """Against the base: a block that no longer holds the rotation it held."""
    if plan.build.problem.base is None:
        return
    for key, unit in plan.held.items():
        literal = plan.chosen[key].get(unit, 0)
        where = Where((key[0],), (key[1].start, key[1].end))
        plan.build.charge("change", where, Sum(constant=1).add(literal, -1))


def read_rotations(build: Build, outcome: Outcome) -> Solution:
    """The stage's solution: the rotation of every resident in every block half."""
    problem = build.problem
    empty = Solution(problem.stage, problem.digest, outcome.status, seed=problem.settings.seed, effort=outcome.effort)
    plan = build.memo["rotations"]
    if not outcome.tiers or not isinstance(plan, Plan):
        return empty
    halves = []
    for (person, block), units in plan.chosen.items():
        unit = next(u for u, literal in units.items() if outcome.value(Sum([literal])))
        for half, rotation in ((1, unit.first), (2, unit.second)):
            if rotation is not None:
                halves.append(RotationHalf(person, block.ref, half, rotation))
    return replace(empty, halves=tuple(sorted(halves)), tiers=tier_results(outcome), forced=tuple(build.forced))


def solve_rotations(problem: Problem, *, listener: Listener | None = None, stop: Stop | None = None) -> Solution:
    """Decide which block each resident does each rotation in, one year of training after the other."""
    year = academic_year(problem.window.start)
    residents = [p for p in problem.roster.program.people if p.active and p.is_resident and problem.decides(p.id)]
    years = sorted({p.pgy(year) for p in residents}, reverse=True)
    left = problem.settings.effort
    parts = []
    for number, pgy in enumerate(years):
        people = frozenset(p.id for p in residents if p.pgy(year) == pgy)
        settings = replace(problem.settings, effort=left / (len(years) - number))
        build = build_rotations(replace(problem, people=people, settings=settings))
        outcome = run(build, settings, listener=listener, stop=stop, phase=Stage.ROTATIONS)
        part = read_rotations(build, outcome)
        if not part.found:
            return replace(part, problem=problem.digest)
        left = max(0.1, left - part.effort)
        parts.append(replace(part, halves=tuple(h for h in part.halves if h.person in people)))
    return together(problem, parts)

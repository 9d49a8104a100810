from __future__ import annotations

import itertools
import os
import random
import subprocess
import sys
from collections.abc import Iterator

import pytest

from scheduling.model.calendar import days
from scheduling.model.clock import Clock
from scheduling.model.first_version import first_schedules
from scheduling.model.overlay import build_roster
from scheduling.model.part import Slot, Window
from scheduling.model.roster import Roster
from scheduling.services.demonstration.build_demo import build_demo
from scheduling.services.demonstration.sizes import TODAY
from scheduling.solver.cascade import plan_cascade
from scheduling.solver.cascade_bound import Narrowed
from scheduling.solver.cascade_case import Case, read_case
from scheduling.solver.cascade_model import CascadeModel
from scheduling.solver.cascade_options import Options, read_options
from scheduling.solver.cascade_price import Choice, ImpossibleError, price
from scheduling.solver.cascade_question import Question
from tests.scheduling.solver.cascade_programs import MONDAY, small_program

TOO_MANY = 20_000


def every_choice(case: Case, options: Options) -> Iterator[Choice]:
    """Every combination of decisions, possible or not."""
    for takes in itertools.product(*([None, *found] for found in options.by_duty)):
        displaced: list[tuple[str, Slot]] = []
        takers: list[list[str | None]] = []
        for duty, taker in zip(case.duties, takes, strict=True):
            own = options.by_duty[duty.number][taker].own if taker is not None else None
            if taker is not None and own is not None and (duty.slot, own.key) in options.again:
                displaced.append((taker, duty.slot))
                takers.append([None, *options.again[duty.slot, own.key]])
        for again in itertools.product(*takers):
            yield Choice(takes, {place: t for place, t in zip(displaced, again, strict=True) if t is not None})


def is_detour(case: Case, options: Options, choice: Choice) -> bool:
    """True when somebody takes a half-day over from a person who took a duty they could have taken themselves."""
    for duty, taker in zip(case.duties, choice.takes, strict=True):
        second = choice.again.get((taker, duty.slot)) if taker is not None else None
        if second in options.by_duty[duty.number] and not duty.fmit:
            return True
    return False


def cheapest(case: Case, options: Options) -> tuple[list[int], list[int]] | None:
    """Costs in order, one for each way to decide the absent's duties: of all plans, and of those without a detour.

    None when there are too many plans to try.
    """
    found: tuple[dict[tuple[str | None, ...], int], ...] = ({}, {})
    for number, choice in enumerate(every_choice(case, options)):
        if number > TOO_MANY:
            return None
        try:
            cost = sum(s.points for s in price(case, options, choice))
        except ImpossibleError:
            continue
        for costs in found[: 1 if is_detour(case, options, choice) else 2]:
            costs[choice.takes] = min(cost, costs.get(choice.takes, cost))
    return sorted(found[0].values()), sorted(found[1].values())


def asked(seed: int) -> tuple[Roster, tuple[str, ...], Window, int]:
    chance = random.Random(seed)
    roster = small_program(seed, faculty=chance.randint(3, 6))
    core = [p.id for p in roster.program.people if p.takes_call]
    start = MONDAY + days(chance.randint(-3, 4))
    window = Window(start, start + days(chance.choice([0, 0, 1, 1, 2])))
    return roster, tuple(sorted(chance.sample(core, chance.choice([1, 1, 1, 2])))), window, chance.choice([1, 2, 2])


def test_the_exact_search_finds_what_trying_every_plan_finds(full_counts: bool) -> None:
    """The best plan costs what exhaustive enumeration finds, narrowed or not; the next best no more than plain enumeration."""
    tried = 0
    for seed in range(1000 if full_counts else 60):
        roster, absent, window, depth = asked(seed)
        case = read_case(roster, absent, window, depth=depth)
        options = read_options(case)
        every = cheapest(case, options)
        if every is None:
            continue
        tried += 1
        everything, straight = every
        plans = plan_cascade(Question(roster, absent, window, depth))
        costs = [p.points for p in plans]
        assert costs[0] == plans[0].bound == everything[0], f"seed {seed}"
        assert [p.bound for p in plans] == costs, f"seed {seed}"
        assert len(costs) >= min(3, len(straight)), f"seed {seed}"
        assert all(low <= cost for low, cost in zip(everything, costs, strict=False)), f"seed {seed}"
        assert all(cost <= high for cost, high in zip(costs, straight, strict=False)), f"seed {seed}"
        whole = CascadeModel(case, Narrowed(options)).solve(5.0)
        assert whole is not None
        assert whole.points == costs[0], f"seed {seed}"
    assert tried > (600 if full_counts else 30)


@pytest.mark.parametrize("seed", range(12))
def test_a_plan_is_the_same_every_time(seed: int) -> None:
    """The same question has the same plans, byte for byte."""
    roster, absent, window, depth = asked(seed)
    question = Question(roster, absent, window, depth)
    assert plan_cascade(question) == plan_cascade(question)


IN_ITS_OWN_PROCESS = """
from scheduling.model.plan_body import body_of, plan_digest
from scheduling.solver.cascade import plan_cascade
from scheduling.solver.cascade_question import Question
from tests.agreement.test_cascade_exact import asked
for seed in range(6):
    roster, absent, window, depth = asked(seed)
    print([plan_digest(body_of(p)) for p in plan_cascade(Question(roster, absent, window, depth))])
"""


def test_a_plan_is_the_same_in_every_process() -> None:
    """Whatever the hash seed: two processes give the same digests."""
    said = [
        subprocess.run(
            [sys.executable, "-c", IN_ITS_OWN_PROCESS],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": "."},
            capture_output=True,
            check=True,
            text=True,
            timeout=120,
        ).stdout
        for seed in ("1", "2")
    ]
    assert said[0].count("[") == 6
    assert said[0] == said[1]


def test_leaving_people_out_never_costs_anything(full_counts: bool) -> None:
    """On the demonstration program the narrowed search finds what the whole one finds."""
    source = build_demo("usual", 0)
    program = source.program("demo", Clock("America/New_York", TODAY))
    schedules = first_schedules(program, source.record())
    whole = Window(schedules[0].block.start, schedules[-1].block.end)
    roster = build_roster(program, whole, schedules)
    chance = random.Random(5)
    core = [p.id for p in program.people if p.takes_call]
    for _ in range(150 if full_counts else 10):
        start = TODAY + days(chance.randint(-90, 200))
        window = Window(start, start + days(chance.choice([0, 2, 4, 6, 9])))
        absent = tuple(chance.sample(core, chance.choice([1, 1, 2])))
        case = read_case(roster, absent, window, depth=2)
        best = CascadeModel(case, Narrowed(read_options(case))).solve(20.0)
        assert best is not None
        assert plan_cascade(Question(roster, absent, window, alternatives=1))[0].points == best.points

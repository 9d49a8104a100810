from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from scheduling.model.part import Window
from scheduling.model.policy import shipped_policy
from scheduling.rules.rule import Tier
from scheduling.solver import search
from scheduling.solver.calls_year import solve_calls
from scheduling.solver.problem import Problem
from scheduling.solver.progress import Progress
from scheduling.solver.status import Status
from tests.scheduling.solver.solver_programs import calls_problem, leave, priced, settings, staff

SEPTEMBER = Window(dt.date(2026, 9, 4), dt.date(2026, 10, 1))
WEEKDAYS = (7, 1, 2, 3, 4)
DEAR = 1000


@dataclass
class _Notes:
    """Everything a search says."""

    told: list[Progress] = field(default_factory=list)

    def progress(self, progress: Progress) -> None:
        self.told.append(progress)

    def incumbent(self, tier: Tier, values: Sequence[int]) -> None:
        """Not looked at."""


def _wishes(count: int, seed: int) -> Problem:
    """Everybody is away twice and has weekdays of their own, at a price for which equity is rather broken."""
    chance = random.Random(seed)
    away = [
        leave(f"fac-{n:02d}", dt.date(2026, 9, 4 + chance.randrange(25)), chance.randrange(1, 9))
        for n in range(1, count + 1)
        for _ in range(2)
    ]
    policy = priced(shipped_policy(), avoided_weekday=DEAR, preferred_weekday=DEAR)
    program = staff(count, absences=away, policy=policy)
    people = tuple(
        replace(
            person,
            prefer_call_weekdays=tuple(chance.sample(WEEKDAYS, 2)),
            avoid_call_weekdays=(chance.choice(WEEKDAYS),),
        )
        for person in program.people
    )
    return calls_problem(replace(program, people=people), SEPTEMBER, settings=settings())


@pytest.mark.parametrize(("count", "seed"), [(7, 1), (8, 3), (10, 2), (12, 4)])
def test_what_is_told_of_a_search_holds_when_it_has_ended(
    count: int, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No bound was above what there is, no incumbent below: also where a search asks less than the tier's minimum."""
    # Else the first question settles it, and the others are not asked.
    monkeypatch.setattr(search, "AT_ONCE_EFFORT", 1e-4)
    notes = _Notes()
    solution = solve_calls(_wishes(count, seed), listener=notes)
    assert solution.status is Status.OPTIMAL
    least = {tier.tier: tier.objective for tier in solution.tiers}
    assert least[Tier.PREFERENCE] > DEAR
    told = [progress for progress in notes.told if progress.tier is Tier.PREFERENCE]
    assert len(told) > 1
    for progress in told:
        assert progress.bound is not None
        assert progress.bound <= least[Tier.PREFERENCE]
        assert progress.incumbent is None or progress.incumbent >= least[Tier.PREFERENCE]

"""Work without a pause against a limit: shared by 6.22 and 6.22.a."""

from __future__ import annotations

from scheduling.rules.rule import Rule
from scheduling.solver.build import Build
from scheduling.solver.duty_hours import duty_hours
from scheduling.solver.objective import Where
from scheduling.solver.sums import Sum

_HOUR = 60


def limit_continuous(rule: Rule, build: Build, hours: int) -> None:
    """Every shortest chain of works that touch each other and exceed the hours: not all of them."""
    for person in duty_hours(build).people:
        works = duty_hours(build).works(person)
        for i, first in enumerate(works):
            chain, end = [first], first.end
            for work in works[i + 1 :]:
                if work.start > end:
                    break
                if work.end > end:
                    chain.append(work)
                    end = work.end
                if end - first.start > hours * _HOUR:
                    total = Sum()
                    for link in chain:
                        total.plus(link.literal)
                    if not total.fixed:
                        where = Where((person,), (first.slot.date, work.slot.date), first.slot.part)
                        build.at_most(rule, where, total, len(chain) - 1)
                    break

"""Calls of one person on nearby Sunday-to-Thursday nights are priced, nearer ones more."""

from __future__ import annotations

from collections import defaultdict

from scheduling.model.calendar import days, is_weekday_call
from scheduling.rules.rule import Rule
from scheduling.solver.build import Build
from scheduling.solver.objective import Where
from scheduling.solver.problem import Stage
from scheduling.solver.rules.nights import weekday_calls
from scheduling.solver.sums import Literal, Sum

STAGES = (Stage.CALLS, Stage.BLOCK)


def constrain(rule: Rule, build: Build) -> None:
    """Two nights within the spacing exclude each other; each day nearer is charged once more."""
    spacing = build.policy.call.spacing_days
    by_person: dict[str, dict[int, Literal]] = defaultdict(dict)
    for person, night, call in weekday_calls(build):
        by_person[person][night.toordinal()] = call
    window = build.problem.window
    edges = [window.start - days(n) for n in range(1, spacing + 1)] + [
        window.end + days(n) for n in range(1, spacing + 1)
    ]
    for person, nights in by_person.items():
        for edge in edges:
            if is_weekday_call(edge) and build.variables.call(person, edge) == 1:
                nights[edge.toordinal()] = 1
        ordered = sorted(nights)
        for i, first in enumerate(ordered):
            for second in ordered[i + 1 : i + 1 + spacing]:
                if second - first > spacing:
                    break
                dates = (build.problem.window.start.fromordinal(first), build.problem.window.start.fromordinal(second))
                pair = Sum([nights[first], nights[second]])
                build.at_most(rule, Where((person,), dates), pair, 1, times=spacing + 1 - (second - first))

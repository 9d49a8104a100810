"""A whole year, stage by stage: inpatient weeks and calls jointly, then each block with its calls given, then days off."""

from __future__ import annotations

from dataclasses import replace

from scheduling.model.part import Window
from scheduling.solver.calls_year import solve_calls
from scheduling.solver.days_off import solve_days_off
from scheduling.solver.parts import Decided, together, unfinished
from scheduling.solver.problem import Problem, Stage
from scheduling.solver.progress import Listener, Stop
from scheduling.solver.sites import solve_by_sites

CALLS_SHARE = 0.4
"""Share of the effort for the year's weeks and calls."""

_OF_A_BLOCK = ((Stage.BLOCK, solve_by_sites), (Stage.DAYS_OFF, solve_days_off))


def solve_year(problem: Problem, *, listener: Listener | None = None, stop: Stop | None = None) -> Decided:
    """Decide the window of a CALLS problem, then every block in it.

    The parts' scores add up tier by tier. Each part is proved for itself, given the ones before it. What was decided before
    a stop stands, and nothing is proved of a window that is not decided to its end.
    """
    stop = stop or Stop()
    left = problem.settings.effort
    settings = replace(problem.settings, effort=left * CALLS_SHARE)
    calls = solve_calls(replace(problem, settings=settings), listener=listener, stop=stop)
    if not calls.found:
        return Decided(calls)
    parts = [calls]
    left -= calls.effort
    roster = calls.applied(problem.roster)
    given = problem.given | {(c.person, c.slot) for c in calls.cells}
    blocks = problem.roster.program.calendar.blocks_in(problem.window)
    for number, block in enumerate(blocks):
        window = Window(max(block.start, problem.window.start), min(block.end, problem.window.end))
        if stop.is_set:
            break
        for stage, solve in _OF_A_BLOCK:
            asked = replace(
                problem,
                stage=stage,
                roster=roster,
                window=window,
                weeks_free=False,
                calls_free=False,
                given=given,
                settings=replace(settings, effort=max(0.1, left / (len(blocks) - number))),
            )
            part = solve(asked, listener=listener, stop=stop)
            if not part.found and not stop.is_set:
                return Decided(replace(part, stage=problem.stage, problem=problem.digest), asked)
            if not part.found:
                break
            left -= part.effort
            parts.append(part)
            roster = part.applied(roster)
    found = together(problem, parts)
    if len(parts) == 1 + len(_OF_A_BLOCK) * len(blocks):
        return Decided(found)
    return Decided(unfinished(found, stopped=True))

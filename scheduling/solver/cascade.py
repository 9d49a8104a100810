"""Plan a cascade: cover the absence of faculty over a whole window at the least cost, and prove it (domain.md §9)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scheduling.model.calendar import academic_year, days, fmit_week, year_window
from scheduling.model.errors import BusyError, InvalidError
from scheduling.model.part import Window
from scheduling.model.plan import CascadePlan, Figures, Proof, Step
from scheduling.model.roster import Roster
from scheduling.model.sacrifice import points
from scheduling.solver.cascade_bound import Narrowed, narrowed
from scheduling.solver.cascade_case import Case, read_case
from scheduling.solver.cascade_check import checked, nothing_done
from scheduling.solver.cascade_model import Answer, CascadeModel
from scheduling.solver.cascade_options import Options, read_options
from scheduling.solver.cascade_price import price
from scheduling.solver.cascade_prune import pruned

_WEEK = 7


@dataclass(frozen=True, eq=False)
class Question:
    """Who is away, when, and how far to look.

    `roster` holds `context(window)`. `effort` bounds the whole search in deterministic units.
    """

    roster: Roster
    absent: tuple[str, ...]
    window: Window
    depth: int = 2
    alternatives: int = 3
    effort: float = 2.0


def context(window: Window) -> Window:
    """The dates a plan for the window reads: the FMIT weeks around it, and the academic years whose calls are counted."""
    first, last = fmit_week(window.start).start - days(_WEEK), fmit_week(window.end).end + days(2 * _WEEK)
    years = [year_window(academic_year(date)) for date in (window.start, window.end)]
    return Window(min(first, years[0].start), max(last, years[-1].end))


def made_on(window: Window) -> Window:
    """The dates whose versions a plan is bound to: those it may touch, and the FMIT weeks that rules look at."""
    return Window(fmit_week(window.start).start - days(_WEEK), fmit_week(window.end).end + days(_WEEK))


def plan_cascade(question: Question) -> tuple[CascadePlan, ...]:
    """The cheapest plan first, then the next best that decide some duty of the absent otherwise.

    InvalidError for people who are no faculty or a window that is too long; BusyError when the effort found nothing.
    Every plan was re-checked by code that knows nothing of the model.
    """
    _admissible(question)
    case = read_case(question.roster, question.absent, question.window, depth=question.depth)
    wanted = max(1, question.alternatives)
    options = pruned(case, read_options(case), wanted)
    before = nothing_done(case)
    plans: list[CascadePlan] = []
    for rank, answer in enumerate(_answers(case, options, wanted, question.effort), 1):
        steps = price(case, options, answer.choice)
        cost = sum(s.points for s in steps)
        if cost != answer.points:
            raise AssertionError(f"the model says {answer.points}, its steps cost {cost}")
        proof = Proof.OPTIMAL if answer.optimal else Proof.BOUND
        plans.append(checked(_plan(case, steps, before, proof, answer.bound, rank), case))
    if not plans:
        raise BusyError("no plan was found within the effort", hint="ask for a shorter window or fewer people")
    return tuple(plans)


def _answers(case: Case, options: Options, wanted: int, effort: float) -> Iterator[Answer]:
    """The best answer, then the next best; narrowed while that is exact, and whole from then on."""
    narrow = narrowed(case, options, points(case.policy.cascade.clinic))
    model, ceiling = CascadeModel(case, narrow), narrow.ceiling
    found: list[Answer] = []
    while len(found) < wanted:
        answer = model.solve(effort / wanted, found[-1].bound if found else 0)
        if ceiling is not None and (answer is None or answer.points > ceiling):
            model, ceiling = CascadeModel(case, Narrowed(options)), None
            for known in found:
                model.forbid(known.choice)
            continue
        if answer is None:
            return
        yield answer
        found.append(answer)
        model.forbid(answer.choice)


def _admissible(question: Question) -> None:
    if not question.absent:
        raise InvalidError("person", "at least one is needed")
    for name in question.absent:
        if not question.roster.program.person(name).is_faculty:
            raise InvalidError("person", f"{name} is no faculty member: only their absences are covered by a cascade")
    figures = question.roster.policy(question.window.start).cascade
    if len(question.window) > figures.max_days:
        raise InvalidError("end", f"a plan spans at most {figures.max_days} days")
    if not 1 <= question.depth <= figures.max_depth:
        raise InvalidError("max_depth", "out of range", valid=range(1, figures.max_depth + 1))


def _plan(case: Case, steps: tuple[Step, ...], before: Figures, proof: Proof, bound: int, rank: int) -> CascadePlan:
    roster = case.roster
    wanted = made_on(case.window)
    blocks = roster.program.calendar.blocks_in(wanted)
    versions = {b.ref: roster.versions[b.ref] for b in blocks if b.ref in roster.versions}
    return CascadePlan(
        case.absent, case.window, steps, proof, bound, versions, roster.overlay, before, before, case.left, rank
    )

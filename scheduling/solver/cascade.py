"""Plan a cascade: cover the absence of faculty over a whole window at the least cost, and prove it (domain.md §9)."""

from __future__ import annotations

from collections.abc import Iterator

from scheduling.model.errors import BusyError
from scheduling.model.plan import CascadePlan, Figures, Proof, Step
from scheduling.model.sacrifice import points
from scheduling.solver.cascade_bound import Narrowed, narrowed
from scheduling.solver.cascade_case import Case, read_case
from scheduling.solver.cascade_check import checked, nothing_done
from scheduling.solver.cascade_model import Answer, CascadeModel
from scheduling.solver.cascade_options import Options, read_options
from scheduling.solver.cascade_price import price
from scheduling.solver.cascade_prune import pruned
from scheduling.solver.cascade_question import Question, made_on


def plan_cascade(question: Question) -> tuple[CascadePlan, ...]:
    """The cheapest plan first, then the next best that decide some duty of the absent otherwise.

    InvalidError for people who are no faculty or a window that is too long; BusyError when the effort found nothing.
    Every plan was re-checked by code that knows nothing of the model.
    """
    question.require_admissible()
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


def _plan(case: Case, steps: tuple[Step, ...], before: Figures, proof: Proof, bound: int, rank: int) -> CascadePlan:
    roster = case.roster
    wanted = made_on(case.window)
    blocks = roster.program.calendar.blocks_in(wanted)
    versions = {b.ref: roster.versions[b.ref] for b in blocks if b.ref in roster.versions}
    return CascadePlan(
        case.absent, case.window, steps, proof, bound, versions, roster.overlay, before, before, case.left, rank
    )

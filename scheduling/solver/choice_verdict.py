"""Weigh a question about one assignment: two solves of one problem, compared tier by tier with their proofs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scheduling.model.calendar import days
from scheduling.model.part import Slot, Window
from scheduling.model.roster import Roster
from scheduling.rules.finding import Finding
from scheduling.rules.rule import Tier
from scheduling.solver.canonical import digest
from scheduling.solver.choice import Cost, Delta, Ground, Proof, Question, Standing, UndecidedError, Verdict, Weighed
from scheduling.solver.choice_checks import Key, findings, new_findings
from scheduling.solver.choice_model import ChoiceModel
from scheduling.solver.choice_problem import HALF_DAYS, Kind, Subject, near, subject_of, whole
from scheduling.solver.choice_reasons import changed_by, core_grounds, joined, locked, never_offered, tied
from scheduling.solver.choice_wording import (
    alternative_text,
    costs,
    forbidden_text,
    frozen_text,
    standing_of,
    summary_text,
)
from scheduling.solver.problem import Problem
from scheduling.solver.status import Outcome, Status


@dataclass(frozen=True, eq=False)
class _Comparison:
    """One problem solved both ways; `forced` None where the model does not even offer the alternative."""

    model: ChoiceModel
    now: Outcome
    forced: Outcome | None
    verdict: Verdict
    delta: Delta | None
    optimal: bool
    effort: float


def weigh(question: Question) -> Weighed:
    """The answer to an admissible question; UndecidedError where the effort does not suffice for one."""
    roster = question.roster
    subject = subject_of(question)
    window = _checked(roster, subject)
    before = findings(roster, window)
    after = findings(roster.with_changes(changed_by(roster, subject)), window)
    problem = near(question, subject)
    standing = standing_of(question, before, window)
    alternative = alternative_text(roster, subject)
    held = _held(question, subject, problem)
    if held:
        grounds = joined(held, new_findings(before, after, musts=False))
        return Weighed(
            standing, alternative, Verdict.FORBIDDEN, forbidden_text(grounds[:1]), grounds, _no_solve(question, problem)
        )
    found = _compare(problem, roster, subject)
    if found.verdict in (Verdict.FORBIDDEN, Verdict.COSTLIER) and found.forced is not None:
        found = _widened(question, subject, found)
    if found.verdict is Verdict.FORBIDDEN:
        return _forbidden(question, subject, standing, found, new_findings(before, after, musts=True))
    return _possible(question, subject, standing, found, before)


def _widened(question: Question, subject: Subject, found: _Comparison) -> _Comparison:
    """The same with the whole block free, so that no verdict against the alternative comes from what was frozen."""
    wider = whole(question, subject)
    if wider is None:
        return found
    try:
        again = _compare(wider, question.roster, subject)
    except UndecidedError:
        return found
    return again if again.optimal or again.verdict is not Verdict.EQUAL else found


def _compare(problem: Problem, roster: Roster, subject: Subject) -> _Comparison:
    model = ChoiceModel(problem, roster, subject)
    if model.forced is None:
        return _Comparison(model, Outcome(Status.UNKNOWN), None, Verdict.FORBIDDEN, None, optimal=True, effort=0.0)
    now, forced = model.solve(model.now), model.solve(model.forced)
    effort = now.effort + forced.effort
    if forced.status is Status.INFEASIBLE:
        return _Comparison(model, now, forced, Verdict.FORBIDDEN, None, optimal=True, effort=effort)
    if not forced.tiers or (not now.tiers and now.status is not Status.INFEASIBLE):
        raise UndecidedError(hint="ask for a version of one block, or name another person or activity")
    if now.status is Status.INFEASIBLE:
        return _Comparison(
            model, now, forced, Verdict.EQUAL, None, optimal=forced.status is Status.OPTIMAL, effort=effort
        )
    verdict, optimal = compare(_cost(now), _cost(forced))
    return _Comparison(model, now, forced, verdict, _delta(now, forced), optimal, effort)


def compare(now: Cost, forced: Cost) -> tuple[Verdict, bool]:
    """`costlier` only where it is proved: the first tier that differs has a bound above what stands. True when both are proved.

    Without a proof either way the verdict is `equal` and False.
    """
    proved = now.proved and forced.proved
    for mine, least, theirs, bound in zip(now.objective, now.bound, forced.objective, forced.bound, strict=True):
        if bound > mine:
            return Verdict.COSTLIER, proved
        if not mine == least == theirs == bound:
            break
    return Verdict.EQUAL, proved


def _cost(outcome: Outcome) -> Cost:
    return Cost(tuple(t.objective for t in outcome.tiers), tuple(t.bound for t in outcome.tiers))


def _delta(now: Outcome, forced: Outcome) -> Delta:
    more = tuple(b.objective - a.objective for a, b in zip(now.tiers, forced.tiers, strict=True))
    return Delta(next((t for t, amount in zip(Tier, more, strict=True) if amount), None), more)


def _held(question: Question, subject: Subject, problem: Problem) -> list[Ground]:
    """What holds the slot, or the one who is to have it, before any price is asked."""
    roster, slot = question.roster, subject.slot
    if subject.kind is Kind.WEEK:
        cells = [Slot(d, part) for d in subject.week for part in HALF_DAYS]
        own = [(subject.holder or question.person, s) for s in cells if roster.at(question.person, s)]
        return list(locked(problem, roster, own))[:1]
    found = list(locked(problem, roster, [(subject.holder, slot)] if subject.holder else []))
    if subject.other:
        found += locked(problem, roster, [(subject.other, slot)])
    if not found and subject.kind is Kind.CELL and subject.holder:
        duty = tied(roster, subject.holder, slot)
        found += [duty] if duty else []
    return found


def _forbidden(
    question: Question, subject: Subject, standing: Standing, found: _Comparison, musts: list[Ground]
) -> Weighed:
    """With the least set of conditions, told by the model that explains, or why it is never offered at all."""
    model = ChoiceModel(found.model.problem, question.roster, subject, explaining=True)
    core: list[Ground] = []
    if model.forced is not None:
        core = core_grounds(model, model.forced)
    if not core:
        person = subject.other or subject.holder or question.person
        held = question.roster.at(subject.holder, subject.slot) if subject.holder else None
        call = question.roster.policy(subject.slot.date).call.activity
        code = subject.code or (held if subject.kind is Kind.CELL else call) or call
        core = [never_offered(found.model.build, person, subject.slot, code)]
    facts = {g.id: g for g in musts}
    grounds = joined([facts.get(g.id, g) for g in core], musts)
    proof = _proof(question, found)
    return Weighed(
        standing, alternative_text(question.roster, subject), Verdict.FORBIDDEN, forbidden_text(grounds), grounds, proof
    )


def _possible(
    question: Question, subject: Subject, standing: Standing, found: _Comparison, before: Mapping[Key, Finding]
) -> Weighed:
    """With the nearest schedule that has it; free where that is the change alone, with nothing lost by the checkers either."""
    model, forced = found.model, found.forced
    assert forced is not None
    assert model.forced is not None
    stands = model.solve(model.standing(asked=True))
    nearest = model.nearest(model.forced, forced, stands)
    effort = found.effort + stands.effort + (nearest[0].effort if nearest else 0.0)
    moves = None if nearest is None else nearest[1]
    changes = model.changes(nearest[0] if nearest else forced)
    verdict = found.verdict
    if verdict is Verdict.EQUAL and found.optimal and moves == 0 and _costs_no_more(forced, stands):
        alone = question.roster.with_changes(c for c in changes if (c.person, c.slot) in model.asked)
        broken = new_findings(before, findings(alone, _checked(question.roster, subject)), musts=True)
        verdict = Verdict.EQUAL if broken else Verdict.FREE
    grounds: tuple[Ground, ...] = ()
    if found.delta is None:
        explained = ChoiceModel(model.problem, question.roster, subject, explaining=True)
        grounds = joined(core_grounds(explained, explained.now))
    elif verdict is Verdict.COSTLIER:
        grounds = costs(found.now, forced)
    return Weighed(
        standing,
        alternative_text(question.roster, subject, changes),
        verdict,
        summary_text(verdict, found.delta, moves, decided=found.optimal),
        grounds,
        _proof(question, found, effort),
        found.delta,
        moves,
        changes,
    )


def _costs_no_more(forced: Outcome, stands: Outcome) -> bool:
    """Tier by tier, than the schedule as it stands."""
    return bool(stands.tiers) and all(
        mine.objective >= theirs.objective for mine, theirs in zip(stands.tiers, forced.tiers, strict=True)
    )


def _proof(question: Question, found: _Comparison, effort: float | None = None) -> Proof:
    problem = found.model.problem
    now = _cost(found.now) if found.now.tiers else None
    forced = _cost(found.forced) if found.forced is not None and found.forced.tiers else None
    spent = found.effort if effort is None else effort
    return Proof(found.optimal, now, forced, spent, _digest(question, problem), frozen_text(problem))


def _no_solve(question: Question, problem: Problem) -> Proof:
    return Proof(True, None, None, 0.0, _digest(question, problem), frozen_text(problem))


def _digest(question: Question, problem: Problem) -> str:
    return digest([problem.digest, question.person, str(question.slot), question.instead])


def _checked(roster: Roster, subject: Subject) -> Window:
    """The blocks around the slot, whose findings are compared."""
    date = subject.slot.date
    last = subject.week.end + days(1) if subject.kind is Kind.WEEK else date + days(1)
    blocks = roster.program.calendar.blocks_in(Window(date, min(last, roster.window.end)))
    return Window(max(blocks[0].start, roster.window.start), min(blocks[-1].end, roster.window.end))

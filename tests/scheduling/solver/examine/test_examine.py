"""What is planted in a small program is found, with its minimal set; beside it nothing is claimed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from scheduling.model.calendar import days
from scheduling.model.override import SOURCES, Source
from scheduling.model.part import Part, Slot
from scheduling.model.person import Person
from scheduling.model.policy import Policy, shipped_policy
from scheduling.model.rotation import Pattern, Rotation
from scheduling.solver.cores import Budget, conflicting, ordered
from scheduling.solver.examine.conflicts import minimal_sets
from scheduling.solver.examine.question import About, Conflict, Examination, Question, Strength, Warn, answer
from scheduling.solver.examine.stages import parts_of, switched_off, under
from scheduling.solver.problem import Problem, Stage
from scheduling.solver.solve import solve
from scheduling.solver.stages import build_stage
from tests.agreement.probe_house import BLOCK, FRIDAY, MONDAY, asked, attending, house, policy, trainee
from tests.scheduling.solver.solver_programs import demo_block, leave

WARD = Rotation("Ward", "IM", Pattern.INPATIENT)
WHOLE_BLOCK = (BLOCK.end - BLOCK.start).days + 1


def small(
    rules: Policy | None = None, *, faculty: int = 5, residents: tuple[Person, ...] = (trainee(),), **more: Any
) -> Problem:
    """A block of a few attendings and residents."""
    locks = more.pop("locks", None)
    people = [*(attending(n) for n in range(1, faculty + 1)), *residents]
    return asked(house(people, rules or policy(), **more), locks=locks)


def conflict(found: Examination, *rules: str) -> Conflict:
    """The first contradiction between exactly these rules."""
    return next(c for c in found.conflicts if set(c.rules) == set(rules))


def warned(found: Examination, about: About) -> list[Warn]:
    return [w for w in found.warnings if w.about is about]


def required(**figures: dict[str, Any]) -> Mapping[str, Any]:
    """The policy's requirements with other figures by activity."""
    rows = [r.model_dump() for r in shipped_policy().requirements]
    for row in rows:
        row.update(figures.get(row["activity"] or "own", {}))
    return {"requirements": rows}


def test_a_week_without_anybody_to_attend_is_named_with_everybody_who_is_away() -> None:
    """All five are away on one day of the inpatient week: the week and the absences cannot both stand."""
    tuesday = FRIDAY + days(4)
    away = [leave(f"fac-0{n}", tuesday) for n in range(1, 6)]
    found = answer(Question(small(absences=away)))
    told = conflict(found, "fmit_gap", "prog.fmit_absent")
    assert told.strength is Strength.DEMAND
    assert told.verified
    assert {p for c in told.conditions for p in c.people} == {f"fac-0{n}" for n in range(1, 6)}
    assert any(tuesday in c.dates for c in told.conditions)
    assert found.feasible
    assert conflict(found, "call_gap", "prog.call_absent").verified


def test_rooms_cut_to_none_clash_with_required_clinic() -> None:
    """A pair that holds one by one, with the resident and the figure in words."""
    found = answer(Question(small(policy(extra={"rooms": {"soft": 0, "hard": 0}}))))
    told = conflict(found, "prog.rooms", "prog.requirement", "prog.lecture")
    assert told.verified
    said = " ".join(c.message for c in told.conditions)
    assert "pgy2-01 needs" in said
    assert "no more than 0 rooms" in said
    short = next(w for w in warned(found, About.CAPACITY) if "prog.rooms" in w.rules)
    assert "0 rooms" in short.message


def test_supervision_without_faculty_clashes_with_required_clinic() -> None:
    """Nobody is left to supervise: the set names who is away, and capacity says it beforehand."""
    away = [leave("fac-01", BLOCK.start, WHOLE_BLOCK)]
    found = answer(Question(small(faculty=1, absences=away)))
    told = next(c for c in found.conflicts if "prog.supervision" in c.rules)
    assert told.verified
    assert {"prog.supervision", "prog.requirement"} <= set(told.rules)
    assert "fac-01" in {p for c in told.conditions for p in c.people}
    assert any("prog.supervision" in w.rules for w in warned(found, About.CAPACITY))


def test_what_is_recorded_against_a_hard_rule_is_told_apart() -> None:
    """A clinic locked where there is no room: a conflict that names the cell, and feasible, because a solve keeps it."""
    locks = {("pgy2-01", MONDAY, Part.AM): "C"}
    problem = small(policy(extra={"rooms": {"soft": 0, "hard": 0}}), locks=locks)
    found = answer(Question(problem))
    assert solve(problem).solution.found
    assert (found.feasible, found.core) == (True, ())
    told = conflict(found, "prog.lock", "prog.rooms")
    assert told.strength is Strength.RECORDED
    assert found.conflicts[0] == told
    assert any("C of pgy2-01 is locked on Mon 26 Oct 2026 AM (source manual)" in c.message for c in told.conditions)


def test_two_recorded_callers_of_a_night_are_recorded_too() -> None:
    """The facts alone break the rule, whatever else is decided: a finding, and feasible."""
    locks = {(f"fac-0{n}", MONDAY, Part.NIGHT): "CALL" for n in (1, 2)}
    problem = replace(small(locks=locks), calls_free=False)
    found = answer(Question(problem))
    assert solve(problem).solution.found
    assert (found.feasible, found.core) == (True, ())
    assert not [c for c in found.conflicts if c.strength is Strength.HARD]


def test_a_cell_that_is_kept_and_not_locked_is_said_to_be_that() -> None:
    """Clinic of the template under an override keeps its source: nobody locked it."""
    problem = small(policy(extra={"rooms": {"soft": 0, "hard": 0}}))
    slot = Slot(MONDAY, Part.AM)
    roster = problem.roster
    cells, sources = roster.cells.copy(), roster.sources.copy()
    where = (roster.row("pgy2-01"), roster.day(MONDAY), int(Part.AM))
    cells[where], sources[where] = roster.catalogue.index("C"), SOURCES.index(Source.TEMPLATE)
    kept = replace(roster, base=cells.copy(), cells=cells, sources=sources)
    found = answer(Question(replace(problem, roster=kept, given=frozenset({("pgy2-01", slot)}))))
    told = conflict(found, "prog.lock", "prog.rooms")
    said = [c.message for c in told.conditions if c.rule == "prog.lock"]
    assert said == ["C of pgy2-01 is kept as it is on Mon 26 Oct 2026 AM (source template)"]


@pytest.mark.parametrize("plant", ["rooms", "requirement", "absent"])
def test_every_set_is_infeasible_alone_and_nothing_of_it_can_be_spared(plant: str) -> None:
    """One more solve of the set alone, and one with each of its conditions left out."""
    extra = {
        "rooms": {"rooms": {"soft": 0, "hard": 0}},
        "requirement": required(C={"least": 38, "target": 38, "most": 40}),
        "absent": {},
    }[plant]
    away = [leave(f"fac-0{n}", FRIDAY + days(4)) for n in range(1, 6)] if plant == "absent" else []
    seen = 0
    for part in parts_of(small(policy(extra=extra), absences=away)):
        demands = frozenset(part.demands)
        build = build_stage(part.problem, explaining=True, insist=demands)
        for found in minimal_sets(build, ordered(build), demands, Budget()):
            assert found.verified
            assert conflicting(build, found.conditions, Budget())
            for spared in found.conditions:
                assert not conflicting(build, [c for c in found.conditions if c != spared], Budget()), spared
            seen += 1
    assert seen > 0


def test_the_clean_demonstration_block_has_no_contradiction() -> None:
    """Everything safety and training ask for can be had at once, and that is proved."""
    found = answer(Question(demo_block("usual", 0, 5)))
    assert found.feasible
    assert found.core == ()
    assert found.conflicts == ()
    assert found.complete
    assert {w.about for w in found.warnings} == {About.NO_EFFECT}


def test_the_same_question_has_the_same_answer() -> None:
    """Figures, order and words."""
    first, second = (answer(Question(small(policy(extra={"rooms": {"soft": 0, "hard": 0}})))) for _ in range(2))
    assert first == second


def test_what_the_effort_did_not_reach_is_said() -> None:
    """Nothing is claimed to be complete that was cut short."""
    found = answer(Question(small(policy(extra={"rooms": {"soft": 0, "hard": 0}})), effort=0.0))
    assert not found.complete
    assert warned(found, About.UNPROVED)


def test_weights_that_drown_others_are_told_above_a_hundred_to_one_only() -> None:
    """1000 against 1 inside the training tier; 100 against 1 is allowed."""
    drowned = answer(Question(small(policy(prices={"prog.requirement": 1000, "requirement_target": 1}))))
    (told,) = [w for w in warned(drowned, About.WEIGHTS) if "requirement_target" in w.rules]
    assert told.rules[0] == "prog.requirement"
    assert "1000" in told.message
    fine = answer(Question(small(policy(prices={"prog.requirement": 100, "requirement_target": 1}))))
    assert warned(fine, About.WEIGHTS) == []


def test_a_rule_without_effect_here_is_named_and_one_with_effect_is_not() -> None:
    """No intern is there, so the intern's clinic does nothing; with one it does."""
    (without,) = warned(answer(Question(small())), About.NO_EFFECT)
    assert "prog.intern_clinic" in without.rules
    assert "prog.lecture" not in without.rules
    (within,) = warned(answer(Question(small(residents=(trainee(1),)))), About.NO_EFFECT)
    assert "prog.intern_clinic" not in within.rules


def test_rules_that_are_off_or_cost_nothing_are_named() -> None:
    """Each is a choice somebody made."""
    found = answer(Question(small(policy(off=("prog.rooms",), prices={"prog.clinic_cap": 0}))))
    assert [w.rules for w in warned(found, About.OFF)] == [("prog.rooms",), ("prog.clinic_cap",)]
    assert "prog.rooms" not in {r.rule for r in found.profile}


def test_rules_that_read_each_other_are_a_cycle() -> None:
    """A most of electives reads what full days ask for, and full days read what the requirement asks for."""
    plain = answer(Question(small()))
    assert plain.cycles == ()
    found = answer(Question(small(policy(extra=required(own={"least": 2, "target": 4, "most": 6})))))
    assert ("full_days", "prog.requirement") in found.cycles
    pairs = {(d.rule, d.reads) for d in found.dependencies}
    assert {("full_days", "prog.requirement"), ("prog.requirement", "full_days")} <= pairs


def test_supervision_reads_what_requirements_ask_for() -> None:
    """Clinic makes demand for attendings; the other way round there is nothing."""
    found = answer(Question(small()))
    (tie,) = [d for d in found.dependencies if (d.rule, d.reads) == ("prog.supervision", "prog.requirement")]
    assert tie.activities == ("C",)
    assert tie.decisions > 0
    assert ("prog.requirement", "prog.supervision") not in {(d.rule, d.reads) for d in found.dependencies}
    assert all(len(chain) > 1 for chain in found.chains)


def test_a_ward_that_never_rests_is_told_with_its_hours() -> None:
    """Seven 12-hour days are 84 hours, and no day is free."""
    plain = shipped_policy().rotations.model_dump()
    week = {"pattern": "inpatient", "activity": "IM", "days": ("* * .",) * 7}
    rules = policy(extra={"rotations": {"weeks": (*plain["weeks"], week)}})
    found = answer(Question(small(rules, rotations={"pgy2-01": WARD})))
    told = {w.rules: w for w in warned(found, About.HOURS)}
    assert set(told) == {("acgme.6.20",), ("acgme.6.21.b",)}
    assert "84 h in every week, 80 h" in told["acgme.6.20",].message
    assert all(w.people == ("pgy2-01",) for w in told.values())


def test_nights_that_two_people_cannot_carry_are_told() -> None:
    """Two callers more than three days apart can take four of five nights."""
    found = answer(Question(small(faculty=2)))
    told = [w for w in warned(found, About.CAPACITY) if "prog.call_spacing" in w.rules]
    assert told
    assert "5 nights" in told[-1].message
    assert "can take 4" in told[-1].message


def test_the_profile_counts_what_was_built() -> None:
    """Figures are the build's own; shares add up; the costliest are the first that steer."""
    problem = small()
    found = answer(Question(problem))
    rows = {r.rule: r for r in found.profile}
    builds = [build_stage(part.problem) for part in parts_of(problem)]
    for name in ("prog.requirement", "prog.call_spacing", "prog.supervision"):
        assert rows[name].constraints == sum(b.tally[name].constraints for b in builds)
        assert rows[name].variables == sum(b.tally[name].variables for b in builds)
    assert sum(r.share for r in found.profile) == pytest.approx(1)
    assert len(found.costliest) == 5
    assert found.estimate > 0
    assert rows["prog.one_activity"].enforcement == "hard"
    assert rows["acgme.6.28"].enforcement == "check_only"


def test_a_draft_is_examined_in_place_of_the_policy_in_force() -> None:
    """The same as if it were in force; activities in another order are the same schedule."""
    draft = policy(extra={"rooms": {"soft": 0, "hard": 0}})
    assert answer(Question(small(), draft)).conflicts == answer(Question(small(draft))).conflicts
    plain = shipped_policy().model_dump()
    turned = Policy.model_validate({**plain, "activities": tuple(reversed(plain["activities"]))})
    problem = small(locks={("pgy2-01", MONDAY, Part.AM): "C"})
    moved = under(problem, turned)
    assert moved.roster.catalogue.codes == tuple(reversed(problem.roster.catalogue.codes))
    assert list(moved.roster.filled()) == list(problem.roster.filled())
    assert moved.roster.at("pgy2-01", Slot(MONDAY, Part.AM)) == "C"


def test_a_rule_is_switched_off_beside_those_that_are_off_already() -> None:
    """And only in the problem that is asked about."""
    problem = small(policy(off=("prog.rooms",)))
    assert switched_off(problem, "prog.lecture").policy.rules.off == ("prog.rooms", "prog.lecture")
    assert problem.policy.rules.off == ("prog.rooms",)
    assert switched_off(problem).stage is Stage.BLOCK
    assert isinstance(problem.window.start, dt.date)

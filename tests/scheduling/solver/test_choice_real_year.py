"""Questions about the real year: block ten as a solve makes it, and a night as it was recorded."""

from __future__ import annotations

from collections import Counter

import pytest

from scheduling.model.calendar import BlockRef, is_weekday_call
from scheduling.model.clock import Clock
from scheduling.model.first_version import first_schedules
from scheduling.model.overlay import build_roster
from scheduling.model.override import Source
from scheduling.model.part import Part, Slot, Window
from scheduling.model.policy import shipped_policy
from scheduling.model.roster import Roster
from scheduling.services.importing.read_folder import read_folder
from scheduling.solver.block import solve_block
from scheduling.solver.choice import Question, Verdict, answer
from scheduling.solver.problem import Problem, Stage
from tests.real_year import FOLDER, NEEDED
from tests.scheduling.solver.solver_programs import settings

WEEKS = 8

pytestmark = NEEDED


@pytest.fixture(scope="module")
def solved() -> tuple[Roster, Window]:
    source = read_folder(FOLDER, shipped_policy().catalogue)
    program = source.program("real", Clock("Pacific/Honolulu"))
    schedules = first_schedules(program, source.record(), template=False)
    window = Window(min(s.block.start for s in schedules), max(s.block.end for s in schedules))
    base = build_roster(program, window, schedules)
    block = program.calendar.block(BlockRef(2025, 10)).window
    return solve_block(Problem(Stage.BLOCK, base, block, settings=settings())).applied(base), block


def test_every_kind_of_half_day_of_block_ten_is_weighed_to_its_proof(solved: tuple[Roster, Window]) -> None:
    """One of each activity that was solved: both solves proved, every refusal named, every figure in words."""
    roster, block = solved
    first: dict[str, Question] = {}
    for person, slot, code in roster.filled(block):
        if roster.source_at(person, slot) is Source.SOLVER:
            first.setdefault(code, Question(roster, person, slot))
    assert len(first) >= 4
    verdicts: Counter[Verdict] = Counter()
    for question in first.values():
        found = answer(question)
        verdicts[found.verdict] += 1
        assert found.proof.optimal, (question.person, question.slot)
        assert found.summary
        assert found.standing.sentences
        assert found.grounds or found.verdict in (Verdict.EQUAL, Verdict.FREE)
    assert sum(verdicts.values()) == len(first)


def test_a_recorded_night_is_held_and_everybody_else_is_judged_by_the_checkers(solved: tuple[Roster, Window]) -> None:
    """Recorded before any solve: forbidden by its lock for all, with what each of them would break beside it."""
    roster, block = solved
    night = next(d for d in block if is_weekday_call(d))
    slot = Slot(night, Part.NIGHT)
    caller = roster.holders("CALL", slot)[0]
    beside: set[str] = set()
    for person in roster.program.people:
        if person.takes_call and person.active and person.id != caller:
            found = answer(Question(roster, caller, slot, person.id))
            assert found.verdict is Verdict.FORBIDDEN
            assert found.grounds[0].id == "prog.lock"
            assert caller in found.grounds[0].message
            beside |= {g.id for g in found.grounds[1:]}
    assert any(rule.startswith("prog.") for rule in beside)

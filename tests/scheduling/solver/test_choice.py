from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from scheduling.model.absence import Absence
from scheduling.model.calendar import days
from scheduling.model.errors import InvalidError, NotFoundError
from scheduling.model.overlay import build_roster, overlaid
from scheduling.model.override import Override, OverrideType, Source
from scheduling.model.part import Part, Slot, Window
from scheduling.model.roster import Roster
from scheduling.rules.rule import Tier
from scheduling.solver.calls_year import solve_calls
from scheduling.solver.choice import Cost, Delta, Question, Verdict, Weighed, answer
from scheduling.solver.choice_verdict import compare
from scheduling.solver.problem import Problem, Stage
from scheduling.solver.status import Status
from tests.scheduling.solver.solver_programs import YEAR, settings, staff

WINDOW = Window(dt.date(2026, 10, 22), dt.date(2026, 12, 16))
NIGHT = Slot(dt.date(2026, 11, 9), Part.NIGHT)
FRIDAY = dt.date(2026, 11, 6)
AWAY = Absence("a1", "fac-04", NIGHT.date, NIGHT.date + days(2))


@pytest.fixture(scope="module")
def made() -> Roster:
    """Seven faculty members whose weeks and calls of two blocks were solved; fac-04 is away around NIGHT."""
    base = build_roster(staff(7, absences=[AWAY]), YEAR, [])
    problem = Problem(Stage.CALLS, base, WINDOW, weeks_free=True, calls_free=True, settings=settings())
    solution = solve_calls(problem)
    assert solution.status is Status.OPTIMAL
    roster = solution.applied(base)
    known = roster.known.copy()
    known[roster.day(WINDOW.start) : roster.day(WINDOW.end) + 1] = True
    return replace(roster, known=known)


def holder(roster: Roster, code: str = "CALL", slot: Slot = NIGHT) -> str:
    return roster.holders(code, slot)[0]


def weighed(roster: Roster, person: str, slot: Slot = NIGHT, instead: str | None = None) -> Weighed:
    question = Question(roster, person, slot, instead)
    question.require_admissible()
    return answer(question)


def all_of(roster: Roster) -> dict[str, Weighed]:
    """Everybody else instead of the night's caller."""
    mine = holder(roster)
    return {p.id: weighed(roster, mine, NIGHT, p.id) for p in roster.program.people if p.id != mine}


def test_each_verdict_of_a_night_has_its_reason(made: Roster) -> None:
    """Away: forbidden; in the own inpatient week: costlier by its price; of the others some need nothing, some an exchange."""
    found = all_of(made)
    assert found["fac-04"].verdict is Verdict.FORBIDDEN
    assert [g.id for g in found["fac-04"].grounds] == ["prog.call_absent"]
    inpatient = holder(made, "FMIT", Slot(NIGHT.date, Part.AM))
    dear = found[inpatient]
    assert dear.verdict is Verdict.COSTLIER
    assert dear.delta == Delta(Tier.OPERATIONS, (0, 0, 200, 0))
    assert [g.id for g in dear.grounds] == ["prog.call_own_fmit"]
    assert "operations +200" in dear.summary
    free = [f for f in found.values() if f.verdict is Verdict.FREE]
    equal = [f for f in found.values() if f.verdict is Verdict.EQUAL]
    assert free
    assert equal
    assert all(f.moves == 0 and f.delta == Delta(None, (0, 0, 0, 0)) for f in free)
    assert all(f.moves and f.delta == Delta(None, (0, 0, 0, 0)) for f in equal)
    assert all(f.proof.optimal and f.proof.digest for f in found.values())


def test_a_call_takes_its_post_call_time_along(made: Roster) -> None:
    """The changes of a free alternative: the night and the day after, of two people."""
    other, found = next((p, f) for p, f in all_of(made).items() if f.verdict is Verdict.FREE)
    mine, after = holder(made), NIGHT.date + days(1)
    moved = {(c.person, c.slot): (c.was, c.to) for c in found.changes}
    assert moved[other, NIGHT] == (None, "CALL")
    assert moved[mine, NIGHT] == ("CALL", None)
    assert moved[other, Slot(after, Part.AM)][1] == "PCAT"
    assert moved[other, Slot(after, Part.PM)][1] == "DO"
    assert moved[mine, Slot(after, Part.AM)][0] == "PCAT"


def test_post_call_time_means_its_call(made: Roster) -> None:
    """Asked of a person it is the call's answer; another activity there is forbidden by the tie."""
    mine, slot = holder(made), Slot(NIGHT.date + days(1), Part.AM)
    of_day, of_night = weighed(made, mine, slot), weighed(made, mine)
    assert (of_day.verdict, of_day.alternative) == (of_night.verdict, of_night.alternative)
    assert any("follows the call of Mon 9 Nov 2026" in s for s in of_day.standing.sentences)
    tied = weighed(made, mine, slot, "GME")
    assert tied.verdict is Verdict.FORBIDDEN
    assert tied.grounds[0].id == "prog.post_call_tied"


def test_a_call_may_be_asked_for_by_who_does_not_have_it(made: Roster) -> None:
    """Why do I not have this night: the same answer as why not me."""
    mine = holder(made)
    for person in ("fac-04", holder(made, "FMIT", Slot(NIGHT.date, Part.AM))):
        assert weighed(made, person, NIGHT, "CALL").verdict is weighed(made, mine, NIGHT, person).verdict


def test_an_inpatient_half_day_left_open_is_a_critical_gap(made: Roster) -> None:
    """The rule reads whole days, coverage half-days: neither lets it be said that nobody would notice."""
    slot = Slot(FRIDAY, Part.AM)
    said = weighed(made, holder(made, "FMIT", slot), slot, "fac-04").standing.sentences
    assert not any("No rule would notice" in s for s in said)
    assert any("nobody attends the inpatient team on Fri 6 Nov 2026 AM, a critical gap" in s for s in said)
    assert any("prog.fmit_one_attending" in s for s in said)


def test_an_inpatient_week_is_weighed_as_a_whole(made: Roster) -> None:
    """From any of its days, its weekend nights and its recovery; somebody away in it costs safety, named day by day."""
    slot = Slot(FRIDAY, Part.AM)
    mine = holder(made, "FMIT", slot)
    found = weighed(made, mine, slot, "fac-04")
    assert found.verdict is Verdict.COSTLIER
    assert found.delta is not None
    assert found.delta.tier is Tier.SAFETY
    assert found.grounds[0].id == "prog.fmit_absent"
    assert "2026-11-06..2026-11-12" in found.alternative
    days_moved = {c.slot.date for c in found.changes if c.person == "fac-04" and c.to == "FMIT"}
    assert days_moved == set(Window(FRIDAY, FRIDAY + days(6)))
    for other in (Slot(FRIDAY, Part.NIGHT), Slot(FRIDAY + days(7), Part.PM), Slot(FRIDAY + days(3), Part.PM)):
        assert weighed(made, mine, other, "fac-04").delta == found.delta


def test_what_is_locked_is_forbidden_with_its_source(made: Roster) -> None:
    """Preloaded, set by hand, or under an override: said before anything is solved."""
    mine, row = holder(made), made.row(holder(made))
    sources = made.sources.copy()
    sources[row, made.day(NIGHT.date), Part.NIGHT] = list(Source).index(Source.MANUAL)
    found = weighed(replace(made, sources=sources), mine, NIGHT, "fac-02" if mine != "fac-02" else "fac-03")
    assert found.verdict is Verdict.FORBIDDEN
    assert found.grounds[0].id == "prog.lock"
    assert "manual" in found.grounds[0].message
    assert found.standing.locked == "manual"
    assert (found.proof.now, found.proof.forced) == (None, None)
    free = next(p for p, f in all_of(made).items() if f.verdict is Verdict.FREE)
    override = Override("ovr-7", mine, NIGHT, "CALL", OverrideType.COVERAGE, free)
    covered = overlaid(made, [override])
    held = weighed(covered, free)
    assert held.verdict is Verdict.FORBIDDEN
    assert "ovr-7" in held.grounds[0].message
    assert held.standing.locked == "override ovr-7"
    with pytest.raises(InvalidError, match="overridden"):
        weighed(covered, mine)


def test_a_breach_that_stands_is_said_and_the_alternative_is_not_priced_against_it(made: Roster) -> None:
    """Somebody falls ill after the solve: what stands is what no schedule has, and the rule is named."""
    mine = holder(made)
    absences = (AWAY, Absence("a2", mine, NIGHT.date, NIGHT.date))
    absent = made.absent.copy()
    absent[made.row(mine), made.day(NIGHT.date)] = True
    ill = replace(made, program=replace(made.program, absences=absences), absent=absent)
    found = weighed(ill, mine)
    assert found.verdict in (Verdict.EQUAL, Verdict.FREE)
    assert found.delta is None
    assert "prog.call_absent" in {g.id for g in found.grounds}
    assert "breaks a hard rule" in found.summary


def test_questions_without_an_answer_are_refused(made: Roster) -> None:
    """Unknown people and activities with the nearest, open slots, oneself, what stands there, and work that is not of the part."""
    mine = holder(made)
    idle = next(p.id for p in made.program.people if made.at(p.id, NIGHT) is None)
    with pytest.raises(NotFoundError, match="nearest"):
        weighed(made, "fac-77")
    with pytest.raises(NotFoundError, match="person or activity"):
        weighed(made, mine, NIGHT, "fac-77")
    with pytest.raises(InvalidError, match="holds nothing"):
        weighed(made, idle)
    with pytest.raises(InvalidError, match="is who has it"):
        weighed(made, mine, NIGHT, mine)
    with pytest.raises(InvalidError, match="is what stands there"):
        weighed(made, mine, NIGHT, "CALL")
    with pytest.raises(InvalidError, match="no work in the NIGHT"):
        weighed(made, mine, NIGHT, "C")


def test_costlier_is_said_only_where_a_bound_proves_it() -> None:
    """A worse incumbent alone proves nothing; a bound above what stands does, in the first tier that differs."""
    stands = Cost((0, 5, 0, 0), (0, 5, 0, 0))
    assert compare(stands, Cost((0, 9, 0, 0), (0, 6, 0, 0))) == (Verdict.COSTLIER, False)
    assert compare(stands, Cost((0, 9, 0, 0), (0, 5, 0, 0))) == (Verdict.EQUAL, False)
    assert compare(stands, Cost((0, 9, 0, 0), (0, 9, 0, 0))) == (Verdict.COSTLIER, True)
    assert compare(stands, Cost((0, 4, 9, 9), (0, 4, 9, 9))) == (Verdict.EQUAL, True)
    assert compare(stands, stands) == (Verdict.EQUAL, True)
    unsure = Cost((0, 5, 0, 0), (0, 3, 0, 0))
    assert compare(unsure, Cost((0, 5, 2, 0), (0, 5, 2, 0))) == (Verdict.EQUAL, False)

from __future__ import annotations

import pytest

from scheduling.model.absence import Absence
from scheduling.model.calendar import days, fmit_week
from scheduling.model.errors import InvalidError, NotFoundError
from scheduling.model.override import Override, OverrideType
from scheduling.model.part import Slot, Window
from scheduling.model.person import FacultyRole, WeeklyLimit
from scheduling.solver.cascade import plan_cascade
from scheduling.solver.cascade_question import Question
from tests.scheduling.solver.cascade_board import (
    AM,
    FOUR,
    FRIDAY,
    MONDAY,
    NIGHT,
    PM,
    SATURDAY,
    SUNDAY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    board,
    busy,
    faculty,
    in_clinic,
    plan,
    prices,
    step,
)

GAP, COVERAGE, CANCELLATION = OverrideType.GAP, OverrideType.COVERAGE, OverrideType.CANCELLATION
ATTENDING = {("fac-01", MONDAY, AM): "AT", **in_clinic()}


def test_time_off_and_rest_are_left_alone_and_administration_is_cancelled() -> None:
    """Nothing is planned for leave and recovery; GME and DFM go with their holder, at no price."""
    roster = board(
        {
            ("fac-01", MONDAY, AM): "LV",
            ("fac-01", MONDAY, PM): "GME",
            ("fac-01", TUESDAY, AM): "PC",
            ("fac-01", TUESDAY, PM): "DFM",
        }
    )
    found = plan(roster, end=TUESDAY)
    assert [(s.activity, s.type, s.points) for s in found.steps] == [("GME", CANCELLATION, 0), ("DFM", CANCELLATION, 0)]
    assert (found.points, found.left, found.sacrificed) == (0, 2, ())


def test_somebody_free_costs_nothing() -> None:
    """An open half-day is free."""
    found = plan(board({**ATTENDING, **busy("C", "fac-02", "fac-03")}))
    assert (step(found, MONDAY, AM).to, found.points) == ("fac-04", 0)


@pytest.mark.parametrize(("given_up", "price"), [("GME", 100), ("LEC", 100), ("C", 200), ("ELEC", 250), ("VASC", 300)])
def test_what_is_given_up_has_its_price(given_up: str, price: int) -> None:
    """Administration and education 1, clinic 2, other 2.5, procedure 3."""
    found = plan(board({**ATTENDING, **busy(given_up, "fac-02"), **busy("LV", "fac-03", "fac-04")}))
    only = step(found, MONDAY, AM)
    assert (only.to, found.points) == ("fac-02", price)
    assert [(r.person, r.activity, r.type) for r in only.releases] == [("fac-02", given_up, CANCELLATION)]


def test_the_cheapest_is_given_up_first() -> None:
    """Administration before clinic before procedures."""
    cells = {**ATTENDING, **busy("VASC", "fac-02"), **busy("C", "fac-03"), **busy("GME", "fac-04")}
    assert step(plan(board(cells)), MONDAY, AM).to == "fac-04"


@pytest.mark.parametrize("protected", ["FMIT", "AT", "PCAT", "DO", "PC", "LV", "HOL", "W", "OFF", "TDY"])
def test_protected_duties_and_time_off_are_never_given_up(protected: str) -> None:
    """Attending time that is missed becomes a gap rather than anybody's FMIT, AT, PCAT, DO, recovery or time off."""
    demand = {**in_clinic(), ("pgy1-01", MONDAY, AM): "PROC", ("pgy2-01", MONDAY, AM): "PROC"}
    cells = {**ATTENDING, **demand, **busy(protected, "fac-02", "fac-03", "fac-04")}
    found = step(plan(board(cells)), MONDAY, AM)
    assert (found.type, found.to) == (GAP, None)
    if protected not in ("AT", "PCAT"):
        assert prices(found) == {"gap": 10_000}


def test_attending_time_nobody_misses_is_a_cheap_gap() -> None:
    """With one attending asked for and two there, the second is not worth anybody's clinic."""
    cells = {**ATTENDING, ("fac-02", MONDAY, AM): "AT", **busy("C", "fac-03", "fac-04")}
    found = plan(board(cells))
    assert (step(found, MONDAY, AM).type, prices(step(found, MONDAY, AM))) == (GAP, {"spare_supervision": 50})
    assert found.after.supervision_short == 0


def test_a_clinic_is_cancelled_when_covering_it_costs_more() -> None:
    """Losing a clinic costs 2; a colleague's procedure costs 3, a colleague's clinic the same 2 for nothing."""
    found = plan(board({("fac-01", MONDAY, AM): "C", **busy("VASC", "fac-02", "fac-03"), **busy("C", "fac-04")}))
    assert (step(found, MONDAY, AM).type, found.points) == (CANCELLATION, 200)
    assert [r.activity for r in found.sacrificed] == ["C"]


def test_a_clinic_goes_to_nobody_beyond_their_weekly_limit() -> None:
    """Programme directors and sports medicine hold no clinic; zero is a value, and a person's own limit comes first."""
    people = (
        FOUR[0],
        faculty(2, FacultyRole.PD),
        faculty(3, FacultyRole.SPORTS_MED),
        faculty(4, limits={"C": WeeklyLimit(most=0)}),
    )
    found = plan(board({("fac-01", MONDAY, AM): "C"}, people))
    assert step(found, MONDAY, AM).type is CANCELLATION
    raised = (FOUR[0], faculty(2, FacultyRole.PD, limits={"C": WeeklyLimit(most=1)}), *people[2:])
    assert step(plan(board({("fac-01", MONDAY, AM): "C"}, raised)), MONDAY, AM).to == "fac-02"


def test_a_procedure_needs_its_credential() -> None:
    """VAS goes to the one who may; without residents in it, it is cancelled when nobody may."""
    people = (faculty(1, FacultyRole.CORE, "VAS"), FOUR[1], faculty(3, FacultyRole.CORE, "VAS"), FOUR[3])
    cells = {("fac-01", THURSDAY, AM): "VAS", ("fac-03", THURSDAY, AM): "C"}
    assert step(plan(board(cells, people), start=THURSDAY), THURSDAY, AM).to == "fac-03"
    found = step(plan(board(cells, (people[0], *FOUR[1:])), start=THURSDAY), THURSDAY, AM)
    assert (found.type, prices(found)) == (CANCELLATION, {"procedure": 300})


def test_a_procedure_with_residents_in_it_is_never_silently_cancelled() -> None:
    """Where residents lose their attending it is a gap, and says who."""
    cells = {("fac-01", THURSDAY, AM): "VAS", ("pgy2-01", THURSDAY, AM): "VAS"}
    found = step(plan(board(cells, (faculty(1, FacultyRole.CORE, "VAS"), *FOUR[1:])), start=THURSDAY), THURSDAY, AM)
    assert (found.type, prices(found)) == (GAP, {"procedure": 300})
    assert found.warnings == ("pgy2-01 in VAS is left without its attending",)


def test_attending_time_is_handed_on_to_free_the_only_one_who_may() -> None:
    """Depth 2: the credentialed one leaves AT to somebody free and takes the procedure; at depth 1 that is not done."""
    people = (faculty(1, FacultyRole.CORE, "VAS"), faculty(2, FacultyRole.CORE, "VAS"), *FOUR[2:])
    cells = {
        ("fac-01", THURSDAY, AM): "VAS",
        ("pgy2-01", THURSDAY, AM): "VAS",
        ("fac-02", THURSDAY, AM): "AT",
        ("pgy1-01", THURSDAY, AM): "C",
        **busy("LV", "fac-04", date=THURSDAY),
    }
    found = plan(board(cells, people), start=THURSDAY)
    assert [(s.person, s.activity, s.to, s.depth) for s in found.steps] == [
        ("fac-01", "VAS", "fac-02", 1),
        ("fac-02", "AT", "fac-03", 2),
    ]
    assert found.points == 0
    shallow = plan(board(cells, people), start=THURSDAY, depth=1)
    assert step(shallow, THURSDAY, AM).type is GAP


def test_a_second_cover_on_one_day_costs_one() -> None:
    """Two half-days by the only one there: +1 on the second."""
    cells = {**busy("AT", "fac-01"), **in_clinic(), **in_clinic(part=PM), **busy("LV", "fac-03", "fac-04")}
    found = plan(board(cells))
    assert [s.to for s in found.steps] == ["fac-02", "fac-02"]
    assert [prices(s) for s in found.steps] == [{}, {"already_covering": 100}]


def test_a_cover_beside_one_that_stands_already_costs_one() -> None:
    """Somebody who covers that day by an override of before pays for the next one."""
    standing = Override("ovr-1", "fac-03", Slot(MONDAY, PM), "C", COVERAGE, "fac-02")
    cells = {**ATTENDING, ("fac-03", MONDAY, PM): "C", **busy("LV", "fac-04"), ("fac-03", MONDAY, AM): "LV"}
    found = plan(board(cells, overrides=[standing]))
    assert prices(step(found, MONDAY, AM)) == {"already_covering": 100}


def test_the_load_is_spread() -> None:
    """At one price the more even plan is taken: four half-days go to three people, none of them twice a day."""
    cells = {("fac-01", d, p): "AT" for d in (MONDAY, TUESDAY, WEDNESDAY) for p in (AM,)}
    cells |= {k: v for d in (MONDAY, TUESDAY, WEDNESDAY) for k, v in in_clinic(d).items()}
    found = plan(board(cells), end=WEDNESDAY)
    assert sorted(s.to or "" for s in found.steps) == ["fac-02", "fac-03", "fac-04"]


CALL = {("fac-01", MONDAY, NIGHT): "CALL", ("fac-01", TUESDAY, AM): "PCAT", ("fac-01", TUESDAY, PM): "DO"}
ONLY_TWO = [Absence(f"abs-{n}", f"fac-0{n}", MONDAY, MONDAY) for n in (3, 4)]
"""Of the four only fac-02 is left for Monday night."""


def test_post_call_time_moves_with_the_call_beyond_the_window() -> None:
    """PCAT and DO lie one day outside the window; the new caller's own cells there are cancelled first."""
    cells = {**CALL, **busy("C", "fac-02", date=TUESDAY, parts=[AM])}
    found = plan(board(cells, absences=ONLY_TWO))
    assert [(s.slot, s.activity, s.to) for s in found.steps] == [
        (Slot(MONDAY, NIGHT), "CALL", "fac-02"),
        (Slot(TUESDAY, AM), "PCAT", "fac-02"),
        (Slot(TUESDAY, PM), "DO", "fac-02"),
    ]
    assert prices(step(found, TUESDAY, AM)) == {"clinic": 200}
    assert found.points == 200


def test_post_call_time_moves_across_a_block_edge() -> None:
    """A call on Wed 8 Apr 2026 puts PCAT and DO on Thu 9 Apr, the first day of block 11."""
    night = MONDAY + days(23)
    cells = {
        ("fac-01", night, NIGHT): "CALL",
        ("fac-01", night + days(1), AM): "PCAT",
        ("fac-01", night + days(1), PM): "DO",
    }
    found = plan(board(cells), start=night)
    assert {s.to for s in found.steps} == {found.steps[0].to}
    assert [str(ref) for ref in found.versions] == ["2025/10", "2025/11"]
    assert found.dates.end == night + days(1)


def test_a_protected_duty_on_the_next_day_costs_two_and_warns() -> None:
    """The new caller keeps their AT; PCAT and DO they cannot take are gaps."""
    cells = {**CALL, **busy("AT", "fac-02", date=TUESDAY)}
    found = plan(board(cells, absences=ONLY_TWO))
    call = step(found, MONDAY, NIGHT)
    assert (call.to, prices(call)) == ("fac-02", {"protected_next_day": 200})
    assert [(s.activity, s.type) for s in found.gaps] == [("PCAT", GAP), ("DO", GAP)]
    assert "fac-02 holds AT on 2026-03-17" in call.warnings
    assert all(s.warnings for s in found.gaps)


def test_calls_held_adjacent_nights_and_work_on_the_day_have_their_price() -> None:
    """A quarter per call held in the year, one for the adjacent night, one for work on the day."""
    held = {("fac-02", MONDAY - days(n), NIGHT): "CALL" for n in (7, 14, 21)}
    cells = {**CALL, **held, ("fac-02", MONDAY, AM): "C"}
    cells[("fac-02", WEDNESDAY, NIGHT)] = "CALL"
    assert prices(step(plan(board(cells, absences=ONLY_TWO)), MONDAY, NIGHT)) == {
        "per_call_held": 100,
        "same_day_before_call": 100,
    }
    cells[("fac-02", TUESDAY, NIGHT)] = cells.pop(("fac-02", WEDNESDAY, NIGHT))
    assert prices(step(plan(board(cells, absences=ONLY_TWO)), MONDAY, NIGHT)) == {
        "per_call_held": 100,
        "call_adjacent_day": 100,
        "same_day_before_call": 100,
    }


def test_the_eve_of_leave_is_eligible_and_costs_one() -> None:
    """The only one left is away from Tuesday on: the post-call cells are gaps."""
    leave = Absence("abs-1", "fac-02", TUESDAY, FRIDAY)
    found = plan(board(CALL, absences=[leave, *ONLY_TWO]))
    assert prices(step(found, MONDAY, NIGHT)) == {"absent_next_day": 100}


def test_nobody_eligible_leaves_a_loud_gap() -> None:
    """Everybody is absent that night."""
    away = [Absence(f"abs-{n}", f"fac-0{n}", MONDAY, MONDAY) for n in (2, 3, 4)]
    found = plan(board(CALL, absences=away))
    assert (step(found, MONDAY, NIGHT).type, prices(step(found, MONDAY, NIGHT))) == (GAP, {"gap": 10_000})
    assert len(found.steps) == 1
    assert found.after.uncovered == 1


def test_those_in_or_right_after_their_fmit_week_take_no_call() -> None:
    """Neither in the own week (Sunday to Thursday) nor on the Sunday after it."""
    week = fmit_week(MONDAY)
    cells = {("fac-02", d, p): "FMIT" for d in week for p in (AM, PM)}
    cells[("fac-01", MONDAY, NIGHT)] = "CALL"
    away = [Absence(f"abs-{n}", f"fac-0{n}", MONDAY, SUNDAY) for n in (3, 4)]
    assert step(plan(board(cells, absences=away)), MONDAY, NIGHT).type is GAP
    after = {**cells, ("fac-01", SUNDAY, NIGHT): "CALL"}
    assert step(plan(board(after, absences=away), start=SUNDAY), SUNDAY, NIGHT).type is GAP


def test_adjuncts_are_never_planned() -> None:
    """They are placed by hand only, even where they could."""
    found = plan(board(ATTENDING, (FOUR[0], faculty(2, FacultyRole.ADJUNCT))))
    assert step(found, MONDAY, AM).type is GAP


def test_one_person_takes_the_whole_fmit_stretch_with_its_nights() -> None:
    """Rather than handing over (4), attending time is handed on and a clinic given up; nights go with the days."""
    week = fmit_week(FRIDAY)
    cells = {("fac-01", d, p): "FMIT" for d in week for p in (AM, PM)}
    cells |= {("fac-01", d, NIGHT): "CALL" for d in (FRIDAY, SATURDAY)}
    monday = week.start + days(3)
    cells |= {("fac-02", monday, AM): "AT", ("fac-02", monday, PM): "C", **in_clinic(monday)}
    cells |= {("fac-03", monday + days(n), p): "FMIT" for n in range(4, 7) for p in (AM, PM)}
    cells |= busy("LV", "fac-03", date=monday) | busy("TDY", "fac-03", date=week.start)
    away = [Absence("abs-4", "fac-04", week.start, week.end - days(5))]
    found = plan(board(cells, absences=away), start=week.start, end=week.end)
    fmit = [s for s in found.steps if s.activity == "FMIT" and s.person == "fac-01"]
    assert {s.to for s in fmit} == {"fac-02"}
    assert {s.to for s in found.steps if s.activity == "CALL"} == {"fac-02"}
    assert not any("fmit_handover" in prices(s) for s in found.steps)
    assert step(found, monday, AM, "fac-02").depth == 2


def test_a_handover_has_its_price_and_a_broken_rule_too() -> None:
    """Two people in one stretch cost 4; somebody with the FMIT week beside it costs 5 and a warning."""
    week = fmit_week(FRIDAY)
    cells = {("fac-01", d, p): "FMIT" for d in week for p in (AM, PM)}
    cells |= {("fac-02", week.start + days(7 + n), p): "FMIT" for n in range(7) for p in (AM, PM)}
    away = [
        Absence("abs-2", "fac-02", week.start, week.start + days(2)),
        Absence("abs-3", "fac-03", week.start + days(3), week.end),
        Absence("abs-4", "fac-04", week.start, week.end),
    ]
    found = plan(board(cells, absences=away), start=week.start, end=week.end)
    totals: dict[str, int] = {}
    for each in found.steps:
        for name, points in prices(each).items():
            totals[name] = totals.get(name, 0) + points
    assert totals == {"fmit_handover": 400, "rule_broken": 500}
    assert any("has the FMIT week of" in w for s in found.steps for w in s.warnings)


def test_a_coverage_that_loses_its_replacement_is_superseded() -> None:
    """When the one who covers falls out, the assignment goes to somebody else and the old override is named."""
    standing = Override("ovr-7", "fac-04", Slot(MONDAY, AM), "AT", COVERAGE, "fac-01")
    away = [Absence("abs-4", "fac-04", MONDAY, MONDAY)]
    roster = board({("fac-04", MONDAY, AM): "AT", **in_clinic()}, absences=away, overrides=[standing])
    found = plan(roster)
    only = step(found, MONDAY, AM, "fac-04")
    assert (only.held_by, only.supersedes, only.type) == ("fac-01", "ovr-7", COVERAGE)
    assert only.to in ("fac-02", "fac-03")
    assert found.superseded == ("ovr-7",)


def test_several_absences_are_planned_together() -> None:
    """Nobody of them replaces another."""
    cells = {**ATTENDING, ("fac-02", MONDAY, AM): "AT", ("pgy1-01", MONDAY, AM): "PROC"}
    roster = board(cells)
    found = plan_cascade(Question(roster, ("fac-01", "fac-02"), Window(MONDAY, MONDAY)))[0]
    assert sorted(s.to or "" for s in found.steps) == ["fac-03", "fac-04"]


def test_questions_that_make_no_sense_are_refused() -> None:
    """Residents, strangers, nobody, and a window beyond the policy's longest."""
    roster = board(ATTENDING)
    for absent, window, error in (
        (("pgy1-01",), Window(MONDAY, MONDAY), InvalidError),
        (("fac-77",), Window(MONDAY, MONDAY), NotFoundError),
        ((), Window(MONDAY, MONDAY), InvalidError),
        (("fac-01",), Window(MONDAY, MONDAY + days(92)), InvalidError),
    ):
        with pytest.raises(error):
            plan_cascade(Question(roster, absent, window))

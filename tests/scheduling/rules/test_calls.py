from __future__ import annotations

import datetime as dt

from scheduling.model.absence import Absence, AbsenceStatus, AbsenceType
from scheduling.model.calendar import days
from scheduling.model.part import Part, Window
from scheduling.rules.finding import Binding, FindingKind
from scheduling.rules.validation import validate
from tests.scheduling.rules.pairs import after, both, call
from tests.scheduling.rules.rosters import MONDAY, faculty, found, leave, roster

STAFF = [faculty("fac-01"), faculty("fac-02"), faculty("fac-03")]
AM, PM, NIGHT = Part
FRIDAY = 4


def test_two_callers_are_a_must_and_none_is_a_visible_gap_of_policy() -> None:
    """Inside the recorded range a night without a caller is a gap; outside it is missing."""
    window = Window(MONDAY, MONDAY + days(2))
    made = roster(call("fac-01", 0, 2) | call("fac-02", 2), 5, people=STAFF, recorded_calls=window)
    seen = [(f.start, f.binding, f.kind) for f in found(made, "prog.one_caller")]
    assert seen == [
        (MONDAY + days(2), Binding.MUST, FindingKind.BREACH),
        (MONDAY + days(1), Binding.POLICY, FindingKind.GAP),
    ]
    assert validate(made, made.window).missing.nights == (MONDAY + days(3), MONDAY + days(4))


def test_the_attending_of_a_week_holds_most_of_its_half_days_and_a_tie_makes_all_of_them() -> None:
    """Six half-days beat eight of fourteen no more; seven each make both attendings."""
    shared = both("fac-01", FRIDAY, "FMIT", FRIDAY + 3) | both("fac-02", FRIDAY + 4, "FMIT", FRIDAY + 6)
    night = call("fac-02", FRIDAY + 2)
    assert found(roster(shared | night, people=STAFF), "prog.call_own_fmit") == []
    even = {(p, d, part): c for (p, d, part), c in shared.items() if (d, part) != (FRIDAY + 3, PM)}
    even[("fac-02", FRIDAY + 3, PM)] = "FMIT"
    assert len(found(roster(even | night, people=STAFF), "prog.call_own_fmit")) == 1


def test_a_call_beside_fmit_on_the_same_date_counts_whoever_is_the_attending() -> None:
    """One covered day does not make an attending, but its night is no time for call."""
    week = both("fac-01", FRIDAY, "FMIT", FRIDAY + 5) | both("fac-02", FRIDAY + 6, "FMIT")
    made = roster(week | call("fac-02", FRIDAY + 6), people=STAFF)
    assert [f.person for f in found(made, "prog.call_own_fmit")] == ["fac-02"]


def test_friday_and_saturday_nights_belong_to_the_attending() -> None:
    """The FMIT week's own Friday and Saturday are no findings; its Sunday is."""
    week = both("fac-01", FRIDAY, "FMIT", FRIDAY + 6)
    made = roster(week | call("fac-01", FRIDAY, FRIDAY + 1, FRIDAY + 2), people=STAFF)
    assert [f.start.isoweekday() for f in found(made, "prog.call_own_fmit")] == [7]


def test_leave_and_its_eve_are_told_apart_by_the_night_itself() -> None:
    """Inside the absence it is call_absent, the night before it call_eve_of_leave, never both."""
    made = roster(call("fac-01", 1, 2, 3), people=STAFF, absences=[leave("fac-01", 2, 3)])
    assert [f.start for f in found(made, "prog.call_absent")] == [MONDAY + days(2), MONDAY + days(3)]
    assert [f.start for f in found(made, "prog.call_eve_of_leave")] == [MONDAY + days(1)]


def test_an_absence_that_begins_beyond_the_roster_still_has_its_eve() -> None:
    """The next date is asked of the program where the roster ends."""
    away = Absence("a", "fac-01", MONDAY + days(7), MONDAY + days(8))
    assert len(found(roster(call("fac-01", 6), 7, people=STAFF, absences=[away]), "prog.call_eve_of_leave")) == 1


def test_only_approved_absences_block_and_recovery_after_them_does() -> None:
    """A pending absence is no reason; three days after convalescent leave are."""
    pending = Absence("a", "fac-01", MONDAY, MONDAY, status=AbsenceStatus.PENDING)
    healing = Absence("a", "fac-01", MONDAY, MONDAY, type=AbsenceType.CONVALESCENT)
    assert found(roster(call("fac-01", 0), people=STAFF, absences=[pending]), "prog.call_absent") == []
    late = roster(call("fac-01", 3, 4), people=STAFF, absences=[healing])
    assert [f.start for f in found(late, "prog.call_absent")] == [MONDAY + days(3)]


def test_the_fifteenth_and_the_seventeenth_count_as_back_to_back() -> None:
    """Gaps of one, two and three days are findings, four are none."""
    for gap, count in ((1, 1), (2, 1), (3, 1), (4, 0)):
        start = 0 if gap < 4 else 6
        made = roster(call("fac-01", start, start + gap), people=STAFF)
        assert len(found(made, "prog.call_spacing")) == count, gap


def test_post_call_duties_fall_on_the_next_day_across_a_block_and_year_edge() -> None:
    """A call on Wed 8 Apr 2026 puts PCAT and DO on Thu 9 Apr, block 11 day 1."""
    made = roster(after("fac-01", 0), 3, people=STAFF, start=dt.date(2026, 4, 8))
    assert found(made, "prog.post_call_tied") == []
    bare = roster(call("fac-01", 0), 3, people=STAFF, start=dt.date(2026, 4, 8))
    assert [f.start for f in found(bare, "prog.post_call_tied")] == [dt.date(2026, 4, 9)]


def test_leave_holiday_fmit_and_recovery_excuse_from_post_call_duties() -> None:
    """The next day may hold something stronger."""
    for code in ("LV", "HOL", "FMIT", "PC"):
        made = roster(call("fac-01", 0) | both("fac-01", 1, code), people=STAFF)
        assert found(made, "prog.post_call_tied") == [], code
    holiday = {MONDAY + days(1): "Founders' Day"}
    assert found(roster(call("fac-01", 0), people=STAFF, holidays=holiday), "prog.post_call_tied") == []


def test_post_call_duties_without_a_call_are_found_too() -> None:
    """A moved call must take them along."""
    made = roster({("fac-01", 1, AM): "PCAT", ("fac-01", 1, PM): "DO"}, people=STAFF)
    assert [(float(f.value), f.about) for f in found(made, "prog.post_call_tied")] == [(2, "stray")]


def test_a_shared_week_and_bare_days_are_two_findings() -> None:
    """Two attendings in a week, and a day nobody holds."""
    cells = both("fac-01", FRIDAY, "FMIT", FRIDAY + 2) | both("fac-02", FRIDAY + 4, "FMIT", FRIDAY + 6)
    seen = found(roster(cells, people=STAFF), "prog.fmit_one_attending")
    assert [(float(f.value), f.kind) for f in seen] == [(2, FindingKind.BREACH), (6, FindingKind.GAP)]

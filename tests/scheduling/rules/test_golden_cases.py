"""The golden cases of the duty-hour rules, by number."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest

from scheduling.model.absence import Absence
from scheduling.model.calendar import days
from scheduling.model.duty_record import DutyKind
from scheduling.model.part import Part
from scheduling.model.roster import Roster
from scheduling.rules.averaged import dates
from scheduling.rules.duties import duties_of
from scheduling.rules.segments import periods_of
from scheduling.rules.validation import validate
from tests.scheduling.rules.rosters import (
    MONDAY,
    against,
    found,
    ids,
    leave,
    policy_with,
    record,
    resident,
    roster,
    values,
    week_of,
)

WHO = "pgy2-01"
AM, PM, NIGHT = Part


def full_day_call(day: int, who: str = WHO) -> dict[tuple[str, int, Part], str]:
    """In-house call 07:00 to 07:00."""
    return {(who, day, part): "LDC" for part in Part}


def hours(weeks: list[int | float], who: str = WHO, first: int = 0) -> dict[tuple[str, int, Part], str]:
    """That many hours in each week, spread over its first six days from 06:00 on."""
    cells = {}
    for number, total in enumerate(weeks):
        minutes = round(total * 60)
        for day in range(6):
            share = minutes // 6 + (1 if day < minutes % 6 else 0)
            end = 360 + share
            if share:
                cells[who, first + number * 7 + day, AM] = f"0600-{end // 60:02}{end % 60:02}"
    return cells


def test_case_01_the_clock_of_post_call_rest_starts_when_the_resident_leaves() -> None:
    """In-house call 07-07, leaves 09:00: the next start at 22:59 the same day breaks 6.21.a, at 23:00 it does not."""
    stay = record(DutyKind.TRANSITION, 1, "07:00", "09:00")
    early = roster({**full_day_call(0), (WHO, 1, NIGHT): "2259-2359"}, records=[stay])
    late = roster({**full_day_call(0), (WHO, 1, NIGHT): "2300-2359"}, records=[stay])
    assert values(early, "acgme.6.21.a") == [Fraction(13 * 60 + 59, 60)]
    assert found(late, "acgme.6.21.a") == []
    own_will = roster(
        {**full_day_call(0), (WHO, 1, NIGHT): "2259-2359"},
        records=[record(DutyKind.STAY, 1, "07:00", "09:00", reason="one patient")],
    )
    assert values(own_will, "acgme.6.21.a") == [Fraction(13 * 60 + 59, 60)]


def test_case_02_twenty_nine_hours_of_presence_break_the_transition_limit() -> None:
    """29 h of continuous presence violates 6.22.a."""
    made = roster({**full_day_call(0), (WHO, 1, AM): "0700-1200"})
    assert values(made, "acgme.6.22.a") == [29]
    four_more = roster(full_day_call(0), records=[record(DutyKind.TRANSITION, 1, "07:00", "11:00")])
    assert ids(four_more, "acgme") == set()


def test_case_03_a_new_admission_after_hour_twenty_four_breaks_the_transition() -> None:
    """24 h + 3.5 h with a new admission in hour 25 violates 6.22.a."""
    admitted = record(DutyKind.TRANSITION, 1, "07:00", "10:30", new_patients=True)
    quiet = record(DutyKind.TRANSITION, 1, "07:00", "10:30")
    assert "acgme.6.22.a" in ids(roster(full_day_call(0), records=[admitted]))
    assert "acgme.6.22.a" not in ids(roster(full_day_call(0), records=[quiet]))


def test_case_04_a_short_rest_is_an_advisory_alone() -> None:
    """A gap of 7 h 59 gives the 6.21 advisory only; 8 h gives nothing."""
    short = {(WHO, 0, AM): "0700-2300", (WHO, 1, AM): "0659-1500"}
    enough = {(WHO, 0, AM): "0700-2300", (WHO, 1, AM): "0700-1500"}
    assert ids(roster(short), "acgme") == {"acgme.6.21"}
    assert [f.binding.value for f in found(roster(short), "acgme.6.21")] == ["should"]
    assert ids(roster(enough), "acgme") == set()


def test_case_05_ten_calls_in_twenty_eight_nights_are_one_too_many() -> None:
    """9 in-house calls in 28 nights are fine, 10 violate 6.27."""
    nine = roster({(WHO, 3 * n, NIGHT): "CALL" for n in range(9)})
    ten = roster({(WHO, 3 * n, NIGHT): "CALL" for n in range(9)} | {(WHO, 27, NIGHT): "CALL"})
    assert found(nine, "acgme.6.27") == []
    assert against(ten, "acgme.6.27") == [(10, Fraction(28, 3))]


def test_case_06_alternate_nights_are_legal_while_the_average_holds() -> None:
    """Two calls on alternate nights are legal when the average holds; 6.21.a still applies between them."""
    apart = roster(full_day_call(0) | full_day_call(2))
    close = roster(full_day_call(0) | {(WHO, 1, PM): "1600-2000"} | full_day_call(2))
    assert ids(apart, "acgme") == set()
    assert "acgme.6.21.a" in ids(close)
    assert "acgme.6.27" not in ids(close)


def test_case_07_late_free_days_are_legal_and_risky() -> None:
    """Four free days in 28 with none in the first 21: legal, and the risk metric is high."""
    made = roster({(WHO, day, AM): "0800-1700" for day in range(24)})
    assert "acgme.6.21.b" not in ids(made)
    runs = [r for r in validate(made, made.window).risk if r.id == "risk.duty_run"]
    assert [(float(r.value), r.over) for r in runs] == [(24, True)]


def test_case_08_a_free_day_with_at_home_call_is_not_free() -> None:
    """At-home call cannot fall on a free day."""
    working = {(WHO, day, AM): "0800-1700" for day in range(28) if day % 7 != 6}
    assert "acgme.6.21.b" not in ids(roster(working))
    on_call = roster({**working, (WHO, 13, NIGHT): "HCALL"})
    assert against(on_call, "acgme.6.21.b") == [(3, 4)]


def test_case_09_a_minute_short_is_no_free_day() -> None:
    """23 h 59 free is not a day."""
    base = {(WHO, day, AM): "0700-1900" for day in range(28) if day % 7 != 6}
    tight = base | {(WHO, d, NIGHT): "1900-0700" for d in (5, 12, 19)}
    exact = roster(tight)
    assert "acgme.6.21.b" not in ids(exact)
    minute = roster(tight | {(WHO, 7, AM): "0659-1900"})
    assert against(minute, "acgme.6.21.b") == [(3, 4)]


def test_case_10_a_conference_ends_a_free_day() -> None:
    """A "day off" with a conference 07-08 is not free."""
    working = {(WHO, day, AM): "0600-1800" for day in range(28) if day % 7 != 6}
    working |= {(WHO, 5, NIGHT): "1800-0600", (WHO, 7, AM): "0600-1800"}
    assert "acgme.6.21.b" not in ids(roster(working))
    assert values(roster(working | {(WHO, 6, AM): "0700-0800"}), "acgme.6.21.b") == [3]


def test_case_11_leave_leaves_numerator_and_denominator() -> None:
    """One week of leave and 250 h in the other three: 83.3 h, a violation (although 250/4 = 62.5)."""
    made = roster(hours([0, 83, 83, 84]), absences=[leave(WHO, 0, 6)])
    assert against(made, "acgme.6.20") == [(Fraction(250, 3), 80)]
    assert found(roster(hours([0, 83, 83, 84])), "acgme.6.20") == []


def test_case_12_leave_days_are_not_free_days() -> None:
    """Leave days do not count as free days."""
    working = {(WHO, day, AM): "0800-1700" for day in range(7, 28) if day not in (13, 20)}
    away = roster(working, absences=[leave(WHO, 0, 6)])
    assert against(away, "acgme.6.21.b") == [(2, 3)]
    assert found(roster(working), "acgme.6.21.b") == []


def test_case_13_a_rotation_is_judged_alone() -> None:
    """A 14-day rotation with 170 h violates although the next 14 days have 100 h."""
    made = roster(hours([85, 85, 50, 50]), rotations={WHO: (("ICU", 14), ("Clinic", 14))})
    assert [(f.start, f.end, float(f.value)) for f in found(made, "acgme.6.20")] == [
        (MONDAY, MONDAY + days(13), 85),
    ]


def test_case_14_a_rolling_window_is_a_risk_and_no_verdict() -> None:
    """A rolling window across two rotations reaches 84 h while each rotation is at most 80: compliant, with the flag."""
    made = roster(hours([60, 60, 100, 100, 68, 68, 60, 60]), 56, rotations={WHO: (("ICU", 28), ("Ward", 28))})
    report = validate(made, made.window)
    assert [f for f in report.findings if f.rule in {"acgme.6.20", "acgme.6.21.b"}] == []
    assert report.compliant
    rolling = [r for r in report.risk if r.id == "risk.rolling_80"]
    assert [(float(r.value), r.over) for r in rolling] == [(84, True)]


def test_case_15_an_intern_may_not_moonlight() -> None:
    """PGY-1, one hour of moonlighting: 6.25.b."""
    extra = [record(DutyKind.MOONLIGHTING, 3, "18:00", "19:00")]
    assert ids(roster({}, people=[resident(WHO, 1)], records=extra), "acgme") == {"acgme.6.25.b"}
    assert ids(roster({}, people=[resident(WHO, 2)], records=extra), "acgme") == set()


def test_case_16_moonlighting_counts_in_the_eighty_hours() -> None:
    """PGY-2, moonlighting lifts the average from 79.9 to 80.1: 6.20."""
    cells = hours([79.9] * 4)
    assert found(roster(cells), "acgme.6.20") == []
    lifted = roster(cells, records=[record(DutyKind.MOONLIGHTING, 6, "10:00", "10:48")])
    assert values(lifted, "acgme.6.20") == [Fraction(801, 10)]


def test_case_17_the_exception_holds_on_its_rotation_between_its_dates() -> None:
    """88 h is accepted only on the listed rotation and only between its approval dates."""
    cells = hours([88] * 4)

    def under(
        rotation: str, first: dt.date, last: dt.date, weeks: dict[tuple[str, int, Part], str] = cells
    ) -> set[str]:
        exception = {"rotation": rotation, "start": first, "end": last}
        policy = policy_with(list(weeks.values()), hours={"exceptions": [exception]})
        return {i for i in ids(roster(weeks, policy=policy)) if i in {"acgme.6.20", "acgme.6.24"}}

    last = MONDAY + days(27)
    assert under("Ward", MONDAY, last) == set()
    assert under("ICU", MONDAY, last) == {"acgme.6.20"}
    assert under("Ward", MONDAY + days(1), last) == {"acgme.6.20"}
    assert under("Ward", MONDAY, last - days(1)) == {"acgme.6.20"}
    assert under("Ward", MONDAY, last, hours([88, 88, 88, 89])) == {"acgme.6.24"}


@pytest.mark.parametrize(("date", "elapsed"), [(dt.date(2026, 3, 7), 23), (dt.date(2025, 11, 1), 25)])
def test_case_18_elapsed_time_knows_the_changes_of_the_clock(date: dt.date, elapsed: int) -> None:
    """A 07-07 duty is 23 h across the spring change and 25 h across the autumn change; the latter breaks 24 h."""
    made = roster(full_day_call(0), 7, start=date)
    assert values(made, "acgme.6.22") == ([25] if elapsed == 25 else [])
    handover = record(DutyKind.TRANSITION, 1, "06:00", "07:00", first=date)
    assert found(roster(full_day_call(0), 7, start=date, records=[handover]), "acgme.6.22") == []
    worked = roster(full_day_call(0), 7, start=date, rotations={WHO: (("Ward", 7),)})
    assert _worked_hours(worked) == elapsed


def _worked_hours(made: Roster) -> float:
    return int(duties_of(made, (WHO,)).worked.length.sum()) / 60


def test_case_19_a_duty_across_an_edge_is_split_at_the_instant() -> None:
    """A duty crossing a block edge splits its hours at the instant."""
    cells = hours([83, 0, 0, 0]) | {(WHO, 6, NIGHT): "1800-0600"}
    split = roster(cells, rotations={WHO: (("ICU", 7), ("Ward", 21))})
    assert values(split, "acgme.6.20") == [83 + 6]
    later = roster({**cells, (WHO, 6, NIGHT): "0000-0600"}, rotations={WHO: (("ICU", 7), ("Ward", 21))})
    assert values(later, "acgme.6.20") == [83 + 6]


def test_case_20_home_call_counts_the_hours_worked() -> None:
    """12 h of home call with 3 h called in counts 3 h."""
    cells = hours([78, 0]) | {(WHO, 6, NIGHT): "HCALL"}
    rotations = {WHO: (("Ward", 7), ("Clinic", 7))}
    three = roster(cells, 14, rotations=rotations, records=[record(DutyKind.CALLED_IN, 6, "20:00", "23:00")])
    assert values(three, "acgme.6.20") == [81]
    assert found(roster(cells, 14, rotations=rotations), "acgme.6.20") == []


def test_case_21_half_a_day_of_leave_takes_half_a_day() -> None:
    """28 days with one AM of leave: 318 h are 80.95 a week, a violation; 314 h are 79.93, fine."""
    away = [Absence("a", WHO, MONDAY + days(6), MONDAY + days(6), Part.AM, Part.AM)]
    over = roster(hours([79.5] * 4), absences=away)
    under = roster(hours([78.5] * 4), absences=away)
    assert [round(float(f.value), 2) for f in found(over, "acgme.6.20")] == [80.95]
    assert found(under, "acgme.6.20") == []


def test_case_22_a_rotation_may_change_on_any_weekday() -> None:
    """A change on Wednesday, 14 days at 82 a week then 14 at 70: the first violates though every week is at most 80."""
    start = dt.date(2026, 1, 7)
    daily = [12, 12, 12, 12, 12, 12, 10] * 2
    cells = {}
    for day, share in enumerate(daily):
        cells[WHO, day, AM] = f"0600-{6 + share:02}00"
    for day in range(14, 28):
        cells[WHO, day, AM] = "0600-1600"
    made = roster(cells, start=start, rotations={WHO: (("ICU", 14), ("Ward", 14))})
    assert [(f.start, float(f.value)) for f in found(made, "acgme.6.20")] == [(start, 82)]
    first_monday = 5
    weeks = [sum(daily[d] if d < 14 else 10 for d in range(m, min(m + 7, 28))) for m in range(first_monday, 28, 7)]
    assert sum(daily[:first_monday]) <= 80
    assert max(weeks[1:]) <= 80


def test_case_23_periods_follow_the_length_of_the_segment() -> None:
    """31 days: budget 354 2/7 h; 14 days: 160 h; 29 and 30: one period; 35: days 1-28 and 8-35; 2 days at 24 h: none."""

    def periods(count: int) -> list[tuple[int, int]]:
        p = periods_of(duties_of(roster({}, count), (WHO,)))
        return [((dates(p, i).start - MONDAY).days + 1, (dates(p, i).end - MONDAY).days + 1) for i in range(len(p.row))]

    assert Fraction(80 * int(periods_of(duties_of(roster({}, 31), (WHO,))).half_days[0]), 14) == Fraction(2480, 7)
    assert Fraction(80 * int(periods_of(duties_of(roster({}, 14), (WHO,))).half_days[0]), 14) == 160
    assert periods(29) == [(1, 29)]
    assert periods(30) == [(1, 30)]
    assert periods(31) == [(1, 31)]
    assert periods(35) == [(1, 28), (8, 35)]
    assert periods(56) == [(1, 28), (29, 56)]
    assert periods(60) == [(1, 28), (29, 56), (33, 60)]
    two = roster(full_day_call(0) | full_day_call(1), 2)
    assert ids(two, "acgme") & {"acgme.6.20", "acgme.6.21.b", "acgme.6.27"} == set()
    assert [r.id for r in validate(two, two.window).risk if r.over] == ["risk.weekly_hours"]


def test_case_24_four_free_days_in_twenty_eight() -> None:
    """24 duty days in 28 are fine, 25 are not."""
    fine = roster({(WHO, day, AM): "0800-1700" for day in range(28) if day % 7 != 6})
    more = roster({(WHO, day, AM): "0800-1700" for day in range(28) if day % 7 != 6 or day == 6})
    assert "acgme.6.21.b" not in ids(fine)
    assert against(more, "acgme.6.21.b") == [(3, 4)]


def test_a_period_with_few_days_outside_leave_has_no_verdict() -> None:
    """Two twelve-hour days beside 26 days of leave are no 84-hour week."""
    made = roster(week_of(WHO, 0, ["0600-1800", "0600-1800"]), absences=[leave(WHO, 2, 27)])
    assert ids(made, "acgme") == set()

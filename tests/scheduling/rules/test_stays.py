"""Stays on record are named in every report, and measured in elapsed time."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

from scheduling.model.calendar import days
from scheduling.model.duty_record import DutyKind
from scheduling.model.part import Window
from scheduling.rules.explanation import explain
from scheduling.rules.validation import validate
from tests.scheduling.rules.rosters import policy_with, record, resident, roster

AUTUMN = dt.date(2026, 10, 31)
"""A Saturday: clocks go back in the night that follows it."""


def test_a_stay_through_the_autumn_change_lasts_an_hour_more() -> None:
    """22:00 to 06:00 are nine hours, in the report, the finding and the timeline; the reason is only said to be there."""
    night = record(DutyKind.STAY, 0, "22:00", "06:00", first=AUTUMN)
    told = record(DutyKind.STAY, 3, "22:00", "06:00", first=AUTUMN, reason="a patient")
    made = roster({}, 7, start=AUTUMN, records=[night, told])
    report = validate(made, made.window)
    assert [(s.record, s.hours, s.reasoned) for s in report.exceptions] == [
        (night.id, Fraction(9), False),
        (told.id, Fraction(8), True),
    ]
    assert (report.exceptions[0].start, report.exceptions[0].end) == (
        dt.datetime(2026, 10, 31, 22),  # noqa: DTZ001 - wall-clock time
        dt.datetime(2026, 11, 1, 6),  # noqa: DTZ001 - wall-clock time
    )
    finding = next(f for f in report.findings if f.about == night.id)
    assert finding.value == 9
    assert "9 h" in finding.message
    [entry] = [e for e in explain(made, finding).timeline if e.locked == f"record {night.id}"]
    assert entry.hours == 9


def test_a_record_that_reaches_into_the_dates_is_in_the_timeline() -> None:
    """A stay that began the evening before explains what happens on the day after."""
    late = record(DutyKind.STAY, 0, "22:00", "06:00", first=AUTUMN, reason="a patient")
    mute = record(DutyKind.STAY, 1, "08:00", "09:00", first=AUTUMN)
    made = roster({}, 7, start=AUTUMN, records=[late, mute])
    [finding] = [f for f in validate(made, made.window).findings if f.rule == "acgme.6.23"]
    assert finding.window == Window(AUTUMN + days(1), AUTUMN + days(1))
    assert [e.locked for e in explain(made, finding).timeline] == [f"record {late.id}", f"record {mute.id}"]


def test_exceptions_follow_the_question_asked() -> None:
    """Other people, other dates, other rules and a program that has the rule off: none of theirs."""
    stay = record(DutyKind.STAY, 2, "20:00", "21:00", reason="a patient")
    other = record(DutyKind.MOONLIGHTING, 2, "18:00", "19:00")
    people = (resident(), resident("pgy2-02"))
    made = roster({}, 7, people=people, records=[stay, other])
    assert [s.record for s in validate(made, made.window).exceptions] == [stay.id]
    assert validate(made, made.window, people=["pgy2-02"]).exceptions == ()
    assert validate(made, Window(made.window.start, made.window.start + days(1))).exceptions == ()
    assert validate(made, made.window, rules=["acgme.6.20"]).exceptions == ()
    policy = policy_with([])
    rules = policy.rules.model_copy(update={"off": ("acgme.6.23",)})
    off = roster({}, 7, people=people, records=[stay], policy=policy.model_copy(update={"rules": rules}))
    assert validate(off, off.window).exceptions == ()

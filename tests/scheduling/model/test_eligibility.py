from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from scheduling.model.absence import Absence, AbsenceType
from scheduling.model.calendar import days, fmit_week
from scheduling.model.eligibility import attends, blockers
from scheduling.model.override import Override, OverrideType
from scheduling.model.part import Slot, Window
from scheduling.model.person import Credential, FacultyRole, Kind, Person
from tests.scheduling.solver.cascade_board import (
    AM,
    FOUR,
    FRIDAY,
    MONDAY,
    NIGHT,
    PM,
    SUNDAY,
    TUESDAY,
    board,
    busy,
    faculty,
)

MORNING, TONIGHT = Slot(MONDAY, AM), Slot(MONDAY, NIGHT)
WEEK = fmit_week(MONDAY)
FMIT = {("fac-02", date, part): "FMIT" for date in WEEK for part in (AM, PM)}


def rules(person: str, slot: Slot, activity: str, original: str | None = "fac-01", **facts: object) -> list[str]:
    """The ids of what stands against it."""
    cells = facts.pop("cells", {})
    roster = board(cells, **facts)  # type: ignore[arg-type]  # facts by name
    return [b.rule for b in blockers(roster, person, slot, activity, original=original)]


def test_somebody_free_has_nothing_against_them() -> None:
    """Open, present, and no credential asked for."""
    assert rules("fac-02", MORNING, "AT") == []
    assert rules("fac-02", TONIGHT, "CALL") == []


def test_who_cannot_stand_in_at_all() -> None:
    """Strangers, inactive people, the holder, residents for attending duties and the other way round."""
    people = (replace(FOUR[0]), replace(FOUR[1], active=False))
    assert rules("fac-77", MORNING, "AT") == ["cover.unknown"]
    assert rules("fac-02", MORNING, "AT", people=people) == ["cover.inactive"]
    assert rules("fac-01", MORNING, "AT") == ["cover.same"]
    assert rules("pgy1-01", MORNING, "AT") == ["cover.kind"]
    assert rules("pgy1-01", MORNING, "C") == ["cover.kind"]
    assert rules("fac-02", MORNING, "C", original="pgy1-01") == ["cover.kind"]
    assert rules("pgy2-01", MORNING, "C", original="pgy1-01") == []


@pytest.mark.parametrize(
    ("activity", "slot"), [("AT", MORNING), ("PCAT", MORNING), ("DO", Slot(MONDAY, PM)), ("CALL", TONIGHT)]
)
def test_adjuncts_never_take_attending_time_post_call_time_or_call(activity: str, slot: Slot) -> None:
    """AT, PCAT, DO and call; they may take a clinic or FMIT by hand."""
    people = (FOUR[0], faculty(2, FacultyRole.ADJUNCT))
    assert rules("fac-02", slot, activity, people=people) == ["cover.adjunct"]
    assert rules("fac-02", MORNING, "C", people=people) == []
    assert rules("fac-02", MORNING, "FMIT", people=people) == []


def test_absence_blocks_with_its_recovery() -> None:
    """Approved absences block, and the days of recovery after some types."""
    leave = Absence("a", "fac-02", MONDAY - days(9), MONDAY - days(7), type=AbsenceType.DEPLOYMENT)
    assert rules("fac-02", MORNING, "AT", absences=[leave]) == ["prog.absence_blocks"]
    assert rules("fac-02", Slot(MONDAY + days(1), AM), "AT", absences=[leave]) == []


def test_a_credential_is_needed_and_may_have_expired() -> None:
    """Held on the date, above trainee."""
    expired = Person(
        "fac-02", Kind.FACULTY, FacultyRole.CORE, credentials=(Credential("VAS", expires=MONDAY - days(1)),)
    )
    assert rules("fac-02", MORNING, "VAS", people=(FOUR[0], expired)) == ["prog.credential"]
    assert rules("fac-02", MORNING, "VAS", people=(FOUR[0], faculty(2, FacultyRole.CORE, "VAS"))) == []


def test_a_taken_slot_says_what_lifting_it_costs() -> None:
    """A clinic may be given up for its price, attending time never, a cover of somebody else's duty neither."""
    roster = board({("fac-02", MONDAY, AM): "C", ("fac-03", MONDAY, AM): "AT"})
    (taken,) = blockers(roster, "fac-02", MORNING, "AT")
    assert (taken.rule, taken.lifts) == ("prog.one_activity", 200)
    (fixed,) = blockers(roster, "fac-03", MORNING, "AT")
    assert (fixed.rule, fixed.lifts) == ("prog.one_activity", None)
    covering = Override("ovr-1", "fac-03", MORNING, "C", OverrideType.COVERAGE, "fac-02")
    (busy_there,) = blockers(board(busy("C", "fac-03"), overrides=[covering]), "fac-02", MORNING, "AT")
    assert (busy_there.rule, busy_there.lifts) == ("cover.covering", None)


@pytest.mark.parametrize(
    ("date", "found"),
    [
        (MONDAY, ["prog.call_own_fmit"]),
        (WEEK.end + days(1), ["prog.call_post_fmit_friday"]),
        (WEEK.end + days(3), ["prog.call_post_fmit_sunday"]),
        (WEEK.end + days(4), []),
        (WEEK.start - days(1), []),
    ],
)
def test_the_own_fmit_week_and_what_follows_is_free_of_call(date: dt.date, found: list[str]) -> None:
    """Sunday to Thursday inside it, the Friday after it, the Sunday after it."""
    assert rules("fac-02", Slot(date, NIGHT), "CALL", cells=FMIT) == found


def test_friday_and_saturday_nights_belong_to_the_attending_of_the_week() -> None:
    """Anybody else is blocked while the attending is there; when they are away, somebody has to be found."""
    cells = {("fac-02", FRIDAY, part): "FMIT" for part in (AM, PM)}
    assert rules("fac-03", Slot(FRIDAY, NIGHT), "CALL", cells=cells) == ["cover.fmit_night"]
    assert rules("fac-02", Slot(FRIDAY, NIGHT), "CALL", cells=cells) == []
    away = [Absence("a", "fac-02", FRIDAY, SUNDAY)]
    assert rules("fac-03", Slot(FRIDAY, NIGHT), "CALL", cells=cells, absences=away) == []


def test_the_attending_of_a_week_holds_most_of_it() -> None:
    """One day of somebody else's week makes nobody its attending, but that very night stays free of call."""
    cells = {**FMIT, **busy("FMIT", "fac-03", date=TUESDAY)}
    cells = {k: v for k, v in cells.items() if not (k[0] == "fac-02" and k[1] == TUESDAY)}
    roster = board(cells)
    assert attends(roster, "fac-02", WEEK)
    assert not attends(roster, "fac-03", WEEK)
    assert [b.rule for b in blockers(roster, "fac-03", Slot(TUESDAY, NIGHT), "CALL")] == ["prog.call_own_fmit"]
    assert blockers(roster, "fac-03", TONIGHT, "CALL") == ()
    assert not attends(roster, "fac-02", Window(roster.window.end + days(1), roster.window.end + days(7)))

"""The preload: the precedence and the day patterns of the domain, one sentence each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pytest

from scheduling.model.absence import Absence
from scheduling.model.calendar import BlockRef, Calendar
from scheduling.model.override import Source
from scheduling.model.part import Part
from scheduling.model.person import Credential, FacultyRole, Kind, Person, WeeklyLimit
from scheduling.model.preload import preload
from scheduling.model.program import Program
from scheduling.model.record import FmitWeek, YearRecord
from scheduling.model.rotation import Pattern, Rotation, RotationHalf
from scheduling.model.sheet import Sheet

D = dt.date
BLOCK = Calendar().block(BlockRef(2025, 10))  # 12 March to 8 April 2026, Thursday to Wednesday
THURSDAY = BLOCK.start
ROTATIONS = {
    "FMIT": Rotation("Inpatient", "FMIT", Pattern.INPATIENT),
    "ICU": Rotation("Intensive Care", "ICU", Pattern.INPATIENT),
    "NF": Rotation("Night Float", "NF", Pattern.NIGHT_FLOAT),
    "PedNF": Rotation("Pediatrics Night Float", "PedNF", Pattern.NIGHT_FLOAT_PEDS),
    "LDNF": Rotation("Labor Night Float", "LDNF", Pattern.NIGHT_FLOAT_LD),
    "LDX": Rotation("Labor off-site", "LDX", Pattern.OFFSITE_LD),
    "EM": Rotation("Emergency", "EM", Pattern.EMERGENCY),
    "PEM": Rotation("Pediatric Emergency", "PEM", Pattern.EMERGENCY),
    "TDY": Rotation("Away", "TDY", Pattern.AWAY),
    "ELEC": Rotation("Cardiology", "ELEC", Pattern.OUTPATIENT),
    "FMC": Rotation("Clinic", "FMC", Pattern.CLINIC),
    "SM": Rotation("Sports Medicine", "SM", Pattern.OUTPATIENT),
}
FACULTY = (
    Person("fac-01", Kind.FACULTY, FacultyRole.CORE),
    Person("fac-02", Kind.FACULTY, FacultyRole.CORE),
    Person("fac-09", Kind.FACULTY, FacultyRole.ADJUNCT),
)


def resident(pgy: int) -> Person:
    return Person(f"pgy{pgy}-01", Kind.RESIDENT, pgy_by_year={2025: pgy})


def sheet_of(
    *halves: str,
    pgy: int = 2,
    block: BlockRef = BLOCK.ref,
    fmit: tuple[FmitWeek, ...] = (),
    calls: Mapping[dt.date, str] | None = None,
    absences: tuple[Absence, ...] = (),
    holidays: tuple[dt.date, ...] = (),
    extra: tuple[Person, ...] = (),
) -> Sheet:
    """One resident on one rotation, or one in each half, beside three faculty members."""
    person = resident(pgy)
    pairs = halves * 2 if len(halves) == 1 else halves
    record = YearRecord(
        2025,
        tuple(RotationHalf(person.id, block, n, ROTATIONS[name]) for n, name in enumerate(pairs, 1)),
        fmit,
        calls or {},
    )
    program = Program(
        "small",
        people=(*FACULTY, *extra, person),
        absences=absences,
        holidays=dict.fromkeys(holidays, "Holiday"),
    )
    return preload(program, record)


def day(sheet: Sheet, person: str, date: dt.date) -> str:
    """AM, PM and NIGHT as the policy writes them."""
    return " ".join(sheet.at(person, date, part) or "." for part in Part)


def week(sheet: Sheet, person: str, monday: dt.date) -> list[str]:
    return [day(sheet, person, monday + dt.timedelta(n)) for n in range(7)]


MONDAY = D(2026, 3, 16)


@pytest.mark.parametrize(
    ("rotation", "pgy", "expected"),
    [
        ("FMIT", 1, ["FMIT FMIT .", "FMIT FMIT .", "C-I FMIT .", *["FMIT FMIT ."] * 2, "W W .", "FMIT FMIT ."]),
        ("FMIT", 2, ["FMIT FMIT .", "FMIT C-I .", *["FMIT FMIT ."] * 3, "W W .", "FMIT FMIT ."]),
        ("FMIT", 3, ["FMIT C-I .", *["FMIT FMIT ."] * 5, "W W ."]),
        ("ICU", 1, [*["ICU ICU ."] * 5, "W W .", "ICU ICU ."]),
        ("NF", 2, [*["OFF OFF NF"] * 5, "W W .", "W W ."]),
        ("PedNF", 2, [*["OFF OFF PedNF"] * 5, "W W .", "OFF OFF PedNF"]),
        ("LDNF", 2, [*["OFF OFF LDNF"] * 4, "C OFF .", "W W .", "W W ."]),
        ("LDX", 1, ["LDX OFF .", "OFF OFF .", "C LEC .", *["LDX LDX ."] * 4]),
        ("EM", 2, ["EM EM .", "EM EM .", "OFF LEC .", "EM EM .", "EM EM .", "W W .", "EM EM ."]),
        ("PEM", 3, ["PEM PEM .", "PEM PEM .", "OFF OFF .", "PEM PEM .", "PEM PEM .", "W W .", "PEM PEM ."]),
        ("TDY", 3, ["TDY TDY ."] * 7),
        ("ELEC", 2, [". . .", ". . .", ". LEC .", ". . .", ". . .", "W W .", "W W ."]),
        ("ELEC", 1, [". . .", ". . .", "C LEC .", ". . .", ". . .", "W W .", "W W ."]),
        ("FMC", 1, [". . .", ". . .", "C LEC .", ". . .", ". . .", "W W .", "W W ."]),
    ],
)
def test_each_rotation_writes_its_week(rotation: str, pgy: int, expected: list[str]) -> None:
    """The day patterns, Monday to Sunday, in the middle of a block."""
    assert week(sheet_of(rotation, pgy=pgy), f"pgy{pgy}-01", MONDAY) == expected


def test_night_float_begins_on_a_thursday_with_clinic_and_ends_on_a_wednesday_with_recovery_after() -> None:
    """The recovery day is the next Thursday, whatever comes then, across the block's edge too."""
    first = sheet_of("NF", "ICU")
    assert day(first, "pgy2-01", THURSDAY) == "OFF C-N NF"
    assert day(first, "pgy2-01", D(2026, 3, 25)) == "OFF OFF NF"
    assert day(first, "pgy2-01", D(2026, 3, 26)) == "PC PC ."
    assert day(first, "pgy2-01", D(2026, 3, 27)) == "ICU ICU ."
    second = sheet_of("ELEC", "NF")
    assert day(second, "pgy2-01", D(2026, 4, 8)) == "OFF OFF NF"
    assert day(second, "pgy2-01", D(2026, 4, 9)) == "PC PC ."


def test_night_float_that_goes_on_has_no_recovery_in_between() -> None:
    """One run over both halves recovers once, at its end."""
    sheet = sheet_of("NF")
    assert day(sheet, "pgy2-01", D(2026, 3, 26)) == "OFF OFF NF"
    assert day(sheet, "pgy2-01", D(2026, 4, 9)) == "PC PC ."


def test_night_float_in_the_first_block_waits_for_its_thursday() -> None:
    """Days folded into block 1 before its first Thursday are off."""
    own = BlockRef(2025, 0)
    sheet = sheet_of("NF", block=own)
    assert day(sheet, "pgy2-01", D(2025, 7, 1)) == "OFF OFF ."


def test_night_float_at_the_end_of_the_year_recovers_in_the_next() -> None:
    """Block 13 ends on 30 June; the recovery day is 1 July."""
    sheet = sheet_of("ELEC", "NF", block=BlockRef(2025, 13))
    assert day(sheet, "pgy2-01", D(2026, 6, 30)) == "OFF OFF NF"
    assert day(sheet, "pgy2-01", D(2026, 7, 1)) == "PC PC ."


def test_the_last_wednesday_of_the_block_has_lecture_and_advising() -> None:
    """8 April 2026; an intern's clinic gives way to it."""
    assert day(sheet_of("ELEC", pgy=1), "pgy1-01", D(2026, 4, 8)) == "LEC ADV ."
    assert day(sheet_of("ELEC", pgy=1), "pgy1-01", D(2026, 4, 1)) == "C LEC ."


def test_a_combination_with_night_float_is_excused_from_lectures_as_a_whole() -> None:
    """Its outpatient half too."""
    assert day(sheet_of("ELEC", "NF"), "pgy2-01", D(2026, 3, 18)) == ". . ."


def test_a_sunday_to_thursday_call_brings_attending_time_and_an_afternoon_off() -> None:
    """Across the block's edge: a call on 8 April puts PCAT and DO on 9 April."""
    sheet = sheet_of("ELEC", calls={D(2026, 4, 8): "fac-01", D(2026, 3, 13): "fac-02"})
    assert day(sheet, "fac-01", D(2026, 4, 8)) == ". . CALL"
    assert day(sheet, "fac-01", D(2026, 4, 9)) == "PCAT DO ."
    assert day(sheet, "fac-02", D(2026, 3, 14)) == ". . ."


def test_post_call_duties_give_way_to_leave_holiday_fmit_and_recovery() -> None:
    """And an adjunct, placed by hand, has none."""
    leave = Absence("a", "fac-01", D(2026, 3, 17), D(2026, 3, 17), Part.PM, Part.PM)
    sheet = sheet_of(
        "ELEC",
        calls={
            D(2026, 3, 16): "fac-01",
            D(2026, 3, 17): "fac-02",
            D(2026, 3, 19): "fac-02",
            D(2026, 3, 22): "fac-01",
            D(2026, 3, 24): "fac-09",
        },
        fmit=(FmitWeek(D(2026, 3, 13), D(2026, 3, 19), "fac-02"),),
        absences=(leave,),
        holidays=(D(2026, 3, 23),),
    )
    assert day(sheet, "fac-01", D(2026, 3, 17)) == "PCAT LV ."
    assert day(sheet, "fac-02", D(2026, 3, 18)) == "FMIT FMIT ."
    assert day(sheet, "fac-02", D(2026, 3, 20)) == "PC PC ."
    assert day(sheet, "fac-01", D(2026, 3, 23)) == "HOL HOL ."
    assert day(sheet, "fac-09", D(2026, 3, 25)) == ". . ."


def test_recorded_duties_stand_inside_leave() -> None:
    """Leave is written only where nothing stands."""
    leave = Absence("a", "fac-01", D(2026, 3, 13), D(2026, 3, 20))
    sheet = sheet_of(
        "ELEC",
        calls={D(2026, 3, 13): "fac-01"},
        fmit=(FmitWeek(D(2026, 3, 13), D(2026, 3, 19), "fac-01"),),
        absences=(leave,),
    )
    assert day(sheet, "fac-01", D(2026, 3, 13)) == "FMIT FMIT CALL"
    assert day(sheet, "fac-01", D(2026, 3, 20)) == "PC PC ."


def test_leave_is_written_for_outpatients_and_their_weekends_and_not_over_a_ward() -> None:
    """An inpatient pattern is stronger than leave, which lies beside it."""
    outpatient = Absence("a", "pgy2-01", D(2026, 3, 20), D(2026, 3, 21))
    assert day(sheet_of("ELEC", absences=(outpatient,)), "pgy2-01", D(2026, 3, 20)) == "LV LV ."
    assert day(sheet_of("ELEC", absences=(outpatient,)), "pgy2-01", D(2026, 3, 21)) == "LV LV ."
    assert day(sheet_of("ICU", absences=(outpatient,)), "pgy2-01", D(2026, 3, 20)) == "ICU ICU ."


def test_a_holiday_closes_the_clinics_and_not_the_wards() -> None:
    """The follow-up clinic is not held, so the ward keeps its resident; the off-site clinic becomes a holiday."""
    monday, wednesday = D(2026, 3, 16), D(2026, 3, 18)
    assert day(sheet_of("FMIT", pgy=3, holidays=(monday,)), "pgy3-01", monday) == "FMIT FMIT ."
    assert day(sheet_of("LDX", pgy=1, holidays=(wednesday,)), "pgy1-01", wednesday) == "HOL HOL ."
    assert day(sheet_of("ELEC", pgy=1, holidays=(wednesday,)), "pgy1-01", wednesday) == "HOL HOL ."


def test_back_to_back_fmit_weeks_have_no_recovery_between_them() -> None:
    """The recorded week is stronger than the recovery Friday."""
    weeks = (FmitWeek(D(2026, 3, 13), D(2026, 3, 19), "fac-01"), FmitWeek(D(2026, 3, 20), D(2026, 3, 26), "fac-01"))
    sheet = sheet_of("ELEC", fmit=weeks)
    assert day(sheet, "fac-01", D(2026, 3, 20)) == "FMIT FMIT ."
    assert day(sheet, "fac-01", D(2026, 3, 27)) == "PC PC ."


def test_sports_medicine_is_held_at_its_minimum_and_its_residents_are_there_then() -> None:
    """Nobody is in that clinic where the credentialed attending is not."""
    chief = Person(
        "fac-03",
        Kind.FACULTY,
        FacultyRole.SPORTS_MED,
        credentials=(Credential("SM"),),
        limits={"SM": WeeklyLimit(3, 4)},
    )
    away = Absence("a", "fac-03", D(2026, 3, 19), D(2026, 3, 25))
    sheet = sheet_of("SM", extra=(chief,), absences=(away,))

    def held(person: str, first: dt.date) -> list[tuple[int, int]]:
        dates = [first + dt.timedelta(n) for n in range(7)]
        return [(d.isoweekday(), p) for d in dates for p in Part if sheet.at(person, d, p) == "SM"]

    assert len(held("fac-03", THURSDAY)) == 3
    assert held("pgy2-01", THURSDAY) == held("fac-03", THURSDAY)
    assert held("pgy2-01", D(2026, 3, 19)) == held("fac-03", D(2026, 3, 19)) == []


def test_a_resident_without_a_rotation_is_left_alone() -> None:
    """Unassigned, outside demand: no lecture, no holiday, no weekend."""
    assert day(sheet_of("ELEC", holidays=(D(2026, 2, 18),)), "pgy2-01", D(2026, 2, 18)) == ". . ."


def test_everything_preloaded_is_locked() -> None:
    """Its source says so."""
    cells = list(sheet_of("ELEC", calls={D(2026, 4, 8): "fac-01"}).cells())
    assert cells
    assert {c.source for c in cells} == {Source.PRELOAD}

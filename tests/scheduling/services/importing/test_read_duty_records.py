"""Reading duty records: what a coordinator types, and what is wrong with it by row and column."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from scheduling.model.duty_record import DutyKind, DutyRecord
from scheduling.model.errors import InvalidError
from scheduling.model.person import FacultyRole, Kind, Person
from scheduling.services.importing.problems import ImportRefusedError
from scheduling.services.importing.read_duty_records import one_line, read_duty_file

PEOPLE = {
    p.id: p
    for p in (
        Person("pgy2-01", Kind.RESIDENT, pgy_by_year={2026: 2}),
        Person("fac-01", Kind.FACULTY, FacultyRole.CORE),
    )
}
HEADER = "id,person,kind,date,start,end,end_date,reason,new_patients"
NIGHT = dt.date(2026, 11, 3)
TODAY = dt.date(2026, 11, 30)


def read(folder: Path, *rows: str, header: str = HEADER) -> tuple[DutyRecord, ...]:
    file = folder / "october.csv"
    file.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return read_duty_file(file, PEOPLE, TODAY)


def test_rows_are_read_as_they_are_typed(tmp_path: Path) -> None:
    """Times with or without a leading zero or a spreadsheet's seconds; a later end has its date; blank is none."""
    found = read(
        tmp_path,
        "m1,pgy2-01,moonlighting,2026-11-03,7:00,15:30:00,,,",
        'm2,pgy2-01,stay,2026-11-03,18:00,07:00,2026-11-04,"  a patient,\tin  labour ",no',
        "m0,pgy2-01,transition,2026-11-04,07:00,00:00,2026-11-05,,yes",
    )
    assert found == (
        DutyRecord("m1", "pgy2-01", DutyKind.MOONLIGHTING, NIGHT, 420, 930),
        DutyRecord("m2", "pgy2-01", DutyKind.STAY, NIGHT, 1080, 1860, "a patient, in labour"),
        DutyRecord("m0", "pgy2-01", DutyKind.TRANSITION, NIGHT + dt.timedelta(1), 420, 1440, None, True),
    )


def test_a_record_without_an_id_gets_one_of_its_content(tmp_path: Path) -> None:
    """The same again gets the same; another reason is the same record, another hour is not."""
    short = "person,kind,date,start,end,reason"
    [one] = read(tmp_path, "pgy2-01,called_in,2026-11-03,20:00,22:00,", header=short)
    [again] = read(tmp_path, "pgy2-01,called_in,2026-11-03,20:00,22:00,a word", header=short)
    [other] = read(tmp_path, "pgy2-01,called_in,2026-11-03,20:00,23:00,", header=short)
    assert one.id == again.id != other.id
    assert replace(again, reason=None) == one


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("a,pgy9-01,stay,2026-11-03,18:00,19:00,,,", "person: person pgy9-01 is not known; nearest: pgy2-01"),
        ("a,fac-01,stay,2026-11-03,18:00,19:00,,,", "person: fac-01 is no resident"),
        (
            "a,pgy2-01,overtime,2026-11-03,18:00,19:00,,,",
            "kind: not one of the valid values: moonlighting, called_in, stay, transition",
        ),
        ("a,pgy2-01,stay,03.11.2026,18:00,19:00,,,", "date: not a date; valid: YYYY-MM-DD"),
        ("a,pgy2-01,stay,2026-11-03,24:00,19:00,,,", "start: not a clock time; valid: HH:MM from 00:00 to 23:59"),
        ("a,pgy2-01,stay,2026-11-03,18:00,7pm,,,", "end: not a clock time"),
        ("a,pgy2-01,stay,2026-11-03,18:00,07:00,,,", "end: the record ends before it starts; an end on a later day"),
        ("a,pgy2-01,stay,2026-11-03,18:00,19:00,2026-11-02,,", "end_date: the record ends before it starts"),
        ("a,pgy2-01,stay,2026-11-03,18:00,19:00,2026-11-06,,", "end_date: a record lasts at most 3 days"),
        ("a,pgy2-01,stay,2026-11-03,18:00,19:00,,,maybe", "new_patients: not one of the valid values: yes, no"),
        ("a,pgy2-01,stay,2026-11-03,18:00,19:00,,,yes", "new_patients: only of a transition"),
        (f"a,pgy2-01,stay,2026-11-03,18:00,19:00,,{'x' * 501},", "reason: is longer than 500 characters"),
        ("a,pgy2-01,stay,2026-11-03,18:00,19:00,,a\x07b,", "reason: holds a character that is no text"),
        ("a b,pgy2-01,stay,2026-11-03,18:00,19:00,,,", "id: not an id; valid: letters, digits, hyphen, underscore"),
        (
            "a,pgy2-01,stay,2026-12-01,08:00,09:00,,,",
            "date: is still to come: hours are recorded once they were worked",
        ),
        ("a,pgy2-01,stay,2026-11-30,18:00,07:00,2026-12-01,,", "end_date: is still to come"),
        ("ok,pgy2-01,moonlighting,2026-11-03,18:00,19:00,,,", "id: the id stands twice, first in row 2"),
    ],
)
def test_a_fault_is_named_by_file_row_and_column(tmp_path: Path, row: str, expected: str) -> None:
    """One line, with the valid values where there are some, and nothing of what was typed as free text."""
    with pytest.raises(ImportRefusedError) as caught:
        read(tmp_path, "ok,pgy2-01,stay,2026-11-03,08:00,09:00,,,", row)
    [line] = caught.value.message.splitlines()
    assert line.startswith(f"october.csv row 3 column {expected}")
    assert "xxx" not in line


def test_the_same_record_twice_is_a_slip(tmp_path: Path) -> None:
    """Without ids of their own two equal rows are one typed twice."""
    row = ",pgy2-01,stay,2026-11-03,08:00,09:00,,,"
    with pytest.raises(ImportRefusedError, match="row 3 column person: the same record stands twice, first in row 2"):
        read(tmp_path, row, row)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """A missing column once, and a file that is not there."""
    with pytest.raises(ImportRefusedError) as caught:
        read(tmp_path, "a,pgy9-01,work,when,18:00,19:00,,,", "b,pgy2-01,stay,2026-11-03,18:00,1:00,,,")
    assert [p.column for p in caught.value.problems] == ["person", "kind", "date", "end"]
    with pytest.raises(ImportRefusedError, match=r"october.csv row 1 column kind: the column is missing"):
        read(tmp_path, header="person,date,start,end")
    with pytest.raises(ImportRefusedError, match=r"nowhere.csv row 1 column person: the file is missing"):
        read_duty_file(tmp_path / "nowhere.csv", PEOPLE, TODAY)


def test_today_may_be_recorded_to_its_end(tmp_path: Path) -> None:
    """Midnight ends the day; the valid dates are named to whoever goes beyond."""
    [found] = read(tmp_path, "a,pgy2-01,stay,2026-11-30,18:00,00:00,2026-12-01,,")
    assert found.window.end == TODAY
    with pytest.raises(ImportRefusedError, match="valid: up to 2026-11-30"):
        read(tmp_path, "a,pgy2-01,stay,2026-12-01,08:00,09:00,,,")


@pytest.mark.parametrize("blank", ["", "  ", "\n\t\u2028"])
def test_a_blank_reason_is_none(blank: str) -> None:
    """Also one of blanks no eye can see."""
    assert one_line(blank) is None


def test_a_refused_reason_is_not_repeated() -> None:
    """Neither in the message nor in the facts of the error."""
    with pytest.raises(InvalidError) as caught:
        one_line("secret\x00word")
    assert "secret" not in str(caught.value.as_dict())

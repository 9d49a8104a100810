"""Reading a folder: every fault is named by file, row and column, all of them at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduling.model.absence import Absence, AbsenceStatus, AbsenceType
from scheduling.model.duty_record import LONGEST, DutyKind, DutyRecord
from scheduling.model.errors import InvalidError
from scheduling.model.part import Part
from scheduling.model.person import Credential, FacultyRole, Kind, Level, Person, WeeklyLimit
from scheduling.model.policy import shipped_policy
from scheduling.services.importing import layout
from scheduling.services.importing.problems import ImportRefusedError
from scheduling.services.importing.read_folder import read_folder
from scheduling.services.importing.write_folder import write_folder
from scheduling.services.importing.year_input import YearInput, with_ids

CATALOGUE = shipped_policy().catalogue


def refusal(folder: Path) -> list[str]:
    """Every line of the refusal."""
    with pytest.raises(ImportRefusedError) as caught:
        read_folder(folder, CATALOGUE)
    assert caught.value.code == "invalid"
    assert caught.value.message.splitlines() == [str(p) for p in caught.value.problems]
    return caught.value.message.splitlines()


def edit(folder: Path, file: str, row: int, change: Callable[[str], str]) -> None:
    """Change one line of a file, counted from 1."""
    path = folder / file
    lines = path.read_text().splitlines()
    lines[row - 1] = change(lines[row - 1])
    path.write_text("\n".join(lines) + "\n")


def cell(position: int, value: str) -> Callable[[str], str]:
    """Replace one cell of a line."""

    def change(line: str) -> str:
        cells = line.split(",")
        cells[position] = value
        return ",".join(cells)

    return change


@pytest.mark.parametrize(
    ("file", "row", "change", "expected"),
    [
        (
            "rotations.csv",
            17,
            cell(2, "Cardiolgy"),
            "rotations.csv row 17 column rotation: rotation Cardiolgy is not known",
        ),
        ("rotations.csv", 9, cell(1, "14"), "rotations.csv row 9 column block: block 14 is not known"),
        ("rotations.csv", 9, cell(0, "fac-01"), "rotations.csv row 9 column person: fac-01 is no resident"),
        ("calls.csv", 30, cell(1, "fac-99"), "calls.csv row 30 column person: person fac-99 is not known; nearest:"),
        ("calls.csv", 30, cell(1, "pgy1-01"), "calls.csv row 30 column person: pgy1-01 is no faculty member"),
        (
            "calls.csv",
            30,
            cell(0, "2026-07-01"),
            "calls.csv row 30 column date: the night of 2026-07-01 stands twice, first in row 2",
        ),
        ("calls.csv", 30, cell(0, "2026-02-30"), "calls.csv row 30 column date: not a date; valid: YYYY-MM-DD"),
        ("calls.csv", 30, cell(0, "30/07/2026"), "calls.csv row 30 column date: not a date"),
        (
            "calls.csv",
            30,
            cell(0, "2027-08-01"),
            "calls.csv row 30 column date: the night lies outside the academic year 2026",
        ),
        ("calls.csv", 30, lambda line: line + ",x", "calls.csv row 30 column person: the row has 3 cells, not 2"),
        ("absences.csv", 5, cell(2, "2020-01-01"), "absences.csv row 5 column end: the absence ends before it starts"),
        (
            "absences.csv",
            5,
            cell(3, "maybe"),
            "absences.csv row 5 column status: not one of the valid values: pending, approved",
        ),
        ("absences.csv", 5, cell(0, "pgy9-01"), "absences.csv row 5 column person: person pgy9-01 is not known"),
        ("rotation_map.csv", 3, cell(1, "NOPE"), "rotation_map.csv row 3 column half1: activity NOPE is not known"),
        (
            "rotation_map.csv",
            3,
            cell(4, "nightly"),
            "rotation_map.csv row 3 column half2_pattern: not one of the valid values: outpatient",
        ),
        (
            "blocks.csv",
            6,
            cell(1, "2026-09-23"),
            "blocks.csv row 6 column start: overlaps block 3, which ends on 2026-09-23",
        ),
        (
            "blocks.csv",
            6,
            cell(1, "2026-09-25"),
            "blocks.csv row 6 column start: leaves a gap after block 3, which ends on 2026-09-23",
        ),
        (
            "blocks.csv",
            15,
            cell(2, "2027-06-29"),
            "blocks.csv row 15 column end: the last block must end on 2027-06-30",
        ),
        (
            "fmit_weeks.csv",
            4,
            cell(1, "2026-07-17"),
            "fmit_weeks.csv row 4 column start: an FMIT week runs from Friday to Thursday",
        ),
        ("fmit_weeks.csv", 4, cell(2, ""), "fmit_weeks.csv row 4 column person: is empty"),
        ("people.csv", 13, cell(0, "fac-01"), "people.csv row 13 column person: fac-01 stands twice"),
        (
            "people.csv",
            3,
            cell(1, "doctor"),
            "people.csv row 3 column kind: not one of the valid values: resident, faculty, learner",
        ),
        ("people.csv", 3, cell(3, "boss"), "people.csv row 3 column role: not one of the valid values: pd, apd"),
        ("people.csv", 3, cell(4, "9"), "people.csv row 3 column clinic_max: is below clinic_min"),
        ("people.csv", 3, cell(4, "-1"), "people.csv row 3 column clinic_min: not a whole number from 0 to 14"),
        ("credentials.csv", 2, cell(0, "nobody"), "credentials.csv row 2 column person: person nobody is not known"),
        ("holidays.csv", 3, cell(0, "soon"), "holidays.csv row 3 column date: not a date"),
        ("holidays.csv", 1, lambda line: line + ",kind", "holidays.csv row 1 column kind: column kind is not known"),
    ],
)
def test_a_fault_is_one_line_with_file_row_and_column(
    folder: Path, file: str, row: int, change: Callable[[str], str], expected: str
) -> None:
    """Nothing else is complained about."""
    edit(folder, file, row, change)
    lines = refusal(folder)
    assert len(lines) == 1, lines
    assert lines[0].startswith(expected)


def test_a_missing_column_is_named_once(folder: Path) -> None:
    """What could not be read for want of it is not complained about as well."""
    path = folder / "people.csv"
    path.write_text("\n".join(",".join(line.split(",")[1:]) for line in path.read_text().splitlines()))
    assert refusal(folder) == ["people.csv row 1 column person: the column is missing"]


def test_a_misspelt_column_is_named_with_the_nearest(folder: Path) -> None:
    """As missing under its right name and as unknown under the wrong one."""
    edit(folder, "calls.csv", 1, cell(1, "persom"))
    assert refusal(folder) == [
        "calls.csv row 1 column person: the column is missing",
        "calls.csv row 1 column persom: column persom is not known; nearest: person",
    ]


def test_all_faults_are_told_at_once(folder: Path) -> None:
    """In the order of files and rows."""
    edit(folder, "calls.csv", 30, cell(1, "fac-99"))
    edit(folder, "calls.csv", 40, cell(0, "never"))
    edit(folder, "rotations.csv", 5, cell(2, "?"))
    found = refusal(folder)
    assert [line.split(":")[0] for line in found] == [
        "rotations.csv row 5 column rotation",
        "calls.csv row 30 column person",
        "calls.csv row 40 column date",
    ]


@pytest.mark.parametrize("file", [f.file for f in layout.LAYOUTS])
@pytest.mark.parametrize("text", ["", "\n", None])
def test_an_empty_or_missing_file_is_named_with_its_columns(folder: Path, file: str, text: str | None) -> None:
    """One line for the file, and none for what depends on it."""
    if text is not None:
        (folder / file).write_text(text)
    elif file == layout.DUTY_RECORDS.file:
        assert not (folder / file).exists()
        assert read_folder(folder, CATALOGUE).duty_records is None
        return
    else:
        (folder / file).unlink()
    first = next(f.required[0] for f in layout.LAYOUTS if f.file == file)
    word = "missing" if text is None else "empty"
    lines = refusal(folder)
    assert len(lines) == 1, lines
    assert lines[0].startswith(f"{file} row 1 column {first}: the file is {word}; it needs the columns {first}")


def test_a_file_that_holds_only_its_header_is_named_where_it_must_hold_more(folder: Path) -> None:
    """A year without calls is a mistake; one without absences is not."""
    for file in ("calls.csv", "absences.csv"):
        header = (folder / file).read_text().splitlines()[0]
        (folder / file).write_text(header + "\n")
    assert refusal(folder) == ["calls.csv row 2 column date: the file holds no row"]


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00", b'date,person\n"2026-07-01,fac-01\n', b"date,person\n2026-07-01,\x00\n"]
)
def test_what_is_no_text_is_refused_without_a_trace(folder: Path, content: bytes) -> None:
    """Broken bytes and broken quotes end in one line like any other fault."""
    (folder / "calls.csv").write_bytes(content)
    assert all(line.startswith("calls.csv row ") for line in refusal(folder))


def test_a_message_repeats_no_free_text(folder: Path) -> None:
    """What is no id is shown as a question mark."""
    edit(folder, "calls.csv", 30, cell(1, "<script>alert(1)</script>"))
    line = refusal(folder)[0]
    assert "script" not in line
    assert "person ? is not known" in line


def test_a_folder_that_is_none_is_refused_with_the_files_it_needs(tmp_path: Path) -> None:
    """The hint lists them."""
    with pytest.raises(InvalidError) as caught:
        read_folder(tmp_path / "nowhere", CATALOGUE)
    assert "calls.csv" in caught.value.hint


def test_a_byte_order_mark_and_windows_line_ends_are_read_over(folder: Path, year: YearInput) -> None:
    """As spreadsheets write them."""
    for path in folder.iterdir():
        path.write_bytes(b"\xef\xbb\xbf" + path.read_text().replace("\n", "\r\n").encode())
    assert read_folder(folder, CATALOGUE) == year


def test_a_combined_name_gives_each_half_its_own(folder: Path, year: YearInput) -> None:
    """X + Y is X in half 1 and Y in half 2, so that a run of Y is one rotation whatever stands beside it."""
    mapped = {r.name: r for r in read_folder(folder, CATALOGUE).rotation_map}
    both = mapped["Cardiology + Night Float"]
    assert (both.half1.name, both.half2.name) == ("Cardiology", "Night Float")
    assert mapped["Night Float + Dermatology"].half1 == both.half2
    assert mapped["Geriatrics"].half1 == mapped["Geriatrics"].half2


DATES = st.dates(dt.date(2026, 5, 1), dt.date(2027, 9, 1))
LIMITS = st.one_of(
    st.tuples(st.integers(0, 7), st.integers(7, 14)),
    st.tuples(st.none(), st.integers(0, 14)),
    st.tuples(st.integers(0, 14), st.none()),
).map(lambda ends: WeeklyLimit(*ends))
WEEKDAYS = st.sets(st.integers(1, 7)).map(lambda days: tuple(sorted(days)))


@st.composite
def faculty(draw: st.DrawFn, person: Person) -> Person:
    """A faculty member with other facts."""
    codes = sorted(draw(st.sets(st.sampled_from(("SM", "VAS", "IUD")))))
    return replace(
        person,
        role=draw(st.sampled_from(list(FacultyRole))),
        credentials=tuple(Credential(c, draw(st.sampled_from(list(Level))), draw(st.none() | DATES)) for c in codes),
        limits=draw(st.dictionaries(st.sampled_from(sorted(layout.LIMITS.values())), LIMITS)),
        available_weekdays=draw(WEEKDAYS),
        avoid_call_weekdays=draw(WEEKDAYS),
        prefer_call_weekdays=draw(WEEKDAYS),
        active=draw(st.booleans()),
        site=draw(st.sampled_from(("", "north"))),
    )


@st.composite
def years(draw: st.DrawFn, year: YearInput) -> YearInput:
    """The demonstration year with some people changed, other absences, and gaps in calls and rotations."""
    people = {p.id: p for p in year.people}
    for ident in draw(st.sets(st.sampled_from([p.id for p in year.people if p.is_faculty]), max_size=3)):
        people[ident] = draw(faculty(people[ident]))
    for ident in draw(st.sets(st.sampled_from([p.id for p in year.people if p.is_resident]), max_size=3)):
        people[ident] = replace(people[ident], pgy_by_year=draw(st.sampled_from(({}, {2026: 1}, {2026: 3}))))
    people["student-1"] = Person("student-1", Kind.LEARNER, supervisor=year.people[0].id)
    open_nights = draw(st.sets(st.sampled_from(sorted(year.calls)), max_size=5))
    unassigned = draw(st.sets(st.sampled_from(sorted(year.rotations)), max_size=5))
    return replace(
        year,
        people=tuple(people[ident] for ident in sorted(people)),
        absences=with_ids(draw(st.lists(absences_of(sorted(people)), max_size=6))),
        duty_records=draw(duty_records_of([p.id for p in year.people if p.is_resident])),
        calls={d: p for d, p in year.calls.items() if d not in open_nights},
        rotations={k: v for k, v in year.rotations.items() if k not in unassigned},
    )


@st.composite
def duty_records_of(draw: st.DrawFn, ids: list[str]) -> tuple[DutyRecord, ...] | None:
    """Records of residents with ids of their own, or nothing said of them; reasons as they are kept."""
    if draw(st.booleans()):
        return None
    words = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=12)
    found = []
    for name in sorted(draw(st.sets(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", fullmatch=True), max_size=5))):
        kind, start = draw(st.sampled_from(list(DutyKind))), draw(st.integers(0, 1439))
        found.append(
            DutyRecord(
                name,
                draw(st.sampled_from(ids)),
                kind,
                draw(st.dates(dt.date(2026, 7, 1), dt.date(2027, 6, 30))),
                start,
                start + draw(st.integers(1, LONGEST)),
                draw(st.none() | st.lists(words, min_size=1, max_size=4).map(" ".join)),
                kind is DutyKind.TRANSITION and draw(st.booleans()),
            )
        )
    return tuple(sorted(found, key=lambda r: (r.date, r.id)))


@st.composite
def absences_of(draw: st.DrawFn, ids: list[str]) -> Absence:
    start = draw(DATES)
    return Absence(
        "",
        draw(st.sampled_from(ids)),
        start,
        start + dt.timedelta(draw(st.integers(0, 30))),
        draw(st.sampled_from((Part.AM, Part.PM))),
        draw(st.sampled_from((Part.PM, Part.NIGHT))),
        draw(st.sampled_from(list(AbsenceType))),
        draw(st.sampled_from(list(AbsenceStatus))),
    )


@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_reads_back_as_it_was(tmp_path: Path, year: YearInput, data: st.DataObject) -> None:
    """Whatever the year holds, its folder holds it too, and the digest agrees."""
    source = data.draw(years(year))
    write_folder(source, tmp_path / "again")
    found = read_folder(tmp_path / "again", CATALOGUE)
    assert found == source
    assert found.digest == source.digest

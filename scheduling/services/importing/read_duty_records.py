"""Read duty records: of an import folder, or of a file of their own."""

from __future__ import annotations

import datetime as dt
import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from scheduling.model.calendar import year_window
from scheduling.model.duty_record import LONGEST, DutyKind, DutyRecord
from scheduling.model.errors import InvalidError
from scheduling.model.person import Person
from scheduling.services.importing.layout import DUTY_RECORDS
from scheduling.services.importing.problems import Problems
from scheduling.services.importing.table import Row, read_table
from scheduling.services.record_duty import NOT_YET

LONGEST_REASON = 500
LONGEST_ID = 40
_DAY = 1440


def read_duty_file(file: Path, people: Mapping[str, Person], today: dt.date) -> tuple[DutyRecord, ...]:
    """The records of one CSV file, of any year up to today; ImportRefusedError lists each fault by file, row and column."""
    problems = Problems()
    rows = read_table(file.parent, replace(DUTY_RECORDS, file=file.name, may_lack=False), problems)
    found = read_duty_records(rows, people, today=today)
    problems.refuse()
    return found


def read_duty_records(
    rows: Sequence[Row], people: Mapping[str, Person], year: int | None = None, today: dt.date | None = None
) -> tuple[DutyRecord, ...]:
    """Records of residents by date and id; those of a year begin in it, and none reaches a date after today."""
    found: dict[str, DutyRecord] = {}
    lines: dict[str, int] = {}
    for row in rows:
        record = _read(row, people, year, today)
        if record is None:
            continue
        if record.id in lines:
            named = "the id" if not row.blank("id") else "the same record"
            row.fail("person" if row.blank("id") else "id", f"{named} stands twice, first in row {lines[record.id]}")
        lines.setdefault(record.id, row.number)
        if row.ok:
            found[record.id] = record
    return tuple(sorted(found.values(), key=lambda r: (r.date, r.id)))


def _read(row: Row, people: Mapping[str, Person], year: int | None, today: dt.date | None) -> DutyRecord | None:
    person, kind = row.known("person", "person", people), row.choice("kind", DutyKind)
    if person in people and not people[person].is_resident:
        row.fail("person", f"{person} is no resident: duty-hour rules speak of residents")
    date, start, end = row.date("date"), row.clock("start"), row.clock("end")
    last = date if row.blank("end_date") else row.date("end_date")
    reason = None if row.blank("reason") else _reason(row)
    new = row.flag("new_patients")
    if new and kind is not None and kind is not DutyKind.TRANSITION:
        row.fail("new_patients", f"only of a {DutyKind.TRANSITION}")
    if not row.blank("id") and not is_id(row.text("id", longest=LONGEST_ID)):
        row.fail("id", "not an id; valid: letters, digits, hyphen, underscore")
    if date is None or start is None or end is None or last is None or kind is None:
        return None
    if year is not None and date not in year_window(year):
        row.fail("date", f"the record begins outside the academic year {year}")
    length = (last - date).days * _DAY + end - start
    if length <= 0:
        column = "end" if row.blank("end_date") else "end_date"
        row.fail(column, "the record ends before it starts; an end on a later day has its date in end_date")
    elif length > LONGEST:
        row.fail("end_date", f"a record lasts at most {LONGEST // _DAY} days")
    if not row.ok:
        return None
    record = DutyRecord("", person, kind, date, start, start + length, reason, new)
    if today is not None and record.window.end > today:
        row.fail("date" if date > today else "end_date", f"{NOT_YET}; valid: up to {today}")
        return None
    return with_id(record) if row.blank("id") else replace(record, id=row.text("id"))


def _reason(row: Row) -> str | None:
    try:
        return one_line(row.text("reason", longest=10 * LONGEST_REASON))
    except InvalidError as error:
        row.fail("reason", str(error.details["reason"]))
        return None


def one_line(text: str) -> str | None:
    """A reason as it is kept: blanks of any kind are one space, an empty one is none; InvalidError never repeats it."""
    words = " ".join(text.split())
    if len(words) > LONGEST_REASON:
        raise InvalidError("reason", f"is longer than {LONGEST_REASON} characters")
    if any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in words):
        raise InvalidError("reason", "holds a character that is no text")
    return words or None


def is_id(text: str) -> bool:
    """True for a code of letters, digits, hyphen and underscore that is not too long."""
    plain = text.replace("-", "").replace("_", "")
    return plain.isascii() and plain.isalnum() and len(text) <= LONGEST_ID


def with_id(record: DutyRecord) -> DutyRecord:
    """The record with an id made of who, what and when: the same record always gets the same one."""
    facts: tuple[str | int | dt.date, ...] = (record.person, record.kind.value, record.date, record.start, record.end)
    return replace(record, id=f"dut-{hashlib.sha256(repr(tuple(map(str, facts))).encode()).hexdigest()[:12]}")

"""The de-identified real year under every rule, held against what is known of it and against its tables read plainly."""

from __future__ import annotations

import csv
import datetime as dt

import pytest

from scheduling.model.clock import Clock
from scheduling.model.first_version import first_schedules
from scheduling.model.overlay import build_roster
from scheduling.model.part import Window
from scheduling.model.policy import shipped_policy
from scheduling.model.roster import Roster
from scheduling.rules.explanation import explain
from scheduling.rules.finding import FindingKind
from scheduling.rules.validation import Report, validate
from scheduling.services.importing.read_folder import read_folder
from tests.real_year import FOLDER, NEEDED

WINDOW = Window(dt.date(2025, 6, 30), dt.date(2026, 6, 28))

pytestmark = NEEDED


@pytest.fixture(scope="module")
def year() -> Roster:
    source = read_folder(FOLDER, shipped_policy().catalogue)
    program = source.program("real", Clock("Pacific/Honolulu", dt.date(2026, 2, 15)))
    schedules = first_schedules(program, source.record())
    window = Window(min(s.block.start for s in schedules), max(s.block.end for s in schedules))
    return build_roster(program, window, schedules)


@pytest.fixture(scope="module")
def report(year: Roster) -> Report:
    return validate(year, WINDOW)


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def away() -> set[tuple[str, dt.date]]:
    """Person and date of every absence, read plainly."""
    found = set()
    for row in rows("absences"):
        date = dt.date.fromisoformat(row["start"])
        while date <= dt.date.fromisoformat(row["end"]):
            found.add((row["person"], date))
            date += dt.timedelta(days=1)
    return found


def nights() -> list[tuple[str, dt.date]]:
    return [(r["person"], dt.date.fromisoformat(r["date"])) for r in rows("calls")]


def dated(report: Report, rule: str) -> list[tuple[str, dt.date]]:
    return sorted((f.person or "", f.start) for f in report.findings if f.rule == rule)


def test_the_known_truths_of_the_year(report: Report) -> None:
    """18 own-week nights, 4 post-FMIT Sundays, 2 adjunct nights, one caller each night, five unassigned blocks."""
    by_rule = report.by_rule
    assert by_rule["prog.call_own_fmit"] == 18
    assert by_rule["prog.call_post_fmit_sunday"] == 4
    assert by_rule["prog.call_adjunct"] == 2
    assert "prog.one_caller" not in by_rule
    assert "prog.call_post_fmit_friday" not in by_rule
    assert "prog.fmit_back_to_back" not in by_rule
    assert "prog.fmit_one_attending" not in by_rule
    assert min(f.value for f in report.findings if f.rule == "prog.call_spacing") == 2
    assert sum(f.value == 2 for f in report.findings if f.rule == "prog.call_spacing") == 2
    assert [(f.person, f.message.split()[4]) for f in report.findings if f.rule == "prog.unassigned"] == [
        ("pgy3-01", "2025/1"),
        ("pgy3-03", "2025/1"),
        ("pgy3-04", "2025/10"),
        ("pgy3-04", "2025/11"),
        ("pgy3-04", "2025/12"),
    ]
    assert report.missing.nights == ()
    assert len(report.missing.fmit_days) == 4
    assert report.checked.days == 364


def test_calls_in_leave_and_on_its_eve_are_those_of_the_tables(report: Report) -> None:
    """Each with its date: the night's date in an absence, or the next date and not the night's."""
    gone, day = away(), dt.timedelta(days=1)
    assert dated(report, "prog.call_absent") == sorted(n for n in nights() if n in gone)
    eve = sorted((p, d) for p, d in nights() if (p, d) not in gone and (p, d + day) in gone)
    assert dated(report, "prog.call_eve_of_leave") == eve


def test_missing_ends_of_the_year_are_no_gaps(year: Roster) -> None:
    """29 and 30 June 2026 have no caller, 1 to 3 July 2025 no attending: missing, and reported apart."""
    whole = validate(year, Window(dt.date(2025, 7, 1), dt.date(2026, 6, 30)))
    assert whole.missing.nights == (dt.date(2026, 6, 29), dt.date(2026, 6, 30))
    assert whole.missing.fmit_days == tuple(dt.date(2025, 7, d) for d in (1, 2, 3))
    assert [f for f in whole.findings if f.kind is FindingKind.GAP and f.rule.startswith("prog.fmit")] == []


def test_every_finding_explains_without_error(year: Roster, report: Report) -> None:
    """With arithmetic, and with a timeline wherever somebody works."""
    for finding in report.findings:
        told = explain(year, finding)
        assert told.arithmetic
        assert all(entry.start < entry.end for entry in told.timeline)

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from scheduling.model.calendar import days
from scheduling.model.errors import InvalidError, NotFoundError
from scheduling.model.part import Part, Window
from scheduling.model.policy import PolicyHistory
from scheduling.rules.explanation import find_again
from scheduling.rules.finding import Binding
from scheduling.rules.finding_id import FindingRef, finding_id, read_finding_id
from scheduling.rules.validation import validate
from tests.scheduling.rules.pairs import call, every
from tests.scheduling.rules.rosters import MONDAY, faculty, found, leave, policy_with, resident, roster

STAFF = [faculty("fac-01"), faculty("fac-02"), resident()]
AM, PM, NIGHT = Part


def test_a_report_counts_by_binding_and_rule_and_says_what_was_looked_at() -> None:
    """Compliant means no must."""
    made = roster(call("fac-01", 0, 3) | call("fac-02", 0), 7, people=STAFF, recorded_calls=None)
    report = validate(made, made.window)
    assert not report.compliant
    assert report.counts[Binding.MUST] == 1
    assert report.by_rule["prog.one_caller"] == 1
    assert report.checked.people == ("fac-01", "fac-02", "pgy2-01")
    assert report.checked.days == 7
    assert "acgme.6.20" in report.checked.rules
    assert [f.binding for f in report.findings] == sorted((f.binding for f in report.findings), key=list(Binding).index)


def test_filters_restrict_and_unknown_names_are_refused_with_the_nearest() -> None:
    """Rules and people by id; findings about nobody in particular are left out under a filter of people."""
    made = roster(call("fac-01", 0, 3) | call("fac-02", 0), 7, people=STAFF)
    assert {f.rule for f in validate(made, made.window, rules=["prog.call_spacing"]).findings} == {"prog.call_spacing"}
    alone = validate(made, made.window, people=["fac-01"])
    assert {f.person for f in alone.findings} == {"fac-01"}
    assert alone.checked.people == ("fac-01",)
    with pytest.raises(NotFoundError, match=r"nearest: prog\.call_spacing"):
        validate(made, made.window, rules=["prog.call_spacin"])
    with pytest.raises(NotFoundError, match="fac-01"):
        validate(made, made.window, people=["fac-0l"])


def test_a_window_outside_the_data_is_an_empty_report_that_says_so() -> None:
    """No schedule, no verdict."""
    made = roster({}, 7, people=STAFF)
    later = Window(dt.date(2030, 1, 1), dt.date(2030, 1, 31))
    report = validate(made, later)
    assert report.findings == ()
    assert report.checked.days == 0
    assert report.note is not None
    assert "2030-01-01" in report.note


def test_a_finding_that_only_touches_the_window_is_reported_whole() -> None:
    """An averaging period reaches beyond the dates asked for."""
    made = roster(every("0600-2000"))
    day = Window(MONDAY + days(10), MONDAY + days(10))
    assert [(f.start, f.end) for f in found(made, "acgme.6.20", window=day)] == [(MONDAY, MONDAY + days(27))]


def test_rules_switch_with_the_policy_of_the_date() -> None:
    """A rule that a later policy turns off finds nothing from then on."""
    cells = {(name, d, NIGHT): "CALL" for name, d in (("fac-01", 0), ("fac-01", 2), ("fac-01", 14), ("fac-01", 16))}
    made = roster(cells, people=STAFF)
    quiet = policy_with(rules={"off": ["prog.call_spacing"]})
    dated = ((dt.date(2020, 1, 1), policy_with()), (MONDAY + days(10), quiet))
    switched = replace(made, program=replace(made.program, policies=PolicyHistory(dated)))
    assert [f.start for f in found(switched, "prog.call_spacing")] == [MONDAY + days(2)]


def test_limits_are_those_of_the_date() -> None:
    """The averaging period is judged by the figures in force when it begins."""
    cells = every("0600-1800")
    made = roster(cells, 56, rotations={"pgy2-01": (("Ward", 28), ("ICU", 28))})
    strict = policy_with(["0600-1800"], hours={"week_limit": 60})
    cells56 = {(p, d + k, part): c for (p, d, part), c in cells.items() for k in (0, 28)}
    made = roster(cells56, 56, rotations={"pgy2-01": (("Ward", 28), ("ICU", 28))})
    dated = ((dt.date(2020, 1, 1), policy_with(["0600-1800"])), (MONDAY + days(28), strict))
    switched = replace(made, program=replace(made.program, policies=PolicyHistory(dated)))
    assert [(f.start, float(f.limit)) for f in found(switched, "acgme.6.20")] == [(MONDAY + days(28), 60)]


def test_ids_are_stable_and_bound_to_their_program() -> None:
    """The same id for the same finding whatever its value; another program's id and a mangled one are refused."""
    before, after = roster(every("0600-2000")), roster(every("0600-2030"))
    (first,), (second,) = found(before, "acgme.6.20"), found(after, "acgme.6.20")
    assert first.value != second.value
    assert finding_id("test", first) == finding_id("test", second)
    name = finding_id("test", first)
    for wrong in (finding_id("other", first), name.replace("pgy2-01", "pgy2-02"), "nonsense", name[:-1], ""):
        with pytest.raises(InvalidError):
            read_finding_id("test", wrong)


def test_a_finding_that_is_gone_is_not_found() -> None:
    """The schedule no longer breaks the rule there."""
    (finding,) = found(roster(every("0600-2000")), "acgme.6.20")
    with pytest.raises(NotFoundError, match="finding"):
        find_again(roster(every("0600-1800")), FindingRef.of(finding))


def test_people_without_a_single_cell_are_missing() -> None:
    """They are named apart from findings."""
    made = roster(call("fac-01", 0), 7, people=STAFF)
    assert validate(made, made.window).missing.people == ("fac-02", "pgy2-01")


def test_risks_stay_inside_their_bands() -> None:
    """Within five hours of 80 and within two of a rest limit; a comfortable year has none."""
    near = roster(every("0600-1842"))
    (risk,) = (r for r in validate(near, near.window).risk if r.id == "risk.weekly_hours")
    assert 75 < risk.value <= 80
    assert not risk.over
    calm = roster(every("0800-1700"))
    assert [r for r in validate(calm, calm.window).risk if r.id != "risk.duty_run"] == []
    tight = roster({("pgy2-01", 0, AM): "0700-2200", ("pgy2-01", 1, AM): "0700-1200"})
    assert [float(r.value) for r in validate(tight, tight.window).risk if r.id == "risk.rest"] == [9]


def test_one_person_checked_alone_gives_their_part_of_the_whole() -> None:
    """Incremental checking is the same checking."""
    people = [resident(f"pgy2-{n:02}") for n in range(4)]
    cells = {(p.id, d, AM): "0600-2000" for n, p in enumerate(people) for d in range(28 - n)}
    made = roster(cells, people=people, absences=[leave("pgy2-01", 0, 6)])
    whole = [f for f in validate(made, made.window).findings if f.person == "pgy2-01"]
    assert whole == list(validate(made, made.window, people=["pgy2-01"]).findings)

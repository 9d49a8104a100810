from __future__ import annotations

from scheduling.model.override import Change
from scheduling.model.part import Part, Slot
from scheduling.rules.finding import Finding
from scheduling.rules.remedies import collapsed, verified_remedies
from scheduling.rules.remedy import RemedyKind
from tests.scheduling.rules.pairs import after, both, call, every
from tests.scheduling.rules.rosters import MONDAY, faculty, found, leave, resident, roster

AM, PM, NIGHT = Part
WHO = "pgy2-01"
STAFF = [faculty("fac-01"), faculty("fac-02"), faculty("fac-03")]


def only(made: list[Finding]) -> Finding:
    (finding,) = made
    return finding


def test_a_call_in_leave_is_covered_with_what_follows_from_it() -> None:
    """Somebody free takes the night, PCAT and DO; the caller's own PCAT and DO go."""
    made = roster(after("fac-01", 0), 7, people=STAFF, absences=[leave("fac-01", 0, 0)])
    best = verified_remedies(made, only(found(made, "prog.call_absent"))).found[0]
    assert best.kind is RemedyKind.COVER
    changed = made.with_changes(best.changes)
    assert changed.holders("CALL", Slot(MONDAY, NIGHT)) == ("fac-02",)
    assert [c.to for c in best.changes if c.person == "fac-02"] == ["CALL", "PCAT", "DO"]
    assert [c.to for c in best.changes if c.person == "fac-01"] == [None, None, None]


def test_where_nobody_may_take_it_the_answer_says_what_stops_them() -> None:
    """No remedy, and a reason for every kind."""
    everybody = [leave(p.id, 0, 0) for p in STAFF]
    made = roster(call("fac-01", 0), 7, people=STAFF, absences=everybody)
    finding = only(found(made, "prog.call_absent"))
    answer = verified_remedies(made, finding)
    assert answer.found == ()
    assert answer.blocked[RemedyKind.COVER] == "prog.absence_blocks stops 2"
    assert answer.blocked[RemedyKind.DROP] == "never given up: CALL"
    assert set(answer.blocked) == {RemedyKind.DROP, RemedyKind.MOVE, RemedyKind.SWAP, RemedyKind.COVER}


def test_protected_duties_are_never_dropped() -> None:
    """A resident on the inpatient team gets a day off by cover, never by cancelling the day."""
    people = [resident(), resident("pgy3-01", 3)]
    cells = {(WHO, d, part): "FMIT" for d in range(28) for part in (AM, PM) if d % 7 != 6 or d == 27}
    made = roster(cells, people=people, rotations={WHO: (("FMIT", 28),), "pgy3-01": (("Clinic", 28),)})
    answer = verified_remedies(made, only(found(made, "acgme.6.21.b")))
    assert {r.kind for r in answer.found} == {RemedyKind.COVER}
    assert answer.blocked[RemedyKind.DROP] == "never given up: FMIT"


def test_a_heavy_rotation_sheds_whole_days_until_the_average_holds() -> None:
    """The cheapest verified drop brings the average under the limit and nothing else."""
    made = roster(every("0600-2000"))
    answer = verified_remedies(made, only(found(made, "acgme.6.20")))
    for remedy in answer.found:
        assert found(made.with_changes(remedy.changes), "acgme.6.20") == []
    assert RemedyKind.DROP in {r.kind for r in answer.found}


def test_a_remedy_that_only_shifts_the_finding_is_none() -> None:
    """Dropping the last of nine duty days leaves eight in a row."""
    made = roster({(WHO, d, AM): "0800-1700" for d in range(9)})
    for remedy in verified_remedies(made, only(found(made, "prog.duty_run"))).found:
        assert found(made.with_changes(remedy.changes), "prog.duty_run") == []


def test_missing_supervision_is_met_by_faculty_who_have_something_to_give_up() -> None:
    """Administration gives way before clinic."""
    people = [*STAFF[:2], resident("pgy1-01", 1)]
    made = roster({("pgy1-01", 0, AM): "C", ("fac-01", 0, AM): "C", ("fac-02", 0, AM): "GME"}, 1, people=people)
    best = verified_remedies(made, only(found(made, "prog.supervision"))).found[0]
    assert [(c.person, c.was, c.to) for c in best.changes] == [("fac-02", "GME", "AT")]


def test_what_is_due_is_set() -> None:
    """PC on the Friday after FMIT."""
    made = roster(both("fac-01", 4, "FMIT", 10), people=STAFF)
    best = verified_remedies(made, only(found(made, "prog.fmit_recovery"))).found[0]
    assert best.kind is RemedyKind.SET
    assert {c.to for c in best.changes} == {"PC"}


def test_records_have_no_remedy_in_the_schedule() -> None:
    """A leave balance is decided by no cell."""
    made = roster({}, 60, absences=[leave(WHO, 0, 40)])
    answer = verified_remedies(made, only(found(made, "prog.leave_days")))
    assert answer.found == ()
    assert all("no single cell" in reason for reason in answer.blocked.values())


def test_changes_of_one_cell_become_one_change() -> None:
    """From what stands to what stands in the end; what changes nothing is left out."""
    made = roster({("fac-01", 0, AM): "C"}, 1, people=STAFF)
    slot, other = Slot(MONDAY, AM), Slot(MONDAY, PM)
    chain = [Change("fac-01", slot, "C", None), Change("fac-01", slot, None, "AT"), Change("fac-01", other, None, None)]
    assert collapsed(made, chain) == (Change("fac-01", slot, "C", "AT"),)

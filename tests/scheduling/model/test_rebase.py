from __future__ import annotations

import pytest

from scheduling.model.calendar import BlockRef, Calendar, days
from scheduling.model.overlay import build_roster
from scheduling.model.override import Override, OverrideType, Source
from scheduling.model.part import Part, Slot
from scheduling.model.person import Kind, Person
from scheduling.model.program import Program
from scheduling.model.rebase import Fate, Rebased, rebase
from scheduling.model.version import BlockSchedule, Cell

BLOCK = Calendar().block(BlockRef(2025, 10))
SLOT = Slot(BLOCK.start, Part.NIGHT)
PROGRAM = Program("demo", people=tuple(Person(f"fac-0{n}", Kind.FACULTY) for n in range(1, 5)))
OLD = {"fac-01": "CALL"}


def rebased(override: Override, new: dict[str, str], *more: Override) -> Rebased:
    old, after = (
        build_roster(
            PROGRAM, BLOCK.window, [BlockSchedule.of(BLOCK, [Cell(p, SLOT, a, Source.SOLVER) for p, a in held.items()])]
        )
        for held in (OLD, new)
    )
    return next(r for r in rebase([override, *more], old, after) if r.override is override)


def cover(by: str = "fac-02") -> Override:
    return Override("ovr-1", "fac-01", SLOT, "CALL", OverrideType.COVERAGE, by)


def test_an_override_on_an_unchanged_assignment_is_kept() -> None:
    """The same person still holds the same activity and the replacement is free."""
    assert rebased(cover(), OLD).fate is Fate.KEPT


def test_a_cover_that_the_version_takes_up_has_moved() -> None:
    """Where the new version gives the assignment to the replacement, nothing is left to apply."""
    found = rebased(cover(), {"fac-02": "CALL"})
    assert (found.fate, found.reason) == (Fate.MOVED, "the version gives CALL to fac-02")


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        ({"fac-03": "CALL"}, "the assignment is gone"),
        ({"fac-01": "LV"}, "fac-01 now holds LV"),
        ({"fac-01": "CALL", "fac-02": "LV"}, "fac-02 now holds LV there"),
    ],
)
def test_a_cover_that_fits_no_more_is_a_conflict_with_its_reason(new: dict[str, str], reason: str) -> None:
    """Somebody else holds it, the person holds something else, or the replacement is taken."""
    found = rebased(cover(), new)
    assert (found.fate, found.reason) == (Fate.CONFLICT, reason)


def test_a_replacement_freed_by_another_override_is_free() -> None:
    """The replacement's own cell, cancelled by an override that is kept, does not stand in the way."""
    freed = Override("ovr-2", "fac-02", SLOT, "GME", OverrideType.CANCELLATION)
    assert rebased(cover(), {"fac-01": "CALL", "fac-02": "GME"}, freed).fate is Fate.KEPT


def test_a_cancellation_of_what_is_gone_has_moved() -> None:
    """The version leaves the slot open, as the cancellation did; another activity there is a conflict."""
    cancelled = Override("ovr-1", "fac-01", SLOT, "CALL", OverrideType.CANCELLATION)
    assert rebased(cancelled, {}).fate is Fate.MOVED
    assert rebased(cancelled, {"fac-01": "LV"}).fate is Fate.CONFLICT


def test_a_gap_is_gone_only_when_somebody_new_holds_the_activity() -> None:
    """A gap stays loud: it has moved when the version staffs it, and is a conflict when the assignment vanished."""
    gap = Override("ovr-1", "fac-01", SLOT, "CALL", OverrideType.GAP)
    assert rebased(gap, {"fac-04": "CALL"}).fate is Fate.MOVED
    assert rebased(gap, {}).fate is Fate.CONFLICT


def test_overrides_elsewhere_are_not_spoken_of_and_none_is_dropped() -> None:
    """Every override inside the window has a fate, in the order of its slot; those outside have none."""
    roster = build_roster(PROGRAM, BLOCK.window, [])
    inside = [
        Override(f"ovr-{n}", "fac-01", Slot(BLOCK.start + days(9 - n), Part.AM), "C", OverrideType.GAP)
        for n in range(3)
    ]
    outside = Override("ovr-9", "fac-01", Slot(BLOCK.start - days(1), Part.AM), "C", OverrideType.GAP)

    found = rebase([*inside, outside], roster, roster)

    assert [r.override.id for r in found] == ["ovr-2", "ovr-1", "ovr-0"]

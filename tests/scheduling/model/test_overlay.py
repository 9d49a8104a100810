"""The overlay: applied when read, and gone without a trace when it is taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scheduling.model.absence import Absence, AbsenceStatus, AbsenceType
from scheduling.model.calendar import BlockRef, Calendar
from scheduling.model.overlay import build_roster
from scheduling.model.override import Override, OverrideType, Source
from scheduling.model.part import PARTS, Part, Slot, Window
from scheduling.model.person import FacultyRole, Kind, Person
from scheduling.model.program import Program
from scheduling.model.roster import Roster
from scheduling.model.rotation import Pattern, Rotation, RotationHalf
from scheduling.model.version import BlockSchedule, Cell

BLOCK = Calendar().block(BlockRef(2025, 10))
WINDOW = Window(BLOCK.start, BLOCK.start + dt.timedelta(6))
IDS = ("fac-01", "fac-02", "fac-03")
CODES = ("C", "GME", "AT", "FMIT")


def program(*absences: Absence) -> Program:
    faculty = tuple(Person(i, Kind.FACULTY, FacultyRole.CORE) for i in IDS)
    return Program("small", people=(*faculty, Person("pgy1-01", Kind.RESIDENT)), absences=absences)


def schedule(cells: Sequence[Cell]) -> BlockSchedule:
    rotation = Rotation("Cardiology", "ELEC", Pattern.OUTPATIENT)
    return BlockSchedule.of(BLOCK, cells, [RotationHalf("pgy1-01", BLOCK.ref, 1, rotation)])


def roster(cells: Sequence[Cell], overrides: Sequence[Override] = ()) -> Roster:
    return build_roster(program(), WINDOW, [schedule(cells)], overrides)


SLOTS = st.tuples(st.sampled_from(IDS), st.integers(0, 6), st.sampled_from(PARTS))


@st.composite
def overlaid(draw: st.DrawFn) -> tuple[list[Cell], list[Override]]:
    """Some cells, and overrides of some of them (and of some that are not there)."""
    filled = draw(st.dictionaries(SLOTS, st.sampled_from(CODES), min_size=1, max_size=30))
    cells = [
        Cell(p, Slot(WINDOW.start + dt.timedelta(d), part), code, Source.PRELOAD)
        for (p, d, part), code in filled.items()
    ]
    chosen = draw(st.dictionaries(st.sampled_from(cells), st.sampled_from(list(OverrideType)), max_size=10))
    overrides = []
    for number, (cell, kind) in enumerate(sorted(chosen.items())):
        replacement = (
            draw(st.sampled_from([i for i in IDS if i != cell.person])) if kind is OverrideType.COVERAGE else None
        )
        activity = draw(st.sampled_from((cell.activity, cell.activity, "DFM")))
        overrides.append(Override(f"ovr-{number}", cell.person, cell.slot, activity, kind, replacement))
    return cells, overrides


@given(overlaid())
def test_an_overlay_taken_back_leaves_the_base(case: tuple[list[Cell], list[Override]]) -> None:
    """Whatever lay above, the base reads the same with and without it."""
    cells, overrides = case
    above, below = roster(cells, overrides), roster(cells)
    assert np.array_equal(above.base, below.base)
    assert np.array_equal(below.base, below.cells)
    assert np.array_equal(roster(cells).sources, below.sources)


@given(overlaid())
def test_every_override_is_applied_or_listed(case: tuple[list[Cell], list[Override]]) -> None:
    """One whose assignment moved is not applied but named; the two lists share nothing and miss nothing."""
    cells, overrides = case
    found = roster(cells, overrides)
    assert {o.id for o in found.overrides} | {o.id for o in found.unapplied} == {o.id for o in overrides}
    assert not {o.id for o in found.overrides} & {o.id for o in found.unapplied}
    held = {(c.person, c.slot): c.activity for c in cells}
    assert all(held[o.person, o.slot] != o.activity for o in found.unapplied)


@given(overlaid())
def test_an_overlay_changes_only_what_it_names(case: tuple[list[Cell], list[Override]]) -> None:
    """Every cell that differs from the base is an overridden one or the cell of a replacement."""
    cells, overrides = case
    found = roster(cells, overrides)
    named = {(o.person, o.slot) for o in found.overrides} | {(o.replacement, o.slot) for o in found.overrides}
    for p, d, s in zip(*np.nonzero(found.base != found.cells), strict=True):
        assert (found.program.people[p].id, Slot(found.date(d), Part(int(s)))) in named


@given(overlaid())
def test_the_order_of_overrides_does_not_matter(case: tuple[list[Cell], list[Override]]) -> None:
    """The overlay is a set."""
    cells, overrides = case
    assert np.array_equal(roster(cells, overrides).cells, roster(cells, overrides[::-1]).cells)


def cell(person: str, activity: str, part: Part = Part.AM) -> Cell:
    return Cell(person, Slot(WINDOW.start, part), activity, Source.PRELOAD)


def test_coverage_puts_the_replacement_in_the_slot() -> None:
    """The original is free, the replacement holds the activity and its source."""
    slot = Slot(WINDOW.start, Part.AM)
    found = roster([cell("fac-01", "AT")], [Override("o", "fac-01", slot, "AT", OverrideType.COVERAGE, "fac-02")])
    assert (found.at("fac-01", slot), found.at("fac-02", slot)) == (None, "AT")
    assert found.base_at("fac-01", slot) == "AT"
    assert found.source_at("fac-02", slot) is Source.PRELOAD


def test_coverage_of_a_taken_slot_is_a_double_booking() -> None:
    """What stands there stays, and the second activity is listed."""
    slot = Slot(WINDOW.start, Part.AM)
    covered = Override("o", "fac-01", slot, "AT", OverrideType.COVERAGE, "fac-02")
    found = roster([cell("fac-01", "AT"), cell("fac-02", "C")], [covered])
    assert found.at("fac-02", slot) == "C"
    assert [(d.person, d.activity, d.override) for d in found.doubled] == [("fac-02", "AT", "o")]


def test_a_cancelled_slot_makes_room_for_coverage_in_the_same_overlay() -> None:
    """The replacement's own clinic is cancelled first, whatever the order."""
    slot = Slot(WINDOW.start, Part.AM)
    overrides = [
        Override("a", "fac-01", slot, "AT", OverrideType.COVERAGE, "fac-02"),
        Override("b", "fac-02", slot, "C", OverrideType.CANCELLATION),
    ]
    found = roster([cell("fac-01", "AT"), cell("fac-02", "C")], overrides)
    assert found.at("fac-02", slot) == "AT"
    assert found.doubled == ()


def test_absences_lie_beside_the_cells() -> None:
    """A cell inside an approved leave stands; recovery days count; pending and denied absences block nothing."""
    start = WINDOW.start
    absences = (
        Absence("a", "fac-01", start, start, type=AbsenceType.CONVALESCENT),
        Absence("b", "fac-02", start, start, status=AbsenceStatus.PENDING),
        Absence("c", "fac-03", start, start, Part.PM, Part.PM),
    )
    found = build_roster(program(*absences), WINDOW, [schedule([cell("fac-01", "C")])])
    assert found.at("fac-01", Slot(start, Part.AM)) == "C"
    assert found.absent[0].any(axis=1).tolist() == [True, True, True, True, False, False, False]
    assert not found.absent[1].any()
    assert found.absent[2, 0].tolist() == [False, True, False]


def test_rotations_and_known_days_follow_the_versions() -> None:
    """A resident's rotation covers its half; days without a version are not known."""
    window = Window(BLOCK.start - dt.timedelta(2), BLOCK.start + dt.timedelta(20))
    found = build_roster(program(), window, [schedule([])])
    assert found.known.tolist() == [False, False, *[True] * 21]
    assert found.rotation_of("pgy1-01", BLOCK.start - dt.timedelta(1)) is None
    assert found.rotation_of("pgy1-01", BLOCK.start + dt.timedelta(13)) is not None
    assert found.rotation_of("pgy1-01", BLOCK.start + dt.timedelta(14)) is None


def test_a_roster_is_read_only() -> None:
    """It is shared by everybody who reads."""
    found = roster([cell("fac-01", "C")])
    assert not any(a.flags.writeable for a in (found.base, found.cells, found.sources, found.absent, found.known))

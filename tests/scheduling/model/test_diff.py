from __future__ import annotations

import datetime as dt
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.model.calendar import Block, BlockRef, Calendar, days
from scheduling.model.diff import Diff, diff_rosters
from scheduling.model.errors import InvalidError
from scheduling.model.overlay import build_roster
from scheduling.model.override import Override, OverrideType, Source
from scheduling.model.part import PARTS, Part, Slot
from scheduling.model.person import Kind, Person
from scheduling.model.program import Program
from scheduling.model.roster import Roster
from scheduling.model.version import BlockSchedule, Cell
from tests.scheduling.model.block_diff import between

BLOCK = Calendar().block(BlockRef(2025, 10))
FIRST = Slot(BLOCK.start, Part.AM)
CODES = ("C", "AT", "GME", "CALL")


def schedule(cells: dict[tuple[str, Slot], str]) -> BlockSchedule:
    return BlockSchedule.of(BLOCK, [Cell(p, s, a, Source.SOLVER) for (p, s), a in cells.items()])


def program(*people: str) -> Program:
    return Program("demo", people=tuple(Person(p, Kind.FACULTY) for p in sorted(people)))


def test_a_changed_an_added_and_a_removed_cell_are_told_apart() -> None:
    """A diff lists every differing cell with what it was and what it becomes, by date, part and person."""
    second = Slot(BLOCK.start + days(1), Part.PM)
    old = schedule({("fac-01", FIRST): "C", ("fac-02", FIRST): "AT"})
    new = schedule({("fac-01", FIRST): "GME", ("fac-03", second): "C"})

    diff = between(old, new)

    assert [(c.person, c.slot, c.was, c.to) for c in diff.changes] == [
        ("fac-01", FIRST, "C", "GME"),
        ("fac-02", FIRST, "AT", None),
        ("fac-03", second, None, "C"),
    ]
    assert (diff.share.changed, diff.share.removed, diff.share.filled) == (1, 1, 1)
    assert diff.touched == ("fac-01", "fac-02")


def test_the_diff_reads_by_person_and_by_day() -> None:
    """The same changes can be read person by person and day by day."""
    later = Slot(BLOCK.start + days(3), Part.AM)
    old = schedule({("fac-01", FIRST): "C", ("fac-01", later): "C", ("fac-02", later): "AT"})
    new = schedule({("fac-01", FIRST): "AT", ("fac-01", later): "GME", ("fac-02", later): "C"})

    diff = between(old, new)

    assert {p: len(c) for p, c in diff.by_person().items()} == {"fac-01": 2, "fac-02": 1}
    assert {d: len(c) for d, c in diff.by_day().items()} == {FIRST.date: 1, later.date: 2}


def test_filled_cells_stand_outside_churn_and_rigidity() -> None:
    """Filling what was open changes neither measure."""
    old = schedule({("fac-01", FIRST): "C"})
    new = schedule({("fac-01", FIRST): "C", ("fac-02", FIRST): "AT", ("fac-03", FIRST): "AT"})

    share = between(old, new).share

    assert (share.filled, share.churn, share.rigidity) == (2, Fraction(0), Fraction(1))


def test_a_removed_cell_counts_once_in_churn() -> None:
    """One of ten cells removed: one triple differs of the nineteen in both."""
    slots = [Slot(BLOCK.start + days(n), Part.AM) for n in range(10)]
    old = schedule({("fac-01", s): "C" for s in slots})
    new = schedule({("fac-01", s): "C" for s in slots[1:]})

    share = between(old, new).share

    assert (share.churn, share.rigidity) == (Fraction(1, 19), Fraction(9, 10))


def test_rosters_are_compared_as_they_are_in_effect() -> None:
    """A cover over the old version is part of what people live by, so it is part of the diff."""
    base = schedule({("fac-01", FIRST): "C"})
    cover = Override("ovr-1", "fac-01", FIRST, "C", OverrideType.COVERAGE, "fac-02")
    people = program("fac-01", "fac-02")
    old = build_roster(people, BLOCK.window, [base], [cover])
    new = build_roster(people, BLOCK.window, [base])

    diff = diff_rosters(old, new)

    assert [(c.person, c.was, c.to) for c in diff.changes] == [("fac-01", None, "C"), ("fac-02", "C", None)]


def test_a_part_of_two_rosters_can_be_compared() -> None:
    """A window inside the rosters leaves the rest out; one outside is refused."""
    later = Slot(BLOCK.start + days(20), Part.AM)
    people = program("fac-01")
    old = build_roster(people, BLOCK.window, [schedule({("fac-01", FIRST): "C", ("fac-01", later): "C"})])
    new = build_roster(people, BLOCK.window, [schedule({("fac-01", FIRST): "AT", ("fac-01", later): "AT"})])

    assert len(diff_rosters(old, new, Block(BLOCK.ref, BLOCK.start, BLOCK.start + days(6)).window).changes) == 1
    with pytest.raises(InvalidError, match="lies outside"):
        diff_rosters(old, new, BLOCK.window.widen(1, 0))


cells = st.dictionaries(
    st.tuples(
        st.sampled_from(["fac-01", "fac-02", "pgy1-01"]),
        st.builds(Slot, st.sampled_from([BLOCK.start + dt.timedelta(n) for n in range(4)]), st.sampled_from(PARTS)),
    ),
    st.sampled_from(CODES),
    max_size=30,
)


@given(cells, cells)
def test_the_measures_follow_from_the_triples(
    old: dict[tuple[str, Slot], str], new: dict[tuple[str, Slot], str]
) -> None:
    """Counted plainly over sets of triples, churn and rigidity come out the same, over all and per person."""
    diff = between(schedule(old), schedule(new))
    _agrees(diff, old, new, None)
    for person in diff.people:
        _agrees(diff, old, new, person)
    applied = dict(old)
    for change in diff.changes:
        applied.pop((change.person, change.slot), None)
        if change.to is not None:
            applied[change.person, change.slot] = change.to
    assert applied == new


def _agrees(diff: Diff, old: dict[tuple[str, Slot], str], new: dict[tuple[str, Slot], str], person: str | None) -> None:
    before = {(*k, v) for k, v in old.items() if person in (None, k[0])}
    after = {(*k, v) for k, v in new.items() if person in (None, k[0]) and k in old}
    keys = {(p, s) for p, s, _ in before | after}
    differing = [k for k in keys if old.get(k) != new.get(k)]
    share = diff.share if person is None else diff.people[person]
    assert share.churn == (Fraction(len(before ^ after), len(before) + len(after)) if before else 0)
    assert share.rigidity == (1 - Fraction(len(differing), len(keys)) if keys else 1)


def test_a_solve_that_replaces_stand_ins_fills_them() -> None:
    """A template cell stands in until its block is solved: the solve's cell counts as filled, a hand's as changed."""
    second = Slot(BLOCK.start + days(1), Part.AM)
    third = Slot(BLOCK.start + days(2), Part.AM)

    def roster(**cells: Source) -> Roster:
        held = {"AT": FIRST, "C": FIRST, "GME": second, "DFM": third}
        return build_roster(
            program("fac-01"),
            BLOCK.window,
            [BlockSchedule.of(BLOCK, [Cell("fac-01", held[code], code, source) for code, source in cells.items()])],
        )

    old = roster(AT=Source.TEMPLATE, GME=Source.PRELOAD, DFM=Source.TEMPLATE)
    solved = diff_rosters(old, roster(C=Source.SOLVER, GME=Source.PRELOAD)).share
    assert (solved.before, solved.changed, solved.removed, solved.filled) == (1, 0, 0, 1)
    by_hand = diff_rosters(old, roster(C=Source.MANUAL, GME=Source.PRELOAD, DFM=Source.TEMPLATE)).share
    assert (by_hand.before, by_hand.changed, by_hand.removed, by_hand.filled) == (3, 1, 0, 0)

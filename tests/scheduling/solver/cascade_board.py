"""A roster written down cell by cell, for cascades whose price is worked out by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from scheduling.model.absence import Absence
from scheduling.model.calendar import BlockRef, Calendar, days
from scheduling.model.overlay import build_roster
from scheduling.model.override import Override, Source
from scheduling.model.part import Part, Slot, Window
from scheduling.model.person import Credential, FacultyRole, Kind, Person
from scheduling.model.plan import CascadePlan, Step
from scheduling.model.program import Program
from scheduling.model.roster import Roster
from scheduling.model.version import BlockSchedule, Cell
from scheduling.solver.cascade import plan_cascade
from scheduling.solver.cascade_question import Question

BLOCKS = [Calendar().block(BlockRef(2025, n)) for n in (9, 10, 11)]
MONDAY = dt.date(2026, 3, 16)
TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = (MONDAY + days(n) for n in range(1, 7))
AM, PM, NIGHT = Part.AM, Part.PM, Part.NIGHT
Cells = Mapping[tuple[str, dt.date, Part], str]


def faculty(number: int, role: FacultyRole = FacultyRole.CORE, *held: str, **more: object) -> Person:
    """A faculty member by number, with credentials."""
    return Person(f"fac-0{number}", Kind.FACULTY, role, credentials=tuple(Credential(c) for c in held), **more)  # type: ignore[arg-type]  # fields by name


FOUR = tuple(faculty(n) for n in range(1, 5))
RESIDENTS = tuple(Person(f"pgy{n}-01", Kind.RESIDENT, pgy_by_year={2025: n}) for n in (1, 2, 3))


def board(
    cells: Cells,
    people: Iterable[Person] = FOUR,
    *,
    absences: Iterable[Absence] = (),
    overrides: Iterable[Override] = (),
) -> Roster:
    """The roster of three blocks with these cells; residents are always there."""
    everybody = tuple(sorted((*people, *RESIDENTS), key=lambda p: p.id))
    program = Program("board", people=everybody, absences=tuple(absences))
    written = [Cell(p, Slot(d, part), a, Source.TEMPLATE) for (p, d, part), a in cells.items()]
    schedules = [BlockSchedule.of(b, [c for c in written if c.slot.date in b.window]) for b in BLOCKS]
    window = Window(BLOCKS[0].start, BLOCKS[-1].end)
    return build_roster(program, window, schedules, overrides, overlay=3)


def plan(
    roster: Roster, who: str = "fac-01", start: dt.date = MONDAY, end: dt.date | None = None, depth: int = 2
) -> CascadePlan:
    """The best plan for one absence."""
    return plan_cascade(Question(roster, (who,), Window(start, end or start), depth, alternatives=1))[0]


def step(plan: CascadePlan, date: dt.date, part: Part, person: str = "fac-01") -> Step:
    """The plan's step for an assignment."""
    return next(s for s in plan.steps if (s.person, s.slot) == (person, Slot(date, part)))


def prices(found: Step) -> dict[str, int]:
    """What a step is charged, in hundredths."""
    return {c.name: c.points for c in found.charges}


def busy(
    code: str, *people: str, date: dt.date = MONDAY, parts: Iterable[Part] = (AM, PM)
) -> dict[tuple[str, dt.date, Part], str]:
    """The same activity for several people."""
    return {(p, date, part): code for p in people for part in parts}


def in_clinic(date: dt.date = MONDAY, part: Part = AM) -> dict[tuple[str, dt.date, Part], str]:
    """Three residents in clinic: they ask for one attending."""
    return {(p.id, date, part): "C" for p in RESIDENTS}

"""A stored year as the input it could be imported from again."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from scheduling.model.calendar import BlockRef, academic_year, fmit_week, year_window
from scheduling.model.errors import NotFoundError
from scheduling.model.part import Part
from scheduling.model.program import Program
from scheduling.model.record import FmitWeek
from scheduling.model.version import BlockSchedule, Cell
from scheduling.services.importing.year_input import JOINT, MappedRotation, YearInput, with_ids
from scheduling.store.unit import UnitOfWork


async def stored_year(unit: UnitOfWork, slug: str, year: int | None = None) -> YearInput:
    """The people, calendar, rotations, FMIT weeks, calls, absences and duty records of a year, from its live versions.

    Without a year the one of the program's today. Duties are those of the versions, without overrides: what an import
    calls recorded. NotFoundError where no block of the year is live.
    """
    program = await unit.program(slug)
    chosen = year if year is not None else academic_year(program.clock.today())
    state = await unit.programs.state(slug)
    mine = {ref: v.hash for ref, v in state.live.items() if ref.year == chosen}
    if not mine:
        raise NotFoundError("academic year", str(chosen), {str(ref.year) for ref in state.live})
    beside = {ref: v.hash for ref, v in state.live.items() if abs(ref.year - chosen) == 1}
    stubs = {ref: h for ref, h in beside.items() if await unit.imports.latest(slug, ref.year) is None}
    contents = await unit.versions.load(slug, [*mine.values(), *stubs.values()])
    own = [contents[h] for _, h in sorted(mine.items())]
    every = [*own, *(contents[h] for _, h in sorted(stubs.items()))]
    names, rotations = _rotations(own)
    whole = year_window(chosen)
    return YearInput(
        year=chosen,
        blocks=program.calendar.blocks(chosen),
        people=program.people,
        rotation_map=names,
        rotations=rotations,
        fmit=_fmit(program, own),
        calls=_calls(program, every),
        absences=with_ids(program.absences),
        duty_records=tuple(r for r in program.duty_records if r.date in whole) or None,
        holidays={date: name for date, name in sorted(program.holidays.items()) if date in whole},
    )


def _rotations(
    schedules: Iterable[BlockSchedule],
) -> tuple[tuple[MappedRotation, ...], Mapping[tuple[str, BlockRef], str]]:
    names: dict[str, MappedRotation] = {}
    held: dict[tuple[str, BlockRef], str] = {}
    for schedule in schedules:
        halves = {(r.person, r.half): r.rotation for r in schedule.rotations}
        for person in sorted({r.person for r in schedule.rotations}):
            first = halves.get((person, 1)) or halves[person, 2]
            second = halves.get((person, 2)) or first
            name = first.name if first.name == second.name else f"{first.name}{JOINT}{second.name}"
            names[name] = MappedRotation(name, first, second)
            held[person, schedule.block.ref] = name
    return tuple(sorted(names.values())), dict(sorted(held.items()))


def _fmit(program: Program, schedules: Iterable[BlockSchedule]) -> tuple[FmitWeek, ...]:
    """The attending of each week: whoever of the faculty holds most of it."""
    code = program.policies.latest.call.fmit_activity
    weeks: dict[tuple[dt.date, dt.date], Counter[str]] = defaultdict(Counter)
    for cell in _of_faculty(program, schedules, code):
        week = fmit_week(cell.slot.date)
        weeks[week.start, week.end][cell.person] += 1
    return tuple(FmitWeek(start, end, held.most_common(1)[0][0]) for (start, end), held in sorted(weeks.items()))


def _calls(program: Program, schedules: Iterable[BlockSchedule]) -> Mapping[dt.date, str]:
    code = program.policies.latest.call.activity
    nights = [c for c in _of_faculty(program, schedules, code) if c.slot.part is Part.NIGHT]
    return {c.slot.date: c.person for c in sorted(nights, key=lambda c: (c.slot, c.person), reverse=True)[::-1]}


def _of_faculty(program: Program, schedules: Iterable[BlockSchedule], code: str) -> Iterable[Cell]:
    faculty = {p.id for p in program.people if p.is_faculty}
    for schedule in schedules:
        if code in schedule.codes:
            yield from (c for c in schedule if c.activity == code and c.person in faculty)

"""The deterministic weekly template: a stand-in for what a preload leaves open, until the block is solved (domain.md §4)."""

from __future__ import annotations

from scheduling.model.board import Board
from scheduling.model.part import Window
from scheduling.model.patterns import is_outpatient, stays
from scheduling.model.preload import weeks
from scheduling.model.program import Program
from scheduling.model.record import YearRecord
from scheduling.model.sheet import Sheet
from scheduling.model.template_faculty import place_faculty
from scheduling.model.template_residents import place_residents


def fill_template(program: Program, record: YearRecord, sheet: Sheet) -> None:
    """Fill the open weekday half-days of residents on outpatient rotations and of faculty, week by week and site by site.

    Faculty weekends stay open, adjuncts are placed by hand only, and residents without a rotation are left alone.
    """
    blocks = program.calendar.blocks(record.year)
    residents = stays(program, record.halves)
    faculty = [p for p in program.people if p.active and p.takes_call]
    pgy = {p.id: p.pgy(record.year) for p in program.people if p.is_resident}
    site = {p.id: p.site for p in program.people}
    for week in weeks(Window(blocks[0].start, blocks[-1].end)):
        there = [s for s in residents if s.window.meets(week) and is_outpatient(program, s)]
        for name in sorted({p.site for p in program.people}):
            board = Board(program, sheet, week, [p for p in faculty if p.site == name], pgy, name)
            place_residents(board, [s for s in there if site[s.person] == name])
            place_faculty(board)

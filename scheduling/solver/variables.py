"""The decisions of a model: which activity every open cell holds, and who has each night and inpatient week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

from ortools.sat.python import cp_model

from scheduling.model.calendar import fmit_week
from scheduling.model.part import Part, Slot
from scheduling.model.person import Person
from scheduling.solver.problem import Problem
from scheduling.solver.sums import Literal, Sum

Cell = tuple[str, Slot]


class Variables:
    """A literal for everything that is asked: a variable where it is decided here, 0 or 1 where the facts say it."""

    def __init__(self, problem: Problem, model: cp_model.CpModel) -> None:
        self.problem = problem
        self.roster = problem.roster
        self.program = problem.roster.program
        self._model = model
        self._cells: dict[Cell, dict[str, Literal]] = {}
        self._facts: dict[Cell, dict[str, Literal]] = {}
        self._weeks: dict[tuple[str, dt.date], Literal] = {}
        self.nights: list[dt.date] = []
        """The nights that are to be staffed here, whether or not anybody can be offered them."""
        self.weeks: list[dt.date] = []
        """The Fridays of the inpatient weeks that are to be staffed here."""
        self.faculty: tuple[Person, ...] = tuple(p for p in self.program.people if p.active and p.takes_call)
        self.half_days: list[Cell] = []
        """The open half-days that are to be filled here."""
        self.callers: tuple[Person, ...] = tuple(p for p in self.program.people if p.active and p.is_faculty)
        self.residents: tuple[Person, ...] = tuple(p for p in self.program.people if p.active and p.is_resident)

    def new(self) -> cp_model.IntVar:
        """A fresh boolean."""
        return self._model.new_bool_var("")

    def offer(self, person: str, slot: Slot, codes: Iterable[str]) -> dict[str, Literal]:
        """Open a cell for these activities."""
        return self._cells.setdefault((person, slot), {code: self.new() for code in codes})

    def widen(self, person: str, slot: Slot, code: str) -> None:
        """Let a decided cell hold one activity more than it was offered."""
        options = self._cells.get((person, slot))
        if options is not None and code not in options:
            options[code] = self.new()

    def put(self, person: str, slot: Slot, code: str, literal: Literal) -> None:
        """Say that a cell holds an activity exactly when the literal is true; the cell then counts as decided."""
        self._cells.setdefault((person, slot), {})[code] = literal

    def put_week(self, person: str, friday: dt.date, literal: Literal) -> None:
        """Say that a person attends the inpatient week that begins on the Friday exactly when the literal is true."""
        self._weeks[person, friday] = literal

    def decided(self) -> Iterator[tuple[str, Slot, Mapping[str, Literal]]]:
        """Every decided cell with its activities, in the order they were opened."""
        return ((person, slot, options) for (person, slot), options in self._cells.items())

    def is_decided(self, person: str, slot: Slot) -> bool:
        """True when the cell is one of the decisions."""
        return (person, slot) in self._cells

    def decided_weeks(self) -> Iterator[tuple[str, dt.date, Literal]]:
        """Every decided attending and week."""
        return ((person, friday, literal) for (person, friday), literal in self._weeks.items())

    def options(self, person: str, slot: Slot) -> Mapping[str, Literal]:
        """The activities the cell may hold: those decided, or the one it holds as a fact; empty where it stays open."""
        cell = person, slot
        found = self._cells.get(cell)
        if found is None:
            found = self._facts.get(cell)
        if found is None:
            code = self.roster.at(person, slot)
            found = self._facts[cell] = {} if code is None else {code: 1}
        return found

    def holds(self, person: str, slot: Slot, code: str) -> Literal:
        """True when the cell holds the activity."""
        return self.options(person, slot).get(code, 0)

    def call(self, person: str, night: dt.date) -> Literal:
        """True when the person has the night."""
        return self.holds(person, Slot(night, Part.NIGHT), self.roster.policy(night).call.activity)

    def attends(self, person: str, date: dt.date) -> Literal:
        """True when the person is the inpatient attending of the week that holds the date."""
        week = fmit_week(date)
        found = self._weeks.get((person, week.start))
        if found is not None:
            return found
        code = self.roster.policy(date).call.fmit_activity
        return int(any(self.roster.at(person, Slot(d, part)) == code for d in week for part in (Part.AM, Part.PM)))

    def count(self, person: str, slots: Iterable[Slot], codes: Iterable[str]) -> Sum:
        """How many of the slots hold one of the activities."""
        wanted = tuple(codes)
        return Sum(self.holds(person, slot, code) for slot in slots for code in wanted)

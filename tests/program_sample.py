"""A small program in a database: nine faculty, three residents, two published blocks, every figure known by heart.

AY2026 blocks 5 (22 Oct to 18 Nov 2026) and 6 (19 Nov to 16 Dec), the clock at 2 November 2026. Weekdays: pgy1-01 and
pgy2-01 in clinic (C) AM and PM, fac-05 in AT to supervise them, fac-06 in GME on Mondays. Inpatient weeks (Friday to
Thursday) go round fac-01 to fac-04, who have their Friday and Saturday nights; the other nights go round fac-05 to fac-08.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event

from scheduling.model.calendar import Block, BlockRef, Calendar, fmit_week
from scheduling.model.lifecycle import Move, Version
from scheduling.model.override import Override, OverrideType, Source
from scheduling.model.part import Part, Slot
from scheduling.model.person import Credential, FacultyRole, Kind, Level, Person
from scheduling.model.rotation import Pattern, Rotation, RotationHalf
from scheduling.model.version import BlockSchedule, Cell
from scheduling.store.audit import AuditContext
from scheduling.store.database import Database
from scheduling.store.unit import UnitOfWork

SLUG = "prog"
TODAY = dt.date(2026, 11, 2)
FIVE, SIX = BlockRef(2026, 5), BlockRef(2026, 6)
BLOCK_FIVE, BLOCK_SIX = Calendar().block(FIVE), Calendar().block(SIX)
MONDAY = dt.date(2026, 11, 9)
CLINIC = Rotation("Family medicine clinic", "FMC", Pattern.CLINIC)

PEOPLE = (
    *(Person(f"fac-0{n}", Kind.FACULTY, FacultyRole.CORE, name=f"NAME-fac-0{n}") for n in range(1, 9)),
    Person("fac-90", Kind.FACULTY, FacultyRole.ADJUNCT),
    Person("pgy1-01", Kind.RESIDENT, pgy_by_year={2026: 1}, name="NAME-pgy1-01"),
    Person("pgy2-01", Kind.RESIDENT, pgy_by_year={2026: 2}),
    Person("pgy3-01", Kind.RESIDENT, pgy_by_year={2026: 3}, active=False),
)
VAS = Credential("VAS", Level.EXPERT, dt.date(2026, 12, 31))


def schedule_of(block: Block) -> BlockSchedule:
    """The content of a block."""
    cells = [c for date in block.window for c in _day(date)]
    halves = [RotationHalf(p, block.ref, half, CLINIC) for p in ("pgy1-01", "pgy2-01") for half in (1, 2)]
    return BlockSchedule.of(block, cells, halves)


def attending(date: dt.date) -> str:
    """The inpatient attending of the date's week."""
    return f"fac-0{(fmit_week(date).start - dt.date(2026, 1, 2)).days // 7 % 4 + 1}"


def caller_on(date: dt.date) -> str:
    """Who is on call that night."""
    if date.isoweekday() in (5, 6):
        return attending(date)
    return f"fac-0{date.toordinal() % 4 + 5}"


def _day(date: dt.date) -> Iterator[Cell]:
    yield Cell(caller_on(date), Slot(date, Part.NIGHT), "CALL", Source.PRELOAD)
    for part in (Part.AM, Part.PM):
        slot = Slot(date, part)
        yield Cell(attending(date), slot, "FMIT", Source.PRELOAD)
        if date.isoweekday() <= 5:
            yield Cell("pgy1-01", slot, "C", Source.TEMPLATE)
            yield Cell("pgy2-01", slot, "C", Source.TEMPLATE)
            yield Cell("fac-05", slot, "AT", Source.TEMPLATE)
            if date.isoweekday() == 1:
                yield Cell("fac-06", slot, "GME", Source.TEMPLATE)


_serial = itertools.count()


def context(caller: str = "coord", tool: str = "test", program: str = SLUG, arguments: str = "") -> AuditContext:
    """An audit context of its own."""
    return AuditContext(caller, "test", tool, arguments, program, dt.datetime.now(dt.UTC))


def override(
    person: str,
    date: dt.date,
    part: Part,
    activity: str,
    replacement: str | None = None,
    kind: OverrideType | None = None,
    **more: Any,
) -> Override:
    """An override: a coverage where somebody replaces, else a gap unless said otherwise."""
    chosen = kind or (OverrideType.COVERAGE if replacement else OverrideType.GAP)
    return Override(f"ovr-{next(_serial)}", person, Slot(date, part), activity, chosen, replacement, **more)


@dataclass
class Sample:
    """The program's database, and ways to use it."""

    database: Database
    versions: dict[BlockRef, Version]

    def unit(self, caller: str = "coord", **more: Any) -> UnitOfWork:
        return UnitOfWork(self.database, context(caller, **more))

    async def overridden(self, *overrides: Override, reason: str = "test") -> None:
        """Set overrides, as one change of the overlay."""
        async with self.unit() as unit:
            await unit.lock(SLUG)
            state = await unit.programs.state(SLUG)
            for each in overrides:
                await unit.overrides.add(SLUG, each, reason=reason)
            await unit.programs.move_overlay(SLUG, state.overlay)

    @contextmanager
    def counted(self) -> Iterator[list[str]]:
        """The statements that reach the database inside the block."""
        statements: list[str] = []

        def note(*args: Any) -> None:
            statements.append(args[2])

        engine = self.database.engine.sync_engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield statements
        finally:
            event.remove(engine, "before_cursor_execute", note)


async def settle(database: Database) -> Sample:
    """Fill a database with the program."""
    async with UnitOfWork(database, context()) as unit:
        await unit.programs.add(SLUG, zone="America/New_York", today=TODAY)
        await unit.people.save(SLUG, *PEOPLE)
        program = await unit.program(SLUG)
        versions = {}
        for block in (BLOCK_FIVE, BLOCK_SIX):
            stored = await unit.versions.add(program, schedule_of(block), origin="import")
            await unit.versions.move(SLUG, block.ref, expected=None, to=stored.hash, why=Move.IMPORT)
            versions[block.ref] = stored
    return Sample(database, versions)

"""A program small enough to publish a hundred times: six faculty who take turns, two residents, two blocks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from scheduling.model.calendar import Block, BlockRef, Calendar, days, is_weekday_call
from scheduling.model.lifecycle import Move, VersionState
from scheduling.model.override import Source
from scheduling.model.part import Part, Slot
from scheduling.model.person import FacultyRole, Kind, Person
from scheduling.model.roster import Roster
from scheduling.model.version import BlockSchedule, Cell
from scheduling.services.publish_gates import Consent
from scheduling.store.audit import AuditContext
from scheduling.store.database import Database
from scheduling.store.unit import UnitOfWork

SLUG = "small"
TODAY = dt.date(2026, 2, 15)
REF = BlockRef(2025, 10)
NEXT = BlockRef(2025, 11)
CALENDAR = Calendar()
BLOCK = CALENDAR.block(REF)
NIGHT = Slot(dt.date(2026, 3, 17), Part.NIGHT)
FACULTY = tuple(Person(f"fac-0{n}", Kind.FACULTY, FacultyRole.CORE) for n in range(1, 7))
PEOPLE = (
    *FACULTY,
    Person("pgy1-01", Kind.RESIDENT, pgy_by_year={2025: 1}),
    Person("pgy2-01", Kind.RESIDENT, pgy_by_year={2025: 2}),
)
ADMIN = Consent("admin")


def block_content(ref: BlockRef, *, first: int = 0) -> BlockSchedule:
    """A block in which the faculty take the Sunday-to-Thursday nights in turn, `first` beginning."""
    block = CALENDAR.block(ref)
    cells: dict[tuple[str, Slot], str] = {}
    turn = first
    for date in block.window:
        for person in PEOPLE:
            for part in (Part.AM, Part.PM):
                weekend = date.isoweekday() > 5
                work = "GME" if person.is_faculty else "ELEC"
                cells[person.id, Slot(date, part)] = "W" if weekend else work
        if is_weekday_call(date):
            caller = FACULTY[turn % len(FACULTY)].id
            turn += 1
            cells[caller, Slot(date, Part.NIGHT)] = "CALL"
            tomorrow = date + days(1)
            if tomorrow in block.window and tomorrow.isoweekday() < 6:
                cells[caller, Slot(tomorrow, Part.AM)] = "PCAT"
                cells[caller, Slot(tomorrow, Part.PM)] = "DO"
    return content(block, cells)


def content(block: Block, cells: dict[tuple[str, Slot], str]) -> BlockSchedule:
    return BlockSchedule.of(block, [Cell(p, s, a, Source.SOLVER) for (p, s), a in cells.items()])


@dataclass
class SmallHouse:
    """The program in a database, with a clock of its own for the instants of calls."""

    database: Database
    now: dt.datetime = field(default_factory=lambda: dt.datetime(2026, 2, 15, 12, tzinfo=dt.UTC))
    caller: str = "admin-1"
    slug: str = SLUG
    tick: dt.timedelta = dt.timedelta(seconds=1)

    def opener(
        self, *, tool: str = "test", caller: str | None = None
    ) -> Callable[[], AbstractAsyncContextManager[UnitOfWork]]:
        self.now += self.tick
        context = AuditContext(caller or self.caller, "test", tool, "0" * 64, self.slug, self.now)
        return lambda: UnitOfWork(self.database, context)

    def unit(self, **named: str) -> AbstractAsyncContextManager[UnitOfWork]:
        return self.opener(**named)()

    async def build(self) -> None:
        """The program with both blocks live."""
        async with self.unit() as unit:
            await unit.programs.add(self.slug, zone="America/New_York", today=TODAY)
            await unit.people.save(self.slug, *PEOPLE)
            program = await unit.program(self.slug)
            for ref in (REF, NEXT):
                schedule = block_content(ref)
                version = await unit.versions.add(program, schedule, origin="import")
                await unit.versions.move(self.slug, ref, expected=None, to=version.hash, why=Move.IMPORT)

    async def draft(self, schedule: BlockSchedule) -> str:
        async with self.unit() as unit:
            await unit.lock(self.slug)
            program = await unit.program(self.slug)
            version = await unit.versions.add(program, schedule, origin="solve")
            if version.state not in (VersionState.DRAFT, VersionState.STAGED):
                await unit.versions.set_state(self.slug, version.hash, VersionState.DRAFT)
            return version.hash

    async def live(self, ref: BlockRef = REF) -> str | None:
        async with self.unit() as unit:
            found = (await unit.programs.state(self.slug)).live.get(ref)
            return found.hash if found else None

    async def roster(self, ref: BlockRef = REF) -> Roster:
        async with self.unit() as unit:
            return await unit.roster(self.slug, CALENDAR.block(ref).window, margin=0)

    async def on_call(self) -> str:
        """Who holds the call of NIGHT."""
        return (await self.roster()).holders("CALL", NIGHT)[0]

    async def off_call(self) -> str:
        """Somebody of the faculty who does not."""
        caller = await self.on_call()
        return next(p.id for p in FACULTY if p.id != caller)

    async def changed(self, cells: Mapping[str, str | None], ref: BlockRef = REF) -> BlockSchedule:
        """The live content with people's NIGHT cells set or, with None, opened."""
        async with self.unit() as unit:
            live = (await unit.programs.state(self.slug)).live[ref].hash
            schedule = (await unit.versions.load(self.slug, [live]))[live]
        held = {(c.person, c.slot): c.activity for c in schedule}
        for person, activity in cells.items():
            held.pop((person, NIGHT), None)
            if activity:
                held[person, NIGHT] = activity
        return content(schedule.block, held)

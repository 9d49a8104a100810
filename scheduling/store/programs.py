"""Programs: their settings, calendar and holidays, and the generation counters that say what moved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from scheduling.model.calendar import Block, BlockRef, check_own_blocks
from scheduling.model.clock import Clock, zone_of
from scheduling.model.errors import ConflictError, InvalidError, NotFoundError, StaleError
from scheduling.model.part import Window
from scheduling.store.program_tables import BlockRow, HolidayRow, ProgramRow
from scheduling.store.repository import Repository
from scheduling.store.version_tables import LiveRow, VersionRow

LOCK_PATIENCE = 10
"""Seconds a writer waits for another one of the same program."""


@dataclass(frozen=True, slots=True)
class LiveVersion:
    """A live version by its hash."""

    hash: str
    block: Block
    calls: Window | None


@dataclass(frozen=True, slots=True)
class State:
    """Where a program stands: its clock, both counters and every live version, read in one query."""

    slug: str
    clock: Clock
    overlay: int
    facts: int
    live: Mapping[BlockRef, LiveVersion]

    @property
    def recorded_calls(self) -> Window | None:
        """First to last night with a caller in the whole live schedule."""
        calls = [v.calls for v in self.live.values() if v.calls]
        return Window(min(c.start for c in calls), max(c.end for c in calls)) if calls else None

    @property
    def known(self) -> Window | None:
        """First to last date that a live version covers (a hole between two is possible)."""
        blocks = [v.block for v in self.live.values()]
        return Window(min(b.start for b in blocks), max(b.end for b in blocks)) if blocks else None


class Programs(Repository):
    """The programs of this database."""

    async def add(
        self, slug: str, *, zone: str, today: dt.date | None = None, settings: Mapping[str, Any] | None = None
    ) -> None:
        """Create a program and take its lock; InvalidError for a slug or zone that cannot be, ConflictError if it exists."""
        zone_of(zone)
        if not slug or len(slug) > 60 or slug == "programs" or not _well_formed(slug):  # noqa: PLR2004 - the column's check
            raise InvalidError("program", "not a slug", valid=["lower case letters, digits and hyphens, at most 60"])
        self._tx.begin_writing()
        row = insert(ProgramRow).values(slug=slug, zone=zone, today=today, settings=dict(settings or {}))
        made = await self._tx.write(row.on_conflict_do_nothing().returning(ProgramRow.slug))
        if made.one_or_none() is None:
            raise ConflictError(f"the program {slug} exists")
        self._tx.changed("program", slug)

    async def lock(self, slug: str) -> None:
        """Wait for the program's row and hold it until the end; NotFoundError where there is none.

        BusyError when whoever holds it does not let go in time.
        """
        self._tx.begin_writing()
        await self._tx.write(select(func.set_config("lock_timeout", f"{LOCK_PATIENCE}s", True)))
        found = await self._tx.write(select(ProgramRow.slug).where(ProgramRow.slug == slug).with_for_update())
        if found.one_or_none() is None:
            raise NotFoundError("program", slug)

    async def known(self) -> Sequence[str]:
        """Every program's slug, sorted."""
        return [row.slug for row in await self._tx.read(select(ProgramRow.slug).order_by(ProgramRow.slug))]

    async def configure(self, slug: str, *, zone: str | None = None, settings: Mapping[str, Any] | None = None) -> None:
        """Replace the zone or the settings of a program."""
        values: dict[str, Any] = {}
        if zone is not None:
            zone_of(zone)
            values["zone"] = zone
        if settings is not None:
            values["settings"] = dict(settings)
        await self._tx.write(update(ProgramRow).where(ProgramRow.slug == slug).values(**values))
        await self._facts_moved(slug, "program", slug)

    async def settings(self, slug: str) -> Mapping[str, Any]:
        """The name-free settings of a program."""
        rows = await self._tx.read(select(ProgramRow.settings).where(ProgramRow.slug == slug))
        if not rows:
            raise NotFoundError("program", slug)
        found: Mapping[str, Any] = rows[0].settings
        return found

    async def pin(self, slug: str, today: dt.date | None) -> None:
        """Set the program's clock to a date, or let it run again with None."""
        await self._tx.write(update(ProgramRow).where(ProgramRow.slug == slug).values(today=today))
        await self._facts_moved(slug, "program", slug)

    async def set_blocks(self, slug: str, year: int, blocks: Sequence[Block]) -> None:
        """Give an academic year blocks of its own, or with none the default ones again."""
        if blocks:
            check_own_blocks(tuple(blocks))
        await self._tx.write(delete(BlockRow).where(BlockRow.program == slug, BlockRow.year == year))
        if blocks:
            rows = [
                {"program": slug, "year": b.ref.year, "number": b.ref.number, "start": b.start, "end": b.end}
                for b in blocks
            ]
            await self._tx.write(insert(BlockRow), rows)
        await self._facts_moved(slug, "calendar", str(year))

    async def set_holidays(self, slug: str, window: Window, holidays: Mapping[dt.date, str]) -> None:
        """Replace the holidays of a window by these."""
        inside = HolidayRow.date.between(window.start, window.end)
        await self._tx.write(delete(HolidayRow).where(HolidayRow.program == slug, inside))
        if holidays:
            rows = [{"program": slug, "date": date, "title": title} for date, title in sorted(holidays.items())]
            await self._tx.write(insert(HolidayRow), rows)
        await self._facts_moved(slug, "holidays", str(window))

    async def state(self, slug: str) -> State:
        """Clock, counters and live versions; NotFoundError where there is no such program."""
        v = VersionRow
        rows = await self._tx.read(
            select(
                *(ProgramRow.zone, ProgramRow.today, ProgramRow.overlay, ProgramRow.facts),
                *(v.hash, v.year, v.number, v.start, v.end, v.first_call, v.last_call),
            )
            .outerjoin(LiveRow, LiveRow.program == ProgramRow.slug)
            .outerjoin(v, v.id == LiveRow.version)
            .where(ProgramRow.slug == slug)
            .order_by(v.start)
        )
        if not rows:
            raise NotFoundError("program", slug)
        live: dict[BlockRef, LiveVersion] = {}
        for row in rows:
            if row.hash is not None:
                ref = BlockRef(row.year, row.number)
                calls = Window(row.first_call, row.last_call) if row.first_call else None
                live[ref] = LiveVersion(row.hash, Block(ref, row.start, row.end), calls)
        first = rows[0]
        return State(slug, Clock(first.zone, first.today), first.overlay, first.facts, live)

    async def move_overlay(self, slug: str, expected: int) -> int:
        """Count a change of the overlay and return the new generation; StaleError when it was not `expected`."""
        moved = await self._tx.write(
            update(ProgramRow)
            .where(ProgramRow.slug == slug, ProgramRow.overlay == expected)
            .values(overlay=ProgramRow.overlay + 1)
            .returning(ProgramRow.overlay)
        )
        generation = moved.scalar_one_or_none()
        if generation is None:
            raise StaleError(
                f"the overlay of {slug} is no longer at generation {expected}: an override was set or reverted since",
                hint="read the schedule again and plan again",
            )
        return int(generation)


def _well_formed(slug: str) -> bool:
    return slug[0] != "-" and all(c in "abcdefghijklmnopqrstuvwxyz0123456789-" for c in slug)

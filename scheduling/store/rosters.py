"""Programs and effective rosters, read in at most five queries and remembered while nothing moves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.sql.elements import ColumnElement

from scheduling.model.calendar import Block, BlockRef, Calendar
from scheduling.model.overlay import build_roster
from scheduling.model.part import Slot, Window
from scheduling.model.policy import PolicyHistory
from scheduling.model.program import Program
from scheduling.model.roster import Roster
from scheduling.model.version import BlockSchedule
from scheduling.store.absences import COLUMNS as ABSENCE_COLUMNS
from scheduling.store.absences import absence_of
from scheduling.store.cache import Cache
from scheduling.store.duty_records import COLUMNS as DUTY_COLUMNS
from scheduling.store.duty_records import duty_record_of
from scheduling.store.overrides import Overrides
from scheduling.store.people import People
from scheduling.store.policies import policy_of
from scheduling.store.program_tables import AbsenceRow, BlockRow, DutyRecordRow, HolidayRow, PolicyRow
from scheduling.store.programs import Programs, State
from scheduling.store.transaction import Transaction
from scheduling.store.versions import Versions

MARGIN = 31
"""Days a roster reaches beyond the asked window at both ends, so that rules can look back and ahead."""


class Rosters:
    """Reads programs and rosters in one transaction. `today` pins the clock of every program it reads."""

    def __init__(self, transaction: Transaction, cache: Cache, today: dt.date | None) -> None:
        self._tx = transaction
        self._cache = cache
        self._today = today
        self._states: dict[str, tuple[int, State]] = {}

    async def program(self, slug: str) -> Program:
        """The program with its people, calendar, policies, holidays, absences and duty records, in one to three queries."""
        return await self._program(await self._state(slug))

    async def roster(
        self, slug: str, window: Window, *, overlay: bool, at: Mapping[BlockRef, str] | None, margin: int
    ) -> Roster:
        """The roster of whole blocks around the window, in one to five queries."""
        state = await self._state(slug)
        program = await self._program(state)
        blocks = program.calendar.blocks_in(window.widen(margin, margin))
        whole = Window(blocks[0].start, blocks[-1].end)
        hashes = {ref: v.hash for ref, v in state.live.items() if v.block.window.meets(whole)}
        hashes.update({ref: version for ref, version in (at or {}).items() if _meets(program.calendar, ref, whole)})
        chosen = tuple(sorted(hashes.items()))
        key = (slug, whole, state.facts, self._today, state.overlay, overlay, chosen, state.recorded_calls)
        known = self._cache.rosters.get(key)
        if known is not None:
            return known
        schedules = await self._schedules(slug, [version for _, version in chosen])
        overrides = await Overrides(self._tx).active(slug, whole) if overlay else ()
        roster = build_roster(
            program,
            whole,
            schedules,
            overrides,
            overlay=state.overlay,
            recorded_calls=state.recorded_calls,
        )
        if not self._tx.dirty:
            self._cache.rosters.put(key, roster)
        return roster

    async def _state(self, slug: str) -> State:
        """The program's state, which only this transaction's own writing can move once it was read."""
        known = self._states.get(slug)
        if known is None or known[0] != self._tx.writes:
            known = self._states[slug] = (self._tx.writes, await Programs(self._tx).state(slug))
        return known[1]

    async def _schedules(self, slug: str, hashes: Sequence[str]) -> list[BlockSchedule]:
        found = {h: self._cache.schedules.get((slug, h)) for h in hashes}
        for digest, schedule in (
            await Versions(self._tx).load(slug, [h for h, s in found.items() if s is None])
        ).items():
            found[digest] = schedule
            self._cache.schedules.put((slug, digest), schedule)
        return [s for s in found.values() if s is not None]

    async def _program(self, state: State) -> Program:
        key = (state.slug, state.facts, self._today)
        known = self._cache.programs.get(key)
        if known is not None:
            return known
        program = await read_program(self._tx, state)
        if self._today is not None:
            program = replace(program, clock=replace(program.clock, pinned=self._today))
        if not self._tx.dirty:
            self._cache.programs.put(key, program)
        return program


def _meets(calendar: Calendar, ref: BlockRef, window: Window) -> bool:
    return calendar.block(ref).window.meets(window)


async def read_program(tx: Transaction, state: State) -> Program:
    """A program from its tables: two queries, whatever it holds."""
    slug = state.slug
    everybody = await People(tx).all(slug)
    facts = (
        await tx.read(
            select(
                _listed(BlockRow.program == slug, BlockRow.year, BlockRow.number, BlockRow.start, BlockRow.end),
                _listed(HolidayRow.program == slug, HolidayRow.date, HolidayRow.title),
                _listed(PolicyRow.program == slug, PolicyRow.effective, PolicyRow.text),
                _listed(AbsenceRow.program == slug, *ABSENCE_COLUMNS),
                _listed(DutyRecordRow.program == slug, *DUTY_COLUMNS),
            )
        )
    )[0]
    blocks, holidays, policies, absences, duty_records = (column or [] for column in facts)
    return Program(
        slug=slug,
        clock=state.clock,
        calendar=_calendar(blocks),
        people=everybody,
        policies=PolicyHistory(tuple((Slot.day(date), policy_of(text)) for date, text in policies)),
        holidays={Slot.day(date): title for date, title in holidays},
        absences=tuple(
            absence_of(absence, person, Slot.day(start), Slot.day(end), *rest)
            for absence, person, start, end, *rest in absences
        ),
        duty_records=tuple(duty_record_of(Slot.day(date), *rest) for date, *rest in duty_records),
        facts=state.facts,
    )


def _listed(mine: ColumnElement[bool], *columns: Any) -> ColumnElement[Any]:  # noqa: ANN401 - columns of any type
    """One value that holds every row as a JSON list of lists, in the order of the first columns."""
    rows = func.json_agg(aggregate_order_by(func.json_build_array(*columns), *columns[:2]))
    return select(rows).where(mine).scalar_subquery()


def _calendar(rows: Sequence[tuple[int, int, str, str]]) -> Calendar:
    own: dict[int, tuple[Block, ...]] = {}
    for year, number, start, end in rows:
        block = Block(BlockRef(year, number), Slot.day(start), Slot.day(end))
        own[year] = (*own.get(year, ()), block)
    return Calendar(own)

"""Import a year: people, rules of the calendar, absences and duties in, one published first version per block out.

One transaction: everything or nothing. The same input again changes nothing. A changed input of an imported year replaces
the facts it brought and republishes only the blocks whose content differs, and only while they are still as imported:
a block somebody published over, or one whose overridden assignment would vanish, refuses the whole import. Nobody is ever
removed; who is no longer listed stays and is named. Absences and duty records recorded by other ways stay.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

import anyio
from anyio import to_thread

from scheduling.model.absence import Absence
from scheduling.model.calendar import year_window
from scheduling.model.clock import zone_of
from scheduling.model.errors import ConflictError, InvalidError, NotFoundError
from scheduling.model.first_version import first_schedules
from scheduling.model.override import Source
from scheduling.model.person import Person
from scheduling.model.program import Program
from scheduling.model.version import Cell
from scheduling.services.importing.edges import find_edges, neighbour_edges
from scheduling.services.importing.publish_first import Step, carry_out, plan_steps
from scheduling.services.importing.read_folder import read_folder
from scheduling.services.importing.report import Edge, EdgeKind, ImportReport, Outcome, read_report
from scheduling.services.importing.year_input import YearInput
from scheduling.services.record_duty import forget_duty_records, keep_duty_records
from scheduling.store.programs import State
from scheduling.store.unit import UnitOfWork

DEFAULT_ZONE = "UTC"


async def import_folder(
    unit: UnitOfWork, folder: Path, slug: str | None = None, zone: str | None = None
) -> ImportReport:
    """Import a folder of the CSV layout. The slug defaults to the folder's name, the zone to UTC for a new program.

    ImportRefusedError lists every fault by file, row and column; nothing is written then.
    """
    name = slug or (await anyio.Path(folder).resolve()).name
    exists = await _begin(unit, name)
    if not exists:
        await _add(unit, name, zone)
    program = await unit.program(name)
    clock = program.clock if zone is None else replace(program.clock, zone=zone)
    source = await to_thread.run_sync(read_folder, folder, program.catalogue, clock.today())
    return await _import(unit, source, name, zone, exists=exists)


async def import_year(unit: UnitOfWork, source: YearInput, slug: str, zone: str | None = None) -> ImportReport:
    """Import a year from its values, as `import_folder` does from files."""
    exists = await _begin(unit, slug)
    if not exists:
        await _add(unit, slug, zone)
    return await _import(unit, source, slug, zone, exists=exists)


async def _begin(unit: UnitOfWork, slug: str) -> bool:
    """Lock the program; False when there is none yet."""
    if slug == "programs":
        raise InvalidError("program", "no program may be called so", hint="name another with --program")
    try:
        await unit.lock(slug)
    except NotFoundError:
        return False
    return True


async def _add(unit: UnitOfWork, slug: str, zone: str | None) -> None:
    await unit.programs.add(slug, zone=zone or DEFAULT_ZONE)


async def _import(unit: UnitOfWork, source: YearInput, slug: str, zone: str | None, *, exists: bool) -> ImportReport:
    if zone is not None:
        zone_of(zone)
    stored = await unit.imports.latest(slug, source.year)
    before = read_report(stored) if stored else None
    state = await unit.programs.state(slug)
    rezoned = zone is not None and zone != state.clock.zone
    if before is not None and before.digest == source.digest and not rezoned and not _unlisted(source, before):
        return replace(before, outcome=Outcome.UNCHANGED, zone_assumed=False, changed=())
    if rezoned:
        await unit.programs.configure(slug, zone=zone)
    _check_calendar(source, state)
    gone = await _write_facts(unit, source, slug, before)
    recorded = await _write_duty_records(unit, source, slug, before)
    program = await unit.program(slug)
    schedules = first_schedules(program, source.record(), await _recorded(unit, source, state, before))
    steps, kept = await plan_steps(unit, program, source.year, schedules, state, before)
    await carry_out(unit, program, steps)
    report = _report(
        source, program, steps, (*find_edges(source, program, schedules), *neighbour_edges(source, schedules))
    )
    report = replace(
        report,
        zone_assumed=zone is None and not exists,
        outcome=Outcome.CHANGED if exists else Outcome.CREATED,
        edges=(*report.edges, *kept, *gone),
        duty_records=recorded,
    )
    await unit.imports.add(slug, source.digest, report.as_dict())
    unit.emit(
        "program.imported",
        {"year": source.year, "blocks": list(report.changed)},
        f"import:{source.digest}:{len(report.changed)}:{unit.context.at.isoformat()}",
        program=slug,
    )
    return report


def _check_calendar(source: YearInput, state: State) -> None:
    """Block dates stand once they are published: a live version of a block covers its dates for good."""
    dates = {b.ref: b for b in source.blocks}
    live = {ref: v.block for ref, v in state.live.items() if ref.year == source.year}
    moved = sorted(ref for ref, block in live.items() if dates.get(ref) != block)
    if moved:
        listed = ", ".join(str(ref) for ref in moved)
        raise ConflictError(f"blocks.csv gives published blocks other dates: {listed}")


async def _write_facts(unit: UnitOfWork, source: YearInput, slug: str, before: ImportReport | None) -> tuple[Edge, ...]:
    """People, calendar, holidays and absences; what is already so is not written again."""
    program = await unit.program(slug)
    people = [_merged(p, program.by_id.get(p.id)) for p in source.people]
    await unit.people.save(slug, *(p for p in people if program.by_id.get(p.id) != p))
    if program.calendar.own.get(source.year) != source.blocks:
        await unit.programs.set_blocks(slug, source.year, source.blocks)
    whole = year_window(source.year)
    if {d: n for d, n in program.holidays.items() if d in whole} != dict(source.holidays):
        await unit.programs.set_holidays(slug, whole, source.holidays)
    there = {a.id for a in program.absences}
    wanted = {a.id for a in source.absences}
    stale = sorted(set(before.absences) & there - wanted) if before else []
    if stale:
        await unit.absences.remove(slug, stale)
    await unit.absences.add(slug, *_unknown(source.absences, program.absences))
    listed = {p.id for p in source.people}
    return tuple(
        Edge(EdgeKind.NO_LONGER_LISTED, f"{p.id} is no longer listed and stays in the program", p.id)
        for p in program.people
        if p.id not in listed
    )


def _unknown(listed: Collection[Absence], stored: Collection[Absence]) -> Iterator[Absence]:
    """The absences listed that are not stored yet; one recorded by other ways is known by what it says, not by its id."""
    wanted, there = {a.id for a in listed}, {a.id for a in stored}
    others = Counter(_said(a) for a in stored if a.id not in wanted)
    for absence in listed:
        if absence.id in there:
            continue
        if others[_said(absence)]:
            others[_said(absence)] -= 1
        else:
            yield absence


def _said(absence: Absence) -> Absence:
    return replace(absence, id="", reason=None)


async def _write_duty_records(
    unit: UnitOfWork, source: YearInput, slug: str, before: ImportReport | None
) -> tuple[str, ...]:
    """Records that are new, other or no longer listed; the ids that this year's imports brought so far."""
    brought = before.duty_records if before else ()
    if source.duty_records is None:
        return brought
    stale = _unlisted(source, before)
    gone = [r for r in (await unit.program(slug)).duty_records if r.id in stale]
    await forget_duty_records(unit, slug, gone)
    await keep_duty_records(unit, slug, source.duty_records, mine=brought)
    return tuple(r.id for r in source.duty_records)


def _unlisted(source: YearInput, before: ImportReport | None) -> frozenset[str]:
    """Records an earlier import of the year brought and this input, which speaks of duty records, no longer lists."""
    if before is None or source.duty_records is None:
        return frozenset()
    return frozenset(before.duty_records) - {r.id for r in source.duty_records}


def _merged(person: Person, known: Person | None) -> Person:
    """The person as listed, with what earlier years said of other years."""
    if known is None:
        return person
    return replace(
        person,
        pgy_by_year={**known.pgy_by_year, **person.pgy_by_year},
        limits_by_year=known.limits_by_year,
        name=person.name or known.name,
    )


async def _recorded(unit: UnitOfWork, source: YearInput, state: State, before: ImportReport | None) -> tuple[Cell, ...]:
    """Duties that the import of a neighbouring year already wrote into this one."""
    if before is not None:
        return ()
    hashes = {ref: v.hash for ref, v in state.live.items() if ref.year == source.year}
    found = await unit.versions.load(state.slug, hashes.values())
    return tuple(c for ref in sorted(hashes) for c in found[hashes[ref]] if c.source is Source.PRELOAD)


def _report(source: YearInput, program: Program, steps: tuple[Step, ...], edges: tuple[Edge, ...]) -> ImportReport:
    counts = {
        "people": len(source.people),
        "residents": sum(p.is_resident for p in source.people),
        "faculty": sum(p.is_faculty for p in source.people),
        "blocks": len(source.blocks),
        "rotations": len(source.rotations),
        "fmit_weeks": len(source.fmit),
        "calls": len(source.calls),
        "absences": len(source.absences),
        "duty_records": len(source.duty_records or ()),
        "holidays": len(source.holidays),
        "cells": sum(step.cells for step in steps),
    }
    return ImportReport(
        program=program.slug,
        year=source.year,
        zone=program.clock.zone,
        zone_assumed=False,
        outcome=Outcome.CREATED,
        digest=source.digest,
        counts=counts,
        versions={str(s.block): s.live for s in steps},
        contents={str(s.block): s.content for s in steps},
        changed=tuple(str(s.block) for s in steps if s.schedule is not None),
        partial=tuple(str(s.block) for s in steps if s.partial),
        absences=tuple(a.id for a in source.absences),
        edges=edges,
    )

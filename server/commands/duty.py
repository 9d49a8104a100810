"""`housestaff duty`: hours beyond the schedule, known only after the fact."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from anyio import to_thread

from auth.principal import Access
from auth.scopes import Scope
from scheduling.model.duty_record import DutyKind, DutyRecord, clock_text, read_clock
from scheduling.model.errors import InvalidError
from scheduling.model.part import Slot, Window
from scheduling.services.importing.read_duty_records import is_id, one_line, read_duty_file, with_id
from scheduling.services.named_file import check_readable
from scheduling.services.record_duty import RecordedDuty, keep_duty_records, record_duty, remove_duty_records
from server.commands.local import Desk, at_desk
from server.commands.printing import AsJson, emit, emit_json, remark, say

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

ProgramName = Annotated[str | None, typer.Option("--program", help="Slug; default: your only program.")]
_DAY = 1440


@app.command("add")
def add(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="A resident's id.")],
    kind: Annotated[str, typer.Argument(metavar="KIND", help=f"One of {', '.join(DutyKind)}.")],
    date: Annotated[str, typer.Argument(metavar="DATE", help="The day it began, YYYY-MM-DD.")],
    start: Annotated[str, typer.Argument(metavar="START", help="Clock time, HH:MM.")],
    end: Annotated[str, typer.Argument(metavar="END", help="Clock time, HH:MM; on a later day with --end-date.")],
    end_date: Annotated[str | None, typer.Option("--end-date", metavar="DATE", help="The day it ended.")] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="What 6.23 asks for of a stay; sensitive.")] = None,
    name: Annotated[str | None, typer.Option("--id", help="An id of your own.")] = None,
    program: ProgramName = None,
    *,
    new_patients: Annotated[
        bool, typer.Option("--new-patients", help="A transition in which a new patient was taken on.")
    ] = False,
) -> None:
    """Record moonlighting, hours called in from home call, a stay of one's own accord, or a transition; prints the id.

    Coordinators and directors record anybody's, residents their own. The same record again changes nothing.
    """
    record = _record(person, kind, (date, start), (end_date or date, end), reason, new_patients=new_patients)
    if name is not None:
        if not is_id(name):
            raise InvalidError("id", "not an id", valid=["letters, digits, hyphen, underscore, at most 40"])
        record = replace(record, id=name)

    async def act(desk: Desk) -> RecordedDuty:
        access = await desk.enter(program)
        access.require(Scope.PEOPLE_ABSENCE, person=record.person)
        trail = desk.trail("duty add", access.program, person=person, kind=kind, date=date, start=start, end=end)
        async with desk.unit(trail) as unit:
            return await record_duty(unit, access.program, [record])

    done = at_desk(act)
    say(record.id)
    if done.unchanged:
        remark("it was on record already; nothing changed")
    elif done.changed:
        remark("the record of that id was corrected")


@app.command("list")
def list_records(
    person: Annotated[str | None, typer.Option("--person", help="Only this person's.")] = None,
    start: Annotated[str | None, typer.Option("--start", metavar="DATE", help="From this date on.")] = None,
    end: Annotated[str | None, typer.Option("--end", metavar="DATE", help="Up to this date.")] = None,
    program: ProgramName = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Records by date. The reason is there only for those who may see it; `reasoned` says whether there is one."""
    first = Slot.day(start, "start") if start else None
    last = Slot.day(end, "end") if end else None
    if first and last:
        Window(first, last)

    async def read(desk: Desk) -> list[dict[str, object]]:
        access = await desk.enter(program, Scope.SCHEDULE_READ)
        async with desk.unit(desk.trail("duty list", access.program, person=person)) as unit:
            found = await unit.program(access.program)
        if person is not None:
            found.person(person)
        return [
            _row(r, access)
            for r in found.duty_records
            if person is None or r.person == person
            if (first is None or r.window.end >= first) and (last is None or r.date <= last)
        ]

    emit(at_desk(read), as_json=as_json, empty="no duty records: housestaff duty add, or duty import FILE")


@app.command("remove")
def remove(
    names: Annotated[list[str], typer.Argument(metavar="ID...", help="Ids from duty list.")],
    program: ProgramName = None,
) -> None:
    """Take records back, all of them or none."""

    async def act(desk: Desk) -> tuple[DutyRecord, ...]:
        access = await desk.enter(program, Scope.PEOPLE_ABSENCE)
        async with desk.unit(desk.trail("duty remove", access.program, records=sorted(names))) as unit:
            return await remove_duty_records(unit, access.program, names)

    for record in at_desk(act):
        say(f"removed: {record.id} of {record.person} on {record.date}")


@app.command("import")
def import_file(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="CSV: person,kind,date,start,end[,end_date,reason,new_patients,id].")
    ],
    program: ProgramName = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Record everything a CSV file holds, or nothing of it; what is there already stays as it is.

    Times are HH:MM; an end on a later day has its date in end_date. A row under a known id corrects that record of the
    same person and date. Nothing is removed.
    """
    check_readable(file)

    async def act(desk: Desk) -> RecordedDuty:
        access = await desk.enter(program, Scope.PEOPLE_ABSENCE)
        async with desk.unit(desk.trail("duty import", access.program)) as unit:
            await unit.lock(access.program)
            found = await unit.program(access.program)
            records = await to_thread.run_sync(read_duty_file, file, found.by_id, found.clock.today())
            return await keep_duty_records(unit, access.program, records)

    done = at_desk(act)
    if as_json:
        emit_json({"added": done.added, "changed": done.changed, "unchanged": done.unchanged})
    elif not (done.added or done.changed):
        say(f"unchanged: {len(done.unchanged)} records are there already")
    else:
        say(f"{len(done.added)} records added, {len(done.changed)} corrected, {len(done.unchanged)} unchanged")


def _record(
    person: str, kind: str, begins: tuple[str, str], ends: tuple[str, str], reason: str | None, *, new_patients: bool
) -> DutyRecord:
    try:
        known = DutyKind(kind)
    except ValueError:
        raise InvalidError("kind", "no such kind", valid=DutyKind) from None
    date, last = Slot.day(begins[0], "date"), Slot.day(ends[0], "end-date")
    start, end = read_clock(begins[1], "start"), read_clock(ends[1], "end")
    length = (last - date).days * _DAY + end - start
    if length <= 0:
        raise InvalidError("end", "the record ends before it starts", hint="name the day it ended with --end-date")
    made = DutyRecord("", person, known, date, start, start + length, one_line(reason or ""), new_patients)
    return with_id(made)


def _row(record: DutyRecord, access: Access) -> dict[str, object]:
    sensitive = access.sees(Scope.PEOPLE_ABSENCE, record.person)
    return {
        "id": record.id,
        "person": record.person,
        "kind": record.kind.value,
        "date": record.date,
        "start": clock_text(record.start),
        "end": clock_text(record.end),
        "end_date": record.end_date,
        "new_patients": record.new_patients,
        "reasoned": record.reason is not None,
        "reason": record.reason if sensitive else None,
    }

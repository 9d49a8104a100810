"""`overrides`: what stands over the published schedule."""

from __future__ import annotations

import datetime as dt
from typing import Self

from auth.fields import PartName
from auth.shapes import names_of
from resources.places import WINDOWS, WindowPlace
from resources.resource import Body, Call, Resource, Scope, Shape
from scheduling.model.override_record import OverrideRecord
from scheduling.model.part import Window
from scheduling.model.roster import Roster


class OverrideShape(Shape):
    """One override. `applied` is false where the assignment under it is no longer the one it was made on."""

    id: str
    person: str
    date: dt.date
    part: PartName
    activity: str
    type: str
    replacement: str | None = None
    plan: str | None = None
    supersedes: str | None = None
    active: bool
    applied: bool
    reason: str | None = None
    notes: str | None = None
    made_by: str
    made_at: dt.datetime
    deactivated_by: str | None = None
    deactivated_at: dt.datetime | None = None

    @classmethod
    def of(cls, record: OverrideRecord, *, applied: bool, sensitive: bool) -> Self:
        """The override; reason and notes are somebody's words about somebody, and may tell why they are away."""
        override = record.override
        return cls(
            id=override.id,
            person=override.person,
            date=override.slot.date,
            part=override.slot.part.name,
            activity=override.activity,
            type=override.type.value,
            replacement=override.replacement,
            plan=override.plan,
            supersedes=record.supersedes,
            active=record.active,
            applied=applied,
            reason=record.reason if sensitive else None,
            notes=record.notes if sensitive else None,
            made_by=record.made_by,
            made_at=record.made_at,
            deactivated_by=record.deactivated_by,
            deactivated_at=record.deactivated_at,
        )


class OverridesBody(Body):
    """Overrides by slot and person, those taken back included; `overlay` is the generation they stand at."""

    start: dt.date
    end: dt.date
    overlay: int
    active: int
    overrides: tuple[OverrideShape, ...]
    names: dict[str, str] | None = None
    note: str | None = None


async def handle(place: WindowPlace, call: Call) -> OverridesBody:
    """Read the overrides of the dates asked for; without dates those of the whole published schedule."""
    async with call.unit() as unit:
        state = await unit.programs.state(call.program)
        program = await unit.program(call.program)
        window = _window(place, state.known, program.clock.today())
        records = await unit.overrides.records(call.program, window, past=True)
        dates = [r.override.slot.date for r in records if r.active]
        roster = await unit.roster(call.program, Window(min(dates), max(dates)), margin=0) if dates else None
    stray = _stray(roster)
    people = {p for r in records for p in (r.override.person, r.override.replacement)}
    return OverridesBody(
        start=window.start,
        end=window.end,
        overlay=state.overlay,
        active=sum(r.active for r in records),
        overrides=tuple(
            OverrideShape.of(
                r,
                applied=r.active and r.override.id not in stray,
                sensitive=call.access.sees(Scope.PEOPLE_ABSENCE, r.override.person),
            )
            for r in records
        ),
        names=names_of(program.people, people) if call.names else None,
        note=None if records else f"No override was set in {window}.",
    )


def _window(place: WindowPlace, known: Window | None, today: dt.date) -> Window:
    """The dates asked for; an end left out is that of the published schedule."""
    whole = known or Window(today, today)
    start = place.start or min(whole.start, place.end or whole.start)
    return Window(start, place.end or max(whole.end, start))


def _stray(roster: Roster | None) -> set[str]:
    return {o.id for o in roster.unapplied} if roster else set()


RESOURCE = Resource(
    "housestaff://{program}/overrides{?start,end}",
    "overrides",
    "Overrides",
    "Every override over the published schedule, active or taken back: covers, cancellations and gaps.",
    WindowPlace,
    scopes={Scope.SCHEDULE_READ},
    handle=handle,
    completions=WINDOWS,
)

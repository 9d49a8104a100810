"""What tools and resources say of a schedule in the same form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Self, cast

from pydantic import ConfigDict, Field

from auth.call import Call
from auth.fields import PartName
from auth.wire import Shape
from scheduling.model.override import Change
from scheduling.model.part import Slot, Window
from scheduling.model.person import Person
from scheduling.model.roster import Roster
from scheduling.services.read_schedule import Assignment


class AsOf(Shape):
    """What a result was read from: live version of each block, generations of overlay and facts (people, absences, …), when."""

    versions: dict[str, str]
    overlay: int
    facts: int | None = None
    at: dt.datetime

    @classmethod
    def of(cls, roster: Roster, call: Call, window: Window | None = None) -> Self:
        """The versions and both generations of a roster, and the instant of the call.

        With a window, only the versions of blocks that share a date with it.
        """
        meant = None if window is None else {b.ref for b in roster.program.calendar.blocks_in(window)}
        versions = {str(b): version for b, version in roster.versions.items() if meant is None or b in meant}
        return cls(versions=versions, overlay=roster.overlay, facts=roster.program.facts, at=call.now)


class SlotShape(Shape):
    """A slot, of a person where one is concerned."""

    date: dt.date
    part: PartName
    person: str | None = None

    @classmethod
    def of(cls, slot: Slot, person: str | None = None) -> Self:
        """The slot as it is written."""
        return cls(date=slot.date, part=slot.part.name, person=person)


class ChangeShape(Shape):
    """A changed cell: activity codes, null is open."""

    model_config = ConfigDict(extra="forbid", frozen=True, serialize_by_alias=True)

    person: str
    date: str
    part: PartName
    from_: str | None = Field(alias="from")
    to: str | None

    @classmethod
    def of(cls, change: Change) -> ChangeShape:
        """The change as it is written."""
        slot = change.slot
        named = {"from": change.was}
        return cls(person=change.person, date=str(slot.date), part=slot.part.name, **named, to=change.to)


class AssignmentShape(Shape):
    """One assignment. `person` is who does it (null: nobody); `base_person` whose it was before an override."""

    date: dt.date
    part: PartName
    person: str | None
    activity: str
    state: str
    base_person: str | None = None
    override: str | None = None
    locked: bool
    source: str

    @staticmethod
    def of(assignment: Assignment) -> AssignmentShape:
        """The assignment as it is written. Our own values need no validation, and there may be thousands."""
        return AssignmentShape.model_construct(
            date=assignment.slot.date,
            part=cast("PartName", assignment.slot.part.name),
            person=assignment.person,
            activity=assignment.activity,
            state=assignment.state.value,
            base_person=assignment.base_person,
            override=assignment.override,
            locked=assignment.locked,
            source=assignment.source.value,
        )


def names_of(people: Iterable[Person], shown: Iterable[str | None]) -> dict[str, str] | None:
    """Names of those people that are shown, by id; None when nobody of them has one."""
    wanted = {p for p in shown if p}
    return {p.id: p.name for p in people if p.id in wanted and p.name} or None

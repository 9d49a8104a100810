"""Overrides: the overlay as stored. The database keeps a slot from being overridden twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from scheduling.model.errors import ConflictError, NotFoundError
from scheduling.model.override import Override, OverrideType
from scheduling.model.override_record import OverrideRecord
from scheduling.model.part import Part, Slot, Window
from scheduling.store.overlay_tables import ONE_ACTIVE, ONE_COVERAGE, OverrideRow
from scheduling.store.repository import Repository
from scheduling.store.transaction import broken_constraint

_COLUMNS = tuple(OverrideRow.__table__.columns)


class Overrides(Repository):
    """The overrides of a program, active and past.

    Writing here does not count the change: whoever changes the overlay also calls `move_overlay`, once.
    """

    async def active(self, slug: str, window: Window) -> Sequence[Override]:
        """The active overrides of a window, by slot and person."""
        return [r.override for r in await self.records(slug, window)]

    async def records(self, slug: str, window: Window, *, past: bool = False) -> Sequence[OverrideRecord]:
        """Overrides of a window with their history, by slot and person; with `past` those taken back too."""
        inside = (OverrideRow.program == slug, OverrideRow.date.between(window.start, window.end))
        query = select(*_COLUMNS).where(*inside)
        if not past:
            query = query.where(OverrideRow.active)
        ordered = query.order_by(OverrideRow.date, OverrideRow.part, OverrideRow.person, OverrideRow.id)
        return [_record(row) for row in await self._tx.read(ordered)]

    async def get(self, slug: str, override: str) -> OverrideRecord:
        """One override; NotFoundError where there is none of that id."""
        named = (OverrideRow.program == slug, OverrideRow.id == override)
        rows = await self._tx.read(select(*_COLUMNS).where(*named))
        if not rows:
            raise NotFoundError("override", override)
        return _record(rows[0])

    async def of_plan(self, slug: str, plan: str) -> Sequence[OverrideRecord]:
        """The overrides a plan made, by slot and person."""
        made = (OverrideRow.program == slug, OverrideRow.plan == plan)
        ordered = select(*_COLUMNS).where(*made).order_by(OverrideRow.date, OverrideRow.part, OverrideRow.person)
        return [_record(row) for row in await self._tx.read(ordered)]

    async def add(
        self, slug: str, override: Override, *, reason: str, notes: str | None = None, supersedes: str | None = None
    ) -> None:
        """Store an active override; ConflictError when its assignment is overridden or its replacement covers already.

        What it supersedes must have been deactivated before, in the same transaction.
        """
        row = insert(OverrideRow).values(
            id=override.id,
            program=slug,
            person=override.person,
            date=override.slot.date,
            part=int(override.slot.part),
            activity=override.activity,
            type=override.type.value,
            replacement=override.replacement,
            plan=override.plan,
            supersedes=supersedes,
            reason=reason,
            notes=notes,
            made_by=self._caller,
            made_at=self._now,
        )
        try:
            await self._tx.write(row)
        except IntegrityError as error:
            raise _conflict(error, override) or error from None
        self._tx.changed("override", override.id)

    async def deactivate(self, slug: str, overrides: Sequence[str]) -> Sequence[Override]:
        """Take overrides back and return those that were active until now, by slot and person."""
        named = (OverrideRow.program == slug, OverrideRow.id.in_(overrides), OverrideRow.active)
        values = {"active": False, "deactivated_by": self._caller, "deactivated_at": self._now}
        moved = await self._tx.write(update(OverrideRow).where(*named).values(values).returning(*_COLUMNS))
        taken = sorted((_record(row).override for row in moved), key=lambda o: (o.slot, o.person))
        for override in taken:
            self._tx.changed("override", override.id)
        return taken

    async def reactivate(self, slug: str, overrides: Sequence[str]) -> Sequence[Override]:
        """Let overrides that were superseded stand again, as undoing a plan does; those that came back, by slot and person.

        Nothing else may stand in their places. That they were away is in the audit trail.
        """
        named = (OverrideRow.program == slug, OverrideRow.id.in_(overrides), OverrideRow.active.is_(False))
        values = {"active": True, "deactivated_by": None, "deactivated_at": None}
        moved = await self._tx.write(update(OverrideRow).where(*named).values(values).returning(*_COLUMNS))
        back = sorted((_record(row).override for row in moved), key=lambda o: (o.slot, o.person))
        for override in back:
            self._tx.changed("override", override.id)
        return back


def _conflict(error: IntegrityError, override: Override) -> ConflictError | None:
    match broken_constraint(error):
        case name if name == ONE_ACTIVE:
            return ConflictError(
                f"{override.person} already has an active override at {override.slot}",
                hint="name it in supersedes, or revert it first",
            )
        case name if name == ONE_COVERAGE:
            return ConflictError(
                f"{override.replacement} already covers somebody at {override.slot}",
                hint="choose somebody else, or revert that coverage first",
            )
    return None


def _record(row: Row[Any]) -> OverrideRecord:
    override = Override(
        id=row.id,
        person=row.person,
        slot=Slot(row.date, Part(row.part)),
        activity=row.activity,
        type=OverrideType(row.type),
        replacement=row.replacement,
        plan=row.plan,
    )
    return OverrideRecord(
        override=override,
        active=row.active,
        reason=row.reason,
        notes=row.notes,
        supersedes=row.supersedes,
        made_by=row.made_by,
        made_at=row.made_at,
        deactivated_by=row.deactivated_by,
        deactivated_at=row.deactivated_at,
    )

"""Plans: stored proposals bound to the versions and the overlay they were made on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.dialects.postgresql import insert

from scheduling.model.calendar import BlockRef
from scheduling.model.errors import ConflictError, NotFoundError
from scheduling.model.proposal import PlanState, StoredPlan
from scheduling.store.overlay_tables import PlanRow
from scheduling.store.repository import Repository

_COLUMNS = tuple(PlanRow.__table__.columns)


class Plans(Repository):
    """The plans of a program. A plan never changes; what became of it does."""

    async def add(self, slug: str, *plans: StoredPlan) -> None:
        """Store new plans."""
        rows = [
            {
                "id": plan.id,
                "program": slug,
                "kind": plan.kind,
                "digest": plan.digest,
                "body": dict(plan.body),
                "versions": {str(block): version for block, version in plan.versions.items()},
                "overlay": plan.overlay,
                "state": plan.state.value,
                "made_by": plan.made_by,
                "made_at": plan.made_at,
            }
            for plan in plans
        ]
        if rows:
            await self._tx.write(insert(PlanRow), rows)
        for plan in plans:
            self._tx.changed("plan", plan.id)

    async def get(self, slug: str, plan: str) -> StoredPlan:
        """One plan; NotFoundError where there is none of that id."""
        rows = await self._tx.read(select(*_COLUMNS).where(PlanRow.program == slug, PlanRow.id == plan))
        if not rows:
            raise NotFoundError("plan", plan, hint="plan again: a plan is bound to the schedule it was made on")
        return _plan(rows[0])

    async def listed(self, slug: str, *, limit: int = 100) -> Sequence[StoredPlan]:
        """Plans, newest first."""
        wanted = select(*_COLUMNS).where(PlanRow.program == slug).order_by(PlanRow.made_at.desc(), PlanRow.id)
        return [_plan(row) for row in await self._tx.read(wanted.limit(limit))]

    async def decide(
        self,
        slug: str,
        plan: str,
        state: PlanState,
        *,
        expected: PlanState = PlanState.PROPOSED,
        key: str | None = None,
    ) -> None:
        """Move a plan from `expected` to a state; ConflictError when it stands elsewhere. `key` is kept with it."""
        named = (PlanRow.program == slug, PlanRow.id == plan, PlanRow.state == expected.value)
        values = {"state": state.value, "decided_by": self._caller, "decided_at": self._now}
        if key is not None:
            values["applied_key"] = key
        moved = await self._tx.write(update(PlanRow).where(*named).values(values).returning(PlanRow.id))
        if moved.one_or_none() is None:
            found = await self.get(slug, plan)
            raise ConflictError(f"the plan {plan} is {found.state.value}, not {expected.value}")
        self._tx.changed("plan", plan)


def _plan(row: Row[Any]) -> StoredPlan:
    return StoredPlan(
        id=row.id,
        kind=row.kind,
        digest=row.digest,
        body=row.body,
        versions={BlockRef.parse(block): version for block, version in row.versions.items()},
        overlay=row.overlay,
        made_by=row.made_by,
        made_at=row.made_at,
        state=PlanState(row.state),
        applied_key=row.applied_key,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
    )

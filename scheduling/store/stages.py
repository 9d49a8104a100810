"""Stages: stored proposals to publish. A stage never changes; what became of it does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.dialects.postgresql import insert

from scheduling.model.errors import ConflictError, NotFoundError
from scheduling.model.stage import StageState, StoredStage
from scheduling.store.publishing_tables import StageRow
from scheduling.store.repository import Repository

_HEAD = tuple(c for c in StageRow.__table__.columns if c.name != "changes")
_WHOLE = tuple(StageRow.__table__.columns)


class Stages(Repository):
    """The stages of a program."""

    async def add(self, slug: str, stage: StoredStage) -> None:
        """Store a new stage; the same one again is already there."""
        row = insert(StageRow).values(
            id=stage.id,
            program=slug,
            digest=stage.digest,
            state=stage.state.value,
            body=dict(stage.body),
            changes=[list(change) for change in stage.changes or ()],
            made_by=stage.made_by,
            made_at=stage.made_at,
        )
        await self._tx.write(row.on_conflict_do_nothing())
        self._tx.changed("stage", stage.id)

    async def get(self, slug: str, stage: str, *, changes: bool = False) -> StoredStage:
        """One stage, with its changes where asked; NotFoundError where there is none of that id."""
        columns = _WHOLE if changes else _HEAD
        rows = await self._tx.read(select(*columns).where(StageRow.program == slug, StageRow.id == stage))
        if not rows:
            raise NotFoundError("stage", stage, hint="stage again with stage_publish")
        return _stage(rows[0])

    async def listed(self, slug: str, *, limit: int = 100) -> Sequence[StoredStage]:
        """Stages without their changes, newest first."""
        wanted = select(*_HEAD).where(StageRow.program == slug).order_by(StageRow.made_at.desc(), StageRow.id)
        return [_stage(row) for row in await self._tx.read(wanted.limit(limit))]

    async def of_version(self, slug: str, version: str) -> StoredStage | None:
        """The stage that published a version last; None where none did."""
        named = (StageRow.program == slug, StageRow.state == StageState.PUBLISHED.value)
        held = StageRow.body.contains({"blocks": [[version]]})
        newest = select(*_HEAD).where(*named, held).order_by(StageRow.decided_at.desc()).limit(1)
        rows = await self._tx.read(newest)
        return _stage(rows[0]) if rows else None

    async def decide(
        self, slug: str, stage: str, state: StageState, *, result: Mapping[str, Any] | None = None
    ) -> None:
        """Move a stage on from `staged`; ConflictError when it stands elsewhere. `result` is kept with it."""
        named = (StageRow.program == slug, StageRow.id == stage, StageRow.state == StageState.STAGED.value)
        values: dict[str, Any] = {"state": state.value, "decided_by": self._caller, "decided_at": self._now}
        if result is not None:
            values["result"] = dict(result)
        moved = await self._tx.write(update(StageRow).where(*named).values(values).returning(StageRow.id))
        if moved.one_or_none() is None:
            found = await self.get(slug, stage)
            raise ConflictError(f"the stage {stage} is {found.state.value}")
        self._tx.changed("stage", stage)


def _stage(row: Row[Any]) -> StoredStage:
    return StoredStage(
        id=row.id,
        digest=row.digest,
        state=StageState(row.state),
        body=row.body,
        made_by=row.made_by,
        made_at=row.made_at,
        changes=getattr(row, "changes", None),
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        result=row.result,
    )

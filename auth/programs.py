"""What a decision needs to know of the programs: their names, and who may commit in each."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping
from typing import Protocol

from sqlalchemy import select

from scheduling.model.clock import Clock
from scheduling.model.policy import Rights, shipped_policy
from scheduling.store.database import Database
from scheduling.store.policies import policy_of
from scheduling.store.program_tables import PolicyRow, ProgramRow


class Programs(Protocol):
    """The programs this server holds, as they stand at the call."""

    async def rights(self) -> Mapping[str, Rights]:
        """Every program's slug with the rights its policy grants today."""
        ...


class StoredPrograms:
    """The programs of a database. `today` pins every program's clock (HOUSESTAFF_TODAY)."""

    def __init__(self, database: Database, today: dt.date | None = None) -> None:
        self._database = database
        self._today = today
        self._texts: dict[str, Rights] = {}

    async def rights(self) -> Mapping[str, Rights]:
        """Every program's slug with the rights its policy grants today: one query, policies read once each."""
        adopted = select(ProgramRow.slug, ProgramRow.zone, ProgramRow.today, PolicyRow.effective, PolicyRow.digest)
        async with self._database.session() as session:
            rows = (await session.execute(adopted.outerjoin(PolicyRow, PolicyRow.program == ProgramRow.slug))).all()
            unread = {row.digest for row in rows if row.digest} - self._texts.keys()
            if unread:
                texts = select(PolicyRow.digest, PolicyRow.text).where(PolicyRow.digest.in_(unread))
                for digest, text in await session.execute(texts):
                    self._texts[digest] = policy_of(text).rights
        found: dict[str, tuple[dt.date, Rights]] = {}
        for row in rows:
            earlier = found.setdefault(row.slug, (dt.date.min, _shipped()))
            if row.digest and earlier[0] <= row.effective <= self._date(row.zone, row.today):
                found[row.slug] = (row.effective, self._texts[row.digest])
        return {slug: rights for slug, (_, rights) in found.items()}

    def _date(self, zone: str, pinned: dt.date | None) -> dt.date:
        return self._today or Clock(zone, pinned).today()


@functools.cache
def _shipped() -> Rights:
    return shipped_policy().rights

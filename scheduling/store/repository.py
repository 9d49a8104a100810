"""What every repository stands on."""

from __future__ import annotations

import datetime as dt
import secrets

from sqlalchemy import update

from scheduling.store.program_tables import ProgramRow
from scheduling.store.transaction import Transaction


class Repository:
    """One family of stored things inside one unit of work. Writing records what changed, who did it and when."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    @property
    def _caller(self) -> str:
        return self._tx.context.caller

    @property
    def _now(self) -> dt.datetime:
        return self._tx.context.at

    async def _facts_moved(self, slug: str, kind: str, *things: str) -> None:
        """Count a change of the program's facts, and record what changed."""
        await self._tx.write(update(ProgramRow).where(ProgramRow.slug == slug).values(facts=ProgramRow.facts + 1))
        for thing in things:
            self._tx.changed(kind, thing)


def new_id(prefix: str) -> str:
    """A short random id such as `ovr-3f9a0c51d2e4`: unique in practice, and checked by the primary key."""
    return f"{prefix}-{secrets.token_hex(6)}"

"""One transaction, and the two ways to run it: as one snapshot that only reads, or locked to write."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import CursorResult, Executable, Row
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from scheduling.model.errors import BusyError, StaleError
from scheduling.store.audit import AuditContext

_SNAPSHOT = {"isolation_level": "REPEATABLE READ"}
_LOCKED = "55P03"
_LOST_RACE = frozenset({"40001", "40P01"})  # serialization failure, deadlock


class Transaction:
    """The statements of one unit of work, what they changed, and how many of them wrote (`writes`).

    The first act decides: reading takes one snapshot of everything and may never write; `begin_writing` sees what is
    committed while it runs, which is right only behind the lock of the program's row.
    """

    def __init__(self, session: AsyncSession, context: AuditContext) -> None:
        self.session = session
        self.context = context
        self.changes: dict[str, list[str]] = defaultdict(list)
        self.writes = 0
        self._writing: bool | None = None

    @property
    def dirty(self) -> bool:
        """True once something was changed: what is read from here on may be rolled back, so no cache keeps it."""
        return bool(self.changes)

    def changed(self, kind: str, thing: str) -> None:
        """Record that the transaction changed this thing; it goes into the audit row."""
        if thing not in self.changes[kind]:
            self.changes[kind].append(thing)

    def begin_writing(self) -> None:
        """Let the transaction write; RuntimeError when it has already begun as a snapshot."""
        if self._writing is False:
            raise RuntimeError("a unit of work that writes begins with `lock`, before anything is read")
        self._writing = True

    async def read(self, statement: Executable, values: Mapping[str, Any] | None = None) -> Sequence[Row[Any]]:
        """Every row of a query."""
        if self._writing is None:
            self._writing = False
            await self.session.connection(execution_options=_SNAPSHOT)
        return (await self._run(statement, values)).all()

    async def write(
        self, statement: Executable, values: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> CursorResult[Any]:
        """The result of a statement that changes or locks; a list of values runs it once for each."""
        if not self._writing:
            raise RuntimeError("a unit of work that writes begins with `lock`")
        self.writes += 1
        return await self._run(statement, values)

    async def _run(self, statement: Executable, values: Any) -> CursorResult[Any]:  # noqa: ANN401 - as the driver takes it
        try:
            connection = await self.session.connection()  # beneath the session: rows are wanted, never tracked objects
            return await connection.execute(statement, values)
        except DBAPIError as error:
            state = getattr(error.orig, "sqlstate", None)
            if state == _LOCKED:
                raise BusyError("another change of the program takes long") from None
            if state in _LOST_RACE:
                raise StaleError(hint="somebody else changed the program at the same moment; try again") from None
            raise


def broken_constraint(error: DBAPIError) -> str | None:
    """The name of the constraint or unique index that a statement ran into."""
    name = getattr(error.driver_exception, "constraint_name", None)
    return str(name) if name else None

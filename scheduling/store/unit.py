"""The unit of work: one transaction of one call, its audit row and its events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import anyio

from scheduling.model.calendar import BlockRef
from scheduling.model.part import Window
from scheduling.model.program import Program
from scheduling.model.roster import Roster
from scheduling.store.absences import Absences
from scheduling.store.audit import AuditContext, AuditEntry, append
from scheduling.store.audit_trail import AuditTrail
from scheduling.store.cache import cache_of
from scheduling.store.database import Database
from scheduling.store.duty_records import DutyRecords
from scheduling.store.feeds import Feeds
from scheduling.store.idempotency import Idempotency
from scheduling.store.imports import Imports
from scheduling.store.notices import Notices
from scheduling.store.outbox import Outbox
from scheduling.store.overrides import Overrides
from scheduling.store.people import People
from scheduling.store.plans import Plans
from scheduling.store.policies import Policies
from scheduling.store.programs import Programs
from scheduling.store.rosters import MARGIN, Rosters
from scheduling.store.runs import Runs
from scheduling.store.snapshots import Snapshots
from scheduling.store.stages import Stages
from scheduling.store.transaction import Transaction
from scheduling.store.versions import Versions
from scheduling.store.waivers import Waivers


class UnitOfWork:
    """One transaction: `async with UnitOfWork(database, context) as unit:` commits at the end, rolls back on an exception.

    To read, read: everything in the unit comes from one snapshot, and writing is refused (RuntimeError).
    To write, begin with `await unit.lock(slug)`: writers of one program take turns, and what is read after the lock is
    the truth until the end. (`unit.programs.add` creates and locks at once.) Other rows are locked after the program's.
    Keep no unit open over a long computation: read in one, compute, then lock, compare and write in another.

    Repositories: `programs`, `people`, `absences`, `duty_records`, `policies`, `versions`, `overrides`, `plans`, `stages`,
    `runs`, `snapshots`, `waivers`, `feeds`, `notices`, `outbox`, `idempotency`, `imports`, `trail`. They take the program's
    slug first, return values of `scheduling.model`, and record what they change. A unit that changed something writes its audit row and its events
    in the same transaction.
    `today` pins the clock of every program read here.
    """

    def __init__(self, database: Database, context: AuditContext, *, today: dt.date | None = None) -> None:
        self.context = context
        self.transaction = tx = Transaction(database.session(), context)
        self.programs = Programs(tx)
        self.people = People(tx)
        self.absences = Absences(tx)
        self.duty_records = DutyRecords(tx)
        self.policies = Policies(tx)
        self.versions = Versions(tx)
        self.overrides = Overrides(tx)
        self.plans = Plans(tx)
        self.outbox = Outbox(tx)
        self.idempotency = Idempotency(tx)
        self.imports = Imports(tx)
        self.stages = Stages(tx)
        self.runs = Runs(tx)
        self.snapshots = Snapshots(tx)
        self.waivers = Waivers(tx)
        self.feeds = Feeds(tx)
        self.notices = Notices(tx)
        self.trail = AuditTrail(tx)
        self._rosters = Rosters(tx, cache_of(database), today)
        self._events: list[tuple[str, str, Mapping[str, Any], str]] = []

    async def lock(self, slug: str) -> None:
        """Begin to write: wait until no other unit writes this program; NotFoundError where there is none."""
        await self.programs.lock(slug)

    async def program(self, slug: str) -> Program:
        """The program with its people, calendar, policies, holidays, absences and duty records; NotFoundError where there is none."""
        return await self._rosters.program(slug)

    async def roster(
        self,
        slug: str,
        window: Window,
        *,
        overlay: bool = True,
        at: Mapping[BlockRef, str] | None = None,
        margin: int = MARGIN,
    ) -> Roster:
        """The effective roster of at least the window: whole blocks, `margin` days further at both ends.

        Iterate over the window you asked for, not over `roster.window`. `overlay=False` leaves the overrides out; `at`
        names versions (hash by block) to stand where others are live. Days no version covers are open and not `known`.
        """
        return await self._rosters.roster(slug, window, overlay=overlay, at=at, margin=margin)

    def changed(self, kind: str, thing: str) -> None:
        """Record that this thing (an id, never free text) was changed: it is named in the audit row."""
        self.transaction.changed(kind, thing)

    def emit(self, kind: str, payload: Mapping[str, Any], dedupe_key: str, *, program: str | None = None) -> None:
        """Tell of a change when the unit commits: an outbox event of ids and dates, once for each dedupe key.

        The program is the call's, unless named.
        """
        self._events.append((program or self.context.program, kind, payload, dedupe_key))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        recorded = self.context.recorded
        session = self.transaction.session
        # A cancelled caller must not leave a connection in the middle of a transaction.
        with anyio.CancelScope(shield=True):
            try:
                if error is None:
                    await self._write_down()
                    await session.commit()
                    recorded = self.context.recorded
            finally:
                self.context.recorded = recorded
                await session.close()

    async def _write_down(self) -> None:
        for program, kind, payload, dedupe_key in self._events:
            await self.outbox.add(program, kind, payload, dedupe_key)
        if self.transaction.dirty or self._events:
            changes = {kind: list(things) for kind, things in self.transaction.changes.items()}
            await append(self.transaction.session, AuditEntry(self.context, facts={"changed": changes}))

"""Snapshots of incumbents: sealed with a key over everything they hold, kept for a day, verified before they are used."""

from __future__ import annotations

import datetime as dt
import hmac
import json
import secrets
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from sqlalchemy import Row, delete, select
from sqlalchemy.dialects.postgresql import insert

from scheduling.model.run import Snapshot
from scheduling.store.repository import Repository
from scheduling.store.run_tables import KeyRow, SnapshotRow

PURPOSE = "snapshots"
KEY_BYTES = 32
KEPT = 3
"""How many of a run's newest snapshots stay: an older incumbent is of use only where a newer one is damaged."""

_COLUMNS = tuple(SnapshotRow.__table__.columns)


class Snapshots(Repository):
    """The snapshots of runs."""

    async def key(self) -> bytes:
        """The key this database seals with where the environment gives none; made on first use."""
        self._tx.begin_writing()
        fresh = {"purpose": PURPOSE, "key": secrets.token_bytes(KEY_BYTES), "made_at": self._now}
        await self._tx.write(insert(KeyRow).values(fresh).on_conflict_do_nothing())
        return bytes((await self._tx.write(select(KeyRow.key).where(KeyRow.purpose == PURPOSE))).scalar_one())

    async def known_keys(self, given: Sequence[bytes]) -> Sequence[bytes]:
        """Every key a snapshot may be sealed with: those of the environment, then the database's own; none is made."""
        own = await self._tx.read(select(KeyRow.key).where(KeyRow.purpose == PURPOSE))
        return [*given, *(bytes(row.key) for row in own)]

    async def add(self, snapshot: Snapshot, key: bytes) -> None:
        """Store a snapshot, sealed; older ones of its run than the last few go, and whatever is past its day."""
        self._tx.begin_writing()
        packed = zlib.compress(np.asarray(snapshot.values, "<i8").tobytes())
        row = {**_fields(snapshot), "packed": packed, "seal": seal(key, snapshot, packed)}
        await self._tx.write(insert(SnapshotRow).values(row))
        of_run = SnapshotRow.run == snapshot.run
        kept = select(SnapshotRow.id).where(of_run).order_by(SnapshotRow.id.desc()).limit(KEPT)
        await self._tx.write(delete(SnapshotRow).where(of_run, SnapshotRow.id.not_in(kept)))
        await self._tx.write(delete(SnapshotRow).where(SnapshotRow.until < snapshot.at))

    async def latest(self, run: str, keys: Sequence[bytes], now: dt.datetime) -> tuple[Snapshot | None, int]:
        """The newest snapshot of a run that is what it was when it was sealed, and how many damaged ones were refused."""
        wanted = select(*_COLUMNS).where(SnapshotRow.run == run, SnapshotRow.until > now)
        refused = 0
        for row in await self._tx.read(wanted.order_by(SnapshotRow.id.desc())):
            found = verified(row, keys)
            if found is not None:
                return found, refused
            refused += 1
        return None, refused


def seal(key: bytes, snapshot: Snapshot, packed: bytes) -> bytes:
    """The keyed hash (HMAC-SHA-256) of everything a snapshot holds."""
    head = json.dumps(_fields(snapshot), sort_keys=True, separators=(",", ":"), default=_instant)
    return hmac.digest(key, head.encode() + b"\0" + packed, "sha256")


def verified(row: Row[Any], keys: Sequence[bytes]) -> Snapshot | None:
    """The row as a snapshot, or None when none of the keys sealed exactly this."""
    bare = Snapshot(
        run=row.run,
        lease=row.lease,
        problem=row.problem,
        phase=row.phase,
        tier=row.tier,
        objective=row.objective,
        values=(),
        at=row.at,
        until=row.until,
    )
    if not any(hmac.compare_digest(seal(key, bare, row.packed), row.seal) for key in keys):
        return None
    values = np.frombuffer(zlib.decompress(row.packed), "<i8")
    return Snapshot(**{**_fields(bare), "values": tuple(values.tolist())})


def _fields(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "run": snapshot.run,
        "lease": snapshot.lease,
        "problem": snapshot.problem,
        "phase": snapshot.phase,
        "tier": snapshot.tier,
        "objective": snapshot.objective,
        "at": snapshot.at,
        "until": snapshot.until,
    }


def _instant(value: dt.datetime) -> str:
    return value.astimezone(dt.UTC).isoformat(timespec="microseconds")

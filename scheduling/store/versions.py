"""Versions: stored once, verified whenever they are loaded, made live by compare-and-swap."""

from __future__ import annotations

import datetime as dt
import hashlib
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from scheduling.model.calendar import Block, BlockRef, days
from scheduling.model.errors import NotFoundError, StaleError
from scheduling.model.lifecycle import Move, Publication, Version, VersionState
from scheduling.model.part import Part, Window
from scheduling.model.program import Program
from scheduling.model.version import BlockSchedule
from scheduling.store.errors import StorageError
from scheduling.store.repository import Repository
from scheduling.store.version_tables import CellRow, LiveRow, PublicationRow, VersionRow

_CELL_COLUMNS = ("version", "person", "date", "part", "program", "activity", "source")
_SHORTEST_PREFIX = 8


class Versions(Repository):
    """The versions of a program's blocks. A version's id is the hash of its content (hex sha256)."""

    async def add(
        self,
        program: Program,
        schedule: BlockSchedule,
        *,
        origin: str,
        state: VersionState = VersionState.DRAFT,
        parent: str | None = None,
    ) -> Version:
        """Store content with its rows; the same content again is the version that is already there, as it is."""
        calls = call_nights(program, schedule)
        row = {
            "program": program.slug,
            "hash": schedule.digest,
            "year": schedule.block.ref.year,
            "number": schedule.block.ref.number,
            "start": schedule.block.start,
            "end": schedule.block.end,
            "packed": zlib.compress(schedule.pack()),
            "partial": schedule.partial,
            "first_call": calls.start if calls else None,
            "last_call": calls.end if calls else None,
            "state": state.value,
            "origin": origin,
            "parent": parent,
            "created_by": self._caller,
            "created_at": self._now,
        }
        made = await self._tx.write(insert(VersionRow).values(row).on_conflict_do_nothing().returning(VersionRow.id))
        number = made.scalar_one_or_none()
        if number is not None:
            cells = (
                (number, c.person, c.slot.date, int(c.slot.part), program.slug, c.activity, c.source.value)
                for c in schedule
            )
            await self._copy(cells)
            self._tx.changed("version", schedule.digest)
        return await self.find(program.slug, schedule.digest)

    async def _copy(self, cells: Iterable[tuple[object, ...]]) -> None:
        connection = await self._tx.session.connection()
        raw = await connection.get_raw_connection()
        driver = raw.driver_connection
        assert driver is not None
        await driver.copy_records_to_table(CellRow.__tablename__, records=cells, columns=_CELL_COLUMNS)

    async def load(self, slug: str, hashes: Iterable[str]) -> Mapping[str, BlockSchedule]:
        """The content of versions by hash; StorageError when stored bytes are not what the hash says."""
        wanted = sorted(set(hashes))
        if not wanted:
            return {}
        named = (VersionRow.program == slug, VersionRow.hash.in_(wanted))
        rows = await self._tx.read(select(VersionRow.hash, VersionRow.packed).where(*named))
        found = {row.hash: unpacked(row.hash, row.packed) for row in rows}
        if missing := [h for h in wanted if h not in found]:
            raise NotFoundError("version", missing[0])
        return found

    async def find(self, slug: str, version: str) -> Version:
        """A version by its hash, or by the first eight or more characters of it; NotFoundError otherwise."""
        named = VersionRow.hash == version
        if _SHORTEST_PREFIX <= len(version) < hashlib.sha256().digest_size * 2 and version.isalnum():
            named = VersionRow.hash.startswith(version)
        rows = await self._tx.read(select(*_VERSION).where(VersionRow.program == slug, named).limit(2))
        if len(rows) != 1:
            raise NotFoundError("version", version, hint="housestaff show lists the versions of a block")
        return _version(rows[0])

    async def listed(
        self, slug: str, *, block: BlockRef | None = None, states: Sequence[VersionState] = (), limit: int = 100
    ) -> Sequence[Version]:
        """Versions of a program, newest first."""
        query = select(*_VERSION).where(VersionRow.program == slug)
        if block is not None:
            query = query.where(VersionRow.year == block.year, VersionRow.number == block.number)
        if states:
            query = query.where(VersionRow.state.in_([s.value for s in states]))
        rows = await self._tx.read(query.order_by(VersionRow.created_at.desc(), VersionRow.id.desc()).limit(limit))
        return [_version(row) for row in rows]

    async def set_state(self, slug: str, version: str, state: VersionState) -> None:
        """Say how far a version has come."""
        named = (VersionRow.program == slug, VersionRow.hash == version)
        moved = await self._tx.write(
            update(VersionRow).where(*named).values(state=state.value).returning(VersionRow.id)
        )
        if moved.one_or_none() is None:
            raise NotFoundError("version", version)
        self._tx.changed("version", version)

    async def move(
        self,
        slug: str,
        block: BlockRef,
        *,
        expected: str | None,
        to: str | None,
        why: Move,
        reason: str | None = None,
        rollback_until: dt.datetime | None = None,
    ) -> Publication:
        """Make `to` the live version of its block, and write that down; StaleError unless `expected` is live now.

        None means that the block has no live version. States follow: what goes live is published, what a rollback
        takes down is rolled back.
        """
        if not await self._swap(slug, block, expected, to):
            raise StaleError(
                f"block {block} is no longer at the version this was made on",
                hint="read the block again and stage again",
                details={"block": str(block), "expected": expected},
            )
        if to is not None:
            await self.set_state(slug, to, VersionState.PUBLISHED)
        if why is Move.ROLLBACK and expected is not None:
            await self.set_state(slug, expected, VersionState.ROLLED_BACK)
        row = insert(PublicationRow).values(
            program=slug,
            year=block.year,
            number=block.number,
            move=why.value,
            version=to,
            previous=expected,
            reason=reason,
            rollback_until=rollback_until,
            by=self._caller,
            at=self._now,
        )
        written = await self._tx.write(row.returning(*_PUBLICATION))
        self._tx.changed("live", str(block))
        return _publication(written.one())

    async def _swap(self, slug: str, block: BlockRef, expected: str | None, to: str | None) -> bool:
        here = (LiveRow.program == slug, LiveRow.year == block.year, LiveRow.number == block.number)
        number = select(VersionRow.id).where(VersionRow.program == slug, VersionRow.hash == (to or ""))
        if expected is None:
            if to is None:
                return False
            found = (await self._tx.write(number)).scalar_one_or_none()
            if found is None:
                raise NotFoundError("version", to)
            row = {"program": slug, "year": block.year, "number": block.number, "version": found}
            moved = await self._tx.write(
                insert(LiveRow).values(row).on_conflict_do_nothing().returning(LiveRow.version)
            )
            return moved.one_or_none() is not None
        was = select(VersionRow.id).where(VersionRow.program == slug, VersionRow.hash == expected).scalar_subquery()
        if to is None:
            moved = await self._tx.write(
                delete(LiveRow).where(*here, LiveRow.version == was).returning(LiveRow.version)
            )
        else:
            change = update(LiveRow).where(*here, LiveRow.version == was).values(version=number.scalar_subquery())
            moved = await self._tx.write(change.returning(LiveRow.version))
        return moved.one_or_none() is not None

    async def publications(
        self, slug: str, block: BlockRef | None = None, *, limit: int = 100
    ) -> Sequence[Publication]:
        """The moves of a block's live pointer, or of all, newest first."""
        query = select(*_PUBLICATION).where(PublicationRow.program == slug)
        if block is not None:
            query = query.where(PublicationRow.year == block.year, PublicationRow.number == block.number)
        rows = await self._tx.read(query.order_by(PublicationRow.id.desc()).limit(limit))
        return [_publication(row) for row in rows]

    async def published_with(self, slug: str, one: Publication) -> Sequence[Publication]:
        """Everything that moved in the same act as this publication, itself included, by block."""
        act = (PublicationRow.at == one.at, PublicationRow.by == one.by, PublicationRow.move == one.move.value)
        query = select(*_PUBLICATION).where(PublicationRow.program == slug, *act)
        rows = await self._tx.read(query.order_by(PublicationRow.year, PublicationRow.number))
        return [_publication(row) for row in rows]

    async def count_cells(self, slug: str, version: str) -> int:
        """How many cells of a version stand as rows."""
        joined = select(func.count()).select_from(CellRow).join(VersionRow, VersionRow.id == CellRow.version)
        rows = await self._tx.read(joined.where(VersionRow.program == slug, VersionRow.hash == version))
        return int(rows[0][0])


_VERSION = (
    *(VersionRow.hash, VersionRow.year, VersionRow.number, VersionRow.start, VersionRow.end, VersionRow.state),
    *(VersionRow.partial, VersionRow.origin, VersionRow.parent, VersionRow.created_by, VersionRow.created_at),
    *(VersionRow.first_call, VersionRow.last_call),
)
_PUBLICATION = tuple(PublicationRow.__table__.columns)


def unpacked(digest: str, packed: bytes) -> BlockSchedule:
    """Stored bytes as content; StorageError when they are damaged or not what the hash says."""
    try:
        content = zlib.decompress(packed)
    except zlib.error:
        content = b""
    if hashlib.sha256(content).hexdigest() != digest:
        raise StorageError(
            f"the stored content of version {digest[:12]} is damaged",
            hint="restore a backup: housestaff restore FILE",
        )
    return BlockSchedule.unpack(content)


def call_nights(program: Program, schedule: BlockSchedule) -> Window | None:
    """First and last night with a caller, by the call activity of the program's latest policy."""
    call = program.policies.latest.call.activity
    if call not in schedule.codes:
        return None
    nights = np.nonzero((schedule.cells[:, :, Part.NIGHT] == schedule.codes.index(call)).any(axis=0))[0]
    if not len(nights):
        return None
    return Window(schedule.block.start + days(int(nights[0])), schedule.block.start + days(int(nights[-1])))


def _version(row: Row[Any]) -> Version:
    return Version(
        hash=row.hash,
        block=Block(BlockRef(row.year, row.number), row.start, row.end),
        state=VersionState(row.state),
        partial=row.partial,
        origin=row.origin,
        created_by=row.created_by,
        created_at=row.created_at,
        parent=row.parent,
        calls=Window(row.first_call, row.last_call) if row.first_call else None,
    )


def _publication(row: Row[Any]) -> Publication:
    return Publication(
        id=row.id,
        block=BlockRef(row.year, row.number),
        move=Move(row.move),
        version=row.version,
        previous=row.previous,
        by=row.by,
        at=row.at,
        rollback_until=row.rollback_until,
        reason=row.reason,
    )

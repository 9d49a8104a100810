"""A stage: everything a publication would change, as one value whose digest the commit must name (decision 4)."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from scheduling.model.break_glass import Lock
from scheduling.model.calendar import BlockRef
from scheduling.model.diff import Share
from scheduling.model.guard import Cause, Judgement, Verdict
from scheduling.model.override import Change
from scheduling.model.part import Part, Slot
from scheduling.model.rebase import Fate, Rebased


class Settles(StrEnum):
    """What lets a publication pass a flag."""

    ACKNOWLEDGING = "acknowledge"
    BREAKING_GLASS = "break_glass"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Flag:
    """Something a person has to know before publishing. `id` stays the same while the fact does."""

    id: str
    text: str
    settled_by: Settles = Settles.ACKNOWLEDGING

    @property
    def blocking(self) -> bool:
        """No acknowledgement settles it: the versions have to change first."""
        return self.settled_by is Settles.NOTHING


@dataclass(frozen=True, slots=True)
class StagedBlock:
    """One block: the version to publish, the one live when it was staged, and how much of that one changes."""

    block: BlockRef
    version: str
    base: str | None
    partial: bool
    share: Share


@dataclass(frozen=True, slots=True)
class StagedFinding:
    """A finding by its stable id, in the words of its rule."""

    id: str
    rule: str
    binding: str
    person: str | None
    start: dt.date
    end: dt.date
    message: str


class StageState(StrEnum):
    """What became of a stage."""

    STAGED = "staged"
    PUBLISHED = "published"
    DISCARDED = "discarded"


@dataclass(frozen=True)
class Stage:
    """What publishing these versions would do, measured against the live versions, overlay and facts of one moment.

    `people` are the shares of everybody with a change, over all blocks; `closed` are the changed dates that only
    break-glass opens; `findings` new and resolved are compared over the blocks and the days around them.
    """

    program: str
    made_by: str
    made_at: dt.datetime
    today: dt.date
    overlay: int
    facts: int
    policy: str
    blocks: tuple[StagedBlock, ...]
    share: Share
    people: Mapping[str, Share]
    changes: tuple[Change, ...]
    judgement: Judgement
    flags: tuple[Flag, ...]
    new: tuple[StagedFinding, ...]
    resolved: tuple[StagedFinding, ...]
    overrides: tuple[Rebased, ...]
    closed: Mapping[dt.date, Lock]

    @property
    def versions(self) -> dict[BlockRef, str]:
        """The versions to publish."""
        return {b.block: b.version for b in self.blocks}

    @property
    def base(self) -> dict[BlockRef, str | None]:
        """The versions that must still be live."""
        return {b.block: b.base for b in self.blocks}

    def body(self) -> dict[str, Any]:
        """The stage as JSON, `changes` apart (see `pack_changes`) and present by their hash."""
        return {
            "program": self.program,
            "made_by": self.made_by,
            "made_at": self.made_at.astimezone(dt.UTC).isoformat(),
            "today": self.today.isoformat(),
            "overlay": self.overlay,
            "facts": self.facts,
            "policy": self.policy,
            "blocks": [[str(b.block), b.version, b.base, b.partial, _packed_share(b.share)] for b in self.blocks],
            "share": _packed_share(self.share),
            "people": {person: _packed_share(share) for person, share in sorted(self.people.items())},
            "changes": hashlib.sha256(canonical(pack_changes(self.changes)).encode()).hexdigest(),
            "causes": [_packed_cause(c) for c in self.judgement.causes],
            "flags": [[f.id, f.text, f.settled_by.value] for f in self.flags],
            "new": [_packed_finding(f) for f in self.new],
            "resolved": [_packed_finding(f) for f in self.resolved],
            "overrides": [_packed_rebased(r) for r in self.overrides],
            "closed": {date.isoformat(): lock.value for date, lock in self.closed.items()},
            "dates": sorted({c.slot.date.isoformat() for c in self.changes}),
        }


@dataclass(frozen=True)
class StoredStage:
    """A stage as stored: its id, its digest, what became of it, and its body as JSON.

    `versions`, `base`, `overlay` and `facts` are what a commit compares; `changes` are packed (see `pack_changes`) and
    None where they were not asked for. `result` is what publishing it answered.
    """

    id: str
    digest: str
    state: StageState
    body: Mapping[str, Any]
    made_by: str
    made_at: dt.datetime
    changes: Sequence[Sequence[Any]] | None = None
    decided_by: str | None = None
    decided_at: dt.datetime | None = None
    result: Mapping[str, Any] | None = None

    @property
    def versions(self) -> dict[BlockRef, str]:
        """The versions to publish, in the order of their blocks."""
        return {BlockRef.parse(block): version for block, version, *_ in self.body["blocks"]}

    @property
    def base(self) -> dict[BlockRef, str | None]:
        """The versions that must still be live."""
        return {BlockRef.parse(block): base for block, _, base, *_ in self.body["blocks"]}

    @property
    def flags(self) -> tuple[Flag, ...]:
        """What has to be settled."""
        return tuple(Flag(ident, text, Settles(by)) for ident, text, by in self.body["flags"])

    @property
    def verdict(self) -> Verdict:
        """What the guard says."""
        levels = {cause["level"] for cause in self.body["causes"]}
        return next((v for v in (Verdict.REJECT, Verdict.WARN) if v in levels), Verdict.PASS)

    @property
    def dates(self) -> tuple[dt.date, ...]:
        """The dates on which something changes."""
        return tuple(Slot.day(date) for date in self.body["dates"])

    @property
    def overrides(self) -> dict[Fate, list[str]]:
        """Ids of the overrides by what becomes of them."""
        return {fate: [o["id"] for o in self.body["overrides"] if o["fate"] == fate] for fate in Fate}


def digest_of(body: Mapping[str, Any]) -> str:
    """The digest of a stage: hex sha256 of the canonical JSON of its body."""
    return hashlib.sha256(canonical(body).encode()).hexdigest()


def canonical(value: object) -> str:
    """JSON with sorted keys and no spaces: equal values give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def pack_changes(changes: Iterable[Change]) -> list[list[str | None]]:
    """Changes as JSON rows: person, date, part, what was, what will be."""
    return [[c.person, c.slot.date.isoformat(), c.slot.part.name, c.was, c.to] for c in changes]


def unpack_changes(rows: Iterable[Sequence[Any]]) -> tuple[Change, ...]:
    """The inverse of `pack_changes`."""
    return tuple(Change(person, Slot(Slot.day(date), Part[part]), was, to) for person, date, part, was, to in rows)


def _packed_share(share: Share) -> list[int]:
    return [share.before, share.changed, share.removed, share.filled]


def _packed_cause(cause: Cause) -> dict[str, str]:
    return {"id": cause.id, "measure": cause.measure, "level": cause.level, "text": cause.message}


def _packed_finding(finding: StagedFinding) -> dict[str, str | None]:
    return {
        "id": finding.id,
        "rule": finding.rule,
        "binding": finding.binding,
        "person": finding.person,
        "start": finding.start.isoformat(),
        "end": finding.end.isoformat(),
        "message": finding.message,
    }


def _packed_rebased(rebased: Rebased) -> dict[str, str | None]:
    override = rebased.override
    return {
        "id": override.id,
        "fate": rebased.fate,
        "person": override.person,
        "date": override.slot.date.isoformat(),
        "part": override.slot.part.name,
        "activity": override.activity,
        "type": override.type,
        "replacement": override.replacement,
        "reason": rebased.reason,
    }

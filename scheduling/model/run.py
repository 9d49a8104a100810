"""A solve run: what was asked, how far it is, what came of it. The stored row is the truth about it, for every replica."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from scheduling.model.calendar import BlockRef
from scheduling.model.part import Slot, Window

LIVE = "live"


class RunKind(StrEnum):
    """What a run decides: one block, or an academic year."""

    BLOCK = "block"
    YEAR = "year"


class Reopen(StrEnum):
    """Recorded duties that a year decides anew: its Sunday-to-Thursday calls, or its inpatient weeks and all calls."""

    CALLS = "calls"
    WEEKS = "weeks"


class RunState(StrEnum):
    """How far a run is."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INFEASIBLE = "infeasible"

    @property
    def over(self) -> bool:
        """True when nothing more will happen."""
        return self not in UNDER_WAY


UNDER_WAY = (RunState.QUEUED, RunState.RUNNING)


@dataclass(frozen=True, slots=True, order=True)
class Frozen:
    """Dates, of one person or of everybody, that keep what the base says."""

    start: dt.date
    end: dt.date
    person: str | None = None

    @property
    def window(self) -> Window:
        """The dates."""
        return Window(self.start, self.end)


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What to solve.

    `number` is the block's, None for a whole year; `origin` the target it starts from, whose cells are the base that
    change is counted against; `objective` a profile of the policy; `reopen` names recorded duties of a year that are not to
    stand; `effort` in deterministic units.
    """

    year: int
    number: int | None = None
    origin: str = LIVE
    freeze: tuple[Frozen, ...] = ()
    objective: str | None = None
    reopen: Reopen | None = None
    seed: int = 0
    effort: float = 30.0
    deterministic: bool = True

    @property
    def kind(self) -> RunKind:
        """A block or a year."""
        return RunKind.YEAR if self.number is None else RunKind.BLOCK

    @property
    def block(self) -> BlockRef | None:
        """The block, where it is one."""
        return None if self.number is None else BlockRef(self.year, self.number)

    @property
    def title(self) -> str:
        """What is solved, in words."""
        return f"academic year {self.year}" if self.number is None else f"block {self.block}"

    def as_json(self) -> dict[str, Any]:
        """The form it is stored and hashed in."""
        return {
            "year": self.year,
            "number": self.number,
            "from": self.origin,
            "freeze": [[f.start.isoformat(), f.end.isoformat(), f.person] for f in sorted(self.freeze, key=_order)],
            "objective": self.objective,
            "reopen": self.reopen,
            "seed": self.seed,
            "effort": self.effort,
            "deterministic": self.deterministic,
        }

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> RunRequest:
        """The inverse of `as_json`."""
        freeze = tuple(Frozen(Slot.day(start), Slot.day(end), person) for start, end, person in stored["freeze"])
        return cls(
            year=stored["year"],
            number=stored["number"],
            origin=stored["from"],
            freeze=freeze,
            objective=stored["objective"],
            reopen=Reopen(stored["reopen"]) if stored["reopen"] else None,
            seed=stored["seed"],
            effort=stored["effort"],
            deterministic=stored["deterministic"],
        )


def _order(frozen: Frozen) -> tuple[dt.date, dt.date, str]:
    return frozen.start, frozen.end, frozen.person or ""


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run as it is stored.

    `lease` is a fencing token: it grows whenever somebody takes the run up, and only its holder may write. `tries` counts
    how often it was taken up, `stop` says that somebody asked it to end. `progress` holds phase, tier, incumbent, bound,
    gap, seconds and the curve; `result` what came of it, None until it is over.
    """

    id: str
    program: str
    request: RunRequest
    request_hash: str
    state: RunState
    lease: int
    tries: int
    made_by: str
    made_at: dt.datetime
    job: int | None = None
    stop: bool = False
    progress: Mapping[str, Any] = field(default_factory=dict)
    result: Mapping[str, Any] | None = None
    heartbeat: dt.datetime | None = None
    started_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None

    @property
    def blocks(self) -> Mapping[BlockRef, str]:
        """The versions it made, by block and in that order."""
        made = (self.result or {}).get("versions", {})
        return dict(sorted((BlockRef.parse(block), version) for block, version in made.items()))

    @property
    def versions(self) -> tuple[str, ...]:
        """The versions it made."""
        return tuple(self.blocks.values())


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An improved incumbent of a running search: the value of every variable of the model of `problem` (its digest).

    It shows and preserves; a reproducible run never starts from it.
    """

    run: str
    lease: int
    problem: str
    phase: str
    tier: str
    objective: int
    values: tuple[int, ...]
    at: dt.datetime
    until: dt.datetime

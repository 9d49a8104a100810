"""A stage as tools and resources send it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Self

from auth.wire import Shape
from scheduling.model.diff import Share
from scheduling.model.rebase import Fate
from scheduling.model.stage import StoredStage


class PersonChurnShape(Shape):
    """How much one person's cells change; `filled` counts cells that were open before."""

    id: str
    churn: float
    changed: int
    filled: int | None = None


class ChangeShape(Shape):
    """One cell: what stands there and what will; null is open."""

    person: str
    date: dt.date
    part: str
    was: str | None
    to: str | None


class DiffShape(Shape):
    """What changes in effect, most changed people first; `cells` counts the changes, of which the first are listed."""

    churn: float
    rigidity: float
    filled: int
    cells: int
    people: tuple[PersonChurnShape, ...]
    changes: tuple[ChangeShape, ...]


class CauseShape(Shape):
    """A limit of the guard that is passed, and whether it warns or rejects."""

    id: str
    level: str
    text: str


class FlagShape(Shape):
    """What has to be settled before publishing: `settled_by` is acknowledge, break_glass or nothing (then it blocks)."""

    id: str
    text: str
    blocking: bool
    settled_by: str


class StagedFindingShape(Shape):
    """A finding that appears or goes."""

    id: str
    rule: str
    binding: str
    person: str | None = None
    start: dt.date
    end: dt.date
    message: str


class FindingsShape(Shape):
    """Findings that publishing adds and resolves, by the numbers and the first of each."""

    new_count: int
    resolved_count: int
    new: tuple[StagedFindingShape, ...]
    resolved: tuple[StagedFindingShape, ...]


class RebasedShape(Shape):
    """An override under a new version; `reason` says where it moved or what stands against it."""

    id: str
    person: str
    date: dt.date
    part: str
    activity: str
    type: str
    replacement: str | None = None
    reason: str | None = None


class RebasedOverridesShape(Shape):
    """Every active override of the blocks: none is dropped."""

    kept: tuple[RebasedShape, ...]
    moved: tuple[RebasedShape, ...]
    conflict: tuple[RebasedShape, ...]


class NoticesShape(Shape):
    """Who would be told that their schedule changed."""

    count: int
    people: tuple[str, ...]


class StageShape(Shape):
    """A stage with its lists cut to `limit` rows each; flags and conflicts are never cut."""

    stage: str
    digest: str
    state: str
    versions: dict[str, str]
    previous: dict[str, str | None]
    diff: DiffShape
    guard: str
    causes: tuple[CauseShape, ...]
    flags: tuple[FlagShape, ...]
    findings: FindingsShape
    overrides: RebasedOverridesShape
    notices: NoticesShape

    @classmethod
    def of(cls, stored: StoredStage, limit: int | None = None) -> Self:
        """The stage; without a limit in full."""
        body = stored.body
        rebased = {fate: [_rebased(o) for o in body["overrides"] if o["fate"] == fate] for fate in Fate}
        return cls(
            stage=stored.id,
            digest=stored.digest,
            state=stored.state.value,
            versions={str(block): version for block, version in stored.versions.items()},
            previous={str(block): version for block, version in stored.base.items()},
            diff=_diff(stored, limit),
            guard=stored.verdict.value,
            causes=tuple(CauseShape(id=c["id"], level=c["level"], text=c["text"]) for c in body["causes"]),
            flags=tuple(
                FlagShape(id=f.id, text=f.text, blocking=f.blocking, settled_by=f.settled_by.value)
                for f in stored.flags
            ),
            findings=FindingsShape(
                new_count=len(body["new"]),
                resolved_count=len(body["resolved"]),
                new=tuple(StagedFindingShape(**f) for f in body["new"][:limit]),
                resolved=tuple(StagedFindingShape(**f) for f in body["resolved"][:limit]),
            ),
            overrides=RebasedOverridesShape(
                kept=tuple(rebased[Fate.KEPT][:limit]),
                moved=tuple(rebased[Fate.MOVED][:limit]),
                conflict=tuple(rebased[Fate.CONFLICT]),
            ),
            notices=NoticesShape(count=len(body["people"]), people=tuple(sorted(body["people"]))[:limit]),
        )


def _diff(stored: StoredStage, limit: int | None) -> DiffShape:
    share = Share(*stored.body["share"])
    people = sorted(
        ((person, Share(*counts)) for person, counts in stored.body["people"].items()),
        key=lambda p: (-p[1].churn, -p[1].filled, p[0]),
    )
    changes: Sequence[Sequence[Any]] = stored.changes or ()
    return DiffShape(
        churn=_shown(share.churn),
        rigidity=_shown(share.rigidity),
        filled=share.filled,
        cells=len(changes),
        people=tuple(
            PersonChurnShape(id=person, churn=_shown(s.churn), changed=s.touched, filled=s.filled or None)
            for person, s in people[:limit]
        ),
        changes=tuple(
            ChangeShape(person=person, date=date, part=part, was=was, to=to)
            for person, date, part, was, to in changes[:limit]
        ),
    )


def _shown(share: Fraction) -> float:
    return round(float(share), 4)


def _rebased(stored: dict[str, Any]) -> RebasedShape:
    facts = {name: value for name, value in stored.items() if name != "fate"}
    return RebasedShape(**{**facts, "reason": facts["reason"] or None})

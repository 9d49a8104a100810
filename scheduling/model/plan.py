"""A cascade plan: how absences are covered, step by step, and at what price (domain.md §9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from scheduling.model.calendar import BlockRef
from scheduling.model.override import Override, OverrideType
from scheduling.model.part import Slot, Window

CASCADE = "cascade"


class Proof(StrEnum):
    """How good a plan is known to be: no cheaper one exists, or none below the bound."""

    OPTIMAL = "optimal"
    BOUND = "bound"


@dataclass(frozen=True, slots=True)
class Charge:
    """One penalty of a step: the policy figure it comes from, and hundredths."""

    name: str
    points: int


@dataclass(frozen=True, slots=True)
class Release:
    """A replacement's own cell that is given up first: cancelled, or a gap where residents depend on it."""

    person: str
    slot: Slot
    activity: str
    type: OverrideType


@dataclass(frozen=True, slots=True)
class Step:
    """One override of a plan, with what it takes.

    `person` is whose assignment it is, `held_by` who would do it now (another one when it is covered already: then
    `supersedes` names that coverage), `to` the replacement. `depth` is 1 for the absent person's duties, 2 for those
    of somebody who took one of them.
    """

    person: str
    slot: Slot
    activity: str
    type: OverrideType
    held_by: str
    to: str | None = None
    depth: int = 1
    releases: tuple[Release, ...] = ()
    charges: tuple[Charge, ...] = ()
    warnings: tuple[str, ...] = ()
    supersedes: str | None = None

    @property
    def points(self) -> int:
        """The step's price in hundredths."""
        return sum(c.points for c in self.charges)


@dataclass(frozen=True, slots=True)
class Figures:
    """A schedule in figures over the dates a plan touches.

    `supervision_short` adds up missing attendings, `rooms_over` and `rooms_soft` count slots above the hard and the soft
    limit, `uncovered` counts duties nobody does (attending time only where it is missed), `must` and `hours` count
    findings of must rules, and of duty-hour ones among them.
    """

    supervision_short: int
    rooms_over: int
    rooms_soft: int
    uncovered: int
    must: int
    hours: int


@dataclass(frozen=True, slots=True)
class CascadePlan:
    """A whole plan. `absent` are covered over `window`; `left` counts their cells left alone (time off, rest).

    `before` is the schedule with them away and nothing done. `bound` (hundredths) is what no plan can cost less than;
    for an alternative, no plan other than those before it. `versions` and `overlay` say what it was made on.
    """

    absent: tuple[str, ...]
    window: Window
    steps: tuple[Step, ...]
    proof: Proof
    bound: int
    versions: Mapping[BlockRef, str]
    overlay: int
    before: Figures
    after: Figures
    left: int = 0
    rank: int = 1

    @property
    def points(self) -> int:
        """The cost in hundredths: the sum of its steps'."""
        return sum(s.points for s in self.steps)

    @property
    def gaps(self) -> tuple[Step, ...]:
        """The steps that leave a duty visibly unfilled."""
        return tuple(s for s in self.steps if s.type is OverrideType.GAP)

    @property
    def sacrificed(self) -> tuple[Release, ...]:
        """What is lost: own cells of replacements, and the absent's duties that are cancelled at a price."""
        dropped = (s for s in self.steps if s.type is OverrideType.CANCELLATION and s.points)
        lost = [Release(s.person, s.slot, s.activity, s.type) for s in dropped]
        lost += [r for s in self.steps for r in s.releases]
        return tuple(sorted(lost, key=lambda r: (r.slot, r.person)))

    @property
    def touched(self) -> tuple[tuple[str, Slot], ...]:
        """Every cell the plan changes: assignments, replacements and released cells."""
        cells = {(s.person, s.slot) for s in self.steps}
        cells |= {(s.to, s.slot) for s in self.steps if s.to}
        cells |= {(s.held_by, s.slot) for s in self.steps}
        cells |= {(r.person, r.slot) for s in self.steps for r in s.releases}
        return tuple(sorted(cells, key=lambda c: (c[1], c[0])))

    @property
    def dates(self) -> Window:
        """First to last date of its steps; the absence's window where it has none."""
        dates = [s.slot.date for s in self.steps]
        return Window(min(dates), max(dates)) if dates else self.window

    @property
    def superseded(self) -> tuple[str, ...]:
        """Ids of the active overrides it takes back."""
        return tuple(s.supersedes for s in self.steps if s.supersedes)

    def overrides(self, plan: str | None = None, prefix: str = "plan") -> tuple[Override, ...]:
        """The overrides it makes, by slot and person, with ids `prefix` and a number."""
        made = [
            (s.person, s.slot, s.activity, s.type, s.to if s.type is OverrideType.COVERAGE else None)
            for s in self.steps
        ]
        made += [(r.person, r.slot, r.activity, r.type, None) for s in self.steps for r in s.releases]
        made.sort(key=lambda m: (m[1], m[0]))
        return tuple(
            Override(f"{prefix}-{n:03d}", person, slot, activity, kind, to, plan)
            for n, (person, slot, activity, kind, to) in enumerate(made, 1)
        )

    def laid_on(self, overrides: Iterable[Override]) -> tuple[Override, ...]:
        """The active overrides once the plan is applied to these."""
        gone = set(self.superseded)
        return (*(o for o in overrides if o.id not in gone), *self.overrides())

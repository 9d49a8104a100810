"""A solution: what was decided, with its proof, as canonical bytes."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from scheduling.model.activity import Catalogue
from scheduling.model.calendar import is_weekday_call
from scheduling.model.override import SOURCES, Source
from scheduling.model.part import Part, Slot
from scheduling.model.record import FmitWeek
from scheduling.model.roster import NO_SOURCE, Roster
from scheduling.model.rotation import RotationHalf
from scheduling.model.version import Cell
from scheduling.rules.rule import Tier
from scheduling.solver.build import Forced
from scheduling.solver.canonical import canonical_bytes
from scheduling.solver.objective import Breach, by_name
from scheduling.solver.problem import Stage
from scheduling.solver.status import Outcome, Status

_WHAT = {
    Tier.SAFETY: "safety",
    Tier.TRAINING: "training",
    Tier.OPERATIONS: "operations",
    Tier.PREFERENCE: "preferences",
}


@dataclass(frozen=True, slots=True)
class TierResult:
    """One tier: its objective, the bound no schedule can beat given the tiers above, and what it consists of.

    `whole` is False where a part of the window was left undecided: the figures are of what was decided, and prove nothing of
    the window.
    """

    tier: Tier
    objective: int
    bound: int
    breaches: tuple[Breach, ...]
    whole: bool = True

    @property
    def proved(self) -> bool:
        """True when the objective is the bound, and nothing was left undecided."""
        return self.whole and self.objective == self.bound

    @property
    def gap(self) -> float:
        """Objective less bound, relative to the objective."""
        return (self.objective - self.bound) / max(1, abs(self.objective))

    @property
    def sentence(self) -> str:
        """The tier's result in words."""
        what = _WHAT[self.tier]
        broken = ", ".join(f"{amount} x {name}" for name, amount in by_name(self.breaches).items())
        if not self.whole:
            return f"{what}: {broken or 'nothing is broken'} in what was decided; the rest is not"
        if not self.objective:
            return f"{what}: nothing is broken, so no schedule does better: proved"
        if self.proved:
            return f"{what}: {broken}; no schedule has less, weighed together: proved"
        return f"{what}: {broken}, costing {self.objective}; less than {self.bound} is impossible (gap {self.gap:.1%})"


@dataclass(frozen=True)
class Solution:
    """What a stage decided.

    `cells` are the decided cells (source `solver`) in order, the ones that follow from duties included, which may lie over
    the window's edge; `opened` are decided cells that end up holding nothing. `gaps` are nights and weeks nobody has.
    `forced` lists what locked cells break by themselves. `effort` is in deterministic units.
    """

    stage: Stage
    problem: str
    status: Status
    cells: tuple[Cell, ...] = ()
    opened: tuple[tuple[str, Slot], ...] = ()
    weeks: tuple[FmitWeek, ...] = ()
    calls: tuple[tuple[dt.date, str], ...] = ()
    halves: tuple[RotationHalf, ...] = ()
    gaps: tuple[Slot, ...] = ()
    tiers: tuple[TierResult, ...] = ()
    forced: tuple[Forced, ...] = ()
    seed: int = 0
    effort: float = 0.0

    @property
    def found(self) -> bool:
        """True when there is a schedule, proved best or not."""
        return bool(self.tiers)

    @property
    def proved(self) -> bool:
        """True when every tier is proved."""
        return self.status is Status.OPTIMAL

    @property
    def score(self) -> tuple[int, ...]:
        """The objectives of all tiers, compared in order."""
        return tuple(t.objective for t in self.tiers)

    @property
    def sentences(self) -> tuple[str, ...]:
        """One sentence a tier."""
        return tuple(t.sentence for t in self.tiers)

    @functools.cached_property
    def packed(self) -> bytes:
        """Canonical bytes: the same problem, seed and effort give the same bytes in every process."""
        return canonical_bytes(self)

    def applied(self, roster: Roster) -> Roster:
        """The roster with the decisions laid on it; what lies beyond the roster's window is left out."""
        cells, sources = roster.cells.copy(), roster.sources.copy()
        for person, slot in self.opened:
            if slot.date in roster.window:
                where = (roster.row(person), roster.day(slot.date), int(slot.part))
                cells[where], sources[where] = Catalogue.OPEN, NO_SOURCE
        for cell in self.cells:
            if cell.slot.date in roster.window:
                where = (roster.row(cell.person), roster.day(cell.slot.date), int(cell.slot.part))
                cells[where] = roster.catalogue.index(cell.activity)
                sources[where] = SOURCES.index(Source.SOLVER)
        known = roster.known.copy()
        return replace(roster, base=cells.copy(), cells=cells, sources=sources, known=known)


def tier_results(outcome: Outcome) -> tuple[TierResult, ...]:
    """The tiers of a search without what belongs to one run alone."""
    return tuple(TierResult(t.tier, t.objective, t.bound, t.breaches) for t in outcome.tiers)


def solver_cells(held: Mapping[tuple[str, Slot], str]) -> tuple[Cell, ...]:
    """Decided cells in canonical order."""
    return tuple(Cell(p, slot, code, Source.SOLVER) for (p, slot), code in sorted(held.items()))


def gap_nights(nights: Iterable[dt.date], held: Mapping[dt.date, str]) -> tuple[Slot, ...]:
    """Sunday-to-Thursday nights nobody has."""
    return tuple(Slot(n, Part.NIGHT) for n in sorted(nights) if n not in held and is_weekday_call(n))

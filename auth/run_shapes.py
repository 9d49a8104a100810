"""A solve run as tools and resources send it."""

from __future__ import annotations

from typing import Any, Self

from auth.wire import Shape
from scheduling.model.run import RunState, StoredRun


class ProgressShape(Shape):
    """How far a search is: `incumbent` is the tier's cost of the best schedule so far, `bound` what no schedule can beat."""

    phase: str
    tier: str | None = None
    incumbent: int | None = None
    bound: int | None = None
    gap: float | None = None
    seconds: float

    @classmethod
    def of(cls, run: StoredRun) -> Self:
        """The progress as it was last written."""
        told = run.progress
        return cls(
            phase=run.state.value if run.state is RunState.QUEUED else str(told.get("phase", "start")),
            seconds=float(told.get("seconds", 0.0)),
            **{name: told.get(name) for name in ("tier", "incumbent", "bound", "gap")},
        )

    @property
    def sentence(self) -> str:
        """The progress in a line."""
        where = f"{self.phase}: {self.tier or 'building'}"
        if self.incumbent is None:
            return f"{where}, no schedule yet, {self.seconds:.1f} s"
        gap = "" if self.gap is None else f" (gap {self.gap:.1%})"
        return f"{where}, cost {self.incumbent}, bound {self.bound}{gap}, {self.seconds:.1f} s"


class TierShape(Shape):
    """One tier's objective, the bound no schedule can beat given the tiers above, and both in words."""

    tier: str
    objective: int
    bound: int
    proved: bool
    sentence: str


class ConditionShape(Shape):
    """Conditions of one rule that have a part in a conflict."""

    rule: str
    people: tuple[str, ...]
    dates: tuple[str, ...]
    message: str


class RelaxationShape(Shape):
    """A way out: what would have to give way, and what that costs by policy; a schedule then exists."""

    cost: int
    conditions: tuple[ConditionShape, ...]


class TroubleShape(Shape):
    """A row of the data that costs the result something whatever the search does."""

    kind: str
    people: tuple[str, ...]
    start: str
    end: str
    message: str


class RunErrorShape(Shape):
    """Why a run failed."""

    code: str
    message: str
    hint: str | None = None


class RunShape(Shape):
    """A run: how far it is and, once it is over, what came of it.

    `result_versions` are drafts, in the order of `blocks`; a cancelled run keeps its incumbent there too. `findings` count
    those of the solved dates by binding, `new_musts` name those the start did not have. `core` is the minimal conflict.
    """

    run: str
    state: str
    of: str
    progress: ProgressShape
    result_versions: tuple[str, ...]
    blocks: tuple[str, ...] | None = None
    status: str | None = None
    tiers: tuple[TierShape, ...] | None = None
    gaps: tuple[str, ...] | None = None
    findings: dict[str, int] | None = None
    new_musts: tuple[str, ...] | None = None
    troubles: tuple[TroubleShape, ...] | None = None
    core: tuple[ConditionShape, ...] | None = None
    relaxations: tuple[RelaxationShape, ...] | None = None
    error: RunErrorShape | None = None

    @classmethod
    def of_run(cls, run: StoredRun) -> Self:
        """The run as it is stored."""
        result = run.result or {}
        kept: dict[str, Any] = {
            name: result.get(name) or None
            for name in ("status", "tiers", "gaps", "findings", "new_musts", "troubles", "relaxations", "error")
        }
        return cls(
            run=run.id,
            state=run.state.value,
            of=run.request.title,
            progress=ProgressShape.of(run),
            result_versions=run.versions,
            blocks=tuple(map(str, run.blocks)) or None,
            core=result.get("core"),
            **kept,
        )


def note_of(run: StoredRun, workers: int | None = None) -> str | None:
    """What to know about a run beside its figures."""
    result = run.result or {}
    if run.state is RunState.QUEUED and workers == 0:
        return "Queued. No worker is running: start `housestaff worker`, or `housestaff serve` without --no-worker."
    if run.stop and not run.state.over:
        return "Asked to stop; its worker keeps the incumbent."
    if run.state is RunState.CANCELLED and run.versions:
        return "Cancelled: the best schedule found until then is kept as a draft, not proved."
    if refused := result.get("retaken", {}).get("refused"):
        return f"{refused} snapshots of an earlier try were damaged and refused; the run began anew from its seed."
    if result.get("freed"):
        weeks = ", ".join(f"{start} to {end}" for start, end in result["freed"])
        return f"Only the weeks {weeks} were solved anew; name an objective to free everything."
    return str(result["note"]) if result.get("note") else None

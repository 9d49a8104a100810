"""What a search says while it runs: heard in the engine's thread, read by the one who writes it down."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from scheduling.rules.rule import Tier
from scheduling.solver.progress import Progress

MOST_POINTS = 60
"""Points of the gap curve that are kept; when there are more, every other one of the older half goes."""


class SearchLog:
    """Listens to a search. The newest progress and the newest incumbent replace those nobody has read yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._progress: Progress | None = None
        self._curve: list[tuple[float, str, int | None, int | None]] = []
        self._incumbent: tuple[Tier, tuple[int, ...]] | None = None

    def progress(self, progress: Progress) -> None:
        """The search moved on."""
        tier = progress.tier.value if progress.tier else ""
        point = (round(progress.seconds, 2), tier, progress.incumbent, progress.bound)
        with self._lock:
            self._progress = progress
            if not self._curve or self._curve[-1][1:] != point[1:]:
                self._curve.append(point)
            if len(self._curve) > MOST_POINTS:
                half = MOST_POINTS // 2
                self._curve = [*self._curve[:half:2], *self._curve[half:]]

    def incumbent(self, tier: Tier, values: Sequence[int]) -> None:
        """A better solution was found."""
        copied = tuple(values)
        with self._lock:
            self._incumbent = (tier, copied)

    def facts(self, phase: str, seconds: float) -> dict[str, Any]:
        """How far the search is, as it is stored; `phase` where it has not begun to speak."""
        with self._lock:
            progress, curve = self._progress, list(self._curve)
        if progress is None:
            return {"phase": phase, "seconds": round(seconds, 2), "curve": []}
        gap = progress.gap
        return {
            "phase": progress.phase or phase,
            "tier": progress.tier.value if progress.tier else None,
            "incumbent": progress.incumbent,
            "bound": progress.bound,
            "gap": None if gap is None else round(gap, 4),
            "seconds": round(seconds, 2),
            "curve": curve,
        }

    def improved(self) -> tuple[Tier, tuple[int, ...], Progress] | None:
        """The newest incumbent, once."""
        with self._lock:
            found, self._incumbent = self._incumbent, None
            if found is None or self._progress is None:
                return None
            return (*found, self._progress)

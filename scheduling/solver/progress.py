"""The ports of a search: where progress and incumbents go, and how it is stopped. Nothing here touches the engine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from scheduling.rules.rule import Tier


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a search is. `gap` is incumbent less bound over incumbent, 0 when they agree; None before the first solution."""

    phase: str
    tier: Tier | None = None
    incumbent: int | None = None
    bound: int | None = None
    seconds: float = 0.0

    @property
    def gap(self) -> float | None:
        """Relative gap between incumbent and bound."""
        if self.incumbent is None or self.bound is None:
            return None
        return (self.incumbent - self.bound) / max(1, abs(self.incumbent))


class Listener(Protocol):
    """Hears of a search. Called from the engine's thread: be quick, and hand over to your own."""

    def progress(self, progress: Progress) -> None:
        """The search moved on."""

    def incumbent(self, tier: Tier, values: Sequence[int]) -> None:
        """A better solution was found; `values` are those of every variable of the model."""


class Silence:
    """A listener that hears nothing."""

    def progress(self, progress: Progress) -> None:
        """Nothing."""

    def incumbent(self, tier: Tier, values: Sequence[int]) -> None:
        """Nothing."""


@dataclass(slots=True)
class Stop:
    """Asks a search to end. Setting it more than once does no harm, and it may be set before the search begins."""

    _event: threading.Event = field(default_factory=threading.Event)

    def set(self) -> None:
        """Stop at once and keep the incumbent."""
        self._event.set()

    @property
    def is_set(self) -> bool:
        """True once somebody asked."""
        return self._event.is_set()

    def watch(self, act: Callable[[], None], done: threading.Event, every: float = 0.05) -> None:
        """Until `done`, look every so many seconds, and call `act` again and again once the stop is set.

        It waits for `done`, not for the stop: whoever is done would otherwise wait out the pause.
        """
        while not done.wait(every):
            if self._event.is_set():
                act()

"""Policies change on dates: figures by day, and windows inside which one policy holds."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.model.calendar import days
from scheduling.model.part import Window
from scheduling.model.policy import Policy
from scheduling.model.program import Program
from scheduling.model.roster import Roster

Figures = NDArray[np.int64]


@dataclass(frozen=True, eq=False, slots=True)
class Eras:
    """The policies in force over a window, and which of them (`of_day`, by day number) holds on each day."""

    policies: tuple[Policy, ...]
    of_day: NDArray[np.intp]

    def figure(self, read: Callable[[Policy], int], day: NDArray[np.int64] | NDArray[np.intp]) -> Figures | int:
        """A figure as it stood on each of the days; a single number where the policy never changed."""
        if len(self.policies) == 1:
            return read(self.policies[0])
        return np.array([read(p) for p in self.policies], np.int64)[self.of_day[day]]

    def on(self, day: int) -> Policy:
        """The policy in force on a day number."""
        return self.policies[int(self.of_day[day])]


def eras_of(program: Program, window: Window) -> Eras:
    """The policies of a window."""
    starts = sorted({d for d, _ in program.policies.dated if window.start < d <= window.end})
    bounds = [window.start, *starts]
    of_day = np.zeros(len(window), np.intp)
    for number, start in enumerate(bounds):
        of_day[(start - window.start).days :] = number
    return Eras(tuple(program.policies.at(start) for start in bounds), of_day)


def within(roster: Roster, window: Window) -> Window | None:
    """The part of a window that the roster covers; None where it covers none."""
    first, last = max(window.start, roster.window.start), min(window.end, roster.window.end)
    return Window(first, last) if first <= last else None


def split(roster: Roster, window: Window) -> Iterator[tuple[Window, Policy]]:
    """The part of a window that the roster covers, cut where the policy changes."""
    inside = within(roster, window)
    if inside is None:
        return
    first, last = inside.start, inside.end
    starts = sorted({d for d, _ in roster.program.policies.dated if first < d <= last})
    bounds = [first, *starts, last + days(1)]
    for start, following in itertools.pairwise(bounds):
        yield Window(start, following - days(1)), roster.policy(start)

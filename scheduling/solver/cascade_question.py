"""What a cascade is asked, and where it is answered: importing this loads no solver."""

from __future__ import annotations

from dataclasses import dataclass

from scheduling.model.calendar import academic_year, days, fmit_week, year_window
from scheduling.model.errors import InvalidError
from scheduling.model.part import Window
from scheduling.model.plan import CascadePlan
from scheduling.model.roster import Roster

_WEEK = 7
_MOST_PLANS = 5


@dataclass(frozen=True, eq=False)
class Question:
    """Who is away, when, and how far to look.

    `roster` holds `context(window)`. `effort` bounds the whole search in deterministic units (about a second or two each).
    """

    roster: Roster
    absent: tuple[str, ...]
    window: Window
    depth: int = 2
    alternatives: int = 3
    effort: float = 2.0

    def require_admissible(self) -> None:
        """InvalidError for nobody, people who are no faculty, a window that is too long, or too many plans."""
        if not self.absent:
            raise InvalidError("person", "at least one is needed")
        for name in self.absent:
            if not self.roster.program.person(name).is_faculty:
                raise InvalidError("person", f"{name} is no faculty member: a cascade covers absences of faculty")
        figures = self.roster.policy(self.window.start).cascade
        if len(self.window) > figures.max_days:
            raise InvalidError("end", f"a plan spans at most {figures.max_days} days")
        if not 1 <= self.depth <= figures.max_depth:
            raise InvalidError("max_depth", "out of range", valid=range(1, figures.max_depth + 1))
        if not 1 <= self.alternatives <= _MOST_PLANS:
            raise InvalidError("alternatives", "out of range", valid=range(1, _MOST_PLANS + 1))


def context(window: Window) -> Window:
    """The dates a plan for the window reads: the FMIT weeks around it, and the academic years whose calls are counted."""
    first, last = fmit_week(window.start).start - days(_WEEK), fmit_week(window.end).end + days(2 * _WEEK)
    years = [year_window(academic_year(date)) for date in (window.start, window.end)]
    return Window(min(first, years[0].start), max(last, years[-1].end))


def made_on(window: Window) -> Window:
    """The dates whose versions a plan is bound to: those it may touch, and the FMIT weeks that rules look at."""
    return Window(fmit_week(window.start).start - days(_WEEK), fmit_week(window.end).end + days(_WEEK))


def answer(question: Question) -> tuple[CascadePlan, ...]:
    """The plans, in a process that may load the solver."""
    from scheduling.solver.cascade import plan_cascade  # noqa: PLC0415 - only the process that solves pays for ortools

    return plan_cascade(question)

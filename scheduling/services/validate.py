"""Validate a schedule: measure a target against its duty-hour and program rules, with what was accepted marked as such."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from anyio import to_thread

from scheduling.model.calendar import academic_year, year_window
from scheduling.model.part import Window
from scheduling.model.roster import Roster
from scheduling.model.waiver import Waiver
from scheduling.rules import validation
from scheduling.rules.finding import Binding
from scheduling.rules.validation import Report
from scheduling.services.asked_window import covers, outside_data
from scheduling.services.target import LIVE, Target, require_meeting, roster_of
from scheduling.store.unit import UnitOfWork

AT = "@"
"""Between a finding's id and what it was found on, where that is not live."""
REACH = 93
"""Days beyond the academic years of a window that are read, so that a rotation across the year's edge is whole."""


@dataclass(frozen=True)
class ValidationView:
    """A report, the roster it was made on (it reaches beyond the window), and the standing waivers by finding id."""

    report: Report
    roster: Roster
    waivers: Mapping[str, Waiver] = field(default_factory=dict)
    note: str | None = None
    target: Target = LIVE

    @property
    def compliant(self) -> bool:
        """True when no unwaived must is broken."""
        return not any(
            finding.binding is Binding.MUST and name not in self.waivers
            for name, finding in zip(self.report.ids, self.report.findings, strict=True)
        )


def named_on(name: str, target: Target) -> str:
    """A finding's id as it is given out: ids found on something that is not live say on what."""
    return name if target == LIVE else f"{name}{AT}{target}"


def whole_years(window: Window) -> Window:
    """The academic years a window touches: averages, equity and the days away are measured over them."""
    first, last = year_window(academic_year(window.start)), year_window(academic_year(window.end))
    return Window(first.start, last.end)


async def measured_roster(unit: UnitOfWork, slug: str, window: Window, target: Target = LIVE) -> Roster:
    """The roster of a target, wide enough for every rule to judge the window."""
    return await roster_of(unit, slug, whole_years(window), target, margin=REACH)


async def validate(
    unit: UnitOfWork,
    slug: str,
    window: Window,
    *,
    target: Target = LIVE,
    rules: Sequence[str] | None = None,
    people: Sequence[str] | None = None,
) -> ValidationView:
    """Validate the window of a target.

    NotFoundError for an unknown target, rule or person, with the nearest, InvalidError for a target of other dates. A window outside the data gives an empty report
    whose note says so.
    """
    await require_meeting(unit, slug, target, window)
    roster = await measured_roster(unit, slug, window, target)
    report = await to_thread.run_sync(lambda: validation.validate(roster, window, rules=rules, people=people))
    today = roster.program.clock.today()
    waivers = {w.finding: w for w in await unit.waivers.standing(slug) if w.stands(today)}
    note = report.note if covers(roster, window) else await outside_data(unit, slug, window)
    standing = {name: waivers[name] for name in report.ids if name in waivers}
    return ValidationView(report, roster, standing, note, target)

"""Gather what a run asks of the solver: the schedule it starts from, what stays, what may move."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from scheduling.model.activity import Catalogue
from scheduling.model.calendar import BlockRef, academic_year, fmit_week, is_weekday_call, year_window
from scheduling.model.errors import InvalidError
from scheduling.model.override import SOURCES, Source
from scheduling.model.part import Part, Slot, Window
from scheduling.model.roster import Lock, Roster
from scheduling.model.run import Reopen, RunKind, RunRequest
from scheduling.model.version import BlockSchedule
from scheduling.services.target import Target, TargetKind, versions_of
from scheduling.services.validate import whole_years
from scheduling.solver.problem import Freeze, Problem, Settings, Stage
from scheduling.solver.release import release_duties
from scheduling.solver.standing import opened, standing_duties
from scheduling.solver.weeks import week_of
from scheduling.store.unit import UnitOfWork

STARTS = tuple(k.value for k in TargetKind if k is not TargetKind.PLAN)
_SATURDAY = 6


@dataclass(frozen=True)
class Gathered:
    """A run's problem; `live` and `start` are the versions that stand and those it starts from, by block.

    `schedules` are the contents it starts from, `freed` the weeks that may move where only some may.
    """

    problem: Problem
    live: Mapping[BlockRef, str]
    start: Mapping[BlockRef, str]
    schedules: Mapping[BlockRef, BlockSchedule]

    @property
    def freed(self) -> tuple[Window, ...] | None:
        """The weeks that may move, None for all."""
        return self.problem.freed

    @property
    def start_roster(self) -> Roster:
        """The schedule it starts from, as a whole."""
        return self.problem.base or self.problem.roster


async def gather(unit: UnitOfWork, slug: str, request: RunRequest) -> Gathered:
    """Read what the request speaks of.

    NotFoundError for an unknown block or version, InvalidError for a start that is no schedule, an unknown profile, an
    effort or a model beyond the program's limits.
    """
    origin = Target.parse(request.origin, "from")
    if origin.kind is TargetKind.PLAN:
        raise InvalidError("from", "a plan is an overlay, not a schedule", valid=STARTS)
    program = await unit.program(slug)
    window = year_window(request.year) if request.block is None else program.calendar.block(request.block).window
    for frozen in request.freeze:
        if frozen.person is not None:
            program.person(frozen.person)
        if not frozen.window.meets(window):
            raise InvalidError("freeze", f"{frozen.window} lies outside {request.title}")
    if request.reopen is not None and request.kind is RunKind.BLOCK:
        raise InvalidError("reopen", "recorded duties are reopened for a year, not for a block")
    state = await unit.programs.state(slug)
    _require_year(request, {ref.year for ref in state.live}, academic_year(program.clock.today()))
    at = await versions_of(unit, slug, origin)
    roster = await unit.roster(slug, whole_years(window), overlay=False, at=at)
    live = {ref: version.hash for ref, version in state.live.items()}
    schedules = await unit.versions.load(slug, roster.versions.values())
    held = frozenset(
        (p, o.slot)
        for o in await unit.overrides.active(slug, window)
        for p in (o.person, o.replacement)
        if p is not None
    )
    problem = _problem(roster, window, request, held)
    _require_size(problem)
    return Gathered(problem, live, roster.versions, {ref: schedules[h] for ref, h in roster.versions.items()})


def _require_year(request: RunRequest, recorded: set[int], now: int) -> None:
    """InvalidError for a year before the data and today, or beyond the next one."""
    known = {*recorded, now, now + 1}
    if not min(known) <= request.year <= max(known):
        field = "year" if request.block is None else "block"
        raise InvalidError(field, "lies outside the program's years", valid=[f"{min(known)} to {max(known)}"])


def _problem(roster: Roster, window: Window, request: RunRequest, held: frozenset[tuple[str, Slot]]) -> Problem:
    """What active overrides stand on stays: they would lose their hold otherwise, on both sides."""
    settings = Settings(
        seed=request.seed,
        effort=request.effort,
        profile=request.objective or "standard",
        deterministic=request.deterministic,
    )
    year = request.kind is RunKind.YEAR
    if request.reopen is not None:
        roster = release_duties(roster, window, weeks=request.reopen is Reopen.WEEKS)
    asked = Problem(
        stage=Stage.CALLS if year else Stage.BLOCK,
        roster=replace(roster, locks=tuple(_locks(roster, window))),
        window=window,
        weeks_free=year,
        calls_free=True,
        frozen=_merged(Freeze(f.window, f.person) for f in request.freeze),
        given=held,
        freed=None if request.objective or request.reopen else affected_weeks(roster, window),
        settings=settings,
    )
    if year:
        # Whoever reopens what was recorded asks for better calls, not for the same ones.
        base = None if request.reopen else opened(asked, Source.TEMPLATE)
        return replace(asked, roster=opened(asked, Source.TEMPLATE, Source.SOLVER), base=base)
    asked = replace(asked, given=held | standing_duties(asked))
    start = opened(asked, Source.TEMPLATE, Source.SOLVER)
    bare = any(is_bare(start, night) for night in window)
    return replace(asked, roster=start, base=opened(asked, Source.TEMPLATE), calls_free=bare)


def affected_weeks(roster: Roster, window: Window) -> tuple[Window, ...] | None:
    """The weeks in which a finished schedule has work of people who are away, or nights that nobody has.

    An inpatient week is affected as a whole, with the recovery after it. None, which is all of the window, where the
    schedule is not finished or nothing of it is broken.
    """
    inside = slice(roster.day(window.start), roster.day(window.end) + 1)
    sources, cells = roster.sources[:, inside], roster.cells[:, inside]
    decided = (sources == SOURCES.index(Source.SOLVER)) & (cells != Catalogue.OPEN)
    if not decided.any() or (sources == SOURCES.index(Source.TEMPLATE)).any():
        return None
    working = np.array([not roster.catalogue[code].is_time_off for code in roster.catalogue.codes])
    broken = decided & roster.absent[:, inside] & working[cells]
    weeks = {week_of(night) for night in window if is_bare(roster, night)}
    for day in np.flatnonzero(broken.any(axis=(0, 2))):
        weeks.add(week_of(window.start + dt.timedelta(days=int(day))))
    inpatient = roster.catalogue.index(roster.policy(window.start).call.fmit_activity)
    for day in np.flatnonzero((broken & (cells == inpatient)).any(axis=(0, 2))):
        week = fmit_week(window.start + dt.timedelta(days=int(day)))
        weeks.add(Window(week.start, week.end + dt.timedelta(days=1)))
    return tuple(sorted(weeks)) or None


def is_bare(roster: Roster, night: dt.date) -> bool:
    """True for a Sunday-to-Thursday night that nobody has."""
    return is_weekday_call(night) and not roster.holders(roster.policy(night).call.activity, Slot(night, Part.NIGHT))


def _locks(roster: Roster, window: Window) -> Iterator[Lock]:
    """The locked cells of the window, which the rule on locks then watches."""
    for person, slot, code in roster.filled(window):
        source = roster.source_at(person, slot)
        if source is not None and source.locked:
            yield Lock(person, slot, code, source)


def _require_size(problem: Problem) -> None:
    """InvalidError for more choices (person, slot, activity) than the program's policy lets one run hold."""
    most = problem.policy.solve.cells_max
    codes = len({r.activity for r in problem.policy.requirements if r.activity}) + 1
    weekdays = sum(date.isoweekday() < _SATURDAY for date in problem.window)
    nights = len(problem.window)
    people = problem.roster.program.people
    half_days = sum(codes if person.is_resident else codes + len(person.limits) for person in people)
    choices = nights * sum(person.takes_call for person in people)
    if problem.stage is Stage.BLOCK:
        choices += 2 * weekdays * half_days
    if choices > most:
        raise InvalidError(
            "block" if problem.stage is Stage.BLOCK else "year",
            f"about {choices} choices, above the program's limit of {most}",
        )


def _merged(freezes: Iterable[Freeze]) -> tuple[Freeze, ...]:
    """In order, once each; what is frozen for everybody needs no names."""
    found = set(freezes)
    everybody = {f.window for f in found if f.person is None}
    named = (f for f in found if f.person is None or f.window not in everybody)
    return tuple(sorted(named, key=lambda f: (f.window, f.person or "")))

"""The problem behind a question about one assignment: what of the schedule is free to move, and what is asked to change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from scheduling.model.calendar import SATURDAY, academic_year, days, fmit_week, is_weekday_call, year_window
from scheduling.model.override import SOURCES, Source
from scheduling.model.part import Part, Slot, Window
from scheduling.model.roster import Roster
from scheduling.solver.block import works_on
from scheduling.solver.choice import Question
from scheduling.solver.problem import Problem, Settings, Stage
from scheduling.solver.standing import duty_codes, opened, standing_duties
from scheduling.solver.weeks import week_of

HALF_DAYS = (Part.AM, Part.PM)
_SUNDAY_AFTER = 3


class Kind(Enum):
    """A half-day alone; a night with the post-call time tied to it; an inpatient week with its nights and its recovery."""

    CELL = "half-day"
    NIGHT = "call"
    WEEK = "inpatient week"


@dataclass(frozen=True, slots=True)
class Subject:
    """What is asked to change: `holder` has it now (None: nobody), `other` or `code` is to stand instead (neither: anything).

    `slot` is the half-day, the night, or the AM of the Friday on which the week begins.
    """

    kind: Kind
    slot: Slot
    holder: str | None
    other: str | None = None
    code: str | None = None

    @property
    def week(self) -> Window:
        """The inpatient week."""
        return fmit_week(self.slot.date)


def subject_of(question: Question) -> Subject:
    """What the question is about: a post-call half-day means its call, an inpatient day its week."""
    roster, person, slot, held = question.roster, question.person, question.slot, question.held
    figures = roster.policy(slot.date).call
    if question.code is not None:
        if question.code == figures.activity and is_weekday_call(slot.date):
            holders = roster.holders(figures.activity, slot)
            return Subject(Kind.NIGHT, slot, holders[0] if holders else None, person)
        return Subject(Kind.CELL, slot, person, code=question.code)
    before = Slot(slot.date - days(1), Part.NIGHT)
    if held == figures.activity and is_weekday_call(slot.date):
        return Subject(Kind.NIGHT, slot, person, question.other)
    if held in (figures.post_call_am, figures.post_call_pm) and roster.at(person, before) == figures.activity:
        return Subject(Kind.NIGHT, before, person, question.other)
    friday = _inpatient_week(question)
    if friday is not None:
        return Subject(Kind.WEEK, Slot(friday, Part.AM), person, question.other)
    return Subject(Kind.CELL, slot, person, question.other)


def _inpatient_week(question: Question) -> dt.date | None:
    """The week that an attending's inpatient day, weekend night or recovery day belongs to."""
    roster, person, slot = question.roster, question.person, question.slot
    figures = roster.policy(slot.date).call
    if not roster.program.person(person).is_faculty:
        return None
    if question.held in (figures.fmit_activity, figures.activity):
        friday = fmit_week(slot.date).start
    elif question.held == figures.recovery_activity:
        friday = fmit_week(slot.date - days(1)).start
    else:
        return None
    team = (Slot(d, part) for d in fmit_week(friday) for part in HALF_DAYS)
    return friday if any(roster.at(person, s) == figures.fmit_activity for s in team) else None


def near(question: Question, subject: Subject) -> Problem:
    """The problem in which only the weeks concerned may move."""
    return _problem(question, subject, _weeks(subject))


def whole(question: Question, subject: Subject) -> Problem | None:
    """The problem in which the whole block may move; None for an inpatient week, which is one of a year's."""
    return None if subject.kind is Kind.WEEK else _problem(question, subject, None)


def _weeks(subject: Subject) -> tuple[Window, ...]:
    date = subject.slot.date
    if subject.kind is Kind.CELL:
        return (week_of(date),)
    if subject.kind is Kind.NIGHT:
        return tuple(sorted({week_of(date), week_of(date + days(1))}))
    return (Window(subject.week.start, subject.week.end + days(_SUNDAY_AFTER)),)


def _problem(question: Question, subject: Subject, freed: tuple[Window, ...] | None) -> Problem:
    roster, date = question.roster, subject.slot.date
    calls = subject.kind is not Kind.CELL
    asked = Problem(
        stage=Stage.CALLS if subject.kind is Kind.WEEK else Stage.BLOCK,
        roster=roster,
        window=_window(roster, subject),
        weeks_free=subject.kind is Kind.WEEK,
        calls_free=calls,
        freed=freed,
        people=None if calls else _same_sites(question, subject),
        settings=Settings(effort=min(question.effort, roster.policy(date).solve.effort_max)),
    )
    held = {(p, o.slot) for o in roster.overrides for p in (o.person, o.replacement) if p is not None}
    duties = standing_duties(asked) - _released(asked, subject)
    asked = replace(asked, given=frozenset({*duties, *held, *_undecided(asked)}))
    return replace(asked, roster=_settled(replace(asked, roster=opened(asked, Source.TEMPLATE, Source.SOLVER))))


def _settled(problem: Problem) -> Roster:
    """The roster in which whatever is left in the window holds like a lock: no duty that moves may take its place."""
    roster = problem.roster
    inside = slice(roster.day(problem.window.start), roster.day(problem.window.end) + 1)
    sources = roster.sources.copy()
    part = sources[:, inside]
    part[np.isin(part, [SOURCES.index(s) for s in Source if not s.locked])] = SOURCES.index(Source.MANUAL)
    return replace(roster, sources=sources)


def _window(roster: Roster, subject: Subject) -> Window:
    date = subject.slot.date
    if subject.kind is Kind.WEEK:
        year = year_window(academic_year(date))
        return Window(max(year.start, roster.window.start), min(year.end, roster.window.end))
    last = min(date + days(1), roster.window.end) if subject.kind is Kind.NIGHT else date
    blocks = roster.program.calendar.blocks_in(Window(date, last))
    return Window(max(blocks[0].start, roster.window.start), min(blocks[-1].end, roster.window.end))


def _same_sites(question: Question, subject: Subject) -> frozenset[str]:
    """With calls given nothing couples two clinic sites: those of the people concerned are the whole question."""
    people = question.roster.program.people
    sites = {p.site for p in people if p.id in (subject.holder, subject.other)}
    return frozenset(p.id for p in people if p.site in sites)


def _released(problem: Problem, subject: Subject) -> set[tuple[str, Slot]]:
    """Duties that a solve decided and that the question puts up again, what follows from them included."""
    roster = problem.roster
    found: set[tuple[str, Slot]] = set()
    for night in _nights(problem, subject):
        figures = roster.policy(night).call
        tied = (figures.post_call_am, figures.post_call_pm)
        for person in roster.holders(figures.activity, Slot(night, Part.NIGHT)):
            after = ((person, Slot(night + days(1), part)) for part in HALF_DAYS)
            found |= {(person, Slot(night, Part.NIGHT)), *((p, s) for p, s in after if roster.at(p, s) in tied)}
    if subject.kind is Kind.WEEK and subject.holder is not None:
        figures = roster.policy(subject.slot.date).call
        for date in (*subject.week, subject.week.end + days(1)):
            own = figures.fmit_activity if date in subject.week else figures.recovery_activity
            cells = ((subject.holder, Slot(date, part)) for part in HALF_DAYS)
            found |= {(p, s) for p, s in cells if roster.at(p, s) == own}
    return found


def _nights(problem: Problem, subject: Subject) -> Iterator[dt.date]:
    """Nights whose post-call time may move with them; in an inpatient week its weekend and the Sunday after as well."""
    if subject.kind is Kind.CELL:
        return
    for night in problem.window:
        free = problem.freed is None or all(any(d in w for w in problem.freed) for d in (night, night + days(1)))
        week = subject.kind is Kind.WEEK and (night in subject.week or night == subject.week.end + days(_SUNDAY_AFTER))
        if week or (free and subject.kind is Kind.NIGHT and is_weekday_call(night)):
            yield night


def _undecided(problem: Problem) -> Iterator[tuple[str, Slot]]:
    """Cells that a block's model does not decide, days off of inpatient wards among them: they stay as they are."""
    roster = problem.roster
    if problem.stage is not Stage.BLOCK:
        return
    for person, slot, code in roster.filled(problem.window):
        if code in duty_codes(roster, slot.date):
            continue
        who = roster.program.by_id[person]
        rotation = roster.rotation_of(person, slot.date)
        outpatient = rotation is not None and rotation.pattern in roster.policy(slot.date).rotations.outpatient
        weekday = slot.date.isoweekday() < SATURDAY and slot.date not in roster.program.holidays
        asked = outpatient if who.is_resident else who.takes_call and works_on(who, slot.date)
        if slot.part is Part.NIGHT or not weekday or not who.active or not asked:
            yield person, slot

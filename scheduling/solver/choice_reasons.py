"""What speaks against a choice, in sentences: what holds the slot, what the solver never offers, what the rules say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from scheduling.model.calendar import SATURDAY, days, is_weekday_call
from scheduling.model.override import Change
from scheduling.model.part import Part, Slot, Window
from scheduling.model.person import Person
from scheduling.model.roster import Roster
from scheduling.solver.block import faculty_options, resident_options
from scheduling.solver.build import Build
from scheduling.solver.calls_year import may_be_asked
from scheduling.solver.choice import Ground, override_on
from scheduling.solver.choice_model import ChoiceModel, Fixed
from scheduling.solver.choice_problem import HALF_DAYS, Kind, Subject
from scheduling.solver.choice_wording import source_text, when
from scheduling.solver.cores import Budget, find_core, ordered, thinned
from scheduling.solver.duty_cells import post_call
from scheduling.solver.problem import LOCK, Problem
from scheduling.solver.standing import duty_codes
from scheduling.solver.wording import grouped

CHOICE = "choice"
"""Not a rule: what the solver offers at all."""


def locked(problem: Problem, roster: Roster, cells: Iterable[tuple[str, Slot]]) -> Iterator[Ground]:
    """What holds these cells whatever a solve would like: an override, or a locked source."""
    for person, slot in cells:
        override = override_on(roster, person, slot)
        held = roster.at(person, slot)
        source = roster.source_at(person, slot)
        if override is not None:
            text = f"override {override.id} ({override.type}) stands on {override.activity} of {override.person} on {when(slot)}"
            yield Ground(LOCK, f"{text}; revert_override takes it back")
        elif held is not None and source is not None and source.locked and problem.locks_hold:
            yield Ground(LOCK, f"{held} of {person} on {when(slot)} is locked ({source_text(source)})")


def tied(roster: Roster, person: str, slot: Slot) -> Ground | None:
    """Why a duty's half-day cannot become something else by itself."""
    code, figures = roster.at(person, slot), roster.policy(slot.date).call
    if not roster.program.by_id[person].is_faculty or code not in duty_codes(roster, slot.date):
        return None
    if code in (figures.post_call_am, figures.post_call_pm):
        night = Slot(slot.date - days(1), Part.NIGHT)
        return Ground(
            "prog.post_call_tied", f"{code} follows the call of {person} on {when(night)} and moves only with it"
        )
    if code == figures.recovery_activity:
        return Ground(
            "prog.fmit_recovery", f"{code} of {person} on {when(slot)} is the recovery after an inpatient week"
        )
    if code == figures.activity:
        return Ground(
            "prog.one_caller", f"the night of {when(slot)} needs its caller: name the person who is to have it"
        )
    text = f"{code} of {person} on {when(slot)} is a day of an inpatient week: name the person who is to have the week"
    return Ground("prog.fmit_one_attending", text)


def never_offered(build: Build, person: str, slot: Slot, code: str) -> Ground:
    """Why the solver never offers the choice."""
    problem, roster = build.problem, build.problem.roster
    someone, held = roster.program.by_id[person], roster.at(person, slot)
    holiday = slot.date in roster.program.holidays
    if slot.part is Part.NIGHT or not someone.active:
        return Ground(CHOICE, _no_night(roster, someone, slot, code))
    if slot.date.isoweekday() >= SATURDAY or holiday:
        day = "a holiday" if holiday else "a weekend"
        return Ground(CHOICE, f"{when(slot)} lies on {day}: half-days are decided on working days only")
    if held is not None and not problem.is_free(person, slot):
        stays = Ground("prog.one_activity", f"{person} holds {held} on {when(slot)}, which stays")
        return tied(roster, person, slot) or stays
    return (_no_resident if someone.is_resident else _no_faculty)(build, someone, slot, code)


def _no_faculty(build: Build, someone: Person, slot: Slot, code: str) -> Ground:
    if someone.is_adjunct:
        return Ground(CHOICE, f"{someone.id} is an adjunct: placed by hand only")
    if someone.available_weekdays and slot.date.isoweekday() not in someone.available_weekdays:
        return Ground(CHOICE, f"{someone.id} does not work on a {slot.date:%A}")
    if build.problem.roster.catalogue[code].needs_credential and not someone.credential(code, slot.date):
        return Ground("prog.credential", f"{someone.id} holds no valid credential for {code} on {slot.date}")
    offered = faculty_options(build, someone, slot, defaultdict(lambda: defaultdict(set)))
    return Ground(CHOICE, f"{someone.id} is offered {_or(offered)} on {when(slot)}, never {code}")


def _or(codes: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(codes)) or "nothing"


def _no_night(roster: Roster, someone: Person, slot: Slot, code: str) -> str:
    if not someone.active:
        return f"{someone.id} is no longer active"
    if code != roster.policy(slot.date).call.activity or not someone.is_faculty:
        return f"{code} of {someone.id} at night follows the rotation; only call of faculty is decided night by night"
    if not is_weekday_call(slot.date):
        return f"the night of {when(slot)} goes with the week's inpatient attending"
    if not may_be_asked(someone, slot):
        return f"{someone.id} does not work on a {slot.date:%A}"
    held = roster.at(someone.id, slot) or "the night"
    return f"{someone.id} cannot be asked for the night of {when(slot)}: {held} stays as it is"


def _no_resident(build: Build, someone: Person, slot: Slot, code: str) -> Ground:
    roster, person = build.problem.roster, someone.id
    rotation = roster.rotation_of(person, slot.date)
    if rotation is None:
        return Ground("prog.unassigned", f"{person} has no rotation on {slot.date}, so nothing is asked of them")
    figures = roster.policy(slot.date).rotations
    if rotation.pattern not in figures.outpatient:
        return Ground(CHOICE, f"{person} is on {rotation.name}, whose days follow its pattern")
    asked = _or(resident_options(build, someone, slot))
    return Ground("prog.requirement", f"{rotation.name} asks {person} for {asked}, never for {code}")


def core_grounds(model: ChoiceModel, fixed: Fixed) -> list[Ground]:
    """The least set of conditions that these values contradict, from a model made to explain."""
    build, budget = model.held(fixed), Budget()
    first = find_core(build, ordered(build), budget)
    least = () if first is None else thinned(build, first, budget)
    return [Ground(g.rule, g.message) for g in grouped(model.problem, least)]


def changed_by(roster: Roster, subject: Subject) -> list[Change]:
    """The alternative by itself, with what is tied to it: what the checkers are asked about."""
    cells: dict[tuple[str, Slot], str | None] = {}
    holder, other, slot = subject.holder, subject.other, subject.slot
    figures = roster.policy(slot.date).call
    if subject.kind is Kind.CELL:
        held = roster.at(holder, slot) if holder else None
        if holder:
            cells[holder, slot] = subject.code
        if other:
            cells[other, slot] = held
    elif subject.kind is Kind.NIGHT:
        if holder:
            cells[holder, slot] = None
            tied_slots = [Slot(slot.date + days(1), part) for part in HALF_DAYS]
            follow = (figures.post_call_am, figures.post_call_pm)
            cells |= {(holder, s): None for s in tied_slots if roster.at(holder, s) in follow}
        if other:
            cells[other, slot] = figures.activity
            cells |= {(other, s): code for s, code in post_call(roster, other, slot.date) if _weak(roster, other, s)}
    else:
        cells |= _week_cells(roster, subject)
    return [Change(p, s, roster.at(p, s), to) for (p, s), to in sorted(cells.items()) if s.date in roster.window]


def _weak(roster: Roster, person: str, slot: Slot) -> bool:
    source = roster.source_at(person, slot)
    return source is None or not source.locked


def _week_cells(roster: Roster, subject: Subject) -> dict[tuple[str, Slot], str | None]:
    figures = roster.policy(subject.slot.date).call
    cells: dict[tuple[str, Slot], str | None] = {}
    after = subject.week.end + days(1)
    for date in Window(subject.week.start, after):
        for part in Part:
            slot = Slot(date, part)
            weekend = part is Part.NIGHT and date != after and not is_weekday_call(date)
            mine = (
                figures.activity if weekend else figures.recovery_activity if date == after else figures.fmit_activity
            )
            if part is Part.NIGHT and not weekend:
                continue
            if subject.holder and roster.at(subject.holder, slot) == mine:
                cells[subject.holder, slot] = None
            if subject.other and _weak(roster, subject.other, slot):
                cells[subject.other, slot] = mine
    return cells


def joined(*lists: Iterable[Ground]) -> tuple[Ground, ...]:
    """Each rule told by the first list that speaks of it."""
    told: list[Ground] = []
    for grounds in lists:
        known = {g.id for g in told}
        told += [g for g in dict.fromkeys(grounds) if g.id not in known]
    return tuple(told)

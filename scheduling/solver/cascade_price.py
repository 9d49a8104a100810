"""What a set of decisions means: the steps of the plan, each with its penalties (domain.md §9).

Plain Python, written apart from the model: a solution whose price here is not its objective there is a bug in one of them.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from scheduling.model.calendar import days, is_weekday_call
from scheduling.model.override import OverrideType
from scheduling.model.part import Part, Slot, Window
from scheduling.model.plan import Charge, Release, Step
from scheduling.model.sacrifice import points, sacrifice_name
from scheduling.solver.cascade_case import Case, Cell, Duty, Post, dependents
from scheduling.solver.cascade_options import FollowOn, Options, Own, monday

_SUNDAY_AFTER = 3
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Choice:
    """The decisions: who takes each duty (None for nobody), and who takes a displaced half-day over."""

    takes: tuple[str | None, ...]
    again: Mapping[tuple[str, Slot], str] = field(default_factory=dict)


class ImpossibleError(Exception):
    """These decisions contradict each other or a rule."""


def price(case: Case, options: Options, choice: Choice) -> tuple[Step, ...]:
    """The steps in order of slot, depth and person; ImpossibleError where the decisions cannot stand together."""
    return _Bill(case, options, choice).steps()


@dataclass(slots=True)
class _Draft:
    step: Step
    duty: Duty | None = None
    charges: list[Charge] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


class _Bill:
    def __init__(self, case: Case, options: Options, choice: Choice) -> None:
        self.case = case
        self.options = options
        self.choice = choice
        self.figures = case.policy.cascade
        self.drafts: list[_Draft] = []
        self.taken: set[tuple[str, Slot]] = set()
        self.lost: dict[Post, list[_Draft]] = defaultdict(list)

    def steps(self) -> tuple[Step, ...]:
        used: set[tuple[str, Slot]] = set()
        for duty, taker in zip(self.case.duties, self.choice.takes, strict=True):
            if taker is None:
                self._undone(duty)
            else:
                self._taken(duty, taker, used)
        if unused := set(self.choice.again) - used:
            raise ImpossibleError(f"nothing is displaced at {min(unused)}")
        for cell in self.case.settled:
            self._add(_step(cell, OverrideType.CANCELLATION))
        self._nights()
        self._stretches()
        self._clinics()
        self._lost_supervision()
        for (person, date), drafts in self._covers().items():
            self._same_day(person, date, drafts)
        self._calls()
        finished = (replace(d.step, charges=_summed(d.charges), warnings=tuple(d.warnings)) for d in self.drafts)
        return tuple(sorted(finished, key=lambda s: (s.slot, s.depth, s.person)))

    def _add(self, step: Step, *charges: Charge, duty: Duty | None = None, warnings: tuple[str, ...] = ()) -> _Draft:
        draft = _Draft(step, duty, [c for c in charges if c.points], list(warnings))
        self.drafts.append(draft)
        return draft

    def _occupy(self, person: str, slot: Slot) -> None:
        if (person, slot) in self.taken:
            raise ImpossibleError(f"{person} would be twice at {slot}")
        self.taken.add((person, slot))

    def _undone(self, duty: Duty) -> None:
        name = "gap" if duty.price == self.case.gap else sacrifice_name(self.case.roster.catalogue[duty.cell.activity])
        warnings = tuple(f"{p} in {duty.cell.activity} is left without its attending" for p in duty.dependents)
        draft = self._add(_step(duty.cell, duty.undone), Charge(name, duty.price), duty=duty, warnings=warnings)
        if duty.supervises:
            self.lost[self.case.post(duty.cell)].append(draft)
        for cell in duty.follows:
            if cell.slot in duty.away and self._supervises(cell):
                self.lost[self.case.post(cell)].append(self._add(_step(cell, OverrideType.GAP)))

    def _taken(self, duty: Duty, person: str, used: set[tuple[str, Slot]]) -> None:
        option = self.options.by_duty[duty.number].get(person)
        if option is None:
            raise ImpossibleError(f"{person} may not take {duty.cell.activity} at {duty.slot}")
        self._occupy(person, duty.slot)
        own, again = option.own, self.choice.again.get((person, duty.slot))
        step = _step(duty.cell, OverrideType.COVERAGE, to=person)
        charges = list(option.charges)
        if own is None:
            charges.append(Charge("free", points(self.figures.free)))
        elif again is not None:
            used.add((person, duty.slot))
            self._again(person, duty.slot, own, again)
        else:
            step, charge = self._give_up(step, person, own)
            charges.append(charge)
        self._add(step, *charges, duty=duty, warnings=option.warnings)
        for follow in option.follows:
            self._follow(follow, person)

    def _give_up(self, step: Step, person: str, own: Own) -> tuple[Step, Charge]:
        if own.price is None:
            raise ImpossibleError(f"{person} holds {own.activity} at {step.slot}, which is never given up")
        needed = bool(dependents(self.case.roster, own.activity, step.slot))
        kind = OverrideType.GAP if needed else OverrideType.CANCELLATION
        charge = Charge(sacrifice_name(self.case.roster.catalogue[own.activity]), own.price)
        return replace(step, releases=(Release(person, step.slot, own.activity, kind),)), charge

    def _again(self, displaced: str, slot: Slot, own: Own, taker: str) -> None:
        option = self.options.again.get((slot, own.key), {}).get(taker)
        if option is None:
            raise ImpossibleError(f"{taker} may not take {own.activity} over at {slot}")
        self._occupy(taker, slot)
        cell = Cell(displaced, slot, own.activity, displaced)
        step = replace(_step(cell, OverrideType.COVERAGE, to=taker), depth=2)
        if option.own is None:
            self._add(step, Charge("free", points(self.figures.free)))
        else:
            step, charge = self._give_up(step, taker, option.own)
            self._add(step, charge)

    def _follow(self, follow: FollowOn, person: str) -> None:
        cell = follow.cell
        if follow.gap is not None:
            draft = self._add(_step(cell, OverrideType.GAP), warnings=(follow.gap,))
        else:
            self._occupy(person, cell.slot)
            step, charges = _step(cell, OverrideType.COVERAGE, to=person), []
            if follow.own is not None:
                step, charge = self._give_up(step, person, follow.own)
                charges.append(charge)
            draft = self._add(step, *charges)
        if follow.lost:
            self.lost[self.case.post(cell)].append(draft)

    def _supervises(self, cell: Cell) -> bool:
        return self.case.roster.catalogue[cell.activity].supplies_supervision

    def _takers(self) -> Iterator[tuple[Duty, str]]:
        for duty, taker in zip(self.case.duties, self.choice.takes, strict=True):
            if taker is not None:
                yield duty, taker

    def _nights(self) -> None:
        """A Friday or Saturday night of the FMIT week goes to whoever is FMIT attending that day, if anybody is."""
        for duty, taker in self._takers():
            if duty.call and duty.stretch:
                day = [t for d, t in self._takers() if d.fmit and d.date == duty.date and d.stretch == duty.stretch]
                if day and taker not in day:
                    raise ImpossibleError(f"the night of {duty.date} belongs to the FMIT attending")

    def _stretches(self) -> None:
        first: dict[Window, dict[str, _Draft]] = defaultdict(dict)
        ordered = sorted((d for d in self.drafts if d.duty and d.duty.fmit and d.step.to), key=lambda d: d.step.slot)
        for draft in ordered:
            assert draft.duty is not None
            assert draft.duty.stretch is not None
            assert draft.step.to is not None
            first[draft.duty.stretch].setdefault(draft.step.to, draft)
        for week, people in sorted(first.items()):
            self._in_a_row(week, people, first.get(Window(week.start - days(_WEEK), week.end - days(_WEEK)), {}))
            for number, (person, draft) in enumerate(people.items()):
                if number:
                    draft.charges.append(Charge("fmit_handover", points(self.figures.fmit_handover)))
                for broken in self.options.week[week, person]:
                    draft.charges.append(Charge("rule_broken", points(self.figures.rule_broken)))
                    draft.warnings.append(broken)
                self._no_call_beside(week, person)

    def _in_a_row(self, week: Window, people: Mapping[str, _Draft], before: Mapping[str, _Draft]) -> None:
        for person in sorted(people.keys() & before.keys()):
            people[person].charges.append(Charge("rule_broken", points(self.figures.rule_broken)))
            people[person].warnings.append(f"{person} would have FMIT days in two weeks in a row, until {week.end}")

    def _no_call_beside(self, week: Window, person: str) -> None:
        for duty, taker in self._takers():
            if taker != person or not duty.call:
                continue
            own_week = duty.date in week and is_weekday_call(duty.date)
            after = (duty.date - week.end).days in (1, _SUNDAY_AFTER)
            if own_week or (after and not self._in_fmit(person, duty.date)):
                raise ImpossibleError(f"{person} would take the call of {duty.date} in or right after an FMIT week")

    def _in_fmit(self, person: str, date: dt.date) -> bool:
        return any(d.fmit and d.date == date and t == person for d, t in self._takers())

    def _clinics(self) -> None:
        counts: dict[tuple[str, dt.date, str], int] = defaultdict(int)
        for draft in self.drafts:
            if draft.step.to is not None:
                counts[draft.step.to, monday(draft.step.slot.date), draft.step.activity] += 1
        for key, count in counts.items():
            if count > self.options.room.get(key, count):
                raise ImpossibleError(f"{key[0]} would pass the weekly limit of {key[2]}")

    def _lost_supervision(self) -> None:
        """Attending time nobody misses is a cheap gap; what is missed costs like any duty nobody does."""
        for post, drafts in self.lost.items():
            missed = self.case.supply[post].extra_short(len(drafts))
            drafts.sort(key=lambda d: d.step.held_by)
            for number, draft in enumerate(drafts):
                if number < len(drafts) - missed:
                    draft.charges.append(Charge("spare_supervision", self.case.spare))
                else:
                    draft.charges.append(Charge("gap", self.case.gap))
                    draft.warnings.append(f"supervision is short at {post[0]}")

    def _covers(self) -> dict[tuple[str, dt.date], list[_Draft]]:
        """Covers by person and date, in order; post-call time that came with a call is none."""
        found: dict[tuple[str, dt.date], list[_Draft]] = defaultdict(list)
        for draft in self.drafts:
            step = draft.step
            if step.to is not None and (draft.duty is not None or step.depth > 1):
                found[step.to, step.slot.date].append(draft)
        for drafts in found.values():
            drafts.sort(key=lambda d: (d.step.slot, d.step.depth))
        return found

    def _same_day(self, person: str, date: dt.date, drafts: list[_Draft]) -> None:
        groups: set[tuple[str, str]] = set()
        already = (person, date) in self.options.covering
        for draft in drafts:
            group = draft.duty.group if draft.duty else ("slot", f"{draft.step.slot}")
            if group not in groups and (groups or already):
                draft.charges.append(Charge("already_covering", points(self.figures.already_covering)))
            groups.add(group)
        by_day = [d for d in drafts if d.step.slot.part is not Part.NIGHT]
        if not by_day:
            return
        new = [d for d in drafts if d.duty is not None and d.duty.call and is_weekday_call(date)]
        charge = Charge("same_day_before_call", points(self.figures.same_day_before_call))
        if new and (person, date) not in self.options.working:
            new[0].charges.append(charge)
        elif not new and date in self.options.calls[person]:
            by_day[0].charges.append(charge)

    def _calls(self) -> None:
        taken: dict[str, list[_Draft]] = defaultdict(list)
        for draft in sorted(self.drafts, key=lambda d: d.step.slot):
            if draft.duty is not None and draft.duty.call and draft.step.to is not None:
                taken[draft.step.to].append(draft)
        for drafts in taken.values():
            nights = {d.step.slot.date for d in drafts if is_weekday_call(d.step.slot.date)}
            for number, draft in enumerate(drafts):
                draft.charges.append(Charge("per_call_held", number * points(self.figures.per_call_held)))
                night = draft.step.slot.date
                if night in nights and night - days(1) in nights:
                    draft.charges.append(Charge("call_adjacent_day", points(self.figures.call_adjacent_day)))


def _step(cell: Cell, kind: OverrideType, *, to: str | None = None) -> Step:
    return Step(cell.assignee, cell.slot, cell.activity, kind, cell.holder, to, supersedes=cell.supersedes)


def _summed(charges: list[Charge]) -> tuple[Charge, ...]:
    totals: dict[str, int] = defaultdict(int)
    for charge in charges:
        totals[charge.name] += charge.points
    return tuple(Charge(name, total) for name, total in sorted(totals.items()) if total)

"""The cascade as a constraint model: one joint search over the whole absence, proved (domain.md §9).

Objective: the cost in steps of the prices' common divisor, times a factor above anything the rest can reach; then the number
of half-days handed on, then the spread of the load: among plans of one cost the one that moves fewer people is better,
and among those the more even one.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from ortools.sat.python import cp_model

from scheduling.model.calendar import days, is_weekday_call
from scheduling.model.part import Part, Slot, Window
from scheduling.model.sacrifice import points
from scheduling.solver.cascade_bound import Narrowed
from scheduling.solver.cascade_case import Case, Duty, Post
from scheduling.solver.cascade_options import Moved, Option, monday
from scheduling.solver.cascade_price import Choice

Var = cp_model.IntVar
Sum = cp_model.LinearExprT
_SUNDAY_AFTER = 3
_WEEK = 7
_STEPS = 4
_HUGE = 2**62


@dataclass(frozen=True, slots=True)
class Answer:
    """A solution with its cost and the proved lower bound (hundredths)."""

    choice: Choice
    points: int
    bound: int
    optimal: bool


class CascadeModel:
    """The model of one case; `solve` may be called again after `forbid`."""

    def __init__(self, case: Case, narrowed: Narrowed) -> None:
        self.case = case
        self.options = narrowed.options
        self.narrowed = narrowed
        self.figures = case.policy.cascade
        self.model = cp_model.CpModel()
        self.costs: list[tuple[int, Var]] = []
        self.fixed = 0
        self.take: list[dict[str, Var]] = []
        self.undone: list[Var] = []
        self.again: dict[tuple[str, Slot], Var] = {}
        self.over: dict[tuple[Slot, Moved], dict[str, Var]] = {}
        self._busy: dict[tuple[str, Slot], list[Var]] = defaultdict(list)
        self._lost: dict[Post, list[Var]] = defaultdict(list)
        self._groups: dict[tuple[str, dt.date], dict[tuple[str, str], list[Var]]] = defaultdict(
            lambda: defaultdict(list)
        )
        self._in_stretch: dict[str, list[Var]] = defaultdict(list)
        for duty in case.duties:
            self._duty(duty)
        self._displacement()
        self._one_place_each()
        self._supervision()
        self._stretches()
        self._nights()
        self._clinics()
        self._calls()
        self._days()
        self._objective()

    def _bool(self, cost: int = 0) -> Var:
        var = self.model.new_bool_var("")
        if cost:
            self.costs.append((cost, var))
        return var

    def _duty(self, duty: Duty) -> None:
        takes: dict[str, Var] = {}
        for name, option in self.options.by_duty[duty.number].items():
            cost = sum(c.points for c in option.charges)
            cost += points(self.figures.free) if option.own is None else 0
            cost += sum(f.own.price or 0 for f in option.follows if f.own)
            takes[name] = var = self._bool(cost)
            self._busy[name, duty.slot].append(var)
            self._groups[name, duty.date][duty.group].append(var)
            for follow in option.follows:
                if follow.gap is None:
                    self._busy[name, follow.cell.slot].append(var)
                if follow.lost:
                    self._lost[self.case.post(follow.cell)].append(var)
        undone = self._bool(duty.price)
        if duty.supervises:
            self._lost[self.case.post(duty.cell)].append(undone)
        for cell in duty.follows:
            if cell.slot in duty.away and self._supervises(cell.activity):
                self._lost[self.case.post(cell)].append(undone)
        self.model.add_exactly_one([*takes.values(), undone])
        self.take.append(takes)
        self.undone.append(undone)

    def _supervises(self, activity: str) -> bool:
        return self.case.roster.catalogue[activity].supplies_supervision

    def _displacement(self) -> None:
        """Whoever takes something and has something of their own there gives it up, or hands it on."""
        taken: dict[tuple[str, Slot], list[tuple[Duty, Option]]] = defaultdict(list)
        for duty in self.case.duties:
            for name, option in self.options.by_duty[duty.number].items():
                if option.own is not None:
                    taken[name, duty.slot].append((duty, option))
        handed: dict[tuple[Slot, Moved], list[Var]] = defaultdict(list)
        wanted: dict[tuple[Slot, Moved], set[str]] = defaultdict(set)
        for (name, slot), places in taken.items():
            own = places[0][1].own
            assert own is not None
            displaced = [self.take[duty.number][name] for duty, _ in places]
            takers = self._useful(slot, own.key, [duty for duty, _ in places]) - {name}
            if not takers:
                for var in displaced:
                    self.costs.append((own.price, var)) if own.price is not None else self.model.add(var == 0)
                continue
            wanted[slot, own.key] |= takers
            hand = displaced[0] if own.price is None and len(displaced) == 1 else self._bool()
            self.again[name, slot] = hand
            handed[slot, own.key].append(hand)
            if own.price is not None:
                self.model.add(hand + self._bool(own.price) == sum(displaced))
            elif len(displaced) > 1:
                self.model.add(hand == sum(displaced))
        for (slot, moved), hands in handed.items():
            overs = {n: self._over(slot, n, self.options.again[slot, moved][n]) for n in sorted(wanted[slot, moved])}
            self.over[slot, moved] = overs
            self.model.add(sum(overs.values()) == sum(hands))

    def _over(self, slot: Slot, name: str, option: Option) -> Var:
        price = points(self.figures.free) if option.own is None else option.own.price
        var = self._bool(price or 0)
        self._busy[name, slot].append(var)
        self._groups[name, slot.date]["slot", f"{slot}"].append(var)
        return var

    def _useful(self, slot: Slot, moved: Moved, duties: Iterable[Duty]) -> set[str]:
        """Takers of a displaced half-day who could not just as well take the duty itself: those would cost no more."""
        takers = self.options.again.get((slot, moved), {})
        found: set[str] = set()
        for duty in duties:
            direct = self.options.by_duty[duty.number]
            found |= {n for n in takers if duty.fmit or n not in direct or self._may_run_out(duty, n)}
        return found

    def _may_run_out(self, duty: Duty, name: str) -> bool:
        key = (name, monday(duty.date), duty.cell.activity)
        rivals = sum((monday(d.date), d.cell.activity) == key[1:] for d in self.case.duties)
        return self.options.room.get(key, rivals) < rivals

    def _one_place_each(self) -> None:
        for _, rivals in sorted(self._busy.items(), key=lambda b: (b[0][1], b[0][0])):
            if len(rivals) > 1:
                self.model.add_at_most_one(rivals)

    def _supervision(self) -> None:
        for post, lost in sorted(self._lost.items()):
            supply = self.case.supply[post]
            for var in lost:
                self.costs.append((self.case.spare, var))
            missed = self.model.new_int_var(0, len(lost), "")
            spare = supply.full - supply.demand
            self.model.add(missed >= sum(lost) - max(0, spare))
            self.costs.append((self.case.gap - self.case.spare, missed))

    def _stretches(self) -> None:
        """One more person in a stretch costs a handover, and whatever rules their week breaks.

        Told apart whether one person does it alone or several share it: without that the relaxation mixes everybody a
        little and proves nothing.
        """
        roles_of: dict[tuple[Window, str], list[Var]] = {}
        for week in self.case.stretches:
            mine: dict[str, list[Var]] = defaultdict(list)
            for duty in self.case.duties:
                if duty.fmit and duty.stretch == week:
                    for name, var in self.take[duty.number].items():
                        mine[name].append(var)
            nobody = self.model.new_bool_var("")
            shared = None if week in self.narrowed.alone else self.model.new_bool_var("")
            alone: list[Var] = []
            parts: list[Var] = []
            for name, takes in sorted(mine.items()):
                broken = len(self.options.week[week, name]) * points(self.figures.rule_broken)
                roles = [self._bool(broken)]
                alone.append(roles[0])
                if shared is not None:
                    roles.append(self._bool(broken))
                    parts.append(roles[1])
                    self.model.add_implication(roles[1], shared)
                self._in_stretch[name] += roles
                roles_of[week, name] = roles
                before = roles_of.get((Window(week.start - days(_WEEK), week.end - days(_WEEK)), name), [])
                if before:
                    again = self._bool(points(self.figures.rule_broken))
                    self.model.add(sum(before) + sum(roles) <= 1 + again)
                for var in takes:
                    self.model.add_bool_or([var.negated(), *roles])
                self._no_call_beside(week, name, roles)
            self.model.add_exactly_one([nobody, *([shared] if shared is not None else []), *alone])
            if shared is not None:
                more = self.model.new_int_var(0, len(parts), "")
                self.model.add(sum(parts) == more + shared)
                self.model.add(more >= shared)
                self.costs.append((points(self.figures.fmit_handover), more))

    def _no_call_beside(self, week: Window, name: str, parts: list[Var]) -> None:
        for duty in self.case.duties:
            var = self.take[duty.number].get(name) if duty.call else None
            if var is None:
                continue
            if duty.date in week and is_weekday_call(duty.date):
                self.model.add_at_most_one([*parts, var])
            elif (duty.date - week.end).days in (1, _SUNDAY_AFTER):
                stays = [t[name] for d, t in self._fmit_of(duty.date) if name in t]
                self.model.add(sum(parts) + var <= 1 + sum(stays))

    def _fmit_of(self, date: dt.date) -> list[tuple[Duty, dict[str, Var]]]:
        return [(d, self.take[d.number]) for d in self.case.duties if d.fmit and d.date == date]

    def _nights(self) -> None:
        """Friday and Saturday nights of the week go to that day's attending; to anybody when the day has none."""
        for duty in self.case.duties:
            if not (duty.call and duty.stretch):
                continue
            day = [(d, t) for d, t in self._fmit_of(duty.date) if d.stretch == duty.stretch]
            if not day:
                continue
            nobody = self.model.new_bool_var("")
            for other, _ in day:
                self.model.add_implication(nobody, self.undone[other.number])
            for name, var in self.take[duty.number].items():
                self.model.add_bool_or([var.negated(), nobody, *(t[name] for _, t in day if name in t)])

    def _clinics(self) -> None:
        counts: dict[tuple[str, dt.date, str], list[Var]] = defaultdict(list)
        for duty in self.case.duties:
            for name, var in self.take[duty.number].items():
                counts[name, monday(duty.date), duty.cell.activity].append(var)
        for (slot, (activity, _)), overs in self.over.items():
            for name, var in overs.items():
                counts[name, monday(slot.date), activity].append(var)
        for key, rivals in counts.items():
            if len(rivals) > self.options.room.get(key, len(rivals)):
                self.model.add(sum(rivals) <= self.options.room[key])

    def _calls(self) -> None:
        """Each further call of one person costs more; so do calls on adjacent nights."""
        taken: dict[str, list[tuple[dt.date, Var]]] = defaultdict(list)
        for duty in self.case.duties:
            if duty.call:
                for name, var in self.take[duty.number].items():
                    taken[name].append((duty.date, var))
        held, beside = points(self.figures.per_call_held), points(self.figures.call_adjacent_day)
        for calls in taken.values():
            self._growing([v for _, v in calls], held)
            nights = {d: v for d, v in calls if is_weekday_call(d)}
            for date, var in nights.items():
                if (before := nights.get(date - days(1))) is not None:
                    self._both(before, var, beside)

    def _growing(self, items: list[Var], price: int) -> None:
        """The first costs nothing more, the second `price`, the third twice that, and so on."""
        if len(items) > 1 and price:
            steps = [self._bool(price * n) for n in range(1, len(items))]
            self.model.add(sum(items) <= 1 + sum(steps))

    def _both(self, one: Var, other: Var, price: int) -> None:
        if price:
            self.model.add(one + other <= 1 + self._bool(price))

    def _days(self) -> None:
        """A second cover on one day, and work on the day of a call."""
        again, tired = points(self.figures.already_covering), points(self.figures.same_day_before_call)
        for (name, date), groups in sorted(self._groups.items()):
            there = [self._group(group, members) for group, members in groups.items()]
            if (name, date) in self.options.covering:
                self.costs += [(again, var) for group in there for var in group]
            elif len(there) > 1 and again:
                more = self.model.new_int_var(0, len(there) - 1, "")
                self.model.add(more >= sum(var for group in there for var in group) - 1)
                self.costs.append((again, more))
            self._before_call(name, date, tired)

    def _group(self, group: tuple[str, str], members: list[Var]) -> list[Var]:
        """Literals that add up to whether the person covers the group: those of one slot exclude each other."""
        if group[0] == "slot" or len(members) == 1:
            return members
        part = self.model.new_bool_var("")
        for var in members:
            self.model.add_implication(var, part)
        return [part]

    def _before_call(self, name: str, date: dt.date, price: int) -> None:
        by_day = [
            *(
                t[name]
                for d, t in zip(self.case.duties, self.take, strict=True)
                if d.date == date and not self._night(d) and name in t
            ),
            *(o[name] for (s, _), o in self.over.items() if s.date == date and s.part is not Part.NIGHT and name in o),
        ]
        if not by_day or not price or not is_weekday_call(date):
            return
        if date in self.options.calls[name]:
            charge = self._bool(price)
            for var in by_day:
                self.model.add_implication(var, charge)
            return
        if (name, date) in self.options.working:
            return
        for duty, takes in zip(self.case.duties, self.take, strict=True):
            if duty.call and duty.date == date and name in takes:
                charge = self._bool(price)
                for var in by_day:
                    self.model.add(takes[name] + var <= 1 + charge)

    @staticmethod
    def _night(duty: Duty) -> bool:
        return duty.slot.part is Part.NIGHT

    def _objective(self) -> None:
        self.unit = math.gcd(*(cost for cost, _ in self.costs)) if self.costs else 1
        loads: dict[str, list[Var]] = defaultdict(list)
        for (name, _), groups in self._groups.items():
            loads[name] += [var for group, members in groups.items() if group[0] == "slot" for var in members]
        for name, parts in self._in_stretch.items():
            loads[name] += parts
        spread = [term for _, load in sorted(loads.items()) for term in self._uneven(load)]
        most = 2 * len(self.case.duties) + len(self.case.stretches)
        hands = sorted({var.index: var for var in self.again.values()}.items())
        hand = _STEPS * (most + _STEPS)
        self.factor = hand * (len(hands) + 1)
        terms = [(c // self.unit * self.factor, v) for c, v in self.costs] + [(hand, v) for _, v in hands] + spread
        self.model.minimize(cp_model.LinearExpr.weighted_sum([v for _, v in terms], [c for c, _ in terms]))

    def _uneven(self, load: list[Var]) -> list[tuple[int, Var]]:
        """What one person's load adds to the spread: nothing for one cover, and more and more for each further one."""
        if len(load) < 2:  # noqa: PLR2004 - a second cover is the first that counts
            return []
        steps = [self.model.new_bool_var("") for _ in range(1, min(len(load), _STEPS))]
        rest = self.model.new_int_var(0, len(load), "")
        self.model.add(sum(load) <= 1 + sum(steps) + rest)
        return [*enumerate(steps, 1), (_STEPS, rest)]

    def solve(self, effort: float, least: int = 0) -> Answer | None:
        """The best choice within `effort` deterministic units, known to cost at least `least`; None when none was found."""
        objective = self.model.proto.objective
        objective.domain.clear()
        ceiling = self.narrowed.ceiling
        most = _HUGE if ceiling is None else (ceiling // self.unit + 1) * self.factor - 1
        objective.domain.extend([least // self.unit * self.factor, most])
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.cp_model_presolve = False
        solver.parameters.linearization_level = 2
        solver.parameters.add_lp_constraints_lazily = False
        solver.parameters.max_deterministic_time = effort
        solver.parameters.random_seed = 0
        status = solver.solve(self.model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        bound = math.ceil(solver.best_objective_bound - 1e-6) // self.factor * self.unit
        cost = sum(c * solver.value(v) for c, v in self.costs)
        return Answer(self._choice(solver), cost, min(bound, cost), status == cp_model.OPTIMAL)

    def _choice(self, solver: cp_model.CpSolver) -> Choice:
        takes = tuple(next((n for n, v in t.items() if solver.boolean_value(v)), None) for t in self.take)
        again: dict[tuple[str, Slot], str] = {}
        for (slot, (activity, site)), overs in self.over.items():
            takers = [n for n, v in overs.items() if solver.boolean_value(v)]
            places = [p for p, hand in self.again.items() if p[1] == slot and solver.boolean_value(hand)]
            people = self.case.roster.program.by_id
            here = [p for p in sorted(places) if self.case.roster.at(*p) == activity and people[p[0]].site == site]
            again |= dict(zip(here, takers, strict=True))
        return Choice(takes, again)

    def forbid(self, choice: Choice) -> None:
        """Leave out every plan that decides the absent person's duties as this one does."""
        chosen = [self.undone[n] if taker is None else self.take[n][taker] for n, taker in enumerate(choice.takes)]
        self.model.add_bool_or([v.negated() for v in chosen])

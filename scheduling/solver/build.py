"""A model under construction: what a rule's constraint writes on.

A constraint says what must not exceed what, and where; whether that is hard or priced is the rule's enforcement, applied
here once for all. Facts are never argued with: where locked cells alone break a rule, the bound gives way to what they
force, no further, and the place is noted in `forced`. In an explaining build nothing gives way: every rule instance that a
human would name gets a literal that switches it on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from ortools.sat.python import cp_model

from scheduling.model.policy import Policy
from scheduling.rules.rule import CheckOnly, Hard, Rule, Soft
from scheduling.solver.objective import Charge, Ledger, Prices, Where
from scheduling.solver.problem import Problem
from scheduling.solver.sums import Literal, Sum
from scheduling.solver.variables import Variables


@dataclass(frozen=True, slots=True, order=True)
class Instance:
    """One rule at one place: what a human would call one condition."""

    rule: str
    where: Where


@dataclass(frozen=True, slots=True)
class Forced:
    """A place where the facts alone break a rule, by how many units."""

    instance: Instance
    amount: int


@dataclass(slots=True)
class Tally:
    """How much of a model one rule is."""

    variables: int = 0
    constraints: int = 0


class Build:
    """A model, its decisions, its prices, and where the facts break rules by themselves."""

    def __init__(self, problem: Problem, *, explaining: bool = False, insist: Iterable[str] = ()) -> None:
        """An explaining build takes the rules and terms in `insist` as hard as well, any other what its problem insists on."""
        self.problem = problem
        self.explaining = explaining
        self.model = cp_model.CpModel()
        self.variables = Variables(problem, self.model)
        demands = problem.profile.insist if problem.insisting else ()
        self.prices = Prices(problem.policy, problem.profile, insist=insist if explaining else demands)
        self.ledger = Ledger()
        self.forced: list[Forced] = []
        self.switches: dict[Instance, cp_model.IntVar] = {}
        self.tally: dict[str, Tally] = defaultdict(Tally)
        self.memo: dict[str, object] = {}
        """What others derive from this build once, by their own names."""

    @property
    def policy(self) -> Policy:
        """The policy in force when the window starts."""
        return self.problem.policy

    def at_most(self, rule: Rule | str, where: Where, total: Sum, bound: int, *, unit: int = 1, times: int = 1) -> Sum:
        """Keep a sum at or below a bound; when the rule is priced, every started `unit` above it is charged `times`.

        What is charged, as a sum; an empty one where nothing can be.
        """
        name = rule if isinstance(rule, str) else rule.id
        enforcement = self.prices.of(rule)
        if isinstance(enforcement, CheckOnly) or total.high <= bound:
            return Sum()
        if self.explaining and isinstance(enforcement, Soft):
            return Sum()
        self.tally[name].constraints += 1
        if isinstance(enforcement, Soft):
            return self._price(name, enforcement, where, total, bound, unit, times)
        if self.explaining:
            self._switch(Instance(name, where), total, bound)
        else:
            if total.low > bound:
                self.forced.append(Forced(Instance(name, where), -(-(total.low - bound) // unit)))
                bound = total.low
            if not total.fixed:
                self._add(total, bound)
        return Sum()

    def at_least(
        self, rule: Rule | str, where: Where, total: Sum, bound: int, *, unit: int = 1, times: int = 1
    ) -> None:
        """Keep a sum at or above a bound."""
        self.at_most(rule, where, Sum().plus(total, -1), -bound, unit=unit, times=times)

    def charge(self, term: Rule | str, where: Where, amount: Sum) -> None:
        """Price an amount as it stands; it is never negative, and nothing of it is left where it is insisted on."""
        enforcement = self.prices.of(term)
        if isinstance(enforcement, Hard):
            self.at_most(term, where, amount, 0)
        if isinstance(enforcement, Soft) and amount.high > 0:
            name = term if isinstance(term, str) else term.id
            self.ledger.add(Charge(name, enforcement.tier, enforcement.weight, where, amount))

    def pair_off(self, halves: Sum, odd: Sum) -> None:
        """Say that the halves are whole pairs but for at most as many as are charged as odd.

        It follows from the charges, yet no relaxation of the halves shows it: where their number is odd, one is left over.
        """
        most = len(halves.literals)
        pairs, single = self.model.new_int_var(0, most // 2, ""), self.model.new_int_var(0, most, "")
        self.model.add_linear_constraint(Sum().plus(halves).add(pairs, -2).add(single, -1).expression(), 0, 0)
        self._add(Sum([single]).plus(odd, -1), 0)

    def require(self, total: Sum, low: int, high: int) -> None:
        """Say what the decisions mean by themselves (one activity a cell); no rule, and never given way."""
        if not total.fixed:
            self.model.add_linear_constraint(total.expression(), low, high)
        elif not low <= total.constant <= high:
            self.model.add_bool_or([])

    def insist(self, name: str, where: Where, total: Sum, low: int) -> None:
        """In an explaining build: what the decisions mean by themselves, as a condition of its own."""
        self._switch(Instance(name, where), Sum().plus(total, -1), -low)

    def switch(self, instance: Instance) -> cp_model.IntVar:
        """The literal that switches an instance on, in an explaining build."""
        found = self.switches.get(instance)
        if found is None:
            found = self.switches[instance] = self.model.new_bool_var("")
        return found

    def either(self, *literals: Literal) -> Literal:
        """A literal that is true when one of these is."""
        free = [v for v in literals if not isinstance(v, int)]
        if any(v == 1 for v in literals if isinstance(v, int)):
            return 1
        if len(free) <= 1:
            return free[0] if free else 0
        result = self.model.new_bool_var("")
        self.model.add_max_equality(result, free)
        return result

    def _switch(self, instance: Instance, total: Sum, bound: int) -> None:
        literal = self.switch(instance)
        if total.low > bound:
            self.model.add_implication(literal, literal.negated())
        else:
            self._add(total, bound).only_enforce_if(literal)

    def _price(self, name: str, soft: Soft, where: Where, total: Sum, bound: int, unit: int, times: int) -> Sum:
        most = -(-(total.high - bound) // unit)
        if total.fixed:
            amount = Sum(constant=most * times)
            self.ledger.add(Charge(name, soft.tier, soft.weight, where, amount, breach=True))
            return amount
        self.tally[name].variables += 1
        slack = self.model.new_bool_var("") if most == 1 else self.model.new_int_var(0, most, "")
        self._add(Sum().plus(total).add(slack, -unit), bound)
        amount = Sum().add(slack, times)
        self.ledger.add(Charge(name, soft.tier, soft.weight, where, amount, breach=True))
        return amount

    def _add(self, total: Sum, bound: int) -> cp_model.Constraint:
        return self.model.add_linear_constraint(total.expression(), cp_model.INT_MIN, bound)

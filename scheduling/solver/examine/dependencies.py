"""Which rule reads what another decides, read off the built model.

In a model every rule is a sum that must not exceed a bound. A choice that brings the sum nearer to its bound is one the rule
*reads*; a choice that relieves it is one the rule *asks for*. A rule depends on another when it reads a choice that the other asks
for. Nothing here knows a rule by name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from scheduling.solver.block import OPEN_HALF_DAY
from scheduling.solver.build import Build
from scheduling.solver.examine.question import Dependency

_LONGEST_CHAINS = 3


@dataclass(slots=True)
class Uses:
    """The open choices a rule reads and those it asks for, and how many terms it writes."""

    reads: set[int] = field(default_factory=set)
    asks: set[int] = field(default_factory=set)
    terms: int = 0


def uses_of(build: Build) -> dict[str, Uses]:
    """What every rule and insisted term of an explaining build does with the decisions."""
    names = {switch.index: instance.rule for instance, switch in build.switches.items()}
    choices = labels(build)
    meaning = _derived(build, choices, names)
    found: dict[str, Uses] = defaultdict(Uses)
    for constraint in build.model.proto.constraints:
        on = [names[i] for i in constraint.enforcement_literal if i in names]
        if not on or not constraint.has_linear():
            continue
        uses = found[on[0]]
        linear = constraint.linear
        for variable, weight in zip(linear.vars, linear.coeffs, strict=True):
            uses.terms += 1
            for choice, sign in meaning.get(variable, ((variable, 1),)):
                if choice in choices:
                    (uses.reads if weight * sign > 0 else uses.asks).add(choice)
    return dict(found)


def labels(build: Build) -> dict[int, frozenset[str]]:
    """The activities behind every open choice, by variable: a call and what follows from it are one."""
    roster, problem = build.problem.roster, build.problem
    found: dict[int, set[str]] = defaultdict(set)
    for person, slot, options in build.variables.decided():
        if slot.date in problem.window and not problem.is_free(person, slot):
            continue
        for code, literal in options.items():
            if not isinstance(literal, int):
                found[literal.index].add(code)
    for _, friday, literal in build.variables.decided_weeks():
        if not isinstance(literal, int):
            found[literal.index].add(roster.policy(friday).call.fmit_activity)
    return {index: frozenset(codes) for index, codes in found.items()}


def _derived(
    build: Build, choices: Mapping[int, frozenset[str]], switches: Mapping[int, str]
) -> dict[int, tuple[tuple[int, int], ...]]:
    """Variables that stand for choices: `either` of some (same direction), a date without any of them (the opposite)."""
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for constraint in build.model.proto.constraints:
        if len(constraint.enforcement_literal):
            continue
        if constraint.has_lin_max():
            target, inputs = constraint.lin_max.target, constraint.lin_max.exprs
            found[target.vars[0]] += [(v, 1) for each in inputs for v in each.vars]
        elif constraint.has_linear():
            terms = list(zip(constraint.linear.vars, constraint.linear.coeffs, strict=True))
            for variable, weight in terms:
                if variable not in choices and variable not in switches:
                    found[variable] += [(v, -1 if w * weight > 0 else 1) for v, w in terms if v in choices]
    return {variable: tuple(meant) for variable, meant in found.items() if meant}


def dependencies_of(models: Iterable[tuple[Build, Mapping[str, Uses]]]) -> tuple[Dependency, ...]:
    """Every pair over all explaining builds and what is used in them, the most closely tied first."""
    tied: dict[tuple[str, str], tuple[set[str], int]] = {}
    for build, uses in models:
        choices = labels(build)
        for rule, other, shared in _pairs(uses):
            codes, count = tied.get((rule, other), (set(), 0))
            tied[rule, other] = codes | {c for v in shared for c in choices[v]}, count + len(shared)
    found = [Dependency(rule, other, tuple(sorted(codes)), n) for (rule, other), (codes, n) in tied.items()]
    return tuple(sorted(found, key=lambda d: (-d.decisions, d.rule, d.reads)))


def _pairs(uses: Mapping[str, Uses]) -> Iterator[tuple[str, str, set[int]]]:
    names = sorted(n for n in uses if n != OPEN_HALF_DAY)
    for rule in names:
        for other in names:
            shared = uses[rule].reads & uses[other].asks if rule != other else set()
            if shared:
                yield rule, other, shared


def cycles_of(dependencies: Iterable[Dependency]) -> tuple[tuple[str, ...], ...]:
    """Sets of rules each of which reads, over others of the set, what it decides itself."""
    return tuple(sorted(c for c in components(_graph(dependencies)) if len(c) > 1))


def chains_of(dependencies: Iterable[Dependency]) -> tuple[tuple[str, ...], ...]:
    """The longest chains, from what decides first to what reads last; a cycle is one link, its rules joined by `+`."""
    graph = _graph(dependencies)
    member = {name: "+".join(c) for c in components(graph) for name in c}
    links: dict[str, set[str]] = {name: set() for name in member.values()}
    for rule, read in graph.items():
        links[member[rule]] |= {member[r] for r in read if member[r] != member[rule]}
    longest: dict[str, tuple[str, ...]] = {}

    def walk(name: str) -> tuple[str, ...]:
        if name not in longest:
            before = max((walk(r) for r in sorted(links[name])), key=len, default=())
            longest[name] = (*before, name)
        return longest[name]

    read_by_none = [walk(n) for n in sorted(links) if not any(n in read for read in links.values())]
    return tuple(sorted((c for c in read_by_none if len(c) > 1), key=lambda c: (-len(c), c))[:_LONGEST_CHAINS])


def _graph(dependencies: Iterable[Dependency]) -> dict[str, list[str]]:
    graph: dict[str, list[str]] = {}
    for each in dependencies:
        graph.setdefault(each.rule, []).append(each.reads)
        graph.setdefault(each.reads, [])
    return {name: sorted(read) for name, read in sorted(graph.items())}


def components(graph: Mapping[str, Iterable[str]]) -> list[tuple[str, ...]]:
    """Strongly connected components (Tarjan), each sorted, those read by others first."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[tuple[str, ...]] = []

    def visit(name: str) -> None:
        number[name] = low[name] = len(number)
        stack.append(name)
        for other in graph[name]:
            if other not in number:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], number[other])
        if low[name] == number[name]:
            place = stack.index(name)
            found.append(tuple(sorted(stack[place:])))
            del stack[place:]

    for name in graph:
        if name not in number:
            visit(name)
    return found

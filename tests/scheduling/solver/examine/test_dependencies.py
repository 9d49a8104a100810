"""Cycles and chains of any graph of rules."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from scheduling.solver.examine.dependencies import chains_of, components, cycles_of
from scheduling.solver.examine.question import Dependency

NAMES = "abcdef"
edges = st.sets(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(lambda e: e[0] != e[1]), max_size=14)


def reach(pairs: set[tuple[str, str]], start: str) -> set[str]:
    """Whatever can be reached, by plain repetition."""
    found: set[str] = set()
    step = {b for a, b in pairs if a == start}
    while step - found:
        found |= step
        step = {b for a, b in pairs if a in found}
    return found


def made(pairs: set[tuple[str, str]]) -> list[Dependency]:
    return [Dependency(a, b, (), 1) for a, b in sorted(pairs)]


@given(edges)
def test_two_rules_share_a_cycle_exactly_when_each_reaches_the_other(pairs: set[tuple[str, str]]) -> None:
    """Tarjan against repetition."""
    cycles = cycles_of(made(pairs))
    together = {(a, b) for cycle in cycles for a in cycle for b in cycle if a != b}
    mutual = {(a, b) for a in NAMES for b in NAMES if a != b and b in reach(pairs, a) and a in reach(pairs, b)}
    assert together == mutual


@given(edges)
def test_every_name_is_in_one_component(pairs: set[tuple[str, str]]) -> None:
    """A partition."""
    graph = {n: sorted(b for a, b in pairs if a == n) for n in NAMES}
    assert sorted(n for c in components(graph) for n in c) == sorted(NAMES)


@given(edges)
def test_a_chain_runs_along_dependencies(pairs: set[tuple[str, str]]) -> None:
    """Each link reads the one before it."""
    for chain in chains_of(made(pairs)):
        for before, after in itertools.pairwise(chain):
            assert any((a, b) in pairs for a in after.split("+") for b in before.split("+"))

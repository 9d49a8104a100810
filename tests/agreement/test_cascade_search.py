from __future__ import annotations

from scheduling.model.calendar import days
from scheduling.model.part import PARTS, Slot, Window
from scheduling.solver.cascade_bound import Narrowed
from scheduling.solver.cascade_case import read_case
from scheduling.solver.cascade_model import CascadeModel
from scheduling.solver.cascade_options import read_options
from scheduling.solver.cascade_prune import pruned
from scheduling.solver.cascade_search import candidates
from tests.scheduling.solver.cascade_board import AM, MONDAY, board, busy, in_clinic
from tests.scheduling.solver.cascade_programs import small_program


def test_the_search_agrees_with_trying_everybody_at_one_slot(full_counts: bool) -> None:
    """For every duty of the week of random programs the model costs what the cheapest candidate costs, never more."""
    compared = 0
    for seed in range(400 if full_counts else 24):
        roster = small_program(seed, faculty=6)
        core = [p.id for p in roster.program.people if p.takes_call]
        for slot in (Slot(MONDAY + days(n), part) for n in range(5) for part in PARTS):
            person = core[(seed + slot.date.day) % len(core)]
            found = candidates(roster, person, slot)
            if not found:
                continue
            window = Window(slot.date, slot.date)
            case = read_case(roster, (person,), window, depth=2, only=frozenset({slot}))
            answer = CascadeModel(case, Narrowed(pruned(case, read_options(case), 1))).solve(5.0)
            assert answer is not None
            assert answer.optimal
            assert answer.points == found[0].points, f"seed {seed}, {person} at {slot}"
            compared += 1
    assert compared > (2000 if full_counts else 100)


def test_candidates_come_cheapest_first_with_their_steps() -> None:
    """Somebody free, somebody in administration, somebody in clinic, and nobody at all."""
    cells = {("fac-01", MONDAY, AM): "AT", **in_clinic(), **busy("GME", "fac-03"), **busy("C", "fac-04")}
    found = candidates(board(cells), "fac-01", Slot(MONDAY, AM))
    assert [(c.person, c.points) for c in found] == [("fac-02", 0), ("fac-04", 0), ("fac-03", 100), (None, 10_000)]
    assert [(s.person, s.to, s.depth) for s in found[1].steps] == [("fac-01", "fac-04", 1), ("fac-04", "fac-02", 2)]
    assert candidates(board({}), "fac-01", Slot(MONDAY, AM)) == ()

from __future__ import annotations

import pytest

from scheduling.model.part import Part, Window
from scheduling.model.person import Person
from scheduling.rules.supervision import measure
from tests.scheduling.rules.rosters import MONDAY, faculty, found, resident, roster

AM, PM, _ = Part

VECTORS = [
    (0, 0, 0, 0),
    (1, 0, 0, 1),
    (2, 0, 0, 1),
    (3, 4, 0, 3),
    (0, 4, 0, 1),
    (0, 5, 0, 2),
    (2, 4, 0, 2),
    (1, 3, 0, 2),
    (1, 1, 0, 1),
    (0, 4, 1, 2),
    (2, 0, 1, 2),
]
"""PGY-1, PGY-2 and 3, of whom in procedures, attendings needed (domain.md §5)."""


def residents(interns: int, seniors: int) -> list[Person]:
    juniors = [resident(f"pgy1-{n:02}", 1) for n in range(interns)]
    return juniors + [resident(f"pgy{2 + n % 2}-{n:02}", 2 + n % 2) for n in range(seniors)]


@pytest.mark.parametrize(("interns", "seniors", "procedures", "needed"), VECTORS)
def test_demand_is_rounded_up_once_on_the_sum(interns: int, seniors: int, procedures: int, needed: int) -> None:
    """Half an attending per PGY-1, a quarter per senior, one more per procedure; the vectors of the domain."""
    people = residents(interns, seniors)
    codes = ["PROC"] * procedures + ["C"] * (len(people) - procedures)
    cells = {(p.id, 0, AM): code for p, code in zip(people, codes, strict=True)}
    made = roster(cells, 1, people=[*people, faculty("fac-01")])
    measured = measure(made, Window(MONDAY, MONDAY), made.policy(MONDAY))
    assert int(measured.needed[0, AM]) == needed
    assert int(measured.needed[0, PM]) == 0


@pytest.mark.parametrize(("code", "supplies"), [("AT", 1), ("PCAT", 1), ("C", 0), ("DO", 0), ("GME", 0)])
def test_attending_time_and_post_call_attending_time_supply(code: str, supplies: int) -> None:
    """Faculty in AT or PCAT supply; clinic supplies none."""
    people = [resident("pgy1-01", 1), faculty("fac-01")]
    made = roster({("pgy1-01", 0, AM): "C", ("fac-01", 0, AM): code}, 1, people=people)
    assert len(found(made, "prog.supervision")) == 1 - supplies


def test_virtual_clinic_asks_for_supervision_and_administration_does_not() -> None:
    """CV needs an attending though no room; self-directed time needs none."""
    people = [resident("pgy1-01", 1), faculty("fac-01")]
    assert len(found(roster({("pgy1-01", 0, AM): "CV"}, 1, people=people), "prog.supervision")) == 1
    assert found(roster({("pgy1-01", 0, AM): "FLX"}, 1, people=people), "prog.supervision") == []


def test_an_unknown_year_of_training_counts_as_the_first() -> None:
    """Three residents of unknown year ask for 1.5 attendings, which is two."""
    people = [Person(f"new-{n}", resident().kind) for n in range(3)]
    made = roster({(p.id, 0, AM): "C" for p in people}, 1, people=people)
    assert [(float(f.value), float(f.limit)) for f in found(made, "prog.supervision")] == [(0, 2)]

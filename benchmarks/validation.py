"""Validation: a whole year of a large program, one person checked again, a hundred programs, and how it grows.

`engine` starts from the roster's arrays; `stored` from versions as they come out of the database. Best of several runs, in
milliseconds, on the generated demonstration program (nothing is read from a database or written).
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from scheduling.model.calendar import days, year_window
from scheduling.model.clock import Clock
from scheduling.model.first_version import first_schedules
from scheduling.model.overlay import build_roster
from scheduling.model.override import Change
from scheduling.model.part import Part, Slot, Window
from scheduling.model.roster import Roster
from scheduling.model.version import BlockSchedule
from scheduling.rules.catalog import RULES
from scheduling.rules.validation import validate
from scheduling.services.demonstration.build_demo import build_demo

WHOLE = year_window(2026)
HOURS = tuple(r for r in RULES if r.id.startswith("acgme."))
_RUNS = 9


def main() -> None:
    """Print the tables."""
    made, packed = _large()
    people = tuple(made.rows)
    residents = tuple(p.id for p in made.program.people if p.is_resident)
    print(f"large program: {len(residents)} residents, {len(people) - len(residents)} faculty, {len(WHOLE)} days")
    _line("duty hours, 90 residents, engine", 15, lambda: _hours(made.with_changes(()), residents))
    _line("every rule and risk, whole program, engine", 15, lambda: _all(made.with_changes(())))
    _line("every rule and risk, from stored versions", 60, lambda: _all(_unpacked(made, packed)))
    _line("one person again after a change, duty hours", 0.3, _again(made, residents[0]))
    _line("one hundred programs of 24 residents, duty hours", 1500, _hundred())
    _growth(made)


def _large() -> tuple[Roster, list[bytes]]:
    source = build_demo("large")
    program = source.program("large", Clock("America/New_York", dt.date(2026, 11, 2)))
    schedules = first_schedules(program, source.record())
    return build_roster(program, WHOLE, schedules), [s.pack() for s in schedules]


def _hours(made: Roster, residents: tuple[str, ...]) -> int:
    return sum(1 for rule in HOURS for _ in rule.check(made, WHOLE, residents))


def _all(made: Roster) -> int:
    return len(validate(made, WHOLE).findings)


def _unpacked(made: Roster, packed: list[bytes]) -> Roster:
    return build_roster(made.program, WHOLE, [BlockSchedule.unpack(p) for p in packed])


def _again(made: Roster, person: str) -> Callable[[], int]:
    """A move is tried: its cells are changed, and the person's duty hours are judged anew."""
    slot = Slot(dt.date(2026, 11, 10), Part.AM)
    changed = [made.with_changes([Change(person, slot, None, code)]) for code in ("C", "LEC") * (4 * _RUNS)]
    fresh = iter(changed)
    return lambda: _hours(next(fresh), (person,))


def _hundred() -> Callable[[], int]:
    source = build_demo("bench")
    program = source.program("bench", Clock("America/New_York", dt.date(2026, 11, 2)))
    made = build_roster(program, WHOLE, first_schedules(program, source.record()))
    residents = tuple(p.id for p in program.people if p.is_resident)
    return lambda: sum(_hours(made.with_changes(()), residents) for _ in range(100))


def _growth(made: Roster) -> None:
    residents = [i for i, p in enumerate(made.program.people) if p.is_resident]
    print("\ngrowth of the duty hours, ms (residents down, days across)")
    spans = (91, 182, 365)
    print(f"{'':>10}" + "".join(f"{span:>10}" for span in spans))
    for count in (12, 24, 48, 90):
        best = [_best(_of(_cut(made, residents[:count], span))) for span in spans]
        print(f"{count:>10}" + "".join(f"{ms:>10.2f}" for ms in best))


def _of(made: Roster) -> Callable[[], int]:
    return lambda: _hours(made.with_changes(()), tuple(made.rows))


def _cut(made: Roster, rows: list[int], span: int) -> Roster:
    """Some people and the first days of a roster."""
    keep, first = np.array(rows), slice(0, span)
    return replace(
        made,
        program=replace(made.program, people=tuple(made.program.people[i] for i in rows)),
        window=Window(WHOLE.start, WHOLE.start + days(span - 1)),
        base=made.base[keep, first],
        cells=made.cells[keep, first],
        sources=made.sources[keep, first],
        rotation=made.rotation[keep, first],
        absent=made.absent[keep, first],
        known=made.known[first],
    )


def _line(name: str, limit: float, work: Callable[[], object]) -> None:
    ms = _best(work)
    print(f"{name:<52}{ms:>10.2f} ms   (at most {limit:g})")


def _best(work: Callable[[], object]) -> float:
    work()
    best = float("inf")
    for _ in range(_RUNS):
        start = time.perf_counter()
        work()
        best = min(best, (time.perf_counter() - start) * 1000)
    return best


if __name__ == "__main__":
    main()

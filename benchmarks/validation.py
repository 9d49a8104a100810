"""Validation: a whole year of a large program, one person checked again, a hundred programs, and how it grows.

`engine` starts from the roster's arrays; `stored` from versions as they come out of the database. The best and the median
of at least nine runs and half a second, in milliseconds, on the generated demonstration program (nothing is read from a
database or written).
"""

from __future__ import annotations

import datetime as dt
import itertools
import statistics
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
_SECONDS = 0.5


def main() -> None:
    """Print the tables."""
    made, packed = _large()
    people = tuple(made.rows)
    residents = tuple(p.id for p in made.program.people if p.is_resident)
    print(f"large program: {len(residents)} residents, {len(people) - len(residents)} faculty, {len(WHOLE)} days")
    print(f"{'':<52}{'best':>10} {'median':>10}    ms")
    _line("duty hours, 90 residents, engine", 15, lambda: _hours(made.with_changes(()), residents))
    _line("every rule and risk, whole program, engine", None, lambda: _all(made.with_changes(())))
    _line("every rule and risk, from stored versions", 60, lambda: _all(_unpacked(made, packed)))
    _line("one person again after a change, duty hours", 0.3, *_again(made, residents[0]))
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


def _again(made: Roster, person: str) -> tuple[Callable[[], int], Callable[[], None]]:
    """A move is tried: its cells are changed, and the person's duty hours are judged anew (only that is timed)."""
    slot = Slot(dt.date(2026, 11, 10), Part.AM)
    codes = itertools.cycle(("C", "LEC"))
    tried = [made]

    def change() -> None:
        tried[0] = made.with_changes([Change(person, slot, None, next(codes))])

    return lambda: _hours(tried[0], (person,)), change


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
        best = [_timed(_of(_cut(made, residents[:count], span)))[0] for span in spans]
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


def _line(
    name: str, limit: float | None, work: Callable[[], object], before: Callable[[], None] = lambda: None
) -> None:
    best, median = _timed(work, before)
    print(f"{name:<52}{best:>10.2f} {median:>10.2f}" + ("" if limit is None else f"    (at most {limit:g})"))


def _timed(work: Callable[[], object], before: Callable[[], None] = lambda: None) -> tuple[float, float]:
    """Best and median milliseconds of the work, each time after something that is not timed."""
    taken: list[float] = []
    until = time.perf_counter() + _SECONDS
    while len(taken) <= _RUNS or time.perf_counter() < until:
        before()
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1000)
    return min(taken[1:]), statistics.median(taken[1:])


if __name__ == "__main__":
    main()

"""Cascades: how long planning an absence takes, by size of program, and how many plans are proved.

Each line plans the same random absences (one person, one to seven days) on the demonstration program: `one` asks for the
best plan, `three` for the two next best as well, `at once` lists the candidates of the first duty without a solver.
The roster is loaded already.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from scheduling.model.calendar import days
from scheduling.model.clock import Clock
from scheduling.model.first_version import first_schedules
from scheduling.model.overlay import build_roster
from scheduling.model.part import PARTS, Slot, Window
from scheduling.model.plan import Proof
from scheduling.model.roster import Roster
from scheduling.services.demonstration.build_demo import build_demo
from scheduling.services.demonstration.sizes import TODAY, ZONE
from scheduling.solver.cascade import plan_cascade
from scheduling.solver.cascade_question import Question
from scheduling.solver.cascade_search import candidates

ROUNDS = 120
LENGTHS = (1, 1, 2, 3, 5, 7)


def demo_roster(size: str) -> Roster:
    """The whole year of the demonstration program."""
    source = build_demo(size, 0)
    program = source.program("bench", Clock(ZONE, TODAY))
    schedules = first_schedules(program, source.record())
    return build_roster(program, Window(schedules[0].block.start, schedules[-1].block.end), schedules)


def absences(roster: Roster) -> list[tuple[str, Window]]:
    """The absences every line plans."""
    chance = random.Random(12)
    faculty = [p.id for p in roster.program.people if p.takes_call]
    found = []
    for _ in range(ROUNDS):
        start = TODAY + days(chance.randint(-90, 200))
        found.append((chance.choice(faculty), Window(start, start + days(chance.choice(LENGTHS) - 1))))
    return found


@dataclass
class Line:
    """One line of the table: times by the clock and of this process's own work, in milliseconds."""

    name: str
    wall: list[float] = field(default_factory=list)
    own: list[float] = field(default_factory=list)

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Time what is done inside."""
        wall, own = time.perf_counter(), time.process_time()
        yield
        self.wall.append((time.perf_counter() - wall) * 1000)
        self.own.append((time.process_time() - own) * 1000)

    def show(self, more: str = "") -> None:
        """Median, 95th percentile and maximum by the clock, and the 95th percentile of own work."""
        wall, own = sorted(self.wall), sorted(self.own)
        p95 = int(len(wall) * 0.95)
        figures = (
            f"p50 {wall[len(wall) // 2]:6.1f}   p95 {wall[p95]:6.1f}   max {wall[-1]:6.1f}   own p95 {own[p95]:6.1f}"
        )
        print(f"{self.name:16} {figures}   {more}")


def planned(roster: Roster, name: str, wanted: int) -> None:
    """Plan every absence."""
    line, proofs = Line(name), []
    for who, window in absences(roster):
        with line.timed():
            proofs += [p.proof for p in plan_cascade(Question(roster, (who,), window, alternatives=wanted))]
    line.show(f"{proofs.count(Proof.OPTIMAL)} of {len(proofs)} proved optimal")


def listed(roster: Roster, name: str) -> None:
    """List the candidates of every absence's first duty."""
    line = Line(name)
    for who, window in absences(roster):
        slots = (Slot(date, part) for date in window for part in PARTS)
        first = next((s for s in slots if roster.at(who, s) is not None), None)
        if first is not None:
            with line.timed():
                candidates(roster, who, first)
    line.show()


def main() -> None:
    """Plan everything."""
    print(f"{ROUNDS} absences; milliseconds")
    for size in ("usual", "bench", "large"):
        roster = demo_roster(size)
        who, window = absences(roster)[0]
        plan_cascade(Question(roster, (who,), window))
        planned(roster, f"{size}, one", 1)
        planned(roster, f"{size}, three", 3)
        listed(roster, f"{size}, at once")


if __name__ == "__main__":
    main()

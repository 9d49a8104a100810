"""The demonstration year, disturbed at random: a schedule with every kind of finding in it."""

from __future__ import annotations

import datetime as dt
import functools
import random

from scheduling.model.clock import Clock
from scheduling.model.first_version import first_schedules
from scheduling.model.overlay import build_roster
from scheduling.model.override import Change
from scheduling.model.part import PARTS, Slot, Window
from scheduling.model.roster import Roster
from scheduling.services.demonstration.build_demo import build_demo


@functools.cache
def demonstration(seed: int = 0) -> Roster:
    """The demonstration program's year as it would be imported."""
    source = build_demo("usual", seed)
    program = source.program("demo", Clock("America/New_York", dt.date(2026, 11, 2)))
    schedules = first_schedules(program, source.record())
    window = Window(min(s.block.start for s in schedules), max(s.block.end for s in schedules))
    return build_roster(program, window, schedules)


def disturbed(seed: int, changes: int = 120) -> Roster:
    """The year with random cells replaced by what somebody of the same kind holds elsewhere, or opened."""
    chance = random.Random(seed)
    made = demonstration()
    people = [p for p in made.program.people if p.is_resident or p.is_faculty]
    codes = {
        True: ["C", "PROC", "NF", "CALL", "LDC", "IM", "BTX", "HCALL", None],
        False: ["C", "AT", "CALL", "FMIT", "VAS", "PCAT", "DO", None],
    }
    dates = [made.date(d) for d in range(len(made.window)) if made.known[d]]
    chosen = {(chance.choice(people).id, Slot(chance.choice(dates), chance.choice(PARTS))) for _ in range(changes)}
    return made.with_changes(
        Change(person, slot, made.at(person, slot), chance.choice(codes[made.program.by_id[person].is_resident]))
        for person, slot in sorted(chosen)
    )

"""Two contents of a block compared as the rosters they make."""

from __future__ import annotations

from scheduling.model.diff import Diff, diff_rosters
from scheduling.model.overlay import build_roster
from scheduling.model.person import Kind, Person
from scheduling.model.program import Program
from scheduling.model.version import BlockSchedule


def between(old: BlockSchedule, new: BlockSchedule) -> Diff:
    """The diff of a program of everybody in either, without overrides."""
    everybody = sorted({*old.people, *new.people})
    program = Program("demo", people=tuple(Person(p, Kind.FACULTY) for p in everybody))
    before, after = (build_roster(program, old.block.window, [content]) for content in (old, new))
    return diff_rosters(before, after)

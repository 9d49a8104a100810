"""Keep what a solve found: draft versions of every block it touches, and what is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from scheduling.model.calendar import Block, BlockRef
from scheduling.model.lifecycle import VersionState
from scheduling.model.override import SOURCES
from scheduling.model.part import Part, Slot
from scheduling.model.roster import Roster
from scheduling.model.version import BlockSchedule, Cell
from scheduling.rules.finding import Binding
from scheduling.rules.validation import validate
from scheduling.services.gather_problem import Gathered, is_bare
from scheduling.solver.sites import Certificate
from scheduling.solver.solution import Solution, TierResult
from scheduling.solver.status import Status
from scheduling.store.unit import UnitOfWork

ORIGIN = "solve"
_MOST = 40


@dataclass(frozen=True)
class Kept:
    """What of a solution is stored: contents by block, and the facts of the run's result."""

    contents: Mapping[BlockRef, BlockSchedule]
    facts: Mapping[str, Any]


def prepare(gathered: Gathered, solution: Solution) -> Kept:
    """The contents and the facts of a solution; pure, and worth a thread. Every solution is checked apart from the model."""
    problem = gathered.problem
    solved = solution.applied(problem.roster)
    contents = {block.ref: _content(gathered, solved, block) for block in _touched(gathered, solution)}
    after, before = validate(solved, problem.window), validate(gathered.start_roster, problem.window)
    counts = {binding.value: sum(f.binding is binding for f in after.findings) for binding in Binding}
    musts = {name for name, f in zip(after.ids, after.findings, strict=True) if f.binding is Binding.MUST}
    # A night for which nobody could even be asked was no decision of the search, and is a gap all the same.
    bare = {Slot(night, Part.NIGHT) for night in problem.window if is_bare(solved, night)}
    gaps = sorted({*solution.gaps, *bare})
    facts = {
        "status": solution.status.value,
        "tiers": [_tier(tier) for tier in solution.tiers],
        "gaps": [str(slot) for slot in gaps[:_MOST]],
        "findings": counts,
        "new_musts": sorted(musts - set(before.ids))[:_MOST],
        "problem": solution.problem,
        "solution": sha256(solution.packed).hexdigest(),
        "effort": round(solution.effort, 3),
        "freed": None if gathered.freed is None else [[str(w.start), str(w.end)] for w in gathered.freed],
    }
    return Kept(contents, facts)


def _tier(tier: TierResult) -> dict[str, Any]:
    return {
        "tier": tier.tier.value,
        "objective": tier.objective,
        "bound": tier.bound,
        "proved": tier.proved,
        "sentence": tier.sentence,
    }


def certified(solution: Solution, certificate: Certificate) -> dict[str, Any]:
    """What a certificate changes in a run's result: each tier's bound, and whether anything is left unproved.

    A bound holds given the tiers above it; below one that is not proved it says nothing of this schedule.
    """
    bounds = dict(certificate.bounds)
    tiers, above = [], True
    for tier in solution.tiers:
        bound = min(tier.objective, max(tier.bound, bounds.get(tier.tier, tier.bound))) if above else tier.bound
        tiers.append(replace(tier, bound=bound))
        above = above and bound == tier.objective
    whole = certificate.holds and all(tier.proved for tier in tiers)
    status = Status.OPTIMAL if whole else solution.status
    proof = {
        "holds": certificate.holds,
        "effort": round(certificate.effort, 3),
        "seconds": round(certificate.seconds, 2),
    }
    return {"status": status.value, "tiers": [_tier(tier) for tier in tiers], "certificate": proof}


def _touched(gathered: Gathered, solution: Solution) -> list[Block]:
    """The blocks asked for, and neighbours a post-call duty falls into, where they hold a schedule already."""
    calendar = gathered.problem.roster.program.calendar
    window = gathered.problem.window
    wanted = {block.ref: block for block in calendar.blocks_in(window)}
    for slot in [*(cell.slot for cell in solution.cells), *(slot for _, slot in solution.opened)]:
        if slot.date not in window:
            block = calendar.block_of(slot.date)
            if block.ref in gathered.schedules and _reaches(gathered.problem.roster, block):
                wanted[block.ref] = block
    return [wanted[ref] for ref in sorted(wanted)]


def _reaches(roster: Roster, block: Block) -> bool:
    return block.start in roster.window and block.end in roster.window


def _content(gathered: Gathered, solved: Roster, block: Block) -> BlockSchedule:
    cells = []
    for person, slot, code in solved.filled(block.window):
        number = int(solved.sources[solved.row(person), solved.day(slot.date), int(slot.part)])
        cells.append(Cell(person, Slot(slot.date, slot.part), code, SOURCES[number]))
    start = gathered.schedules.get(block.ref)
    return BlockSchedule.of(block, cells, start.rotations if start else ())


async def store(unit: UnitOfWork, slug: str, gathered: Gathered, kept: Kept) -> dict[str, str]:
    """Store the contents as drafts and name them by block; the unit holds the program's lock.

    Neighbours that stay as they are, and blocks of a year in which nothing changes, are not drafted anew.
    """
    program = await unit.program(slug)
    live = {str(ref): v.hash for ref, v in (await unit.programs.state(slug)).live.items()}
    asked = {block.ref for block in program.calendar.blocks_in(gathered.problem.window)}
    versions: dict[str, str] = {}
    for ref, content in kept.contents.items():
        if content.digest == gathered.start.get(ref) and (ref not in asked or len(asked) > 1):
            continue
        made = await unit.versions.add(program, content, origin=ORIGIN, parent=gathered.start.get(ref))
        if made.hash != live.get(str(ref)) and made.state not in (VersionState.DRAFT, VersionState.STAGED):
            await unit.versions.set_state(slug, made.hash, VersionState.DRAFT)
        versions[str(ref)] = made.hash
    return versions

"""prog.requirement: activity requirements are met, block by block (domain.md §4)."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.model.calendar import SATURDAY, Block, academic_year
from scheduling.model.part import Part, Window
from scheduling.model.policy import Policy
from scheduling.model.requirement import Share, shares
from scheduling.model.roster import Roster
from scheduling.model.rotation import Rotation
from scheduling.rules.by_digest import ByDigest
from scheduling.rules.eras import within
from scheduling.rules.finding import Binding, Finding, FindingKind
from scheduling.rules.rule import Line, Rule, Soft, Tier


@dataclass(frozen=True, eq=False, slots=True)
class _Block:
    """A block of a roster: weekday half-days there for each resident and rotation, and half-days of each activity."""

    block: Block
    there: NDArray[np.int64]
    held: NDArray[np.int64]


class Requirements(Rule):
    """Block sums, never weekly ones, scaled to the half-days a resident is there. The target is the solver's to steer by."""

    id = "prog.requirement"
    title = "Activity requirements"
    citation = "Program policy: rotation requirements"
    text = "In every block a resident has at least the least and at most the most half-days of each activity required."
    binding = Binding.POLICY
    enforcement = Soft(Tier.TRAINING, 8)
    per_person = True

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per resident, block and activity."""
        residents = [p for p in people if roster.program.by_id[p].is_resident]
        inside = within(roster, window)
        if inside is None or not residents:
            return
        for block in roster.program.calendar.blocks_in(inside):
            if not _whole(roster, block):
                continue
            policy = roster.policy(block.start)
            seen = _measure(roster, residents, block)
            counted, year = seen.held.tolist(), academic_year(block.end)
            known: dict[tuple[bytes, int], list[tuple[int, Share]]] = {}
            for row, person in enumerate(residents):
                key = seen.there[row].tobytes(), roster.program.by_id[person].pgy(year)
                if key not in known:
                    found = _shares(roster, policy, person, seen, row)
                    known[key] = [(roster.catalogue.index(share.activity), share) for share in found]
                for index, share in known[key]:
                    if not share.least <= counted[row][index] <= share.most:
                        yield self._say(person, block, share, counted[row][index])

    def _say(self, person: str, block: Block, share: Share, held: int) -> Finding:
        short = held < share.least
        bound = share.least if short else share.most
        text = f"{held} half-days of {share.activity} in block {block.ref} (at {'least' if short else 'most'} {bound})"
        kind = FindingKind.GAP if short else FindingKind.BREACH
        return self.finding(person, block.window, held, bound, "half-days", text, about=share.activity, kind=kind)

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """Half-days there by rotation, the requirement scaled to them, what is held."""
        block = roster.program.calendar.block_of(finding.start)
        person = finding.person or ""
        seen = _measure(roster, [person], block)
        share = next(
            s for s in _shares(roster, roster.policy(block.start), person, seen, 0) if s.activity == finding.about
        )
        return [
            Line("block", f"{block.ref}, {block.start} to {block.end}"),
            *(
                Line(roster.rotations[n].name, f"{int(seen.there[0, n])} weekday half-days without leave and holidays")
                for n in np.flatnonzero(seen.there[0])
            ),
            Line("required", f"{share.least} to {share.most} half-days of {share.activity}, target {share.target}"),
            Line("held", str(finding.value)),
        ]


def _whole(roster: Roster, block: Block) -> bool:
    if block.start not in roster.window or block.end not in roster.window:
        return False
    return bool(roster.known[roster.day(block.start) : roster.day(block.end) + 1].all())


def _measure(roster: Roster, residents: Sequence[str], block: Block) -> _Block:
    rows = np.array([roster.rows[p] for p in residents], np.intp)
    inside = slice(roster.day(block.start), roster.day(block.end) + 1)
    cells, rotation = roster.cells[rows, inside, : Part.NIGHT], roster.rotation[rows, inside]
    working = np.array([d.isoweekday() < SATURDAY and d not in roster.program.holidays for d in block.window])
    free = (~roster.absent[rows, inside, : Part.NIGHT]).sum(axis=2) * working
    return _Block(
        block,
        _counts(rotation, len(roster.rotations), free),
        _counts(cells.reshape(len(rows), -1), len(roster.catalogue), None),
    )


def _counts(codes: NDArray[np.int16], size: int, weights: NDArray[np.int64] | None) -> NDArray[np.int64]:
    """(R, size): how often each code stands in each row, weighted; negative codes are nothing."""
    width = size + 1
    keys = (np.arange(len(codes))[:, None] * width + np.where(codes < 0, size, codes)).reshape(-1)
    found = np.bincount(keys, None if weights is None else weights.reshape(-1), len(codes) * width)
    return found.astype(np.int64).reshape(len(codes), width)[:, :size]


def _shares(roster: Roster, policy: Policy, person: str, seen: _Block, row: int) -> tuple[Share, ...]:
    there = seen.there[row]
    rotations = tuple((roster.rotations[n], int(there[n])) for n in there.nonzero()[0])
    pgy = roster.program.by_id[person].pgy(academic_year(seen.block.end))
    return _known_shares(ByDigest(policy), rotations, pgy) if rotations else ()


@functools.lru_cache(maxsize=4096)
def _known_shares(policy: ByDigest, there: tuple[tuple[Rotation, int], ...], pgy: int) -> tuple[Share, ...]:
    return shares(policy.policy.requirements, dict(there), pgy)


RULE = Requirements()

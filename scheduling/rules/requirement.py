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
from scheduling.rules.almanac import almanac
from scheduling.rules.by_digest import ByDigest
from scheduling.rules.eras import within
from scheduling.rules.finding import Binding, Finding, FindingKind
from scheduling.rules.places import half_days_of, places
from scheduling.rules.rule import Line, Rule, Soft, Tier

_NO_BOUND = 1 << 40
_Shares = dict[int, Share]


@dataclass(frozen=True, eq=False, slots=True)
class _Counts:
    """Blocks of a roster: weekday half-days there (R, B, rotations), and half-days of each activity held (R, B, codes)."""

    blocks: tuple[Block, ...]
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
        if inside is None or not residents or not roster.rotations:
            return
        blocks = tuple(b for b in roster.program.calendar.blocks_in(inside) if _whole(roster, b))
        seen = _measure(roster, residents, blocks)
        kind, known = _kinds(roster, residents, seen)
        least, most = _bounds(known, len(roster.catalogue))
        unmet = (seen.held < least[kind]) | (seen.held > most[kind])
        for n, row, index in places(unmet.transpose(1, 0, 2)):
            share = known[kind[row, n]][index]
            yield self._say(residents[row], blocks[n], share, int(seen.held[row, n, index]))

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
        there = _measure(roster, [person], (block,)).there[0, 0]
        pgy = roster.program.by_id[person].pgy(academic_year(block.end))
        found = _shares(roster, roster.policy(block.start), pgy, there)
        share = next(s for s in found if s.activity == finding.about)
        return [
            Line("block", f"{block.ref}, {block.start} to {block.end}"),
            *(
                Line(roster.rotations[n].name, f"{int(there[n])} weekday half-days without leave and holidays")
                for n in np.flatnonzero(there)
            ),
            Line("required", f"{share.least} to {share.most} half-days of {share.activity}, target {share.target}"),
            Line("held", str(finding.value)),
        ]


def _whole(roster: Roster, block: Block) -> bool:
    if block.start not in roster.window or block.end not in roster.window:
        return False
    return bool(roster.known[roster.day(block.start) : roster.day(block.end) + 1].all())


def _measure(roster: Roster, residents: Sequence[str], blocks: Sequence[Block]) -> _Counts:
    rows = np.array([roster.rows[p] for p in residents], np.intp)
    number = np.full(len(roster.window), len(blocks), np.intp)
    for n, block in enumerate(blocks):
        first = roster.day(block.start)
        number[first : first + len(block.window)] = n
    book = almanac(roster)
    free = half_days_of(~roster.absent[rows]) * ((book.weekday < SATURDAY) & ~book.holiday)
    cells = roster.cells[rows, :, : Part.NIGHT].reshape(len(rows), -1)
    return _Counts(
        tuple(blocks),
        _counts(roster.rotation[rows], number, len(blocks), len(roster.rotations), free),
        _counts(cells, np.repeat(number, Part.NIGHT), len(blocks), len(roster.catalogue), None),
    )


def _counts(
    codes: NDArray[np.int16], block: NDArray[np.intp], blocks: int, size: int, weights: NDArray[np.int64] | None
) -> NDArray[np.int64]:
    """(R, blocks, size): how often each code stands in each row and block, weighted; negative codes are nothing."""
    width, rows = size + 1, len(codes)
    keys = (np.arange(rows)[:, None] * ((blocks + 1) * width) + 1) + block * width
    keys += codes
    plain = None if weights is None else weights.reshape(-1)
    found = np.bincount(keys.reshape(-1), plain, rows * (blocks + 1) * width)
    return found.astype(np.int64, copy=False).reshape(rows, blocks + 1, width)[:, :blocks, 1:]


def _kinds(roster: Roster, residents: Sequence[str], seen: _Counts) -> tuple[NDArray[np.intp], list[_Shares]]:
    """(R, B): residents of one year with the same half-days there share their requirements, by catalogue index."""
    kind = np.zeros(seen.there.shape[:2], np.intp)
    known: list[_Shares] = []
    numbers: dict[tuple[str, int, bytes], int] = {}
    people, index = [roster.program.by_id[p] for p in residents], roster.catalogue.index
    pgy = {year: [p.pgy(year) for p in people] for year in {academic_year(b.end) for b in seen.blocks}}
    for n, (block, counts) in enumerate(zip(seen.blocks, _as_bytes(seen.there), strict=True)):
        policy = roster.policy(block.start)
        keys = [(policy.digest, *key) for key in zip(pgy[academic_year(block.end)], counts, strict=True)]
        for key, row in {key: row for row, key in enumerate(keys) if key not in numbers}.items():
            numbers[key] = len(known)
            known.append(
                {index(share.activity): share for share in _shares(roster, policy, key[1], seen.there[row, n])}
            )
        kind[:, n] = [numbers[key] for key in keys]
    return kind, known


def _as_bytes(counts: NDArray[np.int64]) -> list[list[bytes]]:
    """By block, then resident: the last axis as something to look up by."""
    size = counts.dtype.itemsize * counts.shape[2]
    if not size:  # nothing there is of a kind that anything is asked of
        return [[b""] * counts.shape[1] for _ in range(counts.shape[0])]
    found: list[list[bytes]] = np.ascontiguousarray(counts.transpose(1, 0, 2)).view(f"V{size}")[:, :, 0].tolist()
    return found


def _bounds(known: Sequence[_Shares], codes: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(kinds, codes): the least and the most half-days, without bounds where nothing is required."""
    least, most = np.zeros((len(known), codes), np.int64), np.full((len(known), codes), _NO_BOUND, np.int64)
    for number, found in enumerate(known):
        for index, share in found.items():
            least[number, index], most[number, index] = share.least, share.most
    return least, most


def _shares(roster: Roster, policy: Policy, pgy: int, there: NDArray[np.int64]) -> tuple[Share, ...]:
    rotations = tuple((roster.rotations[n], int(there[n])) for n in there.nonzero()[0])
    return _known_shares(ByDigest(policy), rotations, pgy) if rotations else ()


@functools.lru_cache(maxsize=4096)
def _known_shares(policy: ByDigest, there: tuple[tuple[Rotation, int], ...], pgy: int) -> tuple[Share, ...]:
    return shares(policy.policy.requirements, dict(there), pgy)


RULE = Requirements()

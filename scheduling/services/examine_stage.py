"""Measure what publishing some versions would do: the pure part of staging, with what it has to read first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scheduling.model.break_glass import Lock, closed
from scheduling.model.calendar import BlockRef
from scheduling.model.diff import Diff, diff_rosters
from scheduling.model.errors import ConflictError, InvalidError
from scheduling.model.guard import Judgement, Verdict, judge
from scheduling.model.lifecycle import Version, VersionState
from scheduling.model.part import Window
from scheduling.model.policy import GuardFigures
from scheduling.model.rebase import Fate, Rebased, rebase
from scheduling.model.roster import Roster
from scheduling.model.stage import Flag, Settles, Stage, StagedBlock, StagedFinding
from scheduling.rules.finding import Binding
from scheduling.rules.validation import validate
from scheduling.services.validate import REACH, whole_years
from scheduling.store.programs import State
from scheduling.store.unit import UnitOfWork

FURTHEST = 60
"""Days around the published blocks that a policy may have findings compared in; the rosters reach as far."""


@dataclass(frozen=True)
class Candidates:
    """The versions of one publication as they were read, with the effective rosters before and after.

    `waived` are the ids of findings that somebody accepted.
    """

    versions: tuple[Version, ...]
    state: State
    old: Roster
    new: Roster
    waived: frozenset[str]

    @property
    def base(self) -> dict[BlockRef, str | None]:
        """The live version of each block, None where there is none."""
        return {v.block.ref: live_hash(self.state, v.block.ref) for v in self.versions}


def live_hash(state: State, block: BlockRef) -> str | None:
    """The live version of a block."""
    live = state.live.get(block)
    return live.hash if live else None


async def read_candidates(unit: UnitOfWork, slug: str, wanted: Sequence[str]) -> Candidates:
    """Read what staging needs; an error says why one of the versions cannot be published."""
    if not wanted:
        raise InvalidError("versions", "name at least one version")
    state = await unit.programs.state(slug)
    found = [await unit.versions.find(slug, version) for version in dict.fromkeys(wanted)]
    versions = tuple(sorted(found, key=lambda v: v.block))
    for version in versions:
        _require_publishable(version, state)
    blocks = [v.block for v in versions]
    if len({b.ref for b in blocks}) < len(blocks):
        raise InvalidError("versions", "two versions are of the same block")
    whole = Window(blocks[0].start, blocks[-1].end)
    standing = await unit.waivers.standing(slug)
    measured = whole_years(whole.widen(FURTHEST, FURTHEST))
    old = await unit.roster(slug, measured, margin=REACH)
    new = await unit.roster(slug, measured, at={v.block.ref: v.hash for v in versions}, margin=REACH)
    today = old.program.clock.today()
    return Candidates(versions, state, old, new, frozenset(w.finding for w in standing if w.stands(today)))


def _require_publishable(version: Version, state: State) -> None:
    if version.state is VersionState.DISCARDED:
        raise ConflictError(f"version {version.hash[:12]} was discarded")
    if live_hash(state, version.block.ref) == version.hash:
        raise ConflictError(f"version {version.hash[:12]} is live in block {version.block.ref} already")


def examine(candidates: Candidates, by: str, at: dt.datetime) -> Stage:
    """The stage of these candidates; pure and without I/O."""
    old, new = candidates.old, candidates.new
    program = old.program
    policy = program.policy
    diffs = {v.block.ref: diff_rosters(old, new, v.block.window) for v in candidates.versions}
    whole = diff_rosters(old, new, Window(candidates.versions[0].block.start, candidates.versions[-1].block.end))
    judgement = judge(diffs, policy.guard)
    rebased = _rebased(candidates)
    shut = closed((c.slot.date for c in whole.changes), program.clock.today(), policy.guard)
    fresh, resolved = _findings(candidates, policy.guard)
    return Stage(
        program=program.slug,
        made_by=by,
        made_at=at,
        today=program.clock.today(),
        overlay=candidates.state.overlay,
        facts=candidates.state.facts,
        policy=policy.digest,
        blocks=tuple(_block(v, candidates.base, diffs) for v in candidates.versions),
        share=whole.share,
        people=whole.people,
        changes=whole.changes,
        judgement=judgement,
        flags=tuple(_flags(candidates, judgement, fresh, rebased, shut, policy.guard)),
        new=fresh,
        resolved=resolved,
        overrides=rebased,
        closed=shut,
    )


def _block(version: Version, base: Mapping[BlockRef, str | None], diffs: Mapping[BlockRef, Diff]) -> StagedBlock:
    ref = version.block.ref
    return StagedBlock(ref, version.hash, base[ref], version.partial, diffs[ref].share)


def _rebased(candidates: Candidates) -> tuple[Rebased, ...]:
    windows = [v.block.window for v in candidates.versions]
    active = (*candidates.old.overrides, *candidates.old.unapplied)
    concerned = [o for o in active if any(o.slot.date in w for w in windows)]
    return rebase(concerned, candidates.old, candidates.new)


def _findings(
    candidates: Candidates, figures: GuardFigures
) -> tuple[tuple[StagedFinding, ...], tuple[StagedFinding, ...]]:
    """Findings that appear and findings that go, over the blocks and the days around them."""
    before: dict[str, StagedFinding] = {}
    after: dict[str, StagedFinding] = {}
    for window in _merged(
        v.block.window.widen(figures.findings_days, figures.findings_days) for v in candidates.versions
    ):
        before.update(_found(candidates.old, window))
        after.update(_found(candidates.new, window))
    fresh = tuple(f for ident, f in after.items() if ident not in before)
    return fresh, tuple(f for ident, f in before.items() if ident not in after)


def _merged(windows: Iterable[Window]) -> list[Window]:
    found: list[Window] = []
    for window in sorted(windows):
        if found and window.start <= found[-1].end:
            found[-1] = Window(found[-1].start, max(found[-1].end, window.end))
        else:
            found.append(window)
    return found


def _found(roster: Roster, window: Window) -> dict[str, StagedFinding]:
    report = validate(roster, window)
    return {
        ident: StagedFinding(ident, f.rule, f.binding.value, f.person, f.start, f.end, f.message)
        for ident, f in zip(report.ids, report.findings, strict=True)
    }


def _flags(
    candidates: Candidates,
    judgement: Judgement,
    fresh: Sequence[StagedFinding],
    rebased: Sequence[Rebased],
    shut: Mapping[dt.date, Lock],
    figures: GuardFigures,
) -> Iterable[Flag]:
    for finding in fresh:
        absolute = finding.rule in figures.never_acknowledged
        if finding.binding == Binding.MUST and (absolute or finding.id not in candidates.waived):
            yield Flag(finding.id, finding.message, Settles.NOTHING if absolute else Settles.ACKNOWLEDGING)
    for cause in judgement.causes:
        if cause.level is Verdict.WARN:
            yield Flag(cause.id, cause.message)
    for version in candidates.versions:
        if version.partial:
            yield Flag(f"partial:{version.block.ref}", f"block {version.block.ref} is not fully filled")
    for one in rebased:
        if one.fate is Fate.CONFLICT:
            slot, person = one.override.slot, one.override.person
            yield Flag(
                f"override:{one.override.id}", f"the override on {person} at {slot} loses its hold: {one.reason}"
            )
    if shut:
        first, last = min(shut), max(shut)
        text = f"{len(shut)} changed dates from {first} to {last} are closed to ordinary commits"
        yield Flag(f"closed:{first}..{last}", text, Settles.BREAKING_GLASS)

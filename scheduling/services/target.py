"""Targets: which schedule a question is about, and its roster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from scheduling.model.calendar import BlockRef
from scheduling.model.errors import InvalidError
from scheduling.model.overlay import overlaid
from scheduling.model.part import Window
from scheduling.model.plan_body import plan_of
from scheduling.model.roster import Roster
from scheduling.store.rosters import MARGIN
from scheduling.store.unit import UnitOfWork

FORMS = ("live", "version:ID", "plan:ID", "stage:ID", "run:ID")


class TargetKind(StrEnum):
    """The live schedule, or something that is not live (yet)."""

    LIVE = "live"
    VERSION = "version"
    PLAN = "plan"
    STAGE = "stage"
    RUN = "run"


@dataclass(frozen=True, slots=True)
class Target:
    """What a question is about; `id` is empty for the live schedule."""

    kind: TargetKind = TargetKind.LIVE
    id: str = ""

    @classmethod
    def parse(cls, text: str, field: str = "target") -> Target:
        """Read `live` or `kind:ID`; InvalidError shows the forms."""
        kind, _, wanted = text.strip().partition(":")
        known = {k.value: k for k in TargetKind}.get(kind)
        if known is None or (known is TargetKind.LIVE) == bool(wanted):
            raise InvalidError(field, "not a target", valid=FORMS)
        return cls(known, wanted)

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}" if self.id else self.kind.value


LIVE = Target()


async def roster_of(
    unit: UnitOfWork,
    slug: str,
    window: Window,
    target: Target = LIVE,
    *,
    overlay: bool = True,
    margin: int = MARGIN,
) -> Roster:
    """The roster of a target over at least the window; what the target does not touch is as it is live.

    NotFoundError where there is no such version, plan, stage or run.
    """
    at = await versions_of(unit, slug, target)
    roster = await unit.roster(slug, window, overlay=overlay, at=at, margin=margin)
    if target.kind is TargetKind.PLAN and overlay:
        plan = plan_of((await unit.plans.get(slug, target.id)).body)
        return overlaid(roster, plan.laid_on((*roster.overrides, *roster.unapplied)))
    return roster


async def require_meeting(unit: UnitOfWork, slug: str, target: Target, window: Window) -> None:
    """InvalidError for a target that changes nothing of these dates: the answer would be about the live schedule."""
    at = await versions_of(unit, slug, target)
    calendar = (await unit.program(slug)).calendar
    blocks = [calendar.block(ref) for ref in sorted(at)]
    if blocks and not any(block.window.meets(window) for block in blocks):
        names = ", ".join(str(block.ref) for block in blocks)
        reason = f"the {target.kind} is of block {names}, which {window} does not meet"
        raise InvalidError("target", reason, valid=[f"dates in {block.window}" for block in blocks])


async def versions_of(unit: UnitOfWork, slug: str, target: Target) -> Mapping[BlockRef, str]:
    """The versions (hash by block) that stand where others are live."""
    if target.kind is TargetKind.VERSION:
        version = await unit.versions.find(slug, target.id)
        return {version.block.ref: version.hash}
    if target.kind is TargetKind.STAGE:
        return (await unit.stages.get(slug, target.id)).versions
    if target.kind is TargetKind.RUN:
        return await _versions_of_run(unit, slug, target.id)
    return {}


async def _versions_of_run(unit: UnitOfWork, slug: str, wanted: str) -> Mapping[BlockRef, str]:
    run = await unit.runs.get(slug, wanted)
    if not run.versions:
        raise InvalidError("run", f"{run.id} is {run.state} and made no version", hint="get_run says how far it is")
    return run.blocks

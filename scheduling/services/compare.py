"""Compare two versions of one block as publishing one over the other would: in effect (domain.md §10)."""

from __future__ import annotations

from scheduling.model.diff import Diff, diff_rosters
from scheduling.model.errors import InvalidError
from scheduling.services.draft import version_or_live
from scheduling.store.unit import UnitOfWork

MEASURE = (
    "in effect, as stage_publish does: with overrides; a template's stand-in that a solve replaces counts as filled, "
    "outside churn and rigidity"
)


async def compare(unit: UnitOfWork, slug: str, first: str, second: str) -> Diff:
    """What differs from the first to the second, each a version or a block whose live version is meant.

    NotFoundError for an unknown one, InvalidError for versions of two blocks.
    """
    old, new = [await version_or_live(unit, slug, name) for name in (first, second)]
    if old.block != new.block:
        raise InvalidError("version", f"{new.block.ref} cannot be compared with {old.block.ref}")
    window = old.block.window
    before, after = [await unit.roster(slug, window, at={v.block.ref: v.hash}, margin=0) for v in (old, new)]
    return diff_rosters(before, after, window)

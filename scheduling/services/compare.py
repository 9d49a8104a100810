"""Compare two versions of one block."""

from __future__ import annotations

from scheduling.model.diff import Diff, diff_schedules
from scheduling.services.draft import version_or_live
from scheduling.store.unit import UnitOfWork


async def compare(unit: UnitOfWork, slug: str, first: str, second: str) -> Diff:
    """What differs from the first to the second, each a version or a block whose live version is meant.

    NotFoundError for an unknown one, InvalidError for versions of two blocks.
    """
    versions = [await version_or_live(unit, slug, name) for name in (first, second)]
    contents = await unit.versions.load(slug, [v.hash for v in versions])
    old, new = (contents[v.hash] for v in versions)
    return diff_schedules(old, new)

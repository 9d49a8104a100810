"""The demonstration program beside whatever else a server holds."""

from __future__ import annotations

from scheduling.services.demonstration.build_demo import create_demo, demo_slug
from server.app import House
from server.commands.local import local_context

_SIZE, _SEED = "usual", 0


async def ensure_demo(house: House) -> None:
    """Create the demonstration program where it is missing; one that is there stays as it is."""
    slug = demo_slug(_SIZE, _SEED)
    trail = local_context("demo", slug)
    async with house.unit(trail) as unit:
        if slug in await unit.programs.known():
            return
    async with house.unit(trail) as unit:
        await create_demo(unit, _SIZE, _SEED)

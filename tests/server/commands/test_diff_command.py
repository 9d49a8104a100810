"""Two versions of a block compared at the terminal."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from scheduling.model.override import OverrideType, Source
from scheduling.model.part import Part
from scheduling.model.version import BlockSchedule, Cell
from scheduling.services.stage import stage_publish
from scheduling.store.database import Database
from tests.program_sample import MONDAY, SIX, SLUG, Sample, override, settle

Cli = Callable[..., Awaitable[tuple[int, str, str]]]
IN_SIX = dt.date(2026, 11, 23)


@pytest.fixture
async def sample(database: Database) -> Sample:
    """The small program of tests/program_sample.py, half of whose cells the template filled."""
    return await settle(database)


async def solved(sample: Sample) -> str:
    """A solve's version of block 6: every stand-in replaced, and one of them by something else."""
    async with sample.unit() as unit:
        await unit.lock(SLUG)
        live = sample.versions[SIX]
        content = (await unit.versions.load(SLUG, [live.hash]))[live.hash]
        cells = [
            Cell(c.person, c.slot, "DFM" if c.activity == "GME" else c.activity, _decided(c.source)) for c in content
        ]
        schedule = BlockSchedule.of(content.block, cells, content.rotations)
        return (await unit.versions.add(await unit.program(SLUG), schedule, origin="solve")).hash


def _decided(source: Source) -> Source:
    return Source.SOLVER if source is Source.TEMPLATE else source


async def test_a_diff_measures_what_a_stage_measures(cli: Cli, sample: Sample) -> None:
    """Stand-ins that a solve replaces are filled, and overrides count: the figures are the stage's, and say so."""
    await sample.overridden(
        override("fac-06", IN_SIX, Part.AM, "GME", kind=OverrideType.CANCELLATION),
        override("fac-05", IN_SIX, Part.PM, "AT", "fac-08"),
    )
    version = await solved(sample)
    code, out, _ = await cli("diff", "2026/6", version, "--json")
    assert code == 0
    told: dict[str, Any] = json.loads(out)
    staged = await stage_publish(sample.unit, SLUG, [version])
    before, changed, removed, filled = staged.body["share"]
    assert (told["changed"], told["removed"], told["filled"]) == (changed, removed, filled)
    assert told["filled"] > 0
    assert told["churn"] == round((2 * changed + removed) / (2 * before - removed), 4)
    assert {p["person"]: p["filled"] for p in told["people"]} == {p: s[3] for p, s in staged.body["people"].items()}
    assert len(told["changes"]) == len(staged.changes or ())
    assert told["measure"].startswith("in effect")
    code, out, _ = await cli("diff", "2026/6", version)
    assert out.splitlines()[1] == f"measured {told['measure']}"


async def test_an_override_is_part_of_what_a_cell_was(cli: Cli, sample: Sample) -> None:
    """What was cancelled is open, whatever stands under it: a draft that puts something else there fills it."""
    await sample.overridden(override("fac-06", MONDAY, Part.PM, "GME", kind=OverrideType.CANCELLATION))
    _, draft, _ = await cli("draft", "edit", "2026/5", "--put", f"fac-06 {MONDAY} PM DFM")
    _, out, _ = await cli("diff", "2026/5", draft.strip(), "--json")
    told = json.loads(out)
    assert [(c["person"], c["part"], c["from"], c["to"]) for c in told["changes"]] == [("fac-06", "PM", None, "DFM")]
    assert (told["changed"], told["filled"]) == (0, 1)

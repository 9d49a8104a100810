"""Random histories of publications, overrides and rollbacks, compared with a plain replay of the same acts."""

from __future__ import annotations

import itertools
import os
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduling.model.errors import ConflictError, GuardRejectedError
from scheduling.model.overlay import build_roster
from scheduling.model.override import Override, OverrideType
from scheduling.model.part import Part, Slot
from scheduling.model.roster import Roster
from scheduling.model.version import BlockSchedule
from scheduling.services.publish import publish
from scheduling.services.publish_gates import Consent
from scheduling.services.rollback import publications_standing, rollback
from scheduling.services.stage import stage_publish
from scheduling.store.database import Database
from tests.scheduling.services.publishing.small_house import (
    BLOCK,
    CALENDAR,
    NEXT,
    PEOPLE,
    REF,
    SmallHouse,
    block_content,
    content,
)

FULL = os.environ.get("HOUSESTAFF_COUNTS") == "full"
_programs = itertools.count()
CODES = ("GME", "DFM", "ADM", None)
DAYS = [date for date in BLOCK.window if date.isoweekday() < 6]

Cells = dict[tuple[str, Slot], str]
edits = st.lists(
    st.tuples(
        st.sampled_from([p.id for p in PEOPLE]),
        st.sampled_from(DAYS[:6]),
        st.sampled_from([Part.AM, Part.PM]),
        st.sampled_from(CODES),
    ),
    min_size=1,
    max_size=5,
)
acts = st.lists(
    st.one_of(
        st.tuples(st.just("publish"), edits, st.booleans()),
        st.tuples(st.just("rollback"), st.none(), st.none()),
        st.tuples(st.just("override"), edits, st.none()),
        st.tuples(st.just("revert"), st.integers(0, 9), st.none()),
    ),
    min_size=2,
    max_size=8 if FULL else 5,
)


@dataclass
class Replay:
    """What should be live and active, in plain values."""

    live: Cells
    other: BlockSchedule
    overrides: list[Override] = field(default_factory=list)
    undone: list[tuple[Cells, BlockSchedule]] = field(default_factory=list)

    def roster(self, like: Roster) -> Roster:
        return build_roster(like.program, like.window, [content(BLOCK, self.live), self.other], self.overrides)


async def published(house: SmallHouse, *schedules: BlockSchedule) -> bool:
    """Publish with every flag acknowledged; False where the guard rejects or nothing would change."""
    drafts = [await house.draft(s) for s in schedules]
    try:
        staged = await stage_publish(house.opener(), house.slug, drafts)
        consent = Consent("admin", frozenset(f.id for f in staged.flags if not f.blocking))
        await publish(house.opener(), house.slug, staged.id, staged.digest, consent)
    except (GuardRejectedError, ConflictError):
        return False
    return True


def applied(cells: Cells, wanted: list[tuple[str, object, Part, str | None]]) -> Cells:
    found = dict(cells)
    for person, date, part, code in wanted:
        found.pop((person, Slot(date, part)), None)  # type: ignore[arg-type]  # dates by strategy
        if code is not None:
            found[person, Slot(date, part)] = code  # type: ignore[arg-type]  # dates by strategy
    return found


@pytest.mark.fuzz
@settings(
    max_examples=100 if FULL else 15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=acts)
async def test_any_history_equals_its_replay(database: Database, history: list[tuple[str, object, object]]) -> None:
    """After every act the live content hashes and the effective roster are those of the replay, cell by cell."""
    house = SmallHouse(database, slug=f"small-{next(_programs)}")
    await house.build()
    start = {(c.person, c.slot): c.activity for c in block_content(REF)}
    replay = Replay(start, block_content(NEXT))
    numbers = itertools.count()
    turn = 0

    for kind, what, both in history:
        before = (dict(replay.live), replay.other)
        if kind == "publish":
            wanted = applied(replay.live, what)  # type: ignore[arg-type]  # by strategy
            turn += 1
            following = block_content(NEXT, first=turn % 6) if both else replay.other
            schedules = [content(BLOCK, wanted)] if wanted != replay.live else []
            schedules += [following] if following.digest != replay.other.digest else []
            if schedules and await published(house, *schedules):
                replay.undone.append(before)
                replay.live, replay.other = wanted, following
        elif kind == "rollback" and replay.undone:
            version = await _newest(house)
            async with house.unit() as unit:
                await rollback(unit, house.slug, version, "history")
            replay.live, replay.other = replay.undone.pop()
        elif kind == "override":
            assert isinstance(what, list)
            person, date, part, _ = what[0]
            await _override(house, replay, person, Slot(date, part), f"ovr-{house.slug}-{next(numbers)}")
        elif kind == "revert" and replay.overrides:
            assert isinstance(what, int)
            taken = replay.overrides.pop(what % len(replay.overrides))
            async with house.unit() as unit:
                await unit.lock(house.slug)
                await unit.overrides.deactivate(house.slug, [taken.id])
                await unit.programs.move_overlay(house.slug, (await unit.programs.state(house.slug)).overlay)
        await _same(house, replay)


async def _override(house: SmallHouse, replay: Replay, person: str, slot: Slot, ident: str) -> None:
    activity = replay.live.get((person, slot))
    if activity is None or any((o.person, o.slot) == (person, slot) for o in replay.overrides):
        return
    override = Override(ident, person, slot, activity, OverrideType.GAP)
    async with house.unit() as unit:
        await unit.lock(house.slug)
        await unit.overrides.add(house.slug, override, reason="history")
        await unit.programs.move_overlay(house.slug, (await unit.programs.state(house.slug)).overlay)
    replay.overrides.append(override)


async def _newest(house: SmallHouse) -> str:
    """A version of the publication that stands newest over both blocks."""

    async with house.unit() as unit:
        moves = [
            p for ref in (REF, NEXT) for p in publications_standing(await unit.versions.publications(house.slug, ref))
        ]
    version = max(moves, key=lambda m: m.id).version
    assert version is not None
    return version


async def _same(house: SmallHouse, replay: Replay) -> None:
    assert await house.live(REF) == content(BLOCK, replay.live).digest
    assert await house.live(NEXT) == replay.other.digest
    async with house.unit() as unit:
        roster = await unit.roster(house.slug, CALENDAR.block(REF).window, margin=20)
    wanted = replay.roster(roster)
    assert np.array_equal(roster.base, wanted.base)
    assert np.array_equal(roster.cells, wanted.cells)
    assert {o.id for o in (*roster.overrides, *roster.unapplied)} == {o.id for o in replay.overrides}

from __future__ import annotations

import anyio
import pytest
from sqlalchemy.exc import IntegrityError

from scheduling.model.errors import ConflictError, NotFoundError, UserError
from scheduling.model.override import OverrideType
from scheduling.model.part import Part, Window
from tests.program_sample import MONDAY, SLUG, Sample, caller_on, override

DAY = Window(MONDAY, MONDAY)


async def test_racing_overrides_of_one_assignment_have_one_winner(sample: Sample) -> None:
    """However many try at once: one stands, all others are a conflict, and nothing else is written."""
    outcomes: list[str] = []

    async def attempt() -> None:
        try:
            async with sample.unit() as unit:
                await unit.lock(SLUG)
                await unit.overrides.add(SLUG, override("pgy1-01", MONDAY, Part.AM, "C"), reason="race")
                await unit.programs.move_overlay(SLUG, (await unit.programs.state(SLUG)).overlay)
            outcomes.append("won")
        except UserError as error:
            outcomes.append(error.code)

    async with anyio.create_task_group() as group:
        for _ in range(8):
            group.start_soon(attempt)
    assert sorted(outcomes) == ["conflict"] * 7 + ["won"]
    async with sample.unit() as unit:
        assert len(await unit.overrides.records(SLUG, DAY, past=True)) == 1
        assert (await unit.programs.state(SLUG)).overlay == 1


async def test_the_database_alone_keeps_a_slot_from_being_overridden_twice(sample: Sample) -> None:
    """Also without the program's lock: two transactions that write at once cannot both commit."""
    outcomes: list[str] = []

    async def attempt() -> None:
        unit = sample.unit()
        unit.transaction.begin_writing()
        try:
            async with unit:
                await unit.overrides.add(SLUG, override("pgy1-01", MONDAY, Part.AM, "C"), reason="race")
            outcomes.append("won")
        except ConflictError:
            outcomes.append("conflict")

    async with anyio.create_task_group() as group:
        for _ in range(4):
            group.start_soon(attempt)
    assert sorted(outcomes) == ["conflict"] * 3 + ["won"]


async def test_nobody_covers_twice_in_one_slot(sample: Sample) -> None:
    """A second coverage by the same replacement is a conflict that names them."""
    first = override("pgy1-01", MONDAY, Part.AM, "C", "pgy3-01")
    second = override("pgy2-01", MONDAY, Part.AM, "C", "pgy3-01")
    await sample.overridden(first)
    with pytest.raises(ConflictError, match="pgy3-01 already covers"):
        await sample.overridden(second)


async def test_superseding_keeps_the_old_row(sample: Sample) -> None:
    """The old override is deactivated, the new one says what it supersedes; taking back twice takes nothing the second time."""
    first = override("pgy1-01", MONDAY, Part.AM, "C")
    second = override("pgy1-01", MONDAY, Part.AM, "C", kind=OverrideType.CANCELLATION)
    await sample.overridden(first)
    async with sample.unit("chief") as unit:
        await unit.lock(SLUG)
        assert await unit.overrides.deactivate(SLUG, [first.id]) == [first]
        await unit.overrides.add(SLUG, second, reason="better", supersedes=first.id)
        assert await unit.overrides.deactivate(SLUG, [first.id]) == []
    async with sample.unit() as unit:
        assert list(await unit.overrides.active(SLUG, DAY)) == [second]
        old = await unit.overrides.get(SLUG, first.id)
        assert (old.active, old.deactivated_by) == (False, "chief")
        assert (await unit.overrides.get(SLUG, second.id)).supersedes == first.id
        with pytest.raises(NotFoundError):
            await unit.overrides.get(SLUG, "ovr-none")


@pytest.mark.parametrize(
    "wrong",
    [
        override("pgy1-01", MONDAY, Part.AM, "C", "pgy1-01"),
        override("pgy1-01", MONDAY, Part.AM, "C", "fac-06", kind=OverrideType.GAP),
        override("pgy1-01", MONDAY, Part.AM, "C", kind=OverrideType.COVERAGE),
        override("pgy1-01", MONDAY, Part.AM, "C", "fac-77"),
    ],
    ids=["by oneself", "a gap with a replacement", "a coverage without", "by nobody known"],
)
async def test_the_database_refuses_what_no_override_can_be(sample: Sample, wrong: object) -> None:
    """Checks and foreign keys hold whatever the services overlook."""
    with pytest.raises(IntegrityError):
        await sample.overridden(wrong)  # type: ignore[arg-type]  # parametrized values are objects to pytest


async def test_overrides_come_by_slot_and_person(sample: Sample) -> None:
    """A stable order, whatever the order of writing."""
    night = override(caller_on(MONDAY), MONDAY, Part.NIGHT, "CALL")
    late, early = override("pgy2-01", MONDAY, Part.PM, "C"), override("pgy1-01", MONDAY, Part.PM, "C")
    await sample.overridden(night, late, early)
    async with sample.unit() as unit:
        assert list(await unit.overrides.active(SLUG, DAY)) == [early, late, night]

from __future__ import annotations

import os

import anyio
import psutil
import pytest

from scheduling.model.calendar import academic_year
from scheduling.model.errors import BusyError, InvalidError
from scheduling.solver.lane import Lane, LaneTimeoutError
from tests.scheduling.solver import lane_work


def _children() -> set[int]:
    return {p.pid for p in psutil.Process().children(recursive=True) if p.status() != psutil.STATUS_ZOMBIE}


async def _gone(process: int) -> None:
    """Wait until a process that was killed is no more."""
    with anyio.fail_after(60):
        while True:
            if process not in _children():
                return
            await anyio.sleep(0.05)


@pytest.fixture(autouse=True)
def _as_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The functions of lane_work count as the engine's."""
    monkeypatch.setattr("scheduling.solver.lane.HOME", ("scheduling.", "tests."))


async def test_a_question_is_answered_in_another_process() -> None:
    """The value comes back, and the process is kept for the next question."""
    lane = Lane()
    first = await lane.run(lane_work.own_process)
    assert first != os.getpid()
    assert await lane.run(lane_work.own_process) == first


async def test_errors_for_users_arrive_as_they_were_raised() -> None:
    """Kind, message, hint and details survive the way between the processes."""
    with pytest.raises(InvalidError) as caught:
        await Lane().run(lane_work.parse, "nonsense")
    assert caught.value.details["field"] == "block"
    assert "YEAR/NUMBER" in str(caught.value)


async def test_a_question_that_takes_too_long_is_ended_with_its_process() -> None:
    """The caller hears why, nothing keeps running, and the next question is answered."""
    before, lane = _children(), Lane()
    asked = await lane.run(lane_work.own_process)
    lane.seconds = 0.6
    with pytest.raises(LaneTimeoutError):
        await lane.run(lane_work.sleep, 600.0)
    await _gone(asked)
    assert _children() <= before
    lane.seconds = 20
    assert await lane.run(academic_year, lane_work.DATE) == 2025


async def test_cancelling_the_caller_kills_the_process() -> None:
    """Nothing is left behind when a client goes away."""
    before, lane = _children(), Lane()
    asked = await lane.run(lane_work.own_process)
    with anyio.move_on_after(0.5):
        await lane.run(lane_work.sleep, 600.0)
    await _gone(asked)
    assert _children() <= before


async def test_a_caller_who_leaves_while_the_process_starts_leaves_none_behind() -> None:
    """It is kept for the next question, which finds it."""
    before, lane = _children(), Lane()
    for seconds in (0.01, 0.03, 0.05):
        with anyio.move_on_after(seconds):
            await lane.run(lane_work.sleep, 600.0)
    answered = await lane.run(lane_work.own_process)
    assert _children() - before <= {answered}


async def test_more_questions_than_the_queue_holds_are_refused() -> None:
    """Busy, with the time to come back after; those that were let in are answered."""
    lane = Lane(places=1, waiting=1)
    answers: list[float] = []
    refused: list[BusyError] = []

    async def ask() -> None:
        try:
            answers.append(await lane.run(lane_work.sleep, 0.2))
        except BusyError as error:
            refused.append(error)

    async with anyio.create_task_group() as group:
        for _ in range(4):
            group.start_soon(ask)
    assert len(answers) == 2
    assert len(refused) == 2
    assert refused[0].details["retry_after"] == lane.seconds / 2


async def test_a_crash_of_the_solver_process_is_an_error_not_a_hang() -> None:
    """And the next question gets a new process."""
    lane = Lane()
    with pytest.raises(BusyError, match="ended unexpectedly"):
        await lane.run(lane_work.crash)
    assert await lane.run(lane_work.own_process) != os.getpid()


async def test_only_module_level_functions_of_the_engine_run_in_the_lane(monkeypatch: pytest.MonkeyPatch) -> None:
    """A closure and a function from elsewhere are refused before anything starts."""
    monkeypatch.undo()
    with pytest.raises(TypeError, match="module-level"):
        await Lane().run(os.getpid)
    with pytest.raises(TypeError, match="module-level"):
        await Lane().run(lambda: 1)


async def test_warming_the_lane_makes_the_first_question_quick() -> None:
    """The engine is loaded before anybody asks."""
    lane = Lane()
    await lane.warm()
    assert await lane.run(lane_work.engine_is_loaded)

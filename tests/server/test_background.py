from __future__ import annotations

import anyio
import pytest

from server import background
from server.background import beside


async def test_a_task_that_fails_is_begun_again_and_costs_nobody_else_anything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The block and the other tasks go on while one fails twice; in the end all are where they would have been."""
    monkeypatch.setattr(background, "AGAIN", 0.01)
    tries: list[int] = []
    arrived, other = anyio.Event(), anyio.Event()

    async def stumbling() -> None:
        tries.append(len(tries))
        if len(tries) < 3:
            raise RuntimeError("stumbled")
        arrived.set()
        await anyio.sleep_forever()

    async def steady() -> None:
        await arrived.wait()
        other.set()

    with anyio.fail_after(10):
        async with beside(stumbling, steady):
            await other.wait()
    assert tries == [0, 1, 2]


async def test_a_task_that_is_done_is_not_begun_again() -> None:
    """What a server only does once stays done."""
    runs: list[int] = []

    async def once() -> None:
        runs.append(1)

    async with beside(once):
        await anyio.sleep(0.05)
    assert runs == [1]

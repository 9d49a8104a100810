"""The interactive lane: short proofs in a solver process of their own, bounded in time and number (architecture decision 5).

The process belongs to whoever opened the lane (`serve`, `stdio`), is kept for the next question, and is killed when its
caller goes away or its time is up. Nothing of it runs on the event loop, and its native memory is not the server's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, TypeVarTuple, Unpack

import anyio
from anyio import BrokenWorkerProcess, CapacityLimiter, to_process

from scheduling.model.errors import BusyError, UserError
from scheduling.solver.garbage import collect_rarely

A = TypeVarTuple("A")
T = TypeVar("T")

HOME = "scheduling."
"""Only functions of the engine run in the lane."""


class LaneTimeoutError(UserError):
    """The answer could not be proved in the time an interactive question has."""

    code = "timeout"


@dataclass(frozen=True, slots=True)
class _Answer:
    value: Any


@dataclass(frozen=True, slots=True)
class _Refusal:
    """A UserError taken apart: their constructors are not what pickle expects."""

    kind: type[UserError]
    said: tuple[object, ...]
    state: dict[str, object]

    def error(self) -> UserError:
        """Put it together again."""
        error = self.kind.__new__(self.kind)
        error.args = self.said
        error.__dict__.update(self.state)
        return error


def _carry_out(function: Callable[..., object], args: tuple[object, ...]) -> _Answer | _Refusal:
    """What the solver process runs."""
    collect_rarely()
    try:
        return _Answer(function(*args))
    except UserError as error:
        return _Refusal(type(error), error.args, dict(error.__dict__))


class Lane:
    """`places` questions at a time, `waiting` more in the queue, `seconds` of wall time for each once it has a place."""

    def __init__(self, *, places: int = 1, waiting: int = 8, seconds: float = 20.0) -> None:
        self.seconds = seconds
        self._most = places + waiting
        self._asked = 0
        self._places = CapacityLimiter(places)
        self._processes = CapacityLimiter(places)

    async def run(self, function: Callable[[Unpack[A]], T], /, *args: *A) -> T:
        """The function's value, computed elsewhere; its UserErrors are raised here as they were raised there.

        `function` is a module-level function of the engine, arguments and value are picklable. BusyError when the queue is
        full, LaneTimeoutError when time is up; cancelling the caller kills the process.
        """
        if not function.__module__.startswith(HOME) or "<" in function.__qualname__:
            raise TypeError(f"{function.__qualname__} is no module-level function of {HOME}*")
        if self._asked >= self._most:
            raise BusyError("too many interactive questions at once", retry_after=self.seconds / 2)
        self._asked += 1
        try:
            async with self._places:
                found = await self._within(function, args)
        finally:
            self._asked -= 1
        if isinstance(found, _Refusal):
            raise found.error()
        value: T = found.value
        return value

    async def _within(self, function: Callable[..., Any], args: tuple[Any, ...]) -> _Answer | _Refusal:
        try:
            with anyio.fail_after(self.seconds):
                # A process that its caller gives up on while it still starts would be left behind: it starts apart.
                with anyio.move_on_after(self.seconds, shield=True):
                    await to_process.run_sync(_start, cancellable=True, limiter=self._processes)
                return await to_process.run_sync(_carry_out, function, args, cancellable=True, limiter=self._processes)
        except TimeoutError:
            raise LaneTimeoutError(
                hint=f"an interactive question has {self.seconds:g} s; ask about fewer days"
            ) from None
        except BrokenWorkerProcess as error:
            raise BusyError("the solver process ended unexpectedly", retry_after=1.0) from error

    async def warm(self) -> None:
        """Start the solver process and load the engine, so that the first question does not wait for it."""
        await self.run(_load)


def _start() -> None:
    """Nothing: once it is done, there is a process that can be asked."""


def _load() -> None:
    """Import what a question needs."""
    import ortools.sat.python.cp_model  # noqa: F401, PLC0415 - loaded in the solver process, not in the server

"""The vocabulary of a tool: its arguments, its result, its effect, its handler.

A tool is data plus a handler of a few lines. The edge (`server/edge.py`) validates the arguments, finds the program,
decides the rights, opens the audit context, renders the result and keeps it inside its budget; a handler does none of
these and never catches.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from auth.call import Call, Detail
from auth.scopes import Scope
from auth.shapes import AsOf
from auth.wire import Shape

__all__ = [
    "AnyTool",
    "Args",
    "AsOf",
    "Call",
    "Detail",
    "Effect",
    "ListArgs",
    "Next",
    "Result",
    "Scope",
    "Shape",
    "Tool",
]


class Args(BaseModel):
    """A tool's arguments: unknown names are refused, values never change.

    Give every field a description of a few words, and let field types raise `ValueError` with a reason that does not
    repeat the value: the edge shows field, reason and valid names, never the input.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    program: Annotated[str | None, Field(max_length=60, description="Slug; omit if you have one.")] = None


class ListArgs(Args):
    """Arguments of a tool whose result is a list: how much, and from where on."""

    detail: Annotated[Detail, Field(description="How much to return.")] = Detail.CONCISE
    cursor: Annotated[str | None, Field(max_length=200, description="From the previous page.")] = None


class Next(Shape):
    """A suggested next call, with arguments complete enough to be made as they stand."""

    tool: str
    arguments: dict[str, Any]
    why: str | None = None


class Result(Shape):
    """A tool's result.

    Return every row; the edge cuts to the budget. `pages` names the list a cursor walks through, `trims` other lists
    that may be shortened; `omitted` and `cursor` are the edge's to fill. An empty answer says in `note` why it is empty
    and what to try.
    """

    pages: ClassVar[str | None] = None
    trims: ClassVar[tuple[str, ...]] = ()

    as_of: AsOf | None = None
    note: Annotated[str | None, Field(description="Why it is empty, or what to know.")] = None
    omitted: Annotated[dict[str, int] | None, Field(description="Rows left out, by list.")] = None
    cursor: Annotated[str | None, Field(description="Pass it to get the rows left out.")] = None
    next: Annotated[tuple[Next, ...] | None, Field(max_length=2, description="Suggested calls.")] = None


class Effect(Enum):
    """What a tool does to the world; MCP's hints follow from it."""

    READ = "read"
    PROPOSE = "propose"
    COMMIT = "commit"


ArgsT = TypeVar("ArgsT", bound=Args)
ResultT = TypeVar("ResultT", bound=Result)


def no_more(_: Args) -> frozenset[Scope]:
    """The scopes of a call that needs no more than its tool always needs."""
    return frozenset()


@dataclass(frozen=True, slots=True)
class Tool(Generic[ArgsT, ResultT]):
    """One capability. `name` is a verb and an object; `description` (≤ 600 characters) says what, when, and what next.

    `scopes` are needed on every call, `also` adds those a particular call needs (from its arguments). `own` lists
    scopes for which a reach over oneself opens the door: the handler then calls `call.require_own`. `idempotent` says
    that repeating a call changes nothing more; a READ always is.
    """

    name: str
    title: str
    description: str
    args: type[ArgsT]
    result: type[ResultT]
    scopes: frozenset[Scope] | set[Scope]
    effect: Effect
    handle: Callable[[ArgsT, Call], Awaitable[ResultT]]
    own: frozenset[Scope] | set[Scope] = frozenset()
    also: Callable[[ArgsT], frozenset[Scope] | set[Scope]] = no_more
    idempotent: bool = False
    meta: Mapping[str, Any] | None = None
    question: Callable[[ArgsT, Call], Awaitable[str | None]] | None = None
    """What a person is asked before the handler runs, where the client can ask one; None from it asks nothing."""

    def needs(self, args: ArgsT) -> frozenset[Scope]:
        """Every scope this call needs."""
        return frozenset(self.scopes) | frozenset(self.also(args))

    @property
    def hints(self) -> dict[str, bool]:
        """The effect as MCP's annotations; a schedule is a closed world."""
        return {
            "readOnlyHint": self.effect is Effect.READ,
            "destructiveHint": self.effect is Effect.COMMIT,
            "idempotentHint": self.effect is Effect.READ or self.idempotent,
            "openWorldHint": False,
        }


AnyTool = Tool[Any, Any]

"""The vocabulary of a resource: a URI template, who may read it, and a handler that receives a call."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from auth.call import Call, Detail
from auth.scopes import Scope
from auth.wire import Shape

__all__ = ["AnyResource", "Body", "Call", "Detail", "Place", "Resource", "Scope", "Shape"]


class Place(BaseModel):
    """The variables of a template as a model: one field each; a query variable (`{?start,end}`) has a default."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class ProgramPlace(Place):
    """The variables of a template under `housestaff://{program}/`."""

    program: Annotated[str, Field(max_length=60)]


class Body(Shape):
    """A resource's JSON."""


Content = Body | str | bytes
"""What a handler returns: a body (rendered as JSON), text, or bytes."""

Completer = Callable[[str, Mapping[str, str], Call], Awaitable[Sequence[str]]]
"""Values that begin as typed, given the variables already known; the edge cuts the list at a hundred."""

PlaceT = TypeVar("PlaceT", bound=Place)


@dataclass(frozen=True, slots=True)
class Resource(Generic[PlaceT]):
    """One family of addresses, `housestaff://{program}/…` (RFC 6570).

    A template without variables is static: it belongs to the whole server, and its handler's call has no program
    (`""`) and no rights beyond having an account. `completions` maps a variable to its completer.
    """

    uri: str
    name: str
    title: str
    description: str
    place: type[PlaceT]
    scopes: frozenset[Scope] | set[Scope]
    handle: Callable[[PlaceT, Call], Awaitable[Content]]
    mime: str = "application/json"
    own: frozenset[Scope] | set[Scope] = frozenset()
    completions: Mapping[str, Completer] = field(default_factory=dict)
    meta: Mapping[str, Any] | None = None


AnyResource = Resource[Any]

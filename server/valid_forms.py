"""What a refusal offers in place of what was sent: the valid values of an argument, or how they are written, from its type."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from auth.fields import Form

_LISTS = (tuple, list, set, frozenset)


def valid_forms(annotation: Any, metadata: Iterable[object] = ()) -> list[str]:  # noqa: ANN401 - any type form
    """Values, bounds or written forms, each once; nothing is said where every text will do."""
    return list(dict.fromkeys(_forms(annotation, tuple(metadata))))


def element_of(annotation: Any) -> tuple[Any, tuple[object, ...]] | None:  # noqa: ANN401 - any type form
    """The type of a list's elements, with what is said about it; None where the type holds no list."""
    for arm, _ in _arms(annotation, ()):
        if get_origin(arm) in _LISTS:
            return get_args(arm)[0], ()
    return None


def _forms(annotation: Any, metadata: tuple[object, ...]) -> Iterator[str]:  # noqa: ANN401 - any type form
    for arm, said in _arms(annotation, metadata):
        written = [m.text for m in said if isinstance(m, Form)]
        yield from written or _of_type(arm, said)


def _arms(annotation: Any, metadata: tuple[object, ...]) -> Iterator[tuple[Any, tuple[object, ...]]]:  # noqa: ANN401 - any type form
    """The types a value may have, each with its own constraints and those around it."""
    origin = get_origin(annotation)
    if origin is Annotated:
        base, *said = get_args(annotation)
        inner = [n for m in said for n in (m.metadata if isinstance(m, FieldInfo) else [m])]
        yield from _arms(base, (*metadata, *inner))
    elif origin in (Union, UnionType):
        for arm in get_args(annotation):
            yield from _arms(arm, metadata)
    elif annotation is not NoneType:
        yield annotation, metadata


def _of_type(arm: Any, said: tuple[object, ...]) -> Iterator[str]:  # noqa: ANN401 - any type form
    if get_origin(arm) is Literal:
        yield from (str(value) for value in get_args(arm))
    elif get_origin(arm) in _LISTS:
        yield _sized("a list of", "items", said) or "a list"
    elif not isinstance(arm, type):
        return
    elif issubclass(arm, Enum):
        yield from (str(member.value) for member in arm)
    elif issubclass(arm, bool):
        yield from ("true", "false")
    elif issubclass(arm, int | float):
        yield _bounded(said) or ("a whole number" if issubclass(arm, int) else "a number")
    elif issubclass(arm, dt.date):
        yield "YYYY-MM-DD"
    elif issubclass(arm, BaseModel):
        yield f"an object with {', '.join(arm.model_fields)}"
    elif issubclass(arm, str) and (text := _sized("text of", "characters", said)):
        yield text


def _bounded(said: tuple[object, ...]) -> str:
    low = next((m.ge for m in said if isinstance(m, Ge)), None)
    high = next((m.le for m in said if isinstance(m, Le)), None)
    if low is not None and high is not None:
        return f"{low} to {high}"
    above = next((m.gt for m in said if isinstance(m, Gt)), None)
    below = next((m.lt for m in said if isinstance(m, Lt)), None)
    bounds = (("at least", low), ("above", above), ("at most", high), ("below", below))
    return ", ".join(f"{word} {bound}" for word, bound in bounds if bound is not None)


def _sized(what: str, unit: str, said: tuple[object, ...]) -> str:
    least = max((m.min_length for m in said if isinstance(m, MinLen)), default=0)
    most = min((m.max_length for m in said if isinstance(m, MaxLen)), default=None)
    if most is None:
        return f"{what} at least {least} {unit}" if least else ""
    if least == most:
        return f"{what} {most} {unit}"
    return f"{what} {least} to {most} {unit}" if least else f"{what} at most {most} {unit}"

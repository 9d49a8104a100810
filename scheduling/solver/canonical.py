"""Canonical bytes of domain values: equal values give equal bytes in every process, whatever its hash seed."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from enum import Enum
from fractions import Fraction
from types import UnionType
from typing import Any

import numpy as np
from pydantic import BaseModel

from scheduling.model.policy import Policy
from scheduling.model.program import Program
from scheduling.model.roster import Roster

PRIVATE = frozenset({"name", "reason"})
"""Fields of people and absences that are never hashed: no solve depends on them."""

Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]


def canonical_bytes(value: object) -> bytes:
    """Compact JSON with sorted keys over `plain`."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def digest(value: object) -> str:
    """Hex sha256 of the canonical bytes."""
    return hashlib.sha256(canonical_bytes(value)).hexdigest()


def plain(value: object) -> Plain:
    """JSON-ready form: sets and mappings sorted, arrays as shape, type and hash; TypeError for what has no such form."""
    if isinstance(value, Enum):
        return value.name
    if value is None or isinstance(value, bool | int | float | str):
        return value
    for kind, form in _FORMS:
        if isinstance(value, kind):
            return form(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value) if f.name not in PRIVATE}
    raise TypeError(f"{type(value).__name__} has no canonical form")


def _array(value: np.ndarray[Any, np.dtype[Any]]) -> Plain:
    raw = np.ascontiguousarray(value)
    return [list(raw.shape), raw.dtype.str, hashlib.sha256(raw.tobytes()).hexdigest()]


def _mapping(value: Mapping[object, object]) -> Plain:
    return sorted(([plain(k), plain(v)] for k, v in value.items()), key=json.dumps)


def _set(value: AbstractSet[object]) -> Plain:
    return sorted((plain(v) for v in value), key=json.dumps)


def _sequence(value: Sequence[object]) -> Plain:
    return [plain(v) for v in value]


def _program(program: Program) -> Plain:
    """Everything a solve may depend on; today is no part of it, and rotations keep their names (a rule reads them)."""
    return {
        "slug": program.slug,
        "zone": program.clock.zone,
        "calendar": plain(program.calendar),
        "people": plain(program.people),
        "policies": plain(program.policies.dated),
        "shipped": program.policies.at(dt.date.min).digest,
        "holidays": plain(sorted(program.holidays)),
        "absences": plain(sorted(program.absences, key=lambda a: (a.person, a.start, a.end, a.id))),
        "duty_records": plain(sorted(program.duty_records, key=lambda r: (r.person, r.date, r.start, r.id))),
    }


def _roster(roster: Roster) -> Plain:
    return {
        "program": plain(roster.program),
        "window": plain(roster.window),
        "cells": plain(roster.cells),
        "sources": plain(roster.sources),
        "rotation": plain(roster.rotation),
        "rotations": [[r.name, r.activity, r.pattern.value] for r in roster.rotations],
        "known": plain(roster.known),
    }


_FORMS: tuple[tuple[type | UnionType, Callable[[Any], Plain]], ...] = (
    (dt.date | Fraction, str),
    (np.ndarray, _array),
    (Program, _program),
    (Roster, _roster),
    (Policy, lambda policy: policy.digest),
    (BaseModel, lambda model: plain(model.model_dump())),
    (Mapping, _mapping),
    (AbstractSet, _set),
    (list | tuple, _sequence),
)

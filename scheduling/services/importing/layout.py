"""The files of an import folder and their columns."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Layout:
    """One file: the columns it must have, those it may have, and whether it may hold no row."""

    file: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    needs_rows: bool = True


LIMITS = {"clinic": "C", "at": "AT", "gme": "GME", "dfm": "DFM", "sm": "SM"}
"""Column stems of the weekly limits (`_min`, `_max`) and the activity each speaks of."""

BLOCKS = Layout("blocks.csv", ("block", "start", "end"))
PEOPLE = Layout(
    "people.csv",
    ("person", "kind", "pgy", "role", *(f"{stem}_{end}" for stem in LIMITS for end in ("min", "max"))),
    ("name", "site", "supervisor", "available_weekdays", "avoid_call_weekdays", "prefer_call_weekdays", "active"),
)
CREDENTIALS = Layout("credentials.csv", ("person", "credential"), ("level", "expires"), needs_rows=False)
HOLIDAYS = Layout("holidays.csv", ("date", "name"), needs_rows=False)
ROTATION_MAP = Layout("rotation_map.csv", ("rotation", "half1", "half1_pattern", "half2", "half2_pattern"))
ROTATIONS = Layout("rotations.csv", ("person", "block", "rotation"))
FMIT_WEEKS = Layout("fmit_weeks.csv", ("start", "end", "person"))
CALLS = Layout("calls.csv", ("date", "person"))
ABSENCES = Layout(
    "absences.csv", ("person", "start", "end", "status"), ("type", "start_part", "end_part"), needs_rows=False
)

LAYOUTS = (BLOCKS, PEOPLE, CREDENTIALS, HOLIDAYS, ROTATION_MAP, ROTATIONS, FMIT_WEEKS, CALLS, ABSENCES)

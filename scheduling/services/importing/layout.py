"""The files of an import folder and their columns."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Layout:
    """One file: the columns it must have, those it may have, whether it must hold a row, and whether it may be missing."""

    file: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    needs_rows: bool = True
    may_lack: bool = False


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

DUTY_RECORDS = Layout(
    "duty_records.csv",
    ("person", "kind", "date", "start", "end"),
    ("id", "end_date", "reason", "new_patients"),
    needs_rows=False,
    may_lack=True,
)
"""Hours beyond the schedule, one row each: what is known of residents only after the fact.

- `kind`: `moonlighting`, `called_in` (worked in hospital out of at-home call), `stay` (6.23, of one's own accord) or
  `transition` (handover and education at the end of a duty).
- `date` is the day it began, `start` and `end` are clock times `HH:MM`; an end on a later day has its date in `end_date`.
- `reason`: free text in one line, what 6.23 asks for; sensitive. `new_patients`: `yes` or `no`, of a transition.
- `id`: any code of letters, digits, hyphen and underscore; where it is blank one is made of the content. A row under a known
  id corrects what is stored of the same person and date.

A folder without this file says nothing of duty records: what is stored stays. With it, records that an earlier import of
the same year brought and that it no longer lists are removed.
"""

LAYOUTS = (BLOCKS, PEOPLE, CREDENTIALS, HOLIDAYS, ROTATION_MAP, ROTATIONS, FMIT_WEEKS, CALLS, ABSENCES, DUTY_RECORDS)

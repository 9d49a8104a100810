"""What an import did, and every edge of the input that a person should know of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """What became of the program."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


class EdgeKind(StrEnum):
    """What kind of edge an input has. None of them is an error: the fact is kept, and said."""

    NIGHT_OUTSIDE_YEAR = "night_outside_year"
    FMIT_OUTSIDE_YEAR = "fmit_outside_year"
    MISSING_NIGHT = "missing_night"
    GAP_NIGHT = "gap_night"
    MISSING_FMIT_DAY = "missing_fmit_day"
    UNASSIGNED = "unassigned"
    ABSENCES_OVERLAP = "absences_overlap"
    ABSENCE_BEGINS_BEFORE_YEAR = "absence_begins_before_year"
    ABSENCE_ENDS_AFTER_YEAR = "absence_ends_after_year"
    ABSENCE_OUTSIDE_YEAR = "absence_outside_year"
    CALL_IN_LEAVE = "call_in_leave"
    FMIT_IN_LEAVE = "fmit_in_leave"
    ROTATION_IN_LEAVE = "rotation_in_leave"
    ADJUNCT_CALL = "adjunct_call"
    ADJUNCT_FMIT_WEEK = "adjunct_fmit_week"
    CREDENTIAL_WITHOUT_ACTIVITY = "credential_without_activity"
    NEIGHBOUR_BLOCK = "neighbour_block"
    EDGE_NOT_WRITTEN = "edge_not_written"
    NO_LONGER_LISTED = "no_longer_listed"


@dataclass(frozen=True, slots=True)
class Edge:
    """One edge: who, when (dates inclusive) and in which block, as far as it has them."""

    kind: EdgeKind
    text: str
    person: str | None = None
    start: dt.date | None = None
    end: dt.date | None = None
    block: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The edge as JSON values; what it does not have is left out."""
        return {
            key: value.isoformat() if isinstance(value, dt.date) else value
            for key, value in asdict(self).items()
            if value is not None
        }


@dataclass(frozen=True)
class ImportReport:
    """The result of an import. `versions` are the live hashes by block, `changed` the blocks that got a new one.

    `contents` are the hashes of what the input alone gives; `absences` and `duty_records` the ids of its absences and
    duty records. All tell a later import what this one brought. `zone_assumed` says that no zone was named and UTC was taken.
    """

    program: str
    year: int
    zone: str
    zone_assumed: bool
    outcome: Outcome
    digest: str
    counts: Mapping[str, int]
    versions: Mapping[str, str]
    contents: Mapping[str, str]
    changed: tuple[str, ...]
    partial: tuple[str, ...]
    absences: tuple[str, ...]
    edges: tuple[Edge, ...] = field(default_factory=tuple)
    duty_records: tuple[str, ...] = ()

    def edge_counts(self) -> Mapping[str, int]:
        """How many edges of each kind, in the order of EdgeKind."""
        found = [e.kind for e in self.edges]
        return {kind.value: found.count(kind) for kind in EdgeKind if kind in found}

    def headline(self) -> str:
        """What happened, in one line."""
        if self.outcome is Outcome.UNCHANGED:
            return f"{self.program}: AY{self.year} is unchanged; the same input was imported before"
        n = self.counts
        recorded = f", {_counted(n['duty_records'], 'duty record')}" if n.get("duty_records") else ""
        return (
            f"{self.program}: AY{self.year} {self.outcome} in {self.zone}; {_counted(n['residents'], 'resident')} and "
            f"{n['faculty']} faculty, {_counted(n['rotations'], 'rotation')}, {_counted(n['calls'], 'call')}, "
            f"{_counted(n['fmit_weeks'], 'FMIT week')}, {_counted(n['absences'], 'absence')}{recorded}; "
            f"{self._published()}, {len(self.partial)} partial"
        )

    def _published(self) -> str:
        """The blocks by name, where they are not simply all of a new program."""
        if not self.changed:
            return "no block changed"
        if self.outcome is Outcome.CREATED:
            return f"{_counted(len(self.changed), 'block')} published"
        return f"{'block' if len(self.changed) == 1 else 'blocks'} {', '.join(self.changed)} published"

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON values."""
        return {
            "program": self.program,
            "year": self.year,
            "zone": self.zone,
            "zone_assumed": self.zone_assumed,
            "outcome": self.outcome.value,
            "digest": self.digest,
            "counts": dict(self.counts),
            "versions": dict(self.versions),
            "contents": dict(self.contents),
            "changed": list(self.changed),
            "partial": list(self.partial),
            "absences": list(self.absences),
            "duty_records": list(self.duty_records),
            "edge_counts": dict(self.edge_counts()),
            "edges": [e.as_dict() for e in self.edges],
        }


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def read_report(stored: Mapping[str, Any]) -> ImportReport:
    """A report from its JSON values."""
    return ImportReport(
        program=stored["program"],
        year=stored["year"],
        zone=stored["zone"],
        zone_assumed=stored["zone_assumed"],
        outcome=Outcome(stored["outcome"]),
        digest=stored["digest"],
        counts=stored["counts"],
        versions=stored["versions"],
        contents=stored["contents"],
        changed=tuple(stored["changed"]),
        partial=tuple(stored["partial"]),
        absences=tuple(stored["absences"]),
        edges=tuple(_edge(e) for e in stored["edges"]),
        duty_records=tuple(stored.get("duty_records", ())),
    )


def _edge(stored: Mapping[str, Any]) -> Edge:
    dates = {k: dt.date.fromisoformat(stored[k]) for k in ("start", "end") if k in stored}
    return Edge(EdgeKind(stored["kind"]), stored["text"], stored.get("person"), block=stored.get("block"), **dates)

"""Hours on record beside the schedule (duty records), as a solve counts them: they have happened, nothing decides them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scheduling.model.duty_record import DutyKind
from scheduling.rules.duties import Duties
from scheduling.rules.intervals import merge

Span = tuple[int, int]
"""Start and end in epoch minutes."""

PROLONGING = (DutyKind.TRANSITION, DutyKind.STAY)
"""What moves the moment of leaving (6.21.a)."""

BUSY = (DutyKind.CALLED_IN, DutyKind.STAY, DutyKind.TRANSITION)
"""What keeps a day from being free (6.21.b): everything but moonlighting."""


def recorded(d: Duties, person: str, *kinds: DutyKind) -> list[Span]:
    """The person's hours of these kinds, disjoint and in time order."""
    if d.records is None or person not in d.ids:
        return []
    found = d.records.of(*kinds)
    mine = found.row == d.ids.index(person)
    union = merge(found.row[mine], found.start[mine], found.end[mine])
    return list(zip(union.start.tolist(), union.end.tolist(), strict=True))


def within(spans: Iterable[Span], low: int, high: int) -> Iterator[Span]:
    """What of disjoint spans lies between two instants."""
    for start, end in spans:
        if start < high and end > low:
            yield max(start, low), min(end, high)


def shared(spans: Iterable[Span], low: int, high: int) -> int:
    """Minutes of disjoint spans between two instants."""
    return sum(end - start for start, end in within(spans, low, high))


def outside(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """What of disjoint spans no other span covers."""
    left = list(spans)
    for low, high in taken:
        left = [
            part
            for start, end in left
            for part in ((start, min(end, low)), (max(start, high), end))
            if part[0] < part[1]
        ]
    return left

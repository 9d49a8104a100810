"""A block as a coordinator draws it: call rows on top, people by PGY and role below, two half-days a date."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from scheduling.model.calendar import Block
from scheduling.model.part import Part, Slot
from scheduling.model.person import FacultyRole, Kind, Person
from scheduling.model.roster import Roster

_ROLES = tuple(FacultyRole)

Held = Mapping[tuple[str, Slot], str]
"""The activity of every filled cell."""


@dataclass(frozen=True, slots=True)
class NightRow:
    """Who holds a night activity, date by date; `rank` tells apart several rows of one activity, from 1."""

    code: str
    rank: int
    title: str
    people: tuple[str | None, ...]

    @property
    def id(self) -> str:
        """The row's hidden id."""
        return f"night:{self.code}:{self.rank}"


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person's row; `label` is a name where names may be seen, else the id."""

    person: str
    label: str
    role: str

    @property
    def id(self) -> str:
        """The row's hidden id: what joins it to the person, whatever the label says."""
        return f"person:{self.person}"


@dataclass(frozen=True)
class BlockGrid:
    """The effective schedule of one block, ready to be drawn. `covers` names whom a covered cell belonged to."""

    program: str
    block: Block
    version: str
    overlay: int
    nights: tuple[NightRow, ...]
    groups: tuple[tuple[str, tuple[PersonRow, ...]], ...]
    held: Held
    covers: Mapping[tuple[str, Slot], str]
    gaps: Mapping[tuple[str, Slot], str]

    @property
    def dates(self) -> list[dt.date]:
        """The block's dates."""
        return list(self.block.window)


def grid_of(roster: Roster, block: Block, *, names: bool) -> BlockGrid:
    """Draw the block of a roster; with `names` rows are labelled by name where one is known."""
    held = {(p, s): code for p, s, code in roster.filled(block.window)}
    inside = [o for o in roster.overrides if o.slot.date in block.window]
    return BlockGrid(
        program=roster.program.slug,
        block=block,
        version=roster.versions.get(block.ref, ""),
        overlay=roster.overlay,
        nights=_nights(roster, block, held),
        groups=_groups(roster, block, held, names=names),
        held=held,
        covers={key: o.person for key, o in roster.coverages.items() if key[1].date in block.window},
        gaps={(o.person, o.slot): o.activity for o in inside if o.replacement is None},
    )


def _nights(roster: Roster, block: Block, held: Held) -> tuple[NightRow, ...]:
    """A row for each night activity, as many as are held at once; the call's row is always there."""
    call = roster.policy(block.start).call.activity
    by_code: dict[str, dict[dt.date, list[str]]] = defaultdict(lambda: defaultdict(list))
    by_code[call] = by_code[call]
    for (person, slot), code in sorted(held.items()):
        if slot.part is Part.NIGHT:
            by_code[code][slot.date].append(person)
    order = sorted(by_code, key=lambda code: (code != call, roster.catalogue.index(code)))
    return tuple(
        NightRow(
            code,
            rank,
            roster.catalogue[code].title,
            tuple(_nth(by_code[code].get(date, []), rank - 1) for date in block.window),
        )
        for code in order
        for rank in range(1, max([1, *(len(people) for people in by_code[code].values())]) + 1)
    )


def _nth(people: list[str], place: int) -> str | None:
    return people[place] if place < len(people) else None


def _groups(roster: Roster, block: Block, held: Held, *, names: bool) -> tuple[tuple[str, tuple[PersonRow, ...]], ...]:
    seen = {person for person, _ in held}
    groups: dict[tuple[int, str], list[PersonRow]] = defaultdict(list)
    for person in roster.program.people:
        if person.active or person.id in seen:
            place, title, role = _place(person, block.ref.year)
            label = person.name if names and person.name else person.id
            groups[place, title].append(PersonRow(person.id, label, role))
    return tuple((title, tuple(rows)) for (_, title), rows in sorted(groups.items()))


def _place(person: Person, year: int) -> tuple[int, str, str]:
    """Where a person stands: residents by PGY, faculty by role, learners last."""
    if person.kind is Kind.RESIDENT:
        pgy = person.pgy(year)
        return pgy, f"PGY-{pgy}", f"PGY-{pgy}"
    if person.kind is Kind.FACULTY:
        role = person.role or FacultyRole.CORE
        title = role.value.replace("_", " ")
        return 100 + _ROLES.index(role), f"Faculty: {title}", title
    return 1000, "Learners", "learner"

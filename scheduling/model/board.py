"""One week while the template fills it: attending demand, supply and rooms of every weekday half-day (domain.md §5)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from scheduling.model.activity import Activity
from scheduling.model.calendar import SATURDAY
from scheduling.model.override import Source
from scheduling.model.part import Slot, Window
from scheduling.model.person import Person
from scheduling.model.policy import Policy
from scheduling.model.program import Program
from scheduling.model.sheet import HALF_DAYS, Sheet

FULL_WEEK = 10
"""Half-days of five weekdays: what weekly figures are stated for."""


class Board:
    """Running figures by slot: `units` (quarter attendings asked for), `supply` (attendings there), `rooms` (rooms taken).

    `faculty` are the people the template may place. `pgy` holds every resident's year; others ask for nothing. Only
    people of the clinic site `site` count.
    """

    def __init__(
        self,
        program: Program,
        sheet: Sheet,
        week: Window,
        faculty: Sequence[Person],
        pgy: Mapping[str, int],
        site: str = "",
    ) -> None:
        self.policy: Policy = program.policies.at(week.start)
        self.week = week
        self.year = program.calendar.block_of(week.start).ref.year
        self.faculty = tuple(faculty)
        self.slots = tuple(
            Slot(date, part)
            for date in week
            if date.isoweekday() < SATURDAY and date not in program.holidays
            for part in HALF_DAYS
        )
        self._sheet = sheet
        self._pgy = pgy
        self.units: dict[Slot, int] = defaultdict(int)
        self.supply: dict[Slot, int] = defaultdict(int)
        self.rooms: dict[Slot, int] = defaultdict(int)
        self.counts: dict[str, Counter[str]] = defaultdict(Counter)
        for slot in self.slots:
            seen: list[str] = []
            for person, code in sorted(sheet.holders(slot).items()):
                if program.person(person).site != site:
                    continue
                self._count(person, slot, code, once=code not in seen)
                seen.append(code)

    def _count(self, person: str, slot: Slot, code: str, *, once: bool) -> None:
        activity = self.policy.catalogue[code]
        self.counts[person][code] += 1
        if activity.uses_room and (once or not activity.room_once):
            self.rooms[slot] += 1
        if person in self._pgy:
            self.units[slot] += self.units_of(person, activity)
        elif activity.supplies_supervision:
            self.supply[slot] += 1

    def units_of(self, person: str, activity: Activity) -> int:
        """Quarter attendings the resident asks for in the activity."""
        if not activity.needs_supervision:
            return 0
        figures = self.policy.supervision
        own = figures.pgy1_units if self._pgy[person] <= 1 else figures.senior_units
        return own + activity.supervision_extra

    def open(self, person: str, slot: Slot) -> bool:
        """True when nothing is written there yet."""
        return person not in self._sheet.holders(slot)

    def holds(self, person: str, slot: Slot) -> str | None:
        """The activity written there, None where it is open."""
        return self._sheet.holders(slot).get(person)

    def place(self, person: str, slot: Slot, code: str) -> None:
        """Write one cell of the template and count it."""
        once = not any(held == code and self.counts[other][code] for other, held in self._sheet.holders(slot).items())
        if self._sheet.write(person, slot.date, slot.part, code, Source.TEMPLATE):
            self._count(person, slot, code, once=once)

    def need(self, slot: Slot, extra_units: int = 0) -> int:
        """Attendings still missing in the slot, were `extra_units` added; rounded once on the sum."""
        per = self.policy.supervision.units_per_attending
        return max(0, -(-(self.units[slot] + extra_units) // per) - self.supply[slot])

    def free(self, slot: Slot) -> list[Person]:
        """Faculty with nothing in the slot who work that weekday."""
        weekday = slot.date.isoweekday()
        return [
            p
            for p in self.faculty
            if self.open(p.id, slot) and (not p.available_weekdays or weekday in p.available_weekdays)
        ]

    def weekly(self, figure: int) -> int:
        """A weekly figure scaled to the working days of this week, rounded up."""
        return min(figure, -(-figure * len(self.slots) // FULL_WEEK))

"""prog.one_activity: one activity per person and slot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scheduling.model.part import Window
from scheduling.model.roster import Roster
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.rule import Hard, Line, Rule, on


class OneActivity(Rule):
    """A cell holds one activity by its shape; a second one that landed on it is kept beside it and found here."""

    id = "prog.one_activity"
    title = "One activity per person and slot"
    citation = "Program policy: double booking"
    text = "Nobody is in two places in the same slot."
    binding = Binding.MUST
    enforcement = Hard()
    per_person = True

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per second booking."""
        wanted = set(people)
        for double in roster.doubled:
            if double.person in wanted and double.slot.date in window:
                stands = roster.at(double.person, double.slot)
                yield self.finding(
                    double.person,
                    on(double.slot.date),
                    2,
                    1,
                    "activities",
                    f"{double.activity} on {double.slot} beside {stands or 'another duty'}",
                    part=double.slot.part,
                    about=double.activity,
                )

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """Both bookings and where the second came from."""
        return [
            Line(d.activity, f"{d.slot}, by " + (f"override {d.override}" if d.override else "the schedule"))
            for d in roster.doubled
            if d.person == finding.person and d.slot.date == finding.start and d.slot.part == finding.part
        ] + [
            Line(roster.at(d.person, d.slot) or "another duty", f"{d.slot}, stands in the slot")
            for d in roster.doubled
            if d.person == finding.person and d.slot.date == finding.start and d.activity == finding.about
        ]


RULE = OneActivity()

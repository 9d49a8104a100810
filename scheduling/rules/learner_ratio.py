"""prog.learner_ratio: at most two learners beside one supervisor, and none beside an intern (domain.md §2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from scheduling.model.calendar import academic_year, year_window
from scheduling.model.part import Window
from scheduling.model.person import Kind
from scheduling.model.roster import Roster
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.rule import CheckOnly, Line, Rule

_INTERN = "intern"


class LearnerRatio(Rule):
    """One finding per supervisor and academic year: who learns beside whom is a standing fact, not a cell."""

    id = "prog.learner_ratio"
    title = "Learners per supervisor"
    citation = "Program policy: learners"
    text = "A supervisor has no more active learners than the policy's figure, and a PGY-1 resident has none."
    binding = Binding.POLICY
    enforcement = CheckOnly("who learns beside whom is given to a solve, not decided by it")
    per_person = True

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per supervisor with too many, one per intern with any."""
        beside = _learners(roster)
        for person in people:
            who, count = roster.program.by_id[person], len(beside.get(person, ()))
            if not count:
                continue
            for year in range(academic_year(window.start), academic_year(window.end) + 1):
                where = year_window(year)
                most = roster.policy(min(where.end, window.end)).people.learners_per_supervisor
                if who.is_resident and who.pgy(year) == 1:
                    text = f"{count} learners beside a PGY-1 resident in {year}-{(year + 1) % 100:02}"
                    yield self.finding(person, where, count, 0, "learners", text, about=_INTERN)
                elif count > most:
                    text = f"{count} learners beside one supervisor in {year}-{(year + 1) % 100:02} (at most {most})"
                    yield self.finding(person, where, count, most, "learners", text)

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """The learners."""
        return [
            *(Line("learner", name) for name in _learners(roster).get(finding.person or "", ())),
            Line("at most", "none beside a PGY-1" if finding.about == _INTERN else str(finding.limit)),
        ]


def _learners(roster: Roster) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for person in roster.program.people:
        if person.kind is Kind.LEARNER and person.active and person.supervisor:
            found[person.supervisor].append(person.id)
    return found


RULE = LearnerRatio()

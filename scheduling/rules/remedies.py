"""Search remedies for a finding and verify each: it removes the finding, brings no must and no gap, and states its cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction

from scheduling.model.override import Change
from scheduling.model.roster import Roster
from scheduling.model.sacrifice import points
from scheduling.rules.catalog import RULES, is_on, rule
from scheduling.rules.finding import Binding, Finding, FindingKind
from scheduling.rules.finding_id import FindingRef, finding_id
from scheduling.rules.remedy import Candidate, Remedies, Remedy, RemedyKind
from scheduling.rules.remedy_call import call_slot, why_not
from scheduling.rules.remedy_cells import groups, leaves_by_exchange
from scheduling.rules.remedy_dues import dues
from scheduling.rules.remedy_moves import candidates
from scheduling.rules.rule import Rule

TRIES = 60
"""Candidates verified at most, the cheapest of each kind first."""
PER_KIND = 2
COVERAGE = ("prog.one_caller", "prog.fmit_one_attending", "prog.supervision", "prog.credential")
"""Rules whose gaps a remedy may not bring."""


def verified_remedies(roster: Roster, finding: Finding, *, tries: int = TRIES, per_kind: int = PER_KIND) -> Remedies:
    """The cheapest verified remedies of each kind, and what blocks the kinds that have none.

    `roster` must be wide enough to judge every rule around the finding; it is validated as a whole.
    """
    listed = _cheapest_first(roster, finding)
    judge = _Judge(roster, finding)
    found: list[Remedy] = []
    refused: dict[RemedyKind, Counter[str]] = {kind: Counter() for kind in RemedyKind}
    for candidate in listed[:tries]:
        if sum(r.kind is candidate.kind for r in found) >= per_kind:
            continue
        verdict = judge(candidate)
        if isinstance(verdict, Remedy):
            found.append(verdict)
        else:
            refused[candidate.kind][verdict] += 1
    found.sort(key=lambda r: (r.cost, len(r.changes)))
    have = {r.kind for r in found}
    tried = {c.kind for c in listed}
    blocked = {
        kind: _refusal(refused[kind]) if kind in tried else _nothing(roster, finding, kind)
        for kind in (RemedyKind.DROP, RemedyKind.MOVE, RemedyKind.SWAP, RemedyKind.COVER)
        if kind not in have
    }
    return Remedies(tuple(found), blocked)


def _cheapest_first(roster: Roster, finding: Finding) -> list[Candidate]:
    """Every candidate once, kinds taking turns, each kind from the fewest and cheapest changes on."""
    seen: set[tuple[Change, ...]] = set()
    by_kind: dict[RemedyKind, list[Candidate]] = {kind: [] for kind in RemedyKind}
    for candidate in _all(roster, finding):
        changes = collapsed(roster, candidate.changes)
        if changes and changes not in seen:
            seen.add(changes)
            by_kind[candidate.kind].append(Candidate(candidate.kind, changes, candidate.price))
    for listed in by_kind.values():
        listed.sort(key=lambda c: (c.price, len(c.changes)))
    turns = [[lst[n] for lst in by_kind.values() if n < len(lst)] for n in range(TRIES)]
    return [c for turn in turns for c in turn]


def _all(roster: Roster, finding: Finding) -> Iterator[Candidate]:
    yield from dues(roster, finding)
    exchange = leaves_by_exchange(finding)
    for group in groups(roster, finding):
        for candidate in candidates(roster, finding.person or "", group) if group else ():
            if exchange or candidate.kind is not RemedyKind.SWAP:
                yield candidate


def collapsed(roster: Roster, changes: Iterable[Change]) -> tuple[Change, ...]:
    """One change per cell, from what the roster holds to what it holds in the end; none where nothing changes."""
    last = {(c.person, c.slot): c.to for c in changes}
    made = (Change(person, slot, roster.at(person, slot), to) for (person, slot), to in sorted(last.items()))
    return tuple(c for c in made if c.was != c.to)


class _Judge:
    """Validates changed rosters against the roster as it is."""

    def __init__(self, roster: Roster, finding: Finding) -> None:
        self.roster, self.finding = roster, finding
        self.rules = [r for r in RULES if is_on(r, roster.policy(finding.end))]
        self.everybody = tuple(roster.rows)
        self.known: dict[tuple[str, ...], dict[FindingRef, Finding]] = {}
        self.shared = _by_ref(roster, [r for r in self.rules if not r.per_person], self.everybody)

    def __call__(self, candidate: Candidate) -> Remedy | str:
        """The remedy, or in a few words why it is none."""
        people = tuple(
            sorted({c.person for c in candidate.changes} | {self.finding.person or candidate.changes[0].person})
        )
        own = [r for r in self.rules if r.per_person]
        changed = self.roster.with_changes(candidate.changes)
        if people not in self.known:
            self.known[people] = {**self.shared, **_by_ref(self.roster, own, people)}
        before = self.known[people]
        after = {
            **_by_ref(changed, [r for r in self.rules if not r.per_person], self.everybody),
            **_by_ref(changed, own, people),
        }
        if FindingRef.of(self.finding) in after:
            return "does not remove the finding"
        if any(ref not in before and self._alike(ref) for ref in after):
            return "only shifts the finding"
        for ref, found in after.items():
            was = before.get(ref)
            worse = was is None or abs(found.value - found.limit) > abs(was.value - was.limit)
            if worse and found.binding is Binding.MUST:
                return f"would break {ref.rule}"
            if worse and found.kind is FindingKind.GAP and ref.rule in COVERAGE:
                return f"would leave a gap ({ref.rule})"
        new = [found for ref, found in after.items() if ref not in before]
        gone = [found for ref, found in before.items() if ref not in after]
        each = points(self.roster.policy(self.finding.start).cascade.rule_broken)
        slug = self.roster.program.slug
        return Remedy(
            candidate.kind,
            candidate.changes,
            Fraction(candidate.price + each * len(new), 100),
            tuple(finding_id(slug, f) for f in gone),
            tuple(finding_id(slug, f) for f in new),
        )

    def _alike(self, ref: FindingRef) -> bool:
        """The same rule and person at overlapping dates: what the finding would be called once it has moved."""
        mine = FindingRef.of(self.finding)
        return (ref.rule, ref.person, ref.about) == (mine.rule, mine.person, mine.about) and ref.window.meets(
            mine.window
        )


def _by_ref(roster: Roster, rules: list[Rule], people: tuple[str, ...]) -> dict[FindingRef, Finding]:
    return {FindingRef.of(f): f for r in rules for f in r.check(roster, roster.window, people)}


def _refusal(reasons: Counter[str]) -> str:
    listed = "; ".join(f"{reason} ({n})" for reason, n in reasons.most_common(3))
    return f"{sum(reasons.values())} tried: {listed}" if listed else "others were cheaper"


def _nothing(roster: Roster, finding: Finding, kind: RemedyKind) -> str:
    """Why a kind has no candidate at all."""
    cells = [g for g in groups(roster, finding) if g]
    if not cells:
        about_slot = finding.person is not None and finding.part is not None
        title = rule(finding.rule).title
        return (
            f"nothing stands there to {kind.value}"
            if about_slot
            else f"{title}: no single cell of the schedule decides it"
        )
    night = next((g[0] for g in cells if call_slot(g[0], roster, finding.person or "")), None)
    if night is not None and kind in (RemedyKind.COVER, RemedyKind.SWAP):
        return why_not(roster, night, original=finding.person)
    exchange = leaves_by_exchange(finding) and all(len(g) == 1 for g in cells)
    held = sorted({roster.at(finding.person or "", s) or "open" for g in cells for s in g})
    return {
        RemedyKind.DROP: f"never given up: {', '.join(held)}",
        RemedyKind.MOVE: "no open slot to move it to in the week",
        RemedyKind.SWAP: "nobody may take it over" if exchange else "an exchange leaves the day as full as it was",
    }.get(kind, "nobody may take it over")

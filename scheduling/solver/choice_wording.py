"""An answer about one assignment in sentences: what stands there and why, what the alternative is, what it costs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from scheduling.model.calendar import days
from scheduling.model.override import Change, Source
from scheduling.model.part import Part, Slot, Window
from scheduling.model.roster import Roster
from scheduling.rules.catalog import BY_ID
from scheduling.rules.finding import Finding
from scheduling.solver.choice import Delta, Ground, Question, Standing, Verdict
from scheduling.solver.choice_checks import Key, findings, new_findings
from scheduling.solver.choice_problem import Kind, Subject
from scheduling.solver.objective import Breach
from scheduling.solver.problem import Problem
from scheduling.solver.shares import shares_in
from scheduling.solver.status import Outcome
from scheduling.solver.wording import on_dates, who

_SOURCES = {
    Source.PRELOAD: "recorded before any solve",
    Source.MANUAL: "set by hand",
    Source.SOLVER: "decided by a solve",
    Source.TEMPLATE: "a stand-in of the weekly template until the block is solved",
}
_FEW = 3


def when(slot: Slot) -> str:
    """`Mon 9 Nov 2026 AM`."""
    return on_dates((slot.date,), slot.part) + (" NIGHT" if slot.part is Part.NIGHT else "")


def source_text(source: Source | None) -> str:
    """Where a cell comes from, in words."""
    return "of no recorded source" if source is None else f"{source}: {_SOURCES[source]}"


def standing_of(question: Question, before: Mapping[Key, Finding], window: Window) -> Standing:
    """What stands in the slot, what holds it, and what would be missing without it."""
    roster, person, slot, held = question.roster, question.person, question.slot, question.held
    override = question.override
    if held is None:
        away = ", and is absent" if roster.is_absent(person, slot) else ""
        return Standing(None, None, None, (f"{person} holds nothing on {when(slot)}{away}.",))
    source = roster.source_at(person, slot)
    lock = f"override {override.id}" if override else source.value if source is not None and source.locked else None
    told = [f"{person} holds {held} on {when(slot)} ({source_text(source)})."]
    if override is not None:
        told.append(f"It stands by override {override.id}: {override.activity} of {override.person}, {override.type}.")
    night = Slot(slot.date - days(1), Part.NIGHT)
    figures = roster.policy(slot.date).call
    if held in (figures.post_call_am, figures.post_call_pm) and roster.at(person, night) == figures.activity:
        told.append(f"It follows the call of {when(night)} and moves with it.")
    opened = roster.with_changes([Change(person, slot, held, None)])
    missing = new_findings(before, findings(opened, window), musts=False)
    told += [f"Without it: {g.message} ({g.id})." for g in missing[:_FEW]]
    if not missing:
        told.append(_unstaffed(roster, person, slot, held) or "No rule would notice if it were left open.")
    told += _share(roster, person, slot, held)
    return Standing(held, source, lock, tuple(told))


def _unstaffed(roster: Roster, person: str, slot: Slot, held: str) -> str | None:
    """A duty that somebody must do, where no finding speaks of this slot alone: coverage counts it half-day by half-day."""
    figures, people = roster.policy(slot.date).call, roster.program.by_id
    does = {
        figures.fmit_activity: "attends the inpatient team",
        figures.activity: "has the call",
    }.get(held)
    if does is None or not people[person].is_faculty:
        return None
    if any(p != person and people[p].is_faculty for p in roster.holders(held, slot)):
        return None
    reads = "; the week is to have one attending (prog.fmit_one_attending)" if held == figures.fmit_activity else ""
    return f"Without it: nobody {does} on {when(slot)}, a critical gap in coverage{reads}."


def _share(roster: Roster, person: str, slot: Slot, held: str) -> list[str]:
    """How the block's requirement stands, where it is one of a resident's."""
    if not roster.program.by_id[person].is_resident:
        return []
    block = roster.program.calendar.block_of(slot.date)
    share = next((s for s in shares_in(roster, person, block) if s.activity == held), None)
    if share is None:
        return []
    there = sum(roster.at(person, Slot(d, part)) == held for d in block.window for part in Part)
    figures = f"{share.least} to {share.most} half-days of {held}, best {share.target}"
    return [f"Block {block.ref} asks {person} for {figures}; {there} are placed."]


def alternative_text(roster: Roster, subject: Subject, changes: Sequence[Change] = ()) -> str:
    """The alternative as a person would say it; for the best of all others, what it turned out to be."""
    slot, holder, other = subject.slot, subject.holder, subject.other
    beside = f" instead of {holder}" if holder else ""
    if subject.kind is Kind.WEEK:
        week = f"the inpatient week of {subject.week}"
        return f"{other} has {week}{beside}" if other else f"somebody other than {holder} has {week}"
    if subject.kind is Kind.NIGHT:
        night = f"the call of {when(slot)}"
        takes = roster.policy(slot.date).call.activity
        if other:
            return f"{other} has {night}{beside}"
        taker = next((c.person for c in changes if c.slot == slot and c.to == takes), None)
        best = f"; at best {taker}" if taker else "; at best nobody" if changes else ""
        return f"somebody other than {holder} has {night}{best}"
    if subject.code is not None:
        return f"{holder} does {subject.code} on {when(slot)}"
    held = roster.at(holder, slot) if holder else None
    if other:
        return f"{other} does {held} on {when(slot)}{beside}"
    mine = next((c.to for c in changes if c.slot == slot and c.person == holder), None)
    best = f"; at best {mine}" if mine else "; at best nothing" if changes else ""
    return f"{holder} does anything but {held} on {when(slot)}{best}"


def forbidden_text(grounds: Sequence[Ground]) -> str:
    """Why it cannot be, by the first grounds."""
    return "It cannot be: " + "; ".join(g.message for g in grounds[:_FEW]) + "."


def summary_text(verdict: Verdict, delta: Delta | None, moves: int | None, *, decided: bool) -> str:
    """The verdict in a sentence or two."""
    moved = _moved(moves)
    if delta is None:
        return f"What stands breaks a hard rule; the alternative can be had: {moved}."
    if verdict is Verdict.COSTLIER:
        return f"It costs more ({delta.text}); {moved}."
    if verdict is Verdict.FREE:
        return "It can be had as it is: no other cell changes and nothing costs more."
    if not decided:
        return f"Not settled within the effort: the best found differs by {delta.text}, and the bounds leave both open."
    less = f"It would even cost less ({delta.text})" if delta.tier is not None else "A schedule as good has it"
    return f"{less}; {moved}."


def _moved(moves: int | None) -> str:
    if moves is None:
        return "how many other cells would change was not settled"
    if not moves:
        return "nothing else that is placed changes"
    return f"at least {moves} other cell{'s change' if moves > 1 else ' changes'}"


def frozen_text(problem: Problem) -> str:
    """What was not free to move."""
    if problem.freed is None:
        dates = f"every date outside {problem.window}"
    else:
        dates = "every date outside " + " and ".join(str(w) for w in problem.freed)
    parts = [dates, "locked and overridden cells"]
    if not problem.calls_free:
        parts.append("calls and inpatient weeks")
    if problem.people is not None and len(problem.people) < len(problem.roster.program.people):
        parts.append("other clinic sites")
    return ", ".join(parts)


def costs(now: Outcome, forced: Outcome) -> tuple[Ground, ...]:
    """What the alternative pays for and what stands does not, tier by tier, the dearest first."""
    found = []
    for mine, theirs in zip(now.tiers, forced.tiers, strict=True):
        paid, asked = _sums(mine.breaches), _sums(theirs.breaches)
        more = {n: asked[n] - paid.get(n, 0) for n in asked if asked[n] > paid.get(n, 0)}
        for name in sorted(more, key=lambda n: (-more[n], n)):
            places = [b for b in theirs.breaches if b.name == name and b not in mine.breaches]
            found.append(Ground(name, f"{_title(name)}: {mine.tier} +{more[name]}{_places(places)}"))
    return tuple(found)


def _sums(breaches: Iterable[Breach]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for breach in breaches:
        sums[breach.name] = sums.get(breach.name, 0) + breach.amount * breach.weight
    return sums


def _title(name: str) -> str:
    return BY_ID[name].title if name in BY_ID else name.replace("_", " ").capitalize().replace("Fmit", "FMIT")


def _places(places: list[Breach]) -> str:
    """The first places, with people, dates and what it is about."""
    shown = []
    for breach in places[:_FEW]:
        words = [who(breach.where.people), breach.where.note, on_dates(breach.where.dates, breach.where.part)]
        shown.append(" ".join(w for w in words if w))
    more = f" and {len(places) - _FEW} more" if len(places) > _FEW else ""
    return f" ({'; '.join(shown)}{more})" if shown else ""

"""Plan a cascade for an absence, store the plans with their digests, and read them back."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

from scheduling.model.calendar import BlockRef
from scheduling.model.errors import InvalidError
from scheduling.model.part import Window
from scheduling.model.plan import CASCADE, CascadePlan
from scheduling.model.plan_body import body_of, plan_digest, plan_of
from scheduling.model.proposal import StoredPlan
from scheduling.model.roster import Roster
from scheduling.services.asked_window import covers, outside_data
from scheduling.services.stage import OpenUnit
from scheduling.solver.cascade_question import Question, answer, context
from scheduling.solver.lane import Lane
from scheduling.store.programs import State
from scheduling.store.repository import new_id

LONGEST_REASON = 500
PROPOSED = "plan.proposed"


class Planner(Protocol):
    """Answers questions somewhere off the event loop."""

    async def plan(self, question: Question) -> tuple[CascadePlan, ...]:
        """The plans, the cheapest first; cancelled with its caller."""
        ...


@dataclass(frozen=True, slots=True)
class LanePlanner:
    """Plans in the interactive lane's solver process."""

    lane: Lane

    async def plan(self, question: Question) -> tuple[CascadePlan, ...]:
        """Ask the lane."""
        return await self.lane.run(answer, question)


@dataclass(frozen=True, slots=True)
class CascadeRequest:
    """Whose absence is to be covered, from the first to the last date, and how far to look. `reason` is kept with the plan."""

    people: tuple[str, ...]
    start: dt.date
    end: dt.date
    reason: str
    depth: int = 2
    alternatives: int = 3


@dataclass(frozen=True, slots=True)
class Offer:
    """A stored plan and what it says."""

    stored: StoredPlan
    plan: CascadePlan


@dataclass(frozen=True, slots=True)
class Planned:
    """Plans, the cheapest first, and the roster they were made on; none, and `note`, outside the published schedule."""

    offers: tuple[Offer, ...]
    roster: Roster
    window: Window
    note: str | None = None


async def plan_cascade(open_unit: OpenUnit, slug: str, request: CascadeRequest, planner: Planner) -> Planned:
    """Plan and store; nothing that people live by changes.

    NotFoundError for an unknown person, InvalidError for somebody who is no faculty member, a window that is too long or
    ends before it starts, BusyError when no plan was found within the effort.
    """
    window = Window(request.start, request.end)
    if len(request.reason) > LONGEST_REASON:
        raise InvalidError("reason", f"at most {LONGEST_REASON} characters")
    async with open_unit() as unit:
        roster = await unit.roster(slug, context(window), margin=0)
        people = tuple(sorted({roster.program.person(name).id for name in request.people}))
        question = Question(roster, people, window, request.depth, request.alternatives)
        question.require_admissible()
        if not covers(roster, window):
            return Planned((), roster, window, await outside_data(unit, slug, window))
        made_by, made_at = unit.context.caller, unit.context.at
    plans = await planner.plan(question)
    offers = tuple(_offer(plan, request.reason, made_by, made_at) for plan in plans)
    async with open_unit() as unit:
        await unit.lock(slug)
        await unit.plans.add(slug, *(offer.stored for offer in offers))
        payload = {
            "plans": [o.stored.id for o in offers],
            "absent": list(people),
            "start": str(window.start),
            "end": str(window.end),
        }
        unit.emit(PROPOSED, payload, f"plan:{offers[0].stored.id}:proposed", program=slug)
    return Planned(offers, roster, window, _note(window, roster))


def _offer(plan: CascadePlan, reason: str, made_by: str, made_at: dt.datetime) -> Offer:
    body = {**body_of(plan), "reason": reason}
    stored = StoredPlan(
        id=new_id("plan"),
        kind=CASCADE,
        digest=plan_digest(body),
        body=body,
        versions=plan.versions,
        overlay=plan.overlay,
        made_by=made_by,
        made_at=made_at,
    )
    return Offer(stored, plan)


def _note(window: Window, roster: Roster) -> str | None:
    if window.start < roster.program.clock.today():
        return "The window lies in the past: applying there needs break_glass."
    return None


async def read_plan(open_unit: OpenUnit, slug: str, plan: str) -> tuple[Offer, dict[str, object]]:
    """A stored plan and what has moved under it since (empty: it can be applied as it is); NotFoundError otherwise."""
    async with open_unit() as unit:
        stored = await unit.plans.get(slug, plan)
        state = await unit.programs.state(slug)
    return Offer(stored, plan_of(stored.body)), moved_since(stored, state)


def moved_since(stored: StoredPlan, state: State) -> dict[str, object]:
    """The live version of every block that is another one now, and the overlay's generation where that moved."""
    moved: dict[str, object] = {str(ref): live for ref, live in _live(stored, state).items()}
    if state.overlay != stored.overlay:
        moved["overlay"] = state.overlay
    return moved


def _live(stored: StoredPlan, state: State) -> dict[BlockRef, str | None]:
    now = {ref: state.live[ref].hash if ref in state.live else None for ref in stored.versions}
    return {ref: live for ref, live in now.items() if live != stored.versions[ref]}

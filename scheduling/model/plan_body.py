"""A cascade plan as JSON and back: the form it is stored, hashed and committed in."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from scheduling.model.calendar import BlockRef
from scheduling.model.override import OverrideType
from scheduling.model.part import Part, Slot, Window
from scheduling.model.plan import CascadePlan, Charge, Figures, Proof, Release, Step


def body_of(plan: CascadePlan) -> dict[str, Any]:
    """The plan as plain JSON values; equal plans have equal bodies."""
    return {
        "absent": list(plan.absent),
        "start": plan.window.start.isoformat(),
        "end": plan.window.end.isoformat(),
        "steps": [_step(s) for s in plan.steps],
        "proof": plan.proof.value,
        "bound": plan.bound,
        "versions": {str(ref): digest for ref, digest in sorted(plan.versions.items())},
        "overlay": plan.overlay,
        "before": dataclasses.asdict(plan.before),
        "after": dataclasses.asdict(plan.after),
        "left": plan.left,
        "rank": plan.rank,
    }


def plan_digest(body: Mapping[str, Any]) -> str:
    """Hex sha256 of a body in canonical form: what a commit must name."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def plan_of(body: Mapping[str, Any]) -> CascadePlan:
    """The inverse of `body_of`; keys it does not know are ignored."""
    return CascadePlan(
        absent=tuple(body["absent"]),
        window=Window(Slot.day(body["start"]), Slot.day(body["end"])),
        steps=tuple(_read_step(s) for s in body["steps"]),
        proof=Proof(body["proof"]),
        bound=int(body["bound"]),
        versions={BlockRef.parse(ref): digest for ref, digest in body["versions"].items()},
        overlay=int(body["overlay"]),
        before=Figures(**body["before"]),
        after=Figures(**body["after"]),
        left=int(body["left"]),
        rank=int(body["rank"]),
    )


def _step(step: Step) -> dict[str, Any]:
    return {
        **_cell(step.person, step.slot),
        "activity": step.activity,
        "type": step.type.value,
        "from": step.held_by,
        "to": step.to,
        "depth": step.depth,
        "releases": [{**_cell(r.person, r.slot), "activity": r.activity, "type": r.type.value} for r in step.releases],
        "charges": [[c.name, c.points] for c in step.charges],
        "warnings": list(step.warnings),
        "supersedes": step.supersedes,
    }


def _read_step(step: Mapping[str, Any]) -> Step:
    return Step(
        person=step["person"],
        slot=_slot(step),
        activity=step["activity"],
        type=OverrideType(step["type"]),
        held_by=step["from"],
        to=step["to"],
        depth=int(step["depth"]),
        releases=tuple(
            Release(r["person"], _slot(r), r["activity"], OverrideType(r["type"])) for r in step["releases"]
        ),
        charges=tuple(Charge(name, int(points)) for name, points in step["charges"]),
        warnings=tuple(step["warnings"]),
        supersedes=step["supersedes"],
    )


def _cell(person: str, slot: Slot) -> dict[str, str]:
    return {"person": person, "date": slot.date.isoformat(), "part": slot.part.name}


def _slot(cell: Mapping[str, Any]) -> Slot:
    return Slot(Slot.day(cell["date"]), Part.parse(cell["part"]))

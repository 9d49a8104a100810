"""Compare a policy with the one in force, and adopt it from a date on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scheduling.model.errors import ConflictError
from scheduling.model.policy import Policy, PolicyHistory, shipped_policy
from scheduling.services.draft_policy import read_draft
from scheduling.store.unit import UnitOfWork

FIELD = "policy"


@dataclass(frozen=True, slots=True)
class FigureChange:
    """One figure of two policies: its key such as `rooms.soft` or `activities.VAS.title`; None where one has none."""

    key: str
    old: object
    new: object


@dataclass(frozen=True, slots=True)
class Adoption:
    """A policy that takes effect on a date, and what it changes against the one in force until then."""

    effective: dt.date
    policy: Policy
    changes: tuple[FigureChange, ...]


def compare_policies(old: Policy, new: Policy) -> tuple[FigureChange, ...]:
    """Every figure that differs, by key."""
    before, after = dict(_figures(old)), dict(_figures(new))
    return tuple(
        FigureChange(key, before.get(key), after.get(key))
        for key in sorted({*before, *after})
        if before.get(key) != after.get(key)
    )


def _figures(policy: Policy) -> Iterator[tuple[str, object]]:
    yield from _flat("", policy.model_dump(mode="json"))


def _flat(key: str, value: Any) -> Iterator[tuple[str, object]]:  # noqa: ANN401 - JSON of any shape
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _flat(f"{key}.{name}" if key else str(name), inner)
    elif isinstance(value, list) and value and all(isinstance(v, Mapping) for v in value):
        for number, inner in enumerate(value, 1):
            yield from _flat(f"{key}.{inner.get('code', number)}", inner)
    else:
        yield key, value


def check_codes(history: PolicyHistory, effective: dt.date, policy: Policy) -> None:
    """ConflictError unless the latest policy keeps every activity code of all others: schedules are indexed by them."""
    kept = tuple((date, p) for date, p in history.dated if date != effective)
    after = PolicyHistory((*kept, (effective, policy)))
    known = set(after.latest.catalogue.codes)
    others = {code for _, p in after.dated for code in p.catalogue.codes} | set(shipped_policy().catalogue.codes)
    # What is replaced on the same date may have been used until now.
    others |= {code for _, p in history.dated for code in p.catalogue.codes}
    if missing := sorted(others - known):
        raise ConflictError(
            f"the latest policy would drop activity codes: {', '.join(missing)}",
            hint="a policy may add codes but not drop them; keep them in [[activities]]",
        )


async def preview_policy(unit: UnitOfWork, slug: str, effective: dt.date, text: str) -> Adoption:
    """What adopting a draft, whole or in part, would change; nothing is written."""
    history = (await unit.program(slug)).policies
    before = history.at(effective)
    policy = read_draft(text, before, field=FIELD)
    check_codes(history, effective, policy)
    return Adoption(effective, policy, compare_policies(before, policy))


async def adopt_policy(unit: UnitOfWork, slug: str, effective: dt.date, text: str) -> Adoption:
    """Let a draft over the policy in force take effect on a date. One that changes nothing on that date is not stored again."""
    await unit.lock(slug)
    adoption = await preview_policy(unit, slug, effective, text)
    if adoption.changes:
        await unit.policies.adopt(slug, effective, adoption.policy)
        digest = adoption.policy.digest
        unit.emit(
            "policy.adopted",
            {"from": effective.isoformat(), "policy": digest},
            f"policy:{effective.isoformat()}:{digest}:{unit.context.at.isoformat()}",
            program=slug,
        )
    return adoption

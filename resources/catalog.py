"""The resources and prompts, in the order a client lists them. One import and one line each."""

from __future__ import annotations

from resources import (
    audit,
    block,
    call_month,
    compliance,
    day,
    fairness,
    notices,
    overrides,
    person,
    person_calendar,
    plan,
    policy,
    programs,
    rules,
    run,
    stage,
    version,
)
from resources.resource import AnyResource

RESOURCES: tuple[AnyResource, ...] = (
    programs.RESOURCE,
    day.RESOURCE,
    block.RESOURCE,
    person.RESOURCE,
    person_calendar.RESOURCE,
    call_month.RESOURCE,
    compliance.RESOURCE,
    overrides.RESOURCE,
    version.RESOURCE,
    plan.RESOURCE,
    stage.RESOURCE,
    run.RESOURCE,
    fairness.RESOURCE,
    policy.RESOURCE,
    rules.RESOURCE,
    notices.RESOURCE,
    audit.RESOURCE,
)

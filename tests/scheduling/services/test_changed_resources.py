from __future__ import annotations

import datetime as dt
from typing import Any

from scheduling.model.event import Event
from scheduling.model.program import Program
from scheduling.services.changed_resources import changed_resources

HOUSE = "housestaff://demo/"


def changed(kind: str, **payload: Any) -> set[str]:
    event = Event(1, "demo", kind, payload, "key", dt.datetime(2026, 2, 15, tzinfo=dt.UTC))
    found = changed_resources(event, Program("demo"))
    assert len(found) == len(set(found))
    return {address.removeprefix(HOUSE) for address in found}


def test_a_publication_touches_its_blocks_days_people_and_versions() -> None:
    """Every day of the block, its month of calls, its compliance, everybody it moved, and the stage itself."""
    found = changed(
        "schedule.published",
        stage="stg-1",
        versions={"2025/10": "aaaa"},
        previous={"2025/10": "bbbb"},
        people={"fac-01": 2},
    )
    assert {"stage/stg-1", "version/aaaa", "version/bbbb", "overrides", "audit", "notices"} <= found
    assert {"block/2025/10", "compliance/2025/10", "fairness/2025", "call/2026-03", "call/2026-04"} <= found
    assert {"person/fac-01", "person/fac-01/calendar.ics"} <= found
    assert sum(address.startswith("day/") for address in found) == 28


def test_an_override_touches_its_day_and_both_people() -> None:
    """And not the rest of the block's days."""
    found = changed("override.set", override="ovr-1", person="fac-01", replacement="fac-02", date="2026-03-17")
    assert {"day/2026-03-17", "block/2025/10", "person/fac-01", "person/fac-02", "overrides"} <= found
    assert "day/2026-03-18" not in found


def test_recorded_hours_touch_the_verdict_on_their_block() -> None:
    """And the person; the overrides stay as they were."""
    found = changed("duty.recorded", person="pgy2-01", records=["dut-1"], start="2026-03-17", end="2026-03-18")
    assert {"compliance/2025/10", "person/pgy2-01", "day/2026-03-17", "day/2026-03-18"} <= found
    assert "overrides" not in found


def test_an_event_that_names_nothing_known_touches_only_the_lists() -> None:
    """Whatever a payload holds, nothing breaks."""
    assert changed("rule.odd", versions={"what": 1}, date="yesterday", people=7, blocks="x") == {"audit", "notices"}

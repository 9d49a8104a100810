"""Build the demonstration program from a size and a seed: the same two give the same year (domain.md §12)."""

from __future__ import annotations

import datetime as dt
import random

from scheduling.model.calendar import default_blocks
from scheduling.model.policy import shipped_policy
from scheduling.services.demonstration.absence_plan import plan_absences
from scheduling.services.demonstration.duty_plan import DutyPlan
from scheduling.services.demonstration.rotation_plan import plan_rotations, rotation_map
from scheduling.services.demonstration.sizes import TODAY, YEAR, ZONE, size_of
from scheduling.services.demonstration.staff import build_staff
from scheduling.services.importing.import_year import import_year
from scheduling.services.importing.report import ImportReport
from scheduling.services.importing.year_input import YearInput
from scheduling.store.unit import UnitOfWork

HOLIDAYS = {
    dt.date(2026, 7, 3): "Independence Day (observed)",
    dt.date(2026, 9, 7): "Labor Day",
    dt.date(2026, 10, 12): "Columbus Day",
    dt.date(2026, 11, 11): "Veterans Day",
    dt.date(2026, 11, 26): "Thanksgiving Day",
    dt.date(2026, 12, 25): "Christmas Day",
    dt.date(2027, 1, 1): "New Year's Day",
    dt.date(2027, 1, 18): "Martin Luther King Jr. Day",
    dt.date(2027, 2, 15): "Washington's Birthday",
    dt.date(2027, 5, 31): "Memorial Day",
    dt.date(2027, 6, 18): "Juneteenth (observed)",
}


def build_demo(size: str = "usual", seed: int = 0) -> YearInput:
    """The year AY2026 of a program of that size (usual, bench, large); InvalidError for any other."""
    chosen = size_of(size)
    chance = random.Random(f"{size}:{seed}")  # noqa: S311 - reproducible on purpose, nothing secret
    people = build_staff(chosen)
    rotations = plan_rotations(people, chance)
    names = rotation_map()
    absences = plan_absences(chosen, people, rotations, names, chance)
    plan = DutyPlan(people, absences, shipped_policy(), chance)
    weeks = plan.fmit_weeks()
    return YearInput(
        year=YEAR,
        blocks=default_blocks(YEAR),
        people=people,
        rotation_map=names,
        rotations=rotations,
        fmit=weeks,
        calls=plan.calls(weeks, HOLIDAYS),
        absences=absences,
        holidays=HOLIDAYS,
    )


def demo_slug(size: str, seed: int) -> str:
    """`demo` for the usual program of seed 0; any other size and seed has a program of its own."""
    return "demo" if (size, seed) == ("usual", 0) else f"demo-{size}-{seed}"


async def create_demo(unit: UnitOfWork, size: str = "usual", seed: int = 0, slug: str | None = None) -> ImportReport:
    """Import the demonstration year with its clock pinned. One that is there already is left as it is."""
    name = slug or demo_slug(size, seed)
    report = await import_year(unit, build_demo(size, seed), name, ZONE)
    if (await unit.programs.state(name)).clock.pinned != TODAY:
        await unit.programs.pin(name, TODAY)
    return report

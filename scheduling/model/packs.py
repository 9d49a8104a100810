"""Figures of the rule packs beside the ACGME's: European Union, United Kingdom, Ontario, Saskatchewan, family medicine.

A pack is measured while the policy's `rules.packs` names it (`eu`, `uk`, `on`, `sk`). Hours, days and weeks as named.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(ge=0, le=1000)]


class Pack(BaseModel):
    """A frozen section that refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class EuFigures(Pack):
    """Directive 2003/88/EC."""

    week_limit: Count
    reference_weeks: Annotated[int, Field(ge=1, le=52)]
    daily_rest_hours: Count
    weekly_rest_hours: Count


class UkFigures(Pack):
    """Terms and conditions of service for doctors and dentists in training (2016)."""

    week_limit: Count
    reference_weeks: Annotated[int, Field(ge=1, le=52)]
    seven_day_limit: Count
    shift_hours: Count
    night_from: Annotated[str, Field(pattern=r"^\d\d:\d\d$")]
    night_to: Annotated[str, Field(pattern=r"^\d\d:\d\d$")]
    night_hours: Count
    """A shift with at least this much between `night_from` and `night_to` is a night shift."""
    night_run: Count
    night_rest_after: Count
    """Rest is due after a run of at least this many night shifts."""
    night_rest_hours: Count
    long_day_hours: Count
    long_day_run: Count
    long_day_rest_hours: Count
    shift_run: Count
    shift_rest_hours: Count
    weekend_every: Annotated[int, Field(ge=1)]


class OntarioFigures(Pack):
    """Collective agreement of the Professional Association of Residents of Ontario (PARO)."""

    call_every_nights: Annotated[int, Field(ge=1)]
    home_call_every_nights: Annotated[int, Field(ge=1)]
    home_call_weight: Count
    call_weight: Count
    blended_limit: Count
    blended_days: Annotated[int, Field(ge=1)]
    weekends_off: Count
    continuous_hours: Count
    transition_hours: Count


class SaskatchewanFigures(Pack):
    """Collective agreement of the Resident Doctors of Saskatchewan."""

    days_per_call: Annotated[int, Field(ge=1)]


class FamilyMedicineFigures(Pack):
    """Figures of the family medicine programme requirements, as configuration; `verified` says whether they were checked."""

    preceptor_ratio: Count
    practice_weeks: Count
    interruption_weeks: Count
    patient_hours: Count
    citation: str
    verified: bool

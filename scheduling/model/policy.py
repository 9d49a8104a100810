"""The program's policy: every figure of the domain as versioned data with an effective date."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from scheduling.model.activity import Activity, Catalogue
from scheduling.model.errors import InvalidError
from scheduling.model.packs import EuFigures, FamilyMedicineFigures, OntarioFigures, SaskatchewanFigures, UkFigures
from scheduling.model.requirement import Requirement
from scheduling.model.weekpattern import RotationFigures, TemplateFigures

Count = Annotated[int, Field(ge=0, le=1000)]
Positive = Annotated[int, Field(ge=1, le=1000)]
Price = Annotated[float, Field(ge=0, le=1000)]
Share = Annotated[float, Field(ge=0, le=1)]
Weekdays = Annotated[tuple[Annotated[int, Field(ge=1, le=7)], ...], Field(max_length=7)]


class Section(BaseModel):
    """A frozen part of the policy that refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PeopleFigures(Section):
    """Caps and habits by faculty role (domain.md §2)."""

    clinic_cap: Mapping[str, Count]
    avoid_call_weekdays: Mapping[str, Weekdays]
    prefer_call_weekdays: Mapping[str, Weekdays]
    avoid_clinic_weekdays: Mapping[str, Weekdays]
    learners_per_supervisor: Count


class SupervisionFigures(Section):
    """AT demand in quarter units, rounded once on the sum (§5)."""

    pgy1_units: Count
    senior_units: Count
    units_per_attending: Annotated[int, Field(ge=1)]


class RoomFigures(Section):
    """Clinicians per slot (§5)."""

    soft: Count
    hard: Count


class CallFigures(Section):
    """Codes and distances of overnight call and the inpatient team (§6). Spacing in days."""

    activity: str
    post_call_am: str
    post_call_pm: str
    post_call_exempt: tuple[str, ...]
    spacing_days: Count
    fmit_activity: str
    recovery_activity: str
    equity_per_days: Count
    equity_spread: Mapping[Literal["sunday", "weekday", "holiday"], Price]
    """By pool: the greatest difference of calls per `equity_per_days` available days that is still fair."""


class RotationException(Section):
    """An approved 6.24 exception: this rotation (by name or activity code) may reach the exception limit between two dates."""

    rotation: Annotated[str, Field(min_length=1, max_length=80)]
    start: dt.date
    end: dt.date


class HoursFigures(Section):
    """Duty-hour figures (rules.md): hours unless the name says days, nights or runs."""

    week_limit: Count
    exception_limit: Count
    averaging_days: Positive
    single_period_days: Count
    verdict_days: Count
    rest_hours: Count
    post_call_rest_hours: Count
    call_hours: Count
    continuous_hours: Count
    transition_hours: Count
    call_every_nights: Positive
    free_day_every_days: Positive
    free_day_hours: Positive
    break_hours: Count
    """A shorter pause on one day (a lunch hour) does not end a scheduled work period for 6.21."""
    night_run: Count
    duty_run: Count
    risk_week_band: Count
    risk_rest_band: Count
    rolling_average: bool
    leave_codes: tuple[str, ...]
    """Activities that are leave: out of the numerator and the denominator of every average."""
    exceptions: tuple[RotationException, ...]


class AbsenceFigures(Section):
    """Recovery after an absence by type, in days; when a year's days away are flagged (§7)."""

    recovery_days: Mapping[str, Count]
    flag_days: Count
    not_counted_types: tuple[str, ...]


class CascadeFigures(Section):
    """Penalties of a cascade's steps (§9)."""

    free: Price
    admin: Price
    clinic: Price
    other: Price
    procedure: Price
    protected_next_day: Price
    call_adjacent_day: Price
    same_day_before_call: Price
    absent_next_day: Price
    already_covering: Price
    per_call_held: Price
    gap: Price
    """What leaving one slot visibly unfilled costs; above any chain of covers."""
    fmit_handover: Price
    """What each further person costs inside one FMIT stretch."""
    spare_supervision: Price
    """What leaving attending time unfilled costs where the slot's demand stays met."""
    rule_broken: Price
    """What a cover costs for each program rule it breaks without being forbidden (FMIT weeks in a row, own call in them)."""
    max_days: Count
    """The longest absence one plan spans, in days."""
    max_depth: Annotated[int, Field(ge=1, le=2)]


class GuardFigures(Section):
    """The diff guard and the gates of publishing (§10)."""

    churn_reject: Share
    person_churn_reject: Share
    person_churn_warn: Share
    rigidity_reject: Share
    people_warn: Count
    stale_hours: Count
    rollback_hours: Count
    swap_notice_days: Count
    freeze_days: Count
    """Days from today on whose dates change only with break-glass; the past always needs it."""
    lock_through: dt.date | None = None
    """Dates up to this one change only with break-glass."""
    never_acknowledged: tuple[str, ...]
    """Rules whose new findings stop a publication: absolute duty-hour limits and double booking."""
    findings_days: Annotated[int, Field(ge=0, le=60)]
    """Days around the published blocks in which findings are compared: a call or a week reaches over a block's edge."""


class Rights(Section):
    """Who may commit beyond the roles' defaults."""

    coordinator_commits: bool
    commits_admin_only: bool
    break_glass_roles: tuple[str, ...]
    """Roles that may commit into the past or a locked window, naming one of `break_glass_codes` and a reason."""
    break_glass_codes: tuple[str, ...]


class RuleSwitches(Section):
    """Which rule packs are on, and which single rules are off."""

    packs: tuple[str, ...]
    off: tuple[str, ...]


class TermPrice(Section):
    """What one unit of a term of the objective costs, in whole units of its tier."""

    tier: Literal["safety", "training", "operations", "preference"]
    weight: Annotated[int, Field(ge=0, le=1000)]


class ObjectiveProfile(Section):
    """One way to weigh a solve. `prices` replaces the weight of a term or a rule by name; zero leaves it out.

    `insist` names rules and terms that must be met in full: where they cannot be, the run ends `infeasible` with the
    reason instead of the best schedule there is.
    """

    prices: Mapping[str, Annotated[int, Field(ge=0, le=1000)]] = {}
    insist: tuple[str, ...] = ()


class SolveFigures(Section):
    """Objective, effort and limits of solving. Effort in deterministic units (about 2 to 2.7 s of one core each)."""

    prices: Mapping[str, TermPrice]
    profiles: Mapping[str, ObjectiveProfile]
    effort_max: Annotated[int, Field(ge=1, le=10_000)]
    wall_guard_seconds: Annotated[int, Field(ge=1)]
    """A run that takes longer than this by the clock fails; nothing else depends on the clock."""
    runs_at_once: Annotated[int, Field(ge=1, le=100)]
    cells_max: Annotated[int, Field(ge=1)]
    """Largest model accepted, in choices (person, slot, activity)."""
    attempts_max: Annotated[int, Field(ge=1, le=10)]
    snapshot_hours: Annotated[int, Field(ge=1)]
    fmit_apart_weeks: Count
    """Weeks of one attending closer than this are priced."""
    relaxations: Annotated[int, Field(ge=0, le=3)]
    """How many ways out of a conflict are worked out."""
    relax: Mapping[str, Annotated[int, Field(ge=1, le=1000)]]
    """What giving way once costs, by rule and term, when nothing satisfies them all; those not named never give way."""


class Policy(Section):
    """One version of a program's policy."""

    name: Annotated[str, Field(max_length=80)]
    people: PeopleFigures
    supervision: SupervisionFigures
    rooms: RoomFigures
    call: CallFigures
    hours: HoursFigures
    absences: AbsenceFigures
    cascade: CascadeFigures
    guard: GuardFigures
    rights: Rights
    rules: RuleSwitches
    solve: SolveFigures
    eu: EuFigures
    uk: UkFigures
    ontario: OntarioFigures
    saskatchewan: SaskatchewanFigures
    family_medicine: FamilyMedicineFigures
    requirements: tuple[Requirement, ...]
    rotations: RotationFigures
    template: TemplateFigures
    activities: tuple[Activity, ...]

    @model_validator(mode="after")
    def _codes_exist(self) -> Policy:
        codes = [a.code for a in self.activities]
        if len(set(codes)) != len(codes):
            raise ValueError("an activity code stands twice")
        call = self.call
        named = (call.activity, call.post_call_am, call.post_call_pm, call.fmit_activity, call.recovery_activity)
        if missing := [c for c in (*named, *call.post_call_exempt) if c not in codes]:
            raise ValueError(f"call names activities that do not exist: {', '.join(missing)}")
        if missing := sorted({r.activity for r in self.requirements if r.activity and r.activity not in codes}):
            raise ValueError(f"requirements name activities that do not exist: {', '.join(missing)}")
        if "standard" not in self.solve.profiles:
            raise ValueError("solve.profiles needs one called standard")
        for section in (self.rotations, self.template):
            if missing := [c for c in section.codes() if c not in codes]:
                raise ValueError(f"rotations or template name activities that do not exist: {', '.join(missing)}")
        if self.rooms.soft > self.rooms.hard:
            raise ValueError("rooms.soft is above rooms.hard")
        return self

    @functools.cached_property
    def catalogue(self) -> Catalogue:
        """The activities, indexed."""
        return Catalogue(self.activities)

    @functools.cached_property
    def digest(self) -> str:
        """Content hash of every figure (hex sha256)."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with some figures changed, which works out its catalogue and its digest anew."""
        copied = super().model_copy(update=update, deep=deep)
        for derived in ("catalogue", "digest"):
            vars(copied).pop(derived, None)
        return copied


def read_policy(text: str) -> Policy:
    """A policy from TOML; InvalidError names the first key at fault, the reason, never the value."""
    try:
        return Policy.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError:
        raise InvalidError("policy", "not TOML") from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise InvalidError(".".join(str(p) for p in first["loc"]) or "policy", first["msg"]) from None


@functools.cache
def shipped_policy() -> Policy:
    """The policy every program starts with."""
    return read_policy(resources.files("scheduling.model").joinpath("policy.toml").read_text("utf-8"))


@dataclass(frozen=True)
class PolicyHistory:
    """A program's policies by the date each takes effect."""

    dated: tuple[tuple[dt.date, Policy], ...] = ()

    def at(self, date: dt.date) -> Policy:
        """The policy in force on the date; the shipped one before the first."""
        for start, policy in self._latest_first:
            if start <= date:
                return policy
        return shipped_policy()

    @functools.cached_property
    def _latest_first(self) -> tuple[tuple[dt.date, Policy], ...]:
        return tuple(sorted(self.dated, key=lambda p: p[0])[::-1])

    @property
    def latest(self) -> Policy:
        """The policy adopted for the latest date; its catalogue indexes rosters, so adopting may add codes but drop none."""
        return max(self.dated, key=lambda p: p[0])[1] if self.dated else shipped_policy()

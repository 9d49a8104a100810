"""A probe for every rule that steers: a problem in which obeying it costs something.

Each takes a policy and gives the problem; the test solves it with the rule on and off. `beside` names other rules that are
off both times, because they would ask for the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from scheduling.model.calendar import days
from scheduling.model.part import Part, Window
from scheduling.model.person import FacultyRole, Kind, Person
from scheduling.model.policy import Policy, shipped_policy
from scheduling.model.rotation import Pattern, Rotation
from scheduling.solver.problem import Problem, Stage
from tests.agreement.probe_house import (
    BLOCK,
    FRIDAY,
    HALF_DAYS,
    MONDAY,
    all_known,
    asked,
    attending,
    credentials,
    every_day,
    house,
    most,
    trainee,
    week,
)
from tests.scheduling.solver.solver_programs import leave

WARD = Rotation("Ward", "IM", Pattern.INPATIENT)
TUESDAY, WEDNESDAY, THURSDAY = MONDAY + days(1), MONDAY + days(2), MONDAY + days(3)


@dataclass(frozen=True)
class Probe:
    """How a rule is put to the test."""

    problem: Callable[[Policy], Problem]
    beside: tuple[str, ...] = ()
    prices: Mapping[str, int] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)


def _nights(rules: Policy, count: int, *, base: Mapping[Any, str], **more: Any) -> Problem:
    people = [attending(n) for n in range(1, count + 1)]
    roster = house(people, rules, absences=more.pop("absences", ()))
    window = more.pop("window", week(MONDAY))
    return asked(roster, Stage.CALLS, window=window, base=base, calls_free=True, **more)


def _weeks(rules: Policy, count: int, *, base: Mapping[Any, str], **more: Any) -> Problem:
    window = more.pop("window", Window(FRIDAY, FRIDAY + days(13)))
    return _nights(rules, count, base=base, window=window, weeks_free=True, **more)


def _on_team(person: str, friday: Any) -> dict[Any, str]:
    return {(person, friday + days(n), part): "FMIT" for n in range(7) for part in HALF_DAYS}


def _duty(code: str, pattern: Pattern, *, pgy: int = 2) -> Callable[[Policy], Problem]:
    """A resident whose whole block is open, on a rotation of that activity."""

    def make(rules: Policy) -> Problem:
        rotation = Rotation("Duty", code, pattern)
        who = trainee(pgy)
        return asked(house([who], rules, rotations={who.id: rotation}), Stage.DAYS_OFF)

    return make


def week_pattern(activity: str, day: str) -> dict[str, Any]:
    """The policy's rotation figures with one more weekly pattern: the same day seven times."""
    plain = shipped_policy().rotations.model_dump()
    more = {"pattern": "inpatient", "activity": activity, "days": (day,) * 7}
    return {"rotations": {"weeks": (*plain["weeks"], more)}}


def _clinic(rules: Policy, *, base: Mapping[Any, str], faculty: int = 1, **more: Any) -> Problem:
    people = [*(attending(n) for n in range(1, faculty + 1)), trainee()]
    return asked(house(people, rules), window=week(MONDAY), base=base, **more)


def _absent_attending(rules: Policy) -> Problem:
    roster = house([attending()], rules, absences=[leave("fac-01", MONDAY)])
    return asked(roster, window=week(MONDAY), base={("fac-01", MONDAY, Part.AM): "AT"})


def _adjunct(rules: Policy) -> Problem:
    adjunct = Person("fac-90", Kind.FACULTY, FacultyRole.ADJUNCT)
    roster = house([attending(), adjunct], rules, absences=[leave("fac-01", MONDAY)])
    return asked(roster, Stage.CALLS, window=Window(MONDAY, MONDAY), calls_free=True)


def _given_week(rules: Policy, night: Any, *, start: Any = FRIDAY) -> Problem:
    """A recorded inpatient week of somebody whom the base has on call where the rule forbids it."""
    roster = all_known(house([attending(n) for n in range(1, 5)], rules))
    return asked(
        roster,
        Stage.CALLS,
        window=Window(start, start + days(13)),
        locks=_on_team("fac-01", start),
        base={("fac-01", night, Part.NIGHT): "CALL"},
        calls_free=True,
    )


def _spacing(rules: Policy) -> Problem:
    """One person would rather not have the days in between, the other the first and the last."""
    first = attending(1, avoid_call_weekdays=(2, 3, 4), prefer_call_weekdays=(1, 7))
    other = attending(2, avoid_call_weekdays=(1, 7), prefer_call_weekdays=(2, 3, 4))
    window = Window(MONDAY - days(1), MONDAY + days(3))
    people = [first, other, *(attending(n, avoid_call_weekdays=(1, 2, 3, 4, 7)) for n in range(3, 6))]
    return asked(house(people, rules), Stage.CALLS, window=window, calls_free=True)


def _eve(rules: Policy) -> Problem:
    """Leave begins on Tuesday; the others would rather not have Monday."""
    people = [attending(1), *(attending(n, avoid_call_weekdays=(1,)) for n in (2, 3))]
    roster = house(people, rules, absences=[leave("fac-01", TUESDAY)])
    return asked(roster, Stage.CALLS, window=Window(MONDAY, MONDAY), calls_free=True)


def _equity(rules: Policy) -> Problem:
    """Two of three would rather have no call at all."""
    people = [attending(1), *(attending(n, avoid_call_weekdays=(1, 2, 3, 4, 7)) for n in (2, 3))]
    return asked(house(people, rules), Stage.CALLS, window=BLOCK.window, calls_free=True)


def _procedures(rules: Policy) -> Problem:
    sports = Rotation("Sports", "SM", Pattern.OUTPATIENT)
    who = trainee()
    people = [attending(1, credentials=credentials("SM"), limits=most(SM=4)), who]
    base = {("pgy2-01", MONDAY, Part.AM): "SM", ("fac-01", MONDAY, Part.AM): "AT"}
    return asked(house(people, rules, rotations={who.id: sports}), window=week(MONDAY), base=base)


def _vasectomies(rules: Policy) -> Problem:
    procedures = Rotation("Procedures", "PROC", Pattern.OUTPATIENT)
    who = trainee()
    people = [attending(1, credentials=credentials("VAS")), attending(2), who]
    base = {("pgy2-01", MONDAY, Part.AM): "VAS", ("fac-01", MONDAY, Part.AM): "VAS"}
    return asked(house(people, rules, rotations={who.id: procedures}), window=week(MONDAY), base=base)


def _intern(rules: Policy) -> Problem:
    roster = house([attending(1), attending(2), trainee(1)], rules)
    return asked(roster, window=week(MONDAY), base={("pgy1-01", WEDNESDAY, Part.AM): "ELEC"})


def _after_night(code: str, parts: tuple[Part, ...]) -> Callable[[Policy], Problem]:
    """A resident in outpatient work with a recorded night or a day and night of call on Monday."""

    def make(rules: Policy) -> Problem:
        locks = {("pgy2-01", MONDAY, part): code for part in parts}
        return _clinic(rules, base={("pgy2-01", TUESDAY, p): "ELEC" for p in HALF_DAYS}, locks=locks)

    return make


def _double(rules: Policy) -> Problem:
    """One morning, two activities required of the resident."""
    return _clinic(rules, base={}, faculty=2)


HOURS = ("acgme.6.20", "acgme.6.21", "acgme.6.21.a", "acgme.6.21.b", "acgme.6.22")


def _but(*kept: str) -> tuple[str, ...]:
    return tuple(r for r in (*HOURS, "acgme.6.27", "prog.night_run", "prog.duty_run") if r not in kept)


LDC = {**week_pattern("LDC", "* * *")}

PROBES: dict[str, Probe] = {
    "acgme.6.20": Probe(_duty("IM", Pattern.INPATIENT), _but("acgme.6.20")),
    "acgme.6.21": Probe(_after_night("NF", (Part.NIGHT,)), _but("acgme.6.21")),
    "acgme.6.21.a": Probe(_after_night("LDC", (Part.AM, Part.PM, Part.NIGHT)), _but("acgme.6.21.a")),
    "acgme.6.21.b": Probe(_duty("IM", Pattern.INPATIENT), _but("acgme.6.21.b")),
    "acgme.6.22": Probe(_duty("LDC", Pattern.INPATIENT), _but("acgme.6.22"), extra=LDC),
    "acgme.6.27": Probe(_duty("LDC", Pattern.INPATIENT), _but("acgme.6.27"), extra=LDC),
    "prog.night_run": Probe(_duty("NF", Pattern.NIGHT_FLOAT), _but("prog.night_run")),
    "prog.duty_run": Probe(_duty("IM", Pattern.INPATIENT), _but("acgme.6.21.b", "prog.duty_run")),
    "prog.one_activity": Probe(_double),
    "prog.absence_blocks": Probe(_absent_attending),
    "prog.lock": Probe(
        lambda rules: _clinic(
            rules,
            base={("pgy2-01", MONDAY, Part.AM): "ELEC"},
            locks={("pgy2-01", MONDAY, Part.AM): "FLX"},
        ),
        prices={"prog.requirement": 1},
    ),
    "prog.supervision": Probe(
        lambda rules: _clinic(
            rules, base={("pgy2-01", MONDAY, Part.AM): "C", ("fac-01", MONDAY, Part.AM): "C"}, faculty=1
        )
    ),
    "prog.credential": Probe(_procedures, beside=("prog.supervision",)),
    "prog.rooms": Probe(
        lambda rules: _clinic(rules, base={(f"fac-0{n}", MONDAY, Part.AM): "C" for n in (1, 2, 3)}, faculty=4),
        extra={"rooms": {"soft": 2, "hard": 2}},
    ),
    "prog.one_caller": Probe(
        lambda rules: _nights(rules, 4, base={(f"fac-0{n}", MONDAY, Part.NIGHT): "CALL" for n in (1, 2)}),
        prices={"prog.call_equity": 1},
    ),
    "prog.call_absent": Probe(
        lambda rules: _nights(
            rules,
            2,
            base={},
            window=Window(MONDAY, MONDAY),
            absences=[leave("fac-01", MONDAY), leave("fac-02", MONDAY)],
        )
    ),
    "prog.call_adjunct": Probe(_adjunct),
    "prog.call_own_fmit": Probe(lambda rules: _given_week(rules, MONDAY)),
    "prog.call_post_fmit_sunday": Probe(lambda rules: _given_week(rules, FRIDAY + days(9))),
    "prog.call_spacing": Probe(_spacing),
    "prog.call_equity": Probe(_equity),
    "prog.call_eve_of_leave": Probe(_eve),
    "prog.post_call_tied": Probe(
        lambda rules: _nights(
            rules,
            3,
            base={("fac-01", MONDAY, Part.NIGHT): "CALL"},
            window=Window(MONDAY, TUESDAY),
            locks={("fac-01", TUESDAY, Part.AM): "C"},
        )
    ),
    "prog.fmit_one_attending": Probe(
        lambda rules: _weeks(
            rules, 4, base={**_on_team("fac-01", FRIDAY), **_on_team("fac-02", FRIDAY)}, window=week(FRIDAY)
        ),
        prices={"fmit_equity": 1, "prog.call_equity": 1},
        beside=("prog.one_caller",),
    ),
    "prog.fmit_back_to_back": Probe(
        lambda rules: _weeks(rules, 3, base={**_on_team("fac-01", FRIDAY), **_on_team("fac-01", FRIDAY + days(7))}),
        prices={"fmit_equity": 1, "prog.call_equity": 1},
    ),
    "prog.fmit_recovery": Probe(
        lambda rules: _weeks(
            rules,
            3,
            base=_on_team("fac-01", FRIDAY),
            locks={("fac-01", FRIDAY + days(7), Part.AM): "C"},
        )
    ),
    "prog.fmit_absent": Probe(
        lambda rules: _weeks(
            rules, 3, base=_on_team("fac-01", FRIDAY), absences=[leave("fac-01", TUESDAY)], window=week(FRIDAY)
        )
    ),
    "prog.clinic_cap": Probe(
        lambda rules: _clinic(
            rules,
            base={("fac-01", MONDAY + days(n), Part.AM): "C" for n in (0, 1, 2, 3, 4)}
            | {("fac-01", MONDAY, Part.PM): "C"},
        ),
        prices={"change": 1},
        extra={"people": {"clinic_cap": {"core": 2}}},
        beside=("prog.supervision",),
    ),
    "prog.intern_clinic": Probe(_intern),
    "prog.lecture": Probe(lambda rules: _clinic(rules, base={("pgy2-01", WEDNESDAY, Part.PM): "ELEC"}, faculty=2)),
    "prog.vas_slots": Probe(_vasectomies),
    "prog.requirement": Probe(
        lambda rules: asked(
            house([attending(1), attending(2), trainee()], rules),
            base=every_day("pgy2-01", "ELEC"),
            window=BLOCK.window,
        ),
        prices={"requirement_target": 0},
    ),
}

"""For every rule a roster that breaks it and one beside it that does not: the smallest difference that matters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from scheduling.model.absence import Absence
from scheduling.model.calendar import days
from scheduling.model.duty_record import DutyKind
from scheduling.model.override import Source
from scheduling.model.part import Part, Slot
from scheduling.model.person import Credential, FacultyRole, Kind, Person
from scheduling.model.roster import Doubled, Lock, Roster
from scheduling.model.rotation import Pattern
from tests.scheduling.rules.rosters import MONDAY, faculty, leave, policy_with, record, resident, roster

WHO = "pgy2-01"
AM, PM, NIGHT = Part
Cells = dict[tuple[str, int, Part], str]
FRIDAY_0 = dt.date(2026, 1, 2)
BLOCK = dt.date(2026, 1, 15)
"""The first day of block 2025/8, a Thursday."""


def both(person: str, day: int, code: str, last: int | None = None) -> Cells:
    """A code on both half-days of some days."""
    return {(person, d, part): code for d in range(day, (day if last is None else last) + 1) for part in (AM, PM)}


def long_call(day: int) -> Cells:
    """07:00 to 07:00 in house."""
    return {(WHO, day, part): "LDC" for part in Part}


def call(person: str, *nights: int) -> Cells:
    """Faculty call."""
    return dict.fromkeys(((person, n, NIGHT) for n in nights), "CALL")


def after(person: str, *nights: int) -> Cells:
    """Call with what follows from it."""
    cells = call(person, *nights)
    for n in nights:
        cells[person, n + 1, AM], cells[person, n + 1, PM] = "PCAT", "DO"
    return cells


def every(day_hours: str, count: int = 28, off: tuple[int, ...] = (6, 13, 20, 27)) -> Cells:
    """One duty a day."""
    return {(WHO, d, AM): day_hours for d in range(count) if d not in off}


STAFF = [faculty("fac-01"), faculty("fac-02"), faculty("fac-03")]
Pair = tuple[Roster, Roster]


def _acgme() -> Mapping[str, Pair]:
    handover = record(DutyKind.TRANSITION, 1, "07:00", "11:00")
    exception = [{"rotation": "Ward", "start": MONDAY, "end": MONDAY + days(27)}]
    eighty_nine = policy_with(["0600-2051"], hours={"exceptions": exception})
    eighty_eight = policy_with(["0600-2040"], hours={"exceptions": exception})
    free = {**every("0800-1700"), (WHO, 6, NIGHT): "HCALL"}
    nights: Cells = {(WHO, d, NIGHT): "1800-0800" for d in range(28) if d % 7 != 6}
    return {
        "acgme.6.20": (roster(every("0600-2000")), roster(every("0600-1900"))),
        "acgme.6.21": (
            roster({(WHO, 0, AM): "0700-2301", (WHO, 1, AM): "0700-1200"}),
            roster({(WHO, 0, AM): "0700-2300", (WHO, 1, AM): "0700-1200"}),
        ),
        "acgme.6.21.a": (
            roster({**long_call(0), (WHO, 1, NIGHT): "2000-2200"}),
            roster({**long_call(0), (WHO, 1, NIGHT): "2100-2200"}),
        ),
        "acgme.6.21.b": (roster(every("0800-1700", off=(6, 13, 20))), roster(every("0800-1700"))),
        "acgme.6.22": (
            roster({**long_call(0), (WHO, 1, AM): "0700-0900"}),
            roster(long_call(0), records=[handover]),
        ),
        "acgme.6.22.a": (
            roster(long_call(0), records=[record(DutyKind.TRANSITION, 1, "07:00", "11:01")]),
            roster(long_call(0), records=[handover]),
        ),
        "acgme.6.23": (
            roster({}, records=[record(DutyKind.STAY, 0, "17:00", "19:00")]),
            roster({}, records=[record(DutyKind.STAY, 0, "17:00", "19:00", reason="a patient")]),
        ),
        "acgme.6.24": (
            roster(every("0600-2051"), policy=eighty_nine),
            roster(every("0600-2040"), policy=eighty_eight),
        ),
        "acgme.6.25.a": (
            roster({(WHO, 0, AM): "0800-1200"}, records=[record(DutyKind.MOONLIGHTING, 0, "11:00", "13:00")]),
            roster({(WHO, 0, AM): "0800-1200"}, records=[record(DutyKind.MOONLIGHTING, 0, "12:00", "13:00")]),
        ),
        "acgme.6.25.b": (
            roster({}, people=[resident(WHO, 1)], records=[record(DutyKind.MOONLIGHTING, 0, "11:00", "12:00")]),
            roster({}, people=[resident(WHO, 2)], records=[record(DutyKind.MOONLIGHTING, 0, "11:00", "12:00")]),
        ),
        "acgme.6.26": (
            roster(nights | {(WHO, 6, NIGHT): "NF"}),
            roster({(WHO, d, NIGHT): "NF" for d in range(28) if d % 7 < 5}),
        ),
        "acgme.6.27": (roster(call(WHO, *range(0, 28, 3))), roster(call(WHO, *range(0, 27, 3)))),
        "acgme.6.28": (roster(free), roster(every("0800-1700"))),
    }


def _slots() -> Mapping[str, Pair]:
    double = Doubled("fac-01", Slot(MONDAY, AM), "AT", "ovr-1")
    lock = Lock("fac-01", Slot(MONDAY, AM), "AT", Source.PRELOAD)
    away = [leave("fac-01", 0, 2)]
    clinic: Cells = {("pgy1-01", 0, AM): "C"}
    crowd = [resident(f"pgy3-{n:02}", 3) for n in range(1, 10)]
    seen: Cells = {(p.id, 0, AM): "VASC" for p in crowd}
    able = [faculty("fac-01", credentials=(Credential("BTX", expires=MONDAY),)), resident()]
    btx: Cells = {(WHO, 0, AM): "BTX"}
    return {
        "prog.one_activity": (roster({}, people=STAFF, doubled=(double,)), roster({}, people=STAFF)),
        "prog.absence_blocks": (
            roster(both("fac-01", 1, "C"), people=STAFF, absences=away),
            roster(both("fac-01", 3, "C"), people=STAFF, absences=away),
        ),
        "prog.lock": (
            roster({("fac-01", 0, AM): "C"}, people=STAFF, locks=(lock,)),
            roster({("fac-01", 0, AM): "AT"}, people=STAFF, locks=(lock,)),
        ),
        "prog.supervision": (
            roster(clinic, people=[*STAFF, resident("pgy1-01", 1)]),
            roster(clinic | {("fac-01", 0, AM): "PCAT"}, people=[*STAFF, resident("pgy1-01", 1)]),
        ),
        "prog.credential": (
            roster(btx | {("fac-01", 1, AM): "BTX"}, people=able),
            roster(btx | {("fac-01", 0, AM): "BTX"}, people=able),
        ),
        "prog.rooms": (
            roster(seen, people=crowd),
            roster({k: v for k, v in seen.items() if k[0] <= "pgy3-06"}, people=crowd),
        ),
        "prog.vas_slots": (
            roster({("fac-01", 0, AM): "VAS"}, people=STAFF),
            roster({("fac-01", 3, AM): "VAS"}, people=STAFF),
        ),
        "prog.clinic_cap": (
            roster(both("fac-01", 3, "C", 5), people=STAFF),
            roster(both("fac-01", 2, "C") | both("fac-01", 3, "C", 4), people=STAFF),
        ),
    }


def _call() -> Mapping[str, Pair]:
    adjunct = [*STAFF, faculty("fac-09", FacultyRole.ADJUNCT)]
    away = [leave("fac-01", 2, 3)]
    fmit = both("fac-01", 4, "FMIT", 10)
    uneven = call("fac-01", *range(0, 28, 7), *range(2, 28, 7)) | call("fac-02", 1)
    fair = call("fac-01", 0, 14) | call("fac-02", 7, 21)
    two = STAFF[:2]
    return {
        "prog.one_caller": (
            roster(after("fac-01", 0) | call("fac-02", 0), 3, people=STAFF),
            roster(call("fac-01", 0, 2) | call("fac-02", 1), 3, people=STAFF),
        ),
        "prog.call_absent": (
            roster(call("fac-01", 2), people=STAFF, absences=away),
            roster(call("fac-01", 4), people=STAFF, absences=away),
        ),
        "prog.call_adjunct": (roster(call("fac-09", 0), people=adjunct), roster(call("fac-09", 4), people=adjunct)),
        "prog.call_own_fmit": (
            roster(fmit | call("fac-01", 7), people=STAFF),
            roster(fmit | call("fac-01", 5), people=STAFF),
        ),
        "prog.call_post_fmit_friday": (
            roster(fmit | call("fac-01", 11), people=STAFF),
            roster(fmit | both("fac-01", 11, "FMIT", 17) | call("fac-01", 11), people=STAFF),
        ),
        "prog.call_post_fmit_sunday": (
            roster(fmit | call("fac-01", 13), people=STAFF),
            roster(fmit | call("fac-01", 14), people=STAFF),
        ),
        "prog.call_spacing": (
            roster(call("fac-01", 0, 3), people=STAFF),
            roster(call("fac-01", 0, 7), people=STAFF),
        ),
        "prog.call_eve_of_leave": (
            roster(call("fac-01", 1), people=STAFF, absences=away),
            roster(call("fac-01", 0), people=STAFF, absences=away),
        ),
        "prog.call_equity": (roster(uneven, people=two), roster(fair, people=two)),
        "prog.post_call_tied": (
            roster(call("fac-01", 0) | {("fac-01", 1, AM): "PCAT"}, people=STAFF),
            roster(after("fac-01", 0), people=STAFF),
        ),
        "prog.fmit_one_attending": (
            roster(both("fac-01", 4, "FMIT", 7) | both("fac-02", 8, "FMIT", 10), people=STAFF),
            roster(fmit, people=STAFF),
        ),
        "prog.fmit_back_to_back": (
            roster(both("fac-01", 4, "FMIT", 17), people=STAFF),
            roster(fmit | both("fac-02", 11, "FMIT", 17), people=STAFF),
        ),
        "prog.fmit_recovery": (roster(fmit, people=STAFF), roster(fmit | both("fac-01", 11, "PC"), people=STAFF)),
        "prog.fmit_absent": (
            roster(fmit, people=STAFF, absences=[leave("fac-01", 8, 9)]),
            roster(fmit, people=STAFF, absences=[leave("fac-01", 11, 12)]),
        ),
    }


def _training() -> Mapping[str, Pair]:
    intern = resident("pgy1-01", 1)
    start = BLOCK
    clinic: Cells = {("pgy1-01", d, AM): "C" for d in (6, 13, 20)}
    lectures: Cells = {("pgy1-01", d, PM): "LEC" for d in (6, 13, 20)} | {
        ("pgy1-01", 27, AM): "LEC",
        ("pgy1-01", 27, PM): "ADV",
    }

    def block(cells: Cells, pattern: Pattern = Pattern.OUTPATIENT) -> Roster:
        return roster(cells, 28, people=[intern], start=start, pattern=pattern, activity="ELEC")

    many: Cells = {("pgy1-01", d, AM): "C" for d in (0, 1, 4, 5, 6, 7, 8, 13)}
    spent = {("pgy1-01", d, part): "ELEC" for d in (11, 12, 14, 15) for part in (AM, PM)}
    learners = [Person(f"stu-{n}", Kind.LEARNER, supervisor="fac-01") for n in range(3)]
    rolling = policy_with(["0600-2000", "0600-1800"], hours={"rolling_average": True})
    split = {WHO: (("Ward", 14), ("ICU", 14))}
    return {
        "prog.intern_clinic": (
            block(lectures | {k: v for k, v in clinic.items() if k[1] != 13}),
            block(lectures | clinic),
        ),
        "prog.lecture": (block(clinic | {("pgy1-01", 6, PM): "C"}), block(clinic | {("pgy1-01", 6, PM): "LEC"})),
        "prog.requirement": (block(many | spent), block(clinic | {("pgy1-01", 1, AM): "C"} | spent)),
        "prog.night_run": (
            roster({(WHO, d, NIGHT): "NF" for d in range(7)}),
            roster({(WHO, d, NIGHT): "NF" for d in range(6)}),
        ),
        "prog.duty_run": (
            roster({(WHO, d, AM): "C" for d in range(7)}),
            roster({(WHO, d, AM): "C" for d in range(6)}),
        ),
        "prog.rolling_average": (
            roster(every("0600-2000"), policy=rolling, rotations=split),
            roster(every("0600-1800"), policy=rolling, rotations=split),
        ),
        "prog.learner_ratio": (
            roster({}, people=[*STAFF, *learners]),
            roster({}, people=[*STAFF, *learners[:2]]),
        ),
        "prog.leave_days": (
            roster({}, 60, absences=[Absence("a", WHO, MONDAY, MONDAY + days(28))]),
            roster({}, 60, absences=[Absence("a", WHO, MONDAY, MONDAY + days(27))]),
        ),
        "prog.unassigned": (
            roster({}, 28, start=start, people=[intern, resident()], rotations={WHO: (("Ward", 14),)}),
            roster({}, 28, start=start, people=[intern, resident()]),
        ),
    }


def _other_packs() -> Mapping[str, Pair]:
    def under(pack: str, cells: Cells, count: int = 28, **more: object) -> Roster:
        policy = policy_with(list(cells.values()), rules={"packs": [pack]})
        return roster(cells, count, policy=policy, **more)  # type: ignore[arg-type]  # forwarded as they are

    def days_of(code: str, *on: int) -> Cells:
        return {(WHO, d, AM): code for d in on}

    def nights_of(*on: int) -> Cells:
        return {(WHO, d, NIGHT): "2200-0600" for d in on}

    week = [d for d in range(28) if d % 7 < 5]
    home = dict.fromkeys(((WHO, n, NIGHT) for n in range(0, 28, 3)), "HCALL")
    mixed = dict.fromkeys(((WHO, n, NIGHT) for n in (0, 3, 6, 9, 12)), "HCALL") | call(WHO, 15, 19, 23, 27)
    return {
        "eu.weekly_hours": (under("eu", days_of("0700-1700", *week)), under("eu", days_of("0700-1600", *week))),
        "eu.daily_rest": (under("eu", days_of("0700-2001", 0)), under("eu", days_of("0700-2000", 0))),
        "eu.weekly_rest": (
            under("eu", days_of("0800-2000", *range(7)), 7),
            under("eu", days_of("0800-2000", *range(6)), 7),
        ),
        "uk.weekly_hours": (under("uk", days_of("0700-1700", *week)), under("uk", days_of("0700-1600", *week))),
        "uk.seven_days": (
            under("uk", days_of("0700-1930", *range(6))),
            under("uk", days_of("0700-1900", *range(6))),
        ),
        "uk.shift_length": (under("uk", days_of("0700-2001", 0)), under("uk", days_of("0700-2000", 0))),
        "uk.nights": (under("uk", nights_of(*range(5))), under("uk", nights_of(*range(4)))),
        "uk.long_days": (
            under("uk", days_of("0700-1800", *range(6))),
            under("uk", days_of("0700-1800", *range(5))),
        ),
        "uk.shift_run": (
            under("uk", days_of("0900-1500", *range(9))),
            under("uk", days_of("0900-1500", *range(8))),
        ),
        "uk.weekends": (
            under("uk", days_of("0900-1500", 5, 12, 19)),
            under("uk", days_of("0900-1500", 5, 19)),
        ),
        "on.in_house_call": (under("on", call(WHO, *range(0, 28, 3))), under("on", call(WHO, *range(0, 28, 4)))),
        "on.home_call": (under("on", home), under("on", {k: v for k, v in home.items() if k[1] < 27})),
        "on.blended_call": (under("on", mixed), under("on", {k: v for k, v in mixed.items() if k[1] > 0})),
        "on.weekends": (
            under("on", days_of("0900-1500", 5, 12, 19)),
            under("on", days_of("0900-1500", 5, 12)),
        ),
        "on.continuous_duty": (
            under("on", long_call(0), records=[record(DutyKind.TRANSITION, 1, "07:00", "09:01")]),
            under("on", long_call(0), records=[record(DutyKind.TRANSITION, 1, "07:00", "09:00")]),
        ),
        "sk.max_calls": (
            under("sk", call(WHO, *range(6, 27, 3)), absences=[leave(WHO, 0, 5)]),
            under("sk", call(WHO, *range(6, 24, 3)), absences=[leave(WHO, 0, 5)]),
        ),
    }


def pairs() -> Mapping[str, Pair]:
    """By rule id: (breaks it, does not)."""
    return {**_acgme(), **_slots(), **_call(), **_training(), **_other_packs()}

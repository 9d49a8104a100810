"""The weekly template, on the demonstration year: decent, deterministic, and marked as a stand-in."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import pytest

from scheduling.model.calendar import SATURDAY
from scheduling.model.clock import Clock
from scheduling.model.first_version import first_schedules
from scheduling.model.override import Source
from scheduling.model.part import Slot
from scheduling.model.preload import weeks
from scheduling.model.program import Program
from scheduling.model.version import BlockSchedule, Cell
from scheduling.services.demonstration.build_demo import build_demo
from scheduling.services.demonstration.sizes import YEAR, ZONE


@pytest.fixture(scope="module")
def program() -> Program:
    return build_demo().program("demo", Clock(ZONE))


@pytest.fixture(scope="module")
def schedules(program: Program) -> Sequence[BlockSchedule]:
    return first_schedules(program, build_demo().record())


@pytest.fixture(scope="module")
def cells(schedules: Sequence[BlockSchedule]) -> list[Cell]:
    return [c for schedule in schedules for c in schedule]


def test_attending_time_meets_the_residents_demand_in_every_slot(program: Program, cells: list[Cell]) -> None:
    """The sum is rounded once; attending and post-call attending supply."""
    units: Counter[Slot] = Counter()
    supply: Counter[Slot] = Counter()
    for cell in cells:
        person, activity = program.person(cell.person), program.catalogue[cell.activity]
        if person.is_resident and activity.needs_supervision:
            units[cell.slot] += (2 if person.pgy(YEAR) == 1 else 1) + activity.supervision_extra
        supply[cell.slot] += person.is_faculty and activity.supplies_supervision
    assert units
    assert [str(s) for s in units if -(-units[s] // 4) > supply[s]] == []


def test_rooms_stay_within_the_soft_limit(program: Program, cells: list[Cell]) -> None:
    """Six clinicians; the sports medicine clinic takes one room however many are in it."""
    rooms: Counter[Slot] = Counter()
    once: set[tuple[Slot, str]] = set()
    for cell in cells:
        activity = program.catalogue[cell.activity]
        if activity.room_once:
            once.add((cell.slot, cell.activity))
        else:
            rooms[cell.slot] += activity.uses_room
    rooms.update(slot for slot, _ in once)
    assert max(rooms.values()) <= program.policy.rooms.soft


def test_residents_are_in_a_credentialed_clinic_only_with_its_attending(program: Program, cells: list[Cell]) -> None:
    """Sports medicine, vasectomy, botulinum and colposcopy clinics."""
    there: dict[tuple[Slot, str], list[bool]] = defaultdict(list)
    for cell in cells:
        if program.catalogue[cell.activity].needs_credential:
            person = program.person(cell.person)
            there[cell.slot, cell.activity].append(
                person.is_faculty and person.credential(cell.activity, cell.slot.date)
            )
    assert there
    assert all(any(holders) for holders in there.values())


def test_faculty_keep_their_weekly_maxima_and_avoided_weekdays(program: Program, cells: list[Cell]) -> None:
    """Clinic caps and attending maxima hold in every Thursday-to-Wednesday week; the oic has no clinic Monday or Friday."""
    by_week = {d: w.start for w in weeks(program.calendar.blocks(YEAR)[0].window.widen(0, 365)) for d in w}
    counts: Counter[tuple[str, str, object]] = Counter()
    for cell in cells:
        person = program.person(cell.person)
        if person.is_faculty and cell.source is Source.TEMPLATE:
            counts[person.id, cell.activity, by_week[cell.slot.date]] += 1
            if person.role is not None and cell.activity == "C":
                avoided = program.policy.people.avoid_clinic_weekdays.get(person.role.value, ())
                assert cell.slot.date.isoweekday() not in avoided
    for (ident, code, _), count in counts.items():
        most = program.person(ident).limit(code, YEAR).most
        assert most is None or count <= most


def test_adjuncts_and_weekends_are_never_filled(program: Program, cells: list[Cell]) -> None:
    """Adjuncts are placed by hand; faculty weekends stay open; the template writes half-days of weekdays alone."""
    placed = [c for c in cells if c.source is Source.TEMPLATE]
    assert placed
    assert not any(program.person(c.person).is_adjunct for c in placed)
    assert all(c.slot.date.isoweekday() < SATURDAY and c.slot.part != 2 for c in placed)
    assert not any(c.slot.date in program.holidays for c in placed)


def test_residents_weekday_half_days_are_all_filled(program: Program, schedules: Sequence[BlockSchedule]) -> None:
    """A resident with a rotation has no open weekday half-day inside the year."""
    for schedule in schedules:
        if schedule.block.ref.year != YEAR:
            continue
        weekdays = [i for i, d in enumerate(schedule.block.window) if d.isoweekday() < SATURDAY]
        rows = [i for i, p in enumerate(schedule.people) if program.person(p).is_resident]
        assert (schedule.cells[rows][:, weekdays, :2] >= 0).all()


def test_clinic_follows_the_norm_by_year_of_training(program: Program, cells: list[Cell]) -> None:
    """Over the year's full outpatient weeks PGY-1 average less clinic than PGY-2, and these less than PGY-3."""
    weeks_of = {d: w.start for w in weeks(program.calendar.blocks(YEAR)[0].window.widen(0, 365)) for d in w}
    clinic: Counter[tuple[str, object]] = Counter()
    elective: Counter[tuple[str, object]] = Counter()
    for cell in cells:
        key = cell.person, weeks_of.get(cell.slot.date)
        clinic[key] += cell.activity == "C"
        elective[key] += cell.activity == "ELEC"
    average = {}
    for pgy in (1, 2, 3):
        found = [
            clinic[k]
            for k in elective
            if elective[k] >= 4 and program.person(k[0]).pgy(YEAR) == pgy and program.person(k[0]).is_resident
        ]
        average[pgy] = sum(found) / len(found)
    assert 0.9 <= average[1] < average[2] < average[3] <= 4


def test_the_same_year_gives_the_same_versions(program: Program, schedules: Sequence[BlockSchedule]) -> None:
    """Byte for byte."""
    again = first_schedules(program, build_demo().record())
    assert [s.digest for s in again] == [s.digest for s in schedules]


def test_without_the_template_only_what_is_known_stands(program: Program) -> None:
    """Every cell of a preload is locked."""
    bare = first_schedules(program, build_demo().record(), template=False)
    assert {c.source for s in bare for c in s} == {Source.PRELOAD}

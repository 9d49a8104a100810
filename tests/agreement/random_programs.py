"""Small programs at random: a handful of people, two weeks of a block, locks, absences and figures of every kind."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from scheduling.model.absence import Absence
from scheduling.model.activity import Catalogue
from scheduling.model.calendar import BlockRef, Calendar, days, is_weekday_call
from scheduling.model.clock import Clock
from scheduling.model.duty_record import DutyKind, DutyRecord
from scheduling.model.first_version import first_schedules
from scheduling.model.overlay import build_roster
from scheduling.model.override import SOURCES, Source
from scheduling.model.part import Part, Slot, Window
from scheduling.model.person import Credential, FacultyRole, Kind, Person, WeeklyLimit
from scheduling.model.policy import Policy, PolicyHistory, shipped_policy
from scheduling.model.program import Program
from scheduling.model.record import FmitWeek, YearRecord
from scheduling.model.roster import Roster
from scheduling.model.rotation import Pattern, Rotation, RotationHalf
from scheduling.solver.problem import Problem, Settings, Stage
from tests.scheduling.solver.solver_programs import ALWAYS, locked

BLOCK = Calendar().block(BlockRef(2026, 5))
ROLES = tuple(r for r in FacultyRole if r is not FacultyRole.ADJUNCT)
ROTATIONS = (
    ("Cardiology", "ELEC", Pattern.OUTPATIENT),
    ("Clinic", "FMC", Pattern.CLINIC),
    ("Procedures", "PROC", Pattern.OUTPATIENT),
    ("Sports", "SM", Pattern.OUTPATIENT),
    ("Team", "FMIT", Pattern.INPATIENT),
    ("Nights", "NF", Pattern.NIGHT_FLOAT),
)


def small_problem(seed: int) -> Problem:
    """A block problem of two weeks, different for every seed; in a third of them the calls are free."""
    chance = random.Random(seed)
    calls_free = chance.random() < 1 / 3
    people = _people(chance)
    program = Program(
        "small",
        clock=Clock("America/New_York", BLOCK.start),
        people=people,
        policies=PolicyHistory(((ALWAYS, _policy(chance)),)),
        holidays={BLOCK.start + days(chance.randrange(14)): "Holiday"} if chance.random() < 0.4 else {},
        absences=_absences(chance, people),
        duty_records=_duty_records(random.Random(f"records of {seed}"), people),
    )
    record = _record(chance, program, calls_free=calls_free)
    wide = Window(BLOCK.start - days(7), BLOCK.end + days(7))
    roster = build_roster(program, wide, first_schedules(program, record, template=False))
    start = BLOCK.start + days(7 * chance.randrange(3))
    window = Window(start, start + days(13))
    roster = _with_locks(chance, roster, window)
    settings = Settings(seed=seed, effort=4.0)
    return Problem(Stage.BLOCK, locked(roster), window, calls_free=calls_free, settings=settings)


def _people(chance: random.Random) -> tuple[Person, ...]:
    sites = ("", "") if chance.random() < 0.7 else ("north", "south")
    people = []
    for n in range(1, chance.randint(3, 6)):
        credentials = tuple(Credential(c) for c in ("SM", "VAS", "BTX", "COLPO") if chance.random() < 0.4)
        limits = {
            code: WeeklyLimit(chance.randint(0, 1), chance.randint(1, 4))
            for code in ("C", "GME", "DFM", "SM")
            if chance.random() < 0.5
        }
        weekdays = tuple(sorted(chance.sample(range(1, 6), 4))) if chance.random() < 0.2 else ()
        role = chance.choice(ROLES)
        site = chance.choice(sites)
        people.append(Person(f"fac-{n:02d}", Kind.FACULTY, role, {}, credentials, limits, {}, weekdays, site=site))
    if chance.random() < 0.3:
        people.append(Person("fac-90", Kind.FACULTY, FacultyRole.ADJUNCT, site=sites[0]))
    for n in range(1, chance.randint(3, 6)):
        pgy = chance.randint(1, 3)
        people.append(Person(f"pgy{pgy}-{n:02d}", Kind.RESIDENT, pgy_by_year={2026: pgy}, site=chance.choice(sites)))
    return tuple(sorted(people, key=lambda p: p.id))


def _policy(chance: random.Random) -> Policy:
    plain = shipped_policy().model_dump()
    hard = chance.randint(2, 8)
    plain["rooms"] = {"soft": chance.randint(1, hard), "hard": hard}
    plain["solve"]["wall_guard_seconds"] = 60
    return Policy.model_validate(plain)


def _absences(chance: random.Random, people: Sequence[Person]) -> tuple[Absence, ...]:
    found = []
    for number in range(chance.randint(0, 5)):
        person = chance.choice(people)
        start = BLOCK.start + days(chance.randrange(-3, 28))
        part = chance.choice((Part.AM, Part.AM, Part.PM))
        found.append(Absence(f"a{number}", person.id, start, start + days(chance.choice((0, 1, 4))), start_part=part))
    return tuple(found)


def _duty_records(chance: random.Random, people: Sequence[Person]) -> tuple[DutyRecord, ...]:
    """In half of the programs one resident has hours on record, now and then as many as break a limit by themselves."""
    residents = [p.id for p in people if p.is_resident]
    if not residents or chance.random() < 0.5:
        return ()
    person = chance.choice(residents)
    found = []
    for number in range(chance.choice((2, 8, 20))):
        date, start = BLOCK.start + days(chance.randrange(28)), 60 * chance.choice((7, 12, 17, 19))
        kind = chance.choice((DutyKind.MOONLIGHTING, *DutyKind))
        found.append(DutyRecord(f"d{number}", person, kind, date, start, start + 60 * chance.choice((1, 4, 12))))
    return tuple(found)


def _record(chance: random.Random, program: Program, *, calls_free: bool) -> YearRecord:
    halves = []
    for person in program.people:
        if person.is_resident and chance.random() < 0.95:
            for half in (1, 2):
                name, activity, pattern = chance.choice(ROTATIONS)
                halves.append(RotationHalf(person.id, BLOCK.ref, half, Rotation(name, activity, pattern)))
    core = [p.id for p in program.people if p.takes_call]
    weeks = []
    friday = BLOCK.start + days(1 - 14)
    for number in range(6):
        start = friday + days(7 * number)
        weeks.append(FmitWeek(start, start + days(6), chance.choice(core)))
    reach = Window(BLOCK.start - days(7), BLOCK.end + days(7))
    attending = {d: w.person for w in weeks for d in w.window}
    calls = {}
    for night in reach:
        if not is_weekday_call(night):
            calls[night] = attending.get(night, core[0])
        elif not calls_free or night not in BLOCK.window:
            calls[night] = chance.choice(core)
    return YearRecord(2026, tuple(halves), tuple(weeks), calls)


def _with_locks(chance: random.Random, roster: Roster, window: Window) -> Roster:
    """A few cells locked by hand, wherever they are open."""
    cells, sources = roster.cells.copy(), roster.sources.copy()
    for _ in range(chance.randint(0, 6)):
        person = chance.choice(roster.program.people)
        date = window.start + days(chance.randrange(len(window)))
        part = chance.choice((Part.AM, Part.PM))
        where = (roster.row(person.id), roster.day(date), int(part))
        if cells[where] == Catalogue.OPEN and not roster.is_absent(person.id, Slot(date, part)):
            code = chance.choice(("C", "C", "PROC", "GME", "LEC") if person.is_resident else ("C", "AT", "GME"))
            cells[where] = roster.catalogue.index(code)
            sources[where] = SOURCES.index(Source.MANUAL)
    return replace(roster, base=cells.copy(), cells=cells, sources=sources)

"""Hours beyond the schedule, from the terminal and from files to the verdict that assistants read over MCP."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from mcp.client.client import Client
from sqlalchemy import text

from scheduling.model.calendar import BlockRef, Calendar, days
from scheduling.model.lifecycle import Move
from scheduling.model.override import Source
from scheduling.model.part import Part, Slot
from scheduling.model.person import Kind, Person
from scheduling.model.rotation import Pattern, Rotation, RotationHalf
from scheduling.model.version import BlockSchedule, Cell
from scheduling.store.audit import AuditContext
from scheduling.store.database import Database
from scheduling.store.unit import UnitOfWork
from tests.clients.asking import read, use
from tests.clients.village import connected
from tests.server.publishing_town import RealTown
from tests.server.sample import free_port, listening, settings_for

Cli = Callable[..., Awaitable[tuple[int, str, str]]]
SLUG = "ward"
TODAY = dt.date(2026, 12, 1)
FIVE = BlockRef(2026, 5)
BLOCK = Calendar().block(FIVE)
FIRST_SUNDAY = dt.date(2026, 10, 25)
MONDAY = dt.date(2026, 11, 9)
SECRET = "Zq9-labouring-patient"
HEADER = "person,kind,date,start,end,end_date,reason,id\n"
WORKER, CALLER, INTERN = "pgy2-01", "pgy3-01", "pgy1-01"
WARD = Rotation("Ward", "IM", Pattern.INPATIENT)


def content() -> BlockSchedule:
    """WORKER and INTERN: 06-18 on every day but Sunday, 288 h in 28 days. CALLER: in-house call on MONDAY, work on Wednesday."""
    halves = (Part.AM, Part.PM)
    cells = [
        Cell(person, Slot(date, part), "IM", Source.MANUAL)
        for person in (WORKER, INTERN)
        for date in BLOCK.window
        for part in halves
        if date.isoweekday() != 7
    ]
    cells += [Cell(CALLER, Slot(MONDAY, part), "LDC", Source.MANUAL) for part in Part]
    cells += [Cell(CALLER, Slot(MONDAY + days(2), part), "IM", Source.MANUAL) for part in halves]
    people = (WORKER, CALLER, INTERN)
    return BlockSchedule.of(BLOCK, cells, [RotationHalf(p, FIVE, half, WARD) for p in people for half in (1, 2)])


@pytest.fixture(autouse=True)
def clock(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands' own clock, which goes before the program's."""
    del cli
    monkeypatch.setenv("HOUSESTAFF_TODAY", str(TODAY))


@pytest.fixture
async def town(database: Database, cli: Cli) -> RealTown:
    """One block of a ward, its rules seen from December; the product's own server."""
    context = AuditContext("owner", "test", "settle", "0" * 64, SLUG, dt.datetime.now(dt.UTC))
    async with UnitOfWork(database, context) as unit:
        await unit.programs.add(SLUG, zone="America/New_York", today=TODAY)
        people = [Person(p, Kind.RESIDENT, pgy_by_year={2026: int(p[3])}) for p in (WORKER, CALLER, INTERN)]
        await unit.people.save(SLUG, *people)
        made = await unit.versions.add(await unit.program(SLUG), content(), origin="import")
        await unit.versions.move(SLUG, FIVE, expected=None, to=made.hash, why=Move.IMPORT)
    built = RealTown(database, settings_for(free_port()))
    for name, role, person in (
        ("c1", "coordinator", None),
        ("h1", "chief", None),
        ("r2", "resident", WORKER),
        ("r3", "resident", CALLER),
        ("a1", "auditor", None),
    ):
        named = ("--person", person) if person else ()
        assert (await cli("user", "add", name, "--role", role, "--program", SLUG, *named))[0] == 0
        built.issued[name] = await built.token(name)
    return built


async def verdict(client: Client, *rules: str, **more: Any) -> list[dict[str, Any]]:
    """The findings of these rules in the block."""
    found = await use(client, "validate_schedule", block=str(FIVE), rules=list(rules), detail="detailed", **more)
    return list(found["findings"])


async def added(cli: Cli, *arguments: str) -> str:
    code, out, err = await cli("duty", "add", *arguments)
    assert (code, err) == (0, "")
    return out.strip()


async def everything_written(database: Database) -> str:
    """All that is told or kept of changes: trail, events, notices and reports."""
    tables = ("audit", "outbox", "notices", "imports", "idempotency")
    async with database.session() as session:
        return str([(await session.execute(text(f"select t::text from {t} t"))).all() for t in tables])


async def test_moonlighting_from_a_file_and_an_hour_more_lift_a_week_over_80(
    cli: Cli, town: RealTown, era: str, tmp_path: Path
) -> None:
    """6.20: 288 h and 32 h of moonlighting are 80 a week and legal; one more hour is not, and its record is in the timeline."""
    file = tmp_path / "november.csv"
    rows = [f"{WORKER},moonlighting,{FIRST_SUNDAY + days(7 * n)},08:00,16:00,,,m{n}\n" for n in range(4)]
    file.write_text(HEADER + "".join(rows))
    async with listening(town) as url, connected(url, town.issued["c1"].secret, era) as client:
        before = await use(client, "validate_schedule", block=str(FIVE))
        assert (await cli("duty", "import", file))[1] == "4 records added, 0 corrected, 0 unchanged\n"
        assert await verdict(client, "acgme.6.20", "acgme.6.21.b") == []

        name = await added(cli, WORKER, "moonlighting", "2026-11-10", "19:00", "20:00")

        [finding] = await verdict(client, "acgme.6.20")
        assert (finding["person"], finding["binding"], finding["value"], finding["limit"]) == (
            *(WORKER, "must", 80.25, 80),
        )
        assert await verdict(client, "acgme.6.21.b", "acgme.6.27") == []
        told = await use(client, "explain_violation", finding=finding["id"], detail="detailed")
        shown = {e["locked"]: (e["activity"], e["start"], e["hours"]) for e in told["timeline"]}
        assert shown[f"record {name}"] == ("moonlighting", "2026-11-10T19:00", 1)
        assert shown["record m3"] == ("moonlighting", "2026-11-15T08:00", 8)
        after = await use(client, "validate_schedule", block=str(FIVE))
        assert after["as_of"]["versions"] == before["as_of"]["versions"]
        assert after["as_of"]["facts"] == before["as_of"]["facts"] + 2

        assert (await cli("duty", "import", file))[1] == "unchanged: 4 records are there already\n"
        assert (await cli("duty", "remove", name))[1] == f"removed: {name} of {WORKER} on 2026-11-10\n"
        assert await verdict(client, "acgme.6.20") == []
        body = await read(client, f"housestaff://{SLUG}/compliance/2026/5")
        assert "acgme.6.20" not in body["counts"]["by_rule"]


async def test_hours_called_in_end_a_free_day_and_count(cli: Cli, town: RealTown) -> None:
    """6.21.b: of four free Sundays one is gone; moonlighting on that day would not have taken it; 6.27 counts no call."""
    async with listening(town) as url, connected(url, town.issued["c1"].secret, "auto") as client:
        await added(cli, WORKER, "moonlighting", str(FIRST_SUNDAY), "10:00", "13:00")
        assert await verdict(client, "acgme.6.21.b") == []
        name = await added(cli, WORKER, "called_in", str(FIRST_SUNDAY), "10:00", "13:00")
        [finding] = await verdict(client, "acgme.6.21.b")
        assert (finding["person"], finding["binding"], finding["value"]) == (WORKER, "must", 3)
        told = await use(client, "explain_violation", finding=finding["id"], detail="detailed")
        assert f"record {name}" in {e["locked"] for e in told["timeline"]}
        assert await verdict(client, "acgme.6.27", "acgme.6.28", "acgme.6.20") == []


async def test_a_stay_counts_delays_leaving_and_is_reported_without_its_reason(
    cli: Cli, town: RealTown, database: Database
) -> None:
    """6.23: after call 07-07 a stay to 17:00 leaves 13 h to Wednesday's start at 06:00; the exception names its record."""
    async with listening(town) as url, connected(url, town.issued["a1"].secret, "auto") as client:
        tuesday = str(MONDAY + days(1))
        assert await verdict(client, "acgme.6.21.a") == []
        name = await added(cli, CALLER, "stay", tuesday, "07:00", "17:00", "--reason", SECRET)
        [late] = await verdict(client, "acgme.6.21.a")
        assert (late["person"], late["value"], late["limit"]) == (CALLER, 13, 14)
        assert await verdict(client, "acgme.6.23", "acgme.6.22", "acgme.6.22.a") == []

        found = await use(client, "validate_schedule", block=str(FIVE))
        assert found["exceptions"] == [
            {
                "record": name,
                "person": CALLER,
                "start": f"{tuesday}T07:00",
                "end": f"{tuesday}T17:00",
                "hours": 10,
                "reason": True,
            }
        ]
        body = await read(client, f"housestaff://{SLUG}/compliance/2026/5")
        assert body["exceptions"] == found["exceptions"]
        told = await use(client, "explain_violation", finding=late["id"], detail="detailed")
        assert ("stay", 10) in {(e["activity"], e["hours"]) for e in told["timeline"]}
        assert SECRET not in json.dumps([found, body, told])

        [mute] = [await added(cli, WORKER, "stay", str(FIRST_SUNDAY), "08:00", "09:00")]
        [unexplained] = await verdict(client, "acgme.6.23")
        assert (unexplained["person"], unexplained["binding"]) == (WORKER, "should")
        assert "has no reason on record" in unexplained["message"]
        assert (await use(client, "validate_schedule", block=str(FIVE), people=[WORKER]))["exceptions"][0][
            "record"
        ] == mute
    assert SECRET not in await everything_written(database)


async def test_stays_are_counted_in_the_80_hours(cli: Cli, town: RealTown) -> None:
    """288 h and 32 h of stays are 80 a week; a minute more is too much."""
    async with listening(town) as url, connected(url, town.issued["c1"].secret, "auto") as client:
        for number in range(8):
            await added(
                cli, WORKER, "stay", str(dt.date(2026, 11, 2) + days(number)), "18:00", "22:00", "--reason", "x"
            )
        assert await verdict(client, "acgme.6.20") == []
        await added(cli, WORKER, "stay", "2026-10-22", "18:00", "18:01", "--reason", "x")
        [finding] = await verdict(client, "acgme.6.20")
        assert finding["person"] == WORKER


async def test_every_role_sees_what_it_may(
    cli: Cli, town: RealTown, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reason: coordinators, and oneself. Recording: coordinators anybody's, residents their own. Removing: not residents."""
    name = await added(cli, WORKER, "stay", "2026-11-09", "18:00", "19:00", "--reason", SECRET)
    seen = {}
    for who in ("c1", "r2", "h1", "r3", "a1"):
        monkeypatch.setenv("HOUSESTAFF_TOKEN", town.issued[who].secret)
        code, out, err = await cli("duty", "list", "--json")
        assert (code, err) == (0, "")
        [row] = json.loads(out)
        assert (row["id"], row["reasoned"]) == (name, True)
        seen[who] = row["reason"]
        assert (SECRET in (await cli("duty", "list"))[1]) == (who in {"c1", "r2"})
    assert seen == {"c1": SECRET, "r2": SECRET, "h1": None, "r3": None, "a1": None}

    mine = ("duty", "add", WORKER, "moonlighting", "2026-11-15", "08:00", "09:00")
    for who, allowed in (("h1", False), ("a1", False), ("r3", False), ("r2", True), ("c1", True)):
        monkeypatch.setenv("HOUSESTAFF_TOKEN", town.issued[who].secret)
        code, out, err = await cli(*mine)
        assert (code == 0) is allowed
        assert allowed or (err.startswith("housestaff: ") and "people:absence" in err and err.count("\n") == 1)
    monkeypatch.setenv("HOUSESTAFF_TOKEN", town.issued["r2"].secret)
    assert (await cli("duty", "remove", name))[0] == 1
    assert (await cli("duty", "import", "whatever.csv"))[0] == 1
    monkeypatch.setenv("HOUSESTAFF_TOKEN", town.issued["c1"].secret)
    assert (await cli("duty", "remove", name))[0] == 0
    assert SECRET not in await everything_written(database)
    trail = [(who, tool) for who, tool, outcome in await town.rows(SLUG) if tool.startswith("duty") and outcome == "ok"]
    assert trail == [("operator", "duty add"), ("r2", "duty add"), ("c1", "duty remove")]


WRONG = [
    (("add", WORKER, "overtime", "2026-11-09", "18:00", "19:00"), "kind: no such kind; valid: moonlighting, called_in"),
    (("add", "pgy9-01", "stay", "2026-11-09", "18:00", "19:00"), "person pgy9-01 is not known; nearest: pgy"),
    (
        ("add", WORKER, "stay", "2026-12-02", "18:00", "19:00"),
        "date: 2026-12-02 is still to come: hours are recorded once they were worked; valid: up to 2026-12-01",
    ),
    (("add", WORKER, "stay", "9.11.", "18:00", "19:00"), "date: not a date; valid: YYYY-MM-DD"),
    (("add", WORKER, "stay", "2026-11-09", "6pm", "19:00"), "start: not a clock time; valid: HH:MM"),
    (("add", WORKER, "stay", "2026-11-09", "18:00", "07:00"), "end: the record ends before it starts"),
    (("add", WORKER, "stay", "2026-11-09", "18:00", "19:00", "--end-date", "2026-12-09"), "end: must lie after"),
    (("add", WORKER, "stay", "2026-11-09", "18:00", "19:00", "--new-patients"), "new_patients: only a transition"),
    (("add", WORKER, "stay", "2026-11-09", "18:00", "19:00", "--id", "a b"), "id: not an id"),
    (("add", WORKER, "stay", "2026-11-10", "18:00", "19:00", "--id", "kept"), "duty records of other people or dates"),
    (("add", WORKER, "stay", "2026-11-09", "18:00", "19:00", "--reason", "x" * 501), "reason: is longer than 500"),
    (("remove", "kept", "lost"), "duty record lost is not known; nearest: "),
    (("list", "--person", "pgy9-01"), "person pgy9-01 is not known; nearest: pgy"),
    (("list", "--start", "2026-11-09", "--end", "2026-11-08"), "end: "),
    (("list", "--program", "wrad"), "program wrad is not known; nearest: ward"),
    (("import", "/nonexistent/x.csv"), "FILE: is not there"),
]


async def test_what_cannot_be_is_one_line_and_changes_nothing(cli: Cli, town: RealTown) -> None:
    """Exit status 1, nothing on stdout, no trace, the record that was there stands."""
    await added(cli, WORKER, "stay", "2026-11-09", "18:00", "19:00", "--id", "kept")
    for arguments, words in WRONG:
        code, out, err = await cli("duty", *arguments)
        assert (code, out, err.count("\n")) == (1, "", 1), err
        assert err.startswith(f"housestaff: {words}")
    assert [row["id"] for row in json.loads((await cli("duty", "list", "--json"))[1])] == ["kept"]


async def test_records_are_corrected_listed_and_never_taken_over(cli: Cli, town: RealTown, tmp_path: Path) -> None:
    """The same id, person and date is a correction; another date under a known id refuses the whole file."""
    assert (
        await added(cli, WORKER, "stay", "2026-11-09", "22:00", "02:00", "--end-date", "2026-11-10", "--id", "s1")
        == "s1"
    )
    file = tmp_path / "more.csv"
    file.write_text(
        HEADER
        + f"{WORKER},stay,2026-11-09,22:00,03:30,2026-11-10,a word,s1\n{CALLER},called_in,2026-11-14,1:00,2:00,,,\n"
    )
    assert (await cli("duty", "import", file))[1] == "1 records added, 1 corrected, 0 unchanged\n"
    rows = json.loads((await cli("duty", "list", "--json", "--end", "2026-11-09"))[1])
    assert rows == [
        {
            "id": "s1",
            "person": WORKER,
            "kind": "stay",
            "date": "2026-11-09",
            "start": "22:00",
            "end": "03:30",
            "end_date": "2026-11-10",
            "new_patients": False,
            "reasoned": True,
            "reason": "a word",
        }
    ]
    assert [r["kind"] for r in json.loads((await cli("duty", "list", "--json", "--person", CALLER))[1])] == [
        "called_in"
    ]
    assert len(json.loads((await cli("duty", "list", "--json", "--start", "2026-11-10"))[1])) == 2
    file.write_text(HEADER + f"{CALLER},stay,2026-11-20,08:00,09:00,,,n1\n{WORKER},stay,2026-11-19,22:00,23:00,,,s1\n")
    code, out, err = await cli("duty", "import", file)
    assert (code, out) == (1, "")
    assert "duty records of other people or dates have these ids: s1" in err
    assert len(json.loads((await cli("duty", "list", "--json"))[1])) == 2
    code, out, err = await cli(
        "duty", "add", WORKER, "stay", "2026-11-09", "22:00", "03:30", "--end-date", "2026-11-10"
    )
    assert (code, err) == (0, "")
    again = await cli("duty", "add", WORKER, "stay", "2026-11-09", "22:00", "03:30", "--end-date", "2026-11-10")
    assert again == (0, out, "it was on record already; nothing changed\n")


async def test_the_year_brings_its_records_and_takes_them_out_again(
    cli: Cli, database: Database, folder: Path, tmp_path: Path
) -> None:
    """In the import's own transaction; again it is unchanged; as folder and as workbook they go out and come back."""
    records = folder / "duty_records.csv"
    records.write_text(
        HEADER
        + "pgy1-01,moonlighting,2026-11-07,08:00,12:00,,,m1\n"
        + f'pgy2-02,stay,2026-11-09,18:00,07:00,2026-11-10,"{SECRET}, twice",\n'
    )
    code, out, _ = await cli("import", folder)
    assert code == 0
    assert "2 duty records" in out
    assert (await cli("import", folder))[1].startswith("sample: AY2026 is unchanged")
    shown = json.loads((await cli("duty", "list", "--json"))[1])
    assert [(r["id"] == "m1", r["reason"]) for r in shown] == [(True, None), (False, f"{SECRET}, twice")]

    town = RealTown(database, settings_for(free_port(), HOUSESTAFF_TODAY="2026-11-20"))
    await cli("user", "add", "c1", "--role", "coordinator", "--program", "sample")
    issued = await town.token("c1")
    async with listening(town) as url, connected(url, issued.secret, "auto") as client:
        found = await use(client, "validate_schedule", block="2026/5", rules=["acgme.6.25.b"])
        assert [(f["person"], f["binding"]) for f in found["findings"]] == [("pgy1-01", "must")]
        told = await use(client, "explain_violation", finding=found["findings"][0]["id"])
        assert [e["locked"] for e in told["timeline"] if e["activity"] == "moonlighting"] == ["record m1"]

    for form in ("again", "again.xlsx"):
        assert (await cli("export", tmp_path / form))[0] == 0
        assert (await cli("import", tmp_path / form, "--program", "sample"))[1].startswith(
            "sample: AY2026 is unchanged"
        )
    with (tmp_path / "again" / "duty_records.csv").open(newline="") as stream:
        written = list(csv.DictReader(stream))
    assert [(r["id"], r["end"], r["end_date"]) for r in written] == [
        ("m1", "12:00", ""),
        (shown[1]["id"], "07:00", "2026-11-10"),
    ]
    assert SECRET not in await everything_written(database)

    records.write_text(
        HEADER + "pgy1-01,moonlighting,2026-11-07,08:00,11:00,,,m1\npgy1-01,stay,2025-11-07,1:00,2:00,,,x\n"
    )
    code, out, err = await cli("import", folder)
    assert (code, out) == (1, "")
    assert err.startswith(
        "housestaff: duty_records.csv row 3 column date: the record begins outside the academic year 2026"
    )

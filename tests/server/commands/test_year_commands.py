"""The year at the terminal: import it, look at a week, change the figures it is judged by."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from importlib import resources
from pathlib import Path

import pytest

from scheduling.store.database import Database
from tests.clients.standing import photograph

Cli = Callable[..., Awaitable[tuple[int, str, str]]]
SHIPPED = resources.files("scheduling.model").joinpath("policy.toml").read_text("utf-8")


async def test_a_folder_is_imported_shown_and_imported_again(cli: Cli, folder: Path) -> None:
    """The report names outcome, figures and edges; the second time says that nothing changed."""
    code, out, err = await cli("import", folder)
    assert code == 0
    assert out.startswith("sample: AY2026 created in UTC; 18 residents and 12 faculty")
    assert "neighbour block (2)" in out
    assert "no zone was named: UTC is taken" in err
    code, out, err = await cli("import", folder)
    assert (code, err) == (0, "")
    assert out.startswith("sample: AY2026 is unchanged")
    code, out, _ = await cli("import", folder, "--zone", "America/New_York", "--json")
    report = json.loads(out)
    assert (code, report["outcome"], report["zone"], report["changed"]) == (0, "changed", "America/New_York", [])

    code, out, _ = await cli("show", "--person", "fac-01", "--person", "pgy1-01")
    assert code == 0
    assert "sample, 2026-11-02..2026-11-08" in out
    assert "fac-02" not in out
    code, out, _ = await cli("show", "--week", "2026-11-15", "--json")
    slots = json.loads(out)
    assert {s["date"] for s in slots} == {f"2026-11-{day:02d}" for day in range(9, 16)}
    assert sum(s["activity"] == "CALL" for s in slots) == 7
    assert {s["state"] for s in slots} == {"base"}
    code, out, err = await cli("show", "--week", "2020-01-01")
    assert (code, out) == (0, "")
    assert "the data runs from" in err
    code, out, _ = await cli("show", "--block", "2026/5", "--json")
    assert [(v["state"], v["live"], v["partial"], v["origin"]) for v in json.loads(out)] == [
        ("published", True, True, "import")
    ]


async def test_a_night_without_a_caller_is_a_gap_in_the_grid(cli: Cli, folder: Path) -> None:
    """Inside the recorded nights; the row `on call` says GAP."""
    calls = folder / "calls.csv"
    calls.write_text("".join(line for line in calls.read_text().splitlines(True) if not line.startswith("2026-11-03")))
    code, out, _ = await cli("import", folder)
    assert code == 0
    assert "gap night (1)\n  the night of 2026-11-03 has no caller" in out
    _, out, _ = await cli("show")
    [row] = [line for line in out.splitlines() if "on call" in line]
    assert row.count("GAP!") == 1


async def test_an_import_again_names_the_blocks_it_published(cli: Cli, folder: Path) -> None:
    """One block in the singular, several in the plural; the first time all of them are only counted."""
    calls = folder / "calls.csv"
    nights = calls.read_text().splitlines(keepends=True)
    _, out, _ = await cli("import", folder, "--zone", "UTC")
    assert out.splitlines()[0].endswith("absences; 16 blocks published, 16 partial")

    def without(*dates: str) -> None:
        calls.write_text("".join(line for line in nights if not line.startswith(dates)))

    without("2026-11-03")
    _, out, _ = await cli("import", folder)
    assert "; block 2026/5 published, " in out.splitlines()[0]
    without("2026-11-04", "2026-11-24")
    _, out, _ = await cli("import", folder)
    assert "; blocks 2026/5, 2026/6 published, " in out.splitlines()[0]


async def test_a_folder_with_faults_is_refused_line_by_line(cli: Cli, folder: Path) -> None:
    """Each line names file, row and column; the exit status is not zero and nothing is there afterwards."""
    (folder / "holidays.csv").write_text("")
    calls = folder / "calls.csv"
    calls.write_text(calls.read_text().replace("2026-11-03,", "2026-11-33,"))
    code, out, err = await cli("import", folder)
    assert (code, out) == (1, "")
    lines = err.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("housestaff: holidays.csv row 1 column date: the file is empty")
    assert lines[1].startswith("calls.csv row 127 column date: not a date; valid: YYYY-MM-DD")
    code, _, err = await cli("show")
    assert code == 1
    assert "no program has been imported yet" in err


def in_row(row: int, column: int, value: str) -> Callable[[list[list[str]]], list[list[str]]]:
    """Another value in one cell; rows count from 1, the header's."""

    def change(rows: list[list[str]]) -> list[list[str]]:
        rows[row - 1][column] = value
        return rows

    return change


@pytest.mark.parametrize(
    ("file", "change", "expected"),
    [
        pytest.param(
            "rotations.csv",
            in_row(17, 2, "Cardiolgy"),
            "rotations.csv row 17 column rotation: rotation Cardiolgy is not known; nearest: Cardiology",
            id="unknown rotation",
        ),
        pytest.param(
            "people.csv",
            lambda rows: [row[1:] for row in rows],
            "people.csv row 1 column person: the column is missing",
            id="missing column",
        ),
        pytest.param(
            "calls.csv",
            in_row(30, 0, "2026-07-01"),
            "calls.csv row 30 column date: the night of 2026-07-01 stands twice, first in row 2",
            id="duplicate night",
        ),
        pytest.param(
            "calls.csv",
            in_row(30, 1, "fac-99"),
            "calls.csv row 30 column person: person fac-99 is not known; nearest: fac-09",
            id="unknown person",
        ),
        pytest.param(
            "absences.csv",
            in_row(5, 1, "2026-02-30"),
            "absences.csv row 5 column start: not a date; valid: YYYY-MM-DD",
            id="broken date",
        ),
        pytest.param(
            "fmit_weeks.csv",
            lambda _: [],
            "fmit_weeks.csv row 1 column start: the file is empty; it needs the columns ",
            id="empty file",
        ),
    ],
)
async def test_a_fault_of_the_input_is_one_line_and_nothing_is_written(
    cli: Cli,
    database: Database,
    folder: Path,
    file: str,
    change: Callable[[list[list[str]]], list[list[str]]],
    expected: str,
) -> None:
    """File, row and column on stderr, exit status 1, no trace, and every table as it was."""
    path = folder / file
    rows = change([line.split(",") for line in path.read_text().splitlines()])
    path.write_text("".join(",".join(row) + "\n" for row in rows))
    before = await photograph(database)
    code, out, err = await cli("import", folder)
    assert (code, out) == (1, "")
    assert err.startswith(f"housestaff: {expected}")
    assert err.count("\n") == 1
    assert await photograph(database) == before


async def test_what_cannot_be_imported_is_said(cli: Cli, folder: Path) -> None:
    """A file, a folder that is not there, a name that is taken, a zone that is none."""
    for arguments, words in (
        ((folder / "calls.csv",), "FILE: not a block that housestaff exported"),
        ((folder / "nowhere",), "FOLDER: is not there"),
        ((folder, "--program", "programs"), "program: no program may be called so"),
        ((folder, "--zone", "Mars/Olympus"), "zone: not an IANA time zone"),
    ):
        code, out, err = await cli("import", *arguments)
        assert (code, out) == (1, "")
        assert words in err


async def test_a_policy_is_checked_adopted_and_shown(cli: Cli, folder: Path, tmp_path: Path) -> None:
    """Every command shows what differs; adopting it again changes nothing; codes are never dropped."""
    await cli("import", folder)
    other = tmp_path / "policy.toml"
    other.write_text(SHIPPED.replace("soft = 6", "soft = 5", 1))
    assert "every figure is the shipped one" in (await cli("policy", "show"))[2]
    code, out, _ = await cli("policy", "check", other, "--json")
    assert (code, json.loads(out)) == (0, [{"figure": "rooms.soft", "old": "6", "new": "5"}])
    code, out, err = await cli("policy", "adopt", other, "--from", "2026-12-01")
    assert (code, err) == (0, "")
    assert out.splitlines()[1].split() == ["rooms.soft", "6", "5"]
    assert "nothing changes" in (await cli("policy", "adopt", other, "--from", "2026-12-01"))[2]
    code, out, _ = await cli("policy", "show", "--json")
    shown = json.loads(out)
    assert (shown["adopted"], shown["policy"]["rooms"]["soft"]) == (["2026-12-01"], 6)

    other.write_text(SHIPPED.replace('code = "MIL"', 'code = "MILX"', 1))
    code, out, err = await cli("policy", "adopt", other, "--from", "2026-12-01")
    assert (code, out) == (1, "")
    assert "would drop activity codes: MIL" in err
    other.write_text(SHIPPED.replace("off = []", 'off = ["prog.nonsense"]', 1))
    code, out, err = await cli("policy", "check", other)
    assert (code, out) == (1, "")
    assert "rules.off" in err


async def test_a_policy_is_adopted_by_administrators_alone(
    cli: Cli, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A coordinator's token may show and check, not adopt."""
    await cli("import", folder)
    await cli("user", "add", "c1", "--role", "coordinator", "--program", "sample")
    _, secret, _ = await cli("token", "issue", "c1")
    monkeypatch.setenv("HOUSESTAFF_TOKEN", secret.strip())
    policy = folder.parent / "policy.toml"
    policy.write_text(SHIPPED.replace("soft = 6", "soft = 5", 1))
    assert (await cli("policy", "check", policy))[0] == 0
    code, out, err = await cli("policy", "adopt", policy, "--from", "2026-12-01")
    assert (code, out) == (1, "")
    assert "admin:manage" in err
    code, _, err = await cli("import", folder, "--program", "another")
    assert code == 1
    assert "administrator" in err

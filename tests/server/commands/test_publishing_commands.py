"""Drafts, workbooks, feeds and the log at the terminal."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook

Cli = Callable[..., Awaitable[tuple[int, str, str]]]


def files_of(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in folder.iterdir()}


@pytest.fixture
async def imported(cli: Cli, folder: Path) -> Path:
    assert (await cli("import", folder, "--zone", "America/New_York"))[0] == 0
    return folder


async def test_a_year_is_exported_and_imported_unchanged(cli: Cli, imported: Path, tmp_path: Path) -> None:
    """As a workbook and as a folder of CSV files that are the ones it came from."""
    code, out, _ = await cli("export", tmp_path / "year.xlsx")
    assert (code, "the input of AY2026" in out) == (0, True)
    code, out, _ = await cli("import", tmp_path / "year.xlsx")
    assert (code, "is unchanged" in out) == (0, True)

    assert (await cli("export", tmp_path / "again"))[0] == 0
    assert files_of(tmp_path / "again") == files_of(imported)
    code, _, err = await cli("export", tmp_path / "year.xlsx")
    assert (code, "is there already" in err) == (1, True)


async def test_a_block_is_exported_edited_imported_and_compared(cli: Cli, imported: Path, tmp_path: Path) -> None:
    """The edited cell is all that differs between the live version and the draft, by person, by day and as data."""
    file = tmp_path / "block.xlsx"
    assert (await cli("export", file, "--block", "2026/6"))[0] == 0
    code, out, _ = await cli("import", file)
    assert (code, out) == (0, "block 2026/6: nothing was edited, nothing changed\n")

    book = load_workbook(file)
    sheet = book.worksheets[0]
    cell = next(c for row in sheet.iter_rows(min_row=5, min_col=4) for c in row if c.value == "GME")
    person = str(sheet.cell(cell.row, 1).value).removeprefix("person:")
    cell.value = "DFM"
    book.save(file)
    code, out, _ = await cli("import", file, "--json")
    draft = json.loads(out)["draft"]
    assert (code, json.loads(out)["changes"]) == (0, 1)

    code, out, _ = await cli("diff", "2026/6", draft[:12])
    assert code == 0
    assert out.startswith("1 changed, 0 removed, 0 filled; churn 0.00")
    assert f"{person}" in out
    assert "GME→DFM" in out
    code, out, _ = await cli("diff", "2026/6", draft, "--json")
    assert [(c["person"], c["from"], c["to"]) for c in json.loads(out)["changes"]] == [(person, "GME", "DFM")]
    code, _, err = await cli("diff", "2026/6", "2026/5")
    assert (code, "cannot be compared" in err) == (1, True)


async def test_a_block_is_written_for_printing_and_for_machines(cli: Cli, imported: Path, tmp_path: Path) -> None:
    """Page and CSV; another ending is refused with those that are known."""
    for form in ("csv", "html"):
        assert (await cli("export", tmp_path / f"b.{form}", "--block", "2026/5"))[0] == 0
        assert (tmp_path / f"b.{form}").stat().st_size > 5_000
    code, _, err = await cli("export", tmp_path / "b.pdf", "--block", "2026/5")
    assert (code, "valid: .xlsx, .csv, .html" in err) == (1, True)


async def test_the_log_says_who_changed_what(cli: Cli, imported: Path) -> None:
    """Newest first, changes only; with --all every call."""
    code, out, _ = await cli("log", "--json")
    rows = json.loads(out)
    assert (code, rows[0]["did"], rows[0]["who"]) == (0, "import", "operator")
    assert "live" in rows[0]["changed"]


async def test_a_feed_is_issued_listed_and_revoked(cli: Cli, imported: Path) -> None:
    """The address is printed once; revoking says how many were open."""
    code, out, err = await cli("feed", "issue", "fac-01")
    assert code == 0
    assert "/feeds/" in out
    assert "not shown again" in err
    code, out, _ = await cli("feed", "list", "--json")
    assert json.loads(out) == [{"person": "fac-01"}]
    code, out, _ = await cli("feed", "revoke", "fac-01")
    assert out == "revoked: 1 addresses of fac-01\n"
    code, _, err = await cli("feed", "issue", "fac-77")
    assert (code, "fac-77 is not known" in err) == (1, True)


async def test_habits_of_being_told_are_set(cli: Cli, imported: Path) -> None:
    """A webhook's secret is printed; an address inside the network is refused."""
    code, out, _ = await cli("notices", "prefer", "fac-01", "--email", "a@clinic.example", "--digest")
    assert (code, out) == (0, "fac-01 is told by the app, email, once a day\n")
    code, out, _ = await cli("notices", "prefer", "@operator", "--webhook", "https://hooks.example/x", "--follow")
    assert (code, len(out.splitlines())) == (0, 2)
    code, _, err = await cli("notices", "prefer", "fac-01", "--webhook", "http://hooks.example/x")
    assert (code, "not an address" in err) == (1, True)
    code, out, _ = await cli("notices", "list", "fac-01")
    assert code == 0
    code, out, _ = await cli("notices", "prefer", "fac-01", "--kind", "override.set", "--kind", "schedule.published")
    assert (code, out) == (0, "fac-01 is told by the app\n")


async def test_who_is_told_and_of_what_must_be_known(cli: Cli, imported: Path) -> None:
    """An unknown kind, person or account is refused with what there is; nothing is stored."""
    for words, said in (
        (("prefer", "fac-01", "--kind", "zz"), "kind: no such event; valid: absence.decided, "),
        (("prefer", "fac-01", "--kind", "override.set", "--kind", "override"), "kind: no such event; valid: "),
        (("prefer", "fac-011"), "person fac-011 is not known; nearest: "),
        (("prefer", "@opertor"), "account opertor is not known; nearest: operator"),
        (("list", "fac-011"), "person fac-011 is not known; nearest: "),
        (("list", "zz"), "person zz is not known; nearest: "),
        (("list", "@zz"), "account zz is not known; nearest: "),
    ):
        code, out, err = await cli("notices", *words)
        assert (code, out, err.count("\n")) == (1, "", 1)
        assert err.startswith(f"housestaff: {said}")
    code, out, _ = await cli("notices", "list", "@operator", "--json")
    assert (code, out) == (0, "[]\n")


async def test_drafts_are_made_listed_thrown_away_and_brought_back(cli: Cli, imported: Path) -> None:
    """Typed edits by hand; the version is printed alone, so that it can be piped."""
    code, out, err = await cli("draft", "edit", "2026/6", "--put", "pgy1-01 2026-11-23 AM ADM")
    draft = out.strip()
    assert (code, len(draft)) == (0, 64)
    assert "a draft of block 2026/6" in err
    code, out, _ = await cli("draft", "list", "--json")
    assert [(v["version"], v["state"], v["origin"]) for v in json.loads(out)] == [(draft, "draft", "edit")]
    assert (await cli("draft", "discard", draft[:10]))[1] == f"discarded: {draft}\n"
    assert (await cli("draft", "restore", draft[:10]))[1] == f"{draft}\n"
    for wrong in ("pgy1-01 2026-11-23 AM", "pgy1-01 2026-11-23 EVE ADM", "pgy1-01 2026-11-23 AM ADMIN"):
        code, _, err = await cli("draft", "edit", "2026/6", "--put", wrong)
        assert (code, err.count("\n")) == (1, 1)


async def test_a_block_of_csv_comes_back_as_it_went(cli: Cli, imported: Path, tmp_path: Path) -> None:
    """Without an edit nothing is made of it."""
    assert (await cli("export", tmp_path / "b.csv", "--block", "2026/6"))[0] == 0
    assert (await cli("import", tmp_path / "b.csv"))[1] == "block 2026/6: nothing was edited, nothing changed\n"

"""Files that somebody names at the terminal and that cannot be read or written."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

Cli = Callable[..., Awaitable[tuple[int, str, str]]]

READERS = {
    "restore": ("restore",),
    "import": ("import",),
    "policy check": ("policy", "check"),
    "policy check --examine": ("policy", "check", "--examine"),
    "policy adopt": ("policy", "adopt", "--from", "2026-12-01"),
    "duty import": ("duty", "import"),
}
WRITERS = {
    "export a block": ("export", "--force", "--block", "2026/6"),
    "export a year": ("export", "--force"),
    "backup": ("backup",),
    "audit export": ("audit", "export"),
}


@pytest.fixture
async def imported(cli: Cli, folder: Path) -> None:
    assert (await cli("import", folder, "--zone", "America/New_York"))[0] == 0


def everything_in(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*"))


async def refused(cli: Cli, *arguments: str | Path) -> str:
    """The one line in which it ends: a field, a reason and what to do."""
    code, out, err = await cli(*arguments)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "unexpected" not in err
    assert " — " in err
    return err.removeprefix("housestaff: ").split(" — ", maxsplit=1)[0]


async def test_what_is_read_must_be_there_and_a_file(cli: Cli, imported: None, tmp_path: Path) -> None:
    """Every command that reads one says so before it does anything; import takes a folder as well."""
    (tmp_path / "plain").write_text("x")
    for words in READERS.values():
        field = "FOLDER" if words == ("import",) else "FILE"
        assert await refused(cli, *words, tmp_path / "nope") == f"{field}: is not there"
        assert (await refused(cli, *words, tmp_path / "plain" / "nope")).startswith(f"{field}: is not there: a part")
        if field == "FILE":
            assert await refused(cli, *words, tmp_path) == "FILE: is a folder, not a file"


async def test_what_is_written_needs_a_folder_that_is_there(cli: Cli, imported: None, tmp_path: Path) -> None:
    """Nothing is made on the way: not the folder, not half a file."""
    (tmp_path / "plain").write_text("x")
    (tmp_path / "taken.csv").mkdir()
    (tmp_path / "taken.xlsx").mkdir()
    before = everything_in(tmp_path)
    for name, words in WRITERS.items():
        suffix = ".xlsx" if name == "export a year" else ".csv"
        missing = await refused(cli, *words, tmp_path / "nowhere" / f"z{suffix}")
        assert missing == "FILE: cannot be written: its folder is not there"
        under = await refused(cli, *words, tmp_path / "plain" / f"z{suffix}")
        assert under == "FILE: cannot be written: a part of its path is a file, not a folder"
        assert await refused(cli, *words, tmp_path / f"taken{suffix}") == "FILE: is a folder, not a file"
    assert everything_in(tmp_path) == before


async def test_a_years_folder_is_not_written_over_a_file(cli: Cli, imported: None, tmp_path: Path) -> None:
    """Nor under one; the file stays as it was."""
    plain = tmp_path / "plain"
    plain.write_text("x")
    assert await refused(cli, "export", "--force", plain) == "FILE: is a file, not a folder"
    assert (await refused(cli, "export", plain / "year")).startswith("FILE: cannot be written: a part of its path")
    assert plain.read_text() == "x"


@pytest.mark.skipif(not os.access("/sys", os.R_OK), reason="no /sys on this system")
async def test_a_folder_that_takes_no_file_is_named_as_the_reason(cli: Cli, imported: None) -> None:
    """/sys takes a new file of nobody, not even of root."""
    for words in WRITERS.values():
        said = await refused(cli, *words, "/sys/housestaff.csv" if "--block" in words else "/sys/housestaff.xlsx")
        assert "cannot be written" in said or "may not be written" in said


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
async def test_a_file_closed_to_the_account_is_said_to_be(cli: Cli, imported: None, tmp_path: Path) -> None:
    """Whoever runs the command may not read it."""
    closed = tmp_path / "closed.csv"
    closed.write_text("x")
    closed.chmod(0)
    for words in READERS.values():
        code, out, err = await cli(*map(str, (*words, closed)))
        assert (code != 0, out, err.count("\n")) == (True, "", 1)
        assert "may not be read by this account" in err or "is not readable" in err

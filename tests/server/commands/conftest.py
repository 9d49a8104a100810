from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from anyio import to_thread

from scheduling.services.demonstration.build_demo import build_demo
from scheduling.services.importing.write_folder import write_folder
from scheduling.store.database import Database, libpq_dsn
from server.__main__ import main

Ran = tuple[int, str, str]
Cli = Callable[..., Awaitable[Ran]]


@pytest.fixture
async def cli(database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Run a command in this process, on this test's database, as its operator, on 2 November 2026."""
    monkeypatch.setenv("DATABASE_URL", libpq_dsn(database.url))
    monkeypatch.setenv("HOUSESTAFF_TODAY", "2026-11-02")

    def ran(arguments: tuple[str, ...]) -> int:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert isinstance(ended.value.code, int)
        return ended.value.code

    async def run(*arguments: str | Path) -> Ran:
        capsys.readouterr()
        code = await to_thread.run_sync(ran, tuple(map(str, arguments)))
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The demonstration year as an import folder called `sample`."""
    write_folder(build_demo(), tmp_path / "sample")
    return tmp_path / "sample"

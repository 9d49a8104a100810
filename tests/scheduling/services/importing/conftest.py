from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from scheduling.services.demonstration.build_demo import build_demo
from scheduling.services.importing.write_folder import write_folder
from scheduling.services.importing.year_input import YearInput
from scheduling.store.audit import AuditContext
from scheduling.store.database import Database
from scheduling.store.unit import UnitOfWork

NOW = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)


@pytest.fixture(scope="session")
def year() -> YearInput:
    return build_demo()


@pytest.fixture
def folder(tmp_path: Path, year: YearInput) -> Path:
    """The demonstration year as an import folder called `sample`."""
    path = tmp_path / "sample"
    write_folder(year, path)
    return path


@pytest.fixture
def begin(database: Database) -> Callable[[], UnitOfWork]:
    """Opens a unit of work of its own for each call."""
    return lambda: UnitOfWork(database, AuditContext("owner", "test", "import", "0" * 64, "sample", NOW))

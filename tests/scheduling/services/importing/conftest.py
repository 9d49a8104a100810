from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from scheduling.services.demonstration.build_demo import build_demo
from scheduling.services.importing.write_folder import write_folder
from scheduling.services.importing.year_input import YearInput
from scheduling.store.audit import AuditContext
from scheduling.store.database import Database
from scheduling.store.unit import UnitOfWork

TODAY = dt.date(2026, 11, 30)
NOW = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)


RESIDENTS = ("pgy1-01", "pgy2-01", "pgy3-01", "pgy3-02")


@pytest.fixture(scope="session")
def year() -> YearInput:
    """The demonstration year with four of its residents: quick to import."""
    whole = build_demo()
    people = tuple(p for p in whole.people if p.is_faculty or p.id in RESIDENTS)
    ids = {p.id for p in people}
    return replace(
        whole,
        people=people,
        rotations={key: name for key, name in whole.rotations.items() if key[0] in ids},
        absences=tuple(a for a in whole.absences if a.person in ids),
    )


@pytest.fixture
def folder(tmp_path: Path, year: YearInput) -> Path:
    """The demonstration year as an import folder called `sample`."""
    path = tmp_path / "sample"
    write_folder(year, path)
    return path


@pytest.fixture
def begin(database: Database) -> Callable[[], UnitOfWork]:
    """Opens a unit of work of its own for each call, on the last of November."""
    return lambda: UnitOfWork(database, AuditContext("owner", "test", "import", "0" * 64, "sample", NOW), today=TODAY)

"""People: zero is a value, only absent falls through."""

from __future__ import annotations

import datetime as dt

import pytest

from scheduling.model.person import Credential, FacultyRole, Kind, Level, Person, WeeklyLimit

TODAY = dt.date(2026, 2, 15)


def test_a_years_limit_comes_before_the_persons_own() -> None:
    """Each end falls through only where it is absent, and zero is not absent."""
    person = Person(
        "fac-01",
        Kind.FACULTY,
        limits={"C": WeeklyLimit(2, 4)},
        limits_by_year={2025: {"C": WeeklyLimit(None, 0)}, 2026: {"C": WeeklyLimit(0, None)}},
    )
    assert person.limit("C", 2025) == WeeklyLimit(2, 0)
    assert person.limit("C", 2026) == WeeklyLimit(0, 4)
    assert person.limit("C", 2027) == WeeklyLimit(2, 4)
    assert person.limit("AT", 2025) == WeeklyLimit(None, None)


def test_an_unknown_pgy_is_treated_as_the_first() -> None:
    """PGY is scoped to an academic year."""
    person = Person("pgy1-03", Kind.RESIDENT, pgy_by_year={2025: 1, 2026: 2})
    assert [person.pgy(year) for year in (2024, 2025, 2026)] == [1, 1, 2]


@pytest.mark.parametrize(
    ("credential", "holds"),
    [
        (Credential("VAS"), True),
        (Credential("VAS", Level.TRAINEE), False),
        (Credential("VAS", Level.MASTER, TODAY), True),
        (Credential("VAS", Level.MASTER, TODAY - dt.timedelta(1)), False),
        (Credential("SM"), False),
    ],
)
def test_a_credential_counts_until_it_expires_and_above_trainee(credential: Credential, *, holds: bool) -> None:
    """The last valid date is included."""
    assert Person("fac-01", Kind.FACULTY, credentials=(credential,)).credential("VAS", TODAY) is holds


def test_adjuncts_take_no_call_by_themselves() -> None:
    """Every other faculty member does, residents never."""
    assert not Person("fac-11", Kind.FACULTY, FacultyRole.ADJUNCT).takes_call
    assert Person("fac-05", Kind.FACULTY, FacultyRole.PD).takes_call
    assert not Person("pgy1-01", Kind.RESIDENT).takes_call

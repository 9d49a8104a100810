"""The people of the demonstration program: opaque labels, roles, credentials and weekly limits."""

from __future__ import annotations

from collections.abc import Iterator

from scheduling.model.person import Credential, FacultyRole, Kind, Person, WeeklyLimit
from scheduling.services.demonstration.sizes import YEAR, Size

_ROLES = (
    FacultyRole.PD,
    FacultyRole.APD,
    FacultyRole.OIC,
    FacultyRole.DEPT_CHIEF,
    FacultyRole.SPORTS_MED,
)

# Least and most half-days a week by role, in the order clinic, attending, education, department, sports medicine.
_LIMITS = {
    FacultyRole.PD: ((0, 0), (1, 4), (6, 8), (0, 0), (0, 0)),
    FacultyRole.APD: ((1, 2), (1, 8), (2, 4), (0, 0), (0, 0)),
    FacultyRole.OIC: ((1, 2), (1, 8), (1, 2), (1, 2), (0, 0)),
    FacultyRole.DEPT_CHIEF: ((1, 1), (1, 4), (0, 0), (6, 8), (0, 0)),
    FacultyRole.SPORTS_MED: ((0, 0), (1, 8), (1, 2), (0, 0), (3, 4)),
    FacultyRole.CORE: ((2, 4), (1, 8), (1, 2), (0, 0), (0, 0)),
    FacultyRole.ADJUNCT: ((0, 0), (0, 0), (0, 0), (0, 0), (0, 0)),
}
_CODES = ("C", "AT", "GME", "DFM", "SM")

_CREDENTIALS = {
    FacultyRole.PD: ("COLPO",),
    FacultyRole.APD: ("BTX",),
    FacultyRole.SPORTS_MED: ("BTX", "SM"),
}
_CORE_CREDENTIALS = (("VAS",), ("BTX", "VAS"), ("COLPO",), (), ())
_VASECTOMY_HOLDERS = 2


def build_staff(size: Size) -> tuple[Person, ...]:
    """Everybody, sorted by id."""
    return tuple(sorted((*_faculty(size), *_residents(size)), key=lambda p: p.id))


def _faculty(size: Size) -> Iterator[Person]:
    roles = (*_ROLES, *[FacultyRole.CORE] * size.core, *[FacultyRole.ADJUNCT] * size.adjuncts)
    core = 0
    for number, role in enumerate(roles, 1):
        codes = _CREDENTIALS.get(role, ())
        if role is FacultyRole.CORE:
            codes = _CORE_CREDENTIALS[core % len(_CORE_CREDENTIALS)]
            codes = tuple(c for c in codes if c != "VAS" or core < _VASECTOMY_HOLDERS)
            core += 1
        yield Person(
            id=f"fac-{number:02d}",
            kind=Kind.FACULTY,
            role=role,
            credentials=tuple(Credential(code) for code in codes),
            limits={code: WeeklyLimit(*ends) for code, ends in zip(_CODES, _LIMITS[role], strict=True)},
            site=_site(size, number),
        )


def _residents(size: Size) -> Iterator[Person]:
    for pgy in (1, 2, 3):
        for number in range(1, size.residents_per_year + 1):
            yield Person(
                id=f"pgy{pgy}-{number:02d}",
                kind=Kind.RESIDENT,
                pgy_by_year={YEAR: pgy},
                site=_site(size, number),
            )


def _site(size: Size, number: int) -> str:
    return "" if size.sites == 1 else f"site-{(number - 1) % size.sites + 1}"

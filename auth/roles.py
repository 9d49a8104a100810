"""Roles: the scopes a person of each role can ever hold in one program, and how far they reach."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, StrEnum

from auth.scopes import Scope
from scheduling.model.errors import InvalidError
from scheduling.model.policy import Rights

EVERY_PROGRAM = "*"
"""The program of a role that holds in every program there is and will be."""


class Role(StrEnum):
    """Who somebody is in a program."""

    ADMIN = "admin"
    PROGRAM_DIRECTOR = "program_director"
    COORDINATOR = "coordinator"
    CHIEF = "chief"
    FACULTY = "faculty"
    RESIDENT = "resident"
    STAFF = "staff"
    AUDITOR = "auditor"

    @classmethod
    def parse(cls, text: str, *, field: str = "role") -> Role:
        """The role of that name; InvalidError names the valid ones."""
        try:
            return cls(text.strip().lower().replace("-", "_"))
        except ValueError:
            raise InvalidError(field, "no such role", valid=cls) from None


class Reach(IntEnum):
    """How far a scope reaches: not at all, over the caller's own duties and absences, over the whole program."""

    NONE = 0
    OWN = 1
    PROGRAM = 2


_READ = {Scope.SCHEDULE_READ: Reach.PROGRAM}
_PLAN = {**_READ, Scope.SCHEDULE_PROPOSE: Reach.PROGRAM, Scope.PEOPLE_NAMES: Reach.PROGRAM}
_SELF = {Scope.SCHEDULE_PROPOSE: Reach.OWN, Scope.PEOPLE_ABSENCE: Reach.OWN}
_MEMBER = {**_READ, **_SELF, Scope.PEOPLE_NAMES: Reach.PROGRAM}

_HOLDS: Mapping[Role, Mapping[Scope, Reach]] = {
    Role.ADMIN: dict.fromkeys(Scope, Reach.PROGRAM),
    Role.PROGRAM_DIRECTOR: {s: Reach.PROGRAM for s in Scope if s is not Scope.ADMIN_MANAGE},
    Role.COORDINATOR: {**_PLAN, Scope.PEOPLE_ABSENCE: Reach.PROGRAM},
    Role.CHIEF: _PLAN,
    Role.FACULTY: _MEMBER,
    Role.RESIDENT: _MEMBER,
    Role.STAFF: _READ,
    Role.AUDITOR: {**_READ, Scope.AUDIT_READ: Reach.PROGRAM},
}


def holds(role: Role, rights: Rights, *, is_person: bool = False) -> Mapping[Scope, Reach]:
    """The scopes a role can ever hold under a program's policy, and their reach.

    A role tied to a person of the roster also reaches that person's own swaps and absences; an auditor never does.
    """
    held = dict(_HOLDS[role])
    if role is Role.COORDINATOR and rights.coordinator_commits:
        held[Scope.SCHEDULE_COMMIT] = Reach.PROGRAM
    if rights.commits_admin_only and role is not Role.ADMIN:
        held.pop(Scope.SCHEDULE_COMMIT, None)
    if is_person and role is not Role.AUDITOR:
        held = {**_SELF, **held}
    return held


def holders(scope: Scope, rights: Rights, *, reach: Reach = Reach.PROGRAM) -> list[Role]:
    """The roles that hold a scope with at least that reach: what a refusal names as the way in."""
    return [role for role in Role if holds(role, rights).get(scope, Reach.NONE) >= reach]

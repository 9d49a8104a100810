"""Scopes: what a bearer token may be used for."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from scheduling.model.errors import InvalidError


class Scope(StrEnum):
    """A scope is `<resource>:<action>`, both lower case and singular in meaning.

    The resource is what is touched (`schedule`, `people`, `audit`, `admin`); the action is the strongest thing done to
    it: `read` looks, `propose` stores something that changes nothing yet, `commit` changes what people live by,
    `names` and `absence` open sensitive columns, `manage` governs accounts and policy. No scope implies another.
    """

    SCHEDULE_READ = "schedule:read"
    SCHEDULE_PROPOSE = "schedule:propose"
    SCHEDULE_COMMIT = "schedule:commit"
    PEOPLE_NAMES = "people:names"
    PEOPLE_ABSENCE = "people:absence"
    AUDIT_READ = "audit:read"
    ADMIN_MANAGE = "admin:manage"


ALL = frozenset(Scope)
EVERYDAY = frozenset({Scope.SCHEDULE_READ, Scope.SCHEDULE_PROPOSE, Scope.PEOPLE_NAMES, Scope.PEOPLE_ABSENCE})
"""What a first login asks for; the others are rare enough to ask for when they are needed."""


def parse(text: str | Iterable[str], *, field: str = "scopes") -> frozenset[Scope]:
    """Scopes from a space- or comma-separated text or a list; InvalidError names the valid ones."""
    words = text.replace(",", " ").split() if isinstance(text, str) else list(text)
    try:
        return frozenset(Scope(word) for word in words)
    except ValueError:
        raise InvalidError(field, "no such scope", valid=Scope) from None


def join(scopes: Iterable[Scope]) -> str:
    """Scopes as OAuth writes them: sorted, separated by one space."""
    return " ".join(sorted(scopes))

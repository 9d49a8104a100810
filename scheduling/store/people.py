"""People and their credentials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, delete, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by, insert

from scheduling.model.errors import NotFoundError
from scheduling.model.part import Slot
from scheduling.model.person import Credential, FacultyRole, Kind, Level, Person, WeeklyLimit
from scheduling.store.program_tables import CredentialRow, PersonRow
from scheduling.store.repository import Repository

_KEY = ("program", "id")


class People(Repository):
    """The people of a program, inactive ones included."""

    async def all(self, slug: str) -> tuple[Person, ...]:
        """Everybody with credentials, sorted by id, in one query."""
        held = func.json_build_array(CredentialRow.code, CredentialRow.level, CredentialRow.expires)
        credentials = (
            select(func.json_agg(aggregate_order_by(held, CredentialRow.code)))
            .where(CredentialRow.program == PersonRow.program, CredentialRow.person == PersonRow.id)
            .scalar_subquery()
        )
        query = select(*PersonRow.__table__.columns, credentials.label("credentials"))
        rows = await self._tx.read(query.where(PersonRow.program == slug))
        return tuple(sorted((_person(row) for row in rows), key=lambda p: p.id))

    async def get(self, slug: str, person: str) -> Person:
        """One person; NotFoundError with the nearest ids."""
        everybody = {p.id: p for p in await self.all(slug)}
        if person not in everybody:
            raise NotFoundError("person", person, everybody)
        return everybody[person]

    async def save(self, slug: str, *people: Person) -> None:
        """Add these people or replace what is stored of them, credentials included. Nobody is ever removed."""
        if not people:
            return
        # A supervisor may stand later in the same list: people first, who supervises whom afterwards.
        await self._upsert([{**_row(slug, p), "supervisor": None} for p in people])
        supervised = [_row(slug, p) for p in people if p.supervisor is not None]
        if supervised:
            await self._upsert(supervised)
        ids = [p.id for p in people]
        await self._tx.write(delete(CredentialRow).where(CredentialRow.program == slug, CredentialRow.person.in_(ids)))
        credentials = [
            {"program": slug, "person": p.id, "code": c.code, "level": int(c.level), "expires": c.expires}
            for p in people
            for c in p.credentials
        ]
        if credentials:
            await self._tx.write(insert(CredentialRow), credentials)
        await self._facts_moved(slug, "person", *ids)

    async def _upsert(self, rows: list[dict[str, Any]]) -> None:
        statement = insert(PersonRow)
        replaced = {name: statement.excluded[name] for name in rows[0] if name not in _KEY}
        await self._tx.write(statement.on_conflict_do_update(index_elements=_KEY, set_=replaced), rows)


def _row(slug: str, person: Person) -> dict[str, Any]:
    return {
        "program": slug,
        "id": person.id,
        "kind": person.kind.value,
        "role": person.role.value if person.role else None,
        "pgy": {str(year): pgy for year, pgy in person.pgy_by_year.items()},
        "limits": _limits(person.limits),
        "limits_by_year": {str(year): _limits(limits) for year, limits in person.limits_by_year.items()},
        "available_weekdays": list(person.available_weekdays),
        "avoid_call_weekdays": list(person.avoid_call_weekdays),
        "prefer_call_weekdays": list(person.prefer_call_weekdays),
        "supervisor": person.supervisor,
        "site": person.site,
        "name": person.name,
        "active": person.active,
    }


def _limits(limits: Mapping[str, WeeklyLimit]) -> dict[str, list[int | None]]:
    return {activity: [limit.least, limit.most] for activity, limit in limits.items()}


def _read_limits(stored: Mapping[str, Any]) -> dict[str, WeeklyLimit]:
    return {activity: WeeklyLimit(least, most) for activity, (least, most) in stored.items()}


def _person(row: Row[Any]) -> Person:
    return Person(
        id=row.id,
        kind=Kind(row.kind),
        role=FacultyRole(row.role) if row.role else None,
        pgy_by_year={int(year): pgy for year, pgy in row.pgy.items()},
        credentials=tuple(
            Credential(code, Level(level), Slot.day(expires) if expires else None)
            for code, level, expires in row.credentials or ()
        ),
        limits=_read_limits(row.limits),
        limits_by_year={int(year): _read_limits(limits) for year, limits in row.limits_by_year.items()},
        available_weekdays=tuple(row.available_weekdays),
        avoid_call_weekdays=tuple(row.avoid_call_weekdays),
        prefer_call_weekdays=tuple(row.prefer_call_weekdays),
        supervisor=row.supervisor,
        site=row.site,
        name=row.name,
        active=row.active,
    )

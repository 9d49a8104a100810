from __future__ import annotations

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

import auth.tables  # noqa: F401 - registers its tables
import scheduling.store.audit
import scheduling.store.ledger_tables
import scheduling.store.notice_tables
import scheduling.store.overlay_tables
import scheduling.store.program_tables
import scheduling.store.publishing_tables
import scheduling.store.run_tables
import scheduling.store.version_tables  # noqa: F401 - registers its tables
from scheduling.store.database import Database
from scheduling.store.tables import Base


async def test_the_migrations_build_exactly_the_declared_tables(database: Database) -> None:
    """Columns, types, defaults, keys and indexes in the database are the ones the code declares."""

    def differences(connection: Connection) -> list[object]:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, Base.metadata))

    async with database.engine.connect() as connection:
        found = await connection.run_sync(differences)
    assert not found, "\n".join(map(repr, found))


CHECKS = """
select rel.relname || '.' || con.conname as name, pg_get_constraintdef(con.oid) as text
from pg_constraint con join pg_class rel on rel.oid = con.conrelid
where con.contype = 'c' and rel.relnamespace = 'public'::regnamespace
"""
INDEXES = """
select indexname as name, regexp_replace(indexdef, 'declared\\.|public\\.', '') as text from pg_indexes
where schemaname = '{schema}'
"""


async def test_checks_and_partial_indexes_are_the_declared_ones(database: Database) -> None:
    """What Alembic does not compare (checks, index predicates, included columns) is compared as PostgreSQL prints it."""
    raw = await asyncpg.connect(database.libpq_dsn)
    try:
        migrated = {name: dict(await raw.fetch(query)) for name, query in _queries("public")}
        await raw.execute("create schema declared")
    finally:
        await raw.close()

    async with database.engine.begin() as connection:
        await connection.exec_driver_sql("set local search_path = declared")
        await connection.run_sync(Base.metadata.create_all)
    raw = await asyncpg.connect(database.libpq_dsn)
    try:
        declared = {name: dict(await raw.fetch(query)) for name, query in _queries("declared")}
    finally:
        await raw.close()
    tables = set(Base.metadata.tables)
    for kind, found in migrated.items():
        mine = {n: t for n, t in found.items() if n in declared[kind] or n.split(".")[0] in tables}
        assert mine == declared[kind]
    assert len(declared["checks"]) > 20
    assert "WHERE active" in declared["indexes"]["uq_overrides_active"]


def _queries(schema: str) -> list[tuple[str, str]]:
    return [("checks", CHECKS.replace("public", schema)), ("indexes", INDEXES.replace("{schema}", schema))]


@pytest.mark.parametrize("table", sorted(Base.metadata.tables))
def test_every_constraint_has_a_name(table: str) -> None:
    """Errors are matched on the name of the constraint that was broken."""
    constraints = Base.metadata.tables[table].constraints
    assert all(constraint.name for constraint in constraints)

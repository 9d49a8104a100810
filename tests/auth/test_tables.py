from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData

import auth.tables
import scheduling.store.audit
from scheduling.store.database import Database
from scheduling.store.tables import Base

OURS = {
    auth.tables.Account.__tablename__,
    "roles",
    "tokens",
    "setup_links",
    scheduling.store.audit.AuditRow.__tablename__,
    "audit_head",
}


async def test_migrations_build_exactly_the_identity_and_audit_tables(database: Database) -> None:
    """What the code maps and what the migrations create do not differ by a column, an index or a constraint."""
    mapped = MetaData(naming_convention=Base.metadata.naming_convention)
    for table in Base.metadata.sorted_tables:
        if table.name in OURS:
            table.to_metadata(mapped)

    def differences(connection: Connection) -> list[object]:
        def ours(_object: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
            return kind != "table" or name in OURS

        context = MigrationContext.configure(connection, opts={"include_object": ours, "compare_server_default": True})
        return list(compare_metadata(context, mapped))

    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []

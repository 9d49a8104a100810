"""What a database holds, as one small value per table, to tell whether two databases hold the same."""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg

# Row text depends on these settings: both sides of a comparison use the same.
SETTINGS = (
    "set timezone to 'UTC'",
    "set datestyle to 'ISO, YMD'",
    "set intervalstyle to 'postgres'",
    "set extra_float_digits to 1",
    "set bytea_output to 'hex'",
)
TABLES = """
select quote_ident(n.nspname) || '.' || quote_ident(c.relname)
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and c.relpersistence <> 't' and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
  and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
order by 1
"""


@dataclass(frozen=True, slots=True)
class TableContent:
    """Number of rows of a table and a digest of them that does not depend on their order."""

    rows: int
    digest: str


async def contents(connection: asyncpg.Connection) -> dict[str, TableContent]:
    """Return the content of every table by its quoted name, as the connection's transaction sees it."""
    for setting in SETTINGS:
        await connection.execute(setting)
    found = {}
    for table in [row[0] for row in await connection.fetch(TABLES)]:
        content = await connection.fetchrow(content_query(table))
        assert content is not None  # a count without groups always has its row
        found[table] = TableContent(*content)
    return found


def content_query(table: str) -> str:
    """SQL whose one row is the content of a table whose name is already quoted."""
    row_number = "('x' || left(md5(t::text), 15))::bit(60)::bigint"
    return f"select count(*), coalesce(sum({row_number}), 0)::text from {table} t"  # noqa: S608 - a quoted identifier

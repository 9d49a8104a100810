from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.program_sample import Sample

HOT = {
    "live versions of a program": (
        "select v.hash from live l join versions v on v.id = l.version where l.program = 'prog'",
        ("pk_live", "versions"),
    ),
    "contents by hash": (
        "select packed from versions where program = 'prog' and hash = 'a'",
        ("uq_versions_program_hash",),
    ),
    "active overrides of a window": (
        "select * from overrides where program = 'prog' and active and date between '2026-11-09' and '2026-11-15'",
        ("ix_overrides_active",),
    ),
    "overrides of a plan": ("select * from overrides where plan = 'pln-1'", ("ix_overrides_plan",)),
    "absences of a person": (
        "select * from absences where program = 'prog' and person = 'fac-01' order by start",
        ("ix_absences_program_person_start",),
    ),
    "duty records of a window": (
        "select * from duty_records where program = 'prog' and date between '2026-11-09' and '2026-11-15'",
        ("ix_duty_records_program_date",),
    ),
    "who holds a slot": (
        "select person, activity from cells where version = 1 and date = '2026-11-09' and part = 0",
        ("ix_cells_version_date_part",),
    ),
    "history of a block": (
        "select * from publications where program = 'prog' and year = 2026 and number = 5 order by id desc limit 1",
        ("ix_publications_program_year_number_id",),
    ),
    "events that are due": (
        "select * from outbox where due <= now() order by due, id limit 100 for update skip locked",
        ("ix_outbox_due",),
    ),
    "people with a credential": (
        "select person from credentials where program = 'prog' and code = 'VAS'",
        ("ix_credentials_program_code_person",),
    ),
}
DRAFTS = """
insert into versions (program, hash, year, number, start, "end", packed, partial, state, origin, created_by, created_at)
select program, encode(sha256(n::text::bytea), 'hex'), year, number, start, "end", packed, partial, 'draft', 'edit', 'x', now()
from versions, generate_series(1, 200) n where number = 5
"""


@pytest.mark.parametrize("name", HOT)
async def test_every_hot_query_has_its_index(sample: Sample, name: str) -> None:
    """PostgreSQL can answer it from an index, and by the one meant for it."""
    query, indexes = HOT[name]
    async with sample.database.session() as session:
        await session.execute(text(DRAFTS))
        await session.execute(text("analyze versions"))
        await session.execute(text("set local enable_seqscan = off"))
        plan = "\n".join((await session.execute(text(f"explain {query}"))).scalars())
    assert "Seq Scan" not in plan
    assert all(index in plan for index in indexes), plan

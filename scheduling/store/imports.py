"""Imports that were carried out: the same input again changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from scheduling.store.ledger_tables import ImportRow
from scheduling.store.repository import Repository


class Imports(Repository):
    """Reports of imports by the digest of their input."""

    async def find(self, slug: str, digest: str) -> Mapping[str, Any] | None:
        """The report of the program's last import when it had that very input, None otherwise."""
        last = select(ImportRow.digest, ImportRow.report).where(ImportRow.program == slug)
        rows = await self._tx.read(last.order_by(ImportRow.id.desc()).limit(1))
        if not rows or rows[0].digest != digest:
            return None
        report: Mapping[str, Any] = rows[0].report
        return report

    async def latest(self, slug: str, year: int) -> Mapping[str, Any] | None:
        """The report of the last import of an academic year, None when there was none."""
        named = (ImportRow.program == slug, ImportRow.report["year"].as_integer() == year)
        rows = await self._tx.read(select(ImportRow.report).where(*named).order_by(ImportRow.id.desc()).limit(1))
        if not rows:
            return None
        report: Mapping[str, Any] = rows[0].report
        return report

    async def add(self, slug: str, digest: str, report: Mapping[str, Any]) -> None:
        """Keep the report of an import."""
        row = insert(ImportRow).values(program=slug, digest=digest, report=dict(report), by=self._caller, at=self._now)
        await self._tx.write(row)
        self._tx.changed("import", digest)

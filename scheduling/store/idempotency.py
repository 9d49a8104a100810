"""Idempotency keys: the same commit with the same key has the same result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from scheduling.model.errors import ConflictError
from scheduling.store.ledger_tables import IdempotencyRow
from scheduling.store.repository import Repository


class Idempotency(Repository):
    """Results by program, caller, tool and key. Ask behind the program's lock: then two calls cannot both find nothing."""

    async def find(self, slug: str, key: str) -> Mapping[str, Any] | None:
        """The result kept under the key by this caller and tool, None for a new key.

        ConflictError when the key was used for other arguments.
        """
        wanted = select(IdempotencyRow.request, IdempotencyRow.result).where(
            IdempotencyRow.program == slug,
            IdempotencyRow.subject == self._caller,
            IdempotencyRow.tool == self._tx.context.tool,
            IdempotencyRow.key == key,
        )
        rows = await self._tx.read(wanted)
        if not rows:
            return None
        if rows[0].request != self._tx.context.arguments_hash:
            raise ConflictError("the idempotency key was used for another request", hint="use a new key")
        result: Mapping[str, Any] = rows[0].result
        return result

    async def keep(self, slug: str, key: str, result: Mapping[str, Any]) -> None:
        """Keep the result of this call, as JSON, under the key."""
        row = insert(IdempotencyRow).values(
            program=slug,
            subject=self._caller,
            tool=self._tx.context.tool,
            key=key,
            request=self._tx.context.arguments_hash,
            result=dict(result),
            at=self._now,
        )
        await self._tx.write(row)

"""Policies as adopted, each from a date on."""

from __future__ import annotations

import datetime as dt
import functools
import json

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from scheduling.model.policy import Policy, PolicyHistory, read_policy
from scheduling.store.program_tables import PolicyRow
from scheduling.store.repository import Repository


class Policies(Repository):
    """What a program adopted; before the first of them the shipped policy holds."""

    async def history(self, slug: str) -> PolicyHistory:
        """Every policy with the date it takes effect."""
        wanted = select(PolicyRow.effective, PolicyRow.text).where(PolicyRow.program == slug)
        rows = await self._tx.read(wanted.order_by(PolicyRow.effective))
        return PolicyHistory(tuple((row.effective, policy_of(row.text)) for row in rows))

    async def adopt(self, slug: str, effective: dt.date, policy: Policy) -> None:
        """Let a policy take effect on a date, replacing the one adopted for that date. It is kept whole."""
        values = {
            "text": json.dumps(policy.model_dump(mode="json"), sort_keys=True),
            "digest": policy.digest,
            "adopted_by": self._caller,
            "adopted_at": self._now,
        }
        row = insert(PolicyRow).values(program=slug, effective=effective, **values)
        await self._tx.write(row.on_conflict_do_update(index_elements=["program", "effective"], set_=values))
        await self._facts_moved(slug, "policy", effective.isoformat())


@functools.lru_cache(maxsize=64)
def policy_of(text: str) -> Policy:
    """A stored policy, TOML or JSON."""
    return Policy.model_validate_json(text) if text.lstrip().startswith("{") else read_policy(text)

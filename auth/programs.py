"""What a decision needs to know of the programs: their names, and who may commit in each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from scheduling.model.policy import Rights


class Programs(Protocol):
    """The programs this server holds, read from the database at every call."""

    async def rights(self) -> Mapping[str, Rights]:
        """Every program's slug with the rights its policy grants today."""
        ...

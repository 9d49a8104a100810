"""The assistant of the demonstration: a real MCP client of the server it stands beside."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mcp import Client

from scheduling.model.errors import UserError
from scheduling.model.part import Window


class StepFailedError(UserError):
    """A step of the demonstration did not hold."""


@dataclass(slots=True)
class Assistant:
    """Calls tools and keeps how long each call took, in seconds."""

    client: Client
    program: str
    seconds: dict[str, float] = field(default_factory=dict)

    async def use(self, tool: str, **arguments: object) -> dict[str, Any]:
        """The structured result of one call; StepFailedError with the tool's own words where it refused."""
        begun = time.perf_counter()
        result = await self.client.call_tool(tool, {"program": self.program, **arguments})
        self.seconds[tool] = time.perf_counter() - begun
        facts: Mapping[str, Any] = result.structured_content or {}
        if result.is_error:
            raise StepFailedError(f"{tool} refused: {facts.get('code')}: {facts.get('message')}")
        return dict(facts)

    async def slots(self, window: Window, people: list[str]) -> list[dict[str, Any]]:
        """Every slot of these people in the window, page by page."""
        asked = {
            "start": window.start.isoformat(),
            "end": window.end.isoformat(),
            "people": people,
            "detail": "detailed",
        }
        page = await self.use("get_schedule", **asked)
        rows = list(page["slots"])
        while cursor := page.get("cursor"):
            page = await self.use("get_schedule", **asked, cursor=cursor)
            rows += page["slots"]
        return rows

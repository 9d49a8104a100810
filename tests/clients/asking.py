"""What a client asks, and what it reads from the answers."""

from __future__ import annotations

import json
from typing import Any

from mcp.client.client import Client
from mcp_types import TextContent, TextResourceContents

from scheduling.model.part import Window


async def use(client: Client, tool: str, **arguments: object) -> dict[str, Any]:
    result = await client.call_tool(tool, arguments)
    assert result.structured_content is not None
    assert not result.is_error, result.structured_content
    return dict(result.structured_content)


async def refused(client: Client, tool: str, **arguments: object) -> dict[str, Any]:
    """The error, which the text tells too."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error, result.structured_content
    assert result.structured_content is not None
    error = dict(result.structured_content)
    [content] = result.content
    assert isinstance(content, TextContent)
    assert error["code"] in content.text
    assert error["message"] in content.text
    return error


async def every_slot(client: Client, window: Window) -> tuple[list[dict[str, Any]], dict[str, Any], dict[str, Any]]:
    """All pages of a window: slots, totals, version hashes."""
    asked = {"start": window.start.isoformat(), "end": window.end.isoformat(), "detail": "detailed"}
    page = await use(client, "get_schedule", **asked)
    slots = list(page["slots"])
    while cursor := page.get("cursor"):
        page = await use(client, "get_schedule", **asked, cursor=cursor)
        slots += page["slots"]
    return slots, page["totals"], page["as_of"]["versions"]


async def read(client: Client, uri: str) -> dict[str, Any]:
    [content] = (await client.read_resource(uri)).contents
    assert isinstance(content, TextResourceContents)
    found = json.loads(content.text)
    assert isinstance(found, dict)
    return found

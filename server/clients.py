"""How to connect the assistants people use: lines to copy and paste."""

from __future__ import annotations

import json

VARIABLE = "HOUSESTAFF_TOKEN"


def configuration(url: str, name: str = "housestaff") -> dict[str, str]:
    """For each client what to run or where to put what; the token stays in the environment variable."""
    header = f"Authorization: Bearer ${VARIABLE}"
    vscode = {
        "servers": {
            name: {"type": "http", "url": url, "headers": {"Authorization": f"Bearer ${{input:{name}-token}}"}},
        },
        "inputs": [
            {"type": "promptString", "id": f"{name}-token", "description": "housestaff token", "password": True}
        ],
    }
    cursor = {"mcpServers": {name: {"url": url, "headers": {"Authorization": f"Bearer ${{env:{VARIABLE}}}"}}}}
    return {
        "Claude Code": f'claude mcp add --transport http {name} {url} --header "{header}"',
        "Codex": f"codex mcp add {name} --url {url} --bearer-token-env-var {VARIABLE}",
        "VS Code": f".vscode/mcp.json: {json.dumps(vscode)}",
        "Cursor": f".cursor/mcp.json: {json.dumps(cursor)}",
    }


def as_text(url: str) -> str:
    """The configuration of every client, one block each."""
    return "\n\n".join(f"{client}\n  {what}" for client, what in configuration(url).items())

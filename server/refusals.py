"""What goes wrong with anything but a tool, as the protocol says it: an error with our code, message and hint as data."""

from __future__ import annotations

from mcp.shared.exceptions import MCPError
from mcp_types import INTERNAL_ERROR, INVALID_PARAMS

from scheduling.model.errors import UserError
from server.errors import problem


def refused(error: Exception, *, what: str, uri: str | None = None) -> MCPError:
    """The protocol error: the client's fault (-32602) for a UserError, ours (-32603) with an incident for the rest."""
    found = problem(error, what=what)
    data = {**found.facts(), **({"uri": uri} if uri else {})}
    return MCPError(INVALID_PARAMS if isinstance(error, UserError) else INTERNAL_ERROR, found.message, data)

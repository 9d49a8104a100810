"""The tools, in the order the model sees them: read, propose, commit. One import and one line each."""

from __future__ import annotations

from tools.tool import AnyTool

TOOLS: tuple[AnyTool, ...] = ()

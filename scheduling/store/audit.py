"""The audit trail: who did what through which client, hash-chained per program."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

SERVER = "-"
"""The chain of calls that reached no program: unknown ones, and those about the server itself."""

OK = "ok"
"""The outcome of a call that did what it was asked; any other outcome is an error's code."""


@dataclass(slots=True)
class AuditContext:
    """What is known of a call before it runs. It carries no argument, only their hash.

    `caller` is an account id, `tool` a tool, resource, prompt or command. `recorded` turns true once a row of this
    call stands in a transaction: the edge then writes none of its own.
    """

    caller: str
    client: str
    tool: str
    arguments_hash: str
    program: str
    at: dt.datetime
    recorded: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One row: the call, how it ended, and the ids of what it touched (never names, reasons or free text)."""

    context: AuditContext
    outcome: str = OK
    facts: Mapping[str, object] = field(default_factory=dict)

    def body(self) -> str:
        """The canonical text the chain is hashed over: sorted keys, no spaces, UTC to the microsecond."""
        call = self.context
        return canonical(
            {
                "program": call.program,
                "at": call.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
                "caller": call.caller,
                "client": call.client,
                "tool": call.tool,
                "arguments": call.arguments_hash,
                "outcome": self.outcome,
                "facts": dict(self.facts),
            }
        )


def canonical(value: object) -> str:
    """JSON with sorted keys and no spaces: equal values give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def arguments_hash(arguments: Mapping[str, object]) -> str:
    """The hex sha256 of a call's arguments in canonical form."""
    return hashlib.sha256(canonical(arguments).encode("utf-8", "surrogatepass")).hexdigest()

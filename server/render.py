"""Results as text: the facts of the structured content, line by line, for clients that show only text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

_SAFE_BREAKERS = ("\n", "\r", "|")


def render(facts: Mapping[str, Any]) -> str:
    """One line for each fact, a table for each list of rows; the same facts always give the same text."""
    return "\n".join(line for name, value in facts.items() for line in _lines(name, value))


def _lines(name: str, value: object) -> list[str]:
    if isinstance(value, Mapping):
        if all(not isinstance(v, Mapping | list) for v in value.values()):
            return [f"{name}: " + (", ".join(f"{k} {_cell(v)}" for k, v in value.items()) or "none")]
        return [f"{name}:", *(f"  {line}" for k, v in value.items() for line in _lines(str(k), v))]
    if isinstance(value, list):
        if not value:
            return [f"{name}: none"]
        if all(isinstance(v, Mapping) for v in value):
            return _table(name, value)
        return [f"{name}: " + ", ".join(_cell(v) for v in value)]
    return [f"{name}: {_cell(value)}"]


def _table(name: str, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    head = f"{name} ({len(rows)}): {' | '.join(columns)}"
    return [head, *(" | ".join(_cell(row[c]) if c in row else "" for c in columns) for row in rows)]


def _cell(value: object) -> str:
    if isinstance(value, str) and value and value == value.strip() and not any(c in value for c in _SAFE_BREAKERS):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

"""JSON schemas as a model should see them: nothing that costs tokens without saying something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from pydantic import BaseModel

Schema = dict[str, Any]

_NULL = {"type": "null"}


def input_schema(model: type[BaseModel]) -> Schema:
    """A tool's arguments; unknown names are refused, so the schema says so once, at the top."""
    schema = _lean(model.model_json_schema(mode="validation"), describe=True)
    return {"type": "object", "properties": {}, **schema, "additionalProperties": False}


def output_schema(model: type[BaseModel]) -> Schema:
    """A tool's result: shapes without prose. Fields may be added later, so none forbids more."""
    schema = _lean(model.model_json_schema(mode="validation"), describe=False)
    return {"type": "object", "properties": {}, **schema}


def _lean(schema: Schema, *, describe: bool) -> Schema:
    definitions = cast("Mapping[str, Schema]", schema.pop("$defs", {}))
    return _Lean(definitions, describe=describe).of(schema)


class _Lean:
    """Rewrites one schema; definitions are written out where they are used."""

    def __init__(self, definitions: Mapping[str, Schema], *, describe: bool) -> None:
        self._definitions = definitions
        self._describe = describe

    def of(self, schema: Schema, *, optional: bool = False) -> Schema:
        if "$ref" in schema:
            found = self._definitions[schema["$ref"].removeprefix("#/$defs/")]
            return self.of({**found, **{k: v for k, v in schema.items() if k != "$ref"}}, optional=optional)
        if "anyOf" in schema:
            return self._any_of(schema, optional=optional)
        kept = {k: v for k, v in schema.items() if self._keeps(k, v)}
        if "properties" in schema:
            required = set(schema.get("required", ()))
            kept["properties"] = {
                name: self.of(part, optional=name not in required) for name, part in schema["properties"].items()
            }
        for key in ("items", "additionalProperties"):
            if isinstance(schema.get(key), dict):
                kept[key] = self.of(schema[key])
        if "prefixItems" in schema:
            kept["prefixItems"] = [self.of(part) for part in schema["prefixItems"]]
        return kept

    def _any_of(self, schema: Schema, *, optional: bool) -> Schema:
        arms = [self.of(arm) for arm in schema["anyOf"] if arm != _NULL]
        nullable = _NULL in schema["anyOf"] and not optional
        rest = {k: v for k, v in schema.items() if k != "anyOf" and self._keeps(k, v)}
        if len(arms) == 1 and not nullable:
            return {**arms[0], **rest}
        if len(arms) == 1 and isinstance(arms[0].get("type"), str) and "enum" not in arms[0]:
            return {**arms[0], "type": [arms[0]["type"], "null"], **rest}
        return {"anyOf": [*arms, _NULL] if nullable else arms, **rest}

    def _keeps(self, key: str, value: object) -> bool:
        if key == "title" and isinstance(value, str):
            return False
        if key == "description":
            return self._describe
        if key == "default":
            return value is not None
        return not (key == "additionalProperties" and value is False)

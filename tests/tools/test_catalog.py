"""What the model sees: its size, its form, and a committed picture of each part."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # it ships no annotations
import pytest

from auth.scopes import Scope
from server.app import CATALOGUE
from server.budget import tokens
from server.entries import listing
from tools.tool import AnyTool, Args, Effect, Result

SNAPSHOTS = Path(__file__).parents[1] / "snapshots"
UPDATE = bool(os.environ.get("UPDATE_SNAPSHOTS"))
CONTRACT = [
    "find_people",
    "get_schedule",
    "validate_schedule",
    "explain_violation",
    "explain_assignment",
    "check_rules",
    "check_coverage",
    "get_run",
    "solve_schedule",
    "plan_cascade",
    "plan_swap",
    "stage_publish",
    "set_override",
    "revert_override",
    "apply_plan",
    "publish",
    "rollback",
    "record_absence",
    "cancel_run",
    "decide",
]
LISTED = listing(CATALOGUE)

each_tool = pytest.mark.parametrize("tool", [pytest.param(t, id=t.name) for t in CATALOGUE.tools])


def entry(name: str) -> dict[str, Any]:
    return next(t for t in LISTED["tools"] if t["name"] == name)


def seen(tool: dict[str, Any]) -> int:
    """What a tool costs a model: name, description and input schema, in tokens of four bytes."""
    schema = json.dumps(tool["inputSchema"], ensure_ascii=False, separators=(",", ":"))
    return tokens(tool["name"] + tool["description"] + schema)


def test_there_are_at_most_twenty_tools_and_none_but_the_contracts() -> None:
    """Names are the contract's, in its order: read, propose, commit."""
    names = [t.name for t in CATALOGUE.tools]
    assert len(names) <= 20
    assert names == [n for n in CONTRACT if n in names]
    order = [list(Effect).index(t.effect) for t in CATALOGUE.tools]
    assert order == sorted(order)


def test_the_whole_list_fits_its_budget() -> None:
    """5,500 tokens for everything a model reads before it starts."""
    assert sum(seen(t) for t in LISTED["tools"]) <= 5_500


@each_tool
def test_a_tool_fits_its_budget(tool: AnyTool) -> None:
    """550 tokens each, 600 characters of description."""
    assert seen(entry(tool.name)) <= 550
    assert len(tool.description) <= 600


@each_tool
def test_a_tool_is_well_formed(tool: AnyTool) -> None:
    """Verb and object, every argument described, valid schemas, scopes that are needed, reach over oneself declared."""
    shown = entry(tool.name)
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", tool.name)
    assert issubclass(tool.args, Args)
    assert issubclass(tool.result, Result)
    assert tool.scopes <= set(Scope)
    assert tool.own <= tool.scopes
    for kind in ("inputSchema", "outputSchema"):
        assert shown[kind]["type"] == "object"
        jsonschema.Draft202012Validator.check_schema(shown[kind])
    for name, argument in shown["inputSchema"]["properties"].items():
        assert argument.get("description"), name
    assert not tool.description.startswith(" ")
    if tool.effect is Effect.COMMIT:
        assert shown["annotations"]["destructiveHint"] is True
    if tool.result.pages is not None:
        assert {"detail", "cursor"} <= set(shown["inputSchema"]["properties"])
        assert tool.result.pages in tool.result.model_fields
    assert set(tool.result.trims) <= set(tool.result.model_fields)


def pictures() -> list[tuple[str, dict[str, Any]]]:
    folders = {"tools": "tools", "resources": "resources", "templates": "resources", "prompts": "prompts"}
    return [(f"{folders[kind]}/{e['name']}.json", e) for kind, entries in LISTED.items() for e in entries]


def picture(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize(("file", "content"), [pytest.param(f, c, id=f) for f, c in pictures()])
def test_what_clients_see_is_what_was_committed(file: str, content: dict[str, Any]) -> None:
    """A change of the surface is a change of a file somebody reviews (UPDATE_SNAPSHOTS=1 writes it)."""
    path = SNAPSHOTS / file
    if UPDATE:
        path.parent.mkdir(exist_ok=True)
        path.write_text(picture(content), "utf-8")
    assert path.exists(), f"{file} is missing: run with UPDATE_SNAPSHOTS=1 and commit it"
    assert path.read_text("utf-8") == picture(content), f"{file} is stale: run with UPDATE_SNAPSHOTS=1 and review"


def test_no_picture_is_left_of_what_is_gone() -> None:
    """A removed tool takes its snapshot with it."""
    present = {str(p.relative_to(SNAPSHOTS)) for p in SNAPSHOTS.glob("*/*.json")}
    known = {file for file, _ in pictures()}
    if UPDATE:
        for file in present - known:
            (SNAPSHOTS / file).unlink()
        present &= known
    assert present - known == set()

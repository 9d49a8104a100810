from __future__ import annotations

import os
import re
from pathlib import Path

from auth.scopes import Scope
from server.app import CATALOGUE
from tools.tool import AnyTool

README = Path(__file__).resolve().parents[2] / "README.md"
TABLE = re.compile(r"(?<=<!-- generated: tools -->\n).*?(?=<!-- end: tools -->)", re.DOTALL)
FIRST_SENTENCE = re.compile(r".+?\.(?= |$)")
LONGEST = 200


def row(tool: AnyTool) -> str:
    purpose = FIRST_SENTENCE.match(tool.description)
    assert purpose is not None, f"{tool.name}: begin its description with a sentence that says what it is for"
    scopes = ", ".join(f"`{scope.value}`" for scope in Scope if scope in tool.scopes)
    return f"| `{tool.name}` | {tool.effect.value} | {scopes} | {purpose[0].replace('|', '/')} |"


def table() -> str:
    head = "| Tool | Effect | Scope | What it is for |\n|---|---|---|---|\n"
    return head + "".join(f"{row(tool)}\n" for tool in CATALOGUE.tools)


def test_the_readme_lists_the_tools_there_are() -> None:
    """Name, effect, scope and purpose come from the catalogue (UPDATE_SNAPSHOTS=1 writes them)."""
    text = README.read_text("utf-8")
    assert len(TABLE.findall(text)) == 1
    if os.environ.get("UPDATE_SNAPSHOTS"):
        text = TABLE.sub(lambda _: table(), text)
        README.write_text(text, "utf-8")
    assert TABLE.findall(text) == [table()], "README.md is stale: run with UPDATE_SNAPSHOTS=1 and review"


def test_the_readme_can_be_read_at_a_sitting() -> None:
    """What needs more room stands in docs."""
    assert len(README.read_text("utf-8").splitlines()) <= LONGEST

from __future__ import annotations

import re

import pytest

from resources.prompts import PROMPTS, Prompt
from server.arguments import read
from server.errors import INTERNAL
from server.refusals import refused
from tests.server.sample import CATALOGUE

CONTRACT = {
    *("find_people", "get_schedule", "validate_schedule", "explain_violation", "explain_assignment", "check_rules"),
    *("check_coverage", "get_run", "solve_schedule", "plan_cascade", "plan_swap", "stage_publish", "set_override"),
    *("revert_override", "apply_plan", "publish", "rollback", "record_absence", "cancel_run", "decide"),
}
FILLED = {"person": "fac-01", "start": "2026-03-13", "end": "2026-03-19", "block": "2025/10", "program": "demo"}


@pytest.mark.parametrize(
    ("uri", "found"),
    [
        ("housestaff://mine", ("mine", {})),
        ("housestaff://demo/day/2026-03-13", ("day", {"program": "demo", "date": "2026-03-13"})),
        ("housestaff://demo/day/2026-03-13?part=AM", ("day", {"program": "demo", "date": "2026-03-13", "part": "AM"})),
        ("housestaff://demo/day/a%2Fb", ("day", {"program": "demo", "date": "a/b"})),
        ("housestaff://demo/day", None),
        ("housestaff://demo/day/1/2", None),
        ("housestaff://mine/", None),
        ("https://demo/day/2026-03-13", None),
        ("", None),
    ],
)
def test_an_address_leads_to_its_resource(uri: str, found: tuple[str, dict[str, str]] | None) -> None:
    """Templates match whole addresses; a plain address is only itself."""
    got = CATALOGUE.locate(uri)
    assert (None if got is None else (got[0].name, got[1])) == found


@pytest.mark.parametrize("prompt", PROMPTS, ids=[p.name for p in PROMPTS])
def test_a_prompt_names_only_tools_there_are_and_uses_every_argument(prompt: Prompt) -> None:
    """What a prompt tells an assistant to call exists, and what a person filled in stands in it."""
    given = {name: FILLED[name] for name in prompt.place.model_fields}
    text = prompt.render(read(prompt.place, given))
    words = set(re.findall(r"\b[a-z]+_[a-z_]+\b", text))
    assert words <= CONTRACT
    assert words
    for value in given.values():
        assert value in text


def test_a_crash_outside_a_tool_is_our_fault_and_says_no_more() -> None:
    """The protocol error carries the incident, not the words of the exception."""
    error = refused(RuntimeError("private words"), what="resource day", uri="housestaff://demo/day/1").error
    assert error.code == -32603
    assert error.data["code"] == INTERNAL
    assert "private words" not in str(error)

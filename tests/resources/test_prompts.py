from __future__ import annotations

import re

import pytest

from resources.catalog import RESOURCES
from resources.prompts import PROMPTS, Prompt
from scheduling.model.errors import InvalidError, NotFoundError, UserError
from server.shell import INSTRUCTIONS
from tests.edge_calls import COORDINATOR, edge
from tests.program_sample import MONDAY, Sample
from tests.server.test_catalogue import CONTRACT
from tools.catalog import TOOLS

AWAY = {"start": str(MONDAY), "end": str(MONDAY)}
BY_NAME = {p.name: p for p in PROMPTS}


@pytest.mark.parametrize(
    ("name", "raw", "error", "said"),
    [
        ("audit_compliance", {"block": "zz"}, InvalidError, "such as 2025/10"),
        ("audit_compliance", {"block": "2026/44"}, NotFoundError, "block 2026/44"),
        ("release_block", {"block": "2026/44"}, NotFoundError, "block 2026/44"),
        ("explain_my_schedule", {"person": "nobody"}, NotFoundError, "person nobody"),
        ("cover_absence", {"person": "nobody", **AWAY}, NotFoundError, "person nobody"),
        ("cover_absence", {"person": "fac-01", **AWAY, "start": "soon"}, InvalidError, "YYYY-MM-DD"),
        ("cover_absence", {"person": "fac-01", **AWAY, "start": "2199-01-01"}, InvalidError, "end"),
    ],
)
async def test_arguments_that_name_nothing_are_refused(
    sample: Sample, name: str, raw: dict[str, str], error: type[UserError], said: str
) -> None:
    """As the tools refuse them that the text leads to."""
    with pytest.raises(error, match=said):
        await edge(sample).prompt(BY_NAME[name], raw, COORDINATOR)


async def test_arguments_of_the_program_stand_in_the_text(sample: Sample) -> None:
    """People, dates and blocks as they are written."""
    over = edge(sample)
    assert "block 2026/5" in await over.prompt(BY_NAME["audit_compliance"], {"block": "2026/5"}, COORDINATOR)
    text = await over.prompt(BY_NAME["cover_absence"], {"person": "fac-01", **AWAY}, COORDINATOR)
    assert f"fac-01 is away from {MONDAY} to {MONDAY}" in text


@pytest.mark.parametrize("prompt", PROMPTS, ids=[p.name for p in PROMPTS])
async def test_arguments_complete_as_addresses_do(sample: Sample, prompt: Prompt) -> None:
    """Every argument of every prompt."""
    found = {"person": ("pgy1", "pgy1-01"), "block": ("2026", "2026/5"), "start": ("2026-11", str(MONDAY))}
    found["end"] = found["start"]
    for name in prompt.place.model_fields:
        if name != "program":
            prefix, wanted = found[name]
            assert wanted in await edge(sample).complete(prompt, name, prefix, {}, COORDINATOR)


def test_only_tools_that_exist_are_spoken_of() -> None:
    """In the instructions, in prompts, and in the descriptions of tools, their arguments and resources."""
    there = {tool.name for tool in TOOLS}
    texts = [INSTRUCTIONS, *(r.description for r in RESOURCES), *(p.description for p in PROMPTS)]
    for tool in TOOLS:
        texts += [tool.description, *(field.description or "" for field in tool.args.model_fields.values())]
    filled = {"person": "fac-01", "start": MONDAY, "end": MONDAY, "block": "2026/5"}
    told = [p.render(p.place(**{k: v for k, v in filled.items() if k in p.place.model_fields})) for p in PROMPTS]
    for text in told:
        assert set(re.findall(r"\b[a-z]+_[a-z_]+\b", text)) <= there, text
    for text in texts:
        assert set(re.findall(r"\b[a-z]+_[a-z_]+\b", text)) & CONTRACT <= there, text

from __future__ import annotations

import json
from typing import Annotated

import jsonschema  # type: ignore[import-untyped]  # it ships no annotations
from pydantic import Field

from server.schema import input_schema, output_schema
from tools.tool import ListArgs, Result, Shape


class Slot(Shape):
    person: str | None
    part: str
    note: str | None = None


class Rows(Result):
    slots: tuple[Slot, ...]
    title: str = ""


class FreeOn(Shape):
    date: str
    title: Annotated[str | None, Field(description="A field that is called title.")] = None


class Some(ListArgs):
    free_on: Annotated[FreeOn | None, Field(description="Only people free then.")] = None
    pair: tuple[int, int] | None = None
    count: int = 3


def test_an_input_schema_carries_no_dead_weight() -> None:
    """No titles, no null arms, no null defaults, no references; a field called title survives."""
    schema = input_schema(Some)
    text = json.dumps(schema)
    assert "$ref" not in text
    assert "anyOf" not in text
    assert '"title": "' not in text
    assert "null" not in text
    assert schema["properties"]["free_on"]["properties"]["title"] == {
        "type": "string",
        "description": "A field that is called title.",
    }
    assert schema["properties"]["free_on"]["description"] == "Only people free then."
    assert schema["properties"]["count"] == {"type": "integer", "default": 3}
    assert schema["properties"]["pair"]["prefixItems"] == [{"type": "integer"}, {"type": "integer"}]
    assert schema["additionalProperties"] is False
    jsonschema.Draft202012Validator.check_schema(schema)


def test_an_output_schema_accepts_what_results_really_are() -> None:
    """An absent field is left out, a meaningful null is there, and both are valid; later fields are too."""
    schema = output_schema(Rows)
    validator = jsonschema.Draft202012Validator(schema)
    sent = Rows(slots=(Slot(person=None, part="AM"), Slot(person="fac-01", part="PM", note="x"))).model_dump(
        mode="json"
    )
    assert sent["slots"][0] == {"person": None, "part": "AM"}
    assert "note" not in sent
    validator.validate(sent)
    validator.validate({**sent, "added": 1, "omitted": {"slots": 3}, "cursor": "x"})
    assert not validator.is_valid({"slots": [{"part": "AM"}]})
    assert "description" not in json.dumps(schema)

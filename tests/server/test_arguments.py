from __future__ import annotations

import contextlib
import datetime as dt
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, field_validator

from auth.fields import BlockName, Day
from scheduling.model.errors import InvalidError
from server import arguments
from server.valid_forms import valid_forms
from tools.catalog import TOOLS
from tools.tool import Args, Detail

SECRET = "Zq9-private-words"


class Free(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    date: dt.date
    part: Literal["AM", "PM", "NIGHT"]


class SampleArgs(Args):
    block: Annotated[BlockName | None, Field(description="Block.")] = None
    start: dt.date | None = None
    day: Annotated[Day | None, Field(description="Day.")] = None
    count: Annotated[int, Field(ge=1, le=5)] = 1
    effort: Annotated[float, Field(gt=0, le=9)] = 1
    overlay: bool = True
    versions: Annotated[tuple[Annotated[str, Field(min_length=8, max_length=64)], ...], Field(min_length=1)] = (
        "x" * 8,
    )
    people: Annotated[tuple[str, ...], Field(max_length=3)] = ()
    free_on: Free | None = None
    detail: Detail = Detail.CONCISE
    either: int | Free | None = None

    @field_validator("block")
    @classmethod
    def _not_zero(cls, value: str | None) -> str | None:
        if value == "0000/0":
            raise ValueError("no such block")
        return value


def refused(raw: dict[str, object]) -> InvalidError:
    with pytest.raises(InvalidError) as caught:
        arguments.read(SampleArgs, raw)
    return caught.value


def test_good_arguments_come_through() -> None:
    """Values arrive typed and stripped."""
    args = arguments.read(SampleArgs, {"block": " 2025/10 ", "free_on": {"date": "2026-03-13", "part": "AM"}})
    assert (args.block, args.free_on) == ("2025/10", Free(date=dt.date(2026, 3, 13), part="AM"))


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({"blok": 1}, "blok: no such argument; valid: block, count, day, detail, "),
        ({"free_on": {"date": "2026-03-13", "prt": "AM"}}, "free_on.part: required; valid: AM, PM, NIGHT"),
        ({"free_on": {"date": "2026-03-13", "part": "AM", "x": 1}}, "free_on.x: no such argument; valid: date, part"),
        (
            {"free_on": {"date": "2026-03-13", "part": "EVE"}},
            "free_on.part: not one of the valid values; valid: AM, PM",
        ),
        ({"detail": "all"}, "detail: not one of the valid values; valid: concise, detailed"),
        ({"count": 9}, "count: should be less than or equal to 5; valid: 1 to 5"),
        ({"effort": 0}, "effort: should be greater than 0; valid: above 0, at most 9"),
        ({"overlay": "perhaps"}, "overlay: should be a valid boolean, unable to interpret input; valid: true, false"),
        ({"day": "tomorrow"}, "day: a date is written YYYY-MM-DD; valid: YYYY-MM-DD"),
        ({"block": "2025-10"}, "block: not written in a valid form; valid: such as 2025/10"),
        ({"block": 7}, "block: should be a valid string; valid: such as 2025/10"),
        ({"versions": []}, "versions: list should have at least 1 item after validation, not 0; valid: a list of"),
        ({"versions": ["nope"]}, "versions.0: string should have at least 8 characters; valid: text of 8 to 64"),
        ({"people": "fac-01"}, "people: should be a list; valid: a list of at most 3 items"),
        ({"free_on": 3}, "free_on: should be a valid dictionary or instance of Free; valid: an object with date, part"),
        ({"block": "0000/0"}, "block: no such block"),
        ({"start": "2026-02-30"}, "start: should be a valid date"),
        ({"people": ["a", "b", "c", "d"]}, "people: list should have at most 3 items"),
        ({"people": ["a", 7]}, "people.1: should be a valid string"),
        ({"program": "x\x00y"}, "program: contains a character that is not allowed"),
        ({"people": ["a", "\ud800"]}, "people.1: contains a character that is not allowed"),
    ],
)
def test_a_refusal_names_field_reason_and_valid_values(raw: dict[str, object], message: str) -> None:
    """One line a caller can act on."""
    assert refused(raw).message.startswith(message)


def test_a_list_is_not_called_short_of_items_that_are_told() -> None:
    """One fault is one fault: pydantic counts the list without what was refused in it."""
    assert refused({"versions": ["nope"]}).hint == ""


def test_every_argument_of_every_tool_has_a_valid_form_to_offer() -> None:
    """Values, bounds, lengths or how it is written: nothing is refused without saying what would be taken."""
    for tool in TOOLS:
        for name, field in tool.args.model_fields.items():
            assert valid_forms(field.annotation, field.metadata), (tool.name, name)


def test_several_faults_are_told_at_once() -> None:
    """The first is the message, the next two are the hint."""
    error = refused({"count": 0, "start": "x", "detail": "y", "people": 3})
    assert error.message.startswith("start:")
    assert "count" in error.hint
    assert error.hint.count(";") == 1


def test_the_arms_of_a_union_read_as_one_reason() -> None:
    """What pydantic tries in turn is one sentence, not one error each."""
    error = refused({"either": SECRET})
    assert error.message.startswith("either: should be a valid integer")
    assert " or " in error.message


@pytest.mark.parametrize(
    "raw",
    [
        {SECRET: 1},
        {"block": SECRET},
        {"start": SECRET},
        {"count": SECRET},
        {"people": SECRET},
        {"free_on": SECRET},
        {"free_on": {"date": SECRET, "part": SECRET, SECRET: SECRET}},
        {"detail": SECRET},
        {"either": {SECRET: SECRET}},
        {"program": [SECRET]},
        {"people": [SECRET + "\x00"]},
        {SECRET: {"x": "\x00"}},
    ],
)
def test_a_refusal_never_repeats_what_was_sent(raw: dict[str, object]) -> None:
    """No value and no odd key comes back: what a caller sends may be somebody's words."""
    error = refused(raw)
    assert SECRET not in repr(error.as_dict())


@given(
    st.dictionaries(
        st.text(max_size=8), st.recursive(st.none() | st.booleans() | st.text() | st.floats(), st.lists, max_leaves=4)
    )
)
def test_anything_at_all_is_read_or_refused(raw: dict[str, object]) -> None:
    """No input escapes as another error."""
    with contextlib.suppress(InvalidError):
        assert isinstance(arguments.read(SampleArgs, raw), SampleArgs)

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.call import Detail
from scheduling.model.errors import InvalidError, StaleError
from server import budget
from server.budget import HARD, Page, cost, fit
from server.render import render

ARGUMENTS = {"block": "2025/10"}


def rows(count: int) -> list[dict[str, Any]]:
    return [
        {"date": f"2026-03-{n % 28 + 1:02}", "person": f"pgy1-{n:03}", "activity": "FMIT", "n": n} for n in range(count)
    ]


def walk(facts: dict[str, Any], detail: Detail) -> Iterator[dict[str, Any]]:
    page = Page.first(ARGUMENTS)
    while True:
        got = fit(facts, page, detail=detail, pages="slots", trims=("risk",))
        yield got
        if "cursor" not in got:
            return
        page = Page.read(got["cursor"], {**ARGUMENTS, "cursor": got["cursor"]})


def test_a_small_result_is_left_alone() -> None:
    """What fits is sent as it is."""
    facts = {"slots": rows(5), "note": "five"}
    assert fit(facts, Page.first(ARGUMENTS), detail=Detail.CONCISE, pages="slots") == facts


@pytest.mark.parametrize(("detail", "target"), [(Detail.CONCISE, 750), (Detail.DETAILED, 4000)])
def test_a_cursor_walks_through_every_row_once(detail: Detail, target: int) -> None:
    """Pages keep to their budget, count what is left out, and together hold every row in order."""
    facts = {"as_of": {"versions": {}, "overlay": 1, "at": "x"}, "slots": rows(700), "compliant": True}
    seen: list[dict[str, Any]] = []
    for got in walk(facts, detail):
        assert cost(got) <= target
        seen += got["slots"]
        assert len(seen) + got.get("omitted", {}).get("slots", 0) == 700
        assert got["compliant"] is True
    assert seen == facts["slots"]


def test_lesser_lists_are_trimmed_before_the_main_one_is_cut() -> None:
    """Three rows of each lesser list remain, and the count says how many went."""
    got = fit(
        {"slots": rows(4), "risk": rows(200)}, Page.first({}), detail=Detail.CONCISE, pages="slots", trims=("risk",)
    )
    assert (len(got["risk"]), got["omitted"], len(got["slots"])) == (3, {"risk": 197}, 4)
    assert "cursor" not in got


def test_a_page_always_holds_a_row() -> None:
    """A row dearer than the target is sent alone rather than never."""
    facts = {"slots": [{"text": "x" * 9000}, {"text": "y" * 9000}]}
    pages = list(walk(facts, Detail.CONCISE))
    assert [len(p["slots"]) for p in pages] == [1, 1]


def test_a_cursor_is_bound_to_its_arguments() -> None:
    """A cursor of another call, or a made-up one, is refused without being repeated."""
    cursor = Page.first(ARGUMENTS).next(10, "state")
    assert Page.read(cursor, {**ARGUMENTS, "detail": "detailed"}).start == 10
    for bad, arguments in (
        (cursor, {"block": "2025/11"}),
        ("!!!", {}),
        ("e30=", {}),
        (cursor[:-6], ARGUMENTS),
        ("é", {}),
    ):
        with pytest.raises(InvalidError) as caught:
            Page.read(bad, arguments)
        assert bad not in caught.value.message


def test_a_cursor_is_refused_once_the_schedule_has_moved() -> None:
    """Rows of two different schedules are never presented as one list; a later reading time alone is no move."""
    before: dict[str, Any] = {"as_of": {"versions": {"2025/10": "a"}, "overlay": 1, "at": "09:00"}, "slots": rows(200)}
    first = fit(before, Page.first(ARGUMENTS), detail=Detail.CONCISE, pages="slots")
    page = Page.read(first["cursor"], ARGUMENTS)
    fit({**before, "as_of": {**before["as_of"], "at": "10:00"}}, page, detail=Detail.CONCISE, pages="slots")
    with pytest.raises(StaleError):
        fit({**before, "as_of": {**before["as_of"], "overlay": 2}}, page, detail=Detail.CONCISE, pages="slots")


def test_the_hard_limit_holds_for_a_result_that_declares_nothing() -> None:
    """Nested lists and long texts are shortened with their counts; the call never fails for size."""
    facts = {"plans": [{"plan": "p1", "steps": rows(2000)}, {"plan": "p2", "steps": rows(10)}], "text": "word " * 20000}
    got = fit(facts, Page.first({}), detail=Detail.DETAILED)
    assert cost(got) <= HARD
    assert got["omitted"]["plans.steps"] > 1000
    assert got["plans"][0]["plan"] == "p1"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=30) | st.dictionaries(st.text(max_size=10), inner, max_size=6),
    max_leaves=60,
)


@given(st.dictionaries(st.text(min_size=1, max_size=10), json_values, max_size=8))
def test_any_result_fits_and_renders(facts: dict[str, Any]) -> None:
    """Whatever a tool returns, the answer is within the hard limit and has a text."""
    got = fit(facts, Page.first({}), detail=Detail.CONCISE)
    assert cost(got) <= HARD
    assert budget.tokens(render(got)) <= HARD


def test_a_list_of_thousands_is_walked_to_its_end() -> None:
    """Rows beyond the most a page may hold are counted, and the cursor reaches them."""
    facts = {"slots": [{"n": n} for n in range(2_500)]}
    seen: list[int] = []
    page = Page.first(ARGUMENTS)
    while True:
        got = fit(facts, page, detail=Detail.DETAILED, pages="slots")
        seen += [row["n"] for row in got["slots"]]
        if "cursor" not in got:
            break
        assert got["omitted"]["slots"] == 2_500 - len(seen)
        page = Page.read(got["cursor"], ARGUMENTS)
    assert seen == list(range(2_500))

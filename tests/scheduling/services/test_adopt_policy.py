"""Adopting a policy: what changes is said, and no code that schedules are indexed by is ever dropped."""

from __future__ import annotations

import datetime as dt
from importlib import resources

import pytest

from scheduling.model.errors import ConflictError, InvalidError
from scheduling.model.policy import Policy, PolicyHistory, read_policy, shipped_policy
from scheduling.services.adopt_policy import check_codes, compare_policies
from scheduling.services.draft_policy import read_draft

SHIPPED = resources.files("scheduling.model").joinpath("policy.toml").read_text("utf-8")
EXTRA = '\n[[activities]]\ncode = "TELE"\ntitle = "Telephone clinic"\ncategory = "clinic"\n'
SOON, LATER = dt.date(2026, 12, 1), dt.date(2027, 1, 1)


def with_code() -> Policy:
    return read_policy(SHIPPED + EXTRA)


def test_a_change_names_the_figure_and_both_values() -> None:
    """Activities by code, sections by key, lists of plain values whole."""
    new = read_policy(
        SHIPPED.replace("soft = 6", "soft = 5", 1)
        .replace('title = "Leave"', 'title = "Annual leave"', 1)
        .replace("pd = [2]", "pd = [2, 4]", 1)
    )
    found = {c.key: (c.old, c.new) for c in compare_policies(shipped_policy(), new)}
    assert found == {
        "rooms.soft": (6, 5),
        "activities.LV.title": ("Leave", "Annual leave"),
        "people.avoid_call_weekdays.pd": ([2], [2, 4]),
    }
    assert compare_policies(new, new) == ()


def test_a_new_activity_has_no_old_value() -> None:
    """And one taken away no new one."""
    assert {c.old for c in compare_policies(shipped_policy(), with_code()) if c.key == "activities.TELE.code"} == {None}
    assert {c.new for c in compare_policies(with_code(), shipped_policy()) if c.key == "activities.TELE.code"} == {None}


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("off = []", 'off = ["prog.none"]', "rules.off"),
        ('packs = ["acgme", "prog"]', 'packs = ["xx"]', "rules.packs"),
        ('insist = ["call_gap"', 'insist = ["call_gaps"', "solve.profiles.insist"),
        ('insist = ["call_gap"', 'insist = ["prog.unassigned"', "solve.profiles.insist"),
        ("[solve.profiles.standard]", "[solve.profiles.standard]\nprices = { chnage = 5 }", "solve.profiles.prices"),
    ],
)
def test_rules_and_packs_that_do_not_exist_are_refused(old: str, new: str, key: str) -> None:
    """A rule switched off by a misspelt name would stay on unnoticed."""
    assert old in SHIPPED
    with pytest.raises(InvalidError, match=key):
        read_draft(SHIPPED.replace(old, new, 1), shipped_policy())


def test_codes_may_be_added() -> None:
    """From any date on which the policy is the latest."""
    check_codes(PolicyHistory(), SOON, with_code())


@pytest.mark.parametrize(
    ("dated", "effective", "policy"),
    [
        ((), SOON, SHIPPED.replace('code = "MIL"', 'code = "MILX"', 1)),
        (((SOON, with_code()),), LATER, SHIPPED),
        (((SOON, with_code()),), SOON, SHIPPED),
        (((LATER, shipped_policy()),), SOON, SHIPPED + EXTRA),
    ],
)
def test_no_code_is_dropped_by_the_latest_policy(
    dated: tuple[tuple[dt.date, Policy], ...], effective: dt.date, policy: str
) -> None:
    """Neither a shipped one, nor one adopted before, nor one adopted for an earlier date than the latest."""
    with pytest.raises(ConflictError, match="would drop activity codes"):
        check_codes(PolicyHistory(dated), effective, read_policy(policy))

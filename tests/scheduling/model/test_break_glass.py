from __future__ import annotations

import datetime as dt

import pytest

from scheduling.model.break_glass import BreakGlass, Lock, check_break_glass, closed, require_open
from scheduling.model.errors import ForbiddenError, InvalidError
from scheduling.model.policy import shipped_policy

TODAY = dt.date(2026, 2, 15)
FIGURES = shipped_policy().guard.model_copy(update={"freeze_days": 2, "lock_through": dt.date(2026, 2, 18)})
RIGHTS = shipped_policy().rights


def test_the_past_the_locked_and_the_frozen_are_closed() -> None:
    """Before today, up to the lock date, and within the freeze horizon; everything else is open."""
    week = [TODAY + dt.timedelta(n) for n in range(-1, 5)]

    assert closed(week, TODAY, FIGURES) == {
        week[0]: Lock.PAST,
        week[1]: Lock.LOCKED,
        week[2]: Lock.LOCKED,
        week[3]: Lock.LOCKED,
        week[4]: Lock.LOCKED,
    }
    unlocked = FIGURES.model_copy(update={"lock_through": None})
    assert closed(week, TODAY, unlocked) == {week[0]: Lock.PAST, week[1]: Lock.FROZEN, week[2]: Lock.FROZEN}


def test_the_shipped_policy_closes_only_the_past() -> None:
    """Today is open until a program chooses a horizon."""
    assert closed([TODAY], TODAY, shipped_policy().guard) == {}


def test_a_closed_date_needs_the_glass_broken() -> None:
    """Without break-glass the refusal names how many dates, the first one and why."""
    past = [TODAY - dt.timedelta(2), TODAY - dt.timedelta(1)]
    with pytest.raises(ForbiddenError, match="2 dates from 2026-02-13 on are closed to ordinary commits \\(past\\)"):
        require_open(past, TODAY, FIGURES, None)

    assert set(require_open(past, TODAY, FIGURES, BreakGlass("emergency", "wrong person recorded"))) == set(past)


def test_only_named_roles_with_a_known_code_and_a_reason_break_it() -> None:
    """The role, the code and the reason are each checked, and the refusal never repeats the free text."""
    check_break_glass(BreakGlass("emergency", "flu"), "admin", RIGHTS)
    with pytest.raises(ForbiddenError, match="coordinator may not break the glass"):
        check_break_glass(BreakGlass("emergency", "flu"), "coordinator", RIGHTS)
    with pytest.raises(InvalidError, match=r"break_glass.code: no such code; valid: emergency"):
        check_break_glass(BreakGlass("because", "flu"), "admin", RIGHTS)
    with pytest.raises(InvalidError, match=r"break_glass\.reason"):
        check_break_glass(BreakGlass("emergency", "  "), "admin", RIGHTS)

"""The policy: every figure is data, read from a date on, and refused where it contradicts itself."""

from __future__ import annotations

import datetime as dt
from importlib import resources

import pytest

from scheduling.model.errors import InvalidError
from scheduling.model.part import Part
from scheduling.model.policy import PolicyHistory, read_policy, shipped_policy
from scheduling.model.rotation import Pattern

SHIPPED = resources.files("scheduling.model").joinpath("policy.toml").read_text("utf-8")


def test_the_shipped_policy_holds_the_figures_of_the_domain() -> None:
    """Clinic caps by role (zero is a value), supervision in quarters, rooms, call spacing."""
    policy = shipped_policy()
    assert policy.people.clinic_cap == {
        "pd": 0,
        "apd": 2,
        "oic": 2,
        "dept_chief": 1,
        "sports_med": 0,
        "core": 4,
        "adjunct": 0,
    }
    assert (policy.supervision.pgy1_units, policy.supervision.senior_units) == (2, 1)
    assert (policy.rooms.soft, policy.rooms.hard) == (6, 8)
    assert policy.absences.recovery_days == {"deployment": 7, "convalescent": 3}
    assert {a.code for a in policy.activities if a.never_cancelled} == {"FMIT", "AT", "PCAT", "DO"}
    assert policy.catalogue["VAS"].only_slots == ("4 AM", "4 PM", "5 AM")
    assert policy.catalogue["NF"].span(Part.NIGHT) == (18 * 60, 31 * 60)


def test_every_pattern_but_the_outpatient_ones_has_a_week() -> None:
    """A rotation whose weekdays are not open must say what they hold."""
    figures = shipped_policy().rotations
    for pattern in Pattern:
        assert (figures.week(pattern, "X", 1) is None) is (pattern in figures.outpatient)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("soft = 6", "soft = 9", "rooms.soft is above"),
        ("soft = 6", "soft = -1", "rooms.soft"),
        ("soft = 6", "soft = 6\nextra = 1", "rooms.extra"),
        ('post_call_am = "PCAT"', 'post_call_am = "NOPE"', "activities that do not exist"),
        ('advising = "ADV"', 'advising = "NOPE"', "activities that do not exist"),
        ('lecture_slot = "3 PM"', 'lecture_slot = "Wednesday"', "rotations.lecture_slot"),
        ('first_day = "OFF C-N *"', 'first_day = "OFF"', "first_day"),
        ('code = "AT"', 'code = "FMIT"', "stands twice"),
        ("[rooms]", "[rooms", "not TOML"),
    ],
)
def test_a_policy_that_cannot_be_is_refused_with_its_key(old: str, new: str, named: str) -> None:
    """The message names the key and the reason, never the value."""
    assert old in SHIPPED
    with pytest.raises(InvalidError, match=named):
        read_policy(SHIPPED.replace(old, new, 1))


def test_a_policy_holds_from_its_date_on() -> None:
    """Before the first adopted one the shipped policy holds; the latest one indexes rosters."""
    other = read_policy(SHIPPED.replace("soft = 6", "soft = 5", 1))
    later = read_policy(SHIPPED.replace("soft = 6", "soft = 4", 1))
    history = PolicyHistory(((dt.date(2026, 1, 1), later), (dt.date(2025, 7, 1), other)))
    found = [history.at(dt.date(*d)).rooms.soft for d in ((2025, 6, 30), (2025, 7, 1), (2025, 12, 31), (2026, 1, 1))]
    assert found == [6, 5, 5, 4]
    assert history.latest is later
    assert other.digest != later.digest != shipped_policy().digest


def test_a_changed_copy_has_a_digest_of_its_own() -> None:
    """The digest is that of the figures a policy holds, also when it was copied from one that knew its digest already."""
    shipped = shipped_policy()
    known = shipped.digest
    changed = shipped.model_copy(update={"name": "ours"})
    assert changed.digest != known
    assert changed.model_copy(update={"name": shipped.name}).digest == known

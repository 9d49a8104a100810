from __future__ import annotations

import datetime as dt
from typing import Any

from scheduling.model.clock import Clock
from scheduling.model.event import Event
from scheduling.model.notice import Channel, Receiver
from scheduling.model.person import Kind, Person
from scheduling.model.program import Program
from scheduling.services.notify.audience import Told, audience

NOW = dt.datetime(2026, 2, 15, 12, tzinfo=dt.UTC)
PROGRAM = Program(
    "demo",
    Clock("America/New_York"),
    people=(
        Person("fac-01", Kind.FACULTY),
        Person("fac-02", Kind.FACULTY),
        Person("fac-09", Kind.FACULTY, active=False),
    ),
)


def told(payload: dict[str, Any], *receivers: Receiver, kind: str = "schedule.published") -> dict[str, Told]:
    event = Event(1, "demo", kind, payload, "key", NOW)
    return {t[0]: t for t in audience(event, PROGRAM, {r.id: r for r in receivers}, NOW, dt.time(18))}


def test_the_people_an_event_names_are_told_and_nobody_else() -> None:
    """Active people of the roster, wherever the event names them; strangers and those gone are not."""
    assert set(told({"people": {"fac-01": 3, "fac-09": 1, "x-1": 1}})) == {"fac-01"}
    assert set(told({"person": "fac-01", "replacement": "fac-02"})) == {"fac-01", "fac-02"}


def test_one_is_told_ones_own_part_only() -> None:
    """How many of one's own cells change, and nobody else's."""
    payload = told({"people": {"fac-01": 3, "fac-02": 5}, "versions": {"2025/10": "a"}})["fac-01"][1]
    assert payload == {"versions": {"2025/10": "a"}, "you": "fac-01", "cells": 3}


def test_who_follows_the_program_is_told_everything() -> None:
    """An account that follows sees the whole event, also when it names nobody."""
    follower = Receiver("@coordinator", follows=True)
    assert told({"people": {"fac-01": 3}}, follower)["@coordinator"][1] == {"people": {"fac-01": 3}}
    assert set(told({"rule": "x"}, follower, kind="finding.waived")) == {"@coordinator"}


def test_kinds_narrow_and_channels_follow_the_preferences() -> None:
    """Without preferences a notice stays in the app."""
    assert told({"person": "fac-01"})["fac-01"][2] == {}
    both = Receiver("fac-01", email="a@b.example", webhook="https://x.example/h", kinds=("override.set",))
    assert told({"person": "fac-01"}, both) == {}
    assert told({"person": "fac-01"}, both, kind="override.set")["fac-01"][2] == {
        Channel.EMAIL: NOW,
        Channel.WEBHOOK: NOW,
    }


def test_a_digest_leaves_at_its_hour_in_the_programs_zone() -> None:
    """18:00 in New York in winter is 23:00 UTC; after that hour it is tomorrow's."""
    gathered = Receiver("fac-01", email="a@b.example", digest=True)
    assert told({"person": "fac-01"}, gathered)["fac-01"][2] == {Channel.EMAIL: NOW.replace(hour=23)}

from __future__ import annotations

import datetime as dt
from typing import Any

from scheduling.model.notice import Notice
from scheduling.services.notify.wording import message, sentence

NOW = dt.datetime(2026, 2, 15, 12, tzinfo=dt.UTC)


def notice(kind: str, **payload: Any) -> Notice:
    return Notice(1, "demo", "fac-01", kind, payload, "key", NOW)


def test_a_publication_says_which_block_and_how_many_of_ones_own_cells() -> None:
    """What a person wants to know in one line."""
    told = sentence(notice("schedule.published", versions={"2025/10": "a", "2025/11": "b"}, cells=7))
    assert told == "A new schedule was published for block 2025/10, 2025/11. 7 of your half-days and nights change."


def test_everything_is_escaped_and_no_header_can_be_begun() -> None:
    """A program or an id that holds markup or line breaks stays text."""
    evil = notice("override.set", person="<b>x</b>\r\nBcc: a@b", date="2026-03-01", part="AM", activity="C", type="gap")

    told = message([evil], "demo\r\nX: <i>")

    assert "\n" not in told.subject
    assert "\r" not in told.subject
    assert "<b>" not in told.html
    assert "&lt;b&gt;" in told.html
    assert "<i>" not in told.html


def test_an_unknown_kind_is_still_said() -> None:
    """A notice nobody wrote a sentence for names its kind."""
    assert sentence(notice("swap.approved", person="fac-01")) == "swap approved"


def test_a_payloads_own_words_cannot_reach_into_the_pattern() -> None:
    """Braces are text."""
    assert "{person}" in sentence(notice("absence.recorded", person="{person}", start="a", end="b"))


def test_a_digest_lists_each_notice_with_its_time() -> None:
    """Several notices are one message, oldest first."""
    told = message([notice("absence.recorded", person="fac-01", start="a", end="b") for _ in range(3)], "demo")
    assert told.subject == "[demo] 3 changes"
    assert told.text.count("2026-02-15 12:00 UTC") == 3

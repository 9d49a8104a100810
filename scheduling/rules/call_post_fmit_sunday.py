"""prog.call_post_fmit_sunday: no call on the Sunday three days after one's FMIT week ends."""

from __future__ import annotations

import numpy as np

from scheduling.model.calendar import SUNDAY
from scheduling.model.roster import Roster
from scheduling.rules.call_book import CallBook, Mask
from scheduling.rules.finding import Binding
from scheduling.rules.night_rule import NightRule, window_text
from scheduling.rules.rule import Soft, Tier


class CallPostFmitSunday(NightRule):
    """An FMIT week ends on Thursday; the Sunday three days later is still too soon."""

    id = "prog.call_post_fmit_sunday"
    title = "No call on the Sunday after FMIT"
    citation = "Program policy: call eligibility"
    text = "The Sunday three days after an own FMIT week is free of call."
    binding = Binding.POLICY
    enforcement = Soft(Tier.OPERATIONS, 200)
    per_person = False

    def broken(self, roster: Roster, book: CallBook) -> Mask:
        """Sundays whose week before was the caller's."""
        return np.asarray(book.call & (book.weekday == SUNDAY) & book.shifted(book.attending[:, book.week], 7))

    def because(self, roster: Roster, book: CallBook, row: int, day: int) -> str:
        """The week before."""
        week = book.week_window(book.week[day] - 1)
        return f"three days after the own FMIT week {window_text(week.start, week.end)}"


RULE = CallPostFmitSunday()

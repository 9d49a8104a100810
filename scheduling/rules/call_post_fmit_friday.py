"""prog.call_post_fmit_friday: no call on the Friday after one's FMIT week."""

from __future__ import annotations

import numpy as np

from scheduling.model.calendar import FRIDAY
from scheduling.model.roster import Roster
from scheduling.rules.call_book import CallBook, Mask
from scheduling.rules.finding import Binding
from scheduling.rules.night_rule import NightRule, window_text
from scheduling.rules.rule import CheckOnly


class CallPostFmitFriday(NightRule):
    """The Friday belongs to recovery, unless the person is the new week's attending too."""

    id = "prog.call_post_fmit_friday"
    title = "No call on the Friday after FMIT"
    citation = "Program policy: call eligibility"
    text = "The Friday right after an own FMIT week is free of call, unless the person is the new week's attending."
    binding = Binding.POLICY
    enforcement = CheckOnly("Friday and Saturday nights go with the week's attending and are offered to nobody else")
    per_person = False

    def broken(self, roster: Roster, book: CallBook) -> Mask:
        """Fridays whose week before was the caller's and whose own week is not."""
        attending = book.attending[:, book.week]
        return np.asarray(book.call & (book.weekday == FRIDAY) & book.shifted(attending, 7) & ~attending)

    def because(self, roster: Roster, book: CallBook, row: int, day: int) -> str:
        """The week before."""
        week = book.week_window(book.week[day] - 1)
        return f"the Friday after the own FMIT week {window_text(week.start, week.end)}"


RULE = CallPostFmitFriday()

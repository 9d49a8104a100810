"""prog.call_eve_of_leave: no call on the night before an absence begins."""

from __future__ import annotations

import numpy as np

from scheduling.model.calendar import days
from scheduling.model.part import PARTS, Part, Slot
from scheduling.model.roster import Roster
from scheduling.rules.call_book import CallBook, Mask
from scheduling.rules.finding import Binding
from scheduling.rules.night_rule import NightRule
from scheduling.rules.places import either_half
from scheduling.rules.rule import Soft, Tier


class CallEveOfLeave(NightRule):
    """All seven nights count; the night itself is not absent, the next date is, wholly or in part."""

    id = "prog.call_eve_of_leave"
    title = "No call on the eve of leave"
    citation = "Program policy: call eligibility"
    text = "The night before an approved absence is free of call."
    binding = Binding.POLICY
    enforcement = Soft(Tier.PREFERENCE, 50)
    per_person = True

    def broken(self, roster: Roster, book: CallBook) -> Mask:
        """Calls before an absent date."""
        tomorrow = np.zeros_like(book.call)
        tomorrow[:, :-1] = (either_half(book.absent) | book.absent[:, :, Part.NIGHT])[:, 1:]
        after = roster.window.end + days(1)
        for row in np.flatnonzero(book.call[:, -1]):
            tomorrow[row, -1] = any(roster.is_absent(book.ids[row], Slot(after, part)) for part in PARTS)
        return book.call & tomorrow & ~book.absent[:, :, Part.NIGHT]

    def because(self, roster: Roster, book: CallBook, row: int, day: int) -> str:
        """The next date."""
        return f"the eve of an approved absence on {book.date(day + 1)}"


RULE = CallEveOfLeave()

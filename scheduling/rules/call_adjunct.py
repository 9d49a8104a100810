"""prog.call_adjunct: adjuncts take no Sunday-to-Thursday call."""

from __future__ import annotations

from scheduling.model.roster import Roster
from scheduling.rules.call_book import CallBook, Mask
from scheduling.rules.finding import Binding
from scheduling.rules.night_rule import NightRule
from scheduling.rules.rule import Hard


class CallAdjunct(NightRule):
    """An adjunct placed by hand as FMIT attending keeps that week's Friday and Saturday."""

    id = "prog.call_adjunct"
    title = "No call for adjuncts"
    citation = "Program policy: call eligibility"
    text = "Sunday-to-Thursday nights are held by core faculty, never by an adjunct."
    binding = Binding.MUST
    enforcement = Hard()
    per_person = True

    def broken(self, roster: Roster, book: CallBook) -> Mask:
        """Pool nights of adjuncts."""
        return book.call & book.pool & book.adjunct[:, None]

    def because(self, roster: Roster, book: CallBook, row: int, day: int) -> str:
        """The role."""
        return "held by an adjunct"


RULE = CallAdjunct()

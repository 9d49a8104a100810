"""prog.call_absent: no call on a date of approved absence."""

from __future__ import annotations

from scheduling.model.part import Part
from scheduling.model.roster import Roster
from scheduling.rules.call_book import CallBook, Mask
from scheduling.rules.finding import Binding
from scheduling.rules.night_rule import NightRule
from scheduling.rules.rule import Hard


class CallAbsent(NightRule):
    """All seven nights count. An absence that ends before the night does not lie on it."""

    id = "prog.call_absent"
    title = "No call while absent"
    citation = "Program policy: call eligibility"
    text = "Nobody holds call on a night of an approved absence or of the recovery after it."
    binding = Binding.MUST
    enforcement = Hard()
    per_person = True

    def broken(self, roster: Roster, book: CallBook) -> Mask:
        """Calls on absent nights."""
        return book.call & book.absent[:, :, Part.NIGHT]

    def because(self, roster: Roster, book: CallBook, row: int, day: int) -> str:
        """That there is an absence; its type and reason are nobody's business here."""
        return "inside an approved absence"


RULE = CallAbsent()

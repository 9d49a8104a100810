"""prog.call_own_fmit: no Sunday-to-Thursday call inside one's own FMIT week."""

from __future__ import annotations

from scheduling.model.roster import Roster
from scheduling.rules.call_book import CallBook, Mask
from scheduling.rules.finding import Binding
from scheduling.rules.night_rule import NightRule, window_text
from scheduling.rules.rule import Soft, Tier


class CallOwnFmit(NightRule):
    """The caller is an attending of the week that holds the night, or is on FMIT that very date."""

    id = "prog.call_own_fmit"
    title = "No call in one's own FMIT week"
    citation = "Program policy: call eligibility"
    text = "The FMIT attending of a week takes no Sunday-to-Thursday call in it."
    binding = Binding.POLICY
    enforcement = Soft(Tier.OPERATIONS, 200)
    per_person = False

    def broken(self, roster: Roster, book: CallBook) -> Mask:
        """Pool nights of attendings, or beside FMIT half-days."""
        return book.call & book.pool & (book.attending[:, book.week] | (book.fmit > 0))

    def because(self, roster: Roster, book: CallBook, row: int, day: int) -> str:
        """The week."""
        week = book.week_window(book.week[day])
        if book.attending[row, book.week[day]]:
            return f"inside the own FMIT week {window_text(week.start, week.end)}"
        return "beside FMIT on the same date"


RULE = CallOwnFmit()

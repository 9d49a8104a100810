"""on.in_house_call: in-house call one night in four."""

from __future__ import annotations

from fractions import Fraction

from scheduling.model.policy import Policy
from scheduling.rules.ontario.call_rule import CallRule
from scheduling.rules.segments import Numbers


class OntarioInHouseCall(CallRule):
    """Averaged over the rotation, leave nights out."""

    id = "on.in_house_call"
    title = "In-house call 1 in 4"
    text = "In-house call is no more frequent than one night in four, averaged over the rotation."
    unit = "in-house calls"

    def held(self, in_house: Numbers, home: Numbers, policy: Policy) -> Numbers:
        """In-house calls."""
        return in_house

    def per_night(self, policy: Policy) -> Fraction:
        """One in so many."""
        return Fraction(1, policy.ontario.call_every_nights)


RULE = OntarioInHouseCall()

"""on.home_call: home call one night in three."""

from __future__ import annotations

from fractions import Fraction

from scheduling.model.policy import Policy
from scheduling.rules.ontario.call_rule import CallRule
from scheduling.rules.segments import Numbers


class OntarioHomeCall(CallRule):
    """Averaged over the rotation, leave nights out."""

    id = "on.home_call"
    title = "Home call 1 in 3"
    text = "Home call is no more frequent than one night in three, averaged over the rotation."
    unit = "home calls"

    def held(self, in_house: Numbers, home: Numbers, policy: Policy) -> Numbers:
        """Home calls."""
        return home

    def per_night(self, policy: Policy) -> Fraction:
        """One in so many."""
        return Fraction(1, policy.ontario.home_call_every_nights)


RULE = OntarioHomeCall()

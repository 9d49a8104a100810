"""on.blended_call: blended call, three for home and four for in-house, at most 30 in 28 days."""

from __future__ import annotations

from fractions import Fraction

from scheduling.model.policy import Policy
from scheduling.rules.ontario.call_rule import CallRule
from scheduling.rules.segments import Numbers


class OntarioBlendedCall(CallRule):
    """Only where both kinds are held: each alone has a rule of its own."""

    id = "on.blended_call"
    title = "Blended call"
    text = "With both kinds of call in a rotation, 3 x home + 4 x in-house calls are at most 30 per 28 days."
    unit = "call points"

    def held(self, in_house: Numbers, home: Numbers, policy: Policy) -> Numbers:
        """Points, none where only one kind is held."""
        return (policy.ontario.home_call_weight * home + policy.ontario.call_weight * in_house) * (
            (home > 0) & (in_house > 0)
        )

    def per_night(self, policy: Policy) -> Fraction:
        """The limit over its days."""
        return Fraction(policy.ontario.blended_limit, policy.ontario.blended_days)


RULE = OntarioBlendedCall()

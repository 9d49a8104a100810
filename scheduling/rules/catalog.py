"""Every rule, in the order reports list them: duty hours first, then safety, call, inpatient team and the rest."""

from __future__ import annotations

from collections.abc import Sequence

from scheduling.model.errors import NotFoundError
from scheduling.model.policy import Policy
from scheduling.rules import (
    absence_blocks,
    acgme_6_20,
    acgme_6_21,
    acgme_6_21_a,
    acgme_6_21_b,
    acgme_6_22,
    acgme_6_22_a,
    acgme_6_23,
    acgme_6_24,
    acgme_6_25_a,
    acgme_6_25_b,
    acgme_6_26,
    acgme_6_27,
    acgme_6_28,
    call_absent,
    call_adjunct,
    call_equity,
    call_eve_of_leave,
    call_own_fmit,
    call_post_fmit_friday,
    call_post_fmit_sunday,
    call_spacing,
    clinic_cap,
    credential,
    duty_run,
    fmit_absent,
    fmit_back_to_back,
    fmit_one_attending,
    fmit_recovery,
    intern_clinic,
    learner_ratio,
    leave_days,
    lecture,
    lock,
    night_run,
    one_activity,
    one_caller,
    post_call_tied,
    requirement,
    rolling_average,
    rooms,
    supervision,
    unassigned,
    vas_slots,
)
from scheduling.rules.eu import daily_rest, weekly_hours, weekly_rest
from scheduling.rules.ontario import blended_call, continuous_duty, home_call, in_house_call
from scheduling.rules.ontario import weekends as ontario_weekends
from scheduling.rules.rule import Rule
from scheduling.rules.saskatchewan import max_calls
from scheduling.rules.uk import long_days, nights, seven_days, shift_length, shift_run
from scheduling.rules.uk import weekends as uk_weekends
from scheduling.rules.uk import weekly_hours as uk_weekly_hours

RULES: tuple[Rule, ...] = (
    acgme_6_20.RULE,
    acgme_6_21.RULE,
    acgme_6_21_a.RULE,
    acgme_6_21_b.RULE,
    acgme_6_22.RULE,
    acgme_6_22_a.RULE,
    acgme_6_23.RULE,
    acgme_6_24.RULE,
    acgme_6_25_a.RULE,
    acgme_6_25_b.RULE,
    acgme_6_26.RULE,
    acgme_6_27.RULE,
    acgme_6_28.RULE,
    one_activity.RULE,
    absence_blocks.RULE,
    lock.RULE,
    supervision.RULE,
    credential.RULE,
    rooms.RULE,
    one_caller.RULE,
    call_absent.RULE,
    call_adjunct.RULE,
    call_own_fmit.RULE,
    call_post_fmit_friday.RULE,
    call_post_fmit_sunday.RULE,
    call_spacing.RULE,
    call_eve_of_leave.RULE,
    call_equity.RULE,
    post_call_tied.RULE,
    fmit_one_attending.RULE,
    fmit_back_to_back.RULE,
    fmit_recovery.RULE,
    fmit_absent.RULE,
    clinic_cap.RULE,
    intern_clinic.RULE,
    lecture.RULE,
    vas_slots.RULE,
    night_run.RULE,
    duty_run.RULE,
    rolling_average.RULE,
    requirement.RULE,
    learner_ratio.RULE,
    leave_days.RULE,
    unassigned.RULE,
    weekly_hours.RULE,
    daily_rest.RULE,
    weekly_rest.RULE,
    uk_weekly_hours.RULE,
    seven_days.RULE,
    shift_length.RULE,
    nights.RULE,
    long_days.RULE,
    shift_run.RULE,
    uk_weekends.RULE,
    in_house_call.RULE,
    home_call.RULE,
    blended_call.RULE,
    ontario_weekends.RULE,
    continuous_duty.RULE,
    max_calls.RULE,
)

BY_ID = {rule.id: rule for rule in RULES}


def rule(rule_id: str) -> Rule:
    """The rule of that id; NotFoundError with the nearest ids."""
    try:
        return BY_ID[rule_id]
    except KeyError:
        raise NotFoundError("rule", rule_id, BY_ID, hint="housestaff://{program}/rules lists them") from None


def is_on(rule_: Rule, policy: Policy) -> bool:
    """True when the policy has the rule's pack on and the rule itself not off."""
    return rule_.id.partition(".")[0] in policy.rules.packs and rule_.id not in policy.rules.off


def enabled(policy: Policy) -> Sequence[Rule]:
    """The rules a policy has on, in order."""
    return [r for r in RULES if is_on(r, policy)]

"""What may be given up for a cover, and at what price: the order of sacrifice (domain.md §9)."""

from __future__ import annotations

from scheduling.model.activity import Activity, Category
from scheduling.model.policy import CascadeFigures

_NEVER = frozenset({Category.TIME_OFF, Category.RECOVERY, Category.POST_CALL, Category.CALL})
_REST = frozenset({Category.TIME_OFF, Category.RECOVERY, Category.POST_CALL})
_OWN_BUSINESS = frozenset({Category.ADMIN, Category.FLEX})


def points(price: float) -> int:
    """A price in hundredths, the whole units every cost is added up in."""
    return round(price * 100)


def sacrifice_price(activity: Activity, figures: CascadeFigures) -> int | None:
    """What losing one half-day of the activity costs (hundredths); None where it is never given up.

    FMIT, AT, PCAT and DO never are, nor is call, recovery or time off.
    """
    if activity.protected or activity.must_staff or activity.category in _NEVER:
        return None
    prices = {"admin": figures.admin, "clinic": figures.clinic, "procedure": figures.procedure, "other": figures.other}
    return points(prices[sacrifice_name(activity)])


def sacrifice_name(activity: Activity) -> str:
    """The policy figure that prices the activity."""
    match activity.category:
        case Category.ADMIN | Category.EDUCATION:
            return "admin"
        case Category.CLINIC:
            return "clinic"
        case Category.PROCEDURE:
            return "procedure"
        case _:
            return "other"


def is_rest(activity: Activity) -> bool:
    """True for cells that ask for nobody when their holder is away: time off, recovery, the afternoon after a call."""
    return activity.category in _REST


def is_own_business(activity: Activity) -> bool:
    """True for administration and self-directed time: cancelled with their holder's absence, covered by nobody."""
    return activity.category in _OWN_BUSINESS

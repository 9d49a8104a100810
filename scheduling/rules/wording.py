"""How figures and instants are written in messages and explanations. Rounding happens here and nowhere else."""

from __future__ import annotations

import datetime as dt
import functools
from fractions import Fraction

from scheduling.model.clock import zone_of

_HOUR = 60


def number(value: Fraction | int) -> str:
    """At most two decimals, none where there is nothing to show: 80, 83.33, 6.5."""
    return f"{float(value):.2f}".rstrip("0").rstrip(".")


def duration(minutes: int) -> str:
    """Hours and minutes: 8 h, 7 h 59 min."""
    hours, rest = divmod(int(minutes), _HOUR)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def hours(minutes: int) -> str:
    """Minutes as hours: 318 h, 13.5 h."""
    return f"{number(Fraction(int(minutes), _HOUR))} h"


@functools.lru_cache(maxsize=8192)
def local(zone: str, minute: int) -> dt.datetime:
    """The wall-clock time, without zone, of an epoch minute. Duties of many people begin and end at the same ones."""
    return dt.datetime.fromtimestamp(int(minute) * 60, zone_of(zone)).replace(tzinfo=None)


@functools.lru_cache(maxsize=8192)
def moment(zone: str, minute: int) -> str:
    """An epoch minute as date and wall-clock time."""
    return local(zone, minute).isoformat(" ", "minutes")


def listed(ids: list[str]) -> str:
    """Ids as a person lists them."""
    return " and ".join((", ".join(ids[:-1]), ids[-1])) if len(ids) > 1 else "".join(ids)

"""What a result may cost, in tokens of four bytes; what does not fit is counted and can be asked for."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auth.call import Detail
from scheduling.model.errors import InvalidError, StaleError
from scheduling.store.audit import canonical
from server.render import render

HARD = 8_000
_TARGET = {Detail.CONCISE: 600, Detail.DETAILED: 4_000}
_LEFT_WHOLE = {Detail.CONCISE: 750, Detail.DETAILED: 4_000}
"""A concise result a little above its target is sent whole: a cut would save less than asking for the rest costs."""

_RESERVE = 60
"""Tokens for the counts and the cursor a cut adds."""

_LEAST_TRIMMED = 3
_MOST_ROWS = 1_000
"""The most rows of one page. What lies beyond them is counted without being measured."""

Facts = dict[str, Any]


def tokens(text: str) -> int:
    """The cost of a text: its bytes in fours, rounded up."""
    return -(-len(text.encode()) // 4)


def cost(facts: Mapping[str, Any]) -> int:
    """The cost of a result: the dearer of its two forms, of which a client shows one."""
    return max(tokens(_compact(facts)), tokens(render(facts)))


@dataclass(frozen=True, slots=True)
class Page:
    """Where a page starts in the list a cursor walks through, and what the walk is bound to."""

    start: int
    arguments: str
    state: str | None

    @classmethod
    def first(cls, arguments: Mapping[str, Any]) -> Page:
        """The page of a call without a cursor."""
        return cls(0, _print(arguments), None)

    @classmethod
    def read(cls, cursor: str, arguments: Mapping[str, Any]) -> Page:
        """The page a cursor leads to; InvalidError when it is none of ours or belongs to other arguments."""
        try:
            start, bound, state = json.loads(base64.urlsafe_b64decode(cursor.encode()))
            page = cls(int(start), str(bound), state if state is None else str(state))
        except (ValueError, TypeError, binascii.Error, UnicodeError):
            raise InvalidError("cursor", "not a cursor of a previous page") from None
        if page.start < 0 or page.arguments != _print(arguments):
            raise InvalidError("cursor", "belongs to a call with other arguments", hint="repeat the call without it")
        return page

    def next(self, start: int, state: str) -> str:
        """The cursor to the page that begins at a row."""
        return base64.urlsafe_b64encode(_compact([start, self.arguments, state]).encode()).decode()


def fit(facts: Facts, page: Page, *, detail: Detail, pages: str | None = None, trims: Sequence[str] = ()) -> Facts:
    """The facts from the page's start on, cut to the budget.

    Lists named in `trims` are shortened first, then the list `pages` is cut and gets a cursor; above the hard limit any
    list is shortened, with its count. StaleError when the schedule moved since the page before.
    """
    state = _print(facts.get("as_of", {}), ignore="at")
    if page.state is not None and page.state != state:
        raise StaleError("the schedule has moved since the previous page", hint="repeat the call without the cursor")
    facts = dict(facts)
    beyond = 0
    if pages:
        beyond = max(0, len(facts[pages]) - page.start - _MOST_ROWS)
        facts[pages] = facts[pages][page.start : page.start + _MOST_ROWS]
    target = _TARGET[detail]
    if beyond or cost(facts) > _LEFT_WHOLE[detail]:
        _trim(facts, trims, target)
        if pages is not None:
            _cut(facts, page, pages, target, state, beyond)
    _force(facts)
    return facts


def _trim(facts: Facts, names: Sequence[str], target: int) -> None:
    for name in names:
        rows = facts.get(name)
        if isinstance(rows, list) and len(rows) > _LEAST_TRIMMED and cost(facts) > target:
            facts[name] = rows[:_LEAST_TRIMMED]
            _omit(facts, name, len(rows) - _LEAST_TRIMMED)


def _cut(facts: Facts, page: Page, name: str, target: int, state: str, beyond: int) -> None:
    rows: list[Any] = facts[name]
    room = target - _RESERVE - cost({**facts, name: []})
    kept = 0
    for row in rows:
        room -= tokens(_compact(row))
        if room < 0 and kept:
            break
        kept += 1
    if kept < len(rows) + beyond:
        facts[name] = rows[:kept]
        _omit(facts, name, len(rows) + beyond - kept)
        facts["cursor"] = page.next(page.start + kept, state)


def _force(facts: Facts) -> None:
    """Below the hard limit whatever it takes: the longest list or text anywhere is halved until it fits."""
    while cost(facts) > HARD:
        holder, key, path = max(_places(facts, ""), key=lambda p: len(_compact(p[0][p[1]])))
        value = holder[key]
        holder[key] = value[: len(value) // 2]
        if isinstance(value, list):
            _omit(facts, path, len(value) - len(value) // 2)


def _places(value: Any, path: str) -> list[tuple[Any, Any, str]]:  # noqa: ANN401 - walks any JSON value
    found: list[tuple[Any, Any, str]] = []
    items: Sequence[tuple[Any, Any]] = ()
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    for key, item in items:
        where = path if isinstance(value, list) else f"{path}.{key}".lstrip(".")
        if isinstance(item, list | str) and len(item) > 1 and where not in {"cursor", "omitted"}:
            found.append((value, key, where))
        if isinstance(item, dict | list):
            found += _places(item, where)
    return found


def _omit(facts: Facts, name: str, count: int) -> None:
    omitted = dict(facts.get("omitted") or {})
    facts["omitted"] = {**omitted, name: omitted.get(name, 0) + count}


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def _print(value: Mapping[str, Any], ignore: str = "") -> str:
    kept = {k: v for k, v in value.items() if k not in {"cursor", "detail", ignore} and v is not None}
    return hashlib.sha256(canonical(kept).encode("utf-8", "surrogatepass")).hexdigest()[:12]

"""Stable names of findings: the same finding has the same id tomorrow, and an id of another program is refused.

An id is readable: `rule:person:start:end:slot:about:check`, with `-` for what does not apply. The check is a short hash of the
rest and the program; the measured value is no part of it.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

from scheduling.model.errors import InvalidError
from scheduling.model.part import Part, Window
from scheduling.rules.finding import Finding

_NONE = "-"
_FIELDS = 7
_CHECK = 8
_PLAIN = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.-]*")


@dataclass(frozen=True, slots=True)
class FindingRef:
    """What an id says: enough to find the finding again."""

    rule: str
    person: str | None
    start: dt.date
    end: dt.date
    part: Part | None
    about: str | None

    @classmethod
    def of(cls, finding: Finding) -> FindingRef:
        """The reference of a finding."""
        return cls(finding.rule, finding.person, finding.start, finding.end, finding.part, finding.about)

    @property
    def window(self) -> Window:
        """The dates it speaks of."""
        return Window(self.start, self.end)


def finding_id(program: str, finding: Finding) -> str:
    """The id of a finding of the program with that slug."""
    text = ":".join(
        (
            finding.rule,
            _written(finding.person),
            finding.start.isoformat(),
            finding.end.isoformat(),
            _NONE if finding.part is None else finding.part.name,
            _written(finding.about),
        )
    )
    return f"{text}:{_check(program, text)}"


def read_finding_id(program: str, text: str, field: str = "finding") -> FindingRef:
    """The reference an id stands for; InvalidError, naming the field, when it is malformed, altered, or of another program."""
    fields = text.split(":")
    if len(fields) != _FIELDS:
        raise InvalidError(field, "not a finding's id", hint="ids come from validate_schedule")
    if fields[-1] != _check(program, text.rpartition(":")[0]):
        raise InvalidError(
            field, "not an id of this program", hint=f"validate {program} and use the ids of its findings"
        )
    rule, person, start, end, part, about = fields[:-1]
    return FindingRef(
        rule,
        _read(person),
        dt.date.fromisoformat(start),
        dt.date.fromisoformat(end),
        None if part == _NONE else Part[part],
        _read(about),
    )


@functools.lru_cache(maxsize=4096)
def _written(text: str | None) -> str:
    if text is None:
        return _NONE
    return text if _PLAIN.fullmatch(text) else quote(text, safe="")


def _read(text: str) -> str | None:
    return None if text == _NONE else unquote(text)


def _check(program: str, text: str) -> str:
    return hashlib.sha256(f"{program}\0{text}".encode()).hexdigest()[:_CHECK]

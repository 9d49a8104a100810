"""Notices in words, as plain text and as HTML. They hold ids, codes and dates only: no name, no reason of an absence."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scheduling.model.notice import Notice

_LONGEST = 200

_SENTENCES = {
    "schedule.published": "A new schedule was published for block {blocks}.",
    "schedule.rolled_back": "The last publication for block {blocks} was taken back: the schedule before it stands again.",
    "absence.recorded": "An absence of {person} from {start} to {end} was recorded.",
    "absence.decided": "The absence of {person} from {start} to {end} is {status}.",
    "duty.recorded": "Hours of {person} beyond the schedule were recorded, {start} to {end}.",
    "duty.removed": "A record of hours of {person} beyond the schedule was taken back, {start} to {end}.",
    "override.set": "{person} {date} {part} ({activity}): {type}{by}.",
    "override.reverted": "{person} {date} {part} ({activity}): the change was taken back.",
    "plan.applied": "A cover plan ({plan}) was applied for {people}.",
    "plan.reverted": "A cover plan ({plan}) was taken back.",
}


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: a subject in one line, plain text, and the same as HTML with everything escaped."""

    subject: str
    text: str
    html: str


def sentence(notice: Notice) -> str:
    """The notice in one line."""
    facts = _facts(notice.payload)
    pattern = _SENTENCES.get(notice.kind)
    told = pattern.format_map(_Known(facts)) if pattern else notice.kind.replace(".", " ")
    if isinstance(cells := notice.payload.get("cells"), int):
        told += f" {cells} of your half-days and nights change."
    return _line(told)


def message(notices: Sequence[Notice], program: str) -> Message:
    """One message for one or several notices of one receiver, oldest first."""
    lines = [sentence(n) for n in notices]
    subject = lines[0] if len(lines) == 1 else f"{len(lines)} changes"
    stamped = [f"{n.at:%Y-%m-%d %H:%M} UTC  {line}" for n, line in zip(notices, lines, strict=True)]
    text = "\n".join([*stamped, "", f"Program {program}. The schedule itself is the authority, not this message.", ""])
    items = "".join(f"<li>{html.escape(line)}</li>" for line in stamped)
    page = f"<ul>{items}</ul><p>Program {html.escape(program)}. The schedule itself is the authority.</p>"
    return Message(_line(f"[{program}] {subject}"), text, page)


class _Known(dict[str, str]):
    """What a pattern may name; a fact the payload does not carry is left out, not shown as a hole."""

    def __missing__(self, key: str) -> str:
        return ""


def _facts(payload: Mapping[str, Any]) -> dict[str, str]:
    facts = {name: str(value) for name, value in payload.items() if isinstance(value, str | int)}
    versions = payload.get("versions")
    if isinstance(versions, Mapping):
        facts["blocks"] = ", ".join(str(block) for block in versions)
    people = payload.get("people")
    facts["people"] = f"{len(people)} people" if isinstance(people, Mapping | list) else "several people"
    if isinstance(replacement := payload.get("replacement"), str):
        facts["by"] = f" by {replacement}"
    return facts


def _line(text: str) -> str:
    """One line without control characters: what goes into a header can start no other."""
    clean = "".join(c if c.isprintable() else " " for c in text)
    return clean[:_LONGEST]

from __future__ import annotations

import ast
import re
from pathlib import Path

import scheduling
from scheduling.model.event import KINDS
from scheduling.services.notify import wording

SERVICES = Path(str(scheduling.__file__)).parent / "services"
KIND = re.compile(r"[a-z]+\.[a-z_]+")


def test_every_kind_a_use_case_tells_of_can_be_chosen() -> None:
    """The kinds named in modules that emit events are exactly those that preferences take."""
    told: set[str] = set()
    for file in SERVICES.rglob("*.py"):
        text = file.read_text("utf-8")
        if ".emit(" in text:
            values = (n.value for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Constant))
            told |= {v for v in values if isinstance(v, str) and KIND.fullmatch(v)}
    assert told == set(KINDS)


def test_every_sentence_is_of_a_kind_there_is() -> None:
    """Wording and kinds do not drift apart."""
    assert set(wording._SENTENCES) <= set(KINDS)

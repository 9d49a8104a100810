from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from server.render import render

FACTS = {
    "compliant": False,
    "counts": {"must": 1, "policy": 12},
    "findings": [
        {"id": "f1", "rule": "prog.one_caller", "person": None, "people": ["fac-01", "fac-02"]},
        {"id": "f2", "rule": "acgme.6.20", "value": 83.3, "message": "83.3 h | limit 80"},
    ],
    "risk": [],
    "blocks": ["2025/10", "2025/11"],
    "diff": {"churn": 0.1, "people": [{"id": "fac-01", "changed": 2}]},
    "note": "two lines\nof text",
}


def test_text_is_compact_and_reads_line_by_line() -> None:
    """Scalars are lines, lists of rows are tables with their count, absent cells are empty, null says null."""
    assert render(FACTS).splitlines() == [
        "compliant: false",
        "counts: must 1, policy 12",
        "findings (2): id | rule | person | people | value | message",
        'f1 | prog.one_caller | null | ["fac-01","fac-02"] |  | ',
        'f2 | acgme.6.20 |  |  | 83.3 | "83.3 h | limit 80"',
        "risk: none",
        "blocks: 2025/10, 2025/11",
        "diff:",
        "  churn: 0.1",
        "  people (1): id | changed",
        "  fac-01 | 2",
        'note: "two lines\\nof text"',
    ]


def leaves(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item)
    else:
        yield value


scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=20)
words = st.text(alphabet="abcdefgh_", min_size=1, max_size=8)
rows = st.lists(st.dictionaries(words, scalars, max_size=4), max_size=4)


@given(
    st.dictionaries(
        words,
        scalars | rows | st.lists(scalars, max_size=4) | st.dictionaries(words, scalars | rows, max_size=3),
        max_size=5,
    )
)
def test_every_fact_of_the_structure_stands_in_the_text(facts: dict[str, Any]) -> None:
    """A client that shows only text shows the same facts."""
    text = render(facts)
    for leaf in leaves(facts):
        quoted = json.dumps(leaf, ensure_ascii=False)
        assert quoted in text or (isinstance(leaf, str) and (leaf in text or quoted[1:-1] in text))
    assert render(facts) == text

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("server", "tools", "resources", "auth", "scheduling", "tests", "benchmarks")
LONGEST = 400
OPT_OUT = re.compile(r"#\s*(noqa|type:\s*ignore|pyright:\s*ignore)", re.IGNORECASE)
EXPLAINED = re.compile(
    r"# noqa: [A-Z]+[0-9]+(, [A-Z]+[0-9]+)* - \S.*"
    r"|# type: ignore\[[a-z-]+(, ?[a-z-]+)*\]  # \S.*"
    r"|# pyright: ignore\[[A-Za-z]+(, ?[A-Za-z]+)*\]  # \S.*"
)


def sources(*suffixes: str) -> list[Path]:
    files = [file for folder in FOLDERS for file in (ROOT / folder).rglob("*") if file.suffix in suffixes]
    return [file for file in files if "__pycache__" not in file.parts and "node_modules" not in file.parts]


def comments(file: Path) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(file.read_text(encoding="utf-8")).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def test_no_file_is_too_long_to_read() -> None:
    """A file is one capability: past 400 lines it is two."""
    lengths = {
        str(file.relative_to(ROOT)): len(file.read_text().splitlines()) for file in sources(".py", ".js", ".css")
    }
    assert lengths
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_every_opt_out_names_its_rule_and_its_reason() -> None:
    """A silenced rule is a decision: it says which rule, and why not here."""
    silenced = [
        f"{file.relative_to(ROOT)}:{line}: {comment}"
        for file in sources(".py")
        for line, comment in comments(file)
        if OPT_OUT.search(comment) and not EXPLAINED.fullmatch(comment)
    ]
    assert silenced == []


@pytest.mark.parametrize(
    ("comment", "explained"),
    [
        ("# noqa: S603 - our own modules", True),
        ("# type: ignore[no-untyped-call]  # the SDK leaves it unannotated", True),
        ("# pyright: ignore[reportPrivateUsage]  # the only way in", True),
        ("# noqa", False),
        ("# noqa: S603", False),
        ("# type: ignore", False),
        ("# type: ignore[no-untyped-call]", False),
    ],
)
def test_what_counts_as_explained(comment: str, explained: bool) -> None:
    """The rule above accepts a code with a reason and nothing less."""
    assert OPT_OUT.search(comment)
    assert bool(EXPLAINED.fullmatch(comment)) is explained


def test_every_test_says_what_it_expects() -> None:
    """A test's docstring is a sentence, so that the list of tests reads as a description of the product."""
    silent = [
        f"{file.relative_to(ROOT)}: {node.name}"
        for file in (ROOT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]
    assert silent == []

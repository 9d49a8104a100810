from __future__ import annotations

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^ ;\\]+)", re.MULTILINE)


def lock() -> str:
    return (ROOT / "requirements.lock").read_text()


def declared() -> dict[str, Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = map(Requirement, [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]])
    return {canonicalize_name(requirement.name): requirement for requirement in wanted}


def pinned() -> dict[str, str]:
    return {canonicalize_name(name): version for name, version in PINNED.findall(lock())}


def entries() -> list[str]:
    return re.split(r"(?m)^(?=[A-Za-z0-9])", lock())[1:]


def test_the_lock_names_no_host() -> None:
    """Where packages come from is the machine's business (its pip or uv settings), never the repository's."""
    assert "://" not in lock()
    assert "--index" not in lock()
    assert "--find-links" not in lock()


def test_every_locked_package_carries_hashes() -> None:
    """What is installed is what was locked, byte for byte."""
    assert len(entries()) > 30
    assert [entry.split("==")[0] for entry in entries() if "--hash=sha256:" not in entry] == []


def test_the_lock_is_in_step_with_the_project() -> None:
    """Every declared dependency is locked at a version it allows, and nothing is locked on behalf of a removed one."""
    locked = pinned()
    for name, requirement in declared().items():
        assert name in locked, f"{name} is declared but not locked: run make lock"
        assert requirement.specifier.contains(locked[name], prereleases=True), f"{name}: run make lock"
    for entry in entries():
        if "housestaff (pyproject.toml" in entry:
            name = canonicalize_name(re.split(r"[\[=]", entry)[0])
            assert name in declared(), f"{name} is locked but no longer declared: run make lock"

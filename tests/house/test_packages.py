from __future__ import annotations

import importlib.machinery
import importlib.metadata
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("server", "tools", "resources", "auth", "scheduling")


@pytest.mark.parametrize("name", PACKAGES)
def test_no_other_distribution_owns_our_names(name: str) -> None:
    """Our packages are plain words: another package of that name would shadow ours or be shadowed."""
    owners = set(importlib.metadata.packages_distributions().get(name, []))
    assert owners <= {"housestaff"}
    elsewhere = [place for place in sys.path if Path(place or ".").resolve() != ROOT]
    found = importlib.machinery.PathFinder.find_spec(name, elsewhere)
    assert found is None or found.origin is None or Path(found.origin).is_relative_to(ROOT)


def test_package_files_stay_empty() -> None:
    """A name is imported from where it is defined, so importing a package runs nothing."""
    files = [file for name in PACKAGES for file in (ROOT / name).rglob("__init__.py")]
    assert len(files) > len(PACKAGES)
    assert [str(file.relative_to(ROOT)) for file in files if file.read_text().strip()] == []


def test_the_floors_hold() -> None:
    """Lower floors know nothing of higher ones (import-linter, contracts in pyproject.toml)."""
    lint = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", lint], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def test_an_installed_package_brings_everything_it_runs_with(tmp_path: Path) -> None:
    """Migrations, policy data and pages are in the wheel, not only in the checkout."""
    build = "import sys, uv_build; print(uv_build.build_wheel(sys.argv[1]))"
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        [sys.executable, "-c", build, str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    (wheel,) = tmp_path.glob("*.whl")
    packed = set(zipfile.ZipFile(wheel).namelist())
    shipped = {
        str(file.relative_to(ROOT))
        for name in PACKAGES
        for file in (ROOT / name).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts and not file.name.startswith(".")
    }
    assert any(name.startswith("scheduling/store/migrations/versions/0001") for name in shipped)
    assert shipped - packed == set()
    assert not [name for name in packed if name.startswith(("tests/", "benchmarks/"))]

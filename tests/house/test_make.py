from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_every_command_a_page_names_exists() -> None:
    """README and CONTRIBUTING name only make targets that are there."""
    for page in ("README.md", "CONTRIBUTING.md"):
        named = set(re.findall(r"(?:^|`)make ([a-z]+)", (ROOT / page).read_text(), re.MULTILINE))
        assert named
        assert named <= targets(), page


def test_continuous_integration_runs_what_the_readme_says() -> None:
    """CI is the newcomer's command and nothing else."""
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert [line for line in script.read_text().splitlines() if "make test" in line] == ["exec make test </dev/null"]
    assert "make test" in (ROOT / "README.md").read_text()


def test_an_interpreter_that_is_too_old_is_named(tmp_path: Path) -> None:
    """Without a fitting Python the set-up says what to install instead of failing somewhere inside."""
    for name in ("python", "python3", "python3.11", "python3.12", "python3.13", "python3.14"):
        (tmp_path / name).write_text("#!/bin/sh\nexit 1\n")
        (tmp_path / name).chmod(0o755)
    done = prepare(tmp_path, tmp_path / "venv")
    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_a_python_without_its_venv_module_is_explained(tmp_path: Path) -> None:
    """Debian splits venv off: the message says which package to add, and leaves no half environment."""
    fake = '#!/bin/sh\n[ "$1 $2" = "-m venv" ] && { echo ensurepip is not available; exit 1; }\nexec "REAL" "$@"\n'
    (tmp_path / "python3").write_text(fake.replace("REAL", sys.executable))
    (tmp_path / "python3").chmod(0o755)
    done = prepare(tmp_path, tmp_path / "venv")
    assert done.returncode == 1
    assert "ensurepip is not available" in done.stderr
    assert "python3-venv" in done.stderr
    assert not (tmp_path / "venv").exists()


def prepare(path: Path, venv: Path) -> subprocess.CompletedProcess[str]:
    """Run the set-up with only the programs of `path` and the system's own, in front of them no uv."""
    needed = path / "system"
    needed.mkdir()
    for name in ("cat", "rm", "cksum", "cut", "printf"):
        for folder in ("/usr/bin", "/bin"):
            if (Path(folder) / name).exists():
                (needed / name).symlink_to(Path(folder) / name)
                break
    command = ["/bin/sh", str(ROOT / ".ci" / "environment"), str(venv)]
    return subprocess.run(
        command, cwd=ROOT, env={"PATH": f"{path}:{needed}"}, capture_output=True, text=True, check=False, timeout=60
    )

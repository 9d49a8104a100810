"""Where the de-identified real year lies, and the marks of tests that need it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(os.environ.get("HOUSESTAFF_REAL_DATA", Path(__file__).parents[2] / "shared" / "data"))
FOLDER = ROOT / "program-2025"

MISSING = pytest.mark.skipif(not FOLDER.is_dir(), reason="the real year is not here: set HOUSESTAFF_REAL_DATA")
NEEDED = [pytest.mark.real_data, MISSING]

from __future__ import annotations

import pytest

from tests.edge_calls import read
from tests.program_sample import Sample


async def test_fairness_counts_every_pool_by_available_day(sample: Sample) -> None:
    """Sundays, Mondays to Thursdays: who holds how many, in how many days, and how far apart the rates lie."""
    body = await read(sample, "fairness", year="2026")
    pools = {pool["pool"]: pool for pool in body["pools"]}
    assert set(pools) >= {"sunday", "weekday"}
    assert (body["start"], body["end"]) == ("2026-10-22", "2026-12-16")
    for pool in pools.values():
        rates = [p["rate"] for p in pool["people"]]
        assert pool["calls"] == sum(p["calls"] for p in pool["people"])
        assert rates == sorted(rates, reverse=True)
        assert pool["range"] == pytest.approx(rates[0] - rates[-1], abs=0.02)
        assert all(p["rate"] == pytest.approx(100 * p["calls"] / p["available_days"], abs=0.01) for p in pool["people"])
    assert "fac-90" not in {p["person"] for p in pools["sunday"]["people"]}
    nothing = await read(sample, "fairness", year="2031")
    assert nothing["pools"] == []
    assert "data runs" in nothing["note"]

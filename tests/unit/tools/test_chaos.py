"""The bench of the experiments: damage is done, losses are counted, and nothing passes as survived that is not."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tools.chaos.bench import Bench, Count, compare
from tools.chaos.experiments import spoil


@pytest.mark.parametrize("seed", range(12))
def test_a_spoilt_file_is_another_one(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "file"
    whole = bytes(range(256))
    path.write_bytes(whole)
    how = spoil(path, random.Random(seed))
    assert how.startswith("file ")
    assert not path.exists() or path.read_bytes() != whole


def test_a_run_that_did_not_succeed_is_counted_as_lost(tmp_path: Path) -> None:
    bench, count = Bench(tmp_path / "home", "60x300"), Count("x", tries=2)
    compare(count, bench, bench.queue(), b"", "this one")
    assert count.lost == ["this one: the run is queued"]
    assert count.survived == 1

"""The cache among torn files, foreign files, other processes, full disks and writers that died."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

from technic_scanner.adapters.market_data.price_cache import cache, compact, folder, read, snapshot
from technic_scanner.adapters.market_data.price_cache.cache import ParquetPriceCache
from technic_scanner.adapters.market_data.price_cache.index import UnreadableFileError
from technic_scanner.errors import SourceDataError, StoreError, StoreFullError, StoreUnavailableError
from technic_scanner.screening.bars import Panel
from tests.unit.adapters.market_data.price_cache.cache_bench import FRIDAY, SOURCE, Bench, market, same

NAMES = [f"S{i:02d}" for i in range(12)]
LEFT, RIGHT = NAMES[:6], NAMES[6:]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A cache with two segments: the left half and the right half of the symbols."""
    made = Bench(tmp_path, market(NAMES))
    made.fetch(LEFT)
    made.fetch(RIGHT)
    return made


def segments(bench: Bench) -> list[Path]:
    return sorted(bench.folder.glob("*.bars.parquet"))


def bad_files(bench: Bench) -> list[str]:
    return sorted(path.name for path in bench.folder.glob("*.bad"))


def assert_heals(bench: Bench, lost: list[str]) -> None:
    """The lost symbols are missing, the others are served, and a fetch makes all whole again."""
    cache = bench.again()
    read = cache.read(SOURCE, NAMES, 1000, None)
    assert sorted(read.missing) == sorted(lost)
    assert sorted(read.panel.symbols) == sorted(set(NAMES) - set(lost))
    cache.write(SOURCE, bench.batch(lost), None, None)
    healed = cache.read(SOURCE, NAMES, 1000, None)
    assert healed.missing == ()
    assert same(healed.panel, bench.market)


@pytest.mark.parametrize("size", [0, 1, 100, -1, -200])
def test_a_torn_segment_is_set_aside_and_its_symbols_fetched_again(bench: Bench, size: int) -> None:
    torn = segments(bench)[0]
    data = torn.read_bytes()
    torn.write_bytes(data[:size])
    assert_heals(bench, LEFT)
    assert bad_files(bench) == [f"{torn.name}.1.bad"]


def test_however_many_segments_are_damaged_the_others_are_served(tmp_path: Path) -> None:
    bench = Bench(tmp_path, market(NAMES))
    for symbol in NAMES:
        bench.fetch([symbol])
    for damaged in segments(bench)[:9]:
        damaged.write_bytes(damaged.read_bytes()[:100])
    assert_heals(bench, NAMES[:9])
    assert len(bad_files(bench)) == 9


def test_a_flipped_bit_in_a_segment_is_noticed(bench: Bench) -> None:
    flipped = segments(bench)[1]
    data = bytearray(flipped.read_bytes())
    data[len(data) // 3] ^= 0x10
    flipped.write_bytes(bytes(data))
    assert_heals(bench, RIGHT)


def test_a_foreign_parquet_in_a_segments_place_is_set_aside(bench: Bench) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"symbol": ["S00"], "day": [1]}), segments(bench)[0])
    assert_heals(bench, LEFT)


def test_a_deleted_segment_is_fetched_again(bench: Bench) -> None:
    segments(bench)[0].unlink()
    assert_heals(bench, LEFT)


@pytest.mark.parametrize("content", [b"", b"PAR1 not really", None])
def test_a_torn_or_foreign_index_is_set_aside(bench: Bench, content: bytes | None) -> None:
    index = bench.folder / "index.bin"
    index.write_bytes(index.read_bytes()[:-7] if content is None else content)
    assert_heals(bench, NAMES)
    assert bad_files(bench) == ["index.bin.1.bad"]


def test_bad_files_do_not_overwrite_each_other(bench: Bench) -> None:
    for number in (1, 2):
        (bench.folder / "index.bin").write_bytes(b"torn")
        bench.again().read(SOURCE, NAMES, 10, None)
        assert len(bad_files(bench)) == number


def test_files_that_are_nobodys_are_left_alone(bench: Bench) -> None:
    (bench.folder / "notes.txt").write_text("mine")
    (bench.folder / "x.bars.parquet").write_text("mine too")
    bench.fetch(NAMES)
    assert (bench.folder / "notes.txt").read_text() == "mine"
    assert (bench.folder / "x.bars.parquet").read_text() == "mine too"
    assert same(bench.read(NAMES).panel, bench.market)


def test_a_bad_segment_met_while_merging_is_given_up(bench: Bench) -> None:
    segments(bench)[0].write_bytes(b"torn")
    bench.cache.write(SOURCE, bench.batch(NAMES, FRIDAY), FRIDAY, None)
    read = bench.read(NAMES)
    assert set(read.missing) >= set()
    bench.fetch(NAMES)
    assert same(bench.read(NAMES).panel, bench.market)


def test_a_writer_that_dies_leaves_the_old_state(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.market = market(NAMES, seed=2)
    before = bench.read(NAMES)
    real = folder.write_atomically

    def die(path: Path, *args: object, **kwargs: object) -> None:
        if path.name == "index.bin":
            raise KeyboardInterrupt
        real(path, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(folder, "write_atomically", die)
    with pytest.raises(KeyboardInterrupt):
        bench.fetch(NAMES)
    monkeypatch.undo()
    assert len(segments(bench)) == 3
    after = bench.again().read(SOURCE, NAMES, 1000, None)
    assert same(after.panel, before.panel)
    assert after.fingerprint == before.fingerprint
    bench.fetch(LEFT)
    assert len(segments(bench)) == 2  # the orphan is gone, and so is what nobody uses


def test_a_half_written_temporary_file_is_cleared_away(bench: Bench) -> None:
    left = bench.folder / "00000009.bars.parquet.1.tmp"
    left.write_bytes(b"half")
    bench.fetch(LEFT)
    assert not left.exists()


def test_a_full_disk_is_said_and_leaves_the_old_state(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    before = bench.read(NAMES)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreFullError):
        bench.fetch(NAMES)
    monkeypatch.undo()
    assert not list(bench.folder.glob("*.tmp"))
    assert same(bench.again().read(SOURCE, NAMES, 1000, None).panel, before.panel)


def test_a_folder_that_cannot_be_made_is_a_store_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    bench = Bench(tmp_path / "file", market(NAMES))
    with pytest.raises(StoreError):
        bench.fetch(NAMES)


def test_a_writer_waits_for_another_process_only_so_long(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "LOCK_SECONDS", 0.05)
    with FileLock(bench.folder / ".lock"), pytest.raises(StoreUnavailableError):
        bench.fetch(LEFT)


def test_readers_need_no_lock(bench: Bench) -> None:
    with FileLock(bench.folder / ".lock"):
        assert same(bench.again().read(SOURCE, NAMES, 1000, None).panel, bench.market)


WRITER = """
import sys
from pathlib import Path
from tests.unit.adapters.market_data.price_cache.cache_bench import Bench, market
bench = Bench(Path(sys.argv[1]), market(sys.argv[2].split()))
for symbol in sys.argv[2].split():
    bench.fetch([symbol])
"""


@pytest.mark.slow
def test_two_processes_lose_nothing_of_each_other(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[5]
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), " ".join(names)],
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(root)},
        )
        for names in (LEFT, RIGHT)
    ]
    assert [writer.wait(120) for writer in writers] == [0, 0]
    bench = Bench(tmp_path, market(NAMES))
    assert same(bench.read(NAMES).panel, bench.market)


def test_readers_see_a_write_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compact, "MAX_SMALL_SEGMENTS", 3)  # compaction takes part in it
    versions = [market(NAMES, seed=seed) for seed in range(6)]
    bench = Bench(tmp_path, versions[0])
    bench.fetch(NAMES)
    stop = threading.Event()
    strange: list[object] = []

    def watch() -> None:
        cache = bench.again()
        while not stop.is_set():
            read = cache.read(SOURCE, NAMES, 1000, None)
            if read.missing or not any(same(read.panel, version) for version in versions):
                strange.append(read)

    thread = threading.Thread(target=watch)
    thread.start()
    for version in versions * 3:
        bench.market = version
        bench.fetch(NAMES)
    stop.set()
    thread.join(120)
    assert not strange


def test_many_small_writes_become_few_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compact, "MAX_SMALL_SEGMENTS", 5)
    bench = Bench(tmp_path, market(NAMES, sessions=30))
    for symbol in NAMES:
        bench.fetch([symbol])
    fingerprint = bench.read(NAMES).fingerprint
    for day in bench.market.sessions[-12:].tolist():
        bench.market = market(NAMES, day, 30)
        bench.cache.write(SOURCE, bench.batch(NAMES, day), day, None)
    assert len(segments(bench)) <= 6
    assert bench.cache.coverage()[0].files == len(segments(bench))
    bench.market = market(NAMES, sessions=30)
    bench.fetch(NAMES)
    assert bench.read(NAMES).fingerprint == fingerprint


def test_merging_keeps_every_bar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compact, "MAX_SMALL_SEGMENTS", 2)
    whole = market(NAMES, sessions=40)
    bench = Bench(tmp_path, whole)
    bench.fetch(NAMES, None, whole.sessions[19].item())
    for column in range(20, 40):
        day = whole.sessions[column].item()
        start = whole.sessions[column - 1].item()
        bench.cache.write(SOURCE, bench.batch(NAMES, start, day), start, day)
    assert same(bench.read(NAMES).panel, whole)


def test_segments_of_dropped_symbols_are_merged_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compact, "MAX_SMALL_SEGMENTS", 4)
    bench = Bench(tmp_path, market(NAMES))
    bench.fetch(NAMES)
    for _ in range(3):
        for symbol in NAMES[:-1]:
            bench.fetch([symbol])
    assert len(segments(bench)) <= 5
    assert same(bench.read(NAMES).panel, bench.market)


def test_a_ready_made_panel_serves_the_same_as_the_parquet(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = bench.read(NAMES, 20)
    monkeypatch.setattr(cache, "_SNAPSHOT_BARS", 0)
    built, served = bench.read(NAMES, 20), bench.again().read(SOURCE, NAMES, 20, None)
    assert list(bench.folder.glob("*.panel"))
    for answer in (built, served):
        assert same(answer.panel, slow.panel)
        assert answer.fingerprint == slow.fingerprint


def test_a_ready_made_panel_is_not_served_for_newer_data(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_SNAPSHOT_BARS", 0)
    bench.read(NAMES, 20)
    bench.market = market(NAMES, seed=2)
    bench.fetch(NAMES)
    assert same(bench.read(NAMES, 20).panel, bench.market.last(20))


@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "foreign"])
def test_a_damaged_ready_made_panel_is_made_again(bench: Bench, monkeypatch: pytest.MonkeyPatch, damage: str) -> None:
    monkeypatch.setattr(cache, "_SNAPSHOT_BARS", 0)
    bench.read(NAMES, 20)
    (path,) = bench.folder.glob("*.panel")
    data = bytearray(path.read_bytes())
    if damage == "flip":
        data[len(data) // 2] ^= 1
    path.write_bytes({"cut": data[:-4096], "empty": b"", "foreign": b"x" * 20_000}.get(damage, bytes(data)))
    assert same(bench.again().read(SOURCE, NAMES, 20, None).panel, bench.market.last(20))
    assert same(bench.again().read(SOURCE, NAMES, 20, None).panel, bench.market.last(20))


def test_writing_into_a_served_panel_changes_no_one_elses(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_SNAPSHOT_BARS", 0)
    bench.read(NAMES, 20)
    mine = bench.read(NAMES, 20).panel
    mine.close[:] = -1.0
    assert same(bench.read(NAMES, 20).panel, bench.market.last(20))


def test_old_ready_made_panels_go(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_SNAPSHOT_BARS", 0)
    for bars in range(10, 20):
        bench.again().read(SOURCE, NAMES, bars, None)
    assert len(list(bench.folder.glob("*.panel"))) == 3


def test_what_is_cut_from_memory_makes_no_file(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_SNAPSHOT_BARS", 0)
    for bars in (20, 19):  # the second one decodes the whole histories
        bench.read(NAMES, bars)
    made = set(bench.folder.glob("*.panel"))
    assert same(bench.read(NAMES, 18).panel, bench.market.last(18))
    assert set(bench.folder.glob("*.panel")) == made
    assert len(made) == 2


def test_no_room_for_a_ready_made_panel_is_no_reason_to_fail(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(cache, "_SNAPSHOT_BARS", 0)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(snapshot, "write_atomically", full)
    assert same(bench.read(NAMES, 20).panel, bench.market.last(20))
    assert "no ready-made panel" in caplog.text


def test_a_disk_that_is_nearly_full_keeps_no_ready_made_panels(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_SNAPSHOT_BARS", 0)
    free = [10**12]
    monkeypatch.setattr(snapshot, "_free_bytes", lambda _: free[0])
    bench.read(NAMES, 20)
    assert len(list(bench.folder.glob("*.panel"))) == 1
    free[0] = snapshot.SPARE_BYTES + 1000  # more than the margin, less than the margin and a panel
    bench.read(NAMES, 19)
    assert len(list(bench.folder.glob("*.panel"))) == 1
    free[0] = snapshot.SPARE_BYTES - 1
    assert same(bench.read(NAMES, 20).panel, bench.market.last(20))
    assert list(bench.folder.glob("*.panel")) == []


def test_bars_take_the_room_of_ready_made_panels(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_SNAPSHOT_BARS", 0)
    bench.read(NAMES, 20)
    real = os.fsync

    def full_while_panels_are_there(handle: int) -> None:
        if list(bench.folder.glob("*.panel")):
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    monkeypatch.setattr(os, "fsync", full_while_panels_are_there)
    bench.market = market(NAMES, seed=2)
    bench.fetch(NAMES)
    assert same(bench.read(NAMES).panel, bench.market)


def test_coverage_tells_what_is_held(bench: Bench) -> None:
    bench.fetch(["GONE"])
    (covered,) = bench.cache.coverage()
    assert (covered.source, covered.symbols, covered.without_data) == (SOURCE, 12, 1)
    assert covered.bars == int((~np.isnan(bench.market.close)).sum())
    assert (covered.first_session, covered.last_session) == (bench.market.sessions[0].item(), FRIDAY)
    assert covered.written_at == covered.oldest_check == bench.clock.now().replace(microsecond=0)
    assert covered.files == 2
    assert covered.size_bytes == sum(path.stat().st_size for path in bench.folder.iterdir())


def test_an_empty_root_covers_nothing(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "none", market(NAMES))
    assert bench.cache.coverage() == ()
    assert bench.cache.clear() == 0
    assert not (tmp_path / "none").exists()


def test_clearing_symbols_forgets_only_them(bench: Bench) -> None:
    assert bench.cache.clear(SOURCE, ["S01", "S07", "NOPE"]) == 2
    assert sorted(bench.read(NAMES).missing) == ["S01", "S07"]


def test_clearing_a_source_forgets_only_that(bench: Bench) -> None:
    bench.cache.write("other", bench.batch(LEFT), None, None)
    assert bench.cache.clear(SOURCE) == 12
    assert [covered.source for covered in bench.cache.coverage()] == ["other"]
    assert sorted(bench.read(NAMES).missing) == NAMES
    assert bench.cache.clear() == 6
    assert bench.cache.coverage() == ()


def test_another_version_of_a_source_sees_nothing_of_the_old_one(bench: Bench) -> None:
    old, new = f"{SOURCE}@1", f"{SOURCE}@2"
    bench.cache.write(old, bench.batch(NAMES), None, None)
    assert bench.cache.read(old, NAMES, 10, None).missing == ()
    assert sorted(bench.cache.read(new, NAMES, 10, None).missing) == NAMES
    bench.cache.write(new, bench.batch(LEFT), None, None)
    assert bench.cache.read(new, LEFT, 10, None).missing == ()
    assert sorted(bench.cache.read(old, NAMES, 10, None).missing) == NAMES
    assert len(segments(bench)) == 1


@pytest.mark.parametrize("name", ["../evil", "a/b", "..", "x y:z", "é"])
def test_a_source_name_cannot_leave_the_cache(tmp_path: Path, name: str) -> None:
    root = tmp_path / "cache"
    bench = Bench(root, market(NAMES))
    bench.cache.write(name, bench.batch(NAMES), None, None)
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]
    assert len(list(root.iterdir())) == 1
    assert bench.cache.read(name, NAMES, 10, None).missing == ()
    assert [covered.source for covered in ParquetPriceCache(root, bench.clock).coverage()] == [name]


def same_prices(left: Panel, right: Panel) -> bool:
    """Whether the panels are the same but for the volume, which is not read where nobody asks for it."""
    return same(left, replace(right, volume=left.volume))


def test_everything_held_can_be_had_fresh_or_not(bench: Bench) -> None:
    bench.later(30)
    held = bench.cache.held(SOURCE, ["S11", "NOPE", "S00"])
    assert same_prices(held, bench.market.take([11, 0]))
    assert np.isnan(held.volume).all()
    assert same(bench.cache.held(SOURCE, ["S11", "S00"], volume=True), bench.market.take([11, 0]))
    assert bench.cache.held(SOURCE, ["NOPE"]).shape == (0, 0)


def test_what_is_held_begins_with_the_session_that_a_run_of_the_day_looked_at(bench: Bench) -> None:
    sessions = bench.market.sessions
    monday = next(i for i in range(5, len(sessions)) if (sessions[i] - sessions[i - 1]).astype(int) > 1)
    sunday = (sessions[monday] - 1).item()
    assert same_prices(bench.cache.held(SOURCE, NAMES, sunday), bench.market.window(monday - 1, len(sessions)))
    same_day = bench.cache.held(SOURCE, NAMES, sessions[monday].item())
    assert same_prices(same_day, bench.market.window(monday, len(sessions)))


def test_what_is_held_is_so_many_sessions_at_least(bench: Bench) -> None:
    newest = bench.market.sessions[-1].item()
    for bars in (1, 7, 10_000):
        assert same_prices(bench.cache.held(SOURCE, NAMES, newest, bars), bench.market.last(bars))
    assert same_prices(bench.cache.held(SOURCE, NAMES, date(1990, 1, 1), 7), bench.market)
    assert same_prices(bench.cache.held(SOURCE, NAMES, date(2990, 1, 1), 7), bench.market.last(7))


def test_what_is_held_is_had_around_a_torn_segment(bench: Bench) -> None:
    segments(bench)[0].write_bytes(b"torn")
    assert bench.cache.held(SOURCE, NAMES).symbols == tuple(RIGHT)
    assert len(bad_files(bench)) == 1


def test_fresh_symbols_can_be_counted_without_reading_them(bench: Bench) -> None:
    segments(bench)[0].unlink()  # counting looks at the index only
    assert bench.cache.fresh_count(SOURCE, [*NAMES, "NOPE"], 10, None) == len(NAMES)
    bench.later(4)
    assert bench.cache.fresh_count(SOURCE, NAMES, 10, None) == 0


def test_files_that_keep_being_damaged_end_in_an_error(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(path: Path, info: object) -> None:
        raise UnreadableFileError(path, "the disk is dying")

    monkeypatch.setattr(read, "Segment", broken)
    monkeypatch.setattr(folder.SourceFolder, "give_up", lambda *_: None)
    with pytest.raises(SourceDataError, match="4 attempts"):
        bench.read(NAMES)


def test_merged_segments_are_not_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compact, "MAX_SMALL_SEGMENTS", 11)
    monkeypatch.setattr(compact, "_MAX_ROWS", 200)
    bench = Bench(tmp_path, market(NAMES, sessions=60))
    for symbol in NAMES:
        bench.fetch([symbol])
    assert len(segments(bench)) == 4  # three symbols of 60 bars each
    assert same(bench.again().read(SOURCE, NAMES, 1000, None).panel, bench.market)

"""Sources that fail or send nonsense: every symbol gets a verdict, and no row holds an impossible number."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from technic_scanner.adapters.stores import SqlStore, open_store
from technic_scanner.clock import SystemClock
from technic_scanner.domain.metrics import FailureKind, Outcome, SymbolFailure
from technic_scanner.domain.run import RunStatus
from technic_scanner.errors import SourceError
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.pipeline.ports import MessageSink, PriceBatch
from technic_scanner.runs.exports.export import to_csv
from technic_scanner.screening.bars import FIELDS, Panel
from tests.functional.lab import SYMBOLS, PacedSource, Scans, make_worker, queue_run

Arrays = dict[str, np.ndarray]
FIRST_OF_EACH_BATCH = 6
PRICES = FIELDS[:4]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    opened = open_store(f"sqlite:///{tmp_path / 'runs.db'}", SystemClock())
    yield opened
    opened.close()


def changed(panel: Panel, change: Callable[[Arrays], None]) -> Panel:
    """The panel with ``change`` made to copies of its arrays."""
    arrays = {name: getattr(panel, name).copy() for name in FIELDS}
    change(arrays)
    return replace(panel, **arrays)


def reordered(panel: Panel, columns: Sequence[int]) -> Panel:
    arrays = {name: np.ascontiguousarray(getattr(panel, name)[:, columns]) for name in FIELDS}
    return replace(panel, sessions=panel.sessions[columns], **arrays)


def twice(panel: Panel) -> Panel:
    """Every symbol twice."""
    rows = [*range(len(panel.symbols))] * 2
    return panel.take(rows)


def fill(value: float, names: Sequence[str] = FIELDS, where: object = slice(None)) -> Callable[[Panel], Panel]:
    def change(arrays: Arrays) -> None:
        for name in names:
            arrays[name][0, where] = value

    return lambda panel: changed(panel, change)


def scale(factor: float, names: Sequence[str]) -> Callable[[Panel], Panel]:
    def change(arrays: Arrays) -> None:
        for name in names:
            arrays[name][0] *= factor

    return lambda panel: changed(panel, change)


def swap(panel: Panel) -> Panel:
    """High and low of the first symbol changed places."""

    def change(arrays: Arrays) -> None:
        arrays["low"][0], arrays["high"][0] = arrays["high"][0].copy(), arrays["low"][0].copy()

    return changed(panel, change)


def as_sent(monkeypatch: pytest.MonkeyPatch, made: Callable[[PriceBatch], PriceBatch]) -> None:
    """Let the lab's source pass each batch through ``made`` before it sends it."""
    sound = PacedSource.fetch

    def fetch(
        self: PacedSource,
        symbols: Sequence[str],
        start: date | None,
        end: date | None,
        cancel: CancelToken,
        say: MessageSink,
    ) -> Iterator[PriceBatch]:
        for batch in sound(self, symbols, start, end, cancel, say):
            yield batch if list(symbols) == [self.benchmark()] else made(batch)

    monkeypatch.setattr(PacedSource, "fetch", fetch)


def undisturbed(store: SqlStore, folder: Path) -> bytes:
    run_id = queue_run(store).run_id
    make_worker(store, Scans(folder)).run()
    return to_csv(store.result(run_id).table)


def scan(store: SqlStore, folder: Path) -> str:
    run_id = queue_run(store).run_id
    make_worker(store, Scans(folder)).run()
    return run_id


def check_verdicts(store: SqlStore, run_id: str) -> dict[str, str]:
    """Every symbol is a pick or has a reason, and every number of a pick is one.

    Return the reasons other than that a symbol has no signal.
    """
    result = store.result(run_id)
    failures = {failure.symbol: failure.reason for failure in result.failures}
    picked = result.table["Symbol"].to_pylist()
    assert len(result.failures) == len(failures)
    assert sorted([*picked, *failures]) == [f"SYN{number:05d}" for number in range(1, SYMBOLS + 1)]
    frame = result.table.to_pandas()
    assert not np.isinf(frame.select_dtypes("number").to_numpy(dtype=float)).any()
    plan = frame[["Entry", "Stop", "Target", "PositionSize"]]
    assert plan.notna().all().all()
    assert (plan[["Entry", "Stop", "Target"]] > 0).all().all()
    return {symbol: reason for symbol, reason in failures.items() if reason != "no_signal"}


@pytest.mark.parametrize(
    "nonsense",
    [
        lambda panel: reordered(panel, range(len(panel.sessions) - 1, -1, -1)),
        lambda panel: reordered(panel, [*range(len(panel.sessions)), len(panel.sessions) - 1]),
        lambda panel: reordered(panel, [*range(100, 200), *range(150), *range(200, len(panel.sessions))]),
        twice,
    ],
    ids=["backwards", "a session twice", "in pieces that overlap", "symbols twice"],
)
def test_bars_in_disorder_are_put_in_order(
    store: SqlStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nonsense: Callable[[Panel], Panel]
) -> None:
    expected = undisturbed(store, tmp_path / "sound")
    as_sent(monkeypatch, lambda batch: replace(batch, panel=nonsense(batch.panel)))
    run_id = scan(store, tmp_path / "sick")
    assert store.get_run(run_id).outcome is Outcome.COMPLETE
    assert check_verdicts(store, run_id) == {}
    assert to_csv(store.result(run_id).table) == expected


@pytest.mark.parametrize(
    ("nonsense", "reason"),
    [
        (fill(np.nan), "no_data"),
        (fill(np.nan, ["close"]), "no_data"),
        (fill(np.nan, FIELDS, -1), "no_recent_bar"),
        (scale(-1.0, PRICES), "bad_bars"),
        (fill(0.0, PRICES, -1), "bad_bars"),
        (scale(-1.0, ["volume"]), "bad_bars"),
        (swap, "bad_bars"),
    ],
    ids=[
        "all NaN",
        "no close",
        "last bar NaN",
        "negative prices",
        "last price 0",
        "negative volumes",
        "high below low",
    ],
)
def test_symbols_with_impossible_bars_are_named_with_the_reason(
    store: SqlStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    nonsense: Callable[[Panel], Panel],
    reason: str,
) -> None:
    as_sent(monkeypatch, lambda batch: replace(batch, panel=nonsense(batch.panel)))
    run_id = scan(store, tmp_path)
    assert store.get_run(run_id).status is RunStatus.SUCCEEDED
    failures = check_verdicts(store, run_id)
    assert list(failures.values()) == [reason] * FIRST_OF_EACH_BATCH


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_hole_in_the_middle_is_a_session_without_a_bar(
    store: SqlStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: float
) -> None:
    as_sent(monkeypatch, lambda batch: replace(batch, panel=fill(value, ["high"], 100)(batch.panel)))
    holed = scan(store, tmp_path / "holed")
    assert check_verdicts(store, holed) == {}
    monkeypatch.undo()
    as_sent(monkeypatch, lambda batch: replace(batch, panel=fill(np.nan, FIELDS, 100)(batch.panel)))
    without = scan(store, tmp_path / "without")
    assert to_csv(store.result(holed).table) == to_csv(store.result(without).table)


def test_a_source_that_sends_nothing_leaves_an_empty_result(
    store: SqlStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_sent(monkeypatch, lambda batch: PriceBatch(Panel.empty()))
    run_id = scan(store, tmp_path)
    assert store.get_run(run_id).outcome is Outcome.EMPTY
    assert set(check_verdicts(store, run_id).values()) == {"no_data"}


def test_a_source_that_fails_on_some_symbols_keeps_the_others(
    store: SqlStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse_first(batch: PriceBatch) -> PriceBatch:
        symbol, rest = batch.panel.symbols[0], range(1, len(batch.panel.symbols))
        refusal = SymbolFailure(symbol, "data_fetching", FailureKind.ERROR, "timed_out", "no answer in 30 s")
        return PriceBatch(batch.panel.take(list(rest)), (refusal,))

    as_sent(monkeypatch, refuse_first)
    run_id = scan(store, tmp_path)
    assert store.get_run(run_id).outcome is Outcome.PARTIAL
    assert list(check_verdicts(store, run_id).values()) == ["timed_out"] * FIRST_OF_EACH_BATCH


def test_a_source_that_raises_fails_the_run_and_what_had_come_is_not_fetched_again(
    store: SqlStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = undisturbed(store, tmp_path / "sound")
    batches: list[PriceBatch] = []

    def raise_at_the_third(batch: PriceBatch) -> PriceBatch:
        batches.append(batch)
        if len(batches) == 3:
            raise SourceError("the provider is on fire")
        return batch

    as_sent(monkeypatch, raise_at_the_third)
    run_id = scan(store, tmp_path / "sick")
    run = store.get_run(run_id)
    assert run.status is RunStatus.FAILED
    assert run.error is not None
    assert (run.error.code, run.error.message) == ("source_error", "the provider is on fire")
    assert run.metrics is not None
    assert len(store.result(run_id).failures) == SYMBOLS
    store.requeue(run_id)
    make_worker(store, Scans(tmp_path / "sick")).run()
    assert to_csv(store.result(run_id).table) == expected
    assert sum(len(batch.panel.symbols) for batch in batches) == SYMBOLS + len(batches[2].panel.symbols)

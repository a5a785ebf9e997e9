"""Complete result rows: the sentences that their own numbers give, and the columns that a stored table lacks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from technic_scanner.arrow_arrays import floats_of, text, texts_of, truth
from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.metrics import SymbolFailure
from technic_scanner.pipeline.columns import COLUMNS, SCHEMA, SUB_SCORE_COLUMNS
from technic_scanner.screening.bars import FloatArray
from technic_scanner.screening.explanation import rating_sums, score_sums
from technic_scanner.screening.indicator_names import COLUMN
from technic_scanner.screening.matrix import IntArray, blank
from technic_scanner.screening.rationale import PlanFigures, Verdicts, sentences
from technic_scanner.screening.scoring import profile_weights
from technic_scanner.screening.signals import WATCH_TIER

# Columns that are written from the other columns, from the reasons and from the config.
WRITTEN = frozenset({"NotPickedReason", "Rationale", "Explanation"})


def all_rows(
    picks: pa.Table, others: pa.Table, failures: Iterable[SymbolFailure], config: ScanConfig | None
) -> pa.Table:
    """Return the picks and the other scanned rows of a result as one table, with all columns; see ``completed``."""
    reasons = {failure.symbol: failure.detail for failure in failures}
    tables = [completed(picks, {}, config), completed(others, reasons, config)]
    return pa.concat_tables(tables, promote_options="default").combine_chunks()


def split_rows(table: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Return the picks and the other rows of a stored table.

    Tables of older versions do not say which rows are picks: those with a signal are.
    """
    names = table.column_names
    signal = pc.not_equal(pc.fill_null(table["Tier"], text("")), text(WATCH_TIER)) if "Tier" in names else None
    picked = table["Picked"] if "Picked" in names else pa.chunked_array([pa.nulls(table.num_rows, pa.bool_())])
    picked = pc.fill_null(pc.coalesce(picked, signal) if signal is not None else picked, truth(True))
    if "Picked" not in names:
        table = table.append_column("Picked", picked)
    if pc.all(picked).as_py() is not False:
        return table, table.slice(0, 0)
    return table.filter(picked), table.filter(pc.invert(picked))


def completed(rows: pa.Table, reasons: Mapping[str, str], config: ScanConfig | None) -> pa.Table:
    """Return the rows with all columns of SCHEMA, in its order; columns that it does not name come last.

    Sentences are written where their column is missing: Rationale and Explanation from the row's numbers,
    NotPickedReason from ``reasons``, by symbol. Without a ``config`` the weights behind Explanation are unknown. All
    other missing columns are unknown.
    """
    there = set(rows.column_names)
    columns = {name: _plain(rows[name]) for name in rows.column_names}
    if "NotPickedReason" not in there:
        columns["NotPickedReason"] = texts_of([reasons.get(name, "") for name in columns["Symbol"].to_pylist()])
    if "Rationale" not in there:
        columns["Rationale"] = texts_of(_rationales(columns, config))
    if "Explanation" not in there and config is not None:
        columns["Explanation"] = texts_of(_explanations(columns, config))
    empty = {field.name: pa.nulls(rows.num_rows, field.type) for field in SCHEMA if field.name not in columns}
    ordered = [*SCHEMA.names, *(name for name in columns if name not in SCHEMA.names)]
    return pa.table({name: columns.get(name, empty.get(name)) for name in ordered})


Columns = Mapping[str, pa.ChunkedArray]


def _rationales(columns: Columns, config: ScanConfig | None) -> tuple[str, ...]:
    indicators = blank(len(columns["Symbol"]))
    for column in COLUMNS:
        if column.indicator and column.name in columns:
            indicators[:, COLUMN[column.indicator]] = _floats(columns, column.name)
    verdicts = Verdicts(
        sub=_sub_scores(columns),
        tech=_floats(columns, "TechRating"),
        alpha=_floats(columns, "AlphaScore"),
        signal=_texts(columns, "Signal"),
        side=_sides(columns, config),
    )
    plans = PlanFigures(
        stop=_floats(columns, "Stop"),
        target=_floats(columns, "Target"),
        reward_risk=_floats(columns, "RewardRisk"),
        shares=_floats(columns, "PositionSize"),
        limited_by=_texts(columns, "SizeLimitedBy"),
        currency=_texts(columns, "Currency"),
    )
    return sentences(indicators, verdicts, plans)


def _explanations(columns: Columns, config: ScanConfig) -> list[str]:
    """Return how each TechRating, and each score of TechRating and alpha, is composed; "" where it is unknown."""
    weights = profile_weights(config.strategy_profile_name, config.profile_weights)
    rating, score, sub = _floats(columns, "TechRating"), _floats(columns, "CompositeScore"), _sub_scores(columns)
    alpha_score, share = _floats(columns, "AlphaScore"), _floats(columns, "AlphaWeight")
    texts = np.full(len(rating), "", dtype=np.object_)
    weighed = (~np.isnan(sub) * np.asarray(weights)).sum(axis=1) > 0.0
    known = np.flatnonzero(np.isfinite(rating) & weighed)
    texts[known] = rating_sums(rating[known], sub[known], np.isnan(sub[known]), weights)
    both = known[np.isfinite(score[known] + share[known] + alpha_score[known])]
    side = _sides(columns, config)[both]
    sums = score_sums(score[both], rating[both], alpha_score[both], share[both], side)
    texts[both] = list(map("; ".join, zip(texts[both].tolist(), sums, strict=True)))
    written: list[str] = texts.tolist()
    return written


def _sides(columns: Columns, config: ScanConfig | None) -> IntArray:
    """Return the side of each row (n,), +1 or −1, which its plan shows; without a plan that of the scan."""
    entry, target = _floats(columns, "Entry"), _floats(columns, "Target")
    usual = -1 if config is not None and config.direction == "short" else 1
    return np.where(np.isnan(entry - target), usual, np.where(target >= entry, 1, -1))


def _sub_scores(columns: Columns) -> FloatArray:
    return np.column_stack([_floats(columns, name) for name in SUB_SCORE_COLUMNS])


def _floats(columns: Columns, name: str) -> FloatArray:
    """Return a column of numbers (n,), NaN where unknown."""
    if name not in columns:
        return np.full(len(columns["Symbol"]), np.nan)
    return floats_of(columns[name])


def _texts(columns: Columns, name: str) -> list[str]:
    """Return a column of texts (n,), empty where unknown."""
    if name not in columns:
        return [""] * len(columns["Symbol"])
    return [text or "" for text in columns[name].to_pylist()]


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.cast(column, column.type.value_type) if pa.types.is_dictionary(column.type) else column

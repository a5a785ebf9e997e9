"""The HTML report: whole, escaped, self-contained, in every status."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from technic_scanner.domain.config import RunOptions, ScanConfig
from technic_scanner.domain.metrics import FailureKind, SymbolFailure
from technic_scanner.domain.run import RunError, RunRecord, RunStatus
from technic_scanner.runs.exports.report import FAILURES_SHOWN, ROWS_SHOWN, run_report
from tests.support.runs.make import NOON, metrics, picks, result_table, stored_result

VOID = {"meta", "rect", "line", "br"}


class Outline(HTMLParser):
    """Checks that tags nest; keeps text, tags and every attribute."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data + " "


def record(**changes: Any) -> RunRecord:
    base = RunRecord(
        "run-0001",
        RunStatus.SUCCEEDED,
        ScanConfig(),
        RunOptions(),
        NOON,
        metrics=metrics(),
        version="1.2.3",
        status_text="Scan complete.",
    )
    return replace(base, **changes)


def test_it_tells_the_whole_run() -> None:
    seen = Outline(run_report(record(label="Weekly"), stored_result(), NOON)).text
    for part in (
        "Weekly",
        "S&P 500, Aug 2009 – Aug 2010",
        "Newest session",
        "2010-08-20",
        "Symbol scanning",
        "7.000000",
        "70.0%",
        "AAPL",
        "XRX",
        "no bars",
        "calm rise",
        "63.0%",
        "volume was in hundreds",
        "strategy_profile_name",
        "1.2.3",
    ):
        assert part in seen, part


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"status": RunStatus.QUEUED, "metrics": None}, "no timings yet"),
        ({"status": RunStatus.RUNNING, "metrics": None}, "has no results"),
        (
            {"status": RunStatus.FAILED, "error": RunError("source_error", "the source is down")},
            "the source is down (source_error)",
        ),
        ({"status": RunStatus.CANCELLED}, "Cancelled"),
        ({"status": RunStatus.INTERRUPTED, "metrics": None}, "Interrupted"),
    ],
)
def test_it_is_there_in_every_status(changes: dict[str, Any], text: str) -> None:
    assert text in Outline(run_report(record(**changes), None, NOON)).text


def test_it_asks_nobody_for_anything() -> None:
    page = run_report(record(), stored_result(), NOON)
    seen = Outline(page)
    assert not {"script", "link", "img", "iframe", "object", "video", "audio", "source", "base", "form"} & set(
        seen.tags
    )
    assert not {"src", "href", "srcset", "action", "data"} & {name for name, _ in seen.attributes}
    assert not [name for name, _ in seen.attributes if name.startswith("on")]
    assert "url(" not in page
    assert "@import" not in page
    assert "//" not in page
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in seen.attributes


def test_everything_from_outside_is_escaped() -> None:
    evil = "<script>alert('x')</script>\"&"
    result = stored_result(
        status_text=evil,
        table=result_table({"Symbol": evil, "Name": evil, "Rationale": evil}),
        failures=(SymbolFailure(evil, evil, FailureKind.ERROR, evil, evil),),
        source_label=evil,
        notes=(evil,),
    )
    config = ScanConfig(industry_contains=evil, symbols=(evil,))
    page = run_report(record(label=evil, config=config, status_text=evil, host=evil), result, NOON)
    assert "<script" not in page.lower()
    assert evil in Outline(page).text


def test_the_score_that_ranks_and_prices_below_one_are_told() -> None:
    plan = {"Close": 0.0712, "Entry": 0.0712, "Stop": 0.0689, "Target": 0.0758}
    table = result_table({"Symbol": "P", "CompositeScore": 66.25} | plan)
    seen = Outline(run_report(record(), stored_result(table=table), NOON)).text
    assert "CompositeScore" in seen
    assert all(text in seen for text in ("66.25", "0.0712", "0.0689", "0.0758"))


def test_a_note_on_market_and_data_stands_there_once() -> None:
    flagged, of_market, of_data = "Prices that look unadjusted: S.", "The market is up.", "Volume in hundreds."
    result = stored_result(notes=(of_data, flagged))
    result = replace(result, context=replace(result.context, notes=(of_market, flagged)))
    assert result.all_notes == (of_market, flagged, of_data)
    seen = Outline(run_report(record(), result, NOON)).text
    assert [seen.count(note) for note in result.all_notes] == [1, 1, 1]


def test_long_lists_are_cut_and_say_so() -> None:
    table = picks(*(f"S{number}" for number in range(ROWS_SHOWN + 7)))
    failures = tuple(
        SymbolFailure(f"F{number}", "data_fetching", FailureKind.ERROR, "no_bars", "none")
        for number in range(FAILURES_SHOWN + 1200)
    )
    seen = Outline(run_report(record(), stored_result(table=table, failures=failures), NOON)).text
    assert "7 more rows are not shown here" in seen
    assert "1,200 more symbols are not shown here" in seen
    assert f"S{ROWS_SHOWN} " not in seen


def test_an_empty_result_says_why() -> None:
    result = stored_result(table=picks(), status_text="No symbols match your filters: sectors removed 413.")
    assert "sectors removed 413" in Outline(run_report(record(), result, NOON)).text
    assert "Every symbol is in the results" in Outline(run_report(record(), stored_result(failures=()), NOON)).text


def test_the_chart_is_to_scale() -> None:
    page = run_report(record(metrics=metrics((1.0, 2.0, 6.0, 1.0))), stored_result(), NOON)
    svg = ET.fromstring(re.search(r"<svg.*?</svg>", page, re.DOTALL).group())  # type: ignore[union-attr]
    bars = [(float(bar.get("x", 0)), float(bar.get("width", 0))) for bar in svg.iter("rect")]
    assert [round(width / bars[0][1]) for _, width in bars] == [1, 2, 6, 1]
    for (left, width), (following, _) in itertools.pairwise(bars):
        assert left + width == pytest.approx(following, abs=0.02)
    assert "6.00 seconds" in (svg.get("aria-label") or "")


def test_a_run_of_no_time_has_a_chart_too() -> None:
    page = run_report(record(metrics=metrics((0.0, 0.0, 0.0, 0.0))), stored_result(), NOON)
    assert "<svg" in page


def test_unknown_numbers_are_dashes() -> None:
    result = stored_result(table=result_table({"Symbol": "A", "TechRating": float("nan")}))
    page = run_report(record(), result, NOON)
    assert "nan" not in Outline(page).text.lower().split()
    assert 'title="unknown"' in page


def test_what_differs_from_the_defaults_is_shown_with_them() -> None:
    seen = " ".join(Outline(run_report(record(config=ScanConfig(target_rr=3.5)), None, NOON)).text.split())
    assert "target_rr 3.5 2.0" in seen

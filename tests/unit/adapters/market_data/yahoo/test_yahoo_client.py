"""The client over the real yfinance with its HTTP replaced: recorded answers in, bars or sorted failures out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yfinance
from yfinance import cache

from technic_scanner.adapters.market_data.yahoo.client import YahooError, YfinanceClient, bars_of_frame, classify
from tests.unit.adapters.market_data.yahoo.yahoo_answers import Answer, chart, refusal

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # yfinance 1.7 and its parts with pandas 3.1

DAYS = [date(2025, 12, 8), date(2025, 12, 9), date(2025, 12, 10)]
Give = Callable[[Any], None]


@pytest.fixture
def asked() -> list[dict[str, Any]]:
    return []


@pytest.fixture
def give(monkeypatch: pytest.MonkeyPatch, asked: list[dict[str, Any]]) -> Give:
    """Return a function that sets what Yahoo answers from now on: an Answer or an exception."""
    from yfinance.data import YfData

    def set_answer(answer: Answer | BaseException, first: Answer | None = None) -> None:
        def get(self: object, url: str, params: dict[str, Any] | None = None, timeout: float = 30) -> Answer:
            asked.append({"url": url, "timeout": timeout, **(params or {})})
            chosen = first if first is not None and "range" in asked[-1] else answer
            if isinstance(chosen, BaseException):
                raise chosen
            return chosen

        monkeypatch.setattr(YfData, "get", get)
        monkeypatch.setattr(YfData, "cache_get", get)

    return set_answer


@pytest.fixture
def client(tmp_path: Path) -> Iterator[YfinanceClient]:
    made = YfinanceClient(tmp_path / "yahoo", timeout_seconds=3)
    yfinance.set_tz_cache_location(str(tmp_path / "yahoo"))
    yield made
    # yfinance would keep its caches open to the end of the process, and the same ones after a change of their folder
    for database in (cache.tz_db_proxy, cache.Cookie_db_proxy, cache.isin_db_proxy):
        if database.obj is not None:
            database.close()


def reason_of(client: YfinanceClient, symbol: str = "AAPL") -> str:
    with pytest.raises(YahooError) as caught:
        client.bars(symbol, DAYS[0], DAYS[-1])
    return caught.value.reason


def test_recorded_bars_are_read(client: YfinanceClient, give: Give, asked: list[dict[str, Any]]) -> None:
    give(chart("AAPL", DAYS, [100.0, 102.0, 104.0]))
    bars = client.bars("AAPL", DAYS[0], DAYS[-1])
    assert bars.panel.symbols == ("AAPL",)
    assert bars.panel.sessions.tolist() == DAYS
    assert bars.panel.close.tolist() == [[100.0, 102.0, 104.0]]
    assert bars.panel.volume.tolist() == [[1000.0] * 3]
    assert bars.repairs == ""
    (request,) = [one for one in asked if "period1" in one]
    assert request["url"].endswith("/AAPL")
    assert request["timeout"] == 3
    spoken = [
        pd.Timestamp(request[k], unit="s", tz="UTC").tz_convert("America/New_York").date()
        for k in ("period1", "period2")
    ]
    assert spoken == [DAYS[0], date(2025, 12, 11)]  # yfinance leaves the end out


def test_prices_are_adjusted(client: YfinanceClient, give: Give) -> None:
    give(chart("AAPL", DAYS, [100.0, 102.0, 104.0], adjusted=0.5))
    panel = client.bars("AAPL", DAYS[0], DAYS[-1]).panel
    assert panel.close.tolist() == [[50.0, 51.0, 52.0]]
    assert panel.high.tolist() == [[51.0, 52.0, 53.0]]


def test_all_history_is_asked_for_as_such(client: YfinanceClient, give: Give, asked: list[dict[str, Any]]) -> None:
    give(chart("AAPL", DAYS, [100.0, 102.0, 104.0]))
    assert client.bars("AAPL", None, DAYS[-1]).panel.shape == (1, 3)
    assert asked[-1]["period1"] < 0  # before 1970


def test_a_row_of_nothing_is_left_out(client: YfinanceClient, give: Give) -> None:
    give(chart("AAPL", DAYS, [100.0, None, 104.0]))
    assert client.bars("AAPL", DAYS[0], DAYS[-1]).panel.close.tolist() == [[100.0, 104.0]]


def test_an_unknown_symbol_is_not_found(client: YfinanceClient, give: Give) -> None:
    give(refusal("No data found, symbol may be delisted"))
    assert [reason_of(client, f"NOPE{i}") for i in range(4)] == ["not_found"] * 4


@pytest.mark.parametrize(
    ("description", "reason"),
    [
        ("Data doesn't exist for startDate = 1, endDate = 2", "no_data"),
        ("No data found, symbol may be delisted", "no_data"),
        ("Internal Server Error", "provider_error"),
        ("Too Many Requests", "rate_limited"),
    ],
)
def test_what_yahoo_says_of_a_known_symbol(client: YfinanceClient, give: Give, description: str, reason: str) -> None:
    give(refusal(description), first=chart("AAPL", DAYS, [1.0, 2.0, 3.0]))  # it asks for the time zone first
    assert reason_of(client) == reason


def test_an_empty_chart_is_no_data(client: YfinanceClient, give: Give) -> None:
    give(Answer({"chart": {"result": [], "error": None}}), first=chart("AAPL", DAYS, [1.0, 2.0, 3.0]))
    assert reason_of(client) == "no_data"


def test_too_many_requests(client: YfinanceClient, give: Give) -> None:
    from yfinance.exceptions import YFRateLimitError

    give(YFRateLimitError())
    assert reason_of(client) == "rate_limited"


@pytest.mark.parametrize("body", ["<html>Will be right back</html>", "<html>502 Bad Gateway</html>", ""])
def test_a_page_instead_of_data_is_the_providers_fault(client: YfinanceClient, give: Give, body: str) -> None:
    give(Answer(body), first=chart("AAPL", DAYS, [1.0, 2.0, 3.0]))
    assert reason_of(client) == "provider_error"


def test_faults_of_the_network(client: YfinanceClient, give: Give) -> None:
    from curl_cffi.requests import exceptions as curl
    from requests import exceptions as plain

    for error, reason in [
        (curl.Timeout("Operation timed out"), "timed_out"),
        (curl.ConnectionError("Connection refused"), "network"),
        (curl.DNSError("Could not resolve host: query2.finance.yahoo.com. See https://curl.se/x for more"), "network"),
        (plain.ReadTimeout("read timed out"), "timed_out"),
        (plain.ConnectionError("refused"), "network"),
        (TimeoutError("timed out"), "timed_out"),
        (ConnectionResetError("reset"), "network"),
        (OSError("unreachable"), "network"),
    ]:
        give(error)
        assert reason_of(client) == reason, error


def test_a_fault_is_told_without_the_librarys_advice() -> None:
    failure = classify(OSError("Could not resolve host: x. See https://curl.se/libcurl for more details."))
    assert failure.detail == "Could not resolve host: x."
    assert failure.is_transient


def test_lasting_failures_are_not_transient() -> None:
    from yfinance.exceptions import YFPricesMissingError, YFRateLimitError, YFTzMissingError

    for error in (YFTzMissingError("A"), YFPricesMissingError("A", ""), YFRateLimitError()):
        assert not classify(error).is_transient


def test_a_missing_price_with_a_status_code_is_the_providers_fault() -> None:
    from yfinance.exceptions import YFPricesMissingError

    assert classify(YFPricesMissingError("A", "(Yahoo status_code = 500)")).reason == "provider_error"


def frame(**changes: Any) -> pd.DataFrame:
    columns = {"Open": [10.0, 11], "High": [12.0, 13], "Low": [9.0, 10], "Close": [11.0, 12], "Volume": [100, 200]}
    index = pd.DatetimeIndex(["2024-01-02", "2024-01-03"], tz="Asia/Tokyo", name="Date")
    return pd.DataFrame(columns | changes, index=index)


def test_days_are_those_of_the_exchange() -> None:
    assert bars_of_frame("7203.T", frame()).panel.sessions.astype(str).tolist() == ["2024-01-02", "2024-01-03"]


def test_bad_rows_of_a_frame_are_left_out_and_told() -> None:
    bars = bars_of_frame("A", frame(Close=[-1.0, 12], High=[12.0, 11.5]))
    assert bars.panel.close.tolist() == [[12.0]]
    assert bars.panel.high.tolist() == [[12.0]]
    assert bars.repairs == "1 row with a price not above 0 left out, 1 row with high or low widened"


def test_nullable_columns_are_read() -> None:
    volume = pd.array([100, None], dtype="Int64")
    bars = bars_of_frame("A", frame(Volume=volume))
    assert bars.panel.volume.tolist() == [[100.0, 0.0]]


@pytest.mark.parametrize("empty", [None, frame().iloc[:0]])
def test_an_empty_frame_is_no_data(empty: pd.DataFrame | None) -> None:
    with pytest.raises(YahooError) as caught:
        bars_of_frame("A", empty)
    assert caught.value.reason == "no_data"


def test_a_frame_that_cannot_be_used_says_why() -> None:
    with pytest.raises(YahooError, match="no Volume") as caught:
        bars_of_frame("A", frame().drop(columns="Volume"))
    assert caught.value.reason == "bad_data"
    with pytest.raises(YahooError, match="2 rows without a price"):
        bars_of_frame("A", frame(Close=[np.nan, np.nan]))

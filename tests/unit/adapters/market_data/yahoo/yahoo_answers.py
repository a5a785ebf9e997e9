"""Answers of Yahoo's chart service as yfinance 1.7 reads them: recorded shapes with made-up numbers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from curl_cffi.requests.exceptions import HTTPError

OPENS = ZoneInfo("America/New_York")


class Answer:
    """What yfinance takes from its HTTP library's response."""

    def __init__(self, body: Any, status: int = 200) -> None:
        self.text = body if isinstance(body, str) else json.dumps(body)
        self.status_code = status
        self.url = "https://query2.finance.yahoo.com/v8/finance/chart/"

    def json(self) -> Any:
        return json.loads(self.text)

    def raise_for_status(self) -> None:
        if self.status_code >= 400:
            raise HTTPError(f"HTTP Error {self.status_code}: ", 0, self)  # type: ignore[arg-type]


def chart(symbol: str, days: Sequence[date], closes: Sequence[float | None], adjusted: float = 1.0) -> Answer:
    """Return an answer with one bar per day; ``adjusted`` is adjusted close ÷ close."""
    stamps = [int(datetime(d.year, d.month, d.day, 9, 30, tzinfo=OPENS).astimezone(UTC).timestamp()) for d in days]
    quote = {
        "open": [None if c is None else c - 1 for c in closes],
        "high": [None if c is None else c + 2 for c in closes],
        "low": [None if c is None else c - 2 for c in closes],
        "close": list(closes),
        "volume": [None if c is None else 1000 for c in closes],
    }
    result = {
        "meta": {
            "currency": "USD",
            "symbol": symbol,
            "exchangeName": "NMS",
            "instrumentType": "EQUITY",
            "firstTradeDate": stamps[0],
            "regularMarketTime": stamps[-1],
            "gmtoffset": -18000,
            "timezone": "EST",
            "exchangeTimezoneName": "America/New_York",
            "regularMarketPrice": closes[-1],
            "priceHint": 2,
            "currentTradingPeriod": {
                part: {"timezone": "EST", "start": stamps[-1], "end": stamps[-1] + 23400, "gmtoffset": -18000}
                for part in ("pre", "regular", "post")
            },
            "dataGranularity": "1d",
            "range": "",
            "validRanges": ["1d", "5d", "1mo", "3mo", "6mo", "1y", "2y", "5y", "10y", "ytd", "max"],
        },
        "timestamp": stamps,
        "indicators": {
            "quote": [quote],
            "adjclose": [{"adjclose": [None if c is None else c * adjusted for c in closes]}],
        },
    }
    return Answer({"chart": {"result": [result], "error": None}})


def refusal(description: str, code: str = "Not Found") -> Answer:
    """Return an answer in which Yahoo says why it has nothing."""
    return Answer({"chart": {"result": None, "error": {"code": code, "description": description}}}, 404)

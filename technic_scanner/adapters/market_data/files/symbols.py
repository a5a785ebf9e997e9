"""Write symbols in one way, and find the symbol in a file's name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import unquote

from technic_scanner.adapters.market_data.files.words_of_history import is_history, without_history

_QUOTES = re.compile(r'^=?"(.*)"$')
# A share class: BRK.B, BRK/B, BRK B and BRK_B are BRK-B. Single letters of exchanges (VOD.L, 7203.T) are none.
_CLASS = re.compile(r"^([A-Z]{1,5})[./ _]([A-E])$")
_CURRENCIES = (
    "USDT|USDC|BUSD|TUSD|FDUSD|USD|EUR|GBP|JPY|KRW|TRY|CHF|AUD|CAD|NZD|CNY|CNH|SEK|NOK|PLN|BRL|INR|BTC|ETH|BNB|DAI"
)
_PAIR = re.compile(rf"^([A-Z0-9]{{2,10}})[/_]({_CURRENCIES})$")
_EXCHANGES = (
    "NASDAQ|NYSE|NYSEARCA|ARCA|AMEX|NYSEAMERICAN|BATS|CBOE|OTC|OTCMKTS|XETR|XETRA|FWB|LSE|LSIN|NSE|BSE|TSE|TYO|HKEX|SSE|SZSE|"
    "ASX|TSX|TSXV|CSE|EURONEXT|MIL|BME|SIX|OMXSTO|OMXCOP|OMXHEX|OSL|GPW|MOEX|KRX|TWSE|SGX|IDX|SET|BMFBOVESPA|B3|BMV|JSE|"
    "BINANCE|COINBASE|KRAKEN|BITSTAMP|BITFINEX|GEMINI|BYBIT|OKX|KUCOIN|FX|FX_IDC|OANDA|FOREXCOM|CME|CME_MINI|CBOT|COMEX|NYMEX|"
    "TVC|INDEX|SP|DJ|CRYPTO|CRYPTOCAP|CAPITALCOM"
)
_MICS = (
    "XNYS|XNAS|XASE|ARCX|XLON|XFRA|XPAR|XAMS|XBRU|XLIS|XMIL|XMAD|XSWX|XVTX|XSTO|XCSE|XHEL|XOSL|XWBO|XWAR|"
    "XPRA|XBUD|XIST|XTKS|XHKG|XSHG|XSHE|XBOM|XNSE|XASX|XTSE|XTSX|XNZE|XSES|XKRX|XKOS|XTAI|XBKK|XIDX|XKLS|"
    "XJSE|BVMF|XMEX|XTAE"
)
_WORDS = (
    "daily|weekly|historicaldata|historicalprices|historicalquotes|historical|history|hist|prices?|stock[_ ]day|"
    "stocks?|quote-equity|quotes?|table|download|export|ohlcv?|bars?|candles?|eod|data|tickers?|symbols?|adjsplit"
    "|adjsplitdiv|macrotrends|yahoo|yahoo ?finance|yfinance|stooq|investing|tiingo|polygon|alphavantage|kraken|binance"
    "|bitstamp|wiki|wiki[_ ]prices|(?:stock[_ ])?market[_ ]data"
)
_FULL_NAMES = f"NASDAQ|NYSE|NYSEARCA|AMEX|XETRA|XETR|EURONEXT|BINANCE|COINBASE|KRAKEN|BITSTAMP|{_MICS}"
_PREFIXES: tuple[str, ...] = (
    rf"(?:{_EXCHANGES}|{_MICS})(?:_DLY)?[_:](?=.)",
    rf"(?:{_FULL_NAMES})-(?=.)",
    r"us[_:](?=[a-z])",
    rf"(?:{_WORDS})(?:[_\- ]+(?:adjusted|{_WORDS}))*[_\- =]+(?=.)",
    r"intraday(?:[_\- ]+(?:extended|adjusted))*(?:[_\- ]+\d{1,3} ?(?:m|min|minutes?|h|hours?))?[_\- ]+(?=.)",
    r"d_(?=.)",
)
_DAY = r"(?:(?:19|20)\d\d[-_.]?\d\d(?:[-_.]?\d\d)?|\d\d[-_.]\d\d[-_.](?:19|20)\d\d)"
_SUFFIXES: tuple[str, ...] = (
    r"[._:\-]us",
    r" us(?: equity)?",
    r"[._:@\- ](?:NASDAQ|NYSE|NYSEARCA|AMEX|XNYS|XNAS|XASE|ARCX)",
    r"\.d",
    r"(?<=[a-z])(?:1440|10080)",
    r", ?\d*[dwmhs]?(?:_[0-9a-f]{5})?",
    r"_[dw]",
    r"[_\- .]+\d*(?:1d|d1|daily|day|1day|1440|w1|1w|m1|1m|h1|1h|eod|min|mins|minutes?|hours?|hrs?)",
    r"[_\- ](?:us[_\- ])?eq(?:uity)?",
    r"\.(?:last|bid|ask)",
    r"_candlestick_1_[dhm]_(?:bid|ask)",
    rf"[_\- ]+(?:stock[ _])?(?:price[ _])?(?:{_WORDS})(?:[_\- ]+(?:{_WORDS}))*",
    r"[_\- ]+(?:adjusted|adj|full|max|raw|clean|cleaned|latest|output|5y|10y|1y)",
)
# Parts of one symbol's history: names that become equal without these belong together.
_PERIODS: tuple[str, ...] = (
    rf"[_\- ]+{_DAY}[_\- ]+(?:to[_\- ]+)?{_DAY}",
    rf"[_\- ]+{_DAY}",
    r"[_\- ]+\d{6}[_\- ]+\d{6}",
    r"[_\- ]+(?:19|20)\d{10}[_\- ]+(?:19|20)\d{10}",
    r"[_\- ]+(?:19|20)\d\d",
    r"[_\- ]+(?:19|20)\d\d[_\- ]+(?:19|20)\d\d",
)
# Alpha Vantage's names, which no symbol has; they are told apart from those of other vendors in one folder.
_ALPHA_VANTAGE = re.compile(
    r"^(?:(?:daily|weekly|monthly)(?:_adjusted)?|intraday(?:_extended)?(?:_\d{1,2}min)?)_(?=[A-Z0-9][A-Z0-9.^-]*$)"
)
# The name of a register before a number of its form, as in wkn_716460_historic.
_OF_REGISTER = re.compile(
    r"^(?:wkn[_\- =:]+(?=[A-Z]*\d)(?=[A-Z\d]{6}$)|isin[_\- =:]+(?=[A-Z]{2}[A-Z\d]{9}\d$)"
    r"|cusip[_\- =:]+(?=[A-Z\d]{8}\d$)|sedol[_\- =:]+(?=[A-Z\d]{6}\d$)|figi[_\- =:]+(?=BBG[A-Z\d]{9}$))",
    re.IGNORECASE,
)
_COPIES = "copy|kopie|copie|copia|cópia|kopia|kopi|копия|副本|コピー"
_COPY = re.compile(
    rf"^(?:copy of|kopie von|copie de|copia de|copia di|cópia de|kopia) (?=.)"
    rf"|(?: ?\(\d{{1,3}}\)| [-–—] (?:{_COPIES})(?: \(\d+\))?| copy(?: \d+)?|_copy\d*| ?\([^()]*conflict[^()]*\))$",
    re.IGNORECASE,
)
_GENERIC = re.compile(
    rf"^(?:part[-_.]?[\da-f-]*(?:\.c000)?(?:\.snappy|\.gz|\.zstd)?|data(?:[-_]?\d+)?|chunk[-_]?\d+|(?:{_WORDS})|[a-z]{{0,6}}[-_]?(?:19|20)\d\d(?:[-_.]?\d\d){{0,2}}|"
    r"file\d*|1d|d1|d)$",
    re.IGNORECASE,
)


def normal(symbol: str) -> str:
    """Return a symbol in upper case, with a hyphen before a share class or the second half of a pair."""
    text = symbol.strip()
    quoted = _QUOTES.match(text)
    text = (quoted[1] if quoted else text.lstrip("'")).strip().upper()
    text = text.removeprefix("$") if len(text) > 1 else text
    for pattern in (_CLASS, _PAIR):
        match = pattern.match(text)
        if match:
            return f"{match[1]}-{match[2]}"
    return text.replace("/", "-")


def without_copy_mark(stem: str) -> str:
    """Return a file's name without what browsers and file managers add: " (1)", " - Copy", "Copy of ", %5E for ^."""
    return _COPY.sub("", unquote(stem))


def is_generic(stem: str) -> bool:
    """Return whether a name cannot be a symbol beside its folder's name: part-0, 2024, daily, prices."""
    return bool(_GENERIC.match(stem)) or is_history(stem)


_NO_SYMBOL = re.compile(rf"^(?:(?:{_WORDS})[-_ ]?\d*|\d{{7,}}|\d{{4}}-\d\d-\d\d.*|[\d_-]{{8,}})$", re.IGNORECASE)


def meaning_of_d(stem: str, symbol: str) -> str | None:
    """Return for what the ``.D`` at the end of a file's name was taken; None if its name does not end so."""
    if not without_copy_mark(stem).upper().endswith(".D"):
        return None
    if symbol.endswith(("-D", ".D")):
        return "the D at the end of its name was taken for a class of shares, not for daily"
    return "the D at the end of its name was taken for daily, not for a class of shares"


def looks_like_no_symbol(name: str) -> bool:
    """Return whether a name is a word for prices, a date or a long number, but no symbol that anybody trades."""
    return bool(_NO_SYMBOL.match(name)) or is_history(name)


def stripped(names: Iterable[str]) -> Mapping[str, str]:
    """Return each name → its symbol, without what is before or behind the symbol in all names.

    Known are names of exchanges, words such as "daily" and "HistoricalData", ``.US``, ", 1D" and dates; others are
    removed if three or more names have them in common. Nothing but a period is removed that would make names equal,
    and what no symbol has, which is removed of each name by itself: what Alpha Vantage writes before its symbols, as in
    intraday_5min_KO, "historical data" in any language, and the name of a register before its number.
    """
    current = {name: _by_itself(_ALPHA_VANTAGE.sub("", without_copy_mark(name))) for name in names}
    changed = bool(current)
    while changed:
        changed = False
        for pattern, may_join in _removals(list(current.values())):
            shorter = {name: _by_itself(pattern.sub("", text)) for name, text in current.items()}
            if shorter == current or not all(shorter.values()):
                continue
            if may_join or _distinct(shorter.values()) == _distinct(current.values()):
                current, changed = shorter, True
    return {name: normal(text) for name, text in current.items()}


def _by_itself(text: str) -> str:
    """Return a name without "historical data" and without the name of a register before its number."""
    return _OF_REGISTER.sub("", without_history(text))


def _distinct(texts: Iterable[str]) -> int:
    return len({normal(text) for text in texts})


def _removals(texts: list[str]) -> Iterator[tuple[re.Pattern[str], bool]]:
    """Yield patterns of what all of ``texts`` have, and whether texts that become equal without it belong together."""
    for prefix in _PREFIXES:
        pattern = re.compile(rf"^(?:{prefix})", re.IGNORECASE)
        if all(map(pattern.match, texts)):
            yield pattern, False
    for suffixes, may_join in ((_SUFFIXES, False), (_PERIODS, True)):
        for suffix in suffixes:
            pattern = re.compile(rf"(?<=.)(?:{suffix})$", re.IGNORECASE)
            if all(map(pattern.search, texts)):
                yield pattern, may_join
    before, behind = _common(texts), _common([text[::-1] for text in texts])[::-1]
    if before:
        yield re.compile(f"^{re.escape(before)}"), False
    if behind:
        yield re.compile(f"{re.escape(behind)}$"), False


def _common(texts: list[str]) -> str:
    """Return a prefix of three or more names that ends with an underscore or a blank and is no part of a symbol.

    Names from their end are given to find a suffix.
    """
    if len(texts) < 3:
        return ""
    first, last = min(texts), max(texts)
    same = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    prefix = re.match(r"^.*[_ ]", first[:same])
    has_lower = prefix is not None and any(letter.islower() for letter in prefix[0])
    return prefix[0] if prefix is not None and has_lower and not all(t.islower() for t in texts) else ""

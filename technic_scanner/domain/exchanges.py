"""Names of exchanges: the code (ISO 10383) of the calendar by which an exchange trades."""

from __future__ import annotations

_NAMES = {
    "XNYS": "NYSE NASDAQ NYSEARCA ARCA AMEX NYSEAMERICAN NYSEMKT BATS CBOE OTC OTCMKTS IEX XNAS ARCX XASE XNGS XNMS",
    "XLON": "LSE LONDON LSIN",
    "XETR": "XETRA XETR IBIS",
    "XFRA": "FRA FWB FRANKFURT",
    "XPAR": "PAR EPA EURONEXTPARIS PARIS",
    "XAMS": "AMS EURONEXTAMSTERDAM AMSTERDAM",
    "XBRU": "BRU EURONEXTBRUSSELS BRUSSELS",
    "XLIS": "LIS EURONEXTLISBON LISBON",
    "XMIL": "MIL BIT MILAN BORSAITALIANA",
    "XMAD": "BME MADRID MCE",
    "XSWX": "SIX SWX EBS SWISS",
    "XSTO": "OMXSTO STO STOCKHOLM",
    "XHEL": "OMXHEX HEL HELSINKI",
    "XCSE": "OMXCOP CPH COPENHAGEN",
    "XOSL": "OSL OSLO",
    "XTKS": "TSE TYO JPX TOKYO",
    "XHKG": "HKEX HKG HONGKONG",
    "XTSE": "TSX TSXV TORONTO XTSX",
    "XASX": "ASX SYDNEY",
    "XBOM": "NSE BSE XNSE",
    "XKRX": "KRX KOSPI KOSDAQ XKOS",
    "XTAI": "TWSE",
    "XSES": "SGX",
    "XSHG": "SSE SZSE XSHE SHANGHAI SHENZHEN",
    "BVMF": "B3 BMFBOVESPA BOVESPA",
    "XJSE": "JSE",
    "XWAR": "GPW WARSAW",
}
_CODES = {name: code for code, names in _NAMES.items() for name in names.split()}


def exchange_code(name: str | None) -> str | None:
    """Return the code of an exchange by any of its usual names; the name in capital letters if it is not known."""
    if name is None:
        return None
    short = "".join(letter for letter in name.upper() if letter.isalnum())
    return _CODES.get(short, short) or None

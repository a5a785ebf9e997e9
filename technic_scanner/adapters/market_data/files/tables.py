"""Read one CSV or Parquet file into an Arrow table, with any separator, decimal mark, compression or header."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path
from typing import IO, cast

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from technic_scanner.adapters.market_data.files.columns import NOTHING, canonical
from technic_scanner.errors import SourceDataError

CSV_SUFFIXES: tuple[str, ...] = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt", ".txt.gz")
PARQUET_SUFFIXES: tuple[str, ...] = (".parquet", ".pq")
SUFFIXES: tuple[str, ...] = CSV_SUFFIXES + PARQUET_SUFFIXES
_SEPARATORS = ",;\t|"
_SKIPPED = b"skipped_rows"
_TEXT = ("date", "symbol", "name", "sector", "industry", "sub_industry")


def stem_of(path: Path) -> str:
    """Return the file's name without its suffix (both of ``.csv.gz``)."""
    name = path.name
    suffix = next((suffix for suffix in sorted(SUFFIXES, key=len, reverse=True) if name.lower().endswith(suffix)), "")
    return name[: len(name) - len(suffix)]


def column_names(path: Path) -> list[str]:
    """Return the file's column names without reading its rows. Raises SourceDataError."""
    try:
        if path.name.lower().endswith(PARQUET_SUFFIXES):
            return list(pq.read_schema(path).names)
        return _Dialect(path).meant_names
    except (pa.ArrowException, OSError, UnicodeDecodeError, csv.Error) as error:
        raise SourceDataError(f"{path.name} cannot be read: {_short(error)}") from error


def read_table(path: Path) -> pa.Table:
    """Return the whole file. Raises SourceDataError that names the file if it is not a table."""
    try:
        if path.name.lower().endswith(PARQUET_SUFFIXES):
            return pq.read_table(path)
        return _read_csv(path)
    except (pa.ArrowException, OSError, UnicodeDecodeError, csv.Error) as error:
        raise SourceDataError(f"{path.name} cannot be read: {_short(error)}") from error


def skipped_rows(table: pa.Table) -> int:
    """Return how many rows of the file were skipped because they had too few or too many cells."""
    return int((table.schema.metadata or {}).get(_SKIPPED, 0))


class _Dialect:
    """The format of a CSV file, derived from its first lines."""

    def __init__(self, path: Path) -> None:
        with _open_text(path) as file:
            lines = [line.rstrip("\r\n") for _, line in zip(range(4), file, strict=False)]
        if not lines:
            raise csv.Error("it is empty")
        self.separator = max(_SEPARATORS, key=lines[0].count)
        rows = list(csv.reader(lines, delimiter=self.separator))
        self.names = [name.strip().lstrip("\ufeff") for name in rows[0]]
        self.decimal_comma = self.separator != "," and len(rows) > 1 and any("," in cell for cell in rows[1][1:])
        self.wide = _yfinance_columns(rows)
        self.header_lines = 1 if self.wide is None else 3
        if self.wide is not None:
            self.names = ["Date", *("\t".join(pair) for pair in self.wide)]

    @property
    def meant_names(self) -> list[str]:
        """The column names after a wide table has been converted to a long one."""
        if self.wide is None:
            return self.names
        return ["Date", "Symbol", *dict.fromkeys(price for price, _ in self.wide)]


def _yfinance_columns(rows: list[list[str]]) -> list[tuple[str, str]] | None:
    """Return (price, ticker) of all columns except the first if they are yfinance's two-level columns."""
    if len(rows) < 3 or {rows[0][0], rows[1][0]} != {"Price", "Ticker"} or rows[2][0] != "Date":
        return None
    prices, tickers = (rows[0], rows[1]) if rows[0][0] == "Price" else (rows[1], rows[0])
    return list(zip(prices[1:], tickers[1:], strict=False))


def _made_long(table: pa.Table, wide: list[tuple[str, str]]) -> pa.Table:
    """Return a table with one row per date and ticker from one with a column per price and ticker."""
    prices = dict.fromkeys(price for price, _ in wide)
    pieces = []
    for ticker in dict.fromkeys(ticker for _, ticker in wide):
        columns = {"Date": table["Date"], "Symbol": pa.array([ticker] * table.num_rows, pa.string())}
        for price in prices:
            if (price, ticker) in wide:
                columns[price] = table[f"{price}\t{ticker}"]
        pieces.append(pa.table(columns))
    return pa.concat_tables(pieces, promote_options="permissive")


def _read_csv(path: Path) -> pa.Table:
    dialect = _Dialect(path)
    meanings = canonical(dialect.names)
    text = {meanings[name]: pa.string() for name in _TEXT if name in meanings}
    try:
        table = _parse(path, dialect, text)
    except pa.ArrowInvalid:
        # A column contains text; read it again as text, which is parsed cell by cell later.
        table = _parse(path, dialect, dict.fromkeys(dialect.names, pa.string()))
    return table if dialect.wide is None else _made_long(table, dialect.wide)


def _parse(path: Path, dialect: _Dialect, types: dict[str, pa.DataType]) -> pa.Table:
    skipped: list[pacsv.InvalidRow] = []

    def skip(row: pacsv.InvalidRow) -> str:
        skipped.append(row)
        return "skip"

    with pa.input_stream(path, compression="gzip" if _is_compressed(path) else None) as stream:
        table = pacsv.read_csv(
            stream,
            # In this thread only: with several Arrow threads the inference of types has crashed the process
            # (pyarrow 26.0.1).
            read_options=pacsv.ReadOptions(
                use_threads=False, column_names=dialect.names, skip_rows=dialect.header_lines
            ),
            parse_options=pacsv.ParseOptions(delimiter=dialect.separator, invalid_row_handler=skip),
            convert_options=pacsv.ConvertOptions(
                column_types=types,
                null_values=list(NOTHING),
                strings_can_be_null=True,
                decimal_point="," if dialect.decimal_comma else ".",
                auto_dict_encode=False,
            ),
        )
    return table.replace_schema_metadata({_SKIPPED: str(len(skipped))})


def _is_compressed(path: Path) -> bool:
    return path.name.lower().endswith(".gz")


def _open_text(path: Path) -> IO[str]:
    if _is_compressed(path):
        return cast("IO[str]", gzip.open(path, "rt", encoding="utf-8-sig", newline=""))
    return path.open("rt", encoding="utf-8-sig", newline="")


def _short(error: Exception) -> str:
    """Return the first sentence of an error, without paths."""
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__

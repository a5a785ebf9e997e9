"""Load one file into a sheet with plain columns, whatever its kind, with what its folders' names say."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from technic_scanner.adapters.market_data.files.arrow_tables import read_feather, read_parquet
from technic_scanner.adapters.market_data.files.containers import FileRef
from technic_scanner.adapters.market_data.files.decoding import decoded
from technic_scanner.adapters.market_data.files.delimited import read_delimited, read_first_line
from technic_scanner.adapters.market_data.files.layouts import plain_sheet
from technic_scanner.adapters.market_data.files.names import meaning
from technic_scanner.adapters.market_data.files.sheet import Sheet
from technic_scanner.errors import SourceDataError

_HEAD_BYTES = 512


def load_sheet(ref: FileRef, last: int) -> Sheet:
    """Return the table of a file; ``last`` is the newest possible day since 1970. Raises SourceDataError."""
    data = ref.read()
    if ref.kind == "text":
        sheet = text_sheet(data.to_pybytes(), last)
    else:
        try:
            stored = read_parquet(data) if ref.kind == "parquet" else read_feather(data)
        except (pa.ArrowException, OSError) as error:
            raise SourceDataError(f"cannot be read: {str(error).splitlines()[0][:160]}") from error
        sheet = plain_sheet(stored, (), None, last)
    for key, value in ref.parts:
        if meaning(key) not in {meaning(name) for name in sheet.names}:
            sheet.names.append(key)
            sheet.columns.append(pa.DictionaryArray.from_arrays(np.zeros(sheet.rows, np.int32), pa.array([value])))
    return sheet


def text_sheet(data: bytes, last: int) -> Sheet:
    """Return the table of a text file's bytes. Raises SourceDataError."""
    if not data.strip():
        raise SourceDataError("cannot be read: it is empty")
    if data[:_HEAD_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<!doctype", b"<html")):
        raise SourceDataError("cannot be read: it is a web page, not a table; fetch the file again")
    text, encoding, notes = decoded(data)
    sheet, rows, even = read_delimited(text)
    sheet = plain_sheet(sheet, rows, even, last)
    sheet.encoding = encoding
    sheet.notes = [*notes, *sheet.notes]
    return sheet


def load_table(ref: FileRef) -> Sheet:
    """Return a table that need not hold prices, with its first line as the header. Raises SourceDataError."""
    data = ref.read()
    if ref.kind == "parquet":
        return read_parquet(data)
    if ref.kind == "feather":
        return read_feather(data)
    if not data.to_pybytes().strip():
        raise SourceDataError("is empty")
    text, _, notes = decoded(data.to_pybytes())
    sheet = read_first_line(text)
    sheet.notes = notes
    return sheet

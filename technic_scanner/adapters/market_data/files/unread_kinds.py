"""Say what to do with files of a folder that are not looked at."""

from __future__ import annotations

import re

# Copies, halves and backups of tables: prices.csv.1, prices.csv.part, prices.csv~.
_RENAMED = re.compile(r"\.(?:csv|tsv|parquet|feather)(?:\.gz)?(?:~|[.~#_-](?!crc$|md5$|sha\d+$|sig$|asc$|lock$)[^.]+)$")
_SPREADSHEET, _UNPACK, _EXPORT = "save it as CSV", "unpack it", "export it as CSV or Parquet"
# What holds prices at many people, and what to do with it.
_ADVICE: dict[str, str] = {
    **dict.fromkeys((".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".numbers"), _SPREADSHEET),
    **dict.fromkeys((".tar", ".tgz", ".7z", ".rar", ".tar.gz", ".lz4", ".z"), _UNPACK),
    **dict.fromkeys((".h5", ".hdf", ".hdf5", ".nc", ".mat", ".npy", ".npz", ".orc", ".avro"), _EXPORT),
    **dict.fromkeys((".db", ".sqlite", ".sqlite3", ".duckdb", ".mdb", ".accdb"), _EXPORT),
    **dict.fromkeys((".rds", ".rda", ".rdata", ".dta", ".sas7bdat", ".sav", ".json", ".jsonl", ".ndjson"), _EXPORT),
    **dict.fromkeys((".pkl", ".pickle", ".joblib", ".dill"), "save it as Parquet; opening a pickle can run code"),
    **dict.fromkeys((".html", ".htm", ".xml", ".dat", ".hst", ".fxt", ".bi5", ".bin"), _EXPORT),
}


def advice_on(name: str) -> str | None:
    """Return what to do with a file that is not looked at; None if it hardly holds prices."""
    advice = next((text for suffix, text in _ADVICE.items() if name.endswith(suffix)), None)
    if advice is None and _RENAMED.search(name):
        return "give it the suffix of its kind, such as .csv"
    return advice

"""Keep what was found in a folder, so that an unchanged folder need not be read again to name its symbols."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from technic_scanner.adapters.market_data.files.folder import FolderReading

_FORM = 1


@dataclass(frozen=True, slots=True)
class Summary:
    """The symbols of a folder and the notes on it; valid while ``until`` is the newest possible day, None: always.

    ``newest`` is the newest session, in days since 1970 as ``until`` is.
    """

    symbols: tuple[str, ...]
    notes: tuple[str, ...]
    until: int | None = None
    newest: int | None = None

    @classmethod
    def of(cls, reading: FolderReading, last: int) -> Summary:
        """Return the summary of a reading in which ``last`` was the newest possible day."""
        with_bars = {reading.bars.symbols[code] for code in np.unique(reading.bars.codes)}
        symbols = sorted({*with_bars, *reading.without_bars})
        newest = int(reading.bars.days.max()) if len(reading.bars) else None
        return cls(tuple(symbols), tuple(reading.notes()), last if reading.has_future else None, newest)


class Remembered:
    """Summaries in JSON files under ``folder``, one per place; None keeps nothing."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def load(self, place: str, version: str, last: int) -> Summary | None:
        """Return the summary of a place, None if none is kept of this version or another day's would differ."""
        if self._folder is None:
            return None
        try:
            document = json.loads(self._path(place).read_text("utf-8"))
            if document["form"] != _FORM or document["version"] != version:
                return None
            summary = Summary(
                tuple(document["symbols"]), tuple(document["notes"]), document["until"], document["newest"]
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return summary if summary.until in (None, last) else None

    def save(self, place: str, version: str, summary: Summary) -> None:
        """Keep a summary; what cannot be written is found out again next time."""
        if self._folder is None:
            return
        document = json.dumps({"form": _FORM, "version": version, **asdict(summary)}, ensure_ascii=False)
        _write(self._path(place), document)

    def load_report(self, place: str, version: str, last: int) -> dict[str, Any] | None:
        """Return the report on a place, None if none is kept of this version and this day."""
        if self._folder is None:
            return None
        try:
            document = json.loads(self._path(place).with_suffix(".report.json").read_text("utf-8"))
            known = document["form"] == _FORM and document["version"] == version and document["until"] == last
            return dict(document["report"]) if known else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def save_report(self, place: str, version: str, last: int, report: dict[str, Any]) -> None:
        """Keep a report."""
        if self._folder is not None:
            document = {"form": _FORM, "version": version, "until": last, "report": report}
            _write(self._path(place).with_suffix(".report.json"), json.dumps(document, ensure_ascii=False))

    def readings(self, place: str) -> Path | None:
        """Return the folder in which what each file was read as is kept; None keeps nothing."""
        return None if self._folder is None else self._path(place).with_suffix(".readings")

    def _path(self, place: str) -> Path:
        assert self._folder is not None  # checked by the callers
        return self._folder / f"{hashlib.blake2b(place.encode(), digest_size=8).hexdigest()}.json"


def _write(path: Path, text: str) -> None:
    """Write a file as a whole; nothing if that is not possible."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)

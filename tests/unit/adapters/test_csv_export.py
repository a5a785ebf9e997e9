"""An export is whole or not there, and what was begun in vain is cleared away."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from technic_scanner.adapters.csv_export import export_csv
from technic_scanner.errors import StoreError, StoreFullError


def test_the_folder_is_made_and_an_older_export_replaced(tmp_path: Path) -> None:
    path = tmp_path / "exports" / "run.csv"
    export_csv(path, b"old")
    assert export_csv(path, b"new") == path
    assert [(file.name, file.read_bytes()) for file in path.parent.iterdir()] == [("run.csv", b"new")]


def test_where_nothing_can_be_put_the_reason_is_told_and_nothing_stays(tmp_path: Path) -> None:
    (tmp_path / "run.csv").mkdir()
    with pytest.raises(StoreError, match="could not be written to"):
        export_csv(tmp_path / "run.csv", b"rows")
    assert [file.name for file in tmp_path.iterdir()] == ["run.csv"]


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_told_as_such_and_is_not_kept_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    path = tmp_path / "run.csv"
    export_csv(path, b"old")

    def full(self: Path, _target: Path) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(StoreFullError, match="no space left"):
        export_csv(path, b"new")
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("run.csv", b"old")]

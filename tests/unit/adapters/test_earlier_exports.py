"""The CSV that release 0.1.0 left of a run goes with the run, and nothing else in its folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from technic_scanner.adapters.earlier_exports import delete_exports


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "exports"
    made.mkdir()
    for name in ("one.csv", "two.csv", "letter.txt"):
        (made / name).write_text("x")
    return made


def test_the_files_of_deleted_runs_go_and_others_stay(folder: Path) -> None:
    delete_exports(folder, ("one", "never-exported"))
    assert {path.name for path in folder.iterdir()} == {"two.csv", "letter.txt"}


def test_the_folder_goes_with_its_last_file(folder: Path) -> None:
    (folder / "letter.txt").unlink()
    delete_exports(folder, ("one", "two"))
    assert not folder.exists()


def test_a_store_that_never_exported_has_no_folder(tmp_path: Path) -> None:
    delete_exports(tmp_path / "exports", ("one",))
    assert not (tmp_path / "exports").exists()


def test_a_file_that_cannot_be_deleted_is_logged(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    (folder / "one.csv").unlink()
    (folder / "one.csv").mkdir()  # what unlink refuses
    delete_exports(folder, ("one", "two"))
    assert "the export of the deleted run one stays" in caplog.text
    assert not (folder / "two.csv").exists()

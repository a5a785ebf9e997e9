"""``files check`` and GET /sources/files/report say the same of a folder of price files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from technic_scanner.api.app import create_api
from tests.functional.api.conftest import MakeServices, make_services, open_client
from tests.functional.command_line import run

__all__ = ["make_services"]

EXIT_DONE, EXIT_FAILED, EXIT_USAGE = 0, 1, 2
BARS = "Date,Open,High,Low,Close,Volume\n2026-03-12,10,12,9,11,1500\n2026-03-13,11,13,10,12,1600\n"

pytestmark = pytest.mark.usefixtures("cli_home")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a good file and one that is refused."""
    place = tmp_path / "prices"
    place.mkdir()
    (place / "ORBX.csv").write_text(BARS)
    (place / "notes.csv").write_text("this,that\n1,2\n")
    return place


def test_a_folder_with_one_good_file_is_done(folder: Path) -> None:
    result = run("files", "check", str(folder))
    assert result.exit_code == EXIT_DONE
    assert "1 of 2 files read: 1 symbol, newest session 2026-03-13." in result.stderr
    assert "notes.csv has no column for date" in " ".join(result.stderr.split())
    assert not (folder / "files.toml").exists()


def test_the_json_document_is_one_line_and_names_every_file(folder: Path) -> None:
    result = run("files", "check", str(folder), "--json")
    assert result.exit_code == EXIT_DONE
    (line,) = result.stdout.splitlines()
    document = json.loads(line)
    assert document["folder"] == str(folder)
    assert {file["path"]: file["read"] for file in document["files"]} == {"ORBX.csv": True, "notes.csv": False}
    wanted = {"path", "read", "refused", "frame", "decimal_mark", "date_order", "notes", "symbols"}
    assert all(wanted <= file.keys() for file in document["files"])
    entry = document["symbols"]["ORBX"]
    assert (entry["first"], entry["last"], entry["bars"], entry["last_close"]) == ("2026-03-12", "2026-03-13", 2, 12.0)


def test_a_folder_of_which_nothing_is_read_fails(folder: Path) -> None:
    (folder / "ORBX.csv").unlink()
    result = run("files", "check", str(folder), "--json")
    assert result.exit_code == EXIT_FAILED
    (file,) = json.loads(result.stdout)["files"]
    assert "has no column for date" in file["refused"]


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_an_empty_folder_is_told_what_was_looked_for(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "nothing").mkdir()
    result = run("files", "check", str(tmp_path / "nothing"), *words)
    assert result.exit_code == EXIT_FAILED
    said = json.loads(result.stdout)["notes"] if words else [" ".join(result.stderr.split())]
    assert any("No table of prices was found" in note and ".csv" in note and ".parquet" in note for note in said)


def test_what_is_no_folder_is_refused_with_a_sentence(tmp_path: Path) -> None:
    result = run("files", "check", str(tmp_path / "absent"))
    assert result.exit_code == EXIT_USAGE
    assert "absent" in result.stderr


def test_one_absurd_price_ends_no_check(folder: Path) -> None:
    (folder / "VKTR.csv").write_text(BARS + "2026-03-16,8e19,8e19,8e19,8e19,500\n2026-03-17,11,13,10,12,1600\n")
    result = run("files", "check", str(folder), "--json")
    assert result.exit_code == EXIT_DONE
    assert result.stderr == ""
    symbols = json.loads(result.stdout)["symbols"]
    assert {symbol: entry["bars"] for symbol, entry in symbols.items()} == {"ORBX": 2, "VKTR": 3}


def test_the_guesses_are_written_once_and_read_again(folder: Path) -> None:
    result = run("files", "check", str(folder), "--write")
    assert result.exit_code == EXIT_DONE
    written = (folder / "files.toml").read_text()
    assert '[files."ORBX.csv"]' in written
    assert 'date_order = "ymd"' in written
    again = run("files", "check", str(folder), "--json")
    assert json.loads(again.stdout)["symbols"]["ORBX"]["bars"] == 2
    refused = run("files", "check", str(folder), "--write")
    assert refused.exit_code == EXIT_USAGE
    assert "files.toml" in refused.stderr
    assert (folder / "files.toml").read_text() == written


def test_the_report_of_the_api_says_the_same(folder: Path, make_services: MakeServices) -> None:
    printed = json.loads(run("files", "check", str(folder), "--json").stdout)
    with open_client(create_api(make_services(files_root=folder))) as client:
        answer = client.get("/sources/files/report")
        one = client.get("/sources/files/report", params={"universe": "ORBX.csv"})
        outside = client.get("/sources/files/report", params={"universe": "../outside.csv"})
    assert answer.status_code == 200, answer.text
    for key in ("files", "symbols", "newest_session"):
        assert answer.json()[key] == printed[key], key
    assert [file["path"] for file in one.json()["files"]] == ["ORBX.csv"]
    assert outside.status_code == 422
    assert str(folder) not in answer.text + outside.text


def test_the_report_is_not_found_without_a_folder_of_files(make_services: MakeServices) -> None:
    with open_client(create_api(make_services())) as client:
        answer = client.get("/sources/files/report")
    assert answer.status_code == 404
    assert "TECHNIC_FILES_ROOT" in answer.json()["detail"]

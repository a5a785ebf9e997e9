"""Weekdays in any language, Japanese eras, .NET's dates and wide figures are read; a date that is not is quoted."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.unit.adapters.market_data.files.reading import checked, written

DAYS = [date(2026, 3, 9) + timedelta(days=n) for n in range(4)]
HEAD = "Date;Open;High;Low;Close;Volume\n"


def document(folder: Path, cells: list[str], **files: str) -> dict[str, Any]:
    rows = "".join(f"{cell};{10 + n}.25;{12 + n}.5;{9 + n}.75;{11 + n}.5;1500\n" for n, cell in enumerate(cells))
    return checked(written(folder, {"ORBX.csv": HEAD + rows, **files}))


def span(report: dict[str, Any]) -> tuple[Any, ...]:
    assert report["symbols"], report["notes"]
    entry = report["symbols"]["ORBX"]
    return entry["first"], entry["last"], entry["bars"]


def words(names: str, form: str) -> list[str]:
    return [f"{name}{day:{form}}" for name, day in zip(names.split("|"), DAYS, strict=True)]


@pytest.mark.parametrize(
    "cells",
    [
        words("Mo, |Di, |Mi, |Do, ", "%d.%m.%Y"),
        words("Mo.|Di.|Mi.|Do.", "%d.%m.%Y"),
        words("Montag, |Dienstag, |Mittwoch, |Donnerstag, ", "%d.%m.%Y"),
        words("lun. |mar. |mer. |jeu. ", "%Y-%m-%d"),
        words("Пн |Вт |Ср |Чт ", "%d.%m.%Y"),
        words("周一 |周二 |周三 |周四 ", "%Y/%m/%d"),
        words("Mon |Tue |Wed |Thu ", "%Y-%m-%d 16:00"),
        words("Mo, |Di, |Mi, |Do, ", "%d-%b-%Y"),
        words("lunes 9 |martes 10 |miércoles 11 |jueves 12 ", "de marzo de %Y"),
        words("lundi |mardi |mercredi |jeudi ", "%d mars %Y"),
        words("lun. |mar. |mer. |jeu. ", "%d mars %Y"),
        words("Montag, |Dienstag, |Mittwoch, |Donnerstag, ", "%d. März %Y"),
        words("ma |ti |ke |to ", "%d.%m.%Y"),
        words("segunda-feira, |terça-feira, |quarta-feira, |quinta-feira, ", "%d de março de %Y"),
        words("måndag den |tisdag den |onsdag den |torsdag den ", "%d mars %Y"),
        words("понедельник, |вторник, |среда, |четверг, ", "%d марта %Y г."),
        [
            f"{day.year}. március {day.day}., {name}"
            for day, name in zip(DAYS, ("hétfő", "kedd", "szerda", "csütörtök"), strict=True)
        ],
        [f"{day:%Y/%m/%d}({name})" for name, day in zip("月火水木", DAYS, strict=True)],
        [f"{day:%Y年%m月%d日}({name})" for name, day in zip("月火水木", DAYS, strict=True)],
    ],
    ids=lambda cells: cells[0],
)
def test_weekdays_beside_the_date(tmp_path: Path, cells: list[str]) -> None:
    assert span(document(tmp_path, cells)) == ("2026-03-09", "2026-03-12", 4)


@pytest.mark.parametrize("form", ["%b %d, %Y", "%b %d %Y", "%B %d, %Y", "%d-%b-%Y", "%a %b %d, %Y"])
def test_a_month_in_front_is_no_weekday(tmp_path: Path, form: str) -> None:
    assert span(document(tmp_path, [f"{day:{form}}" for day in DAYS])) == ("2026-03-09", "2026-03-12", 4)


@pytest.mark.parametrize("form", ["R8/{m}/{d}", "R08.{m:02}.{d:02}", "令和8年{m}月{d}日"])
def test_years_of_a_japanese_era(tmp_path: Path, form: str) -> None:
    cells = [form.format(m=day.month, d=day.day) for day in DAYS]
    assert span(document(tmp_path, cells)) == ("2026-03-09", "2026-03-12", 4)


def test_the_first_year_of_an_era_and_the_era_before_it(tmp_path: Path) -> None:
    report = document(tmp_path, ["平成31年4月26日", "令和元年5月7日", "令和元年5月8日", "令和元年5月9日"])
    assert span(report) == ("2019-04-26", "2019-05-09", 4)


@pytest.mark.parametrize("form", ["/Date({})/", "\\/Date({})\\/", "/Date({}+0000)/"])
def test_dates_of_dot_net(tmp_path: Path, form: str) -> None:
    cells = [form.format(int(pd.Timestamp(day).timestamp()) * 1000) for day in DAYS]
    assert span(document(tmp_path, cells)) == ("2026-03-09", "2026-03-12", 4)


def test_figures_as_wide_as_a_chinese_character(tmp_path: Path) -> None:
    wide = str.maketrans("0123456789-.", "０１２３４５６７８９－．")
    text = "".join(f"{day};10.25;12.5;9.75;11.5;1500\n" for day in DAYS).translate(wide)
    report = checked(written(tmp_path, {"ORBX.csv": HEAD + text}))
    assert (*span(report), report["symbols"]["ORBX"]["last_close"]) == ("2026-03-09", "2026-03-12", 4, 11.5)


@pytest.mark.parametrize(("cell", "example"), [("260309", "%y%m%d"), ("9~3~26", "%d.%m.%Y")])
def test_a_date_that_cannot_be_read_is_quoted_with_the_way_out(tmp_path: Path, cell: str, example: str) -> None:
    (file,) = document(tmp_path, [cell])["files"]
    assert f"no readable date in its column Date, where {cell} stands" in file["refused"]
    assert f'files.toml how dates are written, such as date_format = "{example}"' in file["refused"]


def test_a_number_that_no_format_describes_has_another_way_out(tmp_path: Path) -> None:
    (file,) = document(tmp_path, ["740295"])["files"]
    assert "where 740295 stands; save its dates as 2026-03-12" in file["refused"]


def test_the_way_out_leads_out(tmp_path: Path) -> None:
    cells = [f"{day:%y%m%d}" for day in DAYS]
    mapping = '[files."*"]\ndate_format = "%y%m%d"\n'
    assert span(document(tmp_path, cells, **{"files.toml": mapping})) == ("2026-03-09", "2026-03-12", 4)


def test_the_way_out_leads_out_of_stored_numbers_too(tmp_path: Path) -> None:
    frame = pd.DataFrame({"Date": [int(f"{day:%y%m%d}") for day in DAYS], "Open": 10.0, "High": 12.0, "Low": 9.0})
    frame.assign(Close=11.0, Volume=15).to_parquet(tmp_path / "ORBX.parquet")
    written(tmp_path, {"files.toml": '[files."*"]\ndate_format = "%y%m%d"\n'})
    assert span(checked(tmp_path)) == ("2026-03-09", "2026-03-12", 4)


def test_a_format_that_does_not_fit_is_said_to_be_at_fault(tmp_path: Path) -> None:
    mapping = '[files."*"]\ndate_format = "%d|%m|%Y"\n'
    (file,) = document(tmp_path, ["2026-03-09"], **{"files.toml": mapping})["files"]
    assert 'where 2026-03-09 stands, which is not as date_format = "%d|%m|%Y" in files.toml says' in file["refused"]


def test_a_stamp_of_dot_net_with_another_zone_is_not_taken_for_utc(tmp_path: Path) -> None:
    lines = ["Date;Open;High;Low;Close;Volume"]
    lines += [f"/Date({1762736400000 + n * 86_400_000}-0500)/;101.5;102.6;100.9;102.2;1000" for n in range(3)]
    (file,) = checked(written(tmp_path, {"ORBX.csv": "\n".join(lines) + "\n"}))["files"]
    assert not file["read"]

"""The words that price sites write beside a symbol in a file's name, in any language, are no part of the symbol."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from tests.unit.adapters.market_data.files.reading import checked, written
from tests.unit.adapters.market_data.files.test_file_names import BARS, OTHER

IN_LANGUAGES = [
    *("Historical Data", "Geçmiş Verileri", "Historische Daten", "Historische Kurse", "Données Historiques"),
    *("Dati Storici", "Datos Históricos", "Dados Históricos", "過去データ", "과거 데이터", "Прошлые данные"),
    *("Dane Historyczne", "Historische Gegevens", "Historiska Data", "Historialliset tiedot", "Ιστορικά Δεδομένα"),
    *("البيانات التاريخية", "נתונים היסטוריים", "ऐतिहासिक डेटा", "ข้อมูลในอดีต", "Dữ liệu Lịch sử", "Data Historis"),
    *("历史数据", "歷史數據", "Cours historiques", "Notowania historyczne", "Cotizaciones históricas"),
]


def without_accents(text: str) -> str:
    parts = unicodedata.normalize("NFD", text.replace("ş", "s").replace("ı", "i").replace("ł", "l"))
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def symbols_of(folder: Path, *names: str) -> set[str]:
    return set(checked(written(folder, {f"{name}.csv": BARS for name in names}))["symbols"])


@pytest.mark.parametrize("words", IN_LANGUAGES)
@pytest.mark.parametrize(
    "form",
    ["{symbol} {words}", "{symbol} - {words}", "{symbol}_{words}", "{symbol}-{words}", "{symbol} {words} (1)",
     "{words} {symbol}", "{words} - {symbol}", "{symbol} {words} 2026"],
)  # fmt: skip
def test_the_words_for_historical_data_are_no_part_of_the_symbol(tmp_path: Path, words: str, form: str) -> None:
    assert symbols_of(tmp_path, form.format(symbol="ORBX", words=words)) == {"ORBX"}


@pytest.mark.parametrize("words", IN_LANGUAGES)
def test_the_words_may_be_decomposed_without_accents_in_small_letters_or_joined(tmp_path: Path, words: str) -> None:
    for number, spelling in enumerate(
        (unicodedata.normalize("NFD", words), without_accents(words), words.lower(), words.replace(" ", "_"))
    ):
        assert symbols_of(tmp_path / str(number), f"ORBX {spelling}") == {"ORBX"}


def test_several_files_of_several_languages_and_a_plain_one(tmp_path: Path) -> None:
    names = ("ORBX Geçmiş Verileri", "ZQM Historische Daten", "VKTR Geçmiş Verileri", "KO")
    assert symbols_of(tmp_path, *names) == {"ORBX", "ZQM", "VKTR", "KO"}


@pytest.mark.parametrize("name", ["600519历史数据", "600519歷史數據", "600519過去データ", "600519과거데이터"])
def test_languages_without_blanks_need_none_before_the_words(tmp_path: Path, name: str) -> None:
    assert symbols_of(tmp_path, name) == {"600519"}


def test_two_histories_of_one_symbol_are_one(tmp_path: Path) -> None:
    report = checked(written(tmp_path, {"ORBX.csv": BARS, "ORBX Dati Storici.csv": OTHER}))
    assert list(report["symbols"]) == ["ORBX"]


@pytest.mark.parametrize("words", ["Historische Daten", "Geçmiş Verileri", "历史数据", "Dados_Historicos"])
def test_a_name_of_these_words_alone_is_no_symbol(tmp_path: Path, words: str) -> None:
    assert symbols_of(tmp_path / "folders", f"ORBX/{words}", f"ZQM/{words}") == {"ORBX", "ZQM"}
    alone = checked(written(tmp_path / "alone", {f"{words}.csv": BARS}))
    assert "its name does not look like one" in " ".join(alone["notes"])


@pytest.mark.parametrize("name", ["DATI", "DATA", "STORICI", "HISTORIA", "KURSE", "DATEN AG", "ORBX DATA"])
def test_a_word_that_may_be_a_name_is_left(tmp_path: Path, name: str) -> None:
    assert symbols_of(tmp_path, name, "KO") == {name, "KO"}


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("wkn_716460_historic", "716460"),
        ("wkn_A1EWWW_historic", "A1EWWW"),
        ("WKN-716460", "716460"),
        ("ISIN_DE0007164600", "DE0007164600"),
        ("isin=US0378331005 historic", "US0378331005"),
        ("ORBX_historic", "ORBX"),
        ("ORBX historisch", "ORBX"),
        ("ORBX-historique", "ORBX"),
    ],
)
@pytest.mark.parametrize("others", [(), ("KO",)])
def test_the_name_of_a_register_before_its_number_is_no_part_of_it(
    tmp_path: Path, name: str, symbol: str, others: tuple[str, ...]
) -> None:
    assert symbols_of(tmp_path, name, *others) == {symbol, *others}


@pytest.mark.parametrize("name", ["WKN", "ISIN", "WKN_ORBX1234567", "ISIN_KO"])
def test_what_is_no_number_of_a_register_is_left(tmp_path: Path, name: str) -> None:
    assert symbols_of(tmp_path, name, "KO") == {name, "KO"}

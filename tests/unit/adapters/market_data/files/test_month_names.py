"""Months are known by their names in many languages, in full and shortened; what nothing tells is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic_scanner.adapters.market_data.files.month_names import _LANGUAGES, are_months, months_of
from technic_scanner.errors import SourceDataError

NAMES = [[names.split("|") for names in months.split()] for months in _LANGUAGES]
SHORT = [
    "janv févr mars avr mai juin juil août sept oct nov déc",
    "Jän Feb Mrz Apr Mai Jun Jul Aug Sep Okt Nov Dez",
    "ENE FEB MAR ABR MAY JUN JUL AGO SEP OCT NOV DIC",
    "sty lut mar kwi maj cze lip sie wrz paź lis gru",
    "янв фев мар апр мая июн июл авг сен окт ноя дек",
    "Oca Şub Mar Nis May Haz Tem Ağu Eyl Eki Kas Ara",
    "tammi helmi maalis huhti touko kesä heinä elo syys loka marras joulu",
    "led úno bře dub kvě čvn čvc srp zář říj lis pro",
]


def test_every_language_has_twelve_months() -> None:
    assert {len(months) for months in NAMES} == {12}


@given(st.sampled_from(NAMES), st.data())
def test_names_of_all_months_of_a_language_are_its_months(months: list[list[str]], data: st.DataObject) -> None:
    words = [data.draw(st.sampled_from(names)) for names in months]
    change = data.draw(st.sampled_from([str.upper, str.lower, str.title]))
    assert months_of(list(map(change, words))) == list(range(1, 13))


@pytest.mark.parametrize("months", SHORT)
def test_shortened_names(months: str) -> None:
    assert months_of(months.split()) == list(range(1, 13))


@given(st.sampled_from(NAMES), st.sets(st.integers(0, 11), min_size=1))
def test_some_months_of_a_language_are_these_or_refused(months: list[list[str]], places: set[int]) -> None:
    try:
        found = months_of([months[place][0] for place in places])
    except SourceDataError:
        return
    assert found == [place + 1 for place in places]


@pytest.mark.parametrize("word", ["listopad", "listopada", "lip", "srp"])
def test_a_month_that_is_another_one_in_another_language_is_refused(word: str) -> None:
    with pytest.raises(SourceDataError, match="another month in another language"):
        months_of([word])


def test_another_word_tells_the_language() -> None:
    assert months_of(["listopada", "grudnia"]) == [11, 12]
    assert months_of(["listopada", "studenoga"]) == [10, 11]


def test_english_is_taken_where_it_fits() -> None:
    assert months_of(["Mar", "May", "Sept"]) == [3, 5, 9]


@pytest.mark.parametrize("words", [["foo"], ["Ma"], ["Feb", "мая"], ["jui"]])
def test_words_of_no_one_language(words: list[str]) -> None:
    assert not are_months(words)
    with pytest.raises(SourceDataError, match="save the dates as"):
        months_of(words)

"""Put the columns of the year, the month and the day together to dates."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from technic_scanner.adapters.market_data.files.cell_numbers import to_numbers
from technic_scanner.adapters.market_data.files.names import plain
from technic_scanner.adapters.market_data.files.sheet import Sheet
from technic_scanner.screening.bars import FloatArray

_YEARS = (
    "year yr yyyy y jahr année annee an año ano anno rok год år ar vuosi yıl yil jaar év έτος годъ tahun năm ปี שנה "
    "السنة 年 年份 年度 년 년도 연도"
)
_MONTHS = (
    "month mon mm m monat mois mes mês mese miesiąc miesiac месяц місяць månad maned måned kuukausi ay maand měsíc "
    "mesic hónap μήνας lună luna bulan tháng เดือน חודש الشهر 月 月份 월"
)
_DAYS = (
    "day dd d dayofmonth monthday tag jour día dia giorno dzień dzien день dag päivä paiva gün gun den nap ημέρα zi "
    "hari ngày วัน יום اليوم 日 일"
)
_WORDS = tuple({plain(word) for word in words.split()} for words in (_YEARS, _MONTHS, _DAYS))
_LIMITS = ((1900, 2100), (1, 12), (1, 31))


def date_columns(sheet: Sheet) -> tuple[int, int, int] | None:
    """Return the places of the only columns of whole years, months and days; None if one is missing."""
    places = []
    for words, (least, most) in zip(_WORDS, _LIMITS, strict=True):
        named = [place for place, name in enumerate(sheet.names) if plain(name) in words]
        if len(named) != 1 or not _are_whole(sheet.columns[named[0]], least, most):
            return None
        places.append(named[0])
    year, month, day = places
    return year, month, day


def dates_of(sheet: Sheet, places: tuple[int, int, int]) -> pa.Array:
    """Return texts such as 2026-3-12 made of the columns at ``places``, without one where a part is missing."""
    parts = [pa.array(_figures(sheet.columns[place]), from_pandas=True).cast(pa.int64()) for place in places]
    return pc.binary_join_element_wise(*(part.cast(pa.string()) for part in parts), "-")


def _figures(column: pa.Array) -> FloatArray:
    return to_numbers(column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column)


def _are_whole(column: pa.Array, least: int, most: int) -> bool:
    values = _figures(column)
    values = values[np.isfinite(values)]
    return bool(len(values)) and bool(((values == np.floor(values)) & (values >= least) & (values <= most)).all())

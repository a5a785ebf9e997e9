"""Know the names of months in the languages of known vendors, also shortened, and tell which months words name."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from technic_scanner.errors import SourceDataError

# In full and as they stand beside a day, and what shortens them to other letters than the first; "|" between the
# names of one month. A word must be of the language of all others of its column: listopad is November in Polish and
# October in Croatian. English stands first and is taken wherever it fits.
_LANGUAGES: tuple[str, ...] = (
    "january february march april may june july august september october november december",
    "januar|jänner februar|feber märz|mrz april mai juni juli august september oktober november dezember",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "enero febrero marzo abril mayo junio julio agosto septiembre|setiembre octubre noviembre diciembre",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "gener febrer març abril maig juny juliol agost setembre octubre novembre desembre",
    "januari februari maart|mrt april mei juni juli augustus september oktober november december",
    "januari februari mars april maj juni juli augusti september oktober november december",
    "januar februar marts april maj juni juli august september oktober november december",
    "januar februar mars april mai juni juli august september oktober november desember",
    (
        "tammikuu|tammikuuta helmikuu|helmikuuta maaliskuu|maaliskuuta huhtikuu|huhtikuuta toukokuu|toukokuuta "
        "kesäkuu|kesäkuuta heinäkuu|heinäkuuta elokuu|elokuuta syyskuu|syyskuuta lokakuu|lokakuuta "
        "marraskuu|marraskuuta joulukuu|joulukuuta"
    ),
    (
        "styczeń|stycznia luty|lutego marzec|marca kwiecień|kwietnia maj|maja czerwiec|czerwca lipiec|lipca "
        "sierpień|sierpnia wrzesień|września październik|października listopad|listopada grudzień|grudnia"
    ),
    (
        "leden|ledna únor|února březen|března duben|dubna květen|května červen|června|čvn červenec|července|čvc "
        "srpen|srpna září říjen|října listopad|listopadu prosinec|prosince"
    ),
    (
        "január|januára február|februára marec|marca apríl|apríla máj|mája jún|júna júl|júla august|augusta "
        "september|septembra október|októbra november|novembra december|decembra"
    ),
    (
        "siječanj|siječnja veljača|veljače ožujak|ožujka travanj|travnja svibanj|svibnja lipanj|lipnja srpanj|srpnja "
        "kolovoz|kolovoza rujan|rujna listopad|listopada studeni|studenoga prosinac|prosinca"
    ),
    "január február március április május június július augusztus szeptember október november december",
    "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie",
    "ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık",
    "januari februari maret april mei juni juli agustus|agt september oktober november desember",
    (
        "январь|января февраль|февраля март|марта апрель|апреля май|мая июнь|июня июль|июля август|августа "
        "сентябрь|сентября октябрь|октября ноябрь|ноября декабрь|декабря"
    ),
    (
        "січень|січня лютий|лютого березень|березня квітень|квітня травень|травня червень|червня липень|липня "
        "серпень|серпня вересень|вересня жовтень|жовтня листопад|листопада грудень|грудня"
    ),
    "януари февруари март април май юни юли август септември октомври ноември декември",
    (
        "ιανουάριος|ιανουαρίου φεβρουάριος|φεβρουαρίου μάρτιος|μαρτίου απρίλιος|απριλίου μάιος|μαΐου ιούνιος|ιουνίου "
        "ιούλιος|ιουλίου αύγουστος|αυγούστου σεπτέμβριος|σεπτεμβρίου οκτώβριος|οκτωβρίου νοέμβριος|νοεμβρίου "
        "δεκέμβριος|δεκεμβρίου"
    ),
    "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
)
_SHORTEST = 3
_DOTLESS = str.maketrans("ı", "i")


def months_of(words: Sequence[str]) -> list[int]:
    """Return the numbers of months by their names. Raises SourceDataError unless they are of one language."""
    folded = list(map(_folded, words))
    readings = _readings(folded)
    is_english = all(_month(_TABLES[0], word) for word in folded)
    if readings and (is_english or all(found == readings[0] for found in readings)):
        return readings[0]
    unknown = [
        word for word, text in zip(words, folded, strict=True) if not any(_month(each, text) for each in _TABLES)
    ]
    if unknown:
        why = f"dates name a month {unknown[0]!r}, which is in no language that is known"
    elif readings:
        why = f"dates name a month {words[0]!r}, which is another month in another language"
    else:
        why = f"dates name months such as {words[0]!r} and {words[-1]!r}, which are in no language both"
    raise SourceDataError(f"{why}; save the dates as 2026-02-18")


def are_months(words: Sequence[str]) -> bool:
    """Return whether all words are names of months in one language."""
    return bool(_readings(list(map(_folded, words))))


def _readings(folded: Sequence[str]) -> list[list[int]]:
    """Return the months of all words in each language that has them all, English first."""
    found = [[_month(language, word) for word in folded] for language in _TABLES]
    return [[month for month in months if month is not None] for months in found if None not in months]


def _folded(word: str) -> str:
    """Return a word in small letters without accents, as files that keep to ASCII write it."""
    parts = unicodedata.normalize("NFKD", word.casefold().translate(_DOTLESS))
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def _month(language: dict[str, int], word: str) -> int | None:
    """Return the month of a name, or of three or more letters with which the names of one month alone begin."""
    if word in language:
        return language[word]
    months = {month for name, month in language.items() if name.startswith(word)} if len(word) >= _SHORTEST else set()
    return months.pop() if len(months) == 1 else None


_TABLES: tuple[dict[str, int], ...] = tuple(
    {_folded(name): month for month, names in enumerate(months.split(), 1) for name in names.split("|")}
    for months in _LANGUAGES
)

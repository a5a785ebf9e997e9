"""Know what the columns of price, universe and macro files are called, by vendor and by language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from technic_scanner.adapters.market_data.files.volume_units import unit_of

# Of several columns with one meaning, the one whose name stands first is used: Close before Last before Price.
_NAMES: dict[str, str] = {
    "date": (
        "date tradedate tradingdate tradedt traddt trdt sessiondate businessdate businessday bizdt "
        "pricedate asofdate quotedate caldt dlycaldt datadate date1 dtyyyymmdd yyyymmdd ymd tradingday "
        "day session datetime timestamp opentime windowstart starttime bartime barstart localtime "
        "timeutc dateutc datetimeutc begin begintime ts unix unixtime unixtimestamp epoch epochtime t d "
        "dt trddt indexdate pricingdate effectivedate recorddate exchangedate rptdt "
        "日期 交易日期 交易日 成交日期 日付 日時 날짜 일자 일시 "
        "거래일 datum data fecha дата tarih 日付け 資料日期 tanggal วันเดือนปี "
        "年月日 年月日期 "
        "التاريخ תאריך दिनांक päivämäärä pvm dato dátum ημερομηνία ngày วันที่"
    ),
    "time": "time tradetime tickime uhrzeit zeit godzina czas heure hora ora время 时间 時刻 시간",
    "symbol": (
        "symbol ticker tickersymbol sym actsymbol tckrsymb secid tic tscode securitiescode securitycode "
        "stockcode stocksymbol symbolcode instrumentcode code isucode shortcode scripcode sccode scrip "
        "scripname ric asset assetcode assetname instrument instrumentid paper pair coin contract "
        "mnemonic epic wkn isin isincode cusip sedol figi permno gvkey indexcode indexname securityid "
        "sid ucode uniqueid underlying securitysymbol root stock symbolname companycode companyticker "
        "tradingsymbol nsesymbol bsecode 종목코드 단축코드 표준코드 股票代码 证券代码 代码 股票代號 "
        "證券代號 代號 銘柄コード コード 証券コード тикер код símbolo simbolo kürzel symbole walor "
        "코드 stkcd sinfowindcode orderbookid windcode sembol kod papel codneg ação tradingcode issue "
        "issuecode scripsymbol 証券番号 銘柄番号 stockid seccode secucode symb tickercode tickerid tickername "
        "instrumentname jcode cocode companyid kode kodesaham symbolid stkcode issuer listingid tickers symbols "
        "fundcode bondcode currencypair tradingpair marketpair exchangesymbol exchangeticker bloombergticker "
        "reuterscode thscode emisora nemo nemotecnico simbol kıymet инструмент бумага кодинструмента "
        "หลักทรัพย์ código"
    ),
    "name": (
        "회사명 회사 name company companyname security securityname description longname shortname stockname "
        "fininstrmnm scname securityfullname 名称 股票名称 证券简称 简称 종목명 銘柄名 名前 название "
        "nombre nazwa bezeichnung"
    ),
    "member_from": "from memberfrom",
    "member_to": "to memberto",
    "open": (
        "open openprice opening openingprice priceopen opnpric openprc openpx pxopen opn openbid bidopen "
        "dlyopen startprice firstprice o 开盘 开盘价 今开 開盤 開盤價 始値 시가 otwarcie eröffnung "
        "eröffnungskurs erster apertura abertura preabe ouverture открытие ценаоткрытия öppning "
        "öppningskurs openingskurs açılış otevření åbning åpning premierpx firstpx first"
        " opnprc prcod sdqopen openindexvalue مفتوح الافتتاح פתיחה άνοιγμα відкр відкриття deschidere "
        "otevření खुला eröffn ouv öppn откр openen opening abert aç начало premier startkurs kursotwarcia "
        "eröffnungspreis pxopen1 "
        "dailyopen openp pembukaan avaus mở giámởcửa เปิด ราคาเปิด nyitó otvorenie aperturaprecio "
        "coursdouverture coursouverture prixdouverture avauskurssi avaushinta öppningspris åbningskurs åpningskurs "
        "otevíracícena otváraciacena openingskoers prezzodiapertura preciodeapertura precioapertura preçodeabertura "
        "cenaotwarcia açılışfiyatı nyitás nyitóár mido midopen openmid bido asko 开盘价元 開盤價元 "
        "frstpric öppen prezzoapertura שערפתיחה 開市 開市價"
    ),
    "high": (
        "high highprice pricehigh highpx pxhigh hghpric highestprice highest dayhigh dayshigh highbid bidhigh "
        "askhi dlyhigh max maximum hi hgh h 最高 最高价 最高價 高値 고가 najwyzszy najwyższy maksimum "
        "hoch tageshoch höchst höchstkurs máximo maximo máxima preмax premax plushaut haut massimo "
        "максимум макс максимальная högst högsta högstakurs yüksek høj høy"
        " hiprc prchd sdqhigh highindexvalue أعلى الأعلى גבוה υψηλό maxim nejvyšší højest høyest उच्च "
        "hoogste haut kursmax tageshöchst max24h dailyhigh höchstpreis plushautdujour maxprice hoog tertinggi "
        "ylin 高 "
        "cao giácaonhất สูง ราคาสูงสุด legmagasabb maxpric "
        "coursleplushaut coursplushaut prixleplushaut leplushaut ylinkurssi ylinhinta högstapris højestekurs "
        "høyestekurs nejvyššícena najvyššia najvyššiacena hoogstekoers prezzomassimo preciomáximo preçomáximo "
        "kursmaksymalny kursnajwyższy cenanajwyższa enyüksek midh midhigh highmid bidh askh "
        "high1 mayor preciomayor שערגבוה สูงสุด"
    ),
    "low": (
        "low lowprice pricelow lowpx pxlow lwpric lowestprice lowest daylow dayslow lowbid bidlow bidlo dlylow "
        "min minimum lo l 最低 最低价 最低價 安値 저가 najnizszy najniższy tief tagestief tiefst "
        "tiefstkurs mínimo minimo mínima premin plusbas bas минимум мин минимальная lägst lägsta "
        "lägstakurs düşük lav"
        " loprc prcld sdqlow lowindexvalue أدنى الأدنى נמוך χαμηλό мін minim nejnižší lavest निम्न laagste "
        "bas kursmin tagestiefst min24h dailylow tiefstpreis minprice laag terendah alin 低 thấp giáthấpnhất "
        "ต่ำ ราคาต่ำสุด legalacsonyabb minpric "
        "coursleplusbas coursplusbas prixleplusbas leplusbas alinkurssi alinhinta lägstapris lavestekurs "
        "nejnižšícena najnižšia najnižšiacena laagstekoers prezzominimo preciomínimo preçomínimo kursminimalny "
        "kursnajniższy cenanajniższa endüşük midl midlow lowmid bidl askl low1 menor preciomenor שערנמוך ต่ำสุด"
    ),
    "close": (
        "close officialclose officialcloseprice officialclosingprice "
        "closeprice closep endprice closeclosepriceadjustedforsplits priceclose closing closingprice "
        "clspric closepx pxclose closelast closebid bidclose "
        "dlyclose cls closes c 收盘 收盘价 收盤 收盤價 終値 종가 zamkniecie zamknięcie schluss "
        "schlusskurs cierre fechamento preult chiusura clôture cloture закрытие закр ценазакрытия slutkurs "
        "closingkurs kapanış uzavírací lukning sluttkurs slotkoers last lastprice lasttradedprice "
        "lasttraded lastpric ltp ltprice pxlast lastpx dlyprc letzter dernier último ultimo "
        "ultimoprecio sidste siste senast viimeisin price prc px kurs cena precio preço prix prezzo "
        "цена 现价 現在値 最新价 kursen"
        " clsprc prccd sdqclose closingindexvalue الأخير الإغلاق סגירה נעילה מחיר τελευταία κλείσιμο остання "
        "закриття ultimul închidere inchidere poslední seneste मूल्य utolsó zuletzt letzterkurs laatste "
        "sluiten şimdi senastbetalt "
        "dernierprix últimoprecio letzterpreis dailyclose finalprice lasttrade ostatnio clot kurszamknięcia "
        "senaste "
        "terakhir "
        "slot settle settlement settlementprice dailysettlement settleprice "
        "penutupan lầncuối giáđóngcửa đóngcửa ล่าสุด ปิด ราคาปิด záró 收盤價元 "
        "coursdeclôture coursclôture prixdeclôture fermeture coursdefermeture derniercours päätöskurssi päätöshinta "
        "päätös uzavření uzavíracícena závěr závěrečnýkurz závěrečnácena zavíracícena uzavretie uzatvorenie zatvorenie "
        "záverečnácena stängning stängningskurs stängningspris stengekurs stenging slutt lukkekurs lukkepris lukke "
        "sluitkoers slotprijs sluiting prezzodichiusura prezzochiusura preciodecierre preciocierre preçodefechamento "
        "preçofechamento fecho cenazamknięcia kapanışfiyatı zárás záróár schlusspreis "
        "pxsettle lastdone lastdoneprice lastsale lastsaleprice marketprice midc midclose closemid bidc askc "
        "cours trdprc1 lasttradeprice prezzoultimo שערנעילה שערסגירה 收市 收市價"
    ),
    "volume": (
        "volume vol volumeshares sharevolume sharestraded totaltradequantity totaltradedquantity "
        "tottrdqty ttltrdqnty ttltradgvol noofshares noofshrs numberofshares noofsharestraded quantity "
        "qty tradedqty tradedquantity tradequantity tradedvolume tradevolume totalvolume totalshares "
        "totaltradedshares dailyvolume volumetraded dlyvol volumefrom basevolume volumebase realvolume "
        "volumereal tickqty v 成交量 成交量股 成交股数 出来高 거래량 wolumen stücke stuecke stück volumen "
        "volumes volumine объем объём volym hacim objem volum qdetot quatot tickvol tickvolume "
        "tickcount"
        " dnshrtrd cshtrd sdqvolume الحجم נפח מחזור όγκος обсяг वॉल्यूम forg pxvolume pxvol hac оборотшт stk "
        "aantal titres quantité kolichestvo quantidade cantidad количество "
        "volumetotal wol umsatzinstück 成交仟股 成交千股 umsatzstück umsatzstk umsatzinstk "
        "umsatzstücke umsatzstuecke 成交張數 成交张数 売買高 売買高株 取引高 "
        "成交股數 成交數量 交易量 kl khốilượng ปริมาณ "
        "ปริมาณหุ้น fininstrmqty forgalomdb shares turnovervol turnovervolume trdqty ttltradedqty "
        "totaltradedqty totaltrdqty qtytraded qtytrd qtyshares sharestradedqty contracts contractstraded pieces stucks "
        "nbtitres nbredetitres nombredetitres nombretitres titreséchangés ilość liczbaakcji omsattantal antalomsatta "
        "antalaktier omsattaaktier volyymi vaihdettu kappaletta množství počet tradedshares sharesvolume volumeqty "
        "volqty númerodeacciones nacciones antal acvoluns acvol1 unidades cantidadnegociada numerotitoli quantità "
        "menge stückzahl"
    ),
    "turnover": (
        "amount turnover tradedvalue quoteassetvolume quotevolume volumeto turnoverlacs tottrdval "
        "ttltrfval notional dollarvolume netturnov turnoverrs valuetraded totalturnover 成交额 成交金额 "
        "dnvaltrd sdqamount totalturnover 거래대금 売買代金 umsatz obrót omsättning omset omsetning omsætning vaihto"
    ),
    "split": (
        "splitratio stocksplits stocksplit splitfactor splitcoefficient split splits adjustmentfactor "
        "splitadjustmentfactor"
    ),
    "dividend": "dividend dividends exdividend divcash dividendamount cashdividend divamt",
    "cfacpr": "cfacpr dlyfacprc ajexdi",
    "cfacshr": "cfacshr",
    "cumulative_factor": "adjfactor cumadjfactor cumulativefactor 复权因子 后复权因子",
    "board": (
        "series sctysrs boardid board exchange exch market mkt mic venue scgroup group segment sgmt "
        "listing exchangecode tradingvenue primaryexchange marketcode mktname"
    ),
    "period": "per period interval timeframe resolution barsize granularity barinterval",
    "sector": "sector gicssector sectorname",
    "industry": "industry gicsindustry industryname industrygroup",
    "sub_industry": "subindustry gicssubindustry subindustryname",
    "currency": "currency ccy quotecurrency tradingcurrency currencycode 币种 通貨 통화 währung devise divisa valuta",
}
_ADJUSTED_BEFORE = (
    "splitadjusted|splitadj|splitdividendadjusted|dividendadjusted|divadjusted|divadj|fullyadjusted|fulladjusted|backadjusted|"
    "backadj|adjustment|adjusted|adjust|adj|調整後|調整済み|調整済|前复权|后复权|复权|復權|調整|還原|수정|bereinigter|angepasster|"
    "totalreturn|düzeltilmiş|skorygowane|skorygowana|skorygowany|justerad|justert|justeret|aangepaste|gecorrigeerde|"
    "скорректированная|скорректированное|скорректированный|ajustado|ajustada|upravená|oikaistu"
)
_ADJUSTED_BEHIND = (
    "dividendadjusted|splitadjusted|fullyadjusted|backadjusted|backadj|divadj|splitadj|adjustment|adjusted|adjust|adj|qfq|bereinigt|angepasst|ajustado|ajustada|ajusté|ajustée|"
    "rettificato|aggiustato|justerad|justert|justeret|skorygowane|скорректированная|前复权|后复权|复权|수정|"
    "ajust|rettificata|aggiustata|skorygowana|skorygowany|aangepast|gecorrigeerd|скорр|скорректированное|düzeltilmiş|oikaistu"
)
_ADJUSTED = re.compile(rf"^(?:{_ADJUSTED_BEFORE})(.+)$|^(.+?)(?:{_ADJUSTED_BEHIND})$")
_ADJUSTED_FIELDS = ("open", "high", "low", "close", "volume")
_NOT_ADJUSTED = ("unadj", "unadjusted", "prev", "previous", "un")
_AS_TRADED = "unadjusted|unadj|nonadjusted|notadjusted|nonadj|raw|actual|nominal|original|astraded|不复权|未复权|不復權"
_RAW = re.compile(rf"^(?:{_AS_TRADED})(.+)$|^(.+?)(?:{_AS_TRADED})$")
_IN_MONEY = ("turnover", 90)  # Volume (EUR), Volume_(Currency); one in a coin, Volume (BTC), is one of shares
_COIN_VOLUME = re.compile(r"^volume[a-z]{3,5}$")
# Beside a volume in a coin, one in these is a turnover.
_MONEY_VOLUME = re.compile(r"^volume(?:usd[tc]?|eur|gbp|jpy|krw|chf|busd|fdusd)$")
_NUMBERED = re.compile(r"^\d+(?=\D)")
# Numbers of a register and names of companies, which nobody scans by where the file's name is a symbol.
REGISTERS = {
    *("isin", "isincode", "cusip", "sedol", "figi", "permno", "gvkey", "wkn", "sid", "securityid", "ucode"),
    *("cocode", "companyid", "listingid", "symbolid", "tickerid", "issuer", "instrumentname", "tickername"),
}
PRICES: tuple[str, ...] = ("open", "high", "low", "close")
# Columns that hold the number of the row, or an index that was saved without a name.
_INDEX = re.compile(r"^(?:|unnamed\d+|index|indexlevel\d+|rownum|rownumber|row|no|nr|num|number|id|level\d+|rowid)$")


def plain(name: str) -> str:
    """Return a column's name in lower case, with letters and digits only."""
    text = unicodedata.normalize("NFKC", name).lstrip("\ufeff").casefold()
    return re.sub(r"[\W_]+", "", text)


_CANONICAL: dict[str, tuple[str, int]] = {
    plain(alias): (meaning, rank)
    for meaning, aliases in reversed(_NAMES.items())
    for rank, alias in reversed(list(enumerate(aliases.split())))
}

_DRAWN_THROUGH = str.maketrans("łøđı", "lodi")
_LONG_ENOUGH = 4


def _without_accents(spelling: str) -> str:
    """Return a Latin spelling without its accents, as files that keep to ASCII write it; others as they are."""
    parts = unicodedata.normalize("NFD", spelling.translate(_DRAWN_THROUGH))
    bare = "".join(letter for letter in parts if not unicodedata.combining(letter))
    return bare if bare.isascii() else spelling


for _alias, _known in list(_CANONICAL.items()):
    if len(_alias) >= _LONG_ENOUGH:
        _CANONICAL.setdefault(_without_accents(_alias), _known)


def ranked(name: str) -> tuple[str, int] | None:
    """Return the meaning of a column's name and its rank among the names for it; None if the name is not known.

    Case, spaces, punctuation, the width of signs, units and a leading number ("1. open") are ignored.
    """
    if "%" in name:
        return None  # a change in per cent
    name, unit = unicodedata.normalize("NFKC", name), unit_of(name)
    for text in dict.fromkeys((name, re.sub(r"(?<=\S)\s*[(\[][^()\[\]]*[)\]]\s*", " ", name))):
        short = plain(text)
        for spelling in dict.fromkeys((short, _NUMBERED.sub("", short))):
            found = _CANONICAL.get(spelling) or _adjusted(spelling) or _raw_close(spelling)
            if found is not None and found[0] == "volume":
                return _IN_MONEY if unit.is_money else (found[0], found[1] + int(unit.shares != 1.0))
            if found is not None:
                return found
    found = _CANONICAL.get(plain(unit.base)) if unit.shares != 1.0 or unit.is_money else None
    if found is not None and found[0] in ("volume", "turnover"):
        return _IN_MONEY if unit.is_money else (found[0], found[1] + 1)
    if not _COIN_VOLUME.match(plain(name)):
        return None
    return ("volume", 95 if _MONEY_VOLUME.match(plain(name)) else 90)


def _adjusted(spelling: str) -> tuple[str, int] | None:
    if spelling in ("adjusted", "adj", "adjcp", "adjpx", "adjprcwd", "adjprcnd", "sdqadjclose") or spelling.startswith(
        "adjcloseadjustedclosepriceadjusted"
    ):
        return "adj_close", 0
    if spelling.startswith(_NOT_ADJUSTED) or spelling.endswith(("unadj", "unadjusted")):
        return None
    for text in dict.fromkeys((spelling, spelling.removesuffix("price"))):  # Close Adjusted Price
        match = _ADJUSTED.match(text)
        inner = (match[1] or match[2]) if match is not None else ""
        found = _CANONICAL.get(inner) or _CANONICAL.get(inner.removesuffix("price"))
        if found is not None and found[0] in _ADJUSTED_FIELDS:
            return f"adj_{found[0]}", found[1]
    return None


def _raw_close(spelling: str) -> tuple[str, int] | None:
    """Return the meaning of a close that is named as one that nobody has adjusted."""
    match = _RAW.match(spelling)
    inner = (match[1] or match[2]) if match is not None else ""
    found = _CANONICAL.get(inner)
    return ("raw_close", found[1]) if found is not None and found[0] == "close" else None


def meaning(name: str) -> str | None:
    """Return what a column of this name holds (date, symbol, open, …, adj_close, …); None if that is not known."""
    found = ranked(name)
    return None if found is None else found[0]


def is_index(name: str) -> bool:
    """Return whether a column of this name may hold no more than the number of each row."""
    return bool(_INDEX.match(plain(name)))


def canonical(names: Iterable[str]) -> dict[str, str]:
    """Return the meaning of each known column → its name in the file; of several with one meaning the best name."""
    best: dict[str, tuple[int, str]] = {}
    for name in names:
        found = ranked(name)
        if found is not None and (found[0] not in best or found[1] < best[found[0]][0]):
            best[found[0]] = (found[1], name)
    return {what: name for what, (_, name) in best.items()}

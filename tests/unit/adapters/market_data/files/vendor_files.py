"""Small made-up files in the forms of known vendors, with what is right: no vendor's data, only its form."""
# ruff: noqa: E501 - the lines are those of the files

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class VendorFile:
    """One form: its files as text (or bytes), and per symbol the newest session, its close and its volume."""

    vendor: str
    files: dict[str, str | bytes]
    right: dict[str, tuple[str, float, float]]
    bars: dict[str, int] = field(default_factory=dict)


VENDORS: tuple[VendorFile, ...] = (
    VendorFile(
        "Yahoo Finance",
        {
            "ORBX.csv": "Date,Open,High,Low,Close,Adj Close,Volume\n2026-03-02,10,12,9,11,11,1500\n2026-03-03,11,13,10,12,12,1600\n"
        },
        {"ORBX": ("2026-03-03", 12.0, 1600.0)},
    ),
    VendorFile(
        "yfinance, several tickers",
        {
            "download.csv": "Price,Close,Close,High,High,Low,Low,Open,Open,Volume,Volume\nTicker,ORBX,ZQM,ORBX,ZQM,ORBX,ZQM,ORBX,ZQM,"
            "ORBX,ZQM\nDate,,,,,,,,,,\n2026-03-02,11,21,12,22,9,19,10,20,100,200\n2026-03-03,12,,13,,10,,11,,110,\n"
        },
        {"ORBX": ("2026-03-03", 12.0, 110.0), "ZQM": ("2026-03-02", 21.0, 200.0)},
    ),
    VendorFile(
        "yfinance, by ticker",
        {
            "t.csv": "Ticker,ORBX,ORBX,ORBX,ORBX,ORBX\nPrice,Open,High,Low,Close,Volume\nDate,,,,,\n2026-03-02,10,12,9,11,100\n"
        },
        {"ORBX": ("2026-03-02", 11.0, 100.0)},
    ),
    VendorFile(
        "Stooq",
        {"orbx_us_d.csv": "Date,Open,High,Low,Close,Volume\n2026-03-02,10,12,9,11,1500\n"},
        {"ORBX": ("2026-03-02", 11.0, 1500.0)},
    ),
    VendorFile(
        "Stooq bulk",
        {
            "data/daily/us/nyse stocks/1/orbx.us.txt": "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>\n"
            "ORBX.US,D,20260302,000000,10,12,9,11,1500,0\nORBX.US,D,20260303,000000,11,13,10,12,1600,0\n",
            "data/daily/us/nyse stocks/2/zqm.us.txt": "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>\n"
            "ZQM.US,D,20260302,000000,20,22,19,21,2500,0\n",
        },
        {"ORBX": ("2026-03-03", 12.0, 1600.0), "ZQM": ("2026-03-02", 21.0, 2500.0)},
    ),
    VendorFile(
        "Nasdaq.com",
        {
            "HistoricalData_ORBX.csv": 'Date,Close/Last,Volume,Open,High,Low\n03/03/2026,$12.00,"1,600",$11.00,$13.00,$10.00\n'
            '03/02/2026,$11.00,"1,500",$10.00,$12.00,$9.00\n'
        },
        {"ORBX": ("2026-03-03", 12.0, 1600.0)},
    ),
    VendorFile(
        "Alpha Vantage",
        {
            "daily_ORBX.csv": "timestamp,open,high,low,close,volume\n2026-03-03,11,13,10,12,1600\n2026-03-02,10,12,9,11,1500\n",
            "daily_ZQM.csv": "timestamp,open,high,low,close,volume\n2026-03-03,21,23,20,22,600\n",
        },
        {"ORBX": ("2026-03-03", 12.0, 1600.0), "ZQM": ("2026-03-03", 22.0, 600.0)},
    ),
    VendorFile(
        "Alpha Vantage, adjusted",
        {
            "daily_adjusted_ORBX.csv": "timestamp,open,high,low,close,adjusted_close,volume,dividend_amount,split_coefficient\n"
            "2026-03-03,25.5,27,25,26,26,4000,0,4\n2026-03-02,100,104,99,104,26,1000,0,1\n"
        },
        {"ORBX": ("2026-03-03", 26.0, 4000.0)},
    ),
    VendorFile(
        "Tiingo",
        {
            "ORBX.csv": "date,close,high,low,open,volume,adjClose,adjHigh,adjLow,adjOpen,adjVolume,divCash,splitFactor\n"
            "2026-03-02T00:00:00.000Z,22,24,18,20,750,11,12,9,10,1500,0,1\n"
            "2026-03-03T00:00:00.000Z,12,13,10,11,1600,12,13,10,11,1600,0,2\n"
        },
        {"ORBX": ("2026-03-03", 12.0, 1600.0)},
    ),
    VendorFile(
        "Quandl WIKI",
        {
            "ORBX.csv": "Date,Open,High,Low,Close,Volume,Ex-Dividend,Split Ratio,Adj. Open,Adj. High,Adj. Low,Adj. Close,Adj. Volume\n"
            "2026-03-02,20,24,18,22,750,0,1,10,12,9,11,1500\n2026-03-03,11,13,10,12,1600,0,2,11,13,10,12,1600\n"
        },
        {"ORBX": ("2026-03-03", 12.0, 1600.0)},
    ),
    VendorFile(
        "Sharadar",
        {
            "SHARADAR_SEP.csv": "ticker,date,open,high,low,close,volume,closeadj,closeunadj,lastupdated\n"
            "ORBX,2026-03-02,10,12,9,11,1500,11,22,2026-03-05\nZQM,2026-03-02,20,22,19,21,2500,21,21,2026-03-05\n"
        },
        {"ORBX": ("2026-03-02", 11.0, 1500.0), "ZQM": ("2026-03-02", 21.0, 2500.0)},
    ),
    VendorFile(
        "EODHD bulk",
        {
            "2026-03-02.csv": "Code,Ex,Date,Open,High,Low,Close,Adjusted_close,Volume\nORBX,US,2026-03-02,10,12,9,11,11,1500\n"
            "ZQM,US,2026-03-02,20,22,19,21,21,2500\n",
            "2026-03-03.csv": "Code,Ex,Date,Open,High,Low,Close,Adjusted_close,Volume\nORBX,US,2026-03-03,11,13,10,12,12,1600\n",
        },
        {"ORBX": ("2026-03-03", 12.0, 1600.0), "ZQM": ("2026-03-02", 21.0, 2500.0)},
    ),
    VendorFile(
        "Massive (Polygon) flat files",
        {
            "us_stocks_sip/2026/03/2026-03-02.csv": "ticker,volume,open,close,high,low,window_start,transactions\n"
            "ORBX,1500,10,11,12,9,1772427600000000000,10\nZQM,2500,20,21,22,19,1772427600000000000,12\n",
            "us_stocks_sip/2026/03/2026-03-03.csv": "ticker,volume,open,close,high,low,window_start,transactions\n"
            "ORBX,1600,11,12,13,10,1772514000000000000,10\n",
        },
        {"ORBX": ("2026-03-03", 12.0, 1600.0), "ZQM": ("2026-03-02", 21.0, 2500.0)},
    ),
    VendorFile(
        "Alpaca",
        {
            "bars.csv": "symbol,timestamp,open,high,low,close,volume,trade_count,vwap\nORBX,2026-03-02 05:00:00+00:00,10,12,9,11,1500,10,"
            "10.5\nORBX,2026-03-03 05:00:00+00:00,11,13,10,12,1600,10,11.5\n"
        },
        {"ORBX": ("2026-03-03", 12.0, 1600.0)},
    ),
    VendorFile(
        "TradingView",
        {
            "NYSE_ORBX, 1D.csv": "time,open,high,low,close,Volume\n1772461800,10,12,9,11,1500\n1772548200,11,13,10,12,1600\n"
        },
        {"ORBX": ("2026-03-03", 12.0, 1600.0)},
    ),
    VendorFile(
        "Investing.com, US",
        {
            "ORBX Historical Data.csv": '\ufeff"Date","Price","Open","High","Low","Vol.","Change %"\n'
            '"03/13/2026","1,012.00","1,011.00","1,013.00","1,010.00","1.60M","0.5%"\n"03/12/2026","1,011.00","1,010.00","1,012.00",'
            '"1,009.00","1.50M","0.1%"\n'
        },
        {"ORBX": ("2026-03-13", 1012.0, 1_600_000.0)},
    ),
    VendorFile(
        "Investing.com, German",
        {
            "ORBX Historische Daten.csv": '"Datum","Zuletzt","Eröffn.","Hoch","Tief","Vol.","+/- %"\n"13.03.2026","1.012,00","1.011,00","1.013,00",'
            '"1.010,00","1,60M","0,5%"\n'
        },
        {"ORBX": ("2026-03-13", 1012.0, 1_600_000.0)},
    ),
    VendorFile(
        "MarketWatch",
        {
            "ORBX.csv": 'Date,Open,High,Low,Close,Volume\n03/13/2026,11,13,10,12,"1,600"\n03/12/2026,10,12,9,11,"1,500"\n'
        },
        {"ORBX": ("2026-03-13", 12.0, 1600.0)},
    ),
    VendorFile(
        "Wall Street Journal",
        {
            "ORBX.csv": "Date, Open, High, Low, Close, Volume\n03/13/26, 11, 13, 10, 12, 1600\n03/12/26, 10, 12, 9, 11, 1500\n"
        },
        {"ORBX": ("2026-03-13", 12.0, 1600.0)},
    ),
    VendorFile(
        "Barchart",
        {
            "ORBX.csv": "Time,Open,High,Low,Last,Change,%Chg,Volume\n03/13/2026,11,13,10,12,1,1%,1600\n03/12/2026,10,12,9,11,1,1%,1500\n"
            '"Downloaded from Barchart.com as of 03-14-2026 05:00am CST"\n'
        },
        {"ORBX": ("2026-03-13", 12.0, 1600.0)},
    ),
    VendorFile(
        "Kaggle, S&P 500",
        {
            "all_stocks_5yr.csv": "date,open,high,low,close,volume,Name\n2026-03-02,10,12,9,11,1500,ORBX\n2026-03-03,11,13,10,12,1600,ORBX\n"
            "2026-03-02,20,22,19,21,2500,ZQM\n2026-03-03,21,23,20,22,2600,ZQM\n"
        },
        {"ORBX": ("2026-03-03", 12.0, 1600.0), "ZQM": ("2026-03-03", 22.0, 2600.0)},
    ),
    VendorFile(
        "FinRL",
        {
            "train.csv": ",date,open,high,low,close,volume,tic,day\n0,2026-03-02,10,12,9,11,1500,ORBX,0\n1,2026-03-02,20,22,19,21,2500,ZQM,0\n"
            "2,2026-03-03,11,13,10,12,1600,ORBX,1\n3,2026-03-03,21,23,20,22,2600,ZQM,1\n"
        },
        {"ORBX": ("2026-03-03", 12.0, 1600.0), "ZQM": ("2026-03-03", 22.0, 2600.0)},
    ),
    VendorFile(
        "tushare",
        {
            "daily.csv": "ts_code,trade_date,open,high,low,close,pre_close,change,pct_chg,vol,amount\n"
            "600901.SH,20260303,11,13,10,12,11,1,9,16,19.2\n600901.SH,20260302,10,12,9,11,10,1,10,15,16.5\n"
            "000902.SZ,20260302,20,22,19,21,20,1,5,25,52.5\n"
        },
        {"600901.SH": ("2026-03-03", 12.0, 1600.0), "000902.SZ": ("2026-03-02", 21.0, 2500.0)},
    ),
    VendorFile(
        "akshare",
        {
            "600901.csv": "日期,股票代码,开盘,收盘,最高,最低,成交量,成交额,振幅,涨跌幅,涨跌额,换手率\n2026-03-02,600901,10,11,12,9,15,16500,1,1,1,1\n"
            "2026-03-03,600901,11,12,13,10,16,19200,1,1,1,1\n"
        },
        {"600901": ("2026-03-03", 12.0, 1600.0)},
    ),
    VendorFile(
        "JPX on Kaggle",
        {
            "stock_prices.csv": "RowId,Date,SecuritiesCode,Open,High,Low,Close,Volume,AdjustmentFactor,ExpectedDividend,SupervisionFlag,"
            "Target\n20260302_1391,2026-03-02,1391,10,12,9,11,1500,1.0,,False,0.01\n20260302_1392,2026-03-02,1392,20,22,19,21,2500,1.0,,"
            "False,0.02\n20260303_1391,2026-03-03,1391,11,13,10,12,1600,1.0,,False,0.03\n"
        },
        {"1391": ("2026-03-03", 12.0, 1600.0), "1392": ("2026-03-02", 21.0, 2500.0)},
    ),
    VendorFile(
        "kabu, Shift-JIS",
        {
            "7901.csv": "日付,始値,高値,安値,終値,出来高\n2026/3/2,1010,1020,1000,1011,1500\n2026/3/3,1011,1030,1005,1012,1600\n".encode(
                "cp932"
            )
        },
        {"7901": ("2026-03-03", 1012.0, 1600.0)},
    ),
    VendorFile(
        "KRX, EUC-KR",
        {
            "prices.csv": "일자,종목코드,종목명,종가,시가,고가,저가,거래량,거래대금\n2026/03/02,005901,가나다,1011,1010,1020,1000,1500,1\n"
            "2026/03/02,005902,라마바,2011,2010,2020,2000,2500,1\n".encode("cp949")
        },
        {"005901": ("2026-03-02", 1011.0, 1500.0), "005902": ("2026-03-02", 2011.0, 2500.0)},
    ),
    VendorFile(
        "NSE, one stock",
        {
            "ORBX.csv": '"Date ","series ","OPEN ","HIGH ","LOW ","PREV. CLOSE ","ltp ","close ","vwap ","52W H","52W L ","VOLUME ","VALUE "\n'
            '"13-Mar-2026","EQ","1,011.00","1,013.00","1,010.00","1,011.00","1,012.50","1,012.00","1,012.00","2,000.00","900.00",'
            '"12,34,567","1"\n'
        },
        {"ORBX": ("2026-03-13", 1012.0, 1_234_567.0)},
    ),
    VendorFile(
        "NSE bhavcopy, old",
        {
            "cm02MAR2026bhav.csv": "SYMBOL,SERIES,OPEN,HIGH,LOW,CLOSE,LAST,PREVCLOSE,TOTTRDQTY,TOTTRDVAL,TIMESTAMP,TOTALTRADES,ISIN,\n"
            "ORBX,EQ,10,12,9,11,11.05,10,1500,16500,02-MAR-2026,9,INE000000001,\nORBX,BL,10,10,10,10,10,10,5,50,02-MAR-2026,1,"
            "INE000000001,\nZQM,EQ,20,22,19,21,21,20,2500,52500,02-MAR-2026,9,INE000000002,\n"
        },
        {"ORBX": ("2026-03-02", 11.0, 1500.0), "ZQM": ("2026-03-02", 21.0, 2500.0)},
    ),
    VendorFile(
        "NSE bhavcopy, full",
        {
            "sec_bhavdata_full_02032026.csv": "SYMBOL, SERIES, DATE1, PREV_CLOSE, OPEN_PRICE, HIGH_PRICE, LOW_PRICE, LAST_PRICE, CLOSE_PRICE, "
            "AVG_PRICE, TTL_TRD_QNTY, TURNOVER_LACS, NO_OF_TRADES, DELIV_QTY, DELIV_PER\nORBX, EQ, 02-Mar-2026, 10, 10, 12, 9, 11.05, 11, "
            "11, 1500, 0.1, 9, -, -\n"
        },
        {"ORBX": ("2026-03-02", 11.0, 1500.0)},
    ),
    VendorFile(
        "NSE bhavcopy, UDiFF",
        {
            "BhavCopy_NSE_CM_0_0_0_20260302_F_0000.csv": "TradDt,BizDt,Sgmt,Src,FinInstrmTp,FinInstrmId,ISIN,TckrSymb,SctySrs,XpryDt,"
            "FininstrmActlXpryDt,StrkPric,OptnTp,FinInstrmNm,OpnPric,HghPric,LwPric,ClsPric,LastPric,PrvsClsgPric,UndrlygPric,SttlmPric,"
            "OpnIntrst,ChngInOpnIntrst,TtlTradgVol,TtlTrfVal\n2026-03-02,2026-03-02,CM,NSE,STK,1,INE000000001,ORBX,EQ,,,,,ORBX LTD,10,12,9,11,"
            "11.05,10,,11,,,1500,16500\n2026-03-02,2026-03-02,CM,NSE,STK,2,INE000000002,ZQM,EQ,,,,,ZQM LTD,20,22,19,21,21,20,,21,,,2500,52500\n"
        },
        {"ORBX": ("2026-03-02", 11.0, 1500.0), "ZQM": ("2026-03-02", 21.0, 2500.0)},
    ),
    VendorFile(
        "BSE",
        {
            "ORBX.csv": "Date,Open Price,High Price,Low Price,Close Price,WAP,No.of Shares,No. of Trades,Total Turnover (Rs.),"
            "Deliverable Quantity,% Deli. Qty to Traded Qty,Spread High-Low,Spread Close-Open\n13-March-2026,1011.00,1013.00,1010.00,1012.00,"
            "1012,123456,9,1.0,1,1,3,1,\n"
        },
        {"ORBX": ("2026-03-13", 1012.0, 123_456.0)},
    ),
    VendorFile(
        "Binance",
        {
            "ORBUSDT-1d-2024-12.csv": "1735603200000,10,12,9,11,1500,1735689599999,16500,9,700,7700,0\n",
            "ORBUSDT-1d-2025-01.csv": "1735689600000000,11,13,10,12,1600,1735775999999999,19200,9,700,7700,0\n",
        },
        {"ORBUSDT": ("2025-01-01", 12.0, 1600.0)},
        {"ORBUSDT": 2},
    ),
    VendorFile(
        "CryptoDataDownload",
        {
            "Bitstamp_ORBUSD_d.csv": "https://www.CryptoDataDownload.com\nunix,date,symbol,open,high,low,close,Volume ORB,Volume USD\n"
            "1772496000,2026-03-03 00:00:00,ORB/USD,11,13,10,12,1600,19200\n1772409600,2026-03-02 00:00:00,ORB/USD,10,12,9,11,1500,16500\n"
        },
        {"ORB-USD": ("2026-03-03", 12.0, 1600.0)},
    ),
    VendorFile(
        "MetaTrader 5",
        {
            "ORBX_Daily_202603020000_202603030000.csv": "<DATE>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>\n"
            "2026.03.02\t10\t12\t9\t11\t1500\t0\t5\n2026.03.03\t11\t13\t10\t12\t1600\t0\t5\n"
        },
        {"ORBX": ("2026-03-03", 12.0, 1600.0)},
    ),
    VendorFile(
        "MetaTrader 4",
        {"ORBX1440.csv": "2026.03.02,00:00,10,12,9,11,1500\n2026.03.03,00:00,11,13,10,12,1600\n"},
        {"ORBX": ("2026-03-03", 12.0, 1600.0)},
    ),
    VendorFile(
        "MetaStock ASCII",
        {"ORBX.txt": "<TICKER>,<DTYYYYMMDD>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>\nORBX,20260302,10,12,9,11,1500\n"},
        {"ORBX": ("2026-03-02", 11.0, 1500.0)},
    ),
    VendorFile(
        "Finam",
        {
            "ORBX_260302_260303.txt": "<TICKER>;<PER>;<DATE>;<TIME>;<OPEN>;<HIGH>;<LOW>;<CLOSE>;<VOL>\nORBX;D;20260302;000000;10.0;12.0;9.0;"
            "11.0;1500\nORBX;D;20260303;000000;11.0;13.0;10.0;12.0;1600\n"
        },
        {"ORBX": ("2026-03-03", 12.0, 1600.0)},
    ),
    VendorFile(
        "MOEX",
        {
            "history.csv": "history\n\nBOARDID;TRADEDATE;SHORTNAME;SECID;NUMTRADES;VALUE;OPEN;LOW;HIGH;LEGALCLOSEPRICE;WAPRICE;CLOSE;VOLUME\n"
            "TQBR;2026-03-02;Orb;ORBX;9;16500;10;9;12;11;11;11;1500\nSMAL;2026-03-02;Orb;ORBX;1;10;10;10;10;10;10;10;1\n".encode(
                "cp1251"
            )
        },
        {"ORBX": ("2026-03-02", 11.0, 1500.0)},
    ),
    VendorFile(
        "ariva",
        {
            "wkn_716460_historic.csv": "Datum;Erster;Hoch;Tief;Schlusskurs;Stuecke;Volumen\n2026-03-03;1.011,00;1.013,00;1.010,00;1.012,00;1.600;"
            "1.619.200\n2026-03-02;1.010,00;1.012,00;1.009,00;1.011,00;1.500;1.516.500\n"
        },
        {"716460": ("2026-03-03", 1012.0, 1600.0)},
    ),
    VendorFile(
        "Stooq.pl",
        {"orbx_d.csv": "Data,Otwarcie,Najwyzszy,Najnizszy,Zamkniecie,Wolumen\n2026-03-02,10,12,9,11,1500\n"},
        {"ORBX": ("2026-03-02", 11.0, 1500.0)},
    ),
    VendorFile(
        "Nasdaq Nordic",
        {
            "ORBX.csv": "sep=;\nDate;Bid;Ask;Opening price;High price;Low price;Closing price;Average price;Total volume;Turnover;Trades;\n"
            "2026-03-03;12,0;12,1;11,0;13,0;10,0;12,0;12,0;1600;19200,5;9;\n2026-03-02;11,0;11,1;10,0;12,0;9,0;11,0;11,0;1500;16500,5;9;\n"
        },
        {"ORBX": ("2026-03-03", 12.0, 1600.0)},
    ),
    VendorFile(
        "Excel in German",
        {
            "ORBX.csv": "Datum;Eröffnung;Hoch;Tief;Schluss;Volumen\n02.03.26;1.010,00 €;1.012,00 €;1.009,00 €;1.011,00 €;1.500\n"
            "03.03.26;#NV;1.013,00 €;1.010,00 €;1.012,00 €;1.600\n13.03.26;1.011,00 €;1.013,00 €;1.010,00 €;1.012,00 €;1.600\n".encode(
                "cp1252"
            )
        },
        {"ORBX": ("2026-03-13", 1012.0, 1600.0)},
        {"ORBX": 2},
    ),
    VendorFile(
        "Google Sheets",
        {
            "ORBX.csv": "Date,Open,High,Low,Close,Volume\n3/12/2026 16:00:00,10,12,9,11,1500\n3/13/2026 16:00:00,11,13,10,12,1600\n"
        },
        {"ORBX": ("2026-03-13", 12.0, 1600.0)},
    ),
    VendorFile(
        "CRSP",
        {
            "crsp.csv": "PERMNO,date,TICKER,BIDLO,ASKHI,PRC,VOL,OPENPRC,CFACPR,CFACSHR\n10001,20260302,ORBX,18,24,22,750,20,2,2\n"
            "10001,20260303,ORBX,10,13,-12,1600,11,1,1\n10002,20260302,ZQM,19,22,21,2500,20,1,1\n"
        },
        {"ORBX": ("2026-03-03", 12.0, 1600.0), "ZQM": ("2026-03-02", 21.0, 2500.0)},
    ),
    VendorFile(
        "quantmod",
        {
            "ORBX.csv": '"","ORBX.Open","ORBX.High","ORBX.Low","ORBX.Close","ORBX.Volume","ORBX.Adjusted"\n"2026-03-02",10,12,9,11,1500,11\n'
        },
        {"ORBX": ("2026-03-02", 11.0, 1500.0)},
    ),
    VendorFile(
        "Bloomberg",
        {
            "ORBX.csv": "Security,ORBX US Equity\nStart Date,3/12/2026\n\nDate,PX_OPEN,PX_HIGH,PX_LOW,PX_LAST,PX_VOLUME\n3/12/2026,10,12,9,11,"
            "1500\n3/13/2026,11,13,10,12,1600\n"
        },
        {"ORBX": ("2026-03-13", 12.0, 1600.0)},
    ),
    VendorFile(
        "Refinitiv",
        {
            "prices.csv": "Instrument,Date,Price Open,Price High,Price Low,Price Close,Volume\nORBX.O,2026-03-02T00:00:00Z,10,12,9,11,1500\n"
            "ZQM.N,2026-03-02T00:00:00Z,20,22,19,21,2500\n"
        },
        {"ORBX.O": ("2026-03-02", 11.0, 1500.0), "ZQM.N": ("2026-03-02", 21.0, 2500.0)},
    ),
    VendorFile(
        "Databento",
        {
            "ohlcv-1d.csv": "ts_event,rtype,publisher_id,instrument_id,open,high,low,close,volume,symbol\n2026-03-02T00:00:00.000000000Z,35,1,5,10,12,"
            "9,11,1500,ORBX\n2026-03-03T00:00:00.000000000Z,35,1,5,11,13,10,12,1600,ORBX\n"
        },
        {"ORBX": ("2026-03-03", 12.0, 1600.0)},
    ),
    VendorFile(
        "Bloomberg, symbol in the first line",
        {
            "grid1.csv": "ORBX US Equity\nDate,PX_OPEN,PX_HIGH,PX_LOW,PX_LAST,PX_VOLUME\n3/12/2026,10,12,9,11,1500\n3/13/2026,11,13,10,12,1600\n"
        },
        {"ORBX": ("2026-03-13", 12.0, 1600.0)},
    ),
    VendorFile(
        "TWSE",
        {
            f"STOCK_DAY_2399_{month}.csv": (
                f'"115年{month[4:]}月 2399 某某           各日成交資訊"\n"日期","成交股數","成交金額","開盤價","最高價","最低價","收盤價",'
                f'"漲跌價差","成交筆數",\n"115/{month[4:]}/13","1,600","1,619,200","1,011.00","1,013.00","1,010.00","1,012.00","+1.00",'
                '"9",\n"說明:"\n"符號說明:+/-/X表示漲/跌/不比價"\n'
            ).encode("big5")
            for month in ("202602", "202603")
        },
        {"2399": ("2026-03-13", 1012.0, 1600.0)},
        {"2399": 2},
    ),
    VendorFile(
        "Macrotrends",
        {
            "MacroTrends_Data_Download_ORBX.csv": "Macrotrends Data Download\n\nORBX - Historical Price and Volume Data\nHistorical prices are "
            "adjusted for stock splits.\n\n\n\n\ndate,open,high,low,close,volume\n2026-03-12,10,12,9,11,1500\n"
        },
        {"ORBX": ("2026-03-12", 11.0, 1500.0)},
    ),
    VendorFile(
        "Kraken",
        {
            "ORBUSD_1440.csv": "1773273600,10,12,9,11,1500.5,9\n1773360000,11,13,10,12,1600.5,9\n",
            "ZQMUSD_1440.csv": "1773273600,20,22,19,21,2500.5,9\n",
        },
        {"ORBUSD": ("2026-03-13", 12.0, 1600.5), "ZQMUSD": ("2026-03-12", 21.0, 2500.5)},
    ),
    VendorFile(
        "FirstRate",
        {
            "ORBX_full_1day_adjsplitdiv.txt": "2026-03-12,10,12,9,11,1500\n2026-03-13,11,13,10,12,1600\n",
            "ZQM_full_1day_adjsplitdiv.txt": "2026-03-12,20,22,19,21,2500\n",
        },
        {"ORBX": ("2026-03-13", 12.0, 1600.0), "ZQM": ("2026-03-12", 21.0, 2500.0)},
    ),
)

"""The same study written with pandas, symbol by symbol, for criteria whose truth is given as frames."""

from __future__ import annotations

import numpy as np
import pandas as pd

from technic_scanner.criteria import Panel
from technic_scanner.screening.pick_returns import HORIZONS, MOST_RETURN


def frame(panel: Panel, name: str = "close") -> pd.DataFrame:
    """Return a field as sessions × symbols."""
    return pd.DataFrame(getattr(panel.bars, name).T, index=pd.to_datetime(panel.sessions), columns=list(panel.symbols))


def above_average(panel: Panel, window: int) -> pd.DataFrame:
    """Return whether the close is above its mean of ``window`` own bars: True, False or None, sessions × symbols."""
    close = frame(panel)
    out = pd.DataFrame(None, index=close.index, columns=close.columns, dtype=object)
    for symbol in close:
        own = close[symbol].dropna()
        mean = own.rolling(window).mean()
        out.loc[own.index, symbol] = (own > mean).astype(object).where(mean.notna(), None)
    return out


def eligible(panel: Panel) -> pd.DataFrame:
    """Return where a symbol may be picked: wherever it has a bar."""
    return frame(panel).notna()


def entries(panel: Panel, truth: pd.DataFrame, *, every: bool) -> pd.DataFrame:
    """Return one row an entry: symbol, session, forward_return_h and excess_h, in the order of sessions."""
    close, could = frame(panel), eligible(panel)
    held = close.ffill()
    rows = []
    for symbol in close:
        before = None
        for session in close.index[close[symbol].notna()]:
            now = truth.loc[session, symbol] is True
            if now and (every or before is not True) and could.loc[session, symbol]:
                rows.append({"symbol": symbol, "session": session})
            before = now
    found = pd.DataFrame(rows, columns=["symbol", "session"])
    for horizon in HORIZONS:
        forward = (held.shift(-horizon) / close - 1.0).clip(upper=MOST_RETURN)
        forward.iloc[len(forward) - horizon :] = np.nan
        mean = forward.where(could).mean(axis=1)
        places = list(zip(found["session"], found["symbol"], strict=True))
        found[f"forward_return_{horizon}"] = [forward.loc[place] for place in places]
        found[f"excess_{horizon}"] = [forward.loc[place] - mean.loc[place[0]] for place in places]
    return found.sort_values("session", kind="stable", ignore_index=True)

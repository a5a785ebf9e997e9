"""The options that studies and parameter studies share."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

From = Annotated[
    datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First session; default: the first stored.")
]
To = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last session; default: the newest.")]
Entry = Annotated[
    str, typer.Option(help="first: where the criteria become true; every: each session in which they are.")
]
MinBars = Annotated[int, typer.Option(min=1, help="Bars that a symbol must have so far; a scan asks for 20.")]
CostBps = Annotated[float, typer.Option(help="Cost of a purchase or a sale in basis points.")]

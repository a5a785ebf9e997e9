"""The options of what is kept under a name with its versions: watchlists and saved criteria."""

from __future__ import annotations

from typing import Annotated

import typer

Version = Annotated[int | None, typer.Option("--version", help="Which version; the newest if it is left out.")]
Versions = Annotated[bool, typer.Option("--versions", help="List every version.")]
Replaces = Annotated[
    int | None, typer.Option("--replaces", help="The version that this one follows; without it the name is new.")
]

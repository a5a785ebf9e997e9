"""Run ``python -m tools.config_table``: writes the tables of docs/config.md from the fields of the two classes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from technic_scanner.domain.config import CONFIG_FIELDS, OPTION_FIELDS, RunOptions, ScanConfig
from technic_scanner.domain.fields import Field, Kind, Table
from technic_scanner.domain.renamed import RENAMED_FIELDS
from technic_scanner.runs.serialization import config_to_dict, options_to_dict

PAGE = Path(__file__).resolve().parent.parent / "docs" / "config.md"
HEADER = "| field | label | holds | default | command line | meaning |\n|---|---|---|---|---|---|"


def main() -> None:
    """Write the page with its tables made anew."""
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def with_tables(page: str) -> str:
    """Return the page with each table replaced by the one of the classes as they are now."""
    made = {
        "config": table_text(CONFIG_FIELDS, config_to_dict(ScanConfig())),
        "options": table_text(OPTION_FIELDS, options_to_dict(RunOptions())),
        "old names": "\n".join(f"- `{old}` is now `{new}`." for old, new in RENAMED_FIELDS.items()),
    }
    for name, text in made.items():
        page = re.sub(
            rf"(<!-- table: {name} -->\n).*?(<!-- end -->)",
            lambda found, text=text: f"{found[1]}{text}\n{found[2]}",  # type: ignore[misc]
            page,
            flags=re.DOTALL,
        )
    return page


def table_text(table: Table, defaults: dict[str, Any]) -> str:
    """Return a table of fields in Markdown."""
    return "\n".join([HEADER, *(_row(field, defaults[field.name]) for field in table.values())])


def _row(field: Field, default: Any) -> str:
    shown = "none" if default in (None, []) else f"`{json.dumps(default, ensure_ascii=False)}`"
    meaning = f"{field.spec.help} If empty: {field.spec.empty}." if field.spec.empty else field.spec.help
    cells = (f"`{field.name}`", field.title, _holds(field), shown, f"`{field.option}`", meaning)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _holds(field: Field) -> str:
    choices = ", ".join(f"`{choice}`" for choice in field.choices)
    bounds = f", {field.bounds}" if field.bounds else ""
    if field.kind is Kind.CHOICE:
        return f"one of {choices}"
    if field.kind is Kind.NAMES:
        return f"list of {choices}" if choices else field.kind.value
    if field.kind is Kind.WEIGHTS:
        return f"weights of {choices}, each {field.bounds}"
    return field.kind.value + bounds


if __name__ == "__main__":
    main()

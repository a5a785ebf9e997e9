"""Run ``python -m tools.criteria_page``: writes the tables of docs/criteria.md from those of the language."""

from __future__ import annotations

import re
from pathlib import Path

from technic_scanner.criteria.reference import function_tables
from technic_scanner.criteria.shipped import GROUPS, SHIPPED_SCANS

PAGE = Path(__file__).resolve().parent.parent / "docs" / "criteria.md"


def main() -> None:
    """Write the page with its tables made anew."""
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def with_tables(page: str) -> str:
    """Return the page with its tables replaced by those of the language as it is now."""
    for name, text in {"functions": function_tables(), "scans": scans_text()}.items():
        before, rest = page.split(f"<!-- table: {name} -->\n")
        page = f"{before}<!-- table: {name} -->\n{text}<!-- end -->{rest.split('<!-- end -->', 1)[1]}"
    return page


def scans_text() -> str:
    """Return the shipped scans in Markdown, by group."""
    lines: list[str] = []
    for group in GROUPS:
        lines += [f"### {group.capitalize()} scans", ""]
        for scan in SHIPPED_SCANS:
            if scan.group == group:
                lines += [f"**{scan.name}.** {scan.finds}", "", "```", scan.text, "```", ""]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n"


if __name__ == "__main__":
    main()

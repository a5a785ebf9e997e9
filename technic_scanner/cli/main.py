"""The entry point of ``technic-scanner``: gathers the commands and turns errors into sentences and exit codes."""

from __future__ import annotations

from technic_scanner.cli.hosting import app


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()

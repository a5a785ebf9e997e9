"""The entry point of ``technic-scanner``: what can be done before the commands are loaded, and the way out."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from technic_scanner.cli.quick_exit import quick_exit

_QUEUE_A_RUN = ("scan", "resume", "replay", "sweep")


def main() -> None:
    """Run the command line."""
    with quick_exit():
        if _queues_a_run(sys.argv[1:]):
            from technic_scanner.bootstrap.early_worker import start_early_worker  # noqa: PLC0415 - only here

            start_early_worker()
        from technic_scanner.cli.app import app_for  # noqa: PLC0415 - takes a second, in which the worker loads as well

        app_for(sys.argv[1:])()


def _queues_a_run(words: Sequence[str]) -> bool:
    return bool(words) and words[0] in _QUEUE_A_RUN and "--help" not in words


if __name__ == "__main__":
    main()

"""Run uvicorn or Streamlit as ``python -m`` would, with a limit on how long a request's head may take.

``python -m technic_scanner.server streamlit run …``: neither program has an option or a setting of its own for this.
"""

from __future__ import annotations

import runpy
import sys

from uvicorn.config import HTTP_PROTOCOLS

CONNECTION = "technic_scanner.api.slow_clients:PunctualConnection"


def main() -> None:
    """Run the module that the first argument names."""
    HTTP_PROTOCOLS["auto"] = CONNECTION
    sys.argv.pop(0)
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()

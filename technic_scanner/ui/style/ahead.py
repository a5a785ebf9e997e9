"""Let the browser load what will be drawn soon while it has nothing else to do."""

from __future__ import annotations

import json

import streamlit as st

from technic_scanner.ui.style import front_end

# The front end imports the same address later, for which a browser runs a script once. Where the address is wrong
# nothing is lost: the script is then loaded when it is needed.
_SCRIPT = """
<script>
(() => {
  const own = document.querySelector('script[type="module"][src*="/static/js/"]');
  if (!own) return;
  const load = () => PATHS.forEach(path => import(new URL("../../" + path, own.src).href).catch(() => {}));
  (window.requestIdleCallback ?? setTimeout)(load);
})();
</script>
"""


def load(*parts: str) -> None:
    """Load the scripts that draw parts of a page, for example ``front_end.TABLE``, when the browser is idle."""
    paths = [path for path in map(front_end.script_of, parts) if path is not None]
    if paths:
        st.html(_SCRIPT.replace("PATHS", json.dumps(paths)), unsafe_allow_javascript=True)

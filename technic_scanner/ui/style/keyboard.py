"""Help the keyboard: links past the navigation to the table or the content, and keys that select a table's row."""

from __future__ import annotations

import streamlit as st

# Streamlit draws the navigation before anything that a page draws, so the links are put into the document by a script,
# which runs once in a tab; the table and the content are looked for when a link is used.
_SCRIPT = """
<style>
#skip-links a { position: fixed; left: 8px; top: -60px; z-index: 1000001; padding: 8px 14px; border-radius: 6px;
  background: #1F5FBF; color: #FFFFFF; font: 600 14px sans-serif; text-decoration: none; }
#skip-links a:focus { top: 8px; outline: 3px solid #FFFFFF; outline-offset: -5px; }
</style>
<script>
(() => {
  if (document.getElementById("skip-links")) return;
  const main = () => document.querySelector('[data-testid="stMain"]');
  const table = () => main()?.querySelector('[data-testid="stDataFrame"] canvas[tabindex="0"]');
  const focus = target => { target?.scrollIntoView({ block: "center" }); target?.focus({ preventScroll: true }); };
  const content = () => {
    const place = main()?.querySelector("h1") ?? main();
    place?.setAttribute("tabindex", "-1");
    focus(place);
  };
  const links = document.createElement("nav");
  links.id = "skip-links";
  links.setAttribute("aria-label", "Skip");
  const add = (text, go) => {
    const link = document.createElement("a");
    link.href = "#";
    link.textContent = text;
    link.addEventListener("click", event => { event.preventDefault(); go(); });
    links.append(link);
  };
  add("Skip to the table", () => (table() ? focus(table()) : content()));
  add("Skip to the content", content);
  document.body.prepend(links);
  // Enter and Space open a small box with the cell's value, out of which the arrow keys do not lead. Where rows can be
  // selected they select the row instead, for which the table itself has Shift and Space.
  const selectable = ['rows_', 'runs_', 'picks_', 'data_files_', 's_best', 's_worst']
    .map(key => `[class*="st-key-${key}"]`).join();
  addEventListener("keydown", event => {
    const { key, target } = event;
    const alone = !(event.shiftKey || event.ctrlKey || event.altKey || event.metaKey);
    const inTable = target instanceof Element && target.closest("canvas") && target.closest(selectable);
    if (!event.isTrusted || !alone || !inTable || (key !== "Enter" && key !== " ")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const space = { key: " ", code: "Space", keyCode: 32, shiftKey: true, bubbles: true, cancelable: true };
    target.dispatchEvent(new KeyboardEvent("keydown", space));
  }, true);
})();
</script>
"""


def add() -> None:
    """Add the links, which are seen only while they have the focus, and the keys."""
    st.html(_SCRIPT, unsafe_allow_javascript=True)

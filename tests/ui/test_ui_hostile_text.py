"""Stored texts that are valid and as unpleasant as they may be: no page grows with them, and none runs their markup."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from technic_scanner.domain.config import ScanConfig
from technic_scanner.domain.run import RunError, RunStatus
from technic_scanner.ui.style import figure_frame, wording
from tests.ui.builders import record
from tests.ui.scan.test_ui_scan_page import texts

LONG = ScanConfig(
    symbols=tuple(f"S{number:031}" for number in range(20_000)),
    industries=tuple(f"{number:0200}" for number in range(1_000)),
    industry_contains="x" * 200,
    source="synthetic",
)
LABEL = "https://evil.test <b>x</b> [a](b) " + "w" * 160
# Where mdast-util-gfm-autolink-literal makes links of text, whether or not it was escaped.
AUTOLINK = re.compile(r"https?://[-.\w]+|www\.[-.\w]+|[-.\w+]+@[-\w]+(?:\.[-\w]+)+", re.IGNORECASE)

words = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=200)
hostile = st.builds(
    ScanConfig,
    symbols=st.lists(words.map(lambda text: text[:32]), max_size=3).map(tuple),
    industries=st.lists(words, max_size=3).map(tuple),
    sectors=st.sampled_from([(), ("Energy",)]),
    industry_contains=words,
    universe=words,
)


@given(hostile, st.none() | words)
def test_the_name_of_a_run_is_short_whatever_it_scans(config: ScanConfig, label: str | None) -> None:
    assert len(wording.run_name(record(config=config, label=label))) <= 110


@given(st.text() | st.sampled_from([LABEL, "www.evil.test", "me@evil.test", "see HTTP://EVIL.TEST/x."]))
def test_addresses_in_text_from_outside_are_no_links(text: str) -> None:
    plain = re.sub(r"\\\\(.)", r"\\1", wording.escape(text))
    assert not AUTOLINK.search(plain)
    assert "\x1b" not in plain


@pytest.mark.parametrize("text", ["<a href=x>y</a>", "<b>", "a & b", "&lt;"])
def test_a_figure_shows_tags_as_text(text: str) -> None:
    assert "<" not in figure_frame.literal(text)
    assert len(figure_frame.literal("x" * 10_000)) <= 60


def test_pages_do_not_grow_with_what_runs_hold(empty, open_page) -> None:
    plain = empty.queued(ScanConfig(source="synthetic"))
    pages = ("scan", "history", "compare")
    usual = {page: len(texts(open_page(page))) for page in pages}
    empty.services.service.cancel(plain.run_id)
    long = empty.queued(LONG, label=LABEL)
    empty.services.service.cancel(long.run_id)
    failed = empty.end(empty.running(LONG), RunStatus.FAILED, RunError("source_error", "y" * 1_000_000))
    for page in pages:
        app = open_page(page)
        assert not app.exception
        assert len(texts(app)) <= usual[page] + 3_000, page
    compared = open_page("compare", runs=f"{long.run_id},{failed.run_id}")
    assert len(texts(compared)) <= usual["compare"] + 12_000
    assert len(texts(open_page("scan", run=failed.run_id))) <= usual["scan"] + 12_000

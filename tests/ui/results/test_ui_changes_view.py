"""The columns of what is new on the results page, and the symbols that left."""

from __future__ import annotations

from datetime import date

from technic_scanner.domain.config import ScanConfig
from technic_scanner.ui.results import changes_view


def with_changes(app):
    """Choose the view of changes, as a click does."""
    app.session_state["r_view"] = changes_view.VIEW
    return app.run()


def test_what_is_new_has_columns_and_the_symbols_that_left(empty, open_page) -> None:
    configs = [ScanConfig(direction="both", top_n=5, as_of_date=date(2010, 8, day)) for day in (18, 20)]
    runs = [empty.scanned(config) for config in configs]
    app = with_changes(open_page("results", run=runs[1].run_id))
    assert not app.exception
    (shown,) = [frame.value for frame in app.dataframe if "RanksUp" in frame.value]
    changes = empty.services.changes.what_is_new(runs[1].run_id)
    assert shown["Symbol"].tolist() == [pick.symbol for pick in changes.picks]
    assert shown["New"].tolist() == [pick.is_new for pick in changes.picks]
    assert shown["Sessions"].tolist() == [pick.sessions for pick in changes.picks]
    ranks = shown["RanksUp"].astype(object).where(shown["RanksUp"].notna(), None)
    assert ranks.tolist() == [pick.ranks_up for pick in changes.picks]
    said = " ".join(caption.value for caption in app.caption)
    assert f"Against {changes.against_as_of}" in said
    if changes.left:
        (left,) = [frame.value for frame in app.dataframe if "Why" in frame.value]
        assert left["Symbol"].tolist() == [pick.symbol for pick in changes.left]


def test_a_first_run_says_that_there_is_nothing_to_compare_with(empty, open_page) -> None:
    run = empty.scanned(ScanConfig(direction="both", top_n=5))
    app = with_changes(open_page("results", run=run.run_id))
    assert not app.exception
    assert "No earlier session has been scanned." in " ".join(caption.value for caption in app.caption).replace(
        "\\", ""
    )

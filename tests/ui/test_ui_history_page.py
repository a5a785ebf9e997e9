"""History finds the runs of one config, keeps what was chosen in its address, and says what a deletion takes."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from technic_scanner.domain.config import ScanConfig
from technic_scanner.runs.comparability import config_hash_of

from .test_ui_other_pages import select_run


def listed(app: AppTest) -> list[str]:
    return app.dataframe[0].value["Scan"].tolist()


def test_a_selected_run_leads_to_all_runs_of_its_config(seeded, open_page) -> None:
    cold = seeded.services.service.list().records[1]
    warm = seeded.scanned(ScanConfig(), label="Whole again")
    assert cold.comparability_key != warm.comparability_key
    app = open_page("history")
    select_run(app, 0)
    app.button(key="h_same_config").click().run()
    assert not app.exception
    assert listed(app) == ["Whole again", "Whole sample"]
    config = config_hash_of(warm.comparability_key)
    assert app.query_params["h_key"] in ([config], config)


def test_a_run_a_config_and_a_whole_key_are_told_apart_in_one_field(seeded, open_page) -> None:
    cold = seeded.services.service.list().records[1]
    seeded.scanned(ScanConfig(), label="Whole again")
    for name in (cold.run_id, cold.run_id[-8:].lower(), f" {config_hash_of(cold.comparability_key)} "):
        assert listed(open_page("history", h_key=name)) == ["Whole again", "Whole sample"]
    assert listed(open_page("history", h_key=cold.comparability_key)) == ["Whole sample"]

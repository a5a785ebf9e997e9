"""The log of the worker on the page of a run."""

from __future__ import annotations

from tests.ui.results.test_ui_result_page import whole


def test_the_log_is_read_when_it_is_opened(seeded, open_page) -> None:
    run = whole(seeded)
    folder = seeded.services.settings.log_dir
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "worker.log").write_text(f"timestamp=1 event=begins run_id={run.run_id}\ntimestamp=2 event=other\n")
    app = open_page(run=run.run_id)
    assert not app.code
    app.session_state[f"log_{run.run_id}"] = True
    app.run()
    assert not app.exception
    assert app.code[0].value == f"timestamp=1 event=begins run_id={run.run_id}"


def test_a_run_without_lines_says_why(seeded, open_page) -> None:
    run = whole(seeded)
    app = open_page(run=run.run_id)
    app.session_state[f"log_{run.run_id}"] = True
    assert any("it ran elsewhere" in caption.value for caption in app.run().caption)

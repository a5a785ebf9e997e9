"""Lines of the workers' logs about one run."""

from __future__ import annotations

from pathlib import Path

from technic_scanner.adapters.worker_logs import lines_of_run

ONE, OTHER = "01AAAAAAAAAAAAAAAAAAAAAAAA", "01BBBBBBBBBBBBBBBBBBBBBBBB"


def test_lines_of_both_files_in_order_with_the_traceback_below_a_line(tmp_path: Path) -> None:
    (tmp_path / "worker.log.1").write_text(f"timestamp=1 event=begins run_id={ONE}\ntimestamp=2 run_id={OTHER}\n")
    (tmp_path / "worker.log").write_text(
        f"timestamp=3 event=failed run_id={ONE}\nTraceback (most recent call last):\n  ValueError\n"
        f'timestamp=4 event=idle\n{{"event": "ends", "run_id": "{ONE}"}}\n{{"event": "begins", "run_id": "{OTHER}"}}\n'
    )
    assert lines_of_run(tmp_path, ONE) == (
        f"timestamp=1 event=begins run_id={ONE}",
        f"timestamp=3 event=failed run_id={ONE}",
        "Traceback (most recent call last):",
        "  ValueError",
        f'{{"event": "ends", "run_id": "{ONE}"}}',
    )


def test_the_newest_lines_are_kept_and_no_file_means_no_line(tmp_path: Path) -> None:
    assert lines_of_run(tmp_path / "nowhere", ONE) == ()
    (tmp_path / "worker.log").write_bytes(
        b"\xff\n" + b"".join(b"timestamp=%d run_id=%s\n" % (n, ONE.encode()) for n in range(9))
    )
    assert lines_of_run(tmp_path, ONE, most=2) == (f"timestamp=7 run_id={ONE}", f"timestamp=8 run_id={ONE}")

"""After the warm-up no study waits for a kernel to be compiled."""

from __future__ import annotations

from technic_scanner.studies import study
from technic_scanner.studies.document import document_of
from technic_scanner.studies.warm_up import kernels, warm_up
from tests.unit.studies.panels import made_panel


def forms() -> dict[str, int]:
    return {name: kernel.forms for name, kernel in kernels().items()}


def test_no_study_compiles_anything_after_the_warm_up() -> None:
    warm_up()
    before = forms()
    assert any(before.values())
    for symbols, sessions in ((4, 90), (40, 300)):
        panel = made_panel(2, symbols, sessions)
        for text in ("close > sma(close, 5)", "close crosses above sma(close, 5) rank by volume", "close > 0"):
            for entry in ("first", "every"):
                document_of(study(text, panel, entry=entry))
    assert forms() == before

"""What the list of alerts says of each: an alert that tells every run asks for no number of symbols."""

from __future__ import annotations

from dataclasses import replace

from technic_scanner.cli.alerts import _when
from technic_scanner.domain.alert import Alert, AlertWhen


def test_a_number_of_symbols_is_said_only_where_it_counts() -> None:
    alert = Alert("a", "nightly", "desk")
    assert _when(replace(alert, when=AlertWhen.ENTERED, least=3)) == "entered, at least 3"
    assert _when(replace(alert, when=AlertWhen.ALWAYS)) == "always"
    assert _when(replace(alert, when=AlertWhen.ALWAYS, watchlist="tech")) == "always, in tech"

"""The banner of every page that a promised run did not happen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from technic_scanner.domain.schedule import AfterClose, Schedule

PAGES = sorted(path.stem for path in (Path(__file__).parents[3] / "pages").glob("*.py"))


def promise(stage, name: str) -> None:
    """Add a schedule whose time is an hour past, with nobody looking."""
    services = stage.services
    added = services.schedules.add(Schedule(name, AfterClose("XNYS"), preset="Quick look"))
    services.store.save_schedule(replace(added, next_at=services.clock.now() - timedelta(hours=1)))


def banners(app) -> list[str]:
    return [item.value for item in app.warning if "did not run" in item.proto.title]


@pytest.fixture(autouse=True)
def nobody_looks(empty, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(empty.services.keeper), "start", lambda _self: None)


@pytest.mark.parametrize("page", PAGES)
def test_it_is_on_every_page(empty, open_page, page: str) -> None:
    promise(empty, "night*ly")
    app = open_page(page)
    assert not app.exception
    (said,) = banners(app)
    assert said.startswith(r"- **night\*ly**: expected by ")
    assert r"New York, not run\: no worker or server was alive." in said


def test_it_is_gone_when_all_is_as_promised_and_short_where_much_is_not(empty, open_page) -> None:
    empty.services.schedules.add(Schedule("kept", AfterClose("XNYS"), preset="Quick look"))
    assert banners(open_page("history")) == []
    for number in range(5):
        promise(empty, f"s{number}")
    (said,) = banners(open_page("history"))
    assert "- 2 more schedules." in said
    assert "s3" not in said

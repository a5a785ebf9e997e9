"""The date by one session, a pasted list read at once, and the same scan at past dates."""

from __future__ import annotations

from datetime import date

from technic_scanner.ui.scan.form_state import key


def test_the_date_is_stepped_by_one_session(empty, open_page) -> None:
    app = open_page()
    app.button(key="session_-1").click().run()
    assert not app.exception
    assert app.date_input(key=key("as_of_date")).value == date(2010, 8, 19)
    app.button(key="session_1").click().run()
    app.button(key="session_1").click().run()
    assert app.date_input(key=key("as_of_date")).value is None


def test_a_pasted_list_says_at_once_what_was_understood_and_what_is_unknown(empty, open_page) -> None:
    app = open_page()
    app.text_area(key=key("symbols")).set_value("'aapl', BRK-B; NOSUCH *X*").run()
    assert not app.exception
    assert "2 of 4 symbols found. BRK-B = BRK.B." in [caption.value for caption in app.caption]
    assert [warning.value for warning in app.warning] == ["Not in this universe: NOSUCH, \\*X\\*."]
    app.text_area(key=key("symbols")).set_value("AAPL").run()
    assert "1 of 1 symbol found." in [caption.value for caption in app.caption]
    assert not app.warning


def test_a_replay_says_how_many_runs_it_is_and_queues_them_once(seeded, open_page) -> None:
    before = len(seeded.services.service.list().records)
    app = open_page()
    app.session_state["replay"] = True
    app.run()
    app.date_input(key="replay_from").set_value(date(2010, 3, 1))
    app.date_input(key="replay_to").set_value(date(2010, 5, 31)).run()
    assert not app.exception
    assert any(text.value.startswith("**3 runs**, 2010-03-31 to 2010-05-31; expected: ") for text in app.markdown)
    app.button(key="replay_start").click().run()
    app.button(key="replay_start").click().run()
    assert not app.error
    queued = seeded.services.service.list().records[: -before or None]
    assert sorted(str(run.config.as_of_date) for run in queued) == ["2010-03-31", "2010-04-30", "2010-05-31"]
    assert "3 runs queued" in app.toast[0].value


def test_every_n_sessions_and_a_preset(seeded, open_page) -> None:
    app = open_page()
    app.session_state["replay"] = True
    app.run()
    app.date_input(key="replay_from").set_value(date(2010, 8, 2))
    app.date_input(key="replay_to").set_value(date(2010, 8, 13))
    app.selectbox(key="replay_every").set_value("Every N sessions").run()
    app.number_input(key="replay_step").set_value(3).run()
    assert any(text.value.startswith("**4 runs**, 2010-08-02 to 2010-08-13") for text in app.markdown)
    app.date_input(key="replay_to").set_value(date(2010, 7, 1)).run()
    assert "from" in app.error[0].value

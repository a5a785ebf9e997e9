"""Charts over many runs, read back from the figures' own data."""

import numpy as np
import pytest

from technic_scanner.domain.run import RunStatus
from technic_scanner.runs.timings.analytics import stage_statistics, trends
from technic_scanner.ui.history import charts
from tests.ui.builders import STAGES, sample


def three():
    return (sample("c", 2, (0.6, 2.2, 8.0, 0.5)), sample("b", 1), sample("a", 0, (0.4, 1.0, 6.0, 0.3)))


def test_stacks_run_from_old_to_new_and_add_up_to_the_total() -> None:
    samples = three()
    figure = charts.stacked_stages(samples)
    assert [trace.name for trace in figure.data] == [
        "Universe loading",
        "Data fetching",
        "Symbol scanning",
        "Finalization",
        "Between stages",
    ]
    assert list(figure.data[0].customdata) == ["a", "b", "c"]
    for index, one in enumerate(reversed(samples)):
        assert sum(trace.y[index] for trace in figure.data) == pytest.approx(one.total_seconds)


def test_a_run_with_another_plan_gets_zero_where_it_has_no_such_stage() -> None:
    other = sample("x", stage_seconds=(("download", 3.0),))
    figure = charts.stacked_stages((other, sample("a")))
    by_name = {trace.name: list(trace.y) for trace in figure.data}
    assert by_name["Download"] == [0.0, 3.0]
    assert by_name["Data fetching"] == [2.0, 0.0]


def test_boxes_show_the_percentiles_of_every_stage() -> None:
    figure = charts.stage_boxes(stage_statistics(three()))
    assert [trace.name for trace in figure.data] == [charts.theme.stage_label(name) for name in STAGES]
    scanning = figure.data[2]
    seconds = [8.0, 7.0, 6.0]
    assert scanning.median[0] == 7.0
    assert (scanning.q1[0], scanning.q3[0]) == tuple(np.percentile(seconds, (25, 75)))
    assert (scanning.lowerfence[0], scanning.upperfence[0]) == tuple(np.percentile(seconds, (5, 95)))


def test_boxes_of_many_runs_stay_small() -> None:
    many = tuple(sample(f"r{index}", index) for index in range(3000))
    assert len(charts.stage_boxes(stage_statistics(many)).to_json()) < 20_000


def test_daily_rates_draw_a_point_per_day() -> None:
    days = trends((sample("b", 60 * 24 * 2), sample("a", 0, cache_hit_rate=None)))
    rates, hits = charts.daily_rates(days).data
    assert len(rates.x) == 2
    assert list(hits.y) == [None, 0.75]


def test_runs_of_one_moment_have_places_of_their_own_and_days_stay_dates() -> None:
    burst = tuple(sample(f"01RUN0000000000000000000{name}") for name in "CBA")
    figure = charts.rate_trend(burst)
    assert figure.layout.xaxis.type == "category"
    assert list(figure.data[0].x) == [f"01-02 14:30 · 0000000{name}" for name in "ABC"]
    assert list(figure.data[1].x) == list(figure.data[0].x)
    assert charts.daily_rates(trends(burst)).layout.xaxis.type is None


def test_names_below_the_axis_are_left_out_where_they_have_no_room() -> None:
    many = tuple(sample(f"r{index}", index) for index in range(charts.MAX_NAMED + 1))
    assert charts.rate_trend(many[:-1]).layout.xaxis.showticklabels
    assert not charts.rate_trend(many).layout.xaxis.showticklabels
    assert charts.rate_trend(many).layout.margin.b < charts.rate_trend(many[:-1]).layout.margin.b


def test_unknown_rates_stay_gaps() -> None:
    figure = charts.rate_trend((sample("b", 1, cache_hit_rate=None, symbols_per_second=None), sample("a")))
    rates, hits = figure.data
    assert list(rates.y) == [71.4, None]
    assert list(hits.y) == [0.75, None]
    assert hits.yaxis == "y2"


def test_accuracy_leaves_out_runs_that_promised_nothing() -> None:
    figure = charts.eta_accuracy((sample("b", 1), sample("a", predicted_seconds=(("start", None),))), "start")
    assert list(figure.data[0].x) == [12.0]
    assert list(figure.data[0].y) == pytest.approx([10.0])
    assert list(figure.data[0].customdata) == ["b"]


def test_accuracy_of_no_promise_at_all_is_an_empty_figure() -> None:
    assert list(charts.eta_accuracy((), "start").data[0].x) == []


def test_error_is_a_share_of_the_actual_duration() -> None:
    (line,) = charts.eta_error_trend((sample("a"),), ("start",)).data
    assert list(line.y) == pytest.approx([abs(12.0 - 10.0) / 10.0])


def test_an_error_far_off_does_not_flatten_the_others_and_is_said() -> None:
    wild = sample("b", 1, predicted_seconds=(("start", 400.0),))
    figure = charts.eta_error_trend((wild, sample("a")), ("start",))
    assert figure.layout.yaxis.range == (0, 2.0)
    assert figure.layout.xaxis.title.text == "not shown: 1 above 200%, the largest 3,900%"
    tame = charts.eta_error_trend((sample("a"),), ("start",))
    assert tame.layout.yaxis.range is None
    assert tame.layout.xaxis.title.text is None


def test_runs_that_broke_off_do_not_count_as_fast_ones() -> None:
    runs = (sample("b", 1, (0.1, 0.2, 0.3, 0.0), status=RunStatus.CANCELLED), sample("a"))
    assert charts.stage_boxes(stage_statistics(runs)) == charts.stage_boxes(stage_statistics(runs[1:]))
    assert list(charts.eta_accuracy(runs, "start").data[0].customdata) == ["a"]
    (line,) = charts.eta_error_trend(runs, ("start",)).data
    assert [place.split(" · ")[1] for place in line.x] == ["a"]


def test_errors_of_runs_of_one_minute_have_places_of_their_own_in_the_order_of_the_runs() -> None:
    names = [f"01RUN0000000000000000000{name}" for name in "CBA"]
    late = sample(names[1], predicted_seconds=(("start", None), ("50", 11.0)))
    figure = charts.eta_error_trend((sample(names[0]), late, sample(names[2])), ("start", "50"))
    places = [f"01-02 14:30 · 0000000{name}" for name in "ABC"]
    assert [list(line.x) for line in figure.data] == [[places[0], places[2]], places]
    assert figure.layout.xaxis.type == "category"
    assert list(figure.layout.xaxis.categoryarray) == places


def test_error_trend_has_a_line_per_moment() -> None:
    figure = charts.eta_error_trend(three(), ("start", "50"))
    assert [trace.name for trace in figure.data] == ["at the start", "at 50%"]
    assert all(len(trace.x) == 3 for trace in figure.data)

"""Define the commands for past dates: replay scans and report the outcomes of picks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from technic_scanner.bootstrap import Services, build
from technic_scanner.cli.field_options import takes_fields
from technic_scanner.cli.output import Exit, Json, emit, emit_bytes, errors_as_sentences, say, table
from technic_scanner.cli.requests import build_request, with_criteria
from technic_scanner.domain.config import DIRECTIONS, RunOptions, ScanConfig
from technic_scanner.domain.run import RunRecord, RunStatus
from technic_scanner.errors import ConfigError, FieldProblem, problems_raised_by
from technic_scanner.progress.text import count_text
from technic_scanner.runs.exports.export import to_csv
from technic_scanner.runs.performance.performance_query import PerformanceQuery
from technic_scanner.runs.performance.performance_report import Equity, PerformanceReport, limits_note
from technic_scanner.runs.performance.replay import ReplayPlan, ReplayWatch, queue_replay, replay_dates
from technic_scanner.runs.service.validation import check_request
from technic_scanner.screening.evidence import Interval
from technic_scanner.screening.pick_returns import EXIT_TEXTS, HORIZONS

# How often to look how many runs have ended; oftener when few are left, of which the last is waited for.
LEAST_POLL_SECONDS, POLL_SECONDS, POLL_SECONDS_A_RUN = 0.1, 0.5, 0.02


@takes_fields("source", "universe", "sectors", "direction", "strategy_profile_name", "top_n", "criteria")
def replay(
    given: dict[str, Any],
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First as-of date.")],
    last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Last as-of date.")],
    every: Annotated[
        str, typer.Option(help="month, week or a number of weekdays; a holiday means the session before it.")
    ] = "month",
    preset: Annotated[str | None, typer.Option(help="Start from a preset.")] = None,
    config: Annotated[Path | None, typer.Option(help="Start from a JSON file of config fields.")] = None,
    where_file: Annotated[Path | None, typer.Option(help="Read the criteria from this file.")] = None,
    detach: Annotated[bool, typer.Option("--detach", help="Queue the runs and return.")] = False,
    as_json: Json = False,
) -> None:
    """Run the same scan at past dates. The same command again continues where it stopped, unless files have changed."""
    with errors_as_sentences(), build() as services:
        request = partial(_replayed, services, given, where_file, preset, config)
        try:
            dates = replay_dates(first.date(), last.date(), every, services.clock.now().date())
        except ConfigError as error:
            raise ConfigError([*error.problems, *problems_raised_by(request)]) from error
        asked, options = request()
        plan = queue_replay(services.service, asked, options, dates, services.catalog.cache_key(asked))
        total = count_text(len(plan.runs), "run")
        say(f"{total} from {dates[0]} to {dates[-1]}; {plan.resumed} of them continued from an earlier call.")
        if not detach:
            _wait(services, plan)
        ended = [services.service.get(run.run_id) for run in plan.runs]
        if not detach:
            _say_end(ended)
        if as_json:
            emit([{"run_id": run.run_id, "as_of": run.config.as_of_date, "status": run.status.value} for run in ended])
    if not detach and any(run.status is not RunStatus.SUCCEEDED for run in ended):
        raise typer.Exit(Exit.FAILED)


def _replayed(
    services: Services, given: dict[str, Any], where_file: Path | None, preset: str | None, config: Path | None
) -> tuple[ScanConfig, RunOptions]:
    """Return what to scan at each date. Raises ConfigError with everything that is wrong with it."""
    asked, options = build_request(services.service, with_criteria(given, where_file), preset, config)
    asked = services.watchlists.lookup.resolved(asked)
    check_request(asked, options, services.catalog)
    return asked, options


def outcomes(
    source: Annotated[str | None, typer.Option(help="Only runs of this source.")] = None,
    universe: Annotated[str | None, typer.Option(help="Only runs of this universe.")] = None,
    direction: Annotated[
        str | None, typer.Option(help="long, short or both, which are never pooled; default: that with the most runs.")
    ] = None,
    horizon: Annotated[int, typer.Option(help="Sessions after the as-of date: 1, 5, 10, 21 or 63.")] = 21,
    profile: Annotated[list[str] | None, typer.Option(help="Only this strategy profile; may be repeated.")] = None,
    sector: Annotated[list[str] | None, typer.Option(help="Only this sector; may be repeated.")] = None,
    tier: Annotated[list[str] | None, typer.Option(help="Only this tier; may be repeated.")] = None,
    regime: Annotated[list[str] | None, typer.Option(help="Only this market regime; may be repeated.")] = None,
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First as-of date.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last as-of date.")] = None,
    top_n: Annotated[int | None, typer.Option(min=1, help="Only the top ranks of each run.")] = None,
    cost_bps: Annotated[float, typer.Option(min=0, help="Trading cost in basis points of the amount.")] = 10.0,
    csv: Annotated[bool, typer.Option("--csv", help="Print every pick as CSV.")] = False,
    as_json: Json = False,
) -> None:
    """Report how the picks of past runs performed after their as-of date."""
    with errors_as_sentences():
        query = PerformanceQuery(
            source=source, universe=universe, direction=direction, horizon=horizon,
            profiles=tuple(profile or ()), sectors=tuple(sector or ()),
            tiers=tuple(tier or ()), regimes=tuple(regime or ()), since=since and since.date(),
            until=until and until.date(), top_n=top_n, cost_bps=cost_bps,
        )  # fmt: skip
        _check(query)
        with build() as services:
            report = services.outcomes.report(query)
        if csv:
            emit_bytes(to_csv(report.picks))
        elif as_json:
            emit(_to_dict(report))
        else:
            _show(report)


def _check(query: PerformanceQuery) -> None:
    """Raise ConfigError that names each option with an unknown value, and a period that ends before it begins."""
    problems = []
    if query.horizon not in HORIZONS:
        problems.append(FieldProblem("horizon", f"{query.horizon} is not one of {', '.join(map(str, HORIZONS))}"))
    if query.direction is not None and query.direction not in DIRECTIONS:
        problems.append(FieldProblem("direction", f"{query.direction!r} is not one of {', '.join(DIRECTIONS)}"))
    if query.since is not None and query.until is not None and query.until < query.since:
        problems.append(FieldProblem("until", f"{query.until} is before since, {query.since}"))
    if problems:
        raise ConfigError(problems)


def _wait(services: Services, plan: ReplayPlan) -> None:
    """Wait for every run to end, and print how many have ended."""
    watch = ReplayWatch(services.service, plan)
    told = len(plan.runs)
    while left := watch.left():
        if left < told:
            say(f"{len(plan.runs) - left} of {count_text(len(plan.runs), 'run')} ended.")
            told = left
        services.clock.sleep(min(POLL_SECONDS, max(LEAST_POLL_SECONDS, POLL_SECONDS_A_RUN * left)))


def _say_end(ended: Sequence[RunRecord]) -> None:
    failed = Counter(run.status.value for run in ended if run.status is not RunStatus.SUCCEEDED)
    say(f"{len(ended) - failed.total()} of {count_text(len(ended), 'run')} succeeded.")
    if failed:
        counts = ", ".join(f"{count} {status}" for status, count in failed.most_common())
        say(f"Other runs: {counts}. Repeat the command to resume them.")


def _show(report: PerformanceReport) -> None:
    if not report.judged:
        _say_nothing(report)
        return
    rows = [
        ("Direction", report.direction),
        ("Runs", report.runs),
        ("As-of dates", report.dates),
        ("Picks measured", f"{report.judged} of {report.picks.num_rows}"),
        ("Beat the universe", _interval(report.hit, "")),
        ("Mean excess return", _interval(report.excess)),
        ("Mean rank IC", "unknown" if report.ic_test.mean is None else f"{report.ic_test.mean:+.3f}"),
        ("t-statistic of IC", "unknown" if report.ic_test.t_stat is None else f"{report.ic_test.t_stat:+.2f}"),
    ]
    rows += [(f"Reached first: {EXIT_TEXTS[name]}", count) for name, count in report.exits]
    table(f"Outcomes after {report.query.horizon} sessions", ("", ""), rows)
    for note in (*report.notes, *limits_note(report)):
        say(note)


def _say_nothing(report: PerformanceReport) -> None:
    """Say why there is no outcome: no picks, or no bars after them; and what there is to say of their runs."""
    picks, horizon = report.picks.num_rows, count_text(report.query.horizon, "session")
    if picks:
        say(
            f"No outcome is known yet: none of {count_text(picks, 'pick')} has bars for {horizon} after its as-of date."
        )
    else:
        say("No outcome is known yet: no stored run has picks that the options include.")
    for note in report.notes:
        say(note)


def _interval(value: Interval, sign: str = "+") -> str:
    """Return a share or a change with its interval; a change has its ``sign``, a share none."""
    if value.mean is None:
        return "unknown"
    form = f"{sign}.2%"
    band = "" if value.low is None or value.high is None else f" (95%: {value.low:{form}} to {value.high:{form}})"
    return f"{value.mean:{form}}{band}, n = {value.n}"


def _to_dict(report: PerformanceReport) -> dict[str, object]:
    def plain(value: Interval) -> dict[str, object]:
        return {"n": value.n, "mean": value.mean, "low": value.low, "high": value.high}

    return {
        "horizon": report.query.horizon,
        "direction": report.direction,
        "runs": report.runs,
        "dates": report.dates,
        "picks": report.picks.num_rows,
        "judged": report.judged,
        "limited": report.limited,
        "universe_limited": report.universe_limited,
        "hit_rate": plain(report.hit),
        "excess": plain(report.excess),
        "ic": [{"as_of": point.as_of, "ic": point.ic, "n": point.n, "runs": point.runs} for point in report.ic],
        "ic_mean": report.ic_test.mean,
        "ic_t_stat": report.ic_test.t_stat,
        "quantiles": [plain(value) for value in report.quantiles],
        "exits": dict(report.exits),
        "equity": None if report.equity is None else _equity(report.equity),
        "groups": [
            {
                "group": item.group,
                "value": item.value,
                "dates": item.dates,
                "hit_rate": plain(item.hit),
                "excess": plain(item.excess),
            }
            for item in report.groups
        ],
        "notes": list(report.notes),
    }


def _equity(line: Equity) -> dict[str, object]:
    curve = line.curve
    return {
        "profile": line.profile,
        "dates": line.dates,
        "picks": curve.picks.tolist(),
        "before_costs": curve.before_costs.tolist(),
        "universe": curve.universe.tolist(),
        "turnover": curve.turnover.tolist(),
    }

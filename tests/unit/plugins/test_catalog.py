"""Plugins of other packages are offered beside the built-in ones; a bad one harms itself alone."""

from __future__ import annotations

import logging
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from technic_scanner import extras
from technic_scanner.adapters.executors.dask import DaskExecutor
from technic_scanner.clock import ManualClock
from technic_scanner.domain.config import EXECUTORS, RunOptions, ScanConfig
from technic_scanner.domain.run import RunRecord
from technic_scanner.errors import ConfigError, ExecutorError, MissingExtraError, SourceError
from technic_scanner.pipeline.cancellation import CancelToken
from technic_scanner.plugins.catalog import PluginCatalog
from technic_scanner.plugins.registry import FaultKind
from tests.support.others import Others

EXECUTOR = """
from technic_scanner.plugins import ExecutorPlugin
from technic_scanner.testing.fakes import InlineExecutor

def open_executor(context, options):
    if options.workers == 13:
        raise OSError("no workers today")
    return InlineExecutor()

PLUGIN = ExecutorPlugin(name="inline", label="One chunk after the other", open=open_executor)
"""
LISTENER = """
from technic_scanner.plugins import PluginOption, RunListenerPlugin

PLUGIN = RunListenerPlugin(
    name="diary", label="Diary", options=(PluginOption("page", "Which page.", int, 1),),
    open=lambda context: lambda ended: context.options["page"],
)
"""


def names(catalog: object) -> list[str]:
    return [info.name for info in catalog.sources()]  # type: ignore[attr-defined]


def test_the_built_in_sources_and_executors_are_registered_as_plugins(others: Others, tmp_path: Path) -> None:
    catalog = others.catalog()
    assert names(catalog) == ["sample", "synthetic", "yahoo"]
    assert tuple(info.name for info in catalog.executors()) == EXECUTORS
    assert catalog.run_listeners() == ()
    [files] = catalog.faults()
    assert (files.name, files.kind, files.is_defect) == ("files", FaultKind.NOT_CONFIGURED, False)
    assert "set TECHNIC_FILES_ROOT to offer files" in str(files)
    offered = others.catalog(files_root=tmp_path)
    assert names(offered) == ["sample", "files", "synthetic", "yahoo"]
    assert offered.faults() == ()


def test_an_unknown_source_is_told_with_those_that_there_are(others: Others) -> None:
    for name, hint in (("files", "; set TECHNIC_FILES_ROOT to offer files"), ("nope", "")):
        with pytest.raises(ConfigError) as caught:
            others.catalog().source(name, ScanConfig(source=name))
        assert str(caught.value) == f"source: {name!r} is not one of sample, synthetic, yahoo{hint}"


def test_cache_keys_are_those_of_before(others: Others, tmp_path: Path) -> None:
    catalog = others.catalog(files_root=tmp_path)
    (tmp_path / "A.csv").write_text("Date,Open,High,Low,Close,Volume\n2024-01-02,1,2,1,2,5\n")
    assert catalog.cache_key(ScanConfig()) == "sample"
    assert catalog.cache_key(ScanConfig(source="yahoo", universe="DOW JONES")) == "yahoo"
    assert catalog.cache_key(ScanConfig(source="synthetic")) == "synthetic-500x1260"
    assert catalog.cache_key(ScanConfig(source="synthetic", universe="100x260")) == "synthetic-100x260"
    place, _, version = catalog.cache_key(ScanConfig(source="files")).partition("@")
    assert place.startswith("files-")
    assert catalog.cache_key(ScanConfig(source="files", universe="A.csv")).partition("@")[0] != place
    (tmp_path / "B.csv").write_text("Date,Open,High,Low,Close,Volume\n2024-01-02,1,2,1,2,5\n")
    assert catalog.cache_key(ScanConfig(source="files")).partition("@")[0] == place
    assert catalog.cache_key(ScanConfig(source="files")).partition("@")[2] != version


def test_a_source_of_another_package_is_offered_beside_the_built_in_ones(others: Others) -> None:
    others.add_source("zoo", "cache_part=lambda source, config: f'{config.universe}@2'")
    others.add_source("ark", distribution="technic-more")
    catalog = others.catalog()
    assert names(catalog) == ["sample", "synthetic", "yahoo", "ark", "zoo"]
    source = catalog.source("zoo", ScanConfig(source="zoo"))
    assert [security.symbol for security in source.universe(None, CancelToken()).securities] == ["A", "B"]
    assert catalog.cache_key(ScanConfig(source="zoo", universe="all")) == "zoo-all@2"
    assert catalog.cache_key(ScanConfig(source="ark")) == "ark"


def test_options_are_read_as_what_they_are(others: Others) -> None:
    typed = "options=(PluginOption('depth', 'How deep.', int, 3), PluginOption('key', 'A key.', required=True))"
    others.add_source("zoo", typed + ", info=lambda context: __import__('others_info').info(context)")
    others.add(
        "technic-info",
        "nothing",
        "x",
        "x:y",
        others_info=(
            "from technic_scanner.domain.universe import SourceInfo\n"
            "def info(context): return SourceInfo('zoo', f'{context.options} {context.folder.name}', ('all',))\n"
        ),
    )
    [unset] = [fault for fault in others.catalog().source_faults() if fault.name == "zoo"]
    assert (unset.kind, unset.reason) == (FaultKind.NOT_CONFIGURED, "set TECHNIC_ZOO_KEY to offer zoo")
    [bad] = [f for f in others.catalog(zoo_key="k", zoo_depth="deep").source_faults() if f.name == "zoo"]
    assert (bad.kind, bad.is_defect) == (FaultKind.BROKEN, True)
    assert bad.reason.startswith("TECHNIC_ZOO_DEPTH cannot be read: ")
    labels = [info.label for info in others.catalog(zoo_key="k", zoo_depth="5").sources() if info.name == "zoo"]
    assert labels == ["{'depth': 5, 'key': 'k'} zoo"]


@pytest.mark.parametrize(
    ("value", "source", "reason"),
    [
        ("others_none:PLUGIN", None, "could not be loaded: ModuleNotFoundError: No module named 'others_none'"),
        ("others_raises:PLUGIN", "raise RuntimeError('boom')", "could not be loaded: RuntimeError: boom"),
        ("others_no_object:PLUGIN", "X = 1", "could not be loaded: AttributeError"),
        ("others_str:PLUGIN", "PLUGIN = 'hello'", "others_str:PLUGIN is a str, not a SourcePlugin"),
        ("others_name:PLUGIN", "other", "it calls itself 'other', which is not the name of its entry point"),
        ("others_info:PLUGIN", "info", "cannot describe itself: ZeroDivisionError: division by zero"),
    ],
)
def test_a_broken_source_harms_itself_alone_and_is_told_with_its_reason(
    others: Others, value: str, source: str | None, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    made = "from technic_scanner.plugins import SourcePlugin\nPLUGIN = SourcePlugin(name={!r}, label='x', open=None{})"
    code = {"other": made.format("other", ""), "info": made.format("bad", ", info=lambda context: 1 / 0")}
    module = value.partition(":")[0]
    others.add("technic-bad", "sources", "bad", value, **({} if source is None else {module: code.get(source, source)}))
    others.add_source("good")
    catalog = others.catalog()
    with caplog.at_level(logging.CRITICAL):
        assert names(catalog) == ["sample", "synthetic", "yahoo", "good"]
        [fault] = [fault for fault in catalog.faults() if fault.name == "bad"]
        assert (fault.group, fault.origin, fault.kind) == ("sources", "technic-bad 1.0", FaultKind.BROKEN)
        assert fault.reason.startswith(reason)
        if "describe" not in reason:
            with pytest.raises(ConfigError, match="is not one of sample") as caught:
                catalog.source("bad", ScanConfig(source="bad"))
            assert reason in str(caught.value)


def test_of_two_of_one_name_the_built_in_one_is_used_and_the_other_named(others: Others) -> None:
    others.add_source("sample", distribution="technic-evil")
    others.add_source("zoo", "cache_part=lambda s, c: 'second'", distribution="technic-zoo-b")
    others.add_source("zoo", "cache_part=lambda s, c: 'first'", distribution="technic-zoo-a")
    catalog = others.catalog()
    assert catalog.sources()[0].last_session == date(2010, 8, 20)
    assert catalog.cache_key(ScanConfig(source="zoo")) == "zoo-first"
    faults = {fault.origin: fault for fault in catalog.faults() if fault.kind is FaultKind.CONFLICT}
    assert set(faults) == {"technic-evil 1.0", "technic-zoo-b 1.0"}
    assert "not used, because technic-scanner" in faults["technic-evil 1.0"].reason
    assert "technic-zoo-a 1.0 has a plugin of the same name" in faults["technic-zoo-b 1.0"].reason


@pytest.mark.parametrize("name", ["Zoo", "zoo-1", "1zoo", "zoo@2", "zoo.x"])
def test_a_name_that_could_be_mistaken_is_refused(others: Others, name: str) -> None:
    others.add("technic-named", "sources", name, "others_x:PLUGIN", others_x="")
    [fault] = [fault for fault in others.catalog().faults() if fault.name == name]
    assert fault.kind is FaultKind.BROKEN
    assert "lower-case letters, digits and underscores" in fault.reason


def test_what_opening_a_source_raises_is_the_sources_fault(others: Others) -> None:
    others.add_source("zoo")
    others.add_source("ark", "cache_part=lambda source, config: 1 / 0", distribution="technic-more")
    with pytest.raises(SourceError, match="source 'zoo' could not be opened: RuntimeError: it is broken"):
        others.catalog().source("zoo", ScanConfig(source="zoo", universe="break"))
    with pytest.raises(SourceError, match="the data of source 'ark' cannot be identified: ZeroDivisionError"):
        others.catalog().cache_key(ScanConfig(source="ark"))


def test_an_executor_of_another_package(others: Others) -> None:
    others.add("technic-inline", "executors", "inline", "others_inline:PLUGIN", others_inline=EXECUTOR)
    catalog = others.catalog()
    assert [(info.name, info.label) for info in catalog.executors()][2:] == [("inline", "One chunk after the other")]
    catalog.executor(RunOptions(executor="inline")).close()
    with pytest.raises(ExecutorError, match="executor 'inline' could not be opened: OSError: no workers today"):
        catalog.executor(RunOptions(executor="inline", workers=13))
    with pytest.raises(ConfigError, match=r"executor: 'ray' is not one of local, dask, inline$"):
        catalog.executor(RunOptions(executor="ray"))


def test_a_dask_run_without_an_address_takes_the_hosts(others: Others) -> None:
    catalog = others.catalog(dask_scheduler="tcp://host:8786", dask_allowed_schedulers="tcp://*.x:1, tcp://own:1")
    for options, address in (
        (RunOptions(executor="dask"), "host"),
        (RunOptions("dask", scheduler="tcp://own:1"), "own"),
    ):
        executor = catalog.executor(options)
        assert isinstance(executor, DaskExecutor)
        assert address in executor._place


@pytest.mark.parametrize("address", ["tcp://169.254.169.254:80", "tcp://own:11", "tls://own:1", "inproc://x"])
def test_a_run_names_only_schedulers_that_the_host_allows(others: Others, address: str) -> None:
    catalog = others.catalog(dask_allowed_schedulers="tcp://*.x:1, tcp://own:1")
    wanted = RunOptions("dask", scheduler=address)
    (problem,) = catalog.executor_problems(wanted)
    assert (problem.field, "TECHNIC_DASK_ALLOWED_SCHEDULERS" in problem.message) == ("scheduler", True)
    with pytest.raises(ConfigError, match="is not allowed here"):
        catalog.executor(wanted)
    allowed = [RunOptions("dask", scheduler=name) for name in ("tcp://own:1", "tcp://a.x:1", None)]
    assert [catalog.executor_problems(options) for options in allowed] == [(), (), ()]


def test_a_run_listener_of_another_package(others: Others, record: RunRecord) -> None:
    others.add("technic-diary", "run_listeners", "diary", "others_diary:PLUGIN", others_diary=LISTENER)
    assert others.catalog().run_listeners() == ("diary",)
    assert others.catalog(diary_page="7").run_listener("diary")(record) == 7  # type: ignore[arg-type, func-returns-value]
    with pytest.raises(ConfigError, match="TECHNIC_DIARY_PAGE cannot be read"):
        others.catalog(diary_page="seven").run_listener("diary")
    [fault] = [f for f in others.catalog(diary_page="seven").faults() if f.group == "run_listeners"]
    assert fault.is_defect


@pytest.fixture
def record() -> RunRecord:
    return None  # type: ignore[return-value] - the listener of this test looks at its options alone


def test_what_an_extra_would_install_is_said_before_it_is_needed(
    others: Others, monkeypatch: pytest.MonkeyPatch
) -> None:
    absent = {"yfinance", "distributed"}
    found = extras.find_spec
    monkeypatch.setattr(extras, "find_spec", lambda name: None if name in absent else found(name))
    catalog = others.catalog()
    yahoo = next(info for info in catalog.sources() if info.name == "yahoo")
    assert yahoo.notes[0] == catalog.missing("yahoo")
    assert "pip install 'technic-scanner[yahoo]'" in yahoo.notes[0]
    assert yahoo.universes[0] == "S&P 500"
    assert catalog.missing("sample") is None
    dask = next(info for info in catalog.executors() if info.name == "dask")
    assert dask.missing is not None
    assert "pip install 'technic-scanner[dask]'" in dask.missing


def test_it_is_said_why_this_host_cannot_read_a_source(
    others: Others, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def with_root(root: Path | None) -> PluginCatalog:
        return PluginCatalog(tmp_path, ManualClock(), lambda _plugin, option: root if option == "root" else None)

    assert with_root(None).unreadable_here("files") == "set TECHNIC_FILES_ROOT to offer files"
    gone = tmp_path / "gone"
    assert with_root(gone).unreadable_here("files") == f"TECHNIC_FILES_ROOT is {gone}, which does not exist here"
    assert with_root(tmp_path).unreadable_here("files") is None
    assert with_root(None).unreadable_here("sample") is None
    assert with_root(None).unreadable_here("elsewhere") == "no source elsewhere is installed here"
    found = extras.find_spec
    monkeypatch.setattr(extras, "find_spec", lambda name: None if name == "yfinance" else found(name))
    assert "pip install 'technic-scanner[yahoo]'" in (with_root(None).unreadable_here("yahoo") or "")


def test_yahoo_is_described_where_its_lists_are_not_installed_either(
    others: Others, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent() -> tuple[str, ...]:
        raise MissingExtraError("pytickersymbols is needed")

    monkeypatch.setattr("technic_scanner.adapters.market_data.yahoo.source.universe_names", absent)
    monkeypatch.setattr(extras, "find_spec", lambda name: None)
    yahoo = next(info for info in others.catalog().sources() if info.name == "yahoo")
    assert (yahoo.label, yahoo.universes) == ("Yahoo Finance, daily (not installed)", ())
    assert "pip install 'technic-scanner[yahoo]'" in yahoo.notes[0]


@pytest.mark.slow
def test_listing_and_describing_import_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from technic_scanner.plugins.registry import Registry\n"
        "from technic_scanner.plugins import ExecutorPlugin, SourcePlugin\n"
        "assert Registry('sources', SourcePlugin, first='sample').names()[0] == 'sample'\n"
        "assert not [name for name in sys.modules if name.startswith('technic_scanner.adapters')]\n"
        "from technic_scanner.clock import SystemClock\n"
        "from technic_scanner.plugins.catalog import PluginCatalog\n"
        "from pathlib import Path\n"
        "catalog = PluginCatalog(Path('/nowhere'), SystemClock(), lambda plugin, option: None)\n"
        "assert len(catalog.sources()) == 3 and len(catalog.executors()) == 2\n"
        "heavy = {'yfinance', 'distributed', 'dask', 'exchange_calendars', 'sqlalchemy', 'streamlit', 'fastapi'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


def test_an_installation_without_its_own_entry_points_says_so(others: Others, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("technic_scanner.plugins.registry._of_group", lambda group: ())
    with pytest.raises(ConfigError, match="lacks its entry points: install it again"):
        others.catalog().source("sample", ScanConfig())

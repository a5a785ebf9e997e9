"""An extra that is missing is named together with the command that installs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from technic_scanner.errors import MissingExtraError
from technic_scanner.extras import EXTRAS, import_optional, install_command, missing_extra, require_extra
from tests.support.extras import hide


def test_an_installed_module_is_imported() -> None:
    assert import_optional("json", "excel") is json


def test_a_missing_module_is_named_with_its_purpose_and_the_command() -> None:
    with pytest.raises(MissingExtraError) as caught:
        import_optional("no_such_module_here", "excel")
    assert str(caught.value) == (
        "no_such_module_here is needed for Excel workbooks and is not installed: pip install 'technic-scanner[excel]'"
    )


def test_an_installed_module_that_lacks_another_is_a_fault_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken_here.py").write_text("import missing_in_turn\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="missing_in_turn"):
        import_optional("broken_here", "excel")


@pytest.mark.parametrize("extra", EXTRAS)
def test_where_everything_is_installed_no_extra_is_missing(extra: str) -> None:
    assert missing_extra(extra) is None
    require_extra(extra)


@pytest.mark.parametrize(
    ("module", "extra"),
    [
        ("psycopg", "postgres"),
        ("dask", "dask"),
        ("distributed", "dask"),
        ("yfinance", "yahoo"),
        ("pytickersymbols", "yahoo"),
        ("xlsxwriter", "excel"),
    ],
)
def test_an_extra_is_missing_if_one_of_its_modules_is(module: str, extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hide(monkeypatch, module)
    sentence = missing_extra(extra)
    assert sentence is not None
    assert sentence.startswith(f"{module} is needed for")
    assert sentence.endswith(install_command(extra))
    with pytest.raises(MissingExtraError, match=module):
        require_extra(extra)

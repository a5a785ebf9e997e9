"""Names that a package loads at their first use."""

from __future__ import annotations

import pytest

from technic_scanner.lazy_names import loaded_on_use


def test_a_name_is_what_its_module_has() -> None:
    load = loaded_on_use("technic_scanner.domain", {"Stage": ".stage", "ScanConfig": "technic_scanner.domain.config"})
    assert load("Stage").__module__ == "technic_scanner.domain.stage"
    assert load("ScanConfig").__module__ == "technic_scanner.domain.config"


def test_another_name_is_refused_as_by_any_module() -> None:
    load = loaded_on_use("technic_scanner.domain", {})
    with pytest.raises(AttributeError, match=r"module 'technic_scanner\.domain' has no attribute 'Stages'"):
        load("Stages")

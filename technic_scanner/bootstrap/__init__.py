"""Choose adapters and connect the services: nothing else imports adapters, apart from ``home``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from technic_scanner.lazy_names import loaded_on_use

if TYPE_CHECKING:
    from technic_scanner.bootstrap.baseline import with_stored_baseline
    from technic_scanner.bootstrap.building import build
    from technic_scanner.bootstrap.files import check_files, files_mapping_text, write_files_mapping
    from technic_scanner.bootstrap.scanning import PULSE_SECONDS, Scanning, run_scan
    from technic_scanner.bootstrap.services import Services
    from technic_scanner.bootstrap.warming import warm_up

__all__ = [
    "PULSE_SECONDS",
    "Scanning",
    "Services",
    "build",
    "check_files",
    "files_mapping_text",
    "run_scan",
    "warm_up",
    "with_stored_baseline",
    "write_files_mapping",
]

# Loaded on first use: ``early_worker`` starts a process before the rest is loaded.
_HOMES = {
    "PULSE_SECONDS": ".scanning",
    "Scanning": ".scanning",
    "Services": ".services",
    "build": ".building",
    "check_files": ".files",
    "files_mapping_text": ".files",
    "run_scan": ".scanning",
    "warm_up": ".warming",
    "with_stored_baseline": ".baseline",
    "write_files_mapping": ".files",
}

__getattr__ = loaded_on_use(__name__, _HOMES)

"""Choose adapters and connect the services: nothing else imports adapters, apart from ``home``."""

from technic_scanner.bootstrap.baseline import with_stored_baseline
from technic_scanner.bootstrap.files import check_files, files_mapping_text, write_files_mapping
from technic_scanner.bootstrap.scanning import PULSE_SECONDS, Scanning, run_scan, warm_up
from technic_scanner.bootstrap.services import Services, build

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

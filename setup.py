"""Puts the dashboard's files, which lie at the top of the checkout, into the wheel; all else is in pyproject.toml."""

from __future__ import annotations

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
FOLDER = "technic_scanner/app"  # in the wheel; technic_scanner.dashboard_files looks for them there


def dashboard_files() -> list[str]:
    """Return the files' names from the top of the checkout."""
    pages = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "pages").glob("*.py"))
    return ["dashboard.py", ".streamlit/config.toml", *pages]


class BuildWithDashboard(build_py):
    """The usual build, and a copy of the dashboard's files; an editable install uses those of the checkout."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            for source, target in self._dashboard().items():
                self.mkpath(str(Path(target).parent))
                self.copy_file(source, target)

    def get_source_files(self) -> list[str]:
        """Return what a source distribution needs."""
        return [*super().get_source_files(), *dashboard_files()]

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        """Return the files that the build makes."""
        own = [] if self.editable_mode else list(self._dashboard().values())
        return [*super().get_outputs(include_bytecode), *own]

    def _dashboard(self) -> dict[str, str]:
        return {name: str(Path(self.build_lib, FOLDER, name)) for name in dashboard_files()}


setup(cmdclass={"build_py": BuildWithDashboard})

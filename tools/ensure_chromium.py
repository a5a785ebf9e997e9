"""Sees to it that the browser tests find a Chromium: from PATH, else by playwright, else by apt."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """Return the path of an installed Chromium, None if there is none."""
    on_path = next((found for name in NAMES if (found := shutil.which(name))), None)
    return on_path or _of_playwright()


def main() -> int:
    """Install one if none is there; say plainly when none can be had (the browser tests then skip, or fail in CI)."""
    if find() is not None:
        return 0
    print("no Chromium on PATH: trying playwright's own", flush=True)
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    if find() is None and shutil.which("apt-get") and os.geteuid() == 0:
        print("trying Debian's package", flush=True)
        subprocess.run(["apt-get", "update", "-q"], check=False)
        subprocess.run(["apt-get", "install", "-y", "-q", "chromium"], check=False)
    if find() is None:
        print("no Chromium could be had; the browser tests will skip (or fail with CI=true)", flush=True)
    return 0


def _of_playwright() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if path and os.path.exists(path) else None


if __name__ == "__main__":
    sys.exit(main())

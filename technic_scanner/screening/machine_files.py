"""Keep the machine code of kernels in files, a file for each kernel, form of its arguments and processor.

Numba keeps it on disk as well, but in a form that only Numba reads.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from uuid import uuid4

from platformdirs import user_cache_path

from technic_scanner.screening.machine_code import Flat, MachineCode, linked
from technic_scanner.screening.machine_results import Results
from technic_scanner.screening.numba_cache import cache_folder, settings

# The releases of Numba that are known to call functions as ``machine_code`` does.
KNOWN_RELEASES = ("0.68.",)
_FORMAT = 2
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the machine code of a kernel is kept.

    ``name`` is the kernel's, ``sources`` a digest of everything that it is compiled from.
    """

    folders: tuple[Path, ...]
    name: str
    sources: str

    def read(self, args: Flat) -> MachineCode | None:
        """Return the machine code for arguments like these, linked; None if there is none that this process can run."""
        for folder in self.folders:
            try:
                head, _, code = (folder / self._file(args)).read_bytes().partition(b"\n")
                told = json.loads(head)
                results = tuple((str(dtype), int(dimensions)) for dtype, dimensions in told["results"])
                if told["key"] == self._key(args) and told["sha256"] == _digest(code, results):
                    return linked(told["name"], code, args.types, results)
            except FileNotFoundError:
                continue
            except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
                _log.debug("the machine code of %s in %s is not used: %s", self.name, folder, error)
        return None

    def is_used(self) -> bool:
        """Return whether there is machine code of this kernel, of whatever sources and for whatever arguments."""
        return any(True for folder in self.folders for _ in folder.glob(f"{self.name}-*.machine"))

    def write(self, args: Flat, name: str, code: bytes, results: Results) -> None:
        """Keep machine code in the first folder that can be written, if this process can run it."""
        try:
            linked(name, code, args.types, results)
        except RuntimeError as error:
            _log.debug("the machine code of %s runs with Numba alone: %s", self.name, error)
            return
        told = {"name": name, "key": self._key(args), "results": results, "sha256": _digest(code, results)}
        head = json.dumps(told)
        for folder in self.folders:
            try:
                _replace(folder / self._file(args), head.encode() + b"\n" + code)
            except OSError as error:
                _log.debug("no machine code is kept in %s: %s", folder, error)
            else:
                return

    def _file(self, args: Flat) -> str:
        """Return the name of the file, which newer machine code for the same processor and arguments replaces."""
        return f"{self.name}-{sha256(f'{args.form} {_processor()}'.encode()).hexdigest()[:16]}.machine"

    def _key(self, args: Flat) -> str:
        """Return what tells whether machine code is that of these sources, compiled as they would be now."""
        told = (_FORMAT, self.sources, args.form, _processor(), _releases(), settings())
        return sha256(repr(told).encode()).hexdigest()


def folders_of(function: Callable[..., object]) -> tuple[Path, ...]:
    """Return where machine code of a function may be kept: where Numba is told to, else by its source or the user's.

    Nowhere if this release of Numba is not known.
    """
    source = Path(function.__code__.co_filename)
    if not _releases()[0].startswith(KNOWN_RELEASES) or not source.is_file():
        return ()
    if (folder := cache_folder()) is not None:
        return (folder / "machine_code",)
    return source.parent / "__pycache__", user_cache_path("technic-scanner") / "machine_code"


def _digest(code: bytes, results: Results) -> str:
    return sha256(repr(results).encode() + code).hexdigest()


@cache
def _releases() -> tuple[str, str]:
    return version("numba"), version("llvmlite")


@cache
def _processor() -> str:
    """Return the name and the abilities of the processor that Numba compiles for."""
    import llvmlite.binding as llvm  # noqa: PLC0415

    return f"{llvm.get_host_cpu_name()} {llvm.get_host_cpu_features().flatten()}"


def _replace(path: Path, content: bytes) -> None:
    """Write a file as a whole, however many processes do so at the same time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.{uuid4().hex}")
    try:
        new.write_bytes(content)
        new.replace(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise

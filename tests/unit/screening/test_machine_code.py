"""Machine code that runs without Numba: the same bits, from whole files of these sources, or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from technic_scanner.screening.machine_code import flat
from technic_scanner.screening.machine_files import folders_of

SOURCE = """
import math
import numpy as np
from technic_scanner.screening.kernel_compile import entry

@entry
def logs(values, factor, out):
    for i in range(len(values)):
        out[i] = math.log(values[i]) * factor * FACTOR

@entry
def copied(values, out):
    held = np.empty(len(values))
    for i in range(len(values)):
        held[i] = values[i]
    out[:] = held

@entry
def made(values):
    kept = np.zeros((2, len(values)))
    for i in range(len(values)):
        kept[0, i] = values[i]
        kept[1, i] = -values[i]
    return kept

@entry
def several(values):
    kept = np.zeros((2, len(values)))
    signs = np.ones((1, len(values), 2), dtype=np.int8)
    for i in range(len(values)):
        kept[0, i] = values[i]
        signs[0, i, 1] = -i
    return kept, signs

@entry
def yes(values):
    return values[0] > 0.5

@entry
def summed(values):
    return values.sum()
"""
USE = """
import sys
import numpy as np
import tiny

values, out = np.linspace(1.0, 9.0, 20), np.empty(20)
values.flags.writeable = False
tiny.NAME(*(values, 3.0, out)[:ARGS], *(() if ARGS == 3 else (out,)))
print(out.tobytes().hex(), "numba" in sys.modules)
"""


RETURN = """
import sys
import numpy as np
import tiny

values = np.linspace(1.0, 9.0, 20)
found = [tiny.NAME(values) for _ in range(3)]
for one in found:
    parts = one if isinstance(one, tuple) else (one,)
    print(type(one).__name__, *[f"{np.asarray(part).dtype}{np.shape(part)}".replace(" ", "") for part in parts])
    print(*[np.asarray(part).tobytes().hex() for part in parts])
print("numba" in sys.modules)
"""
# Makes 8 MB three hundred times; a share that is not given back would fill the memory.
OFTEN = """
import resource
import sys
import numpy as np
import tiny

values = np.ones(500_000)
tiny.made(values)
least = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for _ in range(300):
    held = tiny.made(values)[0]
assert "numba" not in sys.modules
import numba
assert (held == 1.0).all() and tiny.made.compiled(values).sum() == 0.0
del held
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - least)
"""


class Lab:
    """A folder with a module of small kernels and one for their machine code."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kept = folder / "kept"
        self.write(2.0)

    def write(self, factor: float) -> None:
        (self.folder / "tiny.py").write_text(SOURCE.replace("FACTOR", str(factor)))

    def use(self, name: str = "logs", **environment: str) -> tuple[bytes, bool]:
        """Call a kernel in a process of its own; return what it wrote and whether Numba was loaded."""
        program = USE.replace("NAME", name).replace("ARGS", "3" if name == "logs" else "1")
        env = os.environ | {"NUMBA_CACHE_DIR": str(self.kept), "PYTHONPATH": str(self.folder)} | environment
        done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=True)
        written, loaded = done.stdout.split()
        return bytes.fromhex(written), loaded == "True"

    def run(self, program: str) -> list[str]:
        """Run a program in a process of its own; return the lines that it prints."""
        env = os.environ | {"NUMBA_CACHE_DIR": str(self.kept), "PYTHONPATH": str(self.folder)}
        done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=True)
        return done.stdout.splitlines()

    def file(self) -> Path:
        (path,) = (self.kept / "machine_code").glob("*.machine")
        return path


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path)


def test_the_second_process_runs_the_same_code_without_numba(lab: Lab) -> None:
    compiled, loaded = lab.use()
    assert loaded
    np.testing.assert_allclose(np.frombuffer(compiled), np.log(np.linspace(1.0, 9.0, 20)) * 6.0, rtol=1e-15)
    assert lab.use() == (compiled, False)


def test_what_numba_has_kept_from_before_is_kept_too(lab: Lab) -> None:
    compiled, _ = lab.use()
    lab.file().unlink()
    assert lab.use() == (compiled, True)
    assert lab.use() == (compiled, False)


@pytest.mark.parametrize("harm", ["cut off", "changed", "emptied"])
def test_a_file_that_is_not_whole_is_compiled_again_and_replaced(lab: Lab, harm: str) -> None:
    compiled, _ = lab.use()
    whole = lab.file().read_bytes()
    changed = bytearray(whole)
    changed[-100] ^= 1
    lab.file().write_bytes({"cut off": whole[:-1], "changed": bytes(changed), "emptied": b""}[harm])
    assert lab.use() == (compiled, True)
    assert lab.file().read_bytes() == whole
    assert lab.use() == (compiled, False)


def test_other_sources_and_other_settings_of_numba_have_other_code(lab: Lab) -> None:
    first, _ = lab.use()
    lab.write(4.0)
    second, loaded = lab.use()
    assert loaded
    assert np.frombuffer(second) == pytest.approx(np.frombuffer(first) * 2.0)
    assert lab.use() == (second, False)
    assert lab.use(NUMBA_OPT="1")[1]


def test_a_kernel_may_make_arrays_for_itself(lab: Lab) -> None:
    values = np.linspace(1.0, 9.0, 20).tobytes()
    assert [lab.use("copied") for _ in range(2)] == [(values, True), (values, False)]


@pytest.mark.parametrize(
    ("name", "told"),
    [("made", "ndarray float64(2,20)"), ("several", "tuple float64(2,20) int8(1,20,2)"), ("yes", "bool bool()")],
)
def test_what_a_kernel_returns_is_the_same_without_numba(lab: Lab, name: str, told: str) -> None:
    with_numba, without = (lab.run(RETURN.replace("NAME", name)) for _ in range(2))
    assert (with_numba[-1], without[-1]) == ("True", "False")
    assert without[:-1] == with_numba[:-1]
    assert without[0] == told
    if name != "yes":
        first = np.frombuffer(bytes.fromhex(without[1].split()[0])).reshape(2, 20)
        np.testing.assert_array_equal(first[0], np.linspace(1.0, 9.0, 20))


def test_a_kernel_that_returns_a_number_runs_with_numba_alone(lab: Lab) -> None:
    assert [lab.run(RETURN.replace("NAME", "summed"))[-1] for _ in range(2)] == ["True", "True"]
    assert not list(lab.kept.rglob("*.machine"))


def test_arrays_outlive_their_kernel_and_give_their_memory_back(lab: Lab) -> None:
    lab.run(RETURN.replace("NAME", "made"))
    (grown_kb,) = lab.run(OFTEN)
    assert int(grown_kb) < 200_000, "300 arrays of 8 MB were made, and one was kept at a time"


@pytest.mark.parametrize("told", ['[["float64", 3]]', "[]", '[["bool", 0]]'])
def test_a_file_that_tells_of_other_results_is_compiled_again(lab: Lab, told: str) -> None:
    lab.run(RETURN.replace("NAME", "made"))
    whole = lab.file().read_bytes()
    changed = whole.replace(b'[["float64", 2]]', told.encode(), 1)
    assert changed != whole
    lab.file().write_bytes(changed)
    assert lab.run(RETURN.replace("NAME", "made"))[-1] == "True"
    assert lab.file().read_bytes() == whole


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(lab: Lab) -> None:
    compiled, _ = lab.use()
    lab.file().unlink()
    (lab.kept / "machine_code").rmdir()
    (lab.kept / "machine_code").write_text("a file where the folder should be")
    assert lab.use() == (compiled, True)


class Pair(NamedTuple):
    bars: int
    share: float


ARRAY = np.zeros((2, 3))


@pytest.mark.parametrize(
    ("args", "form"),
    [
        ((ARRAY, 3, 0.5), "<f8[2Cw]if"),
        ((ARRAY.T,), "<f8[2Fw]"),
        ((ARRAY[:, ::2],), "<f8[2Aw]"),
        (((ARRAY, ARRAY), Pair(1, 0.5)), "tuple(<f8[2Cw]<f8[2Cw])Pair(if)"),
        ((np.zeros(2, dtype=np.uint64), True), "<u8[1Cw]b"),
    ],
)
def test_arguments_that_numba_compiles_separately_have_forms_of_their_own(args: tuple[Any, ...], form: str) -> None:
    found = flat(args)
    assert found is not None
    assert found.form == form
    assert len(found.values) == len(found.types)


def test_a_read_only_array_is_another_form() -> None:
    array = np.zeros(3)
    array.flags.writeable = False
    found = flat((array,))
    assert found is not None
    assert found.form == "<f8[1Cr]"
    assert found.values[2:] == [3, 8, array.ctypes.data, 3, 8]


@pytest.mark.parametrize(
    "value", ["text", None, np.bool_(True), np.float64(1.0), np.float32(1.0), [1.0], np.array(["a"])]
)
def test_other_arguments_are_left_to_numba(value: object) -> None:
    assert flat((1, value)) is None


def test_code_of_no_file_has_no_place() -> None:
    made: dict[str, Any] = {}
    exec("def made(): pass", made)
    assert folders_of(made["made"]) == ()

"""Arrow columns made and read without pandas are those that pyarrow makes and reads."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from technic_scanner.arrow_arrays import array_of, floats_of, no_rows, numbers_of, text, texts_of, truth

TYPES = st.sampled_from([np.float64, np.float32, np.int64, np.int32, np.int8, np.uint64, np.bool_])


@st.composite
def values_and_known(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray | None]:
    length = draw(st.integers(0, 70))
    values = draw(arrays.arrays(draw(TYPES), length))
    return values, draw(st.none() | arrays.arrays(np.bool_, length))


@given(values_and_known(), st.integers(1, 3))
def test_numbers_become_what_pyarrow_makes_of_them(drawn: tuple[np.ndarray, np.ndarray | None], step: int) -> None:
    values, known = drawn[0][::step], None if drawn[1] is None else drawn[1][::step]
    made = array_of(values, known)
    made.validate(full=True)
    wanted = pa.array(values, mask=None if known is None else ~known)
    assert made.type == wanted.type
    assert made.equals(wanted) or str(made) == str(wanted)  # NaN equals nothing


@given(st.lists(st.none() | st.text(max_size=5), max_size=30))
def test_texts_become_what_pyarrow_makes_of_them(values: list[str | None]) -> None:
    made = texts_of(values)
    made.validate(full=True)
    assert made.equals(pa.array(values, pa.string()))


@given(arrays.arrays(np.float64, st.integers(0, 30)), arrays.arrays(np.int32, st.integers(0, 30)), st.integers(0, 5))
def test_numbers_are_read_as_they_are(reals: np.ndarray, wholes: np.ndarray, start: int) -> None:
    for values in (reals, wholes):
        column = pa.chunked_array([pa.array(values[:start]), pa.array(values[start:])]).slice(start // 2)
        assert np.array_equal(numbers_of(column), column.to_numpy(), equal_nan=values is reals)
        assert numbers_of(column).dtype == values.dtype


@given(st.lists(st.none() | st.floats(width=32) | st.integers(-9, 9).map(float), max_size=20))
def test_missing_numbers_are_read_as_nan(values: list[float | None]) -> None:
    for kind in (pa.float64(), pa.float32()):
        column = pa.chunked_array([pa.array(values, kind)])
        assert np.array_equal(floats_of(column), np.asarray(column.to_numpy(), np.float64), equal_nan=True)


def test_a_missing_number_is_not_read_as_some_number() -> None:
    with pytest.raises(ValueError, match="1 of 2 numbers are missing"):
        numbers_of(pa.array([1, None]))


def test_dates_and_texts_are_no_numbers() -> None:
    for values in (np.array(["2026-11-30"], "datetime64[D]"), np.array(["a"])):
        with pytest.raises(TypeError, match="no type of numbers"):
            array_of(values)


def test_scalars_are_those_of_pyarrow() -> None:
    assert text("Watch").equals(pa.scalar("Watch"))
    assert truth(True).equals(pa.scalar(True))
    assert truth(False).equals(pa.scalar(False))


def test_a_table_without_rows_is_that_of_pyarrow() -> None:
    schema = pa.schema([("a", pa.string()), ("b", pa.float64()), ("c", pa.list_(pa.int8())), ("d", pa.bool_())])
    assert no_rows(schema).equals(schema.empty_table())


PROGRAM = """
import sys
import numpy as np
import pyarrow as pa
from technic_scanner.arrow_arrays import array_of, floats_of, no_rows, numbers_of, text, texts_of, truth

numbers = array_of(np.arange(3.0), np.array([True, False, True]))
print(floats_of(numbers), numbers_of(numbers.drop_null()), texts_of(["a", None]), text("b"), truth(True))
no_rows(pa.schema([("a", pa.string())]))
assert "pandas" not in sys.modules
"""


def test_pandas_is_not_imported() -> None:
    subprocess.run([sys.executable, "-c", PROGRAM], check=True, capture_output=True)

"""Sketches: of bounded size, JSON, and enough to tell a wrong result from a right one."""

from __future__ import annotations

import base64
from typing import Any

import ml_dtypes
import numpy as np
import orjson
import pytest

from jaxsmith.verdict import Expectation
from jaxsmith.verdict.sketch import MOST, Kept, mismatch, sketch
from jaxsmith.vocabulary.aval import Aval

INEXACT = ["float16", "bfloat16", "float32", "float64", "complex64", "complex128"]
EXACT = ["bool", "int32", "uint8", "int4", "float8_e5m2"]
SHAPES = [(), (0, 3), (5,), (8, 8), (64, 64), (128, 2), (7, 11, 13)]


def expected(shape: tuple[int, ...], dtype: str) -> np.ndarray[Any, Any]:
    count = np.arange(int(np.prod(shape)), dtype=np.float64).reshape(shape)
    values = np.sin(count)
    if dtype.startswith("complex"):
        return values + 1j * np.cos(count)
    return values if dtype in INEXACT else (count % 2).astype(np.dtype(dtype))


def kept(values: np.ndarray[Any, Any], dtype: str, bound: float = 0.0) -> list[Kept]:
    aval = Aval(values.shape, dtype)
    found = sketch(Expectation((values,), (np.full(values.shape, bound),)), [aval])
    read: list[Kept] = orjson.loads(orjson.dumps(found))
    return read


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", INEXACT + EXACT)
def test_what_was_expected_agrees(dtype: str, shape: tuple[int, ...]) -> None:
    values = expected(shape, dtype)
    assert mismatch(kept(values, dtype), [values.astype(dtype)]) is None


@pytest.mark.parametrize("dtype", INEXACT)
def test_a_value_may_be_as_far_off_as_its_bound_and_not_much_further(dtype: str) -> None:
    values = expected((6,), dtype)
    found = kept(values, dtype, 0.25)
    for off, agrees in [(0.24, True), (-0.24, True), (0.6, False), (-0.6, False)]:
        actual = values.copy()
        actual[4] += off
        assert (mismatch(found, [actual.astype(dtype)]) is None) is agrees


@pytest.mark.parametrize("dtype", EXACT)
@pytest.mark.parametrize("size", [5, 1000])
def test_one_wrong_element_of_an_exact_output_is_found(dtype: str, size: int) -> None:
    values = expected((size,), dtype)
    actual = values.astype(dtype)
    actual[size - 1] = not actual[size - 1]
    found = mismatch(kept(values, dtype), [actual])
    assert found is not None
    assert found.output == 0


@pytest.mark.parametrize("place", [(0, 0), (63, 63), (31, 7)])
def test_a_large_error_anywhere_in_a_large_output_is_found(place: tuple[int, int]) -> None:
    values = expected((64, 64), "float32")
    actual = values.astype(np.float32)
    actual[place] += 1.0
    found = mismatch(kept(values, "float32", 1e-5), [actual])
    assert found is not None


@pytest.mark.parametrize("shape", [(64, 64), (128, 2), (2, 640), (7, 11, 13)], ids=str)
def test_elements_are_kept_of_every_row_and_column(shape: tuple[int, ...]) -> None:
    values = np.arange(np.prod(shape), dtype=np.float64).reshape(shape)
    (found,) = kept(values, "float32")
    data = np.frombuffer(base64.b64decode(found["data"]), np.float32).astype(int)
    assert len(set(data)) == MOST
    for axis, positions in enumerate(np.unravel_index(data, shape)):
        assert len(set(positions)) >= min(shape[axis], MOST) * 0.6


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("size", [4, 400])
def test_a_value_that_is_not_finite_must_be_the_same(odd: float, size: int) -> None:
    values = expected((size,), "float32")
    values[0] = odd
    found = kept(values, "float32", 1e-3)
    assert mismatch(found, [values.astype(np.float32)]) is None
    again = mismatch(found, [np.where(np.isfinite(values), values, 7.0).astype(np.float32)])
    assert again is not None
    assert again.reason == "nan_mismatch"


def test_a_sketch_is_small() -> None:
    values = expected((1000, 1000), "complex128")
    assert len(orjson.dumps(kept(values, "complex128"))) < 1800


def test_bfloat16_is_read_without_knowing_its_bits() -> None:
    values = np.array([1.0, 2.5])
    actual = values.astype(ml_dtypes.bfloat16)
    (found,) = kept(values, "bfloat16")
    assert np.frombuffer(base64.b64decode(found["data"]), actual.dtype).tolist() == [1.0, 2.5]

"""Input sets: the same everywhere, inside the ranges that were promised."""

import hashlib

import numpy as np
import pytest

from jaxsmith.program.function import Param
from jaxsmith.sample.sets import make_set, set_seed
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.draw import Draw

UNIFORM = Param("x", Aval((5, 7), "float32"), Draw("uniform", -2.0, 3.0))
COUNTS = Param("n", Aval((64,), "int32"), Draw("uniform", -3, 4))


@pytest.mark.parametrize("kind", ["domain", "edge", "rim", "mirror"])
def test_every_kind_stays_in_range_and_is_made_again_alike(kind):
    one = make_set((UNIFORM, COUNTS), kind, 5)
    two = make_set((UNIFORM, COUNTS), kind, 5)
    for param, a, b in zip((UNIFORM, COUNTS), one.arrays, two.arrays, strict=True):
        assert a.dtype == param.aval.dtype
        assert a.shape == param.aval.shape
        assert a.tobytes() == b.tobytes()
        assert a.min() >= param.draw.low
        assert a.max() <= param.draw.high


def test_the_values_are_those_that_were_always_made():
    (array,) = make_set((UNIFORM,), "domain", 5).arrays
    assert hashlib.sha256(array.tobytes()).hexdigest()[:16] == "7819c2a4b807293f"


def test_integers_reach_both_ends():
    (array,) = make_set((COUNTS,), "domain", 1).arrays
    assert {-3, 4} <= set(array.tolist())


@pytest.mark.parametrize("kind", ["uniform", "distinct", "sorted"])
@pytest.mark.parametrize("dtype", ["float32", "int64"])
def test_a_mirror_holds_what_the_domain_holds_on_the_other_side(kind, dtype):
    # All of the range is taken by as many integers as there are in it.
    param = Param("x", Aval((4, 5), dtype), Draw(kind, -2, 17))
    domain, mirror = (make_set((param,), name, 7).arrays[0] for name in ("domain", "mirror"))
    ends = -2 + 17 if kind != "sorted" else domain.min() + domain.max()
    assert np.allclose(domain + (np.flip(mirror, -1) if kind == "sorted" else mirror), ends)
    assert not np.array_equal(domain, mirror)


def test_both_parts_of_complex_numbers_are_reflected():
    param = Param("z", Aval((4, 5), "complex64"), Draw("uniform", -2, 17))
    domain, mirror = (make_set((param,), name, 7).arrays[0] for name in ("domain", "mirror"))
    assert np.allclose(domain + mirror, 15 + 15j)


def test_a_mirror_of_a_matrix_is_another_of_its_kind():
    param = Param("a", Aval((5, 5), "float64"), Draw("spd", -4.0, 4.0))
    domain, mirror = (make_set((param,), kind, 7).arrays[0] for kind in ("domain", "mirror"))
    assert not np.array_equal(domain, mirror)
    assert np.linalg.eigvalsh(mirror).min() >= 1.0 - 1e-9


def test_edges_hold_the_ends_and_ties():
    (array,) = make_set((UNIFORM,), "edge", 2).arrays
    assert {-2.0, 3.0} <= set(array.ravel().tolist())
    assert len(set(array.ravel().tolist())) < array.size


def test_seeds_do_not_depend_on_the_process():
    assert set_seed("math-s0-000001", "edge", 100) == 659124090


@pytest.mark.parametrize("size", [1, 2, 5, 8])
def test_matrices_have_the_condition_they_promise(size):
    aval = Aval((3, size, size), "float64")
    spd, conditioned, lower = (
        make_set((Param("a", aval, Draw(kind, -4.0, 4.0)),), "domain", 9).arrays[0]
        for kind in ("spd", "conditioned", "lower")
    )
    assert np.array_equal(spd, np.swapaxes(spd, -1, -2))
    assert np.linalg.eigvalsh(spd).min() >= 1.0 - 1e-9
    assert np.linalg.cond(conditioned).max() <= 4.0 + 1e-9
    assert np.array_equal(lower, np.tril(lower))
    assert np.abs(np.diagonal(lower, axis1=-2, axis2=-1)).min() >= 1.0


@pytest.mark.parametrize(
    ("kind", "digest"),
    [
        ("uniform", "0b23a3f51fea"),
        ("distinct", "933f2df9b9eb"),
        ("spd", "efa17596b48b"),
        ("conditioned", "321a9b091ae1"),
        ("lower", "080d6521634f"),
    ],
)
def test_arrays_are_the_same_with_every_numpy(kind, digest):
    made = hashlib.sha256()
    for dtype in ("float64", "complex128"):
        for shape in ((1, 1), (3, 3), (2, 5, 5), (33, 33)):
            param = Param("a", Aval(shape, dtype), Draw(kind, -4.0, 4.0))
            made.update(make_set((param,), "domain", 7).arrays[0].tobytes())
    assert made.hexdigest()[:12] == digest


def test_distinct_values_are_distinct():
    for dtype in ("float32", "int32"):
        param = Param("x", Aval((6, 6), dtype), Draw("distinct", 0, 35))
        (array,) = make_set((param,), "edge", 3).arrays
        assert len(set(array.ravel().tolist())) == 36


@pytest.mark.parametrize("kind", ["domain", "edge", "rim", "mirror"])
def test_both_parts_of_complex_numbers_are_drawn(kind):
    param = Param("z", Aval((5, 7), "complex64"), Draw("uniform", -2.0, 3.0))
    (array,) = make_set((param,), kind, 5).arrays
    assert array.dtype == np.complex64
    for part in (array.real, array.imag):
        assert part.min() >= -2.0
        assert part.max() <= 3.0
        assert len(set(part.ravel().tolist())) > 2
    assert not np.array_equal(array.real, array.imag)


def test_complex_matrices_have_the_condition_they_promise():
    aval = Aval((3, 5, 5), "complex128")
    hermitian, conditioned = (
        make_set((Param("a", aval, Draw(kind, -4.0, 4.0)),), "domain", 9).arrays[0]
        for kind in ("spd", "conditioned")
    )
    assert np.array_equal(hermitian, np.conj(np.swapaxes(hermitian, -1, -2)))
    assert np.abs(hermitian.imag).max() > 0.1
    assert np.linalg.eigvalsh(hermitian).min() >= 1.0 - 1e-9
    assert np.linalg.cond(conditioned).max() <= 4.0 + 1e-9

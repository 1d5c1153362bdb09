"""Linear algebra: systems, inverses, norms, factorizations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from jaxsmith.verdict.dual.array import Dual, UnsupportedError, tape_of, value_of
from jaxsmith.verdict.dual.choices import reduction
from jaxsmith.verdict.dual.elementwise import axes_of

if TYPE_CHECKING:
    from collections.abc import Callable

# The step of the differences by which factorizations are differentiated.
_STEP = 1e-5
# How much a slope may change within a step, where a singular value or an eigenvalue has slopes of 1
# at most: by a thousandth or so, unless it is as good as 0, or as another.
_BEND = 1e-2


def norm(x: Any, ord: Any = None, axis: Any = None, *, keepdims: bool = False) -> Any:  # noqa: A002
    """The root of a sum of squares; other norms by differences."""
    of_vectors = isinstance(axis, int) or (axis is None and x.ndim == 1)
    if of_vectors and ord in (1, np.inf):
        kind = np.add if ord == 1 else np.maximum
        return reduction(kind, np.absolute(x), axis, keepdims=keepdims)
    if ord in ("nuc", 2) and not of_vectors:
        return smooth(np.linalg.norm, x, ord=ord, axis=axis, keepdims=keepdims)
    if ord not in (None, 2, "fro"):
        raise UnsupportedError("a norm of this order has no rule")
    return _length(x, axis, keepdims=keepdims)


def vector_norm(x: Any, axis: Any = None, ord: Any = 2, *, keepdims: bool = False) -> Any:  # noqa: A002
    """The same of vectors; of all that is along several axes as one."""
    if isinstance(axis, int) or x.ndim == 1:
        return norm(x, ord, axis, keepdims=keepdims)
    if ord not in (None, 2):
        raise UnsupportedError("a norm along several axes has no rule")
    return _length(x, axis, keepdims=keepdims)


def _length(x: Any, axis: Any, *, keepdims: bool) -> Any:
    squares = np.square(np.absolute(x))
    return np.sqrt(reduction(np.add, squares, axes_of(axis, x.ndim), keepdims=keepdims))


def inv(a: Dual) -> Dual:
    """The inverse, of a batch too."""
    inverse = np.linalg.inv(a.value)
    return Dual(inverse, -(inverse @ a.tangent @ inverse), a.tape)


def solve(a: Any, b: Any) -> Any:
    """The solution of a linear system, or of a batch of them."""
    matrix, right = value_of(a), value_of(b)
    x = np.linalg.solve(matrix, right)
    inverse = np.linalg.inv(matrix)
    tape = tape_of(a, b)
    vector = np.ndim(right) == 1
    total: Any = 0.0
    if isinstance(b, Dual):
        total = np.stack([inverse @ each for each in b.tangent])
    if isinstance(a, Dual):
        column = x[:, None] if vector else x
        moved = inverse @ (a.tangent @ column)
        total = total - (moved[..., 0] if vector else moved)
    return Dual(x, total, tape)


def det(a: Dual) -> Dual:
    """The determinant: Jacobi's formula."""
    value = np.linalg.det(a.value)
    traces = np.trace(np.linalg.inv(a.value) @ a.tangent, axis1=-2, axis2=-1)
    return Dual(value, value * traces, a.tape)


def smooth(func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """A smooth function of arrays, along each direction by central differences of order 4."""
    tape = tape_of(*args)
    tape.approximate = True
    values = [value_of(each) for each in args]
    value = func(*values, **kwargs)
    here = _leaves(value)
    reach = max(float(np.max(np.abs(each.value), initial=0.0)) for each in args if _is_dual(each))
    columns = []
    for k in range(tape.count):
        largest = max(float(np.max(np.abs(each.tangent[k]), initial=0.0)) for each in args
                      if _is_dual(each))  # fmt: skip
        step = _STEP * max(1.0, reach) / largest if largest else 1.0

        def moved(times: float, k: int = k, step: float = step) -> list[Any]:
            inputs = [
                each.value + times * step * each.tangent[k] if _is_dual(each) else each
                for each in args
            ]
            return _leaves(func(*inputs, **kwargs))

        near = list(zip(moved(1.0), moved(-1.0), strict=True))
        far = zip(moved(2.0), moved(-2.0), strict=True)
        columns.append([
            (8.0 * (a - b) - (c - d)) / (12.0 * step)
            for (a, b), (c, d) in zip(near, far, strict=True)
        ])  # fmt: skip
        bends = (a - 2.0 * leaf + b for (a, b), leaf in zip(near, here, strict=True))
        if tape.noise is None and any(np.any(np.abs(d) > _BEND * step * largest) for d in bends):
            tape.close = tape.tied = True  # there is a kink
    duals = [
        Dual(leaf, np.stack([column[i] for column in columns]), tape) for i, leaf in enumerate(here)
    ]
    if isinstance(value, tuple):
        return type(value)(*duals) if hasattr(value, "_fields") else tuple(duals)
    return duals[0]


def _is_dual(item: Any) -> bool:
    return isinstance(item, Dual)


def _leaves(value: Any) -> list[Any]:
    return [np.asarray(each) for each in value] if isinstance(value, tuple) else [np.asarray(value)]

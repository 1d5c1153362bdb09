"""Arrays from draws: one function for each kind that ``jaxsmith.vocabulary.draw`` names."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import ml_dtypes  # noqa: F401 - makes NumPy know "bfloat16"; it comes with JAX
import numpy as np

from jaxsmith.sample.matrices import orthogonal, phases, with_values
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.dtypes import kind, part

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from jaxsmith.sample.bits import Bits
    from jaxsmith.vocabulary.draw import Draw


def make(draw: Draw, aval: Aval, bits: Bits) -> NDArray[np.generic]:
    """An array of this type, drawn this way.

    Floats are rounded to the array's dtype; integers are uniform over ``low..high`` inclusive. Both
    parts of a complex number are drawn alike; what is asked of a matrix holds of a complex one too.
    """
    if kind(aval.dtype) == "c":
        return _complex(draw, aval, bits).astype(aval.dtype)
    return MAKERS[draw.kind](draw, aval, bits).astype(aval.dtype)


def _complex(draw: Draw, aval: Aval, bits: Bits) -> NDArray[np.complex128]:
    parts = Aval(aval.shape, part(aval.dtype))
    real = MAKERS[draw.kind](draw, parts, bits)
    if draw.kind in ("uniform", "distinct", "sorted"):
        imaginary = MAKERS[draw.kind](draw, parts, bits)
        return np.asarray(real + 1j * imaginary)
    # Rows, or rows and columns, times numbers of modulus 1: singular values stay, and so do
    # eigenvalues where it is both.
    cosine, sine = phases((*aval.shape[:-1], 1), bits)
    if draw.kind == "spd":
        across, down = np.swapaxes(cosine, -1, -2), np.swapaxes(sine, -1, -2)
        cosine, sine = cosine * across + sine * down, sine * across - cosine * down
    return np.asarray(real * cosine + 1j * (real * sine))


def _uniform(draw: Draw, aval: Aval, bits: Bits) -> NDArray[np.float64]:
    unit = bits.uniform(aval.shape)
    if kind(aval.dtype) in "fe":
        return draw.low + unit * (draw.high - draw.low)
    return np.floor(draw.low + unit * (draw.high - draw.low + 1))


def _distinct(draw: Draw, aval: Aval, bits: Bits) -> NDArray[np.float64]:
    count = aval.size
    values = np.linspace(draw.low, draw.high, count) if count > 1 else np.array([draw.low])
    if kind(aval.dtype) not in "fe":
        values = draw.low + np.arange(count)
    return values[bits.permutation(count)].reshape(aval.shape)


def _sorted(draw: Draw, aval: Aval, bits: Bits) -> NDArray[np.float64]:
    return np.sort(_uniform(draw, aval, bits), axis=-1) if aval.rank else _uniform(draw, aval, bits)


def _spd(_draw: Draw, aval: Aval, bits: Bits) -> NDArray[np.float64]:
    size = aval.shape[-1]
    q = orthogonal(size, aval.shape[:-2], bits)
    return with_values(q, _spectrum(size, bits), q)


def _conditioned(_draw: Draw, aval: Aval, bits: Bits) -> NDArray[np.float64]:
    rows, columns = aval.shape[-2:]
    least = min(rows, columns)
    left = orthogonal(rows, aval.shape[:-2], bits)[..., :least]
    right = orthogonal(columns, aval.shape[:-2], bits)[..., :least]
    return with_values(left, _spectrum(least, bits), right)


def _spectrum(size: int, bits: Bits) -> NDArray[np.float64]:
    """Numbers in [1, 4] with a gap between any two of at least half the mean gap."""
    jitter = 0.5 * bits.uniform((size,))
    return 1.0 + 3.0 * (np.arange(size) + jitter) / max(size, 1)


def _triangular(keep: Callable[..., NDArray[np.float64]]) -> Callable[..., NDArray[np.float64]]:
    def values(_draw: Draw, aval: Aval, bits: Bits) -> NDArray[np.float64]:
        size = aval.shape[-1]
        off = (bits.uniform(aval.shape) - 0.5) / math.sqrt(size)
        diagonal = 1.0 + bits.uniform((*aval.shape[:-2], size))
        return keep(off * (1 - np.eye(size))) + diagonal[..., None] * np.eye(size)

    return values


MAKERS: dict[str, Callable[[Draw, Aval, Bits], NDArray[np.float64]]] = {
    "uniform": _uniform,
    "distinct": _distinct,
    "sorted": _sorted,
    "spd": _spd,
    "conditioned": _conditioned,
    "lower": _triangular(np.tril),
    "upper": _triangular(np.triu),
}

"""Matrices of known singular values, the same bits with every NumPy and on every processor.

What NumPy leaves to LAPACK, to BLAS or to a vector unit rounds otherwise with another of them. Here
every element is made by additions, products and quotients of single numbers, in an order that the
code says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jaxsmith.sample.bits import Bits

# With so many reflections every element of a larger matrix is moved about as much as it can be.
MOST_REFLECTIONS = 8


def orthogonal(size: int, batch: tuple[int, ...], bits: Bits) -> NDArray[np.float64]:
    """Orthogonal matrices of shape ``(*batch, size, size)``: products of random reflections.

    A reflection is ``I - 2 v v^T / (v^T v)`` (Householder, "Unitary triangularization of a
    nonsymmetric matrix", 1958).
    """
    count = min(size, MOST_REFLECTIONS)
    vectors = bits.normal((*batch, count, size))
    q = np.broadcast_to(np.eye(size), (*batch, size, size))
    for k in range(count):
        v = vectors[..., k, :]
        # A vector of zeros would be no direction.
        v = np.where(_sum(v * v)[..., None] > 0.0, v, 1.0)
        along = _sum(q * v[..., None, :]) / _sum(v * v)[..., None]
        q = q - 2.0 * along[..., :, None] * v[..., None, :]
    return q


def with_values(
    left: NDArray[np.float64], values: NDArray[np.float64], right: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The sum over ``k`` of ``values[k]`` times column ``k`` of ``left`` and of ``right``.

    Args:
        left: shape ``(*batch, rows, count)``.
        values: shape ``(count,)``.
        right: shape ``(*batch, columns, count)``.

    Returns:
        Shape ``(*batch, rows, columns)``; exactly symmetric where ``left`` is ``right``.
    """
    pairs = [left[..., :, None, k] * right[..., None, :, k] for k in range(len(values))]
    total = values[0] * pairs[0]
    for value, pair in zip(values[1:], pairs[1:], strict=True):
        total = total + value * pair
    return np.asarray(total)


def phases(shape: tuple[int, ...], bits: Bits) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Cosine and sine of random angles, by the half angle's tangent: up to rounding a circle."""
    tangent = 2.0 * bits.uniform(shape) - 1.0
    side = np.where(bits.uniform(shape) < 0.5, -1.0, 1.0)
    scale = side / (1.0 + tangent * tangent)
    return (1.0 - tangent * tangent) * scale, 2.0 * tangent * scale


def _sum(terms: NDArray[np.float64]) -> NDArray[np.float64]:
    """Along the last axis, one term after the other."""
    total = terms[..., 0]
    for k in range(1, terms.shape[-1]):
        total = total + terms[..., k]
    return np.asarray(total)

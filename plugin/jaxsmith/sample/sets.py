"""Input sets: one array per argument of a function, and what it is there to show."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from jaxsmith.sample.bits import Bits
from jaxsmith.sample.draws import make
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.dtypes import kind as kind_of
from jaxsmith.vocabulary.dtypes import part

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from jaxsmith.program.function import Param
    from jaxsmith.vocabulary.draw import Draw

SetKind = Literal["domain", "edge", "rim", "mirror"]
"""The kinds of set that are drawn."""


@dataclass(frozen=True, slots=True)
class InputSet:
    """Arrays in argument order, already rounded to the dtypes that the function takes.

    ``kind`` is one of

    - ``"domain"``: random in each argument's range,
    - ``"edge"``: the ends of the range, ties, zeros,
    - ``"rim"``: random in the outer tenths of the range (edges without ties),
    - ``"mirror"``: what the domain set of the same seed holds, reflected about the middle of the
      range, so that whatever is on one side of it there is on the other here; matrices that
      something is asked of are other ones instead,
    - ``"given"``: values that a user gave; nothing drew them, so the seed is None.

    ``make_set`` with the same kind and seed makes the arrays of any other kind again.
    """

    kind: SetKind | Literal["given"]
    seed: int | None
    arrays: tuple[NDArray[np.generic], ...]


def set_seed(case_id: str, kind: SetKind, attempt: int) -> int:
    """The seed of a function's input set: the same on every machine."""
    return zlib.crc32(f"{case_id}/{kind}/{attempt}".encode())


def make_set(params: Sequence[Param], kind: SetKind, seed: int) -> InputSet:
    """The input set of this kind and seed for these parameters."""
    arrays = tuple(
        _array(param.draw, param.aval, kind, seed + position)
        for position, param in enumerate(params)
    )
    return InputSet(kind, seed, arrays)


def _array(draw: Draw, aval: Aval, kind: SetKind, seed: int) -> NDArray[np.generic]:
    if kind == "mirror" and draw.kind not in _REFLECTED:
        return make(draw, aval, Bits(seed + _APART))
    if kind == "domain" or (draw.kind != "uniform" and kind != "mirror"):
        return make(draw, aval, Bits(seed))
    filled = _FILLERS[kind]
    if kind_of(aval.dtype) != "c":
        return filled(draw, aval, Bits(seed)).astype(aval.dtype)
    parts, bits = Aval(aval.shape, part(aval.dtype)), Bits(seed)
    real, imaginary = (filled(draw, parts, bits).astype(parts.dtype) for _ in range(2))
    return np.asarray(real.astype(np.float64) + 1j * imaginary.astype(np.float64)).astype(
        aval.dtype
    )


def _reflected(draw: Draw, aval: Aval, bits: Bits) -> NDArray[np.generic]:
    values = make(draw, aval, bits).astype(np.float64)
    if draw.kind == "uniform" or not aval.size:
        return draw.low + draw.high - values
    other = values.min() + values.max() - values
    return np.flip(other, -1) if draw.kind == "sorted" and aval.rank else other


def _edges(draw: Draw, aval: Aval, bits: Bits) -> NDArray[np.generic]:
    marks = [draw.low, draw.high, (draw.low + draw.high) / 2]
    marks += [mark for mark in (0.0, 1.0, -1.0) if draw.low <= mark <= draw.high]
    if kind_of(aval.dtype) not in "fe":
        marks = [float(np.floor(mark)) for mark in marks]
    positions = (bits.uniform(aval.shape) * len(marks)).astype(np.int64)
    return np.asarray(marks)[positions]


def _rim(draw: Draw, aval: Aval, bits: Bits) -> NDArray[np.generic]:
    unit = bits.uniform(aval.shape)
    outer = np.where(unit < 0.5, 0.2 * unit, 1.0 - 0.2 * (1.0 - unit))
    values = draw.low + outer * (draw.high - draw.low)
    if kind_of(aval.dtype) not in "fe":
        values = np.rint(values)
    return values


_FILLERS: dict[SetKind, Callable[[Draw, Aval, Bits], NDArray[np.generic]]] = {
    "edge": _edges,
    "rim": _rim,
    "mirror": _reflected,
}
_REFLECTED = ("uniform", "distinct", "sorted")
_APART = 1 << 32  # further than any seed and position

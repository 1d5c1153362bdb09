"""The style of one program: the dtypes, dimensions and numbers that it keeps to.

Real programs use few dimensions, again and again, and mostly one float dtype; a program whose every
array had a shape of its own could not combine them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jaxsmith.vocabulary.draw import Draw
from jaxsmith.vocabulary.dtypes import complex_of, is_half
from jaxsmith.vocabulary.dtypes import kind as kind_of
from jaxsmith.vocabulary.interval import Interval

if TYPE_CHECKING:
    from jaxsmith.vocabulary.aval import Shape
    from jaxsmith.vocabulary.op import Smoothness
    from jaxsmith.vocabulary.stream import Stream

DIMENSIONS = (2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 16, 1, 11, 13, 20, 24, 32)
DIMENSION_WEIGHTS = (6, 9, 9, 8, 7, 5, 7, 2, 3, 3, 3, 2, 1, 1, 1, 1, 1)
RANK_WEIGHTS = (2.0, 8.0, 9.0, 4.0, 1.5, 0.8, 0.3)

# How often a program's floats and integers are of each dtype, with 64-bit ones and without.
FLOATS = {"float32": 72.0, "bfloat16": 15.0, "float16": 13.0}
WIDE_FLOATS = {"float64": 75.0, "float32": 25.0}
INTEGER_DTYPES = {
    "int32": 45.0,
    "int8": 11.0,
    "int16": 11.0,
    "uint8": 11.0,
    "uint16": 11.0,
    "uint32": 11.0,
}
# What a program keeps in 8 or 4 bits, if anything; the two formats that hardware has come first.
STORED = {
    "float8_e4m3fn": 5.0,
    "float8_e5m2": 4.0,
    "float8_e4m3": 1.0,
    "float8_e3m4": 1.0,
    "float8_e4m3b11fnuz": 1.0,
    "float8_e4m3fnuz": 1.0,
    "float8_e5m2fnuz": 1.0,
    "int4": 4.0,
    "uint4": 3.0,
}
WIDE_INTEGERS = {"int64": 55.0, "int32": 22.0, "uint64": 23.0}

FLOAT_RANGES = ((-2.0, 2.0), (-3.0, 3.0), (-1.0, 1.0), (0.1, 2.0), (-4.0, 4.0), (0.5, 3.0))
INTEGER_RANGES = ((-9, 9), (0, 20), (1, 12), (-50, 50), (-5, 5), (0, 7))

NUMBERS = (0.5, 2.0, 0.1, 1.5, 0.25, 3.0, 0.01, 1.0, 0.75, 10.0, 0.3, -0.5, 0.9, 4.0, 0.2, 1e-3,
           -1.0, -2.0, 1.25, 0.05, 5.0, 2.5, 0.7, 0.99, 1.1, -0.1, 8.0)  # fmt: skip
INTEGERS = (2, 3, 1, 5, 4, 7, 10, -1, 6, 8, -2, 12, 16, -3, 9, 15, 31)


@dataclass(frozen=True, slots=True)
class Style:
    """What a program keeps to.

    ``smoothness`` lists the kinds of operation it may use; with ``keeps_slopes`` it uses none that
    makes floats of floats and has no derivative. ``stored`` is a dtype of 8 or 4 bits that it keeps
    arrays in, if any.
    """

    x64: bool
    float_dtype: str
    int_dtype: str
    dims: tuple[int, ...]
    rank_weights: tuple[float, ...] = RANK_WEIGHTS
    smoothness: frozenset[Smoothness] = frozenset({"smooth", "once", "kinked", "steep", "none"})
    keeps_slopes: bool = False
    new_parameter: float = 0.12
    max_parameters: int = 4
    max_elements: int = 1024
    stored: str = ""

    def has(self, kind: str) -> bool:
        """Whether the program makes values of a kind."""
        return kind not in "en" or (bool(self.stored) and kind == kind_of(self.stored))

    def dtype(self, kind: str) -> str:
        """The program's main dtype of a kind; ``"p"`` is that of positions, which have signs."""
        if kind == "u":
            return self.int_dtype if self.int_dtype.startswith("u") else "uint8"
        if kind == "p":
            return self.int_dtype if self.int_dtype in ("int32", "int64") else "int32"
        if kind == "c":
            return complex_of(self.float_dtype)
        if kind in "en":
            return self.stored
        return {"f": self.float_dtype, "i": self.int_dtype, "b": "bool"}[kind]

    def shape(self, rng: Stream, ranks: tuple[int, int]) -> Shape:
        """A shape of the program's own dimensions, small enough for one of its arrays."""
        low, high = ranks
        high = min(high, len(self.rank_weights) - 1)
        weights = self.rank_weights[low : high + 1]
        rank = rng.weighted(range(low, high + 1), weights) if low <= high else low
        shape: list[int] = []
        budget = self.max_elements
        for _ in range(rank):
            fitting = [dim for dim in self.dims if dim <= max(2, budget // 2)] or [2]
            shape.append(rng.choice(fitting))
            budget //= shape[-1]
        return tuple(shape)

    def number(self, rng: Stream, kind: str, domain: Interval | None) -> float | int:
        """A short real constant for a kind (``"f"``, ``"c"`` or ``"i"``) inside the domain."""
        pool = NUMBERS if kind in "fce" else INTEGERS
        fitting = [n for n in pool if domain is None or domain.low <= n <= domain.high]
        if not fitting:
            assert domain is not None  # every pool has members
            return domain.middle if kind in "fce" else int(domain.middle)
        return rng.weighted(fitting, [1 / (2 + position) for position in range(len(fitting))])

    def draw(self, rng: Stream, kind: str, domain: Interval | None) -> Draw:
        """How values of a kind are drawn, inside the domain."""
        if kind == "b":
            return Draw("uniform", 0, 1)
        ranges = FLOAT_RANGES if kind in "fce" else INTEGER_RANGES
        low, high = rng.choice(ranges)
        if kind == "n":
            assert domain is not None  # all that has 4 bits
            return Draw("uniform", domain.low, domain.high)
        if domain is None or Interval(low, high) in domain:
            return Draw("uniform", low, high)
        # Keep to the part of the domain where numbers of ordinary size lie.
        bound = 4.0 if kind in "fce" else 20
        if domain.low > bound or domain.high < -bound:
            return Draw("uniform", domain.low, domain.high)
        return Draw("uniform", max(domain.low, -bound), min(domain.high, bound))

    def wide(self) -> Style:
        """This style with floats of 32 bits at least."""
        return self.but(float_dtype="float32") if is_half(self.float_dtype) else self

    def but(self, **changes: object) -> Style:
        """This style with some things changed."""
        return replace(self, **changes)  # type: ignore[arg-type]


def pick_style(rng: Stream) -> Style:
    """A style for a new program."""
    x64 = rng.chance(0.35)
    dims = tuple(rng.weighted(DIMENSIONS, DIMENSION_WEIGHTS) for _ in range(rng.integer(2, 4)))
    floats, ints = (WIDE_FLOATS, WIDE_INTEGERS) if x64 else (FLOATS, INTEGER_DTYPES)
    stored = rng.child("stored")
    return Style(
        x64,
        rng.weighted(list(floats), list(floats.values())),
        rng.weighted(list(ints), list(ints.values())),
        dims,
        keeps_slopes=rng.chance(0.5),
        max_parameters=rng.integer(2, 5),
        stored=pick_stored(stored) if stored.chance(0.1) else "",
    )


def pick_stored(rng: Stream) -> str:
    """A dtype of 8 or 4 bits for a program to keep arrays in."""
    return rng.weighted(list(STORED), list(STORED.values()))

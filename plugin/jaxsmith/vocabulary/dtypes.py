"""Dtypes by name, and how JAX promotes them.

The tables say in plain data what JAX's type promotion page documents
(https://docs.jax.dev/en/latest/type_promotion.html), so that a program can be typed without JAX.
"""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["b", "i", "u", "f", "c", "e", "n"]
"""Booleans, integers, unsigned integers, floats, complex numbers; floats of eight bits and integers
of a nibble, which are kept and moved, and computed with only after a cast."""

KINDS: dict[str, Kind] = {
    "bool": "b",
    "int8": "i",
    "int16": "i",
    "int32": "i",
    "int64": "i",
    "uint8": "u",
    "uint16": "u",
    "uint32": "u",
    "uint64": "u",
    "float16": "f",
    "bfloat16": "f",
    "float32": "f",
    "float64": "f",
    "complex64": "c",
    "complex128": "c",
    "float8_e3m4": "e",
    "float8_e4m3": "e",
    "float8_e4m3b11fnuz": "e",
    "float8_e4m3fn": "e",
    "float8_e4m3fnuz": "e",
    "float8_e5m2": "e",
    "float8_e5m2fnuz": "e",
    "int4": "n",
    "uint4": "n",
}

# The float of either part of a complex number, and the other way round.
_PARTS = {"complex64": "float32", "complex128": "float64"}
_COMPLEX = {part: dtype for dtype, part in _PARTS.items()}

# Machine epsilon (the gap between 1 and the next number), the smallest normal number and the
# largest finite one; of complex numbers, those of their parts.
EPSILON = {"float16": 2.0**-10, "bfloat16": 2.0**-7, "float32": 2.0**-23, "float64": 2.0**-52}
SMALLEST_NORMAL = {
    "float16": 2.0**-14,
    "bfloat16": 2.0**-126,
    "float32": 2.0**-126,
    "float64": 2.0**-1022,
}
LARGEST = {
    "float16": 65504.0,
    "bfloat16": 255 * 2.0**120,
    "float32": (2 - 2.0**-23) * 2.0**127,
    "float64": (2 - 2.0**-52) * 2.0**1023,
}
# Bits of the significand after the point, the exponent of the smallest normal number and the
# largest number, as ml_dtypes documents them (https://github.com/jax-ml/ml_dtypes).
for _dtype, _digits, _least, _most in (
    ("float8_e3m4", 4, -2, 15.5),
    ("float8_e4m3", 3, -6, 240.0),
    ("float8_e4m3b11fnuz", 3, -10, 30.0),
    ("float8_e4m3fn", 3, -6, 448.0),
    ("float8_e4m3fnuz", 3, -7, 240.0),
    ("float8_e5m2", 2, -14, 57344.0),
    ("float8_e5m2fnuz", 2, -15, 57344.0),
):
    EPSILON[_dtype] = 2.0**-_digits
    SMALLEST_NORMAL[_dtype] = 2.0**_least
    LARGEST[_dtype] = _most
# How far off a number may be that is less than the smallest normal one: XLA's CPU backend flushes
# it to 0; what is rounded from a wider format to one of few exponents loses digits only.
UNDERFLOW = {
    _dtype: _least * (1.0 if _least < 2.0**-100 else EPSILON[_dtype])
    for _dtype, _least in SMALLEST_NORMAL.items()
}
for _table in (EPSILON, SMALLEST_NORMAL, LARGEST, UNDERFLOW):
    _table.update({dtype: _table[part] for dtype, part in _PARTS.items()})

_INTEGER_RANGE = {
    f"{sign}int{bits}": (0 if sign else -(2 ** (bits - 1)), 2 ** (bits if sign else bits - 1) - 1)
    for sign in ("", "u")
    for bits in (4, 8, 16, 32, 64)
}


def kind(dtype: str) -> Kind:
    """One of the letters of ``Kind``."""
    return KINDS[dtype]


def is_inexact(dtype: str) -> bool:
    """Whether numbers of it are rounded: floats and complex numbers."""
    return kind(dtype) in "fce"


def part(dtype: str) -> str:
    """The float of either part of a complex number; a float is its own."""
    return _PARTS.get(dtype, dtype)


def complex_of(dtype: str) -> str:
    """The complex dtype whose parts are of a float dtype; a complex one is its own."""
    return dtype if kind(dtype) == "c" else _COMPLEX.get(dtype, "complex64")


def bits(dtype: str) -> int:
    """Width in bits, of a complex number that of each part; 8 for bool."""
    found = re.search(r"\d+", part(dtype))
    return int(found[0]) if found else 8


def is_integer(dtype: str) -> bool:
    """Whether it is an integer of any width, signed or not."""
    return kind(dtype) in "iun"


def integer_range(dtype: str) -> tuple[int, int]:
    """The least and the greatest integer of a dtype."""
    return _INTEGER_RANGE[dtype]


def is_narrow(dtype: str) -> bool:
    """Whether it is an integer of 8 or 16 bits, of which NumPy makes floats as narrow."""
    return kind(dtype) in "iu" and bits(dtype) < 32


def is_half(dtype: str) -> bool:
    """Whether it is a float of 16 bits."""
    return kind(dtype) == "f" and bits(dtype) == 16


def usual_range(dtype: str) -> tuple[float, float]:
    """The range to which programs keep their values.

    Beyond it, float32 sums lose digits and int32 wraps around: not what most programs are about.
    """
    if is_inexact(dtype):
        most = min(1e5, LARGEST[dtype] / 2)
        return -most, most
    if dtype == "bool":
        return 0.0, 1.0
    low, high = integer_range(dtype)
    return max(low, -(2.0**30)), min(high, 2.0**30)


def promote(left: str, right: str) -> str:
    """The dtype of an operation on two arrays of these (strong) dtypes."""
    if left == right:
        return left
    order: tuple[Kind, ...] = ("b", "u", "i", "f", "c")
    low, high = sorted((left, right), key=lambda name: order.index(kind(name)))
    if kind(low) == kind(high):
        return _wider(low, high)
    if kind(low) == "u" and kind(high) == "i":
        return _signed_over(low, high)
    if kind(high) == "c" and kind(low) == "f":
        return "complex128" if bits(low) == 64 else high
    # A float absorbs any integer without growing, which is where JAX parts from NumPy.
    return high


def _wider(low: str, high: str) -> str:
    if {low, high} == {"float16", "bfloat16"}:
        return "float32"
    return max(low, high, key=bits)


def _signed_over(unsigned: str, signed: str) -> str:
    if bits(signed) > bits(unsigned):
        return signed
    # No signed integer holds all of uint64, so JAX goes to its default float.
    return f"int{bits(unsigned) * 2}" if bits(unsigned) < 64 else "float64"


def inexact(dtype: str) -> str:
    """What a transcendental function of this dtype returns: floats for integers, else the same."""
    if is_inexact(dtype):
        return dtype
    return "float64" if bits(dtype) == 64 else "float32"


def default_int(*, x64: bool) -> str:
    """The dtype of sizes, counts and positions."""
    return "int64" if x64 else "int32"


def default_float(*, x64: bool) -> str:
    """The dtype of what is made without floats."""
    return "float64" if x64 else "float32"

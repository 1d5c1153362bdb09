"""Whether the check of a function tells it from programs that compute nothing.

An impostor gives a constant (zeros and ones are two), one of its inputs as it came, or the right
elements in another order. What is expected on all input sets must refuse each of them, for every
output: where it does not, a broken function could pass as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from jaxsmith.errors import RejectedError
from jaxsmith.verdict.reference import widen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxsmith.program.function import Function
    from jaxsmith.sample.sets import InputSet
    from jaxsmith.verdict.expectation import Expectation


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the comparison takes for one real part of an output, on one input set.

    Attributes:
        value: the expected elements.
        low: the least that is taken for each, equal to ``value`` where it must be equal.
        high: the greatest.
    """

    value: Any
    low: Any
    high: Any

    def takes(self, array: Any) -> bool:
        """Whether it takes an array of its shape, or one number in the place of every element."""
        unknown = np.isnan(self.value) & np.isnan(array)
        return bool(np.all((self.low <= array) & (array <= self.high) | unknown))

    @property
    def takes_any_order(self) -> bool:
        """Whether it takes its own elements however they are ordered."""
        return self.takes(np.min(self.value)) and self.takes(np.max(self.value))


def refuse_impostors(function: Function, runs: Sequence[tuple[InputSet, Expectation]]) -> None:
    """Refuse a function whose check an impostor would pass.

    Args:
        function: what was examined.
        runs: every input set, with what is expected.

    Raises:
        RejectedError: ``trivial``, if the check would accept an impostor in the place of an output.
    """
    for i, aval in enumerate(function.outputs):
        if not aval.size:
            continue
        sets = [accepted(expected.values[i], expected.bounds[i]) for _, expected in runs]
        if takes_a_constant(sets):
            raise RejectedError("trivial", f"a constant would pass for output {i}")
        for position, param in enumerate(function.params):
            given = [_parts(inputs.arrays[position]) for inputs, _ in runs]
            if param.aval == aval and all(map(_take, sets, given)):
                raise RejectedError("trivial", f"{param.name} itself would pass for output {i}")
        if aval.size > 1 and all(part.takes_any_order for parts in sets for part in parts):
            raise RejectedError("trivial", f"output {i} would pass in any order of its elements")


def accepted(expected: Any, bound: Any) -> list[Accepted]:
    """What is taken for each real part of an output, of which a complex number has two.

    The bound on the modulus of a complex error is that of either part: a little more is taken here
    than by the comparison.

    Args:
        expected: the output's values, as in an ``Expectation``.
        bound: its bounds, likewise.
    """
    values = _parts(expected)
    if values[0].dtype.kind != "f":
        return [Accepted(value, value, value) for value in values]
    return [Accepted(value, value - bound, value + bound) for value in values]


def takes_a_constant(sets: Sequence[Sequence[Accepted]]) -> bool:
    """Whether one array is taken on every input set: where the intervals of each element meet."""
    return all(_meet(parts) for parts in zip(*sets, strict=True))


def _meet(parts: Sequence[Accepted]) -> bool:
    low = np.max([part.low for part in parts], axis=0)
    high = np.min([part.high for part in parts], axis=0)
    unknown = np.all([np.isnan(part.value) for part in parts], axis=0)
    return bool(np.all((low <= high) | unknown))


def _take(parts: Sequence[Accepted], arrays: Sequence[Any]) -> bool:
    return all(part.takes(array) for part, array in zip(parts, arrays, strict=True))


def _parts(array: Any) -> list[Any]:
    wide = widen(array)
    return [wide.real, wide.imag] if wide.dtype.kind == "c" else [wide]

"""The inputs of a record, made again from what the record says of them."""

from __future__ import annotations

import ast
import base64
from typing import TYPE_CHECKING, Any

import numpy as np

from jaxsmith.program.function import Param
from jaxsmith.sample.sets import make_set
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.draw import Draw

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


def remake(record: Mapping[str, Any]) -> list[tuple[NDArray[np.generic], ...]]:
    """The arrays of every input set of a record, in the order of its arguments' leaves.

    Args:
        record: a record of a corpus, as ``json.loads`` gives it.

    Returns:
        One tuple of arrays for each input set: bit for bit those that the function was checked on.
    """
    shapes = [ast.literal_eval(shape) for shape in record["input_shapes"]]
    avals = [Aval(*pair) for pair in zip(shapes, record["input_dtypes"], strict=True)]
    return [_arrays(chosen, avals) for chosen in record["inputs"]]


def _arrays(chosen: Mapping[str, Any], avals: list[Aval]) -> tuple[NDArray[np.generic], ...]:
    arguments = chosen["arguments"]
    if any(argument["data"] is not None for argument in arguments):
        return tuple(map(_given, arguments, avals))
    params = [
        Param(f"x{i}", aval, Draw(**argument["draw"]))
        for i, (argument, aval) in enumerate(zip(arguments, avals, strict=True))
    ]
    return make_set(params, chosen["kind"], chosen["seed"]).arrays


def _given(argument: Mapping[str, Any], aval: Aval) -> NDArray[np.generic]:
    content = base64.b64decode(argument["data"])
    return np.frombuffer(content, dtype=aval.dtype).reshape(aval.shape)

"""Running a reference: its source text in an empty namespace, on float64 inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from jaxsmith.errors import RejectedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


_WIDE: dict[str, type[np.generic]] = {"f": np.float64, "c": np.complex128, "V": np.float64}
# Of kind "V" too, as all that ml_dtypes adds.
_NIBBLES: dict[str, type[np.generic]] = {"int4": np.int8, "uint4": np.uint8}


def load(source: str, name: str) -> Callable[..., Any]:
    """The function ``name`` that this source defines.

    Raises:
        RejectedError: ``reference_error`` if the source can't be run or defines no such function.
    """
    namespace: dict[str, Any] = {"__name__": "reference"}
    try:
        exec(compile(source, f"<reference {name}>", "exec"), namespace)
        return namespace[name]  # type: ignore[no-any-return]
    except Exception as error:
        raise RejectedError("reference_error", f"{type(error).__name__}: {error}") from error


def widen(array: np.generic | np.ndarray[Any, Any]) -> Any:
    """Floats in float64 (complex128), nibbles in 8 bits; everything else as it is."""
    array = np.asarray(array)
    wide = _NIBBLES.get(array.dtype.name) or _WIDE.get(array.dtype.kind)
    return array if wide is None else array.astype(wide)


def leaves(tree: Any) -> list[Any]:
    """The arrays of a result in JAX's order: tuples and lists in order, dicts by sorted key."""
    if isinstance(tree, dict):
        return [leaf for key in sorted(tree) for leaf in leaves(tree[key])]
    if isinstance(tree, (tuple, list)):
        return [leaf for branch in tree for leaf in leaves(branch)]
    return [] if tree is None else [np.asarray(tree)]


def run(function: Callable[..., Any], arrays: Sequence[Any]) -> list[Any]:
    """The reference's leaves for one input set.

    Raises:
        RejectedError: ``reference_error`` if it raises.
    """
    return call(function, [widen(array) for array in arrays])


def call(function: Callable[..., Any], arguments: Sequence[Any]) -> list[Any]:
    """The same for arguments that are as the reference takes them.

    Raises:
        RejectedError: ``reference_error`` if it raises; ``ill_conditioned`` where a matrix that it
            meets on the way is singular.
    """
    try:
        with np.errstate(all="ignore"):
            return leaves(function(*arguments))
    except RejectedError:
        raise
    except np.linalg.LinAlgError as error:
        raise RejectedError("ill_conditioned", f"the reference: {error}") from error
    except Exception as error:
        raise RejectedError("reference_error", f"{type(error).__name__}: {error}") from error

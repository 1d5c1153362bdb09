"""New arrays while derivatives are taken: what is written into them may carry derivatives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from jaxsmith.verdict.dual.array import ACTIVE, Dual, UnsupportedError
from jaxsmith.verdict.dual.functions import FUNCTIONS
from jaxsmith.verdict.dual.linear import copy, joined

if TYPE_CHECKING:
    from collections.abc import Callable


# Arrays that references fill afterwards.
_WRITTEN: frozenset[Any] = frozenset({
    np.zeros, np.ones, np.full, np.empty, np.zeros_like, np.ones_like, np.full_like, np.empty_like,
    np.eye,
})  # fmt: skip


def new_array(make: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """What a constructor of NumPy makes while derivatives are taken.

    An array that may be written into must hold them from the start.
    """
    if make in (np.array, np.asarray):
        return _gathered(make, *args, **kwargs)
    if _holds_dual(args):
        if make in FUNCTIONS:
            return FUNCTIONS[make](*args, **kwargs)
        raise UnsupportedError(f"{make.__name__} of an array with derivatives has no rule")
    made = make(*args, **kwargs)
    # What is computed of constants rounds as well.
    carries = make in _WRITTEN or ACTIVE[-1].noise is not None
    return Dual.constant(made, ACTIVE[-1]) if carries and made.dtype.kind in "fc" else made


def _gathered(make: Callable[..., Any], items: Any, dtype: Any = None, **kwargs: Any) -> Any:
    """``np.array`` of nested sequences."""
    if not _holds_dual((items,)):
        made = make(items, dtype, **kwargs)
        fresh = make is np.array and made.dtype.kind in "fc"
        return Dual.constant(made, ACTIVE[-1]) if fresh else made
    if dtype is not None and np.dtype(dtype).kind not in "fc":
        raise UnsupportedError("a cast to integers has no rule")
    if isinstance(items, Dual):
        return copy(items) if make is np.array else items
    return joined(np.stack, [_part(item) for item in items])


def _part(item: Any) -> Any:
    return _gathered(np.asarray, item) if isinstance(item, (list, tuple)) else item


def _holds_dual(items: Any) -> bool:
    return any(
        isinstance(item, Dual) or (isinstance(item, (list, tuple)) and _holds_dual(item))
        for item in items
    )

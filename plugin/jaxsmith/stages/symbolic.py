"""A function lowered for arrays of any size: axes whose sizes are symbols, not numbers."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import jax
from jax import export

from jaxsmith.stages.compat import few_decisions, on_one_thread
from jaxsmith.stages.errors import NoTextError, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jax.stages import Lowered, Wrapped

# Symbols are named by size, from the smallest: as many as a function's arguments have sizes.
_NAMES = "abcdefghijklmnopqrstuvwxyz"

# The functions of the corpus need some hundred at most.
MOST_DECISIONS = 2000

_TYPE: Any = jax.ShapeDtypeStruct  # which JAX does not annotate


def lowered(jitted: Wrapped, args: tuple[object, ...], kwargs: Mapping[str, object]) -> str:
    """The StableHLO of a function for symbolic sizes of its arguments' axes.

    Axes of one size get one symbol. Code that holds for some sizes alone, such as a reshape to
    numbers, can't be lowered so; then one size is a symbol and the others are numbers, the size of
    most axes first. The module takes the sizes as arguments before those of the function.

    Raises:
        NoTextError: the function can't be lowered with any size a symbol.
        MissingApiError: this JAX has lost what bounds its reasoning.
    """
    leaves, tree = jax.tree.flatten((args, dict(kwargs)))
    sizes = Counter(size for leaf in leaves for size in getattr(leaf, "shape", ()) if size > 1)
    if not sizes:
        raise NoTextError("no argument has an axis of more than one element")
    first: Exception | None = None
    for chosen in _choices(sizes):
        symbolic_args, symbolic_kwargs = jax.tree.unflatten(tree, _with_symbols(leaves, chosen))
        with few_decisions(MOST_DECISIONS), on_one_thread():
            try:
                module: Lowered = jitted.trace(*symbolic_args, **symbolic_kwargs).lower()
            except Exception as error:
                # Whatever the type: the function was lowered for the sizes it was written for.
                first = first or error
                continue
        return module.as_text("stablehlo")
    raise NoTextError(one_line(first) if first else "")


def _choices(sizes: Counter[int]) -> Iterator[list[int]]:
    if len(sizes) <= len(_NAMES):
        yield sorted(sizes)
    if len(sizes) > 1:
        # The most frequent first, among equals the larger: the likelier to be that of a batch.
        yield from ([size] for size in sorted(sizes, key=lambda size: (-sizes[size], -size)))


def _with_symbols(leaves: Sequence[object], chosen: Sequence[int]) -> list[object]:
    scope = export.SymbolicScope()
    symbols = {
        size: export.symbolic_shape(name, scope=scope)[0]
        for name, size in zip(_NAMES, chosen, strict=False)
    }
    return [
        _TYPE(
            tuple(symbols.get(size, size) for size in leaf.shape),
            # As JAX takes an array of it; keys have dtypes of their own.
            jax.dtypes.canonicalize_dtype(leaf.dtype, allow_extended_dtype=True),
        )
        if hasattr(leaf, "shape") and hasattr(leaf, "dtype")
        else leaf
        for leaf in leaves
    ]

"""Names: for parameters, intermediate values and functions, none twice in one scope."""

from __future__ import annotations

import builtins
import keyword
from contextlib import contextmanager
from typing import TYPE_CHECKING

from jaxsmith.vocabulary import dtypes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from jaxsmith.program.graph import Graph
    from jaxsmith.vocabulary.aval import Aval
    from jaxsmith.vocabulary.value import Var

RESERVED = frozenset(
    {*keyword.kwlist, *dir(builtins), "jax", "jnp", "lax", "np", "nn", "special", "linalg"}
)

PARAMETER_NAMES: dict[str, tuple[tuple[str, ...], ...]] = {
    "f": (
        ("scale", "temperature", "alpha", "rate", "threshold", "gain", "beta"),
        ("x", "values", "signal", "weights", "bias", "scores", "samples", "v", "y", "offsets"),
        ("x", "matrix", "features", "weights", "a", "b", "batch", "table", "logits", "y", "grid"),
        ("x", "batch", "volume", "frames", "inputs", "tensor", "stack", "y"),
        ("x", "images", "blocks", "tensor", "patches", "y"),
        ("x", "tensor", "patches", "windows", "y"),
    ),
    "c": (
        ("z", "phase", "amplitude", "c", "w"),
        ("z", "amplitudes", "spectrum", "signal", "state", "w"),
        ("z", "state", "operator", "spectra", "field", "w"),
        ("z", "field", "spectra", "operators", "w"),
        ("z", "field", "spectra", "operators", "w"),
        ("z", "field", "spectra", "operators", "w"),
    ),
    "i": (
        ("n", "count", "step", "offset", "shift", "limit", "k"),
        ("counts", "ids", "labels", "codes", "steps", "n", "lengths", "ticks"),
        ("counts", "codes", "labels", "pixels", "table", "ids", "m"),
        ("codes", "counts", "tokens", "ids", "cells"),
        ("codes", "counts", "cells", "tokens"),
        ("codes", "counts", "cells", "tokens"),
    ),
    "e": (
        ("scale", "level", "code"),
        ("quantized", "compressed", "codes", "stored", "packed"),
        ("quantized", "compressed", "cache", "weights8", "stored"),
        ("quantized", "cache", "compressed", "weights8"),
        ("quantized", "cache", "compressed"),
        ("quantized", "cache", "compressed"),
    ),
    "n": (
        ("nibble", "level", "code"),
        ("nibbles", "levels", "codes", "packed"),
        ("nibbles", "levels", "weights4", "packed"),
        ("nibbles", "levels", "packed"),
        ("nibbles", "levels", "packed"),
        ("nibbles", "levels", "packed"),
    ),
    "b": (
        ("flag", "enabled", "condition", "active"),
        ("mask", "valid", "flags", "active", "keep"),
        ("mask", "valid", "visible", "flags", "keep"),
        ("mask", "valid", "flags", "keep"),
        ("mask", "valid", "flags", "keep"),
        ("mask", "valid", "flags", "keep"),
    ),
}


class Namer:
    """Gives each value a name that nothing else in the function has."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.taken = set(taken) | RESERVED
        self.names: dict[Var, str] = {}
        self.functions: dict[tuple[Graph, str], str] = {}

    def of(self, var: Var) -> str:
        """The value's name, chosen from its hints the first time."""
        if var not in self.names:
            self.names[var] = self.fresh(var.hints or ("result", "out", "value"))
        return self.names[var]

    def parameter(self, var: Var, *, read: bool = True) -> str:
        """The name of a parameter, starting with ``_`` if the function doesn't read it."""
        if var not in self.names:
            hints = (*var.hints, *generic_names(var.aval))
            self.names[var] = self.fresh(hints if read else ("_", *(f"_{h}" for h in hints)))
        return self.names[var]

    @contextmanager
    def scope(self, graph: Graph) -> Iterator[None]:
        """Names given inside a function are free again outside; none hides a name given before.

        What the other spelling's text already calls a value of this function stays taken.
        """
        before = set(self.taken)
        own = (var for eqn in graph.eqns for var in eqn.outputs)
        self.taken |= {self.names[v] for v in (*graph.params, *own) if v in self.names}
        yield
        self.taken = before

    def function(self, graph: Graph, role: str, hints: Sequence[str]) -> str:
        """A name that belongs to a region: its own, or that of an argument it unpacks."""
        key = (graph, role)
        if key not in self.functions:
            self.functions[key] = self.fresh(hints)
        return self.functions[key]

    def fresh(self, hints: Sequence[str]) -> str:
        """The first of the hints that is free, else the first with a number."""
        for hint in hints:
            if hint not in self.taken:
                self.taken.add(hint)
                return hint
        number = 2
        while f"{hints[0]}{number}" in self.taken:
            number += 1
        return self.fresh((f"{hints[0]}{number}",))


def generic_names(aval: Aval) -> tuple[str, ...]:
    """Names that suit any parameter of this type."""
    kind = dtypes.kind(aval.dtype)
    by_rank = PARAMETER_NAMES["i" if kind == "u" else kind]
    return by_rank[min(aval.rank, len(by_rank) - 1)]


def function_name(graph: Graph, limit: int = 40) -> str:
    """A name for a function from what it does: its most telling operations, in order."""
    verbs = [eqn.op.verb or eqn.op.name for eqn in graph.eqns]
    telling = list(dict.fromkeys(verb for verb in verbs if verb not in PLAIN)) or verbs
    if len(telling) > 3:
        telling = [telling[0], telling[len(telling) // 2], telling[-1]]
    name = "_".join(telling[:-1]) + "_and_" + telling[-1] if len(telling) > 1 else "".join(telling)
    while len(name) > limit and len(telling) > 1:
        telling = telling[:-1]
        name = "_".join(telling)
    name = name or "identity"
    return f"apply_{name}" if name in RESERVED or name.startswith(("_", "0")) else name


# Verbs so common that a name made of them says nothing, unless there is nothing else.
PLAIN = frozenset({"add", "subtract", "multiply", "divide", "negate"})

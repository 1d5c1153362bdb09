"""Tags: what a reader can filter by, read off the finished graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.vocabulary.dtypes import kind
from jaxsmith.vocabulary.value import Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxsmith.program.graph import Eqn, Graph
    from jaxsmith.vocabulary.aval import Aval

# The size tag of a program is the first whose bound it does not pass.
SIZES = {"tiny": 1, "small": 5, "medium": 15, "large": 40, "huge": 10**9}

TAGS = {
    "elementwise": "every operation works element by element",
    "unary": "takes one argument",
    "scalar_array": "combines a scalar with an array",
    "broadcasting": "combines arrays of different shapes by broadcasting",
    "multi_statement": "has more than one statement",
    "nested_branches": "a branch inside a branch",
    "composite": "combines operations of four or more families",
    "differentiable": "has derivatives by arguments of 32 or 64 bits, in reverse mode too",
    "derived": "made from another function by transformations",
    "jit": "derived by jax.jit",
    "checkpoint": "derived by jax.checkpoint",
    "vmap": "derived by jax.vmap",
    "scan": "derived by repeating a step",
    "grad": "derived by jax.grad",
    "value_and_grad": "derived by jax.value_and_grad",
    "jacfwd": "derived by jax.jacfwd",
    "jacrev": "derived by jax.jacrev",
    "jvp": "derived by jax.jvp",
    "linearize": "derived by jax.linearize",
    "vjp": "derived by jax.vjp",
    "hvp": "derived by a Hessian-vector product",
    "tiny": "1 operation",
    "small": "2 to 5 operations",
    "medium": "6 to 15 operations",
    "large": "16 to 40 operations",
    "huge": "more than 40 operations",
}


def op_count(graph: Graph) -> int:
    """How many operations a graph has, those of its regions included."""
    return sum(1 for _ in graph.walk())


def size_tag(count: int) -> str:
    """The tag of a program of so many operations."""
    return next(tag for tag, most in SIZES.items() if count <= most)


def tags(graph: Graph, statements: int) -> frozenset[str]:
    """The tags of a function with this graph and this many statements in its source."""
    eqns = list(graph.walk())
    size = size_tag(len(eqns))
    found = {
        "elementwise": bool(eqns) and all(eqn.op.elementwise for eqn in eqns),
        "unary": len(graph.params) == 1,
        "scalar_array": any(_mixes_scalar(eqn) for eqn in eqns),
        "broadcasting": any(_broadcasts(eqn) for eqn in eqns),
        "multi_statement": statements > 1,
        "nested_branches": any(_branches_within(eqn) for eqn in eqns),
        "composite": len({eqn.op.family for eqn in eqns} - {"guards"}) >= 4,
    }
    return frozenset({size, *(tag for tag, holds in found.items() if holds)})


def slope_tags(wrt: Sequence[str], outputs: Sequence[Aval]) -> frozenset[str]:
    """The tag of a function that has derivatives by parameters, if it has floats to derive."""
    has_slopes = bool(wrt) and any(kind(aval.dtype) == "f" for aval in outputs)
    return frozenset({"differentiable"} if has_slopes else ())


def _mixes_scalar(eqn: Eqn) -> bool:
    ranks = {atom.aval.rank for atom in eqn.operands}
    return eqn.op.elementwise and 0 in ranks and len(ranks) > 1


def _broadcasts(eqn: Eqn) -> bool:
    shapes = {atom.aval.shape for atom in eqn.operands if not isinstance(atom, Literal)}
    return eqn.op.elementwise and len(shapes - {()}) > 1


def _branches_within(eqn: Eqn) -> bool:
    if eqn.op.family != "conditionals" or not eqn.regions:
        return False
    inner = (inner for region in eqn.regions for inner in region.walk())
    return any(other.op.family == "conditionals" and other.regions for other in inner)

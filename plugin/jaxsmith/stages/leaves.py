"""The values that go into a function and come out of it, leaf by leaf."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxsmith.stages.normal import normalise
from jaxsmith.vocabulary.aval import Aval

if TYPE_CHECKING:
    from jax.tree_util import PyTreeDef


@dataclass(frozen=True, slots=True)
class Flat:
    """A result taken apart: its leaves on the host, and its structure as in ``Extracted``."""

    leaves: tuple[np.ndarray[Any, Any], ...]
    structure: object


def flatten(result: object) -> Flat:
    """Take apart what a function returned, be it of JAX or of NumPy."""
    leaves, tree = jax.tree.flatten(result)
    return Flat(tuple(map(on_host, leaves)), structure(tree))


def avals(tree: object) -> tuple[Aval, ...]:
    """The types of the leaves of a pytree of whatever has a shape and a dtype.

    A key array has the dtype that JAX gives it (``"key<fry>"``).
    """
    return tuple(
        Aval(tuple(int(n) for n in leaf.shape), str(leaf.dtype)) for leaf in jax.tree.leaves(tree)
    )


def structure(tree: PyTreeDef) -> object:
    """The shape of a pytree: ``"*"`` for a leaf, in tuples, lists, dicts and ``None``.

    A node of another type, a named tuple for one, is JAX's text for it.
    """
    node = tree.node_data()
    if node is None:
        return "*"
    kind, keys = node
    children = [structure(child) for child in tree.children()]
    if kind is type(None):
        return None
    if kind is dict:
        return dict(zip(keys, children, strict=True))
    if kind in (tuple, list):
        return kind(children)
    return normalise(str(tree))


def on_host(leaf: Any) -> np.ndarray[Any, Any]:
    """The leaf as a NumPy array; a key array as the unsigned integers that it is made of."""
    if isinstance(leaf, jax.Array) and jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key):
        leaf = jax.random.key_data(leaf)
    return np.asarray(leaf)

"""A row of the idioms: one algorithm that people really write, and how it may vary.

The algorithm itself is two functions in a file of ``corpus/idioms/code/``, which is read as text:
one in JAX, and one in NumPy under the same name with ``_reference`` behind it. Both take the arrays
of ``inputs`` by position, in that order, and the ``options`` by keyword.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Union

from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.draw import Draw
from jaxsmith.vocabulary.dtypes import complex_of, default_float, default_int

if TYPE_CHECKING:
    from jaxsmith.vocabulary.draw import DrawKind

# What a dimension may be where the row does not say.
DIMENSIONS = (2, 3, 4, 5, 6, 7, 8)

Number = float | str
Tree = Union["Spec", tuple["Tree", ...], list["Tree"], Mapping[str, "Tree"], None]
Sizes = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Spec:
    """The type of an array, and how its values are drawn.

    Attributes:
        dims: its dimensions, separated by spaces: names, numbers, or expressions of both without
            spaces, such as ``"b t-1 2*d"``; an option's name stands for its value.
        dtype: ``"float"`` for the dtype that the program uses, ``"complex"`` for that of two such
            parts, ``"index"`` for that of positions, ``"default"`` for the float that JAX makes
            where there is none to go by, or a dtype.
        low, high: the range of the values; a text is an expression, such as ``"vocab-1"``.
        kind: how they are drawn, see ``jaxsmith.vocabulary.draw``.
    """

    dims: str
    dtype: str = "float"
    low: Number = -2.0
    high: Number = 2.0
    kind: DrawKind = "uniform"

    def aval(self, sizes: Sizes, float_dtype: str, *, x64: bool) -> Aval:
        """The type for these sizes."""
        named = {
            "float": float_dtype,
            "complex": complex_of(float_dtype),
            "index": default_int(x64=x64),
            "default": default_float(x64=x64),
        }
        shape = tuple(int(_value(dim, sizes)) for dim in self.dims.split())
        return Aval(shape, named.get(self.dtype, self.dtype))

    def draw(self, sizes: Sizes) -> Draw:
        """How the values are drawn for these sizes."""
        return Draw(self.kind, _value(self.low, sizes), _value(self.high, sizes))


def floats(dims: str, low: Number = -2.0, high: Number = 2.0, kind: DrawKind = "uniform") -> Spec:
    """An array of floats."""
    return Spec(dims, "float", low, high, kind)


def complexes(dims: str, low: Number = -2.0, high: Number = 2.0) -> Spec:
    """An array of complex numbers, both parts of which are in the range."""
    return Spec(dims, "complex", low, high)


def ints(dims: str, low: Number = 0, high: Number = 9, dtype: str = "int32") -> Spec:
    """An array of integers, both ends included."""
    return Spec(dims, dtype, low, high)


def default_floats(dims: str) -> Spec:
    """A result of floats of a function that takes none: float64 in x64 mode, else float32."""
    return Spec(dims, "default")


def bools(dims: str) -> Spec:
    """An array of booleans."""
    return Spec(dims, "bool", 0, 1)


def positions(dims: str) -> Spec:
    """An array of positions, as ``argmax`` gives them: int64 in x64 mode, else int32."""
    return Spec(dims, "index", 0, 1)


@dataclass(frozen=True, slots=True)
class Idiom:
    """One algorithm.

    Attributes:
        name: the name of the JAX function; the reference is ``{name}_reference``.
        cite: where its definition stands: author, title, year, equation or section.
        inputs: the arrays, by parameter, in order.
        output: the type of the result: a ``Spec`` for a leaf, in tuples, lists and dicts.
        options: keyword parameters that are written into the source, with values to choose from.
        dims: what the named dimensions may be, where that is not ``DIMENSIONS``.
        where: an expression of dimensions and options that must hold.
        gives: names for the leaves of a result that has several, unless it is a dict of them.
        wrt: parameters for which the function is differentiable; empty where it is not.
        family: the category that it belongs to.
        weight: how often it is chosen within its family.
        size: units in the last place of a result's largest element by which a special function that
            the JAX code calls brings it off, beyond the rounding of its operations.
        double: the same in float64, where it is more.

    Raises:
        ValueError: there are more or fewer names than values.
    """

    name: str
    cite: str
    inputs: Mapping[str, Spec]
    output: Tree
    options: Mapping[str, Sequence[object]] = field(default_factory=dict)
    dims: Mapping[str, Sequence[int]] = field(default_factory=dict)
    where: str = "True"
    gives: tuple[str, ...] = ()
    wrt: tuple[str, ...] = ()
    family: str = "idioms"
    weight: float = 1.0
    size: float = 0.0
    double: float | None = None

    def __post_init__(self) -> None:
        """Refuse a result of several values without names."""
        leaves = len(specs(self.output))
        if isinstance(self.output, Mapping) and len(self.output) == leaves and not self.gives:
            return
        if len(self.gives) != (leaves if leaves > 1 else 0):
            raise ValueError(f"{self.name} returns {leaves} values: give each a name in gives=")

    @property
    def names(self) -> list[str]:
        """The named dimensions, in the order in which they are met."""
        texts = [dim for spec in self.inputs.values() for dim in spec.dims.split()]
        found = [dim for dim in texts if dim.isidentifier() and dim not in self.options]
        return list(dict.fromkeys([*found, *self.dims]))


def specs(tree: Tree) -> list[Spec]:
    """The leaves of a tree, in JAX's order: dicts by sorted key."""
    if isinstance(tree, Spec):
        return [tree]
    if isinstance(tree, Mapping):
        return [leaf for key in sorted(tree) for leaf in specs(tree[key])]
    return [leaf for branch in tree or () for leaf in specs(branch)]


def outline(tree: Tree) -> object:
    """The tree with ``"*"`` for a leaf."""
    if isinstance(tree, Spec):
        return "*"
    if isinstance(tree, Mapping):
        return {key: outline(tree[key]) for key in sorted(tree)}
    if isinstance(tree, list):
        return [outline(branch) for branch in tree]
    return None if tree is None else tuple(outline(branch) for branch in tree)


def holds(idiom: Idiom, sizes: Sizes) -> bool:
    """Whether the row's condition is met."""
    return bool(evaluate(idiom.where, sizes))


def _value(number: Number, sizes: Sizes) -> float:
    value = evaluate(number, sizes) if isinstance(number, str) else number
    assert isinstance(value, (int, float))
    return value


def evaluate(expression: str, sizes: Sizes) -> object:
    """An expression of dimensions and options."""
    # The expressions are rows of the corpus, as much code as the rest of it.
    return eval(expression, {"__builtins__": {}, "min": min, "max": max}, dict(sizes))

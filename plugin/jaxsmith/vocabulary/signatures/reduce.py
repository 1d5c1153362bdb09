"""Type rules of reductions: which axes go, how the source says so, and what is left."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from jaxsmith.vocabulary import dtypes
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.interval import Interval, hull
from jaxsmith.vocabulary.op import Proposal
from jaxsmith.vocabulary.signatures.elementwise import domain_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jaxsmith.vocabulary.aval import Shape
    from jaxsmith.vocabulary.op import Attributes, Op, Scope, Signature
    from jaxsmith.vocabulary.value import Var

    Result = Callable[[Scope, str], str]
    More = Callable[["Scope", Var, "Axes"], Mapping[str, object] | None]

Keep = Literal["maybe", "always", "never"]


@dataclass(frozen=True, slots=True)
class Spelling:
    """Another pair of templates for the same operation, and their precedence."""

    jax: str
    numpy: str
    level: str = "atom"


Spellings = tuple[Spelling, ...]


def spelled(template: str, level: str = "atom") -> Spelling:
    """A spelling that NumPy shares, with ``np`` for ``jnp``."""
    return Spelling(template, template.replace("jnp.", "np."), level)


def same(_scope: Scope, dtype: str) -> str:
    """The result has the operand's dtype."""
    return dtype


def total(scope: Scope, dtype: str) -> str:
    """Integers and booleans are summed in JAX's default integer of their sign."""
    sign = "u" if dtypes.kind(dtype) == "u" else ""
    return dtype if dtypes.is_inexact(dtype) else sign + dtypes.default_int(x64=scope.x64)


def running(scope: Scope, dtype: str) -> str:
    """Running sums keep the dtype of integers; booleans are counted in the default integer."""
    return dtypes.default_int(x64=scope.x64) if dtype == "bool" else dtype


def inexact(_scope: Scope, dtype: str) -> str:
    """The float that the operand promotes to."""
    return dtypes.inexact(dtype)


def boolean(_scope: Scope, _dtype: str) -> str:
    """The result is a bool."""
    return "bool"


def position(scope: Scope, _dtype: str) -> str:
    """The result counts or points."""
    return dtypes.default_int(x64=scope.x64)


@dataclass(frozen=True, slots=True)
class Axes:
    """The axes that a reduction goes over.

    Attributes:
        dims: their numbers, none negative.
        text: the ``axis`` argument as the source says it; empty for every axis.
        keepdims: whether they stay as axes of length 1.
        keyword: how the argument is passed, ``"axis="`` or by position.
    """

    dims: tuple[int, ...]
    text: str
    keepdims: bool = False
    keyword: str = "axis="

    @property
    def inside(self) -> str:
        """The arguments of a call that takes nothing else."""
        parts = [f"{self.keyword}{self.text}"] if self.text else []
        return ", ".join([*parts, "keepdims=True"] if self.keepdims else parts)

    @property
    def tail(self) -> str:
        """The arguments that follow another argument."""
        return f", {self.inside}" if self.inside else ""

    @property
    def attributes(self) -> dict[str, object]:
        """What a spelling may say of the axes."""
        keep = ", keepdims=True" if self.keepdims else ""
        return {
            "tail": self.tail,
            "inside": self.inside,
            "dims": repr(self.dims),
            "ufunc_tail": self._ufunc + keep,
        }

    @property
    def _ufunc(self) -> str:
        """The axis argument of ``jnp.add.reduce`` and its like, which go over axis 0 by default."""
        if self.dims == (0,):
            return ""
        return f", axis={self.text or None}"

    def shape(self, shape: Shape) -> Shape:
        """What is left of a shape."""
        kept = (1 if axis in self.dims else dim for axis, dim in enumerate(shape))
        if self.keepdims:
            return tuple(kept)
        return tuple(dim for axis, dim in enumerate(shape) if axis not in self.dims)

    def count(self, shape: Shape) -> int:
        """How many elements become one."""
        return math.prod(shape[axis] for axis in self.dims)


def signed(scope: Scope, axis: int, rank: int) -> int:
    """An axis as people count it: from the end now and then, mostly for the last one."""
    from_end = scope.rng.chance(0.6 if axis == rank - 1 else 0.15)
    return axis - rank if from_end else axis


def pick_axes(
    scope: Scope,
    rank: int,
    *,
    whole: bool = True,
    tuples: bool = True,
    keep: Keep = "maybe",
    last: bool = False,
    positional: bool = True,
) -> Axes:
    """Axes to reduce over.

    Args:
        scope: the program being written.
        rank: of the operand; at least 1.
        whole: whether no axis at all may be named.
        tuples: whether several axes may be named.
        keep: whether the axes stay with length 1.
        last: whether the last axis must be among them.
        positional: whether the axis may be passed by position.
    """
    keepdims = keep == "always" or (keep == "maybe" and scope.rng.chance(0.22))
    roll = scope.rng.unit()
    if whole and roll < (0.25 if rank > 1 else 0.6):
        keepdims = keepdims and (keep == "always" or scope.rng.chance(0.4))  # seldom wanted here
        return Axes(tuple(range(rank)), "", keepdims)
    if tuples and rank > 1 and roll > 0.75:
        picked = scope.rng.sample(range(rank), scope.rng.integer(2, rank))
        dims = tuple(sorted({*picked, rank - 1} if last else picked))
        shift = rank if scope.rng.chance(0.3) else 0
        return Axes(dims, repr(tuple(dim - shift for dim in dims)), keepdims)
    axis = rank - 1 if last else scope.rng.integer(0, rank - 1)
    by_position = positional and not keepdims and scope.rng.chance(0.12)
    return Axes((axis,), str(signed(scope, axis, rank)), keepdims, "" if by_position else "axis=")


def reduction(
    kinds: str = "f",
    result: Result = same,
    *,
    method: str = "",
    spellings: Spellings = (),
    copies: int = 1,
    whole: bool = True,
    tuples: bool = True,
    keep: Keep = "maybe",
    least: int = 1,
    most: int = 1024,
    more: More | None = None,
) -> Signature:
    """One operand and some of its axes; spelled with ``{tail}`` (``, axis=1``) or ``{inside}``.

    Args:
        kinds: kinds of operand.
        result: dtype of the result.
        method: the array method that does the same, an alternative spelling.
        spellings: further alternatives.
        copies: how many times the operand is written in the spelling.
        whole: whether a call without axis may be written.
        tuples: whether several axes may be named.
        keep: whether the reduced axes stay with length 1.
        least: the fewest elements that may become one.
        most: the most elements that may become one.
        more: further attributes, given the operand and its axes; None where it can't apply.
    """
    if method:
        spellings = (*spellings, spelled(f"{{0:atom}}.{method}({{inside}})"))

    def propose(scope: Scope, op: Op) -> Proposal | None:
        x = scope.value(kinds, ranks=(1, 6), domain=domain_of(op, 0))
        if x is None:
            return None
        axes = pick_axes(scope, x.aval.rank, whole=whole, tuples=tuples, keep=keep)
        extra = more(scope, x, axes) if more else {}
        if extra is None or not least <= axes.count(x.aval.shape) <= most:
            return None
        attributes = {
            **axes.attributes,
            "terms": axes.count(x.aval.shape),
            **respelled(scope, spellings),
            **extra,
        }
        out = Aval(axes.shape(x.aval.shape), result(scope, x.aval.dtype))
        return Proposal((x,) * copies, (out,), attributes)

    return propose


def normalization(
    kinds: str = "f",
    *,
    copies: int = 2,
    exact: bool = False,
    constants: Mapping[str, Sequence[str]] | None = None,
    tuples: bool = True,
    positional: bool = True,
) -> Signature:
    """An array put in relation to its own reduction along some axes; the shape stays.

    Args:
        kinds: kinds of operand.
        copies: how many times the operand is written; once if a function does it all.
        exact: whether integers stay integers.
        constants: texts to choose from for placeholders of these names.
        tuples: whether several axes may be named.
        positional: whether the axis may be passed by position.
    """

    def propose(scope: Scope, op: Op) -> Proposal | None:
        x = scope.value(kinds, ranks=(1, 6), domain=domain_of(op, 0))
        if x is None:
            return None
        axes = pick_axes(scope, x.aval.rank, tuples=tuples, positional=positional)
        leading = axes.dims == tuple(range(len(axes.dims)))
        if not leading and not axes.keepdims:  # what is left would not broadcast
            axes = Axes(axes.dims, axes.text, keepdims=True)
        if axes.count(x.aval.shape) < 2:
            return None
        plain = Axes(axes.dims, axes.text or repr(axes.dims))
        attributes = {
            **axes.attributes,
            "plain_tail": plain.tail,  # always says the axis, never keepdims
            "axis_tail": "" if plain.dims == (x.aval.rank - 1,) else plain.tail,
            "terms": axes.count(x.aval.shape),
            **{name: scope.rng.choice(texts) for name, texts in (constants or {}).items()},
        }
        dtype = x.aval.dtype if exact else dtypes.inexact(x.aval.dtype)
        return Proposal((x,) * copies, (Aval(x.aval.shape, dtype),), attributes)

    return propose


def paired(
    kinds: str = "f", result: Result = same, *, tuples: bool = True, positional: bool = True
) -> Signature:
    """Two operands of one type, combined and reduced over some axes."""

    def propose(scope: Scope, op: Op) -> Proposal | None:
        x = scope.value(kinds, ranks=(1, 4), domain=domain_of(op, 0))
        if x is None:
            return None
        y = scope.value(
            dtypes.kind(x.aval.dtype),
            shape=x.aval.shape,
            dtype=x.aval.dtype,
            domain=domain_of(op, 1),
            hints=("target", "y", "other"),
            avoid=(x,),
        )
        if y is None:
            return None
        axes = pick_axes(scope, x.aval.rank, tuples=tuples, positional=positional)
        attributes = {**axes.attributes, "terms": axes.count(x.aval.shape)}
        out = Aval(axes.shape(x.aval.shape), result(scope, x.aval.dtype))
        return Proposal((x, y), (out,), attributes)

    return propose


def masked(
    kinds: str = "f", result: Result = same, *, masks: int = 1, more: More | None = None
) -> Signature:
    """An operand and a mask that says which of its elements count."""

    def propose(scope: Scope, op: Op) -> Proposal | None:
        x = scope.value(kinds, ranks=(1, 4), domain=domain_of(op, 0))
        if x is None:
            return None
        mask = scope.value("b", shape=x.aval.shape, hints=("mask", "valid", "keep"))
        if mask is None:
            return None
        axes = pick_axes(scope, x.aval.rank)
        extra = more(scope, x, axes) if more else {}
        if extra is None:
            return None
        attributes = {**axes.attributes, "terms": axes.count(x.aval.shape), **extra}
        out = Aval(axes.shape(x.aval.shape), result(scope, x.aval.dtype))
        return Proposal((x, *(mask,) * masks), (out,), attributes)

    return propose


def respelled(scope: Scope, spellings: Spellings) -> Mapping[str, object]:
    """Attributes that replace both spellings, or none: the row's own is as likely as the rest."""
    if not spellings or scope.rng.chance(0.5):
        return {}
    chosen = scope.rng.choice(spellings)
    return {
        "jax_template": chosen.jax,
        "numpy_template": chosen.numpy,
        "jax_level": chosen.level,
        "numpy_level": chosen.level,
    }


def turned(template: str, axis: int, *, reverse: bool) -> str:
    """A template with ``{turn}`` for its operand, run from the other end where ``reverse``."""
    if not reverse:
        return template.replace("{turn}", "{0}")
    inner = template.replace("{turn}", f"np.flip({{0}}, axis={axis})")
    return f"np.flip({inner}, axis={axis})"


def terms(attributes: Attributes) -> int:
    """How many elements become one."""
    return int(str(attributes["terms"]))


# Ranges of what comes out.


def summed(
    intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    """The sum of all the terms."""
    return intervals[0].scale(terms(attributes))


def partly_summed(
    intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    """The sum of any of the terms, perhaps of none."""
    x = intervals[0].scale(terms(attributes))
    return Interval(min(x.low, 0.0), max(x.high, 0.0))


def summed_so_far(
    intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    """The sum of one or more of the terms."""
    return intervals[0].union(intervals[0].scale(terms(attributes)))


def multiplied(
    intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    """The product of any of the terms, perhaps of none."""
    reach = max(intervals[0].magnitude, 1.0) ** terms(attributes)
    low = -reach if intervals[0].low < 0 else min(intervals[0].low, 1.0) ** terms(attributes)
    return Interval(low, reach)


def summed_after(change: Callable[[Interval], Interval]) -> Callable[..., Interval]:
    """The sum of the terms, each changed first."""

    def span(
        intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
    ) -> Interval:
        return change(intervals[0]).scale(terms(attributes))

    return span


def with_zero(
    intervals: Sequence[Interval], _avals: Sequence[Aval], _attributes: Attributes
) -> Interval:
    """The range of the first operand, and 0."""
    return hull((*intervals[0], 0.0))


def counted(
    _intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    """From none to all."""
    return Interval(0, terms(attributes))


def pointed(
    _intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    """A position among the terms."""
    return Interval(0, max(0, terms(attributes) - 1))


def log_summed(
    intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    """The log of a sum of exponentials of one or more of the terms."""
    return Interval(intervals[0].low, intervals[0].high + math.log(terms(attributes)))

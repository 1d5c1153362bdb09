"""Choices between values: where, select, choose, clip, and piecewise functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.vocabulary import spans
from jaxsmith.vocabulary.accuracy import DECIDE, EQUAL, MOVE, ulps
from jaxsmith.vocabulary.interval import Interval, hull
from jaxsmith.vocabulary.op import Proposal
from jaxsmith.vocabulary.rows import function
from jaxsmith.vocabulary.signatures import choice
from jaxsmith.vocabulary.signatures.variants import spellings, wide_integers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxsmith.vocabulary.accuracy import Accuracy
    from jaxsmith.vocabulary.aval import Aval
    from jaxsmith.vocabulary.op import Attributes, Op, Scope, Signature, Smoothness, Span
    from jaxsmith.vocabulary.rows import Range


def _chosen(*positions: int) -> Span:
    """Every element is one of the operands at these positions."""
    return lambda intervals, _avals, _attributes: hull(
        end for position in positions for end in intervals[position]
    )


def _any_but_first(
    intervals: Sequence[Interval], _avals: Sequence[Aval], _attributes: Attributes
) -> Interval:
    return hull(end for interval in intervals[1:] for end in interval)


def _selected(
    intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    """Of a select, whose values are the operands from ``start`` on."""
    start = int(str(attributes["start"]))
    return hull(end for interval in intervals[start:] for end in interval)


def _raised(x: Interval, low: Interval) -> Interval:
    return Interval(max(x.low, low.low), max(x.high, low.high))


def _capped(x: Interval, high: Interval) -> Interval:
    return Interval(min(x.low, high.low), min(x.high, high.high))


def _clamped(x: Interval, low: Interval, high: Interval) -> Interval:
    return _capped(_raised(x, low), high)


def _choice(name: str, signature: Signature, span: Span, jax: str, names: tuple[str, ...], *,
            accuracy: Accuracy = MOVE, numpy: str = "", verb: str = "", weight: float = 1.0,
            smooth: Smoothness = "kinked", domain: tuple[Range, ...] = ()) -> Op:  # fmt: skip
    return function(name, "conditionals", signature, span, jax=jax,
                    numpy=numpy or jax.replace("jnp.", "np."), accuracy=accuracy, domain=domain,
                    smooth=smooth, names=names, verb=verb, elementwise=True,
                    weight=weight)  # fmt: skip


def _piecewise(scope: Scope, _op: Op) -> Proposal | None:
    """Constants and functions on three pieces of the line; all numbers are exact in float32."""
    x = scope.value("f", ranks=(1, 6))
    if x is None:
        return None
    low, high = scope.rng.choice(((-1.0, 1.0), (-0.5, 0.5), (0.0, 1.0), (0.0, 2.0), (-2.0, 0.5)))
    pieces = scope.rng.choice((
        f"{low}, {high}, lambda v: v",
        "lambda v: -v, lambda v: v, 0.0",
        "0.0, 1.0, lambda v: v * v",
        "lambda v: 0.25 * v, 1.0, lambda v: v",
        "lambda v: v + 1.0, lambda v: v - 1.0, 0.0",
        "-1.0, 1.0, lambda v: 0.5 * v",
    ))  # fmt: skip
    return Proposal((x, x, x), (x.aval,), {"low": low, "high": high, "pieces": pieces})


def _piecewise_span(
    intervals: Sequence[Interval], _avals: Sequence[Aval], _attributes: Attributes
) -> Interval:
    reach = max(intervals[0].magnitude + 1.0, 4.0)  # 4 is the square of the farthest threshold
    return Interval(-reach, reach)


_WHERE = "jnp.where({*})"
_COMPARED = "jnp.where({0:bitor} {symbol} {1:bitor}, {2}, {3})"
_PIECEWISE = "jnp.piecewise({0}, [{1:bitor} < {low}, {2:bitor} > {high}], [{pieces}])"
CHOSEN = ("selected", "chosen", "merged")

# Where the choice may tip within the operands' bounds, the result's bound is too loose to be used.
JUMPS = ulps(0.5)

OPS = [
    _choice("where", choice.where("aa"), _chosen(1, 2), _WHERE, CHOSEN, weight=1.5),
    _choice("where_or_number", choice.where("an"), _chosen(1, 2), _WHERE, ("masked", "kept"),
            verb="where", weight=1.5),
    _choice("where_number", choice.where("na"), _chosen(1, 2), _WHERE, ("replaced", "filled"),
            verb="where"),
    _choice("where_numbers", choice.where_numbers, _chosen(1, 2), _WHERE,
            ("weights", "labels", "levels"), verb="where", smooth="none"),
    _choice("where_mixed", choice.where_mixed, _chosen(1, 2), _WHERE, CHOSEN, accuracy=JUMPS,
            verb="where", weight=0.6),
    _choice("where_nested", choice.where_nested, _chosen(1, 3, 4),
            "jnp.where({0}, {1}, jnp.where({2}, {3}, {4}))", CHOSEN, verb="where"),
    _choice("where_compared", choice.where_compared("f", "f"), _chosen(2, 3), _COMPARED,
            ("gated", "thresholded", "switched"), accuracy=JUMPS, verb="threshold", weight=1.5),
    _choice("where_compared_integers", choice.where_compared("f", "i"), _chosen(2, 3), _COMPARED,
            ("labels", "levels"), accuracy=DECIDE, verb="label", smooth="none", weight=0.6),
    _choice("integer_where_compared", choice.where_compared("i", "i"), _chosen(2, 3), _COMPARED,
            ("capped", "remapped"), accuracy=EQUAL, verb="remap", smooth="none"),
    _choice("where_integers_compared", choice.where_compared("i", "f"), _chosen(2, 3), _COMPARED,
            ("selected", "scheduled"), accuracy=JUMPS, verb="schedule"),
    _choice("select", wide_integers(choice.select_masks), _selected, "", CHOSEN),
    _choice("select_bands", choice.select_bands("f"), _selected, "", ("banded", "graded"),
            accuracy=JUMPS, verb="select"),
    _choice("integer_select_bands", wide_integers(choice.select_bands("i")), _selected, "",
            ("grades", "classes"), accuracy=EQUAL, verb="select", smooth="none"),
    _choice("choose", wide_integers(choice.choose), _any_but_first, "",
            ("chosen", "routed"), weight=0.7),
    _choice("lax_select", choice.same_shape("b", 2), _chosen(1, 2), "lax.select({*})", CHOSEN,
            numpy="np.where({*})", verb="select", weight=0.6),
    _choice("lax_select_n", choice.same_shape("b", 2), _chosen(1, 2), "lax.select_n({*})", CHOSEN,
            numpy="np.where({0}, {2}, {1})", verb="select", weight=0.4),
    _choice("lax_select_of_three", choice.same_shape("i", 3), _any_but_first,
            "lax.select_n({*})", ("routed", "chosen"), numpy="np.choose({0}, [{1}, {2}, {3}])",
            verb="select", weight=0.5, domain=((0, 2),)),
    _choice("piecewise", _piecewise, _piecewise_span, _PIECEWISE, ("shaped", "pieces"),
            accuracy=JUMPS, weight=0.7),
    _choice("clip", choice.clipped("nn"), spans.of(_clamped), "jnp.clip({*})",
            ("clipped", "bounded"), accuracy=JUMPS),
    _choice("clip_below", choice.clipped("n"), spans.of(_raised), "jnp.clip({0}, min={1})",
            ("floored", "raised"), numpy="np.clip({0}, {1}, None)", accuracy=JUMPS, verb="clip",
            weight=0.7),
    _choice("clip_above", choice.clipped("n"), spans.of(_capped), "jnp.clip({0}, max={1})",
            ("capped", "limited"), numpy="np.clip({0}, None, {1})", accuracy=JUMPS, verb="clip",
            weight=0.7),
    spellings(_choice("clip_to_arrays", choice.clipped("aa"), spans.of(_clamped), "jnp.clip({*})",
                      ("clipped", "bounded"), accuracy=JUMPS, verb="clip"),
              "jnp.minimum(jnp.maximum({0}, {1}), {2})"),
    _choice("clip_to_mixed", choice.clipped("an"), spans.of(_clamped), "jnp.clip({*})",
            ("clipped", "limited"), accuracy=JUMPS, verb="clip", weight=0.6),
    _choice("clamp", choice.same_shape("f", 2, "f"), spans.of(_clamped),
            "lax.clamp({1}, {0}, {2})", ("clamped", "bounded"), numpy="np.clip({*})",
            accuracy=JUMPS, weight=0.5),
]  # fmt: skip

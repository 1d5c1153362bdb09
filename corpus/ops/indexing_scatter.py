"""Writing by position with the ``at`` property, to a static part or to rows.

Of positions out of bounds JAX drops the updates, unless ``mode="clip"`` moves them to the nearest
end; positions that come more than once are updated more than once. Values that are set by an array
of positions come from a number, or the positions are all different: otherwise the order in which
they are written would decide, and that is not defined.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.vocabulary import spans
from jaxsmith.vocabulary.accuracy import MOVE, ORDER, TERMS, stable, ulps
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.moves import move
from jaxsmith.vocabulary.op import Proposal
from jaxsmith.vocabulary.signatures.index import (
    POSITION,
    POSITIONS,
    bracket,
    distinct_positions,
    positions,
    static_index,
    update_for,
)
from jaxsmith.vocabulary.signatures.shape import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxsmith.vocabulary.accuracy import Accuracy
    from jaxsmith.vocabulary.aval import Aval
    from jaxsmith.vocabulary.op import Attributes, Op, Scope, Signature, Smoothness, Span
    from jaxsmith.vocabulary.signatures.index import Reach
    from jaxsmith.vocabulary.value import Atom, Var

KINDS = "fffi"


def _added(
    intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    x, update = intervals[0], intervals[-1]
    times = float(str(attributes["updates"]))
    return Interval(x.low + min(0.0, times * update.low), x.high + max(0.0, times * update.high))


def _subtracted(
    intervals: Sequence[Interval], avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    return _added([intervals[0], intervals[-1].scale(-1)], avals, attributes)


def _multiplied(
    intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    x, update = intervals[0], intervals[-1]
    times = int(str(attributes["updates"]))
    if times == 1:
        return x.union(x * update)
    reach = x.magnitude * max(1.0, update.magnitude) ** times
    return Interval(0.0 if x.low >= 0 and update.low >= 0 else -reach, reach)


def _divided(
    intervals: Sequence[Interval], _avals: Sequence[Aval], _attributes: Attributes
) -> Interval:
    return intervals[0].union(spans.divide(intervals[0], intervals[-1]))


def _ends(
    intervals: Sequence[Interval], _avals: Sequence[Aval], _attributes: Attributes
) -> Interval:
    return intervals[0].union(intervals[-1])


def _part(kinds: str = KINDS, domain: Interval | None = None) -> Signature:
    """A part of ``x`` that is chosen when the program is written."""

    def propose(scope: Scope, _op: Op) -> Proposal | None:
        x = scope.value(kinds, ranks=(1, 4))
        index = None if x is None else static_index(scope.rng, x.aval.shape, integers=0.4)
        if x is None or index is None:
            return None
        update = update_for(scope, x, index.shape, domain)
        if update is None:
            return None
        attributes = {"index": index.text, "updates": 1, "terms": 2}
        return Proposal((x, update), (x.aval,), attributes)

    return propose


def _rows(reach: Reach, modes: tuple[str, ...], *, repeats: bool) -> Signature:
    """Rows of ``x``, one or several; ``repeats`` where a row may be updated more than once."""

    def propose(scope: Scope, _op: Op) -> Proposal | None:
        x = scope.value(KINDS, ranks=(1, 3))
        if x is None:
            return None
        size, *rest = x.aval.shape
        count = 0 if scope.rng.chance(0.25) else scope.rng.integer(2, 6)
        own = (count,) if count else ()
        distinct = count > 0 and not repeats and "clip" not in modes and scope.rng.chance(0.6)
        if distinct:
            # Some of them beyond the end, where they may be.
            count = min(count, size)
            own = (count,)
            most = size - count + (2 if reach == "beyond" else 0)
            i = distinct_positions(scope, count, scope.rng.integer(0, most))
        else:
            i = positions(scope, own, size, reach, POSITIONS if count else POSITION, (x,))
        if i is None:
            return None
        single = not count or repeats or distinct
        update = update_for(scope, x, (*own, *rest)) if single else number(scope, x)
        if update is None:
            return None
        attributes = {"size": size, "mode": _mode(scope, modes)}
        return _scattered(x, (i, update), max(1, count), attributes)

    return propose


def _along_axis(*, repeats: bool) -> Signature:
    """Positions along an axis that need not be the first."""

    def propose(scope: Scope, op: Op) -> Proposal | None:
        x = scope.value(KINDS, ranks=(2, 3))
        if x is None:
            return None
        shape = x.aval.shape
        axis = scope.rng.integer(1, len(shape) - 1)
        count = scope.rng.integer(2, 5)
        i = positions(scope, (count,), shape[axis], "inside", POSITIONS, (x,))
        if i is None:
            return None
        own = (*shape[:axis], count, *shape[axis + 1 :])
        update = update_for(scope, x, own) if repeats else number(scope, x)
        if update is None:
            return None
        index = bracket(scope.rng, axis, len(shape))
        forms = {
            "jax_template": op.jax.replace("{index}", index),
            "numpy_template": op.numpy.replace("{index}", index),
        }
        return _scattered(x, (i, update), count, {"size": shape[axis], **forms})

    return propose


def _pairs(reach: Reach, modes: tuple[str, ...]) -> Signature:
    """Positions along the first two axes, element by element."""

    def propose(scope: Scope, _op: Op) -> Proposal | None:
        x = scope.value(KINDS, ranks=(2, 3))
        if x is None:
            return None
        rows, columns, *rest = x.aval.shape
        own = (scope.rng.integer(2, 6),)
        i = positions(scope, own, rows, reach, ("rows", "sources"), (x,))
        if i is None:
            return None
        j = positions(scope, own, columns, reach, ("cols", "targets"), (x, i))
        update = None if j is None else update_for(scope, x, (*own, *rest))
        if j is None or update is None:
            return None
        return _scattered(x, (i, j, update), own[0], {"mode": _mode(scope, modes)})

    return propose


def _mode(scope: Scope, modes: tuple[str, ...]) -> str:
    mode = scope.rng.choice(modes)
    return f', mode="{mode}"' if mode else ""


def _scattered(
    x: Var, others: tuple[Atom, ...], count: int, attributes: dict[str, object]
) -> Proposal:
    """``count`` updates of which all may go to one element."""
    counts = {"updates": count, "terms": count + 1}
    return Proposal((x, *others), (x.aval,), {**counts, **attributes})


DROPPED = ("", "", "drop")
CLIPPED = ("clip",)
IN_BOUNDS = ("", "", "promise_in_bounds")
VERBS = {"set": "set_rows", "add": "add_at", "multiply": "scale_at", "min": "lower_at",
         "max": "raise_at"}  # fmt: skip


def _by_position(
    method: str,
    operation: str,
    span: Span,
    accuracy: Accuracy,
    smooth: Smoothness,
    names: tuple[str, ...],
) -> list[Op]:
    """The rows of one method: inside, out of bounds dropped or clipped, and along another axis."""
    repeats = method != "set"
    plain, dropping = ("updated", "updated_within") if repeats else ("replaced", "replaced_within")
    start = f"{operation}, {{0}}" if repeats else "{0}"

    def row(kind: str, jax: str, numpy: str, signature: Signature, *helpers: str) -> Op:
        weight = 1.0 if kind == "rows" else 0.6
        # JAX 0.10 gives an infinite derivative of a clipped scatter of extremes; 0.12 does not.
        clipped_extreme = kind == "rows_clipped" and method in ("min", "max")
        return move(
            f"at_{method}_{kind}", f"{{0:atom}}.at[{jax}", signature, family="indexing",
            numpy=numpy, span=span, accuracy=accuracy,
            smooth="none" if clipped_extreme else smooth, helpers=helpers,
            names=names, verb=VERBS[method], weight=weight,
        )  # fmt: skip

    by_rows = "{1}]." + method + "({2}{mode})"
    by_axis = "{index}]." + method + "({2})"
    return [
        row("rows", by_rows, f"{plain}({start}, {{1}}, {{2}})",
            _rows("inside", IN_BOUNDS, repeats=repeats), plain),
        row("rows_dropped", by_rows, f"{dropping}({start}, ({{1}},), {{2}})",
            _rows("beyond", DROPPED, repeats=repeats), dropping),
        row("rows_clipped", by_rows, f"{plain}({start}, clamped({{1}}, {{size}}), {{2}})",
            _rows("beyond", CLIPPED, repeats=repeats), plain, "clamped"),
        row("axis", by_axis, f"{plain}({start}, np.s_[{{index}}], {{2}})",
            _along_axis(repeats=repeats), plain),
    ]  # fmt: skip


def _static(
    method: str,
    operation: str,
    span: Span,
    accuracy: Accuracy,
    names: tuple[str, ...],
    *,
    kinds: str = KINDS,
    domain: Interval | None = None,
    smooth: Smoothness = "smooth",
) -> Op:
    """The row of one method on a part that is known when the program is written."""
    start = f"updated({operation}, {{0}}" if operation else "replaced({0}"
    return move(
        f"at_{method}", f"{{0:atom}}.at[{{index}}].{method}({{1}})", _part(kinds, domain),
        family="indexing", numpy=f"{start}, np.s_[{{index}}], {{1}})", span=span,
        accuracy=accuracy, smooth=smooth, helpers=("updated" if operation else "replaced",),
        names=names, verb=f"{method}_part" if method in ("set", "min", "max") else f"{method}_to",
    )  # fmt: skip


OPS = [
    _static("set", "", _ends, MOVE, ("updated", "patched"), kinds="fffib"),
    _static("add", "np.add", _added, TERMS, ("updated", "increased")),
    _static("subtract", "np.subtract", _subtracted, stable(1.0), ("updated", "reduced")),
    _static("multiply", "np.multiply", _multiplied, TERMS, ("updated", "rescaled")),
    _static("divide", "np.divide", _divided, ulps(2.0), ("updated", "rescaled"), kinds="f",
            domain=Interval(0.25, 1e4)),
    _static("min", "np.minimum", _ends, ORDER, ("capped", "updated"), smooth="kinked"),
    _static("max", "np.maximum", _ends, ORDER, ("floored", "updated"), smooth="kinked"),
    *_by_position("set", "", _ends, MOVE, "smooth", ("updated", "marked")),
    *_by_position("add", "np.add", _added, TERMS, "smooth", ("accumulated", "updated")),
    # JAX differentiates a scatter of products only where no position comes twice.
    *_by_position("multiply", "np.multiply", _multiplied, TERMS, "none", ("rescaled", "updated")),
    *_by_position("min", "np.minimum", _ends, ORDER, "kinked", ("capped", "updated")),
    *_by_position("max", "np.maximum", _ends, ORDER, "kinked", ("raised", "updated")),
    move("at_add_pairs", "{0:atom}.at[{1}, {2}].add({3}{mode})", _pairs("inside", IN_BOUNDS),
         family="indexing", numpy="updated(np.add, {0}, ({1}, {2}), {3})", span=_added,
         accuracy=TERMS, helpers=("updated",), names=("accumulated", "votes"), verb="add_at"),
    move("at_add_pairs_dropped", "{0:atom}.at[{1}, {2}].add({3}{mode})",
         _pairs("beyond", DROPPED), family="indexing",
         numpy="updated_within(np.add, {0}, ({1}, {2}), {3})", span=_added, accuracy=TERMS,
         helpers=("updated_within",), names=("accumulated", "votes"), verb="add_at", weight=0.7),
    move("at_max_pairs_dropped", "{0:atom}.at[{1}, {2}].max({3}{mode})",
         _pairs("beyond", DROPPED), family="indexing",
         numpy="updated_within(np.maximum, {0}, ({1}, {2}), {3})", span=_ends, accuracy=ORDER,
         smooth="kinked", helpers=("updated_within",), names=("raised", "peaks"), verb="raise_at",
         weight=0.7),
]  # fmt: skip

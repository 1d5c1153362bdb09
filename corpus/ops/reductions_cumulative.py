"""Running sums, products and extremes, and what slides a window along an axis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.vocabulary import dtypes, spans
from jaxsmith.vocabulary.accuracy import EQUAL, ORDER, TERMS, stable
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.op import Op, Proposal
from jaxsmith.vocabulary.rows import alike, exact, function
from jaxsmith.vocabulary.signatures import reduce
from jaxsmith.vocabulary.signatures.elementwise import domain_of
from jaxsmith.vocabulary.signatures.variants import wide_integers

if TYPE_CHECKING:
    from jaxsmith.vocabulary.aval import Shape
    from jaxsmith.vocabulary.op import Scope, Signature, Span

    Result = reduce.Result


def _along(
    kinds: str,
    result: Result = reduce.same,
    *,
    method: str = "",
    flat: bool = False,
    most: int = 1024,
    grows: bool = False,
) -> Signature:
    """One axis; ``{tail}`` leaves out an axis of 0, which ``lax`` starts from."""

    def propose(scope: Scope, op: Op) -> Proposal | None:
        x = scope.value(kinds, ranks=(1, 4), domain=domain_of(op, 0))
        if x is None:
            return None
        shape = x.aval.shape
        axis = scope.rng.integer(0, len(shape) - 1)
        whole = flat and scope.rng.chance(0.5 if len(shape) == 1 else 0.1)
        count = x.aval.size if whole else shape[axis]
        if count > most:
            return None
        signed = reduce.signed(scope, axis, len(shape))
        reverse = scope.rng.chance(0.35)
        attributes = {
            "inside": "" if whole else f"axis={signed}",
            "tail": "" if whole else f", axis={signed}",
            "axis": axis,
            "lax_tail": (f", axis={axis}" if axis else "") + (", reverse=True" if reverse else ""),
            "terms": count,
            "pads": _pads(len(shape), axis),
        }
        if method and scope.rng.chance(0.35):
            spelled = f"{{0:atom}}.{method}({{inside}})"
            attributes |= {"jax_template": spelled, "numpy_template": spelled}
        if "{turn}" in op.numpy:
            attributes["numpy_template"] = reduce.turned(op.numpy, axis, reverse=reverse)
        out = (count,) if whole else shape
        if grows:
            out = tuple(dim + (k == axis) for k, dim in enumerate(out))
        return Proposal((x,), (Aval(out, result(scope, x.aval.dtype)),), attributes)

    return propose


def _pads(rank: int, axis: int) -> str:
    """The padding that puts one element before the others along an axis."""
    return repr(tuple((int(k == axis), 0) for k in range(rank)))


def _windows(kinds: str, result: Result = reduce.same) -> Signature:
    """Windows along one or two of the last axes, with steps of their own."""

    def propose(scope: Scope, op: Op) -> Proposal | None:
        x = scope.value(kinds, ranks=(1, 4), where=lambda aval: aval.shape[-1] > 2)
        if x is None:
            return None
        shape = x.aval.shape
        slid = min(len(shape), scope.rng.choice((1, 1, 2)))
        sizes = [scope.rng.choice((2, 2, 3)) if k >= len(shape) - slid else 1
                 for k in range(len(shape))]  # fmt: skip
        sizes = [min(size, dim) for size, dim in zip(sizes, shape, strict=True)]
        steps = [scope.rng.choice((1, size)) for size in sizes]
        attributes = {
            "sizes": repr(tuple(sizes)),
            "steps": repr(tuple(steps)),
            "start": _start(op, x.aval.dtype, x64=scope.x64),
            "picked": _picked(steps),
            "inner": repr(tuple(range(-len(shape), 0))),
            "terms": _product(sizes),
        }
        out = tuple((dim - n) // by + 1 for dim, n, by in zip(shape, sizes, steps, strict=True))
        return Proposal((x,), (Aval(out, result(scope, x.aval.dtype)),), attributes)

    return propose


def _product(sizes: list[int]) -> int:
    total = 1
    for size in sizes:
        total *= size
    return total


def _picked(steps: list[int]) -> str:
    """An index that keeps every so manieth window; empty where it would keep them all."""
    if all(step == 1 for step in steps):
        return ""
    last = max(k for k, step in enumerate(steps) if step > 1)
    parts = [f"::{step}" if step > 1 else ":" for step in steps[: last + 1]]
    return f"[{', '.join(parts)}]"


def _start(op: Op, dtype: str, *, x64: bool) -> str:
    """The value that a window's reduction starts from, which changes nothing."""
    if dtypes.kind(dtype) == "i":
        low, high = dtypes.integer_range(dtype)
        number = {"window_max": low, "window_min": high}.get(op.name, 0)
        # In x64 mode a plain number is an int64, which does not start a window of int32.
        return f"jnp.int32({number})" if x64 and dtype == "int32" else str(number)
    return {"window_max": "-jnp.inf", "window_min": "jnp.inf"}.get(op.name, "0.0")


def _window_row(name: str, combine: str, span: Span, signature: Signature, **options: str) -> Op:
    accuracy = TERMS if combine == "add" else ORDER
    method = {"add": "sum"}.get(combine, combine)
    return function(
        name, "reductions", signature, span, accuracy=accuracy,
        jax=f'lax.reduce_window({{0}}, {{start}}, lax.{combine}, {{sizes}}, {{steps}}, "VALID")',
        numpy=f"np.{method}(np.lib.stride_tricks.sliding_window_view({{0}}, {{sizes}}){{picked}}, "
        "axis={inner})",
        smooth="smooth" if combine == "add" else "kinked", verb=options["verb"],
        names=("pooled", "windows", "coarse"),
    )  # fmt: skip


def _trapezoid(scope: Scope, op: Op) -> Proposal | None:
    x = scope.value("f", ranks=(1, 4))
    if x is None:
        return None
    axis = scope.rng.integer(0, x.aval.rank - 1)
    signed = reduce.signed(scope, axis, x.aval.rank)
    step = scope.rng.choice((1.0, 0.5, 0.1, 0.25, 2.0))
    attributes = {
        "terms": x.aval.shape[axis],
        "step": "" if step == 1.0 else f", dx={step}",
        "scale": step,
        "tail": "" if signed == -1 else f", axis={signed}",
    }
    out: Shape = tuple(dim for k, dim in enumerate(x.aval.shape) if k != axis)
    return Proposal((x,), (Aval(out, x.aval.dtype),), attributes)


def _accumulate(name: str, ufunc: str, kinds: str, span: Span, names: tuple[str, ...]) -> Op:
    """``lax.cummax`` and its like."""
    return function(
        name, "reductions", _along(kinds), span,
        accuracy={"add": TERMS, "multiply": TERMS, "logaddexp": stable(8.0)}.get(ufunc, ORDER),
        jax=f"lax.{name}({{0}}{{lax_tail}})" if not name.startswith("lax") else
        f"lax.{name.removeprefix('lax_')}({{0}}{{lax_tail}})",
        numpy=f"np.{ufunc}.accumulate({{turn}}, axis={{axis}})",
        smooth="kinked" if ufunc in ("maximum", "minimum") else "smooth", names=names,
        verb=name.removeprefix("lax_"), domain=((-1.3, 1.3),) if ufunc == "multiply" else (),
    )  # fmt: skip


OPS = [
    alike("cumsum", "reductions", "jnp.cumsum({0}{tail})",
          _along("fi", reduce.running, method="cumsum", flat=True), reduce.summed_so_far, TERMS,
          names=("running", "cumulative", "prefix"), weight=1.5),
    alike("cumprod", "reductions", "jnp.cumprod({0}{tail})",
          _along("f", method="cumprod", flat=True, most=24), reduce.multiplied, TERMS,
          domain=((-1.5, 1.5),), names=("running_product", "survival")),
    exact(alike("mask_cumsum", "reductions", "jnp.cumsum({0}{tail})",
                _along("b", reduce.running, method="cumsum", flat=True), reduce.counted, EQUAL,
                names=("seen", "running_count", "order"), verb="cumsum")),
    exact(alike("integer_cumprod", "reductions", "jnp.cumprod({0}{tail})",
                _along("i", reduce.running, most=10), reduce.multiplied, EQUAL, domain=((-3, 4),),
                names=("running_product", "factorials"), verb="cumprod")),
    function("cumulative_sum", "reductions", _along("f", grows=True),
             lambda i, a, t: reduce.partly_summed(i, a, t).union(i[0]), accuracy=TERMS,
             jax="jnp.cumulative_sum({0}{tail}, include_initial=True)",
             numpy="np.pad(np.cumsum({0}{tail}), {pads})",
             names=("edges", "offsets", "boundaries")),
    function("cumulative_prod", "reductions", _along("f", grows=True, most=24), reduce.multiplied,
             accuracy=TERMS, jax="jnp.cumulative_prod({0}{tail}, include_initial=True)",
             numpy="np.pad(np.cumprod({0}{tail}), {pads}, constant_values=1)",
             domain=((-1.5, 1.5),), names=("growth", "discounts")),
    _accumulate("cummax", "maximum", "fi", spans.keep, ("record", "envelope", "highest")),
    _accumulate("cummin", "minimum", "fi", spans.keep, ("trough", "lower_envelope", "lowest")),
    _accumulate("lax_cumsum", "add", "fi", reduce.summed_so_far,
                ("running", "suffix_sums", "totals")),
    _accumulate("lax_cumprod", "multiply", "f", reduce.multiplied, ("running_product", "survival")),
    _accumulate("cumlogsumexp", "logaddexp", "f", reduce.log_summed, ("log_running", "log_totals")),
    _window_row("window_max", "max", spans.keep, wide_integers(_windows("fi")), verb="max_pool"),
    _window_row("window_min", "min", spans.keep, wide_integers(_windows("fi")), verb="min_pool"),
    _window_row("window_sum", "add", reduce.summed, wide_integers(_windows("fi")), verb="sum_pool"),
    alike("trapezoid", "reductions", "jnp.trapezoid({0}{step}{tail})", _trapezoid,
          lambda i, a, t: reduce.partly_summed(i, a, t).scale(float(str(t["scale"]))), TERMS,
          names=("area", "integral", "work")),
]  # fmt: skip

"""Guards: what an engineer writes to bring a value into the range that the next step needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxsmith.vocabulary import dtypes, spans
from jaxsmith.vocabulary.accuracy import MOVE, ulps, waves
from jaxsmith.vocabulary.code import LEVELS
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.op import Op, Proposal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jaxsmith.vocabulary.accuracy import Accuracy
    from jaxsmith.vocabulary.aval import Aval
    from jaxsmith.vocabulary.op import Attributes, Guard, Scope, Smoothness, Span
    from jaxsmith.vocabulary.value import Var

# An end of a domain that is further out is hardly ever met: a clip has a nearer one of these.
FAR = 8.0
NEAR = {"f": (0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0), "i": (2, 3, 4, 5, 6, 8, 10, 12)}


def _never(_scope: Scope, _op: Op) -> Proposal | None:
    return None  # a guard is applied where one is needed, never for its own sake


def _kind(var: Var) -> str:
    return dtypes.kind(var.aval.dtype)


def _clip(scope: Scope, var: Var, domain: Interval) -> Proposal | None:
    """Both ends of the domain, unless they are far out; where the value may be beyond both."""
    low, high = domain
    if _kind(var) not in "fiu" or var.interval.low >= low or var.interval.high <= high:
        return None
    near = NEAR["f" if _kind(var) == "f" else "i"]
    if high > FAR:
        high = scope.rng.choice([n for n in near if n - 0.25 > low] or [high])
    if low < -FAR:
        low = scope.rng.choice([-n for n in near if -n < high] or [low])
    return Proposal((var,), (var.aval,), {"low": _number(var, low), "high": _number(var, high)})


def _number(var: Var, value: float) -> float:
    return value if _kind(var) == "f" else int(value)


def _floor(_scope: Scope, var: Var, domain: Interval) -> Proposal | None:
    """Where the value may only be too small, and is not always."""
    if _kind(var) not in "fiu" or not domain.low < var.interval.high <= domain.high:
        return None
    return Proposal((var,), (var.aval,), {"low": _number(var, domain.low)})


def _ceiling(_scope: Scope, var: Var, domain: Interval) -> Proposal | None:
    """Where the value may only be too large, and is not always."""
    if _kind(var) not in "fiu" or not domain.low <= var.interval.low < domain.high:
        return None
    return Proposal((var,), (var.aval,), {"high": _number(var, domain.high)})


def _clip_span(
    intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    low = float(str(attributes.get("low", intervals[0].low)))
    high = float(str(attributes.get("high", intervals[0].high)))
    return Interval(low, high)


def _float_guard(reach: Callable[[Interval], Interval]) -> Guard:
    """A guard without constants, for floats: fits where its range lies in the domain."""

    def propose(_scope: Scope, var: Var, domain: Interval) -> Proposal | None:
        if _kind(var) != "f" or reach(var.interval) not in domain:
            return None
        return Proposal((var,), (var.aval,), {})

    return propose


def _offset_guard(reach: Callable[[Interval], Interval]) -> Guard:
    """A guard that makes a value non-negative and adds the least that the domain asks for."""

    def propose(_scope: Scope, var: Var, domain: Interval) -> Proposal | None:
        offsets = (0.1, 0.5, 1.0)
        fitting = [n for n in offsets if reach(var.interval) + Interval(n, n) in domain]
        if _kind(var) != "f" or not fitting:
            return None
        return Proposal((var,), (var.aval,), {"offset": fitting[0]})

    return propose


def _offset_span(reach: Callable[[Interval], Interval]) -> Span:
    def span(
        intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
    ) -> Interval:
        offset = float(str(attributes["offset"]))
        return reach(intervals[0]) + Interval(offset, offset)

    return span


def _scale_down(_scope: Scope, var: Var, domain: Interval) -> Proposal | None:
    factors = (0.5, 0.1, 0.05, 0.01, 0.001, 0.0001)
    fitting = [n for n in factors if var.interval.scale(n) in domain]
    if _kind(var) not in "fc" or not fitting:
        return None
    return Proposal((var,), (var.aval,), {"factor": fitting[0]})


def _scaled(
    intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    return intervals[0].scale(float(str(attributes["factor"])))


def _saturate(_scope: Scope, var: Var, domain: Interval) -> Proposal | None:
    if _kind(var) != "c" or Interval(-1.0, 1.0) not in domain:
        return None
    return Proposal((var, var), (var.aval,), {})


def _shift(_scope: Scope, var: Var, domain: Interval) -> Proposal | None:
    """A complex number moved until both parts are positive."""
    fitting = [n for n in (1.0, 2.0, 4.0, 8.0) if var.interval + Interval(n, n) in domain]
    if _kind(var) != "c" or not fitting:
        return None
    offset = fitting[0]
    return Proposal((var,), (var.aval,), {"offset": offset, "number": f"({offset} + {offset}j)"})


def _softplus(x: Interval) -> Interval:
    return Interval(0.0, max(x.high, 0.0) + 0.7)


def _modulo(_scope: Scope, var: Var, domain: Interval) -> Proposal | None:
    fitting = [n for n in (16, 8, 5, 4, 3, 2) if Interval(0, n - 1) in domain]
    if _kind(var) != "i" or not fitting:
        return None
    return Proposal((var,), (var.aval,), {"modulus": fitting[0]})


def _below_modulus(
    _intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    return Interval(0, float(str(attributes["modulus"])) - 1)


def _unit(low: float, high: float) -> Callable[[Interval], Interval]:
    return lambda _x: Interval(low, high)


def _row(
    name: str,
    jax: str,
    numpy: str,
    guard: Guard,
    span: Span,
    *,
    size: float = 4.0,
    level: str = "atom",
    smooth: Smoothness = "smooth",
    names: tuple[str, ...] = ("bounded", "limited"),
    accuracy: Accuracy | None = None,
) -> Op:
    accuracy = accuracy or (ulps(size) if size else MOVE)
    return Op(
        name, "guards", jax, numpy, _never, span, accuracy, level=LEVELS[level],
        smooth=smooth, names=names, elementwise=True, guard=guard, verb=name.removeprefix("guard_"),
    )  # fmt: skip


OPS = [
    _row("guard_clip", "jnp.clip({0}, {low}, {high})", "np.clip({0}, {low}, {high})", _clip,
         _clip_span, size=1.0, smooth="kinked", names=("clipped", "bounded", "limited")),
    _row("guard_floor", "jnp.maximum({0}, {low})", "np.maximum({0}, {low})", _floor,
         _clip_span, size=1.0, smooth="kinked", names=("floored", "raised", "at_least")),
    _row("guard_ceiling", "jnp.minimum({0}, {high})", "np.minimum({0}, {high})", _ceiling,
         _clip_span, size=1.0, smooth="kinked", names=("capped", "lowered", "at_most")),
    _row("guard_tanh", "jnp.tanh({0})", "np.tanh({0})", _float_guard(_unit(-1.0, 1.0)),
         spans.within(-1.0, 1.0), names=("squashed", "bounded", "activated")),
    _row("guard_sin", "jnp.sin({0})", "np.sin({0})", _float_guard(_unit(-1.0, 1.0)),
         spans.within(-1.0, 1.0), accuracy=waves(4.0), names=("wave", "oscillation")),
    _row("guard_sigmoid", "jax.nn.sigmoid({0})", "special.expit({0})",
         _float_guard(_unit(0.0, 1.0)), spans.within(0.0, 1.0), size=8.0,
         names=("gate", "probability", "gated")),
    _row("guard_abs", "jnp.abs({0}) + {offset}", "np.abs({0}) + {offset}",
         _offset_guard(spans.absolute), _offset_span(spans.absolute), level="add", smooth="kinked",
         size=2.0, names=("positive", "magnitude")),
    _row("guard_square", "jnp.square({0}) + {offset}", "np.square({0}) + {offset}",
         _offset_guard(spans.square), _offset_span(spans.square), level="add", size=2.0,
         names=("positive", "energy")),
    _row("guard_softplus", "jax.nn.softplus({0}) + {offset}", "np.logaddexp({0}, 0.0) + {offset}",
         _offset_guard(_softplus), _offset_span(_softplus), level="add", size=8.0,
         names=("positive", "rate")),
    _row("guard_scale", "{factor} * {0:unary}", "{factor} * {0:unary}", _scale_down, _scaled,
         level="mul", size=1.0, names=("scaled", "reduced", "small")),
    _row("guard_saturate", "{0:mul} / (1.0 + jnp.abs({1}))", "{0:mul} / (1.0 + np.abs({1}))",
         _saturate, spans.within(-1.0, 1.0), level="mul", size=12.0, smooth="once",
         names=("saturated", "bounded")),
    _row("guard_shift", "{0:add} + {number}", "{0:add} + {number}", _shift,
         _offset_span(lambda x: x), level="add", size=1.0, names=("moved", "offset_field")),
    _row("guard_modulo", "{0:mul} % {modulus}", "{0:mul} % {modulus}", _modulo, _below_modulus,
         level="mul", size=0.0, smooth="none", names=("wrapped", "slot", "residue")),
]  # fmt: skip

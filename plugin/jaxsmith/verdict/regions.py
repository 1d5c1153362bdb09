"""Operations that call functions: what they mean, on values with bounds.

Each takes the interpreter, the equation, its operands and the environment that its regions capture.
The semantics are those of the functions of the same names in ``jax.lax`` and ``jax``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from jaxsmith.errors import RejectedError
from jaxsmith.verdict import slopes
from jaxsmith.verdict.bounded import Bounded, stack
from jaxsmith.verdict.probes import (
    DIRECTIONS,
    SMOOTH_DIRECTIONS,
    Probes,
    bending,
    spread_of,
    wearing,
)
from jaxsmith.verdict.spelled import region_call
from jaxsmith.vocabulary.dtypes import EPSILON, kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from jaxsmith.program.graph import Eqn, Graph
    from jaxsmith.verdict.interpret import Environment, Interpreter
    from jaxsmith.verdict.slopes import Told

    Region = Callable[[Interpreter, Eqn, list[Bounded], Environment], list[Bounded]]

# Longer loops say nothing more about a compiler, and an endless one would hang the reference.
MOST_ITERATIONS = 1000


def cond(
    interpreter: Interpreter, eqn: Eqn, operands: list[Bounded], env: Environment
) -> list[Bounded]:
    """``lax.cond``: the first region where the predicate holds, else the second."""
    chosen = 0 if bool(operands[0].value) else 1
    interpreter.visited.add((id(eqn), chosen))
    return interpreter.run(eqn.regions[chosen], operands[1:], env)


def switch(
    interpreter: Interpreter, eqn: Eqn, operands: list[Bounded], env: Environment
) -> list[Bounded]:
    """``lax.switch``: the region at an index, which is clamped into range."""
    chosen = min(max(int(operands[0].value), 0), len(eqn.regions) - 1)
    interpreter.visited.add((id(eqn), chosen))
    return interpreter.run(eqn.regions[chosen], operands[1:], env)


def scan(
    interpreter: Interpreter, eqn: Eqn, operands: list[Bounded], env: Environment
) -> list[Bounded]:
    """``lax.scan``: a carry through slices of the other operands, with stacked outputs."""
    carries = number(eqn, "carries")
    carry, sequences = operands[:carries], operands[carries:]
    length = number(eqn, "length")
    steps = range(length - 1, -1, -1) if eqn.attributes.get("reversed") else range(length)
    collected: dict[int, list[Bounded]] = {}
    for i in steps:
        slices = [seq.map(lambda array, i=i: array[i]) for seq in sequences]
        results = interpreter.run(eqn.regions[0], [*carry, *slices], env)
        carry, collected[i] = results[:carries], results[carries:]
    outputs = range(len(eqn.outputs) - carries)
    return [*carry, *(stack([collected[i][k] for i in range(length)]) for k in outputs)]


def fori(
    interpreter: Interpreter, eqn: Eqn, operands: list[Bounded], env: Environment
) -> list[Bounded]:
    """``lax.fori_loop``; the upper bound is an operand where ``dynamic`` says so."""
    dynamic = bool(eqn.attributes.get("dynamic"))
    upper = int(operands[0].value) if dynamic else number(eqn, "upper")
    carry = operands[1:] if dynamic else operands
    if upper > MOST_ITERATIONS:
        raise RejectedError("unbounded_loop", f"a loop of {upper} iterations")
    for i in range(number(eqn, "lower"), upper):
        index = Bounded(np.asarray(i, dtype=eqn.regions[0].params[0].aval.dtype))
        carry = interpreter.run(eqn.regions[0], [index, *carry], env)
    return carry


def while_(
    interpreter: Interpreter, eqn: Eqn, operands: list[Bounded], env: Environment
) -> list[Bounded]:
    """``lax.while_loop``: the second region for as long as the first holds."""
    carry = operands
    for _ in range(MOST_ITERATIONS):
        (goes_on,) = interpreter.run(eqn.regions[0], carry, env)
        if not bool(goes_on.value):
            return carry
        carry = interpreter.run(eqn.regions[1], carry, env)
    raise RejectedError("unbounded_loop", f"no end after {MOST_ITERATIONS} iterations")


def vmap(
    interpreter: Interpreter, eqn: Eqn, operands: list[Bounded], env: Environment
) -> list[Bounded]:
    """``jax.vmap``: the region for each index of the mapped axes."""
    in_axes, out_axes = axes(eqn, "axes_in"), axes(eqn, "axes_out")
    mapped = []
    for i in range(number(eqn, "length")):
        row = [
            operand if axis is None else operand.map(lambda a, i=i, axis=axis: np.take(a, i, axis))
            for operand, axis in zip(operands, in_axes, strict=True)
        ]
        mapped.append(interpreter.run(eqn.regions[0], row, env))
    return [
        row[0] if axis is None else stack(list(row), axis)
        for row, axis in zip(zip(*mapped, strict=True), out_axes, strict=True)
    ]


def call(
    interpreter: Interpreter, eqn: Eqn, operands: list[Bounded], env: Environment
) -> list[Bounded]:
    """The region itself: ``jax.jit``, ``jax.checkpoint`` and other transparent wrappers."""
    return interpreter.run(eqn.regions[0], operands, env)


def iterate(
    interpreter: Interpreter, eqn: Eqn, operands: list[Bounded], env: Environment
) -> list[Bounded]:
    """A step of one value repeated so many times, with the other operands as they are.

    Raises:
        RejectedError: if a value leaves what the step is for.
    """
    first, *others = operands
    region = eqn.regions[0]
    argument = region.params[0]
    # Integers wrap around, and of what has a domain the inputs were kept there for this range.
    bounded = kind(argument.aval.dtype) in "iu" or any(map(_has_domain, region.walk()))
    low, high = argument.interval
    for _ in range(number(eqn, "count")):
        if bounded and not np.all((first.value >= low) & (first.value <= high)):
            raise RejectedError("ill_conditioned", "a repeated step leaves its argument's range")
        (first,) = interpreter.run(region, [first, *others], env)
        if not np.all(np.isfinite(first.value)):
            raise RejectedError("ill_conditioned", "a repeated step ends in no number")
    return [first]


def _has_domain(eqn: Eqn) -> bool:
    """Whether an operation is right for some inputs only, as hand-written code is for its own."""
    return eqn.op.code is not None or any(domain is not None for domain in eqn.op.domain)


def gradient(
    interpreter: Interpreter, eqn: Eqn, operands: list[Bounded], env: Environment
) -> list[Bounded]:
    """Derivatives: values by the row's NumPy spelling, bounds from the function's own.

    A derivative computed in reverse takes about as many roundings as the function, each scaled by
    the same partial derivatives (Griewank and Walther, "Evaluating Derivatives", 2nd ed. 2008,
    section 4.5 on the stability of the adjoint); so its relative error, measured against its
    largest element, is taken as the largest of any value in the function, and as ``4 u`` an
    operation at least.
    """
    region = eqn.regions[0]
    functions = {f"r{i}": interpreter.callable(r, env) for i, r in enumerate(eqn.regions)}
    arguments = [np.asarray(operand.value) for operand in operands]
    primals = len(region.params)  # the operands after them are tangents or a cotangent
    derive = region_call(eqn, interpreter.namespace, functions)
    if interpreter.told is not None:
        derive = partial(_repeat, interpreter.told)
    if not interpreter.bounds:
        return [Bounded(value) for value in derive(*arguments)]
    order = number(eqn, "order")
    unit = interpreter.roundoff * max(EPSILON.get(var.aval.dtype, 0.0) for var in eqn.outputs)
    found = _derived(functions["r0"], derive, arguments, primals, region, order, unit)
    if not all(np.all(np.isfinite(value)) for value in found.values):
        raise RejectedError("ill_conditioned", "a derivative is not finite")
    if _may_cancel(region) and not any(map(np.any, found.values)):
        raise RejectedError("ill_conditioned", "nothing is left of what cancels in a derivative")
    truncations = found.truncations
    if order > 1:
        coarse = region_call(eqn, _coarser(interpreter.namespace, order), functions)(*arguments)
        # Halving the step divides the truncation by 4, so this is three times what is left.
        truncations = [np.abs(a - b) for a, b in zip(coarse, found.values, strict=True)]
    within: list[float] = []
    forward = replace(interpreter, slopes=within, told=None).run(region, operands[:primals], env)
    count = sum(1 for _ in region.walk())
    results = []
    differences = order - 1 if found.exact else order
    steepness = _steepness(forward, operands[:primals])
    for value, truncation, var in zip(found.values, truncations, eqn.outputs, strict=True):
        unit = interpreter.roundoff * EPSILON[var.aval.dtype]
        relative = max([4.0 * (count + 4) * unit, *within]) * 4.0**order
        scale = max(_largest(value), steepness)
        # The reference rounds too; the function that is differentiated may be a sum of the results.
        noise = EPSILON["float64"] * sum(
            float(np.sum(f.slack)) / unit + float(np.sum(np.abs(f.value))) for f in forward
        )
        # An argument that is moved by a step is itself rounded.
        reach = max((_largest(argument) for argument in arguments[:primals]), default=0.0)
        noise += scale * EPSILON["float64"] * reach
        # A function that rounds is one of an argument a little off: so is its derivative.
        relative_to_bend = (count + 4) * unit * max(1.0, reach)
        bound = relative * scale + noise / STEPS[order] ** differences + truncation
        bound = bound + relative_to_bend * found.curvature + found.wear
        if found.approximate:  # differences of the function's values, however flat it is
            bound = bound + APPROXIMATE * max(steepness, *map(_largest, found.values))
        results.append(Bounded(value, np.broadcast_to(bound, np.shape(value))))
    return results


def _repeat(told: Told, *_arguments: Any) -> list[Any]:
    slopes.note(told.watch)
    return told.values


@dataclass(frozen=True, slots=True)
class _Derived:
    """Derivatives, and how far they may be off.

    Attributes:
        values: each result's.
        truncations: what differences leave out, for each.
        curvature: how much the derivative changes as the arguments move by one.
        exact: whether derivatives of first order are exact but for rounding.
        approximate: whether some of their steps were differentiated by differences of order 4.
        wear: how far they are off by what rounding leaves of their steps' slopes.
    """

    values: list[Any]
    truncations: list[Any]
    curvature: float
    exact: bool
    approximate: bool = False
    wear: float = 0.0


def _derived(
    function: Callable[..., Any],
    derive: Callable[..., list[Any]],
    arguments: list[Any],
    primals: int,
    region: Graph,
    order: int,
    unit: float,
) -> _Derived:
    """Derivatives, exact ones where that is possible.

    Raises:
        RejectedError: if an argument is too close to a kink, or may be.
    """
    kinked = _has_kinks(region)
    directions = DIRECTIONS if kinked else SMOOTH_DIRECTIONS
    held = arguments[:primals]
    with slopes.watching() as seen:
        survey = slopes.survey(function, held, spread_of(held, directions), unit)
        if survey is not None and survey.tied:
            raise RejectedError("ill_conditioned", "a decision is too close for its derivative")
        if survey is not None and not survey.close:
            values = derive(*arguments)
            # The outer of two derivatives is always a difference.
            if order > 1 or not seen.differenced:
                close = seen.approximate or survey.approximate
                bend = bending(function, held, survey, directions) if order == 1 else 0.0
                none = [np.asarray(0.0)] * len(values)
                worn = wearing(function, held, survey, directions, unit)
                # One is the outer; the inner ones are, too, where a step lands close to a kink.
                exact = order == 1 or not (close or seen.differenced > 1)
                return _Derived(values, none, bend, exact, close, worn)
    if survey is None and kinked and not _is_derived(region):
        # Differences don't see a kink between pieces that are flat on either side.
        raise RejectedError("ill_conditioned", "a step has no known derivative: it may be a kink")
    probes = Probes.of(function, held, directions) if kinked or order == 1 else None
    if probes is not None and kinked:
        probes.refuse_kinks()
    values = derive(*arguments)
    if probes is None or order > 1:
        return _Derived(values, [np.asarray(0.0)] * len(values), 0.0, exact=False)
    left = np.asarray(probes.truncation(STEPS[1], bent=_is_bent(region)))
    return _Derived(values, [left] * len(values), probes.curvature(), exact=False)


# How far differences of order 4 may be from a derivative, relative to the largest.
APPROXIMATE = 1e-8


def _is_derived(region: Graph) -> bool:
    """Whether there are derivatives inside, through which nothing is followed."""
    return any(inner.op.control == "gradient" for inner in region.walk())


def _may_cancel(region: Graph) -> bool:
    """Whether zeros in its derivative may be what is left of terms of any size.

    JAX's rule for the smallest or largest of what meets at one place takes from the whole of a
    cotangent the parts that go elsewhere (``_scatter_extremal_jvp``, jax/_src/lax/slicing.py).
    """
    return any(
        inner.op.smooth == "kinked" and any(v.aval.size for v in inner.outputs)
        for inner in region.walk()
    )


def _is_bent(region: Graph) -> bool:
    """Whether its derivative may have kinks, though it has none itself."""
    return any(inner.op.smooth != "smooth" for inner in region.walk())


def _has_kinks(region: Graph) -> bool:
    """Whether its inputs must be shown to be away from kinks, and from decisions."""
    return any(inner.op.smooth in ("kinked", "steep", "none") for inner in region.walk())


# The steps of the helpers in ``corpus/reference_helpers.py``, by order of derivative.
STEPS = {1: 1e-5, 2: 1e-4}
STEPPED = ("second_derivative", "hessian_product")


def _coarser(namespace: dict[str, Any], order: int) -> dict[str, Any]:
    """The namespace with second difference quotients of twice the step."""
    coarse = {
        name: partial(namespace[name], step=2 * STEPS[order])
        for name in STEPPED
        if name in namespace
    }
    return {**namespace, **coarse}


def _largest(value: Any) -> float:
    return float(np.max(np.abs(value), initial=0.0))


def _steepness(forward: list[Bounded], operands: list[Bounded]) -> float:
    """The size a derivative would have if the function grew from 0 over its argument's size.

    What is differentiated may be the sum of the results, whose rounding errors add up at random.
    """
    reach = max((_largest(operand.value) for operand in operands), default=1.0)
    return max(float(np.linalg.norm(np.ravel(f.value))) for f in forward) / max(reach, 1.0)


def number(eqn: Eqn, name: str) -> int:
    """An integer attribute."""
    value = eqn.attributes[name]
    assert isinstance(value, int)
    return value


def axes(eqn: Eqn, name: str) -> tuple[int | None, ...]:
    """An attribute that lists an axis, or None, per operand or output."""
    value = eqn.attributes[name]
    assert isinstance(value, tuple)
    return value


REGIONS: dict[str, Region] = {
    "cond": cond,
    "switch": switch,
    "scan": scan,
    "fori": fori,
    "while": while_,
    "vmap": vmap,
    "call": call,
    "checkpoint": call,
    "iterate": iterate,
    "gradient": gradient,
}

"""Derivatives of functions, with bounds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from jaxsmith.errors import RejectedError
from jaxsmith.program.live import prune
from jaxsmith.verdict import slopes
from jaxsmith.verdict.bounded import Bounded
from jaxsmith.verdict.probes import (
    DIRECTIONS,
    SMOOTH_DIRECTIONS,
    Probes,
    bending,
    spread_of,
    wearing,
)
from jaxsmith.verdict.spelled import region_call
from jaxsmith.vocabulary.dtypes import EPSILON

if TYPE_CHECKING:
    from collections.abc import Callable

    from jaxsmith.program.graph import Eqn, Graph
    from jaxsmith.verdict.interpret import Environment, Interpreter
    from jaxsmith.verdict.slopes import Told


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
    functions = {f"r{i}": interpreter.callable(r, env) for i, r in enumerate(eqn.regions)}
    arguments = [np.asarray(operand.value) for operand in operands]
    derive = region_call(eqn, interpreter.namespace, functions)
    if interpreter.told is not None:
        derive = partial(_repeat, interpreter.told)
    if not interpreter.bounds:
        return [Bounded(value) for value in derive(*arguments)]
    region = differentiated(eqn)
    primals = len(region.params)  # the operands after them are tangents or a cotangent
    order = eqn.number("order")
    unit = interpreter.roundoff * max(EPSILON.get(var.aval.dtype, 0.0) for var in eqn.outputs)
    function = interpreter.callable(region, env)
    found = _derived(function, derive, arguments, primals, region, order, unit)
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
    followed = replace(interpreter, slopes=within, told=None)
    (forward,) = followed.run(region, operands[:primals], env)
    count = sum(1 for _ in region.walk())
    results = []
    differences = order - 1 if found.exact else order
    # An argument that is moved by a step is itself rounded.
    reach = max((_largest(argument) for argument in arguments[:primals]), default=0.0)
    steepness = _steepness(forward, reach)
    for value, truncation, var in zip(found.values, truncations, eqn.outputs, strict=True):
        unit = interpreter.roundoff * EPSILON[var.aval.dtype]
        relative = max([4.0 * (count + 4) * unit, *within]) * 4.0**order
        scale = max(_largest(value), steepness)
        # The reference rounds too; the function that is differentiated may be a sum of the results.
        rounded = float(np.sum(forward.slack)) / unit + float(np.sum(np.abs(forward.value)))
        noise = EPSILON["float64"] * (rounded + scale * reach)
        # A function that rounds is one of an argument a little off: so is its derivative.
        relative_to_bend = (count + 4) * unit * max(1.0, reach)
        bound = relative * scale + noise / STEPS[order] ** differences + truncation
        bound = bound + relative_to_bend * found.curvature + found.wear
        if found.approximate:  # differences of the function's values, however flat it is
            bound = bound + APPROXIMATE * max(steepness, *map(_largest, found.values))
        results.append(Bounded(value, np.broadcast_to(bound, np.shape(value))))
    if "value" in eqn.attributes:
        results[0] = _alongside(results[0].value, forward, eqn.attributes["value"], unit)
    return results


def differentiated(eqn: Eqn) -> Graph:
    """The function that is differentiated: what gives the one result that is looked at."""
    region = eqn.regions[0]
    return prune(replace(region, results=(region.results[eqn.number("leaf", 0)],), returns=""))


def _alongside(value: Any, forward: Bounded, how: object, unit: float) -> Bounded:
    """The value that comes with a derivative: what the function gives, or its sum or mean."""
    if how == "same":
        return Bounded(value, forward.error)
    count = max(np.size(forward.value), 1)
    error = np.sum(forward.slack) + count * unit * np.sum(np.abs(forward.value))
    return Bounded(value, np.asarray(error / count if how == "mean" else error))


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
                worn = wearing(function, held, survey, directions, unit, order)
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


def _steepness(forward: Bounded, reach: float) -> float:
    """The size a derivative would have if the function grew from 0 over its argument's size.

    What is differentiated may be the sum of the results, whose rounding errors add up at random.
    """
    return float(np.linalg.norm(np.ravel(forward.value))) / max(reach, 1.0)

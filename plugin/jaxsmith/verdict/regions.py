"""Operations that call functions: what they mean, on values with bounds.

Each takes the interpreter, the equation, its operands and the environment that its regions capture.
The semantics are those of the functions of the same names in ``jax.lax`` and ``jax``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from jaxsmith.errors import RejectedError
from jaxsmith.verdict.bounded import Bounded, stack
from jaxsmith.verdict.derivative import gradient
from jaxsmith.vocabulary.dtypes import kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from jaxsmith.program.graph import Eqn
    from jaxsmith.verdict.interpret import Environment, Interpreter

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
    carries = eqn.number("carries")
    carry, sequences = operands[:carries], operands[carries:]
    length = eqn.number("length")
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
    upper = int(operands[0].value) if dynamic else eqn.number("upper")
    carry = operands[1:] if dynamic else operands
    if upper > MOST_ITERATIONS:
        raise RejectedError("unbounded_loop", f"a loop of {upper} iterations")
    for i in range(eqn.number("lower"), upper):
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
    in_axes, out_axes = eqn.axes("axes_in"), eqn.axes("axes_out")
    mapped = []
    for i in range(eqn.number("length")):
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
    for _ in range(eqn.number("count")):
        if bounded and not np.all((first.value >= low) & (first.value <= high)):
            raise RejectedError("ill_conditioned", "a repeated step leaves its argument's range")
        (first,) = interpreter.run(region, [first, *others], env)
        if not np.all(np.isfinite(first.value)):
            raise RejectedError("ill_conditioned", "a repeated step ends in no number")
    return [first]


def _has_domain(eqn: Eqn) -> bool:
    """Whether an operation is right for some inputs only, as hand-written code is for its own."""
    return eqn.op.code is not None or any(domain is not None for domain in eqn.op.domain)


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

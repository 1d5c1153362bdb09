"""Whether every statement of a function matters: what it computes is changed, and must show.

A value that a clip, a cast or a comparison swallows for all inputs could be wrong unseen. A sample
has none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from jaxsmith.errors import RejectedError
from jaxsmith.verdict.compare import widen
from jaxsmith.vocabulary.value import Var

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from jaxsmith.program.function import Function
    from jaxsmith.program.graph import Eqn
    from jaxsmith.verdict.expectation import Expectation
    from jaxsmith.verdict.interpret import Interpreter

    Values = dict[Var, Any]

# Of longer programs the first statements only: the work grows with the square of their number.
MOST_EQUATIONS = 64


def refuse_idle(
    function: Function,
    interpreter: Interpreter,
    runs: Iterable[tuple[list[Any], Expectation]],
) -> None:
    """Refuse a function with a statement whose value changes no result.

    Args:
        function: what was examined.
        interpreter: one that computes values alone.
        runs: the arguments of each input set, with what is expected.

    Raises:
        RejectedError: ``trivial``, if there is such a statement.
    """
    if any(eqn.op.control == "gradient" for eqn in function.graph.walk()):
        return  # differentiating again for each statement would take longer than compiling
    known = [(_values(function, interpreter, args), expected) for args, expected in runs]
    for position, eqn in enumerate(function.graph.eqns[:MOST_EQUATIONS]):
        changes = (
            _changed(function, interpreter, position, values, expected, alter)
            for alter in ALTERATIONS
            for values, expected in known
        )
        if not any(changes):
            raise RejectedError("trivial", f"no result depends on what {eqn.op.name} gives")


def _values(function: Function, interpreter: Interpreter, args: list[Any]) -> Values:
    values: Values = dict(zip(function.graph.params, args, strict=True))
    for eqn in function.graph.eqns:
        values.update(zip(eqn.outputs, interpreter.equation_values(eqn, values), strict=True))
    return values


def _more(value: Any) -> Any:
    kind = value.dtype.kind
    if kind == "b":
        return ~value
    return value * 1.5 + 0.25 if kind in "fc" else value + np.ones((), value.dtype)


def _less(value: Any) -> Any:
    kind = value.dtype.kind
    if kind == "b":
        return ~value
    return value * 0.5 - 0.25 if kind in "fc" else value - np.ones((), value.dtype)


ALTERATIONS: tuple[Callable[[Any], Any], ...] = (_more, _less)
"""What may be done to a value: enough that anything which looks at it sees a difference."""


def _changed(
    function: Function,
    interpreter: Interpreter,
    position: int,
    values: Values,
    expected: Expectation,
    alter: Callable[[Any], Any],
) -> bool:
    """Whether a result changes by more than its bound with what one equation gives."""
    graph = function.graph
    moved: Values = {var: alter(np.asarray(values[var])) for var in graph.eqns[position].outputs}
    seen = {**values, **moved}
    try:
        with np.errstate(all="ignore"):
            for eqn in graph.eqns[position + 1 :]:
                if any(var in moved for var in _reads(eqn)):
                    results = interpreter.equation_values(eqn, seen)
                    for var, result in zip(eqn.outputs, results, strict=True):
                        if not _same(result, values[var]):
                            moved[var] = seen[var] = result
    except Exception:
        # The rest can't take another value (an index, a size, a number of steps): it is looked at.
        return True
    triples = zip(graph.results, expected.values, expected.bounds, strict=True)
    return any(
        _differs(moved[atom], value, bound)
        for atom, value, bound in triples
        if isinstance(atom, Var) and atom in moved
    )


def _differs(value: Any, expected: Any, bound: Any) -> bool:
    """Whether the comparison would tell the value from what is expected."""
    if np.shape(value) != np.shape(expected):
        return True
    if np.asarray(value).dtype.kind not in "fc":
        return bool(np.any(value != expected))
    with np.errstate(all="ignore"):
        gap = np.abs(widen(value) - expected)
    unknown = np.isnan(expected) & np.isnan(value)
    return bool(np.any(~(gap <= bound) & ~unknown))


def _reads(eqn: Eqn) -> Iterable[Var]:
    yield from (atom for atom in eqn.operands if isinstance(atom, Var))
    for region in eqn.regions:
        yield from region.uses()


def _same(one: Any, other: Any) -> bool:
    inexact = np.asarray(one).dtype.kind in "fc"
    return bool(np.array_equal(one, other, equal_nan=inexact))

"""Whether every statement of a function matters: what it computes is changed, and must show.

A value that a clip, a cast or a comparison swallows for all inputs could be wrong unseen, and so
could an operation that might as well be left out: the sum of a sorted array, a clip that never
bites. A sample has neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from jaxsmith.errors import RejectedError
from jaxsmith.verdict.compare import widen
from jaxsmith.vocabulary.value import Var

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from jaxsmith.program.function import Function
    from jaxsmith.program.graph import Eqn, Graph
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
    """Refuse a function with a statement whose value changes no result, or one that does nothing.

    Args:
        function: what was examined.
        interpreter: one that computes values alone.
        runs: the arguments of each input set, with what is expected.

    Raises:
        RejectedError: ``trivial``, if there is such a statement.
    """
    graph = function.graph
    if any(eqn.op.control == "gradient" for eqn in graph.walk()):
        return  # differentiating again for each statement would take longer than compiling
    known = [(_values(graph, interpreter, args), expected) for args, expected in runs]
    bench = _Bench(graph, interpreter, known)
    for position, eqn in enumerate(graph.eqns[:MOST_EQUATIONS]):
        if not any(bench.shows(position, partial(_altered, eqn, alter)) for alter in ALTERATIONS):
            raise RejectedError("trivial", f"no result depends on what {eqn.op.name} gives")
        for operand in _stand_ins(eqn):
            if all(_hands_on(eqn, operand, values) for values, _ in known):
                if _should_do_something(eqn):
                    raise RejectedError("trivial", f"{eqn.op.name} does nothing to any input")
            elif not bench.shows(position, partial(_skipped, eqn, operand)):
                raise RejectedError("trivial", f"no result shows whether {eqn.op.name} is done")


@dataclass(frozen=True, slots=True)
class _Bench:
    """A graph whose values are known for each input set, with what is expected of its results."""

    graph: Graph
    interpreter: Interpreter
    known: list[tuple[Values, Expectation]]

    def shows(self, position: int, replaced: Callable[[Values], Values]) -> bool:
        """Whether a result changes by more than its bound with what one equation gives.

        Args:
            position: of the equation.
            replaced: what it is to give instead, from the values that are known.
        """
        return any(
            self._shows(position, values, replaced(values), expected)
            for values, expected in self.known
        )

    def _shows(self, position: int, values: Values, moved: Values, expected: Expectation) -> bool:
        seen = {**values, **moved}
        try:
            with np.errstate(all="ignore"):
                for eqn in self.graph.eqns[position + 1 :]:
                    if any(var in moved for var in _reads(eqn)):
                        results = self.interpreter.equation_values(eqn, seen)
                        for var, result in zip(eqn.outputs, results, strict=True):
                            if not _same(result, values[var]):
                                moved[var] = seen[var] = result
        except Exception:
            # The rest can't take another value (an index, a size, a number of steps).
            return True
        triples = zip(self.graph.results, expected.values, expected.bounds, strict=True)
        return any(
            _differs(moved[atom], value, bound)
            for atom, value, bound in triples
            if isinstance(atom, Var) and atom in moved
        )


def _values(graph: Graph, interpreter: Interpreter, args: list[Any]) -> Values:
    values: Values = dict(zip(graph.params, args, strict=True))
    for eqn in graph.eqns:
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


def _altered(eqn: Eqn, alter: Callable[[Any], Any], values: Values) -> Values:
    return {var: alter(np.asarray(values[var])) for var in eqn.outputs}


def _skipped(eqn: Eqn, operand: Var, values: Values) -> Values:
    """What an equation would give that hands an operand on, element after element."""
    return {eqn.outputs[0]: np.reshape(values[operand], eqn.outputs[0].aval.shape)}


def _stand_ins(eqn: Eqn) -> list[Var]:
    """The operands that could take the place of what an equation gives."""
    if len(eqn.outputs) != 1:
        return []
    aval = eqn.outputs[0].aval
    operands = dict.fromkeys(atom for atom in eqn.operands if isinstance(atom, Var))
    return [
        each for each in operands if (each.aval.size, each.aval.dtype) == (aval.size, aval.dtype)
    ]


def _hands_on(eqn: Eqn, operand: Var, values: Values) -> bool:
    """Whether an equation gives an operand's elements, one after another."""
    return _same(np.ravel(values[eqn.outputs[0]]), np.ravel(values[operand]))


def _should_do_something(eqn: Eqn) -> bool:
    """Whether it is by these inputs, not by its nature, that an equation hands on an operand."""
    return eqn.op.elementwise and (len(eqn.operands) > 1 or eqn.op.smooth == "kinked")


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

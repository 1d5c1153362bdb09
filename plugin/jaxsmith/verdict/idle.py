"""Whether every statement of a function matters: what it computes is changed, and must show.

A value that a clip, a cast or a comparison swallows for all inputs could be wrong unseen, and so
could an operation that might as well be left out (the sum of a sorted array, a clip that never
bites), or a number that might as well be another. A sample has none of them, neither in its own
statements nor in those of the functions that it calls.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from jaxsmith.errors import RejectedError
from jaxsmith.verdict.compare import widen
from jaxsmith.verdict.derivative import differentiated
from jaxsmith.verdict.interpret import plain
from jaxsmith.verdict.spelled import spelled
from jaxsmith.vocabulary.value import Literal, Var

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from jaxsmith.program.function import Function
    from jaxsmith.program.graph import Eqn, Graph
    from jaxsmith.verdict.expectation import Expectation
    from jaxsmith.verdict.interpret import Interpreter

    Values = dict[Var, Any]
    Change = Callable[[list[Any], list[Any]], list[Any]]
    """From the operands of an equation and what it gives: what it is to give instead."""

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
    known = [(_values(graph, interpreter, args), expected) for args, expected in runs]
    for position, eqn in enumerate(graph.eqns[:MOST_EQUATIONS]):
        bench = _Bench(graph, interpreter, known, position)
        # To differentiate again for each statement would take longer than compiling.
        is_followed = not any(map(_differentiates, graph.eqns[position + 1 :]))
        if is_followed:
            _refuse(bench, eqn)
        if is_followed or eqn.op.control == "gradient":
            for inner in _inside(eqn):
                _refuse(bench, inner)


def _inside(eqn: Eqn) -> list[Eqn]:
    """The plain equations of the functions that an equation calls, or differentiates."""
    regions = (differentiated(eqn),) if eqn.op.control == "gradient" else eqn.regions
    inside = [each for region in regions for each in region.walk()]
    if any(map(_differentiates, inside)):
        return []
    return [each for each in inside if not each.op.control][:MOST_EQUATIONS]


def _differentiates(eqn: Eqn) -> bool:
    return eqn.op.control == "gradient" or any(
        inner.op.control == "gradient" for region in eqn.regions for inner in region.walk()
    )


def _refuse(bench: _Bench, eqn: Eqn) -> None:
    name = eqn.op.name
    if not any(bench.shows(eqn, partial(_altered, alter)) for alter in ALTERATIONS):
        raise RejectedError("trivial", f"no result depends on what {name} gives")
    for k in _stand_ins(eqn):
        if bench.hands_on(eqn, k):
            if _should_do_something(eqn):
                raise RejectedError("trivial", f"{name} does nothing to any input")
        elif not bench.shows(eqn, partial(_skipped, eqn, k)):
            raise RejectedError("trivial", f"no result shows whether {name} is done")
    for number, other in _other_numbers(eqn):
        if not bench.shows(eqn, partial(_renumbered, bench.call(other), other)):
            raise RejectedError("trivial", f"{number} of {name} might be another number")


@dataclass(frozen=True, slots=True)
class _Bench:
    """A graph whose values are known for each input set, with what is expected of its results.

    What is changed is the equation at ``position``, or one of the functions that it calls.
    """

    graph: Graph
    interpreter: Interpreter
    known: list[tuple[Values, Expectation]]
    position: int

    def call(self, eqn: Eqn) -> Callable[..., list[Any]]:
        """An equation that is not of the graph as a function of its operands' values."""
        return spelled(eqn, self.interpreter.namespace)

    def shows(self, eqn: Eqn, change: Change) -> bool:
        """Whether a result changes by more than its bound with what one equation gives."""
        try:
            with np.errstate(all="ignore"):
                return any(
                    self._shows(eqn, change, values, expected) for values, expected in self.known
                )
        except Exception:
            # The rest can't take another value (an index, a size, a number of steps).
            return True

    def hands_on(self, eqn: Eqn, k: int) -> bool:
        """Whether an equation gives its operand ``k``, element after element, for all inputs."""
        seen: list[bool] = []

        def watch(operands: list[Any], results: list[Any]) -> list[Any]:
            seen.append(_same(np.ravel(results[0]), np.ravel(operands[k])))
            return results

        with np.errstate(all="ignore"):
            for values, _ in self.known:
                self._given(eqn, watch, values)
        return all(seen)

    def _shows(self, eqn: Eqn, change: Change, values: Values, expected: Expectation) -> bool:
        top = self.graph.eqns[self.position]
        given = self._given(eqn, change, values)
        if top.op.control == "gradient" and eqn is not top:
            primals = self._primals(self.interpreter, differentiated(top), values)
            return any(map(_parts, given, primals))
        moved = {
            var: value
            for var, value in zip(top.outputs, given, strict=True)
            if not _same(value, values[var])
        }
        return bool(moved) and self._tells(values, moved, expected)

    def _given(self, eqn: Eqn, change: Change, values: Values) -> list[Any]:
        """What the equation at ``position`` gives; of a derivative, what it differentiates."""
        top = self.graph.eqns[self.position]
        if eqn is top:
            operands = [plain(values, atom) for atom in eqn.operands]
            return change(operands, [values[var] for var in eqn.outputs])
        plan = self.interpreter.plan(eqn)

        def call(*operands: Any) -> list[Any]:
            return change(list(operands), plan.call(*operands))

        plans = {**self.interpreter.plans, eqn: replace(plan, call=call)}
        changed = replace(self.interpreter, plans=plans)
        if top.op.control == "gradient":
            return self._primals(changed, differentiated(top), values)
        return changed.equation_values(top, values)

    def _primals(self, interpreter: Interpreter, region: Graph, values: Values) -> list[Any]:
        top = self.graph.eqns[self.position]
        operands = [plain(values, atom) for atom in top.operands[: len(region.params)]]
        return interpreter.values(region, operands, values)

    def _tells(self, values: Values, moved: Values, expected: Expectation) -> bool:
        """Whether the comparison would tell other values of an equation from its own."""
        seen = {**values, **moved}
        for eqn in self.graph.eqns[self.position + 1 :]:
            if any(var in moved for var in _reads(eqn)):
                results = self.interpreter.equation_values(eqn, seen)
                for var, result in zip(eqn.outputs, results, strict=True):
                    if not _same(result, values[var]):
                        moved[var] = seen[var] = result
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


def _altered(alter: Callable[[Any], Any], _operands: list[Any], results: list[Any]) -> list[Any]:
    return [alter(np.asarray(result)) for result in results]


def _skipped(eqn: Eqn, k: int, operands: list[Any], results: list[Any]) -> list[Any]:
    """What an equation would give that hands an operand on, element after element."""
    return [np.reshape(operands[k], np.shape(results[0]))]


def _renumbered(
    call: Callable[..., list[Any]], other: Eqn, operands: list[Any], _results: list[Any]
) -> list[Any]:
    """What an equation gives with another number in it."""
    given = [
        atom.value if isinstance(atom, Literal) else operand
        for atom, operand in zip(other.operands, operands, strict=True)
    ]
    return call(*given)


def _other_numbers(eqn: Eqn) -> Iterator[tuple[object, Eqn]]:
    """Each number of an elementwise equation, with the equation that has a larger one there.

    None of a comparison: where it turns is seldom as close to an element as that.
    """
    if not eqn.op.elementwise or any(var.aval.dtype == "bool" for var in eqn.outputs):
        return
    for k, atom in enumerate(eqn.operands):
        if isinstance(atom, Literal) and (other := _larger(atom.value)) is not None:
            operands = (*eqn.operands[:k], replace(atom, value=other), *eqn.operands[k + 1 :])
            yield atom.value, replace(eqn, operands=operands)
    for name, value in eqn.attributes.items():
        if isinstance(value, float) and (other := _larger(value)) is not None:
            yield value, replace(eqn, attributes={**eqn.attributes, name: other})


def _larger(value: Any) -> Any:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value + 1
    return 1.125 * value if abs(value) >= 1 else value + 0.125


def _stand_ins(eqn: Eqn) -> list[int]:
    """The operands that could take the place of what an equation gives."""
    if len(eqn.outputs) != 1:
        return []
    aval = eqn.outputs[0].aval
    return [
        k
        for k, atom in enumerate(eqn.operands)
        if isinstance(atom, Var)
        and atom not in eqn.operands[:k]
        and (atom.aval.size, atom.aval.dtype) == (aval.size, aval.dtype)
    ]


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


def _parts(value: Any, expected: Any) -> bool:
    """Whether a value is another by more than another order of its sums makes of it."""
    largest = np.max(np.abs(expected), initial=0.0, where=np.isfinite(expected))
    return _differs(value, widen(expected), 1e-9 * largest)


def _reads(eqn: Eqn) -> Iterable[Var]:
    yield from (atom for atom in eqn.operands if isinstance(atom, Var))
    for region in eqn.regions:
        yield from region.uses()


def _same(one: Any, other: Any) -> bool:
    inexact = np.asarray(one).dtype.kind in "fc"
    return bool(np.array_equal(one, other, equal_nan=inexact))

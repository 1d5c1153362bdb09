"""What a function should return for an input set, with bounds derived from its graph."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from jaxsmith.errors import RejectedError
from jaxsmith.verdict import noise, reference, slopes
from jaxsmith.verdict.bounded import Bounded
from jaxsmith.verdict.compare import widen
from jaxsmith.verdict.expectation import Expectation
from jaxsmith.verdict.idle import refuse_idle
from jaxsmith.verdict.interpret import Interpreter, Plan
from jaxsmith.verdict.sketch import LARGEST_BOUND
from jaxsmith.verdict.spelled import NAMESPACE
from jaxsmith.vocabulary.dtypes import EPSILON, LARGEST, SMALLEST_NORMAL, bits, is_inexact, part

if TYPE_CHECKING:
    from collections.abc import Callable

    from jaxsmith.program.function import Function
    from jaxsmith.program.graph import Eqn, Graph
    from jaxsmith.sample.sets import InputSet
    from jaxsmith.vocabulary.aval import Aval

AGREEMENT = 1e-12

# What the graph says more of than the text: which branch ran, whether a step left its range.
_WATCHED = ("cond", "switch", "iterate")

# A bound wider than this share of the largest element would let real errors pass.
LOOSEST = {"float16": 0.1, "bfloat16": 0.2, "float32": 5e-3, "float64": 1e-4}
_LOOSEST_OF_EIGHT_BITS = 0.3


@dataclass(frozen=True, slots=True)
class Seen:
    """One run of a function without bounds: its values, and the branches it took.

    A branch is the identity of a conditional's equation with the number of the region.
    """

    values: list[Any]
    branches: frozenset[tuple[int, int]]


@dataclass(slots=True)
class Judge:
    """Expectations for one function, where one rounding counts as so many units."""

    function: Function
    roundoff: float = 1.0
    plans: dict[Eqn, Plan] = field(default_factory=dict)
    _seen: dict[tuple[str, int | None], Seen] = field(default_factory=dict)
    _text: dict[tuple[str, int | None], slopes.Told] = field(default_factory=dict)
    _reference: Callable[..., Any] | None = None

    def preview(self, inputs: InputSet) -> Seen:
        """The values for an input set, and the branches that they come from.

        Raises:
            RejectedError: ``reference_error`` where the reference fails or doesn't return what the
                program's types say.
        """
        key = (inputs.kind, inputs.seed)
        if key not in self._seen:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self._seen[key] = self._preview(inputs)
        return self._seen[key]

    def _preview(self, inputs: InputSet) -> Seen:
        if not any(eqn.op.control in _WATCHED for eqn in self.function.graph.walk()):
            values = self._text_values(inputs)
            _check_types(values, self.function.outputs)
            return Seen(values, frozenset())
        visited: set[tuple[int, int]] = set()
        bounded = self._run(inputs, bounds=False, visited=visited)
        return Seen([item.value for item in bounded], frozenset(visited))

    def expect(self, inputs: InputSet) -> Expectation:
        """The reference's values and their bounds.

        Raises:
            RejectedError: ``reference_error`` where the reference fails or doesn't return what the
                program's types say; ``ill_conditioned`` where a decision is too close to call or
                the bound is too loose to mean anything.
        """
        with warnings.catch_warnings():
            # NumPy warns of what JAX does without a word, such as the spread of no elements.
            warnings.simplefilter("ignore")
            return self._expect(inputs)

    def _expect(self, inputs: InputSet) -> Expectation:
        values = self._text_values(inputs)
        bounded = self._run(inputs)
        _check_types(values, self.function.outputs)
        _check_agreement(values, bounded)
        pairs = [
            _final(np.asarray(value), item, aval)
            for value, item, aval in zip(values, bounded, self.function.outputs, strict=True)
        ]
        return Expectation(tuple(v for v, _ in pairs), tuple(b for _, b in pairs))

    def _text_values(self, inputs: InputSet) -> list[Any]:
        """What the reference's text gives for an input set."""
        key = (inputs.kind, inputs.seed)
        if key not in self._text:
            with slopes.watching() as watch:
                values = reference.run(self._loaded(), inputs.arrays)
            self._text[key] = slopes.Told(values, watch)
        return self._text[key].values

    def refuse_idle(self, found: list[tuple[InputSet, Expectation]]) -> None:
        """Refuse a function some statement of which never matters; see ``idle``."""
        interpreter = Interpreter(self._namespace(), bounds=False, plans=self.plans)
        runs = [([reference.widen(a) for a in i.arrays], e) for i, e in found]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            refuse_idle(self.function, interpreter, runs)

    def _namespace(self) -> dict[str, Any]:
        # Its spellings may call the helpers that the reference's text brings along.
        return {**NAMESPACE, **self._loaded().__globals__}

    def _loaded(self) -> Callable[..., Any]:
        if self._reference is None:
            self._reference = noise.load(self.function.reference_source, self.function.name)
            slopes.install(self._reference.__globals__)
        return self._reference

    def _is_derivative(self) -> bool:
        """Whether all it does is to differentiate, which text and graph say in the same words."""
        graph = self.function.graph
        first = graph.eqns[0] if len(graph.eqns) == 1 else None
        return first is not None and first.op.control == "gradient" and _returns(graph, first)

    def _run(
        self,
        inputs: InputSet,
        *,
        bounds: bool = True,
        visited: set[tuple[int, int]] | None = None,
    ) -> list[Bounded]:
        """The graph's results for an input set."""
        interpreter = Interpreter(
            self._namespace(), bounds, plans=self.plans, roundoff=self.roundoff
        )
        if visited is not None:
            interpreter.visited = visited
        if bounds and self._is_derivative():
            interpreter.told = self._text[inputs.kind, inputs.seed]
        arguments = [Bounded(reference.widen(array)) for array in inputs.arrays]
        with np.errstate(all="ignore"):
            return interpreter.run(self.function.graph, arguments)


def _returns(graph: Graph, eqn: Eqn) -> bool:
    """Whether what a graph gives is all that this equation does, in that order."""
    return graph.results == eqn.outputs


def _check_types(values: list[Any], avals: tuple[Aval, ...]) -> None:
    if len(values) != len(avals):
        raise RejectedError(
            "wrong_structure", f"the reference returns {len(values)} arrays, not {len(avals)}"
        )
    for i, (value, aval) in enumerate(zip(values, avals, strict=True)):
        if np.shape(value) != aval.shape:
            detail = f"output {i} of the reference has shape {np.shape(value)}, not {aval.shape}"
            raise RejectedError("wrong_shape", detail)


def _check_agreement(values: list[Any], bounded: list[Bounded]) -> None:
    """The reference's text and the graph it came from must say the same.

    Floats may part in the last place: NumPy's own functions round differently for other strides.
    """
    for value, item in zip(values, bounded, strict=True):
        floating = np.asarray(value).dtype.kind in "fc"
        if np.array_equal(value, item.value, equal_nan=floating):
            continue
        scale = np.max(np.abs(np.where(np.isfinite(value), value, 0.0)), initial=1.0)
        slack = item.slack + AGREEMENT * scale if floating else 0.0
        if not np.allclose(value, item.value, rtol=0.0, atol=slack, equal_nan=floating):
            raise RejectedError("reference_error", "the reference's text and its graph disagree")


def _final(value: Any, item: Bounded, aval: Aval) -> tuple[Any, Any]:
    if not is_inexact(aval.dtype):
        exact = value.astype(aval.dtype)
        if not np.array_equal(exact, value):
            raise RejectedError("reference_error", f"a value does not fit in {aval.dtype}")
        return exact, np.zeros(aval.shape)
    if item.error is None:
        # Moved, decided or counted: there is nothing to round.
        return widen(value), np.zeros(aval.shape)
    # In float64 the reference rounds as much as the function does.
    factor = 2.0 if bits(aval.dtype) == 64 else 1.0
    finite = np.where(np.isfinite(value), np.abs(value), 0.0)
    if np.max(finite, initial=0.0) > LARGEST[aval.dtype]:
        raise RejectedError("ill_conditioned", f"a value does not fit in {aval.dtype}")
    bound = factor * item.slack + EPSILON[aval.dtype] * finite + SMALLEST_NORMAL[aval.dtype]
    loosest = LOOSEST.get(part(aval.dtype), _LOOSEST_OF_EIGHT_BITS)
    if np.max(bound, initial=0.0) > loosest * max(np.max(finite, initial=0.0), 1e-3):
        raise RejectedError("ill_conditioned", "rounding alone may change the result visibly")
    # What is kept is the bound and the value's own rounding, which is less.
    if 2 * np.max(bound, initial=0.0) > LARGEST_BOUND:
        raise RejectedError("ill_conditioned", "a bound is larger than a record can hold")
    return widen(value), bound

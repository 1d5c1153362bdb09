"""Runs a graph on values with error bounds: the reference's meaning, one equation at a time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from jaxsmith.errors import RejectedError
from jaxsmith.verdict.bounded import Bounded
from jaxsmith.verdict.regions import REGIONS
from jaxsmith.verdict.rules import RULES, Errors, Step
from jaxsmith.verdict.spelled import spelled
from jaxsmith.vocabulary.code import Code, fill
from jaxsmith.vocabulary.dtypes import (
    EPSILON,
    LARGEST,
    SMALLEST_NORMAL,
    UNDERFLOW,
    bits,
    is_inexact,
)
from jaxsmith.vocabulary.value import Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from jaxsmith.program.graph import Eqn, Graph
    from jaxsmith.verdict.slopes import Told
    from jaxsmith.vocabulary.aval import Aval
    from jaxsmith.vocabulary.value import Atom, Var

Environment = dict["Var", Bounded]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is the same each time an equation runs.

    Attributes:
        call: its spelling as a function of the operands' values.
        avals: declared types of the outputs.
        inexact: which of them are of floats or of complex numbers.
        rounds_nothing: whether nothing can be off where no operand is.
        rule, size: how a bound passes it.
        terms: how many terms are summed for one element of the output.
        coarsest: roundoff of the coarsest float among operands and outputs.
        roundoff: how many units one rounding counts as.
    """

    call: Callable[..., list[Any]]
    avals: tuple[Aval, ...]
    inexact: tuple[bool, ...]
    rounds_nothing: bool
    rule: Callable[[Step], Errors]
    size: float
    terms: int
    coarsest: float
    roundoff: float

    @classmethod
    def of(cls, eqn: Eqn, call: Callable[..., list[Any]], roundoff: float = 1.0) -> Plan:
        """For an equation with this call."""
        avals = tuple(var.aval for var in eqn.outputs)
        inexact = tuple(is_inexact(aval.dtype) for aval in avals)
        accuracy = eqn.op.accuracy
        coarsest = roundoff * _coarsest([*(atom.aval for atom in eqn.operands), *avals])
        # Code of many operations may count what it has rounded.
        counts = not any(inexact) and (accuracy.rule != "noise" or not coarsest)
        return cls(
            call, avals, inexact,
            counts or accuracy.rule in ("equal", "move", "decide"),
            RULES[accuracy.rule], accuracy.size_for(avals[0].dtype), _terms(eqn), coarsest,
            roundoff,
        )  # fmt: skip


@dataclass(slots=True)
class Interpreter:
    """Evaluates graphs; ``visited`` collects which branch of which equation ran.

    Args:
        namespace: what the NumPy spellings may call.
        bounds: False to compute values only, several times faster.
        plans: of the equations that ran so far; they run many times.
        slopes: where the relative errors of all values are noted, if what runs is about to be
            differentiated.
        told: what the one equation of the outermost graph gives, if it is a derivative and the
            reference's text, which says the same, has been run.
        roundoff: how many units one rounding counts as, where the function is compiled.
    """

    namespace: dict[str, Any]
    bounds: bool = True
    visited: set[tuple[int, int]] = field(default_factory=set)
    plans: dict[Eqn, Plan] = field(default_factory=dict)
    slopes: list[float] | None = None
    told: Told | None = None
    roundoff: float = 1.0

    def run(
        self, graph: Graph, args: Sequence[Bounded], outer: Environment | None = None
    ) -> list[Bounded]:
        """The results of a graph for these arguments; ``outer`` holds what regions capture."""
        env = dict(outer or {})
        if not self.bounds:
            captured = {var: item.value for var, item in env.items()}
            values = self.values(graph, [arg.value for arg in args], captured)
            return [Bounded(value) for value in values]
        env.update(zip(graph.params, args, strict=True))
        for eqn in graph.eqns:
            env.update(zip(eqn.outputs, self._equation(eqn, env), strict=True))
        return [_read(env, atom) for atom in graph.results]

    def _equation(self, eqn: Eqn, env: Environment) -> list[Bounded]:
        operands = [_read(env, atom) for atom in eqn.operands]
        if eqn.op.control:
            return REGIONS[eqn.op.control](self, eqn, operands, env)
        return self.bounded(eqn, operands)

    def plan(self, eqn: Eqn) -> Plan:
        """What is the same each time an equation runs, made once."""
        plan = self.plans.get(eqn)
        if plan is None:
            plan = self.plans[eqn] = Plan.of(eqn, spelled(eqn, self.namespace), self.roundoff)
        return plan

    def bounded(self, eqn: Eqn, operands: list[Bounded]) -> list[Bounded]:
        """One equation's outputs: values from its spelling, bounds from the row's rule."""
        plan = self.plan(eqn)
        values = plan.call(*[operand.value for operand in operands])
        for value, inexact in zip(values, plan.inexact, strict=True):
            if inexact and np.asarray(value).dtype.kind not in "fc":
                # NumPy would go on with integers.
                raise RejectedError("reference_error", f"{eqn.op.name} gives integers for floats")
        steep = eqn.op.smooth == "steep" and self.slopes is not None
        if steep and any(np.any(value == 0) for value in values):
            raise RejectedError("ill_conditioned", f"the slope of {eqn.op.name} has no bound at 0")
        if plan.rounds_nothing and all(operand.error is None for operand in operands):
            return [Bounded(value) for value in values]
        step = Step(
            plan.call, operands, values, plan.avals, plan.size, plan.terms, plan.coarsest,
            plan.roundoff,
        )  # fmt: skip
        try:
            errors = plan.rule(step)
        except ValueError as error:  # singular, or out of its domain, within its operands' bounds
            raise RejectedError("ill_conditioned", f"{eqn.op.name}: {error}") from error
        results = [
            _checked(value, error, aval)
            for value, error, aval in zip(values, errors, plan.avals, strict=True)
        ]
        if self.slopes is not None:
            self.slopes += map(_relative, results)
        return results

    def callable(self, graph: Graph, env: Environment) -> Callable[..., Any]:
        """A region as a plain function of arrays, packed as the region's source would be."""
        plain = replace(self, bounds=False, slopes=None, told=None)
        outer = {var: item.value for var, item in env.items()}

        def function(*args: Any) -> Any:
            results = plain.values(graph, unpack_groups(graph, args), outer)
            return pack(graph.returns or "{*}", results)

        return function

    def values(self, graph: Graph, args: Sequence[Any], outer: dict[Var, Any]) -> list[Any]:
        """The results of a graph without any bounds; a derivative evaluates it very often."""
        env = dict(outer)
        env.update(zip(graph.params, args, strict=True))
        for eqn in graph.eqns:
            env.update(zip(eqn.outputs, self.equation_values(eqn, env), strict=True))
        return [plain(env, atom) for atom in graph.results]

    def equation_values(self, eqn: Eqn, env: dict[Var, Any]) -> list[Any]:
        """What one equation gives, without any bounds."""
        operands = [plain(env, atom) for atom in eqn.operands]
        if not eqn.op.control:
            return self.plan(eqn).call(*operands)
        captured = {var: Bounded(value) for var, value in env.items()}
        bounded = [Bounded(value) for value in operands]
        return [item.value for item in REGIONS[eqn.op.control](self, eqn, bounded, captured)]


def _relative(result: Bounded) -> float:
    """The largest error, relative to the largest element."""
    largest = float(np.max(np.abs(result.value), initial=0.0))
    return float(np.max(result.slack, initial=0.0)) / largest if largest else 0.0


def plain(env: dict[Var, Any], atom: Atom) -> Any:
    """The value of a variable or a number."""
    return atom.value if isinstance(atom, Literal) else env[atom]


def _read(env: Environment, atom: Atom) -> Bounded:
    if isinstance(atom, Literal):
        return Bounded(atom.value, _rounding(atom))  # type: ignore[arg-type]
    return env[atom]


def _rounding(literal: Literal) -> NDArray[np.float64] | None:
    """How far a number is from what float32 makes of it (0.1), or None where that is exact."""
    dtype = literal.aval.dtype
    if not is_inexact(dtype) or bits(dtype) == 64 or float(literal.value).is_integer():
        return None
    if float(np.float32(literal.value)) == literal.value and bits(dtype) == 32:
        return None
    return np.asarray(EPSILON[dtype] / 2 * abs(literal.value))


def _coarsest(avals: Sequence[Aval]) -> float:
    """The machine epsilon of the coarsest float among these types."""
    return max((EPSILON.get(aval.dtype, 0.0) for aval in avals), default=0.0)


def _terms(eqn: Eqn) -> int:
    declared = eqn.attributes.get("terms")
    if isinstance(declared, int):
        return declared
    largest = max((atom.aval.size for atom in eqn.operands), default=1)
    return max(1, largest // max(1, eqn.outputs[0].aval.size))


def _checked(value: Any, error: Any, aval: Aval) -> Bounded:
    """The value with its bound; a float without a finite bound is of no use.

    Raises:
        RejectedError: if a finite value has no finite bound.
    """
    if not is_inexact(aval.dtype):
        return Bounded(value)
    bound = np.asarray(error, dtype=np.float64)
    if bound.shape != np.shape(value):
        bound = np.broadcast_to(bound, np.shape(value))
    finite = np.isfinite(value)
    plain = bool(finite.all())  # as nearly always; the rest then costs half
    sizes = np.abs(value) if plain else np.abs(value)[finite]
    if sizes.size and sizes.max() > LARGEST[aval.dtype]:
        raise RejectedError("ill_conditioned", f"a value does not fit in {aval.dtype}")
    certain = np.isfinite(bound)
    if not (certain if plain else certain | ~finite).all():
        raise RejectedError("ill_conditioned", "an operation has no finite error bound here")
    least = 2 * SMALLEST_NORMAL[aval.dtype]
    if sizes.size and np.min(sizes, initial=np.inf, where=sizes > 0) < least:
        # It may be flushed to 0, and what is made of it with it.
        small = (value != 0) & (np.abs(value) < least)
        bound = np.where(small, bound + UNDERFLOW[aval.dtype], bound)
    return Bounded(value, bound if plain else np.where(finite, bound, 0.0))


def unpack_groups(graph: Graph, args: Sequence[Any]) -> list[Any]:
    """A region's flat parameters from its positional arguments."""
    if not any(graph.groups):
        return list(args)
    flat: list[Any] = []
    for count, arg in zip(graph.groups, args, strict=True):
        flat.extend(arg if count else [arg])
    return flat


def pack(template: str, values: Sequence[Any]) -> Any:
    """Values arranged as a ``return`` template says, such as ``"({0}, {1}), {2}"``."""
    return _packer(template, len(values))(*values)


@lru_cache(maxsize=256)
def _packer(template: str, count: int) -> Callable[..., Any]:
    names = [f"v{i}" for i in range(count)]
    text = fill(template, [Code(name) for name in names], {})
    return eval(f"lambda {', '.join(names)}: ({text})")  # type: ignore[no-any-return]

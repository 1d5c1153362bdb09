"""How much work the reference of a function is: a guess, made before anything runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jaxsmith.program.graph import Eqn, Graph

# Operations in the reference of an idiom that was not measured: the median of those that were.
OF_CODE = 130
# What a derivative costs in evaluations of its function (three runs on arrays that carry four to
# six directions, one that carries all), and iterations of a loop whose number is not in the text.
RUNS = 30
DIRECTIONS_A_RUN = 8
ITERATIONS = 8

# With more, checking a function takes as long as compiling it. Derivatives are worth it.
MOST = 40000
MOST_BATCHED = 1000


def effort(graph: Graph) -> int:
    """About how many operations one evaluation of the graph by NumPy takes."""
    return sum(_equation(eqn) for eqn in graph.eqns)


def _equation(eqn: Eqn) -> int:
    if eqn.op.code is not None:
        return eqn.op.effort or OF_CODE
    return 1 + _times(eqn) * sum(effort(region) for region in eqn.regions)


def _times(eqn: Eqn) -> int:
    """How often the regions are run."""
    attributes = eqn.attributes
    if eqn.op.control == "gradient":
        sizes = sum(operand.aval.size for operand in eqn.operands)
        moved = attributes.get("moved", sizes ** int(str(attributes["order"])))
        return RUNS * int(str(attributes["order"])) + int(str(moved)) // DIRECTIONS_A_RUN
    if eqn.op.control in ("fori", "while"):
        upper, lower = attributes.get("upper"), attributes.get("lower")
        if isinstance(upper, int) and isinstance(lower, int):
            return upper - lower
        return ITERATIONS
    return int(str(attributes.get("length", attributes.get("count", 1))))

"""How much work the reference of a function is: a guess, made before anything runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jaxsmith.program.graph import Eqn, Graph

# Operations of NumPy that an idiom's reference makes of one call, on average.
OF_CODE = 80
# What a derivative costs in evaluations of its function (three runs on arrays that carry four to
# six directions, one that carries all), and iterations of a loop whose number is not in the text.
RUNS = 30
DIRECTIONS_A_RUN = 8
ITERATIONS = 8

# With more, checking a function takes as long as compiling it. Derivatives are worth it.
MOST = 4000
MOST_BATCHED = 400


def effort(graph: Graph) -> int:
    """About how many operations of NumPy one evaluation of the graph takes."""
    return sum(_equation(eqn) for eqn in graph.eqns)


def _equation(eqn: Eqn) -> int:
    if eqn.op.code is not None:
        return OF_CODE
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

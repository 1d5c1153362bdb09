"""How often each primitive is in a jaxpr, and each operation in a StableHLO module."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from jax.extend.core import ClosedJaxpr, Jaxpr
from jax.extend.mlir import ir

from jaxsmith.stages.compat import stablehlo_module

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jax.stages import Lowered

    AnyJaxpr = Jaxpr | ClosedJaxpr


def primitives(jaxpr: AnyJaxpr) -> dict[str, int]:
    """Equations by primitive, those of inner jaxprs included, sorted by name.

    An inner jaxpr counts once for every equation that holds it, whether or not the printed text
    shares it.
    """
    return _sorted(_count(jaxpr, {}))


def stablehlo_ops(lowered: Lowered) -> dict[str, int]:
    """Operations of the lowered module by full name, as ``operations`` counts them."""
    return operations(stablehlo_module(lowered))


def operations(module: ir.Module) -> dict[str, int]:
    """Operations of a module by full name (``"stablehlo.add"``), nested ones too, sorted.

    Other dialects count (``"func.call"``, ``"chlo.erf"``); the module itself does not.
    """
    seen: Counter[str] = Counter()

    def visit(operation: ir.Operation) -> ir.WalkResult:
        seen[operation.name] += 1
        return ir.WalkResult.ADVANCE

    module.operation.walk(visit)
    seen.subtract([module.operation.name])
    return _sorted(+seen)


def _count(jaxpr: AnyJaxpr, known: dict[int, Counter[str]]) -> Counter[str]:
    # Functions that call one another twice, n deep, share jaxprs: walking each use takes 2**n.
    if id(jaxpr) not in known:
        total: Counter[str] = Counter()
        for equation in jaxpr.eqns:
            total[equation.primitive.name] += 1
            for inner in _jaxprs_in(equation.params):
                total.update(_count(inner, known))
        known[id(jaxpr)] = total
    return known[id(jaxpr)]


def _jaxprs_in(value: object) -> Iterator[AnyJaxpr]:
    if isinstance(value, Jaxpr | ClosedJaxpr):
        yield value
    elif isinstance(value, dict):
        yield from _jaxprs_in(list(value.values()))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _jaxprs_in(item)


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items()))

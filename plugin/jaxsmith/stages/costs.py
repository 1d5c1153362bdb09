"""What XLA thinks that an executable costs."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jax.stages import Compiled

# The statistics that every supported version has; the keys are what a record calls them.
_MEMORY = MappingProxyType(
    {
        "arguments": "argument_size_in_bytes",
        "outputs": "output_size_in_bytes",
        "aliased": "alias_size_in_bytes",
        "temporaries": "temp_size_in_bytes",
        "peak": "peak_memory_in_bytes",
    }
)


@dataclass(frozen=True, slots=True)
class Costs:
    """An estimate made from the optimized HLO, not a measurement.

    Attributes:
        flops: floating-point operations of one call; None where XLA does not say.
        bytes_accessed: bytes read and written in one call; None where XLA does not say.
        memory: bytes by use; empty where XLA does not say.
    """

    flops: float | None
    bytes_accessed: float | None
    memory: Mapping[str, int]

    @classmethod
    def of(cls, compiled: Compiled) -> Costs:
        """The costs of an executable."""
        analysis = compiled.cost_analysis() or {}
        statistics = compiled.memory_analysis()
        fields = {} if statistics is None else _MEMORY
        return cls(
            flops=analysis.get("flops"),
            bytes_accessed=analysis.get("bytes accessed"),
            memory={name: int(getattr(statistics, field)) for name, field in fields.items()},
        )

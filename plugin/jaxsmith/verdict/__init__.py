"""Verdicts: what a function should return, how closely, and whether it did. Knows no JAX."""

from jaxsmith.verdict.compare import Comparison, Mismatch, compare
from jaxsmith.verdict.examine import Examined, examine
from jaxsmith.verdict.expectation import Expectation
from jaxsmith.verdict.platforms import roundoff_of

__all__ = [
    "Comparison",
    "Examined",
    "Expectation",
    "Mismatch",
    "compare",
    "examine",
    "roundoff_of",
]

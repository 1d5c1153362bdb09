"""Two corpora held against each other, function by function: what a new JAX changed, and why.

The way of a pair of records, in the order of the modules: ``streams`` pairs them, ``outcomes`` says
what became of the function, ``levels`` which of its texts differ, ``causes`` from what; ``groups``
collects the causes of all functions, ``report`` counts, and ``terminal``, ``markdown``, ``machine``
and ``junit`` tell.
"""

from __future__ import annotations

from jaxsmith.dataset.diff.report import Report, compare
from jaxsmith.dataset.diff.threshold import NAMES, Broken, Rule, broken, parse

__all__ = ["NAMES", "Broken", "Report", "Rule", "broken", "compare", "parse"]

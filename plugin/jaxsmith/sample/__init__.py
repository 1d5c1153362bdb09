"""Samples: input sets for a function, made with NumPy from a seed, the same on every machine."""

from jaxsmith.sample.remake import remake

__all__ = ["remake"]

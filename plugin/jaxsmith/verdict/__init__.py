"""Verdicts: what a function should return, how closely, and whether it did. Knows no JAX."""

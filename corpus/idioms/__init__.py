"""Algorithms that people really write: a row each here, and their code in ``code/``."""

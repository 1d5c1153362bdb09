"""Vocabulary: types, ranges and operations as rows of data. Knows no JAX and no NumPy."""

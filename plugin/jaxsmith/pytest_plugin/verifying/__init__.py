"""Verifying a corpus that exists: ``pytest FOLDER`` or ``pytest FILE`` makes each record an item.

Collecting imports neither JAX nor NumPy; an item does when it runs.
"""

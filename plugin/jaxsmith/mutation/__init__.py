"""Mutation: programs of a corpus broken on purpose, to see that their check can fail.

Importing this package imports neither JAX nor NumPy: programs are run by processes of their own.
"""

from jaxsmith.mutation.mutate import COUNT, mutate
from jaxsmith.mutation.report import Report, render

__all__ = ["COUNT", "Report", "mutate", "render"]

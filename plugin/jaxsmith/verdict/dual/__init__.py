"""Arrays that carry derivatives: what a reference computes, differentiated as it goes.

``array`` holds the array itself; ``elementwise``, ``linear``, ``choices`` and ``algebra`` hold the
rules, by what kind of function they are for; ``functions`` is the table of NumPy's functions, and
``creation`` makes new arrays while derivatives are taken.
"""

from jaxsmith.verdict.dual.array import ACTIVE, Dual, Tape, UnsupportedError
from jaxsmith.verdict.dual.creation import new_array
from jaxsmith.verdict.dual.functions import call_solver, call_special

__all__ = ["ACTIVE", "Dual", "Tape", "UnsupportedError", "call_solver", "call_special", "new_array"]

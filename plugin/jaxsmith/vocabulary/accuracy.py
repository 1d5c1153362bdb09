"""How closely two implementations of an operation must agree: the rule, and its size.

The rules are applied by ``jaxsmith.verdict.rules``, which carries a bound on the absolute error of
every element through a program; here they are only named, so that a row can state its own. Writing
``u`` for the machine epsilon of the result's dtype and ``e`` for the bounds of the operands:

``equal``
    The result is the same bits whatever the rounding (integers, booleans, counts).
``move``
    Elements are moved, not computed: bounds move along with them.
``ulps``
    Elementwise: the change of the result when the operands move by their bounds, plus ``size``
    ulps for the implementation.
``sums``, ``products``
    As ``ulps``, of two operands: their bounds add up, or each is scaled by the other operand.
``jumps``
    As ``ulps``, for what is linear but for jumps (remainders, fractions, mantissas): inputs that an
    error of ``e`` could carry across a jump are not used.
``waves``
    As ``ulps``, for what comes round again as its last operand, an angle, grows: inputs with which
    an angle may be off by more than a quarter of a turn are not used.
``terms``
    Sums of products of elements (a sum, a product, a contraction): with ``K`` terms an element,
    ``f(|x| + e) - f(|x|) + size * K * u * f(|x|)``. Higham, "Accuracy and Stability of Numerical
    Algorithms" (2nd ed., 2002), section 3.1, gives ``K * u`` for any order of summation.
``order``
    Elements are chosen by comparing them (max, sort, median): the largest bound of any operand.
``stable``
    Normwise backward stable (norms, variances, solves, factorizations): the change of the result
    when the operands move by ``e + size * u * max|x|`` in random directions, times a margin, and
    the rounding of a sum of ``K`` terms.
    Higham (2002), chapters 9, 10 and 19, gives backward errors of this form.
``decide``
    The result jumps (comparisons, rounding, positions): equal, and inputs for which an error of
    ``e`` could change the result are not used.
``noise``
    Code of many operations, without rules of its own: what random rounding of each of them does,
    see ``jaxsmith.verdict.noise``, and ``size`` ulps of the largest element. Discrete results must
    be the same under it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Rule = Literal[
    "equal", "move", "ulps", "sums", "products", "jumps", "waves", "terms", "order", "stable",
    "decide", "noise",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Accuracy:
    """A rule of this module and its size (in units of the result's machine epsilon).

    ``double`` is the size for float64 where that is implemented less closely than float32.
    """

    rule: Rule
    size: float = 0.0
    double: float | None = None

    def size_for(self, dtype: str) -> float:
        """The size for results of this dtype."""
        return self.size if self.double is None or dtype != "float64" else self.double


EQUAL = Accuracy("equal")
MOVE = Accuracy("move")
ORDER = Accuracy("order")
DECIDE = Accuracy("decide")
NOISE = Accuracy("noise")
SUMS = Accuracy("sums", 1.0)
PRODUCTS = Accuracy("products", 1.0)
TERMS = Accuracy("terms", 0.5)  # the unit roundoff is half of the machine epsilon


def ulps(size: float, double: float | None = None) -> Accuracy:
    """Elementwise, off by at most ``size`` units in the last place, ``double`` in float64."""
    return Accuracy("ulps", size, double)


def jumps(size: float) -> Accuracy:
    """Linear but for jumps, off by at most ``size`` units in the last place between them."""
    return Accuracy("jumps", size)


def waves(size: float) -> Accuracy:
    """Elementwise and periodic, off by at most ``size`` units in the last place."""
    return Accuracy("waves", size)


def stable(size: float) -> Accuracy:
    """Backward stable with an error of ``size`` epsilons of the largest element."""
    return Accuracy("stable", size)

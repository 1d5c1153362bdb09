"""Linear systems: solved, inverted, in the least-squares sense, with triangular matrices."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from jaxsmith.vocabulary.accuracy import NOISE, stable
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.rows import function
from jaxsmith.vocabulary.signatures.matrix import (
    INVERTIBLE,
    POSITIVE,
    drawn,
    inverted,
    number,
    of_matrix,
    solved,
    with_right,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxsmith.vocabulary.accuracy import Accuracy
    from jaxsmith.vocabulary.aval import Aval, Shape
    from jaxsmith.vocabulary.op import Attributes, Op, Signature, Span


def _same(shape: Shape) -> Shape:
    return shape


def _right(_matrix: Shape, right: Shape) -> Shape:
    return right


def _batch(shape: Shape) -> Shape:
    return shape[:-2]


def _flipped(shape: Shape) -> Shape:
    return (*shape[:-2], shape[-1], shape[-2])


def _columns(matrix: Shape, right: Shape) -> Shape:
    return (matrix[-1], *right[1:])


def _scalar(_matrix: Shape, _right: Shape) -> Shape:
    return ()


def _substituted(
    _intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    """Substitution: each unknown is at most its right-hand side and the earlier ones together.

    The draw keeps the diagonal above 1 and the rest below ``0.5 / sqrt(n)``.
    """
    size = number(attributes, "side")
    growth = (1 + 0.5 / math.sqrt(size)) ** (size - 1)
    bound = 1.001 * growth * number(attributes, "reach")
    return Interval(-bound, bound)


def _volume(
    _intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    bound = 1.001 * number(attributes, "most") ** number(attributes, "side")
    return Interval(-bound, bound)


def _log_volume(
    _intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    """The log of a product of singular values; wide enough for the sign beside it."""
    size = number(attributes, "side")
    low = size * math.log(number(attributes, "least"))
    return Interval(min(low, -1.0), max(size * math.log(number(attributes, "most")), 1.0) + 0.01)


def _quadratic(power: float) -> Span:
    """``b @ inv(a) @ b`` of a positive definite matrix, to some power."""

    def span(
        _intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
    ) -> Interval:
        squared = number(attributes, "side") * number(attributes, "reach") ** 2
        return Interval(0.0, 1.001 * (squared / number(attributes, "least")) ** power)

    return span


def _row(
    name: str,
    jax: str,
    numpy: str,
    signature: Signature,
    span: Span,
    names: tuple[str, ...],
    *,
    size: float = 4.0,
    accuracy: Accuracy | None = None,
    verb: str = "",
    weight: float = 1.0,
    level: str = "atom",
) -> Op:
    return function(
        name, "linalg", signature, span, jax=jax, numpy=numpy, accuracy=accuracy or stable(size),
        domain=((-20, 20),), names=names, verb=verb, weight=weight, level=level,
    )  # fmt: skip


_SPD_BATCH = drawn("spd", batches=1.0, most=5)
_BATCH = drawn("conditioned", batches=1.0, most=5)
_TALL = drawn("conditioned", tall=True)
_SMALL = drawn("conditioned", most=5)
_TRANS = ({"trans": ""}, {"trans": ", trans=1"}, {"trans": ', trans="T"'})
_SOLUTION = ("solution", "coefficients", "unknowns")

OPS = [
    _row("solve", "jnp.linalg.solve({matrix}, {right})", "np.linalg.solve({matrix}, {right})",
         with_right(INVERTIBLE, _right), solved, _SOLUTION, weight=2.0),
    _row("batch_solve", "jnp.linalg.solve({matrix}, {right})", "np.linalg.solve({matrix}, {right})",
         with_right(_BATCH, _right, vectors=0.0), solved, ("solutions", "coefficients"),
         verb="solve", weight=0.15),
    _row("solve_positive", 'jax.scipy.linalg.solve({matrix}, {right}, assume_a="pos")',
         "np.linalg.solve({matrix}, {right})", with_right(POSITIVE, _right), solved, _SOLUTION,
         verb="solve"),
    _row("cho_solve", "jax.scipy.linalg.cho_solve(jax.scipy.linalg.cho_factor({matrix}), {right})",
         "np.linalg.solve({matrix}, {right})", with_right(POSITIVE, _right), solved, _SOLUTION),
    _row("cho_solve_lower",
         "jax.scipy.linalg.cho_solve((jnp.linalg.cholesky({matrix}), True), {right})",
         "np.linalg.solve({matrix}, {right})", with_right(POSITIVE, _right), solved, _SOLUTION,
         verb="cho_solve"),
    _row("lu_solve", "jax.scipy.linalg.lu_solve(jax.scipy.linalg.lu_factor({matrix}), {right})",
         "np.linalg.solve({matrix}, {right})", with_right(INVERTIBLE, _right), solved, _SOLUTION),
    _row("solve_lower", "jax.scipy.linalg.solve_triangular({matrix}, {right}{trans}, lower=True)",
         "linalg.solve_triangular({matrix}, {right}{trans}, lower=True)",
         with_right(drawn("lower"), _right, choices=_TRANS), _substituted,
         ("solution", "whitened", "substituted"), verb="solve_triangular"),
    _row("solve_upper", "jax.scipy.linalg.solve_triangular({matrix}, {right}{trans})",
         "linalg.solve_triangular({matrix}, {right}{trans})",
         with_right(drawn("upper"), _right, choices=_TRANS), _substituted,
         ("solution", "substituted"), verb="solve_triangular"),
    _row("solve_unit_lower",
         "jax.scipy.linalg.solve_triangular({matrix}, {right}, lower=True, unit_diagonal=True)",
         "linalg.solve_triangular({matrix}, {right}, lower=True, unit_diagonal=True)",
         with_right(drawn("lower"), _right), _substituted, ("solution", "eliminated"),
         verb="solve_triangular"),
    _row("triangular_solve",
         "lax.linalg.triangular_solve({matrix}, {right}, left_side=True, lower=True)",
         "linalg.solve_triangular({matrix}, {right}, lower=True)",
         with_right(drawn("lower"), _right, vectors=0.0), _substituted, ("solution", "columns")),
    _row("lstsq", "jnp.linalg.lstsq({matrix}, {right})[0]",
         "np.linalg.lstsq({matrix}, {right})[0]", with_right(_TALL, _columns), solved,
         ("fit", "coefficients", "parameters"), verb="least_squares"),
    _row("inverse_form", "{right:mul} @ jnp.linalg.solve({matrix}, {again})",
         "{right:mul} @ np.linalg.solve({matrix}, {again})",
         with_right(POSITIVE, _scalar, vectors=1.0, copies=2), _quadratic(1.0),
         ("energy", "form", "fit_error"), verb="quadratic_form", level="mul"),
    _row("mahalanobis", "jnp.sqrt({right:mul} @ jnp.linalg.solve({matrix}, {again}))",
         "np.sqrt({right:mul} @ np.linalg.solve({matrix}, {again}))",
         with_right(POSITIVE, _scalar, vectors=1.0, copies=2), _quadratic(0.5),
         ("distance", "deviation"), verb="mahalanobis"),
    _row("inv", "jnp.linalg.inv({matrix})", "np.linalg.inv({matrix})", of_matrix(INVERTIBLE, _same),
         inverted, ("inverse", "precision", "undone"), weight=1.5),
    _row("batch_inv", "jnp.linalg.inv({matrix})", "np.linalg.inv({matrix})",
         of_matrix(_SPD_BATCH, _same), inverted, ("inverses", "precisions"), verb="inv",
         weight=0.15),
    _row("pinv", "jnp.linalg.pinv({matrix})", "np.linalg.pinv({matrix})",
         of_matrix(_TALL, _flipped), inverted, ("pseudo_inverse", "decoder")),
    _row("det", "jnp.linalg.det({matrix})", "np.linalg.det({matrix})", of_matrix(_SMALL, _batch),
         _volume, ("determinant", "volume"), size=6.0),
    _row("batch_det", "jnp.linalg.det({matrix})", "np.linalg.det({matrix})",
         of_matrix(_BATCH, _batch), _volume, ("determinants", "volumes"), size=6.0, verb="det"),
    _row("slogdet", "jnp.linalg.slogdet({matrix})", "np.linalg.slogdet({matrix})",
         of_matrix(INVERTIBLE, _batch, outputs=2, names=(("sign", "orientation"),
                                                         ("log_determinant", "log_volume"))),
         _log_volume, ("log_determinant",), accuracy=NOISE),
    _row("logdet", "jnp.linalg.slogdet({matrix}){part}", "np.linalg.slogdet({matrix})[1]",
         of_matrix(INVERTIBLE, _batch, choices=({"part": "[1]"}, {"part": ".logabsdet"})),
         _log_volume, ("log_determinant", "log_volume"), accuracy=NOISE),
    _row("cholesky_logdet", "2.0 * jnp.sum(jnp.log(jnp.diag(jnp.linalg.cholesky({matrix}))))",
         "np.linalg.slogdet({matrix})[1]",
         of_matrix(POSITIVE, _batch, choices=({"numpy_level": "atom"},)),
         _log_volume, ("log_determinant", "complexity"), accuracy=NOISE, verb="logdet",
         level="mul"),
]  # fmt: skip

"""Factorizations, through what is unique of them: magnitudes, spectra, polar factors."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from jaxsmith.vocabulary.accuracy import DECIDE, stable
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.op import Proposal
from jaxsmith.vocabulary.rows import function
from jaxsmith.vocabulary.signatures import reduce
from jaxsmith.vocabulary.signatures.elementwise import domain_of
from jaxsmith.vocabulary.signatures.matrix import (
    INVERTIBLE,
    LARGEST,
    POSITIVE,
    drawn,
    number,
    of_matrix,
    spectral,
)
from jaxsmith.vocabulary.signatures.variants import wide_floats

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from jaxsmith.vocabulary.aval import Shape
    from jaxsmith.vocabulary.op import Attributes, Op, Scope, Signature, Smoothness, Span


def _same(shape: Shape) -> Shape:
    return shape


def _square(shape: Shape) -> Shape:
    return (*shape[:-2], shape[-1], shape[-1])


def _spectrum(shape: Shape) -> Shape:
    return (*shape[:-2], min(shape[-2:]))


def _batch(shape: Shape) -> Shape:
    return shape[:-2]


def _any_matrix(
    result: Callable[[Shape], Shape], *, square: bool = False, copies: int = 1, batched: bool = True
) -> Signature:
    """Any small matrix will do: singular values and norms are well conditioned."""

    def propose(scope: Scope, op: Op) -> Proposal | None:
        n = scope.rng.integer(2, 6)
        x = scope.value(
            "f",
            ranks=(2, 3 if batched else 2),
            where=lambda aval: (
                max(aval.shape[-2:]) <= 2 * LARGEST
                and (not square or aval.shape[-1] == aval.shape[-2])
            ),
            fresh=(lambda: (n, n)) if square else None,
            domain=domain_of(op, 0),
        )
        if x is None:
            return None
        attributes = {"side": max(x.aval.shape[-2:])}
        out = Aval(result(x.aval.shape), x.aval.dtype)
        return Proposal((x,) * copies, (out,), attributes)

    return propose


def _frobenius(factor: float = 1.0, *, signed: bool = False) -> Span:
    """No singular value is above the root of the sum of all squares."""

    def span(
        intervals: Sequence[Interval], avals: Sequence[Aval], _attributes: Attributes
    ) -> Interval:
        rows, columns = avals[0].shape[-2:]
        reach = 1.001 * factor * intervals[0].magnitude * math.sqrt(rows * columns)
        return Interval(-reach if signed else 0.0, reach)

    return span


def _nuclear(
    intervals: Sequence[Interval], avals: Sequence[Aval], _attributes: Attributes
) -> Interval:
    rows, columns = avals[0].shape[-2:]
    reach = intervals[0].magnitude * math.sqrt(rows * columns * min(rows, columns))
    return Interval(0.0, 1.001 * reach)


def _exponential(
    intervals: Sequence[Interval], avals: Sequence[Aval], _attributes: Attributes
) -> Interval:
    reach = math.exp(avals[0].shape[-1] * intervals[0].magnitude)
    return Interval(-reach, reach)


def _condition(
    _intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    """At most the spectral condition times the size, whatever the norm."""
    ratio = number(attributes, "most") / number(attributes, "least")
    return Interval(1.0, 1.001 * ratio * number(attributes, "side"))


def _masked_rank(scope: Scope, op: Op) -> Proposal | None:
    """A matrix of full rank, of which a mask keeps some rows."""
    matrix = drawn("conditioned")(scope)
    if matrix is None:
        return None
    rows = matrix.aval.shape[0]
    mask = scope.value("b", shape=(rows,), hints=("keep", "mask", "active"))
    if mask is None:
        return None
    out = Aval((), reduce.position(scope, ""))
    return Proposal((*matrix.operands, mask), (out,), matrix.attributes)


def _above(scope: Scope, op: Op) -> Proposal | None:
    """How many singular values stand out of a drawn matrix, whose spectrum has gaps."""
    proposal = of_matrix(drawn("conditioned", tall=True), _batch)(scope, op)
    if proposal is None:
        return None
    attributes = {**proposal.attributes, "limit": scope.rng.choice((1.5, 2.0, 2.5, 3.0, 3.5))}
    return Proposal(proposal.operands, (Aval((), reduce.position(scope, "")),), attributes)


def _row(
    name: str,
    jax: str,
    numpy: str,
    signature: Signature,
    span: Span,
    names: tuple[str, ...],
    *,
    size: float = 4.0,
    reach: float = 100.0,
    smooth: Smoothness = "smooth",
    verb: str = "",
    weight: float = 1.0,
) -> Op:
    return function(
        name, "linalg", signature, span, jax=jax, numpy=numpy, accuracy=stable(size),
        domain=((-reach, reach),), smooth=smooth, names=names, verb=verb, weight=weight,
    )  # fmt: skip


def _bounded(
    _intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    bound = 1.001 * number(attributes, "most")
    return Interval(-bound, bound)


def _unit(
    _intervals: Sequence[Interval], _avals: Sequence[Aval], _attributes: Attributes
) -> Interval:
    return Interval(-1.001, 1.001)


def _count(
    _intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    return Interval(0.0, number(attributes, "side"))


_TALL = drawn("conditioned", tall=True)
_SPD = drawn("spd")
_BATCH = drawn("spd", batches=1.0, most=5)
_LOWER = ({"how": ", lower=True", "turn": ""}, {"how": "", "turn": ".T"})
_ORDERS = (
    {"order": "", "numpy_order": ""},
    {"order": ", 1", "numpy_order": ", 1"},
    {"order": ", jnp.inf", "numpy_order": ", np.inf"},
    {"order": ', "fro"', "numpy_order": ', "fro"'},
)

OPS = [
    _row("cholesky", "jnp.linalg.cholesky({matrix})", "np.linalg.cholesky({matrix})",
         of_matrix(POSITIVE, _same), _bounded, ("factor", "lower", "root"), weight=1.5),
    _row("cholesky_upper", "jnp.linalg.cholesky({matrix}, upper=True)",
         "np.linalg.cholesky({matrix}).T", of_matrix(POSITIVE, _same), _bounded,
         ("factor", "upper"), verb="cholesky"),
    _row("scipy_cholesky", "jax.scipy.linalg.cholesky({matrix}{how})",
         "np.linalg.cholesky({matrix}){turn}", of_matrix(POSITIVE, _same, choices=_LOWER), _bounded,
         ("factor", "root"), verb="cholesky"),
    _row("batch_cholesky", "jnp.linalg.cholesky({matrix})", "np.linalg.cholesky({matrix})",
         of_matrix(_BATCH, _same), _bounded, ("factors", "roots"), verb="cholesky"),
    _row("qr_r", "jnp.abs(jnp.linalg.qr({matrix})[1])", "np.abs(np.linalg.qr({matrix})[1])",
         of_matrix(_TALL, _square), _bounded, ("triangular", "factor"), smooth="kinked", verb="qr"),
    _row("qr_mode_r", 'jnp.abs(jnp.linalg.qr({matrix}, mode="r"))',
         'np.abs(np.linalg.qr({matrix}, mode="r"))', of_matrix(_TALL, _square), _bounded,
         ("triangular", "factor"), smooth="kinked", verb="qr"),
    _row("qr_q", "jnp.abs(jnp.linalg.qr({matrix})[0])", "np.abs(np.linalg.qr({matrix})[0])",
         of_matrix(_TALL, _same), _unit, ("basis", "directions"), smooth="kinked", verb="qr"),
    _row("qr_diagonal", "jnp.square(jnp.diag(jnp.linalg.qr({matrix})[1]))",
         "np.square(np.diag(np.linalg.qr({matrix})[1]))", of_matrix(_TALL, _spectrum),
         spectral(0.0, 2.0), ("pivots", "squared_lengths"), verb="qr"),
    _row("svd_values", "jnp.linalg.svd({0}, compute_uv=False)",
         "np.linalg.svd({0}, compute_uv=False)", _any_matrix(_spectrum), _frobenius(),
         ("singular_values", "spectrum", "strengths"), smooth="kinked", verb="svd", weight=1.5),
    _row("svdvals", "jnp.linalg.svdvals({0})", "np.linalg.svd({0}, compute_uv=False)",
         _any_matrix(_spectrum), _frobenius(), ("singular_values", "spectrum"), smooth="kinked"),
    _row("svd_left", "jnp.abs(jnp.linalg.svd({matrix}, full_matrices=False)[0])",
         "np.abs(np.linalg.svd({matrix}, full_matrices=False)[0])", of_matrix(_TALL, _same), _unit,
         ("left_vectors", "loadings"), size=6.0, smooth="kinked", verb="svd"),
    _row("nuclear_norm", 'jnp.linalg.norm({0}, ord="nuc")', 'np.linalg.norm({0}, ord="nuc")',
         _any_matrix(_batch, batched=False), _nuclear, ("nuclear_norm", "penalty"),
         smooth="kinked"),
    _row("spectral_norm", "jnp.linalg.norm({0}, ord=2)", "np.linalg.norm({0}, ord=2)",
         _any_matrix(_batch, batched=False), _frobenius(), ("spectral_norm", "gain"),
         smooth="kinked"),
    _row("polar", "jax.scipy.linalg.polar({matrix})[0]", "linalg.polar({matrix})[0]",
         of_matrix(INVERTIBLE, _same), _unit, ("rotation", "orthogonal"), size=6.0, smooth="none",
         weight=0.15),
    _row("eigvalsh", "jnp.linalg.eigvalsh({matrix})", "np.linalg.eigvalsh({matrix})",
         of_matrix(POSITIVE, _spectrum), spectral(), ("eigenvalues", "spectrum", "modes")),
    _row("eigvalsh_symmetrized", "jnp.linalg.eigvalsh(({0:add} + {1:atom}.T) / 2)",
         "np.linalg.eigvalsh(({0:add} + {1:atom}.T) / 2)",
         _any_matrix(_spectrum, square=True, copies=2, batched=False), _frobenius(signed=True),
         ("eigenvalues", "spectrum"), smooth="kinked", verb="eigvalsh"),
    _row("eigh_values", "jnp.linalg.eigh({matrix}{uplo}){part}",
         "np.linalg.eigh({matrix}{uplo})[0]",
         of_matrix(POSITIVE, _spectrum, choices=(
             {"uplo": "", "part": "[0]"}, {"uplo": "", "part": ".eigenvalues"},
             {"uplo": ', UPLO="U"', "part": "[0]"})),
         spectral(), ("eigenvalues", "energies"), verb="eigh"),
    _row("eigh_batch", "jnp.linalg.eigh({matrix})[0]", "np.linalg.eigh({matrix})[0]",
         of_matrix(_BATCH, _spectrum), spectral(), ("spectra", "eigenvalues"), verb="eigh"),
    _row("eigh_vectors", "jnp.abs(jnp.linalg.eigh({matrix})[1])",
         "np.abs(np.linalg.eigh({matrix})[1])", of_matrix(_SPD, _same), _unit,
         ("loadings", "mode_shapes"), size=6.0, smooth="kinked", verb="eigh"),
    _row("leading_mode", "jnp.square(jnp.linalg.eigh({matrix})[1][:, -1])",
         "np.square(np.linalg.eigh({matrix})[1][:, -1])", of_matrix(_SPD, lambda s: s[:1]), _unit,
         ("leading_mode", "participation"), size=6.0, verb="eigh"),
    _row("expm", "jax.scipy.linalg.expm({0})", "linalg.expm({0})",
         _any_matrix(_same, square=True, batched=False), _exponential,
         ("propagator", "flow", "transition"), size=6.0, reach=0.6, weight=0.15),
    _row("cond", "jnp.linalg.cond({matrix}{order})", "np.linalg.cond({matrix}{numpy_order})",
         of_matrix(INVERTIBLE, _batch, choices=_ORDERS), _condition,
         ("condition", "sensitivity"), size=6.0, smooth="kinked"),
    function("matrix_rank", "linalg", wide_floats(_masked_rank), _count, accuracy=DECIDE,
             jax="jnp.linalg.matrix_rank(jnp.where({1:atom}[:, None], {0}, 0.0))",
             numpy="np.linalg.matrix_rank(np.where({1:atom}[:, None], {0}, 0.0))", smooth="none",
             names=("rank", "dimensions"), weight=0.6),
    function("effective_rank", "linalg", wide_floats(_above), _count, accuracy=DECIDE,
             jax="jnp.sum(jnp.linalg.svdvals({matrix}) > {limit})",
             numpy="np.sum(np.linalg.svd({matrix}, compute_uv=False) > {limit})", smooth="none",
             names=("effective_rank", "kept"), weight=0.6),
]  # fmt: skip

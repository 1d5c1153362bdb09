"""Formulas of linear algebra as they are written: forms, distances, projections, reflections."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from jaxsmith.vocabulary import spans
from jaxsmith.vocabulary.accuracy import TERMS, stable
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.rows import alike, function
from jaxsmith.vocabulary.signatures import reduce
from jaxsmith.vocabulary.signatures.contract import formula
from jaxsmith.vocabulary.signatures.matrix import identity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxsmith.vocabulary.aval import Aval
    from jaxsmith.vocabulary.op import Attributes, Scope, Span


def _terms_of(*factors: int) -> Span:
    """As many terms as are summed, each a product of these operands."""

    def span(
        intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
    ) -> Interval:
        term = Interval(1.0, 1.0)
        for k in factors:
            term = term * intervals[k]
        return term.scale(reduce.terms(attributes))

    return span


def _plus(span: Span, k: int) -> Span:
    """The same, and another operand added."""
    return lambda i, a, t: span(i, a, t) + i[k]


def _doubled(
    intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    reach = 2 * intervals[0].magnitude * intervals[1].magnitude * reduce.terms(attributes)
    return Interval(-reach, reach)


def _squared_gap(power: float) -> Span:
    def span(
        intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
    ) -> Interval:
        gap = spans.absolute(intervals[0] - intervals[1]).high
        return Interval(0.0, 1.001 * (gap**2 * reduce.terms(attributes)) ** power)

    return span


def _no_longer(k: int) -> Span:
    """A projection or reflection of an operand: no longer than it is."""

    def span(
        intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
    ) -> Interval:
        reach = 1.001 * intervals[k].magnitude * math.sqrt(reduce.terms(attributes))
        return Interval(-reach, reach)

    return span


def _eye(scope: Scope, sizes: dict[str, int], dtype: str) -> dict[str, object]:
    jax, numpy = identity(scope, sizes["n"], dtype)
    return {"jax_eye": jax, "numpy_eye": numpy}


def _scale(scope: Scope, sizes: dict[str, int], _dtype: str) -> dict[str, object]:
    """The square root of a length where it is short, else a round number near it."""
    root = math.sqrt(sizes["d"])
    return {"scale": float(round(root)) if root == round(root) else scope.rng.choice((2.0, 3.0))}


def _laplacian(
    intervals: Sequence[Interval], avals: Sequence[Aval], _attributes: Attributes
) -> Interval:
    size = avals[0].shape[0]
    return Interval(-intervals[0].high, size * intervals[0].high)


_REACH = ((-100.0, 100.0), (-100.0, 100.0))
_FORM = ((-20.0, 20.0), (-20.0, 20.0), (-20.0, 20.0))
_AWAY = (0.25, 8.0)  # keeps the length of a vector that divides away from zero

OPS = [
    alike("gram", "linalg", "{0:atom}.T @ {1:unary}", formula("ij", "jj", uses=(0, 0), summed="i"),
          lambda i, _a, t: (i[0] * i[0]).scale(reduce.terms(t)), TERMS, domain=_REACH, level="mul",
          names=("gram", "moments", "scatter")),
    alike("outer_gram", "linalg", "{0:mul} @ {1:atom}.T",
          formula("ij", "ii", uses=(0, 0), summed="j"),
          lambda i, _a, t: (i[0] * i[0]).scale(reduce.terms(t)), TERMS, domain=_REACH, level="mul",
          names=("gram", "kernel", "similarities"), verb="gram"),
    alike("quadratic_form", "linalg", "{0:mul} @ {1:unary} @ {2:unary}",
          formula("n,nn", "", uses=(0, 1, 0), summed="nn"), _terms_of(0, 1, 2), TERMS,
          domain=_FORM, level="mul", names=("energy", "form", "curvature")),
    alike("bilinear_form", "linalg", "{0:mul} @ {1:unary} @ {2:unary}",
          formula("m,mn,n", "", summed="mn"), _terms_of(0, 1, 2), TERMS, domain=_FORM,
          level="mul", names=("coupling", "form", "score")),
    alike("congruence", "linalg", "{0:mul} @ {1:unary} @ {2:atom}.T",
          formula("mn,nn", "mm", uses=(0, 1, 0), summed="nn"), _terms_of(0, 1, 2), TERMS,
          domain=_FORM, level="mul", names=("transformed", "propagated", "covariance")),
    alike("affine", "linalg", "{0:mul} @ {1:unary} + {2:mul}",
          formula("bi,io,o", "bo", summed="i"), _plus(_terms_of(0, 1), 2), TERMS,
          domain=(*_REACH, (-1e3, 1e3)), level="add", names=("outputs", "logits", "hidden"),
          weight=1.5),
    alike("affine_map", "linalg", "{0:mul} @ {1:unary} + {2:mul}",
          formula("oi,i,o", "o", summed="i"), _plus(_terms_of(0, 1), 2), TERMS,
          domain=(*_REACH, (-1e3, 1e3)), level="add", names=("moved", "state", "image"),
          verb="affine"),
    alike("rank_one_update", "linalg", "{0:add} + jnp.outer({1}, {2})",
          formula("mn,m,n", "mn", summed=""), lambda i, _a, _t: i[0] + i[1] * i[2], TERMS,
          domain=((-1e3, 1e3), *_REACH), level="add", names=("updated", "corrected")),
    alike("trace_of_product", "linalg", "jnp.trace({0:mul} @ {1:unary})",
          formula("mn,nm", "", summed="mn"), _terms_of(0, 1), TERMS, domain=_REACH,
          names=("trace", "overlap")),
    alike("commutator", "linalg", "{0:mul} @ {1:unary} - {2:mul} @ {3:unary}",
          formula("nn,nn", "nn", uses=(0, 1, 1, 0), summed="n"), _doubled, stable(2.0),
          domain=_REACH, level="add", names=("commutator", "bracket")),
    alike("symmetrize", "linalg", "({0:add} + {1:atom}.T) / 2",
          formula("nn", "nn", uses=(0, 0)), spans.keep, TERMS, level="mul",
          names=("symmetric", "symmetrized")),
    alike("skew_part", "linalg", "({0:add} - {1:atom}.T) / 2", formula("nn", "nn", uses=(0, 0)),
          lambda i, _a, _t: (i[0] - i[0]).scale(0.5), stable(2.0), level="mul",
          names=("skew", "rotation_rate")),
    alike("scale_rows", "linalg", "jnp.diag({0}) @ {1:unary}", formula("m,mn", "mn", summed="m"),
          lambda i, _a, _t: i[0] * i[1], TERMS, domain=_REACH, level="mul",
          names=("scaled", "weighted")),
    alike("scale_columns", "linalg", "{0:mul} @ jnp.diag({1})", formula("mn,n", "mn", summed="n"),
          lambda i, _a, _t: i[0] * i[1], TERMS, domain=_REACH, level="mul",
          names=("scaled", "weighted"), verb="scale"),
    alike("laplacian", "linalg", "jnp.diag(jnp.sum({0}, axis=1)) - {1:mul}",
          formula("nn", "nn", uses=(0, 0), summed="n"), _laplacian, stable(2.0),
          domain=((0.0, 100.0),), level="add", names=("laplacian", "generator")),
    alike("squared_distances", "linalg",
          "jnp.sum(jnp.square({0:atom}[:, None] - {1:atom}[None]), axis=-1)",
          formula("id,jd", "ij", summed="d"), _squared_gap(1.0), stable(2.0), domain=_REACH,
          names=("squared_distances", "dissimilarity"), verb="pairwise_distances"),
    alike("distances", "linalg",
          "jnp.linalg.norm({0:atom}[:, None, :] - {1:atom}[None, :, :], axis=-1)",
          formula("id,jd", "ij", summed="d"), _squared_gap(0.5), stable(2.0), domain=_REACH,
          smooth="steep", names=("distances", "ranges"), verb="pairwise_distances"),
    alike("cosine_similarity", "linalg",
          "{0:mul} @ {1:unary} / (jnp.linalg.norm({2}) * jnp.linalg.norm({3}) + 1e-6)",
          formula("n,n", "", uses=(0, 1, 0, 1), summed="n"), spans.within(-1, 1), stable(2.0),
          domain=_REACH, level="mul", smooth="steep", names=("cosine", "similarity")),
    alike("project", "linalg", "{0:mul} @ {1:unary} / ({2:mul} @ {3:unary}) * {4:unary}",
          formula("n,n", "n", uses=(0, 1, 1, 1, 1), summed="n"), _no_longer(0), stable(2.0),
          domain=((-100.0, 100.0), _AWAY), level="mul", names=("projection", "component")),
    alike("reject", "linalg", "{0:add} - {1:mul} @ {2:unary} / ({3:mul} @ {4:unary}) * {5:unary}",
          formula("n,n", "n", uses=(0, 0, 1, 1, 1, 1), summed="n"), _no_longer(0), stable(2.0),
          domain=((-100.0, 100.0), _AWAY), level="add", names=("remainder", "orthogonal"),
          verb="orthogonalize"),
    alike("reflect", "linalg",
          "{0:add} - 2.0 * ({1:mul} @ {2:unary}) / ({3:mul} @ {4:unary}) * {5:unary}",
          formula("n,n", "n", uses=(0, 0, 1, 1, 1, 1), summed="n"), _no_longer(0), stable(2.0),
          domain=((-100.0, 100.0), _AWAY), level="add", names=("reflected", "mirrored")),
    function("householder", "linalg",
             formula("n", "nn", uses=(0, 0, 0, 0), summed="n", more=_eye, least=2),
             spans.within(-1.001, 1.001), accuracy=stable(4.0), domain=(_AWAY,),
             jax="{jax_eye} - 2.0 * jnp.outer({0}, {1}) / ({2:mul} @ {3:unary})",
             numpy="{numpy_eye} - 2.0 * np.outer({0}, {1}) / ({2:mul} @ {3:unary})",
             level="add", names=("reflector", "householder")),
    function("attention", "linalg",
             formula("qd,kd,ke", "qe", summed="k", more=_scale),
             lambda i, _a, _t: i[2], accuracy=stable(4.0), domain=((-3.0, 3.0), (-3.0, 3.0), None),
             jax="jax.nn.softmax({0:mul} @ {1:atom}.T / {scale}) @ {2:unary}",
             numpy="special.softmax({0:mul} @ {1:atom}.T / {scale}, axis=-1) @ {2:unary}",
             level="mul", names=("attended", "context", "readout")),
    function("kernel_matrix", "linalg", formula("id,jd", "ij", summed="d"), spans.within(0, 1),
             accuracy=stable(4.0), domain=((-3.0, 3.0), (-3.0, 3.0)),
             jax="jnp.exp(-0.5 * jnp.sum(jnp.square({0:atom}[:, None] - {1:atom}), axis=-1))",
             numpy="np.exp(-0.5 * np.sum(np.square({0:atom}[:, None] - {1:atom}), axis=-1))",
             names=("kernel", "affinity")),
]  # fmt: skip

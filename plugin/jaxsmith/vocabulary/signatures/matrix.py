"""Matrices that can be inverted or factored: drawn so, or made so in the spelling.

A factorization amplifies errors by the condition of its matrix, so every matrix here has singular
values between two known numbers. A drawn one keeps them by construction
(``jaxsmith.vocabulary.draw``); a value at hand is made safe as an engineer would, by a multiple of
the identity: ``x.T @ x + jnp.eye(n)`` or ``x + 8.0 * jnp.eye(n)``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.draw import Draw
from jaxsmith.vocabulary.dtypes import is_half
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.op import Proposal
from jaxsmith.vocabulary.signatures.contract import side
from jaxsmith.vocabulary.signatures.elementwise import domain_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jaxsmith.vocabulary.aval import Shape
    from jaxsmith.vocabulary.op import Attributes, Op, Scope, Signature
    from jaxsmith.vocabulary.value import Var

LARGEST = 8  # rows of a matrix that is factored
DRAWN = Interval(-4.0, 4.0)
SMALL = Interval(-2.0, 2.0)


@dataclass(frozen=True, slots=True)
class Matrix:
    """A matrix, or a batch of them, as an operation writes it.

    Attributes:
        operands: what the text's placeholders stand for.
        jax, numpy: the texts.
        aval: its type.
        least, most: its singular values lie between these.
        level: precedence of the texts.
    """

    operands: tuple[Var, ...]
    jax: str
    numpy: str
    aval: Aval
    least: float
    most: float

    @property
    def attributes(self) -> dict[str, object]:
        """What the range rules of this module read."""
        rows, columns = self.aval.shape[-2:]
        return {"least": self.least, "most": self.most, "side": max(rows, columns)}


Source = Callable[["Scope"], "Matrix | None"]


def identity(scope: Scope, size: int, dtype: str) -> tuple[str, str]:
    """``jnp.eye`` of a dtype, which is written where it isn't JAX's default."""
    default = "float64" if scope.x64 else "float32"
    tail = "" if dtype == default else f", dtype=jnp.{dtype}"
    return f"jnp.eye({size}{tail})", f"np.eye({size})"


def drawn(kind: str, *, batches: float = 0.0, tall: bool = False, most: int = LARGEST) -> Source:
    """A parameter drawn this way: square, or with more rows than columns where ``tall``."""
    names = {
        "spd": ("covariance", "kernel", "precision", "spd"),
        "conditioned": ("matrix", "a", "system", "basis"),
        "lower": ("lower", "factor", "l"),
        "upper": ("upper", "factor", "r"),
    }
    least, largest = (1.0, 4.0) if kind in ("spd", "conditioned") else (0.0, 4.0)

    def source(scope: Scope) -> Matrix | None:
        columns = max(2, side(scope, most))
        rows = columns + (scope.rng.integer(1, 4) if tall and scope.rng.chance(0.7) else 0)
        batch = (side(scope, 4),) if scope.rng.chance(batches) else ()
        aval = Aval((*batch, rows, columns), scope.dtype("f"))
        value = scope.parameter(aval, Draw(kind, DRAWN.low, DRAWN.high), names[kind])  # type: ignore[arg-type]
        if value is None:
            return None
        return Matrix((value,), "{0}", "{0}", aval, least, largest)

    return source


def gram(scope: Scope) -> Matrix | None:
    """``x.T @ x + jnp.eye(n)`` of a matrix at hand: symmetric and positive definite."""
    x = scope.value(
        "f",
        ranks=(2, 2),
        where=lambda aval: max(aval.shape) <= 12 and not is_half(aval.dtype),
        domain=SMALL,
    )
    if x is None:
        return None
    rows, columns = x.aval.shape
    both = max(rows, columns) <= LARGEST
    columns_left = scope.rng.chance(0.5) if both else columns <= rows
    product = "{0:atom}.T @ {1:unary}" if columns_left else "{0:mul} @ {1:atom}.T"
    size, summed = (columns, rows) if columns_left else (rows, columns)
    if not 2 <= size <= LARGEST:
        return None
    ridge = scope.rng.choice((1.0, 1.0, 0.5, 2.0))
    factor = "" if ridge == 1.0 else f"{ridge} * "
    jax, numpy = identity(scope, size, x.aval.dtype)
    most = ridge + size * summed * x.interval.magnitude**2
    aval = Aval((size, size), x.aval.dtype)
    return Matrix(
        (x, x), f"{product} + {factor}{jax}", f"{product} + {factor}{numpy}", aval, ridge, most
    )


def loaded(scope: Scope) -> Matrix | None:
    """``x + c * jnp.eye(n)`` of a square matrix at hand: its diagonal outweighs the rest."""
    n = max(2, side(scope, LARGEST))
    x = scope.value(
        "f",
        ranks=(2, 2),
        where=lambda aval: (
            2 <= aval.shape[0] == aval.shape[1] <= LARGEST and not is_half(aval.dtype)
        ),
        fresh=lambda: (n, n),
        domain=SMALL,
    )
    if x is None:
        return None
    size = x.aval.shape[0]
    reach = size * x.interval.magnitude  # no singular value of x is above this
    diagonal = float(math.ceil(2 * reach))
    if diagonal == 0:
        return None
    jax, numpy = identity(scope, size, x.aval.dtype)
    return Matrix(
        (x,), f"{{0:add}} + {diagonal} * {jax}", f"{{0:add}} + {diagonal} * {numpy}",
        x.aval, diagonal - reach, diagonal + reach,
    )  # fmt: skip


def either(*sources: Source) -> Source:
    """Any of these, in random order, that has a matrix."""

    def source(scope: Scope) -> Matrix | None:
        for one in scope.rng.shuffled(sources):
            matrix = one(scope)
            if matrix is not None:
                return matrix
        return None

    return source


POSITIVE = either(drawn("spd"), drawn("spd"), gram)
INVERTIBLE = either(drawn("conditioned"), drawn("conditioned"), drawn("spd"), loaded, gram)


def templates(op: Op, matrix: Matrix, others: int = 0) -> dict[str, object]:
    """Both spellings with the matrix's text for ``{matrix}``.

    The row writes the operands that follow the matrix as ``{right}`` and ``{again}``.
    """
    count = len(matrix.operands)
    names = {"{right": f"{{{count}", "{again": f"{{{count + 1}"} if others else {}
    texts = {"jax": op.jax.replace("{matrix}", matrix.jax)}
    texts["numpy"] = op.numpy.replace("{matrix}", matrix.numpy)
    for language, text in texts.items():
        for name, position in names.items():
            text = text.replace(name, position)
        texts[language] = text
    return {f"{language}_template": text for language, text in texts.items()}


def of_matrix(
    source: Source,
    result: Callable[[Shape], Shape],
    *,
    outputs: int = 1,
    choices: Sequence[Attributes] = ({},),
    names: tuple[tuple[str, ...], ...] = (),
) -> Signature:
    """A function of one matrix.

    Args:
        source: gives the matrix.
        result: shape of each result from that of the matrix.
        outputs: how many results there are.
        choices: sets of attributes to pick from.
        names: names for each result, where there are several.
    """

    def propose(scope: Scope, op: Op) -> Proposal | None:
        matrix = source(scope)
        if matrix is None:
            return None
        out = Aval(result(matrix.aval.shape), matrix.aval.dtype)
        attributes = {
            **matrix.attributes,
            **templates(op, matrix),
            **scope.rng.choice(choices),
        }
        return Proposal(matrix.operands, (out,) * outputs, attributes, names=names)

    return propose


def with_right(
    source: Source,
    result: Callable[[Shape, Shape], Shape],
    *,
    vectors: float = 0.4,
    copies: int = 1,
    choices: Sequence[Attributes] = ({},),
) -> Signature:
    """A function of a matrix and of a vector, or of a matrix with as many rows.

    Args:
        source: gives the matrix.
        result: shape of the result from the shapes of the two.
        vectors: how often a new right-hand side is a vector.
        copies: how often the right-hand side is written.
        choices: sets of attributes to pick from.
    """

    def propose(scope: Scope, op: Op) -> Proposal | None:
        matrix = source(scope)
        if matrix is None:
            return None
        shape = matrix.aval.shape

        def fits(aval: Aval) -> bool:
            if aval.rank == 1:
                return vectors > 0 and len(shape) == 2 and aval.shape == shape[-2:-1]
            return vectors < 1 and aval.shape[:-1] == shape[:-1] and aval.rank == len(shape)

        vector = len(shape) == 2 and scope.rng.chance(vectors)
        columns = () if vector else (side(scope, 6),)
        right = scope.value(
            "f",
            ranks=(1, 3),
            where=fits,
            dtype=matrix.aval.dtype,
            fresh=lambda: (*shape[:-1], *columns),
            domain=domain_of(op, 0),
            hints=("rhs", "b", "targets"),
            avoid=matrix.operands,
        )
        if right is None or not fits(right.aval):
            return None
        out = Aval(result(shape, right.aval.shape), matrix.aval.dtype)
        attributes = {
            **matrix.attributes,
            "reach": right.interval.magnitude,
            **templates(op, matrix, copies),
            **scope.rng.choice(choices),
        }
        return Proposal((*matrix.operands, *(right,) * copies), (out,), attributes)

    return propose


def number(attributes: Attributes, name: str) -> float:
    """A numeric attribute."""
    return float(str(attributes[name]))


def solved(
    _intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    """A solution is at most the norm of its right-hand side over the least singular value."""
    reach = math.sqrt(number(attributes, "side")) * number(attributes, "reach")
    bound = 1.001 * reach / number(attributes, "least")
    return Interval(-bound, bound)


def inverted(
    _intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
) -> Interval:
    """No element of an inverse is above one over the least singular value."""
    bound = 1.001 / number(attributes, "least")
    return Interval(-bound, bound)


def spectral(low: float = 0.0, power: float = 1.0) -> Callable[..., Interval]:
    """Between ``low`` and a power of the greatest singular value."""

    def span(
        _intervals: Sequence[Interval], _avals: Sequence[Aval], attributes: Attributes
    ) -> Interval:
        return Interval(low, 1.001 * number(attributes, "most") ** power)

    return span

"""Complex numbers: made of real ones, taken apart, and under elementary functions.

Arguments of functions with branch cuts have positive real parts, so that no rounding crosses a cut.
Sizes are measured as ``math_unary`` says, of the modulus of the error.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from jaxsmith.vocabulary import dtypes, spans
from jaxsmith.vocabulary.accuracy import MOVE, stable, ulps, waves
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.code import LEVELS
from jaxsmith.vocabulary.complexes import modulus
from jaxsmith.vocabulary.interval import Interval
from jaxsmith.vocabulary.op import Op, Proposal
from jaxsmith.vocabulary.rows import function, interval
from jaxsmith.vocabulary.signatures.elementwise import binary, unary
from jaxsmith.vocabulary.signatures.variants import paired, spellings, wide_floats

if TYPE_CHECKING:
    from collections.abc import Callable

    from jaxsmith.vocabulary.accuracy import Accuracy
    from jaxsmith.vocabulary.aval import Shape
    from jaxsmith.vocabulary.op import Scope, Signature, Smoothness, Span
    from jaxsmith.vocabulary.rows import Range

_RIGHT_HALF = (0.1, 1e3)
_STRIP = (-0.7, 0.7)  # far from the poles of tan and tanh


def _around(bound: Callable[[float], float]) -> Span:
    """Parts no larger than a bound on the modulus of the result, from that of the operand."""

    def span(x: Interval) -> Interval:
        most = bound(modulus(x).magnitude)
        return Interval(-most, most)

    return spans.of(span)


def _log(x: Interval) -> Interval:
    size = modulus(x)
    most = max(abs(math.log(size.low)), abs(math.log(size.high)), math.pi)
    return Interval(-most, most)


def _elementary(
    name: str,
    span: Span,
    domain: Range,
    accuracy: Accuracy,
    names: tuple[str, ...],
) -> Op:
    return function(f"complex_{name}", "complex", unary("c"), span, jax=f"jnp.{name}({{0}})",
                    numpy=f"np.{name}({{0}})", accuracy=accuracy, domain=(domain,), names=names,
                    verb=name, elementwise=True)  # fmt: skip


def _made(
    name: str,
    jax: str,
    numpy: str,
    span: Span,
    accuracy: Accuracy,
    *,
    signature: Signature,
    level: str = "atom",
    domain: tuple[Range, ...] = (),
    verb: str = "",
) -> Op:
    """A complex number of real ones."""
    return Op(name, "complex", jax, numpy, wide_floats(signature), span, accuracy,
              domain=tuple(map(interval, domain)), level=LEVELS[level],
              names=("z", "phasor", "field"), elementwise=True, verb=verb)  # fmt: skip


def _taken(
    name: str,
    span: Span,
    accuracy: Accuracy,
    *,
    jax: str,
    numpy: str,
    level: str = "atom",
    domain: Range = None,
    smooth: Smoothness = "smooth",
    names: tuple[str, ...] = (),
    verb: str = "",
) -> Op:
    """A real number of a complex one."""
    return Op(name, "complex", jax, numpy, unary("c", dtypes.part), span, accuracy,
              domain=(interval(domain),), level=LEVELS[level], smooth=smooth, names=names,
              elementwise=True, verb=verb)  # fmt: skip


def _squared(x: Interval) -> Interval:
    return spans.square(modulus(x))


def _circle(x: Interval) -> Interval:
    return Interval(-x.magnitude, x.magnitude)


def _transform(
    kinds: str, count: Callable[[int], int] | None, result: Callable[[str], str]
) -> Signature:
    """A transform along one axis; ``count`` gives the length of the result where it differs."""

    def propose(scope: Scope, op: Op) -> Proposal | None:
        x = scope.value(kinds, ranks=(1, 4), where=lambda aval: max(aval.shape) > 1)
        if x is None or dtypes.is_half(x.aval.dtype):
            return None
        axis = scope.rng.choice([k for k, size in enumerate(x.aval.shape) if size > 1])
        size = x.aval.shape[axis]
        last = axis == x.aval.rank - 1
        text = "" if last and scope.rng.chance(0.6) else f", axis={axis - x.aval.rank * last}"
        length = size if count is None else count(size)
        shape: Shape = (*x.aval.shape[:axis], length, *x.aval.shape[axis + 1 :])
        norm = scope.rng.choice(("", "", "", ', norm="ortho"'))
        out = Aval(shape, result(x.aval.dtype))
        return Proposal((x,), (out,), {"tail": text + norm, "length": length, "size": size})

    return propose


def _total(x: Interval, size: object) -> Interval:
    assert isinstance(size, int)
    most = size * modulus(x).magnitude
    return Interval(-most, most)


def _fourier(
    name: str,
    kinds: str,
    count: Callable[[int], int] | None,
    result: Callable[[str], str],
    names: tuple[str, ...],
) -> Op:
    return function(
        f"complex_{name}", "complex", _transform(kinds, count, result),
        lambda intervals, _avals, attributes: _total(intervals[0], attributes["size"]),
        jax=f"jnp.fft.{name}({{0}}{{tail}})", numpy=f"np.fft.{name}({{0}}{{tail}})",
        accuracy=stable(2.0), names=names, verb=name,
    )  # fmt: skip


OPS = [
    spellings(
        _made(
            "complex_of_parts",
            "lax.complex({0}, {1})",
            "np.add({0}, 1j * {1:unary})",
            spans.union,
            ulps(1.0),
            signature=paired("f", dtypes.complex_of),
            verb="complex",
        ),
        "jax.lax.complex({0}, {1})",
    ),
    _made(
        "real_plus_imaginary",
        "{0:add} + 1j * {1:unary}",
        "{0:add} + 1j * {1:unary}",
        spans.union,
        ulps(1.0),
        signature=binary("f", dtypes.complex_of, numbers=0.0, mixed=False),
        level="add",
        verb="complex",
    ),
    _made(
        "cis",
        "jnp.exp(1j * {0:unary})",
        "np.exp(1j * {0:unary})",
        spans.within(-1, 1),
        waves(2.0),
        signature=unary("f", dtypes.complex_of),
        domain=((-50, 50),),
        verb="phase",
    ),
    _made(
        "polar_form",
        "{0:mul} * jnp.exp(1j * {1:unary})",
        "{0:mul} * np.exp(1j * {1:unary})",
        spans.of(lambda x, _angle: _circle(x)),
        waves(4.0),
        signature=binary("f", dtypes.complex_of, numbers=0.0, mixed=False),
        level="mul",
        domain=(None, (-50, 50)),
        verb="polar",
    ),
    spellings(
        _taken(
            "complex_real",
            spans.keep,
            MOVE,
            jax="jnp.real({0})",
            numpy="np.real({0})",
            names=("real", "in_phase"),
            verb="real",
        ),
        "{0:atom}.real",
        "lax.real({0})",
    ),
    # A bound is a modulus, whose imaginary part says nothing: so no MOVE.
    spellings(
        _taken(
            "complex_imag",
            spans.keep,
            ulps(0.0),
            jax="jnp.imag({0})",
            numpy="np.imag({0})",
            names=("imaginary", "quadrature"),
            verb="imag",
        ),
        "{0:atom}.imag",
        "lax.imag({0})",
    ),
    spellings(
        _taken(
            "complex_abs",
            spans.of(modulus),
            ulps(3.0),
            jax="jnp.abs({0})",
            numpy="np.abs({0})",
            names=("modulus", "magnitude"),
            smooth="kinked",
            verb="abs",
        ),
        "lax.abs({0})",
        "jnp.absolute({0})",
    ),
    spellings(
        _taken(
            "complex_power_spectrum",
            spans.of(_squared),
            ulps(6.0),
            jax="jnp.abs({0}) ** 2",
            numpy="np.abs({0}) ** 2",
            level="power",
            names=("power", "intensity"),
            verb="intensity",
        ),
        "jnp.square(jnp.abs({0}))",
    ),
    _taken(
        "complex_angle",
        spans.within(0.0, math.pi / 2),
        ulps(2.0),
        jax="jnp.angle({0})",
        numpy="np.angle({0})",
        domain=_RIGHT_HALF,
        names=("angle", "phase"),
        verb="angle",
    ),
    spellings(
        function(
            "complex_conj",
            "complex",
            unary("c"),
            spans.of(_circle),
            jax="jnp.conj({0})",
            numpy="np.conj({0})",
            accuracy=MOVE,
            names=("conjugate",),
            verb="conj",
            elementwise=True,
        ),
        "{0:atom}.conj()",
        "lax.conj({0})",
        "jnp.conjugate({0})",
    ),
    _elementary("exp", _around(spans.exp), (-5, 5), waves(3), ("growth", "rotated")),
    _elementary("sin", _around(math.cosh), (-4, 4), waves(5), ("wave", "sine")),
    _elementary("cos", _around(math.cosh), (-4, 4), waves(5), ("wave", "cosine")),
    _elementary("sinh", _around(math.cosh), (-4, 4), waves(45), ("stretched",)),
    _elementary("cosh", _around(math.cosh), (-4, 4), waves(75), ("chain",)),
    _elementary("tan", spans.within(-3, 3), _STRIP, ulps(6), ("tangent",)),
    _elementary("tanh", spans.within(-3, 3), _STRIP, ulps(6), ("squashed",)),
    _elementary("sqrt", _around(math.sqrt), _RIGHT_HALF, ulps(3), ("root",)),
    _elementary("log", spans.of(_log), (1.1, 1e3), ulps(2), ("logarithm",)),
    _fourier("fft", "cf", None, dtypes.complex_of, ("spectrum", "frequencies")),
    _fourier("ifft", "cf", None, dtypes.complex_of, ("signal", "restored")),
    _fourier(
        "rfft",
        "f",
        lambda n: n // 2 + 1,
        dtypes.complex_of,
        ("spectrum", "half_spectrum"),
    ),
    _fourier("irfft", "c", lambda n: 2 * n - 2, dtypes.part, ("signal", "restored")),
]

"""The table of NumPy's functions of whole arrays, and of what arrays have as methods."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import special  # type: ignore[import-untyped]

from jaxsmith.verdict.dual import algebra, choices, linear
from jaxsmith.verdict.dual.array import ACTIVE, Dual, UnsupportedError, tape_of, value_of
from jaxsmith.verdict.rounding import ELEMENTARY

if TYPE_CHECKING:
    from collections.abc import Callable

    from jaxsmith.verdict.dual.array import Tape

# The axes that each works along: their names, what they are where nothing is said, and how many
# arguments come before them.
_ALONG: dict[Any, tuple[tuple[str, ...], tuple[Any, ...], int]] = {
    np.swapaxes: (("axis1", "axis2"), (None, None), 0),
    np.moveaxis: (("source", "destination"), (None, None), 0),
    np.expand_dims: (("axis",), (None,), 0),
    np.flip: (("axis",), (None,), 0),
    np.roll: (("axis",), (None,), 1),
    np.repeat: (("axis",), (None,), 1),
    np.take: (("axis",), (None,), 1),
    np.diagonal: (("axis1", "axis2"), (0, 1), 1),
    np.fft.fft: (("axis",), (-1,), 1),
    np.fft.ifft: (("axis",), (-1,), 1),
    np.fft.rfft: (("axis",), (-1,), 1),
    np.fft.irfft: (("axis",), (-1,), 1),
    np.fft.fft2: (("axes",), ((-2, -1),), 1),
    np.fft.ifft2: (("axes",), ((-2, -1),), 1),
}
_LAST_AXES = (np.tril, np.triu, np.matrix_transpose, np.real, np.imag, np.nan_to_num)
_LINEAR = (
    np.rollaxis, np.squeeze, np.ravel, np.flipud, np.fliplr, np.rot90, np.tile, np.diag,
    np.take_along_axis, np.delete, np.split, np.array_split, np.hsplit, np.vsplit,
    np.unstack, np.resize, np.atleast_1d, np.atleast_2d,
    np.atleast_3d, np.lib.stride_tricks.sliding_window_view, np.fft.fftn, np.fft.ifftn,
    np.fft.rfft2, np.fft.irfft2, np.fft.rfftn, np.fft.irfftn, np.fft.fftshift, np.fft.ifftshift,
    np.linalg.diagonal,
)  # fmt: skip
_JOINED = (np.vstack, np.hstack, np.dstack, np.column_stack)
_BILINEAR = (
    np.dot, np.inner, np.outer, np.tensordot, np.kron, np.cross, np.convolve, np.linalg.matmul,
    np.linalg.outer, np.linalg.cross, np.linalg.tensordot, np.linalg.vecdot, np.correlate,
)  # fmt: skip
_SMOOTH = (
    np.linalg.cholesky, np.linalg.eigh, np.linalg.eigvalsh, np.linalg.svdvals, np.linalg.pinv,
    np.linalg.matrix_power, np.linalg.slogdet, np.linalg.qr, np.linalg.svd, np.linalg.lstsq,
    np.linalg.cond, np.cov, np.corrcoef,
)  # fmt: skip
# The arguments in which each is linear, taken together.
_JOINTLY: dict[Any, tuple[int, ...]] = {
    np.insert: (0, 2), np.append: (0, 1), np.full: (1,), np.linspace: (0, 1),
    np.meshgrid: (0, 1, 2), np.broadcast_arrays: (0, 1, 2),
}  # fmt: skip
_PLAIN = (np.shape, np.ndim, np.size, np.iscomplexobj, np.isrealobj)


def _sinc(x: Dual) -> Dual:
    value = np.sinc(x.value)
    with np.errstate(all="ignore"):
        away = (np.cos(np.pi * x.value) - value) / x.value
    # By its series where the difference cancels; what is left out is below 1e-14.
    slope = np.where(np.abs(x.value) < 1e-4, -(np.pi**2) * x.value / 3.0, away)
    tangent = x.tangent * slope
    if x.tape.noise is not None:
        scale = np.abs(value) + np.abs(slope * x.value)  # of the sine and of its argument
        tangent = x.tape.off(value, tangent, ELEMENTARY * scale)
    return Dual(value, tangent, x.tape)


def _plainly(func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    return func(*[value_of(each) for each in args], **kwargs)


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    **{func: partial(linear.linear, func) for func in _LINEAR},
    **{func: partial(linear.along_axes, func, *axes) for func, axes in _ALONG.items()},
    **{func: partial(linear.each_direction, func) for func in _LAST_AXES},
    **{func: partial(linear.joined, func) for func in _JOINED},
    **{func: partial(linear.joined_along, func) for func in (np.concatenate, np.stack)},
    np.broadcast_to: linear.broadcast_to,
    **{func: partial(linear.bilinear, func) for func in _BILINEAR},
    **{func: partial(algebra.smooth, func) for func in _SMOOTH},
    **{func: partial(linear.jointly, func, where) for func, where in _JOINTLY.items()},
    **{func: partial(_plainly, func) for func in _PLAIN},
    **{make: partial(linear.like, make) for make in (np.zeros_like, np.ones_like, np.full_like,
                                               np.empty_like)},
    np.reshape: linear.reshape,
    np.transpose: linear.transpose,
    np.copy: linear.copy,
    np.sum: partial(choices.reduction, np.add),
    np.prod: partial(choices.reduction, np.multiply),
    **{func: partial(choices.reduction, np.maximum) for func in (np.max, np.amax)},
    **{func: partial(choices.reduction, np.minimum) for func in (np.min, np.amin)},
    np.argmax: partial(choices.position, np.argmax, np.maximum),
    np.argmin: partial(choices.position, np.argmin, np.minimum),
    np.nanargmax: partial(choices.position_without_nan, np.argmax, np.maximum, -np.inf),
    np.nanargmin: partial(choices.position_without_nan, np.argmin, np.minimum, np.inf),
    np.cumsum: partial(choices.accumulation, np.add),
    np.trace: linear.trace,
    np.linalg.trace: lambda x: linear.trace(x, 0, -2, -1),
    np.diff: linear.diff,
    np.cumprod: partial(choices.accumulation, np.multiply),
    np.nancumsum: partial(choices.accumulation_without_nan, np.add),
    np.nancumprod: partial(choices.accumulation_without_nan, np.multiply),
    np.mean: choices.mean,
    np.var: choices.var,
    np.std: choices.std,
    np.where: choices.where,
    np.select: choices.select,
    np.piecewise: choices.piecewise,
    np.isclose: choices.isclose,
    np.searchsorted: choices.searchsorted,
    np.bincount: linear.bincount,
    np.block: linear.block,
    np.nanmax: partial(choices.extreme_without_nan, np.maximum, -np.inf),
    np.nanmin: partial(choices.extreme_without_nan, np.minimum, np.inf),
    np.i0: special.i0,
    np.sinc: _sinc,
    np.clip: choices.clip,
    np.sort: choices.sort,
    np.argsort: choices.argsort,
    np.partition: choices.partition,
    np.pad: linear.pad,
    np.einsum: linear.einsum,
    np.vdot: linear.vdot,
    np.vander: linear.vander,
    np.ediff1d: lambda x: linear.diff(x.reshape(-1)),
    np.gradient: partial(linear.computing, np.gradient),
    np.ptp: choices.ptp,
    np.median: choices.median,
    np.quantile: choices.quantile,
    np.percentile: choices.percentile,
    np.average: choices.average,
    np.trapezoid: choices.trapezoid,
    np.choose: choices.choose,
    np.put: choices.put,
    np.put_along_axis: choices.put_along_axis,
    np.compress: lambda condition, x, axis=None: choices.compress(condition, x, axis),
    np.extract: choices.compress,
    np.nansum: partial(choices.without_nan, np.add),
    np.nanprod: partial(choices.without_nan, np.multiply),
    np.linalg.multi_dot: linear.multi_dot,
    np.linalg.norm: algebra.norm,
    np.linalg.vector_norm: algebra.vector_norm,
    np.linalg.inv: algebra.inv,
    np.linalg.solve: algebra.solve,
    np.linalg.det: algebra.det,
}  # fmt: skip


def call_special(member: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """A function of ``scipy.special``; it rounds for plain numbers too: JAX has one of its own."""
    if member in SPECIAL and any(isinstance(arg, Dual) for arg in args):
        return SPECIAL[member](*args, **kwargs)
    result, tape = member(*args, **kwargs), ACTIVE[-1]
    if tape.noise is None or not isinstance(member, np.ufunc) or not isinstance(result, np.float64):
        return result
    dual = Dual.constant(result, tape)
    scale = tape.noise.size(member) * np.abs(result)
    return Dual(dual.value, tape.off(dual.value, dual.tangent, scale), tape)


def _lambertw(z: Any, k: int = 0) -> Any:
    # Newton's step makes exact what SciPy gives to eight digits.
    w = special.lambertw(z.value, k)
    for _ in range(2):
        w = w - (w * np.exp(w) - z.value) / (np.exp(w) * (1.0 + w))
    tape: Tape = z.tape
    tangent = z.tangent / (np.exp(w) * (1.0 + w))
    if tape.noise is not None:
        tangent = tape.off(w, tangent, tape.noise.size(np.exp) * np.abs(w))
    return Dual(w, tangent, tape)


def call_solver(member: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """A function of ``scipy.linalg`` on arrays some of which carry derivatives."""
    tape = tape_of(*args)
    if tape.noise is not None:
        return stably(partial(algebra.smooth, member), tape, *args, **kwargs)
    return algebra.smooth(member, *args, **kwargs)


def stably(func: Callable[..., Any], tape: Tape, *args: Any, **kwargs: Any) -> Any:
    """Backward stable: exact for operands that are off by the size of their largest element."""

    def moved(item: Any) -> Any:
        if isinstance(item, (list, tuple)):
            return type(item)(moved(each) for each in item)
        if not isinstance(item, Dual):
            return item
        reach = np.max(np.abs(item.value), initial=0.0) * max(item.shape or (1,)) ** 0.5
        return Dual(item.value, tape.off(item.value, item.tangent, reach), tape)

    def rounded(item: Any) -> Any:
        if isinstance(item, tuple):
            parts = [rounded(each) for each in item]
            return type(item)(*parts) if hasattr(item, "_fields") else tuple(parts)
        if not isinstance(item, Dual):
            return item
        scale = ELEMENTARY * np.abs(item.value)
        return Dual(item.value, tape.off(item.value, item.tangent, scale), tape)

    return rounded(func(*map(moved, args), **kwargs))


def _listed(x: Dual) -> Any:
    return x if x.ndim == 0 else [_listed(item) for item in x]


def _logsumexp(x: Any, axis: Any = None, *, keepdims: bool = False, **others: Any) -> Any:
    if others:
        raise UnsupportedError("weighted sums of exponentials have no rule")
    largest = np.max(value_of(x), axis=axis, keepdims=True)
    total = np.log(np.sum(np.exp(x - largest), axis=axis, keepdims=True)) + largest
    return total if keepdims else np.squeeze(total, axis=axis)


def _softmax(x: Any, axis: Any = None) -> Any:
    return np.exp(x - _logsumexp(x, axis, keepdims=True))


def _log_softmax(x: Any, axis: Any = None) -> Any:
    return x - _logsumexp(x, axis, keepdims=True)


def _multigammaln(a: Any, d: int) -> Any:
    constant = 0.25 * d * (d - 1) * np.log(np.pi)
    return constant + sum(special.gammaln(a - 0.5 * i) for i in range(d))


def _polygamma(n: Any, x: Dual) -> Dual:
    value = special.polygamma(n, x.value)
    tangent = x.tangent * special.polygamma(np.add(n, 1), x.value)
    if x.tape.noise is not None:
        tangent = x.tape.off(value, tangent, x.tape.noise.size(special.digamma) * np.abs(value))
    return Dual(value, tangent, x.tape)


SPECIAL: dict[Any, Callable[..., Any]] = {
    special.logsumexp: _logsumexp,
    special.softmax: _softmax,
    special.log_softmax: _log_softmax,
    special.lambertw: _lambertw,
    special.multigammaln: _multigammaln,
    special.polygamma: _polygamma,
    special.factorial: lambda n, **_kind: special.gamma(n + 1.0),
}

METHODS: dict[str, Callable[..., Any]] = {
    "reshape": linear.reshape,
    "transpose": linear.transpose,
    "copy": linear.copy,
    "astype": linear.astype,
    "flatten": lambda x: linear.reshape(x, -1),
    "tolist": _listed,
    "conj": np.conjugate,
    "clip": choices.clip,
    **{
        name: FUNCTIONS[getattr(np, name)]
        for name in ("ravel", "swapaxes", "squeeze", "take", "diagonal", "trace", "repeat",
                     "cumsum", "sum", "prod", "max", "min", "argmax", "argmin", "argsort", "mean",
                     "var", "std", "dot")
    },
}  # fmt: skip

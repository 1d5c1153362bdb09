"""Transformations that any function can be put through: what each writes, and what it means.

A new one is one more function of a ``Function`` in ``TRANSFORMS``. It gives the call in JAX's
spelling and in NumPy's, in which ``{r0}`` is the function and ``{0}``, ``{1}`` the arguments; and
the name of its meaning in ``jaxsmith.verdict.regions``. None says that it doesn't apply.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from jaxsmith.program.function import Param
from jaxsmith.vocabulary.aval import Aval
from jaxsmith.vocabulary.draw import Draw
from jaxsmith.vocabulary.dtypes import kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from jaxsmith.program.function import Function
    from jaxsmith.program.graph import Eqn
    from jaxsmith.vocabulary.stream import Stream

# A derivative by every coordinate of an argument carries as many directions through the reference;
# one along a tangent carries one.
MOST_ELEMENTS = 128
MOST_ALONG = 4096
MOST_TWICE = 24
MOST_BATCHED = 4096
MOST_STEPS = 4


@dataclass(frozen=True, slots=True)
class Wrapping:
    """A function that calls another, before it is printed.

    Attributes:
        params: its parameters; those of the other function come first.
        outputs: the leaves of its result, with its ``structure``.
        jax, numpy: the call, see the module.
        control: its meaning in ``jaxsmith.verdict.regions``.
        suffix: what its name adds to that of the other function.
        attributes: what the meaning must know.
        helpers: functions of ``corpus/reference_helpers.py`` that the NumPy spelling calls.
        wrt: parameters by which it can be differentiated in turn.
    """

    params: tuple[Param, ...]
    outputs: tuple[Aval, ...]
    structure: object
    jax: str
    numpy: str
    control: str
    suffix: str
    attributes: Mapping[str, object] = field(default_factory=dict)
    helpers: tuple[str, ...] = ()
    wrt: tuple[str, ...] = ()


def _slots(count: int, start: int = 0) -> str:
    return ", ".join(f"{{{start + i}}}" for i in range(count))


def _tuple(items: Sequence[str]) -> str:
    return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"


def _same(function: Function, jax: str, suffix: str, control: str = "call") -> Wrapping:
    """A wrapper that changes nothing of what is computed."""
    return Wrapping(
        function.params, function.outputs, function.structure,
        f"{jax}({_slots(len(function.params))})", f"{{r0}}({_slots(len(function.params))})",
        control, suffix, wrt=function.wrt,
    )  # fmt: skip


def jit(function: Function, _rng: Stream) -> Wrapping | None:
    """``jax.jit``: a call that is inlined or not, but always named."""
    return _same(function, "jax.jit({r0})", "jitted")


def checkpoint(function: Function, rng: Stream) -> Wrapping | None:
    """``jax.checkpoint``: what the forward pass computes is computed again in the backward one."""
    policy = rng.choice(("", "", ", policy=jax.checkpoint_policies.dots_saveable"))
    return _same(function, f"jax.checkpoint({{r0}}{policy})", "rematerialized", "checkpoint")


def vmap(function: Function, rng: Stream) -> Wrapping | None:
    """``jax.vmap`` over some of the arguments."""
    if not _is_flat(function.structure) or not function.params:
        return None
    # What is transformed already costs the reference more, each time.
    length = rng.weighted((2, 3, 4, 5), (5, 1, 0, 0) if function.transform else (6, 5, 2, 1))
    axes = [_mapped_axis(param, rng) for param in function.params]
    if all(axis is None for axis in axes):
        free = [i for i, param in enumerate(function.params) if param.draw.kind != "distinct"]
        if not free:
            return None
        axes[rng.choice(free)] = 0
    params = tuple(
        replace(param, aval=_with_axis(param.aval, length, axis))
        for param, axis in zip(function.params, axes, strict=True)
    )
    if sum(param.aval.size for param in params) > MOST_BATCHED:
        return None
    out_axes = tuple(
        rng.integer(0, aval.rank) if rng.chance(0.2) else 0 for aval in function.outputs
    )
    slots = _slots(len(params))
    return Wrapping(
        params,
        tuple(_with_axis(a, length, at) for a, at in zip(function.outputs, out_axes, strict=True)),
        function.structure,
        f"jax.vmap({{r0}}{_axes_text(axes, out_axes)})({slots})",
        f"vectorize({{r0}}, {tuple(axes)}, {out_axes}, {slots})",
        "vmap", "batched",
        {"axes_in": tuple(axes), "axes_out": out_axes, "length": length},
        ("vectorize",), function.wrt,
    )  # fmt: skip


def _mapped_axis(param: Param, rng: Stream) -> int | None:
    # Distinct values are so over the whole array: those of a batch would leave the range.
    if rng.chance(0.3) or param.draw.kind == "distinct":
        return None
    # Batches of matrices with a structure, and of sorted rows, come along the first axis.
    free = param.draw.kind == "uniform"
    return rng.integer(0, param.aval.rank) if free and rng.chance(0.25) else 0


def _with_axis(aval: Aval, length: int, axis: int | None) -> Aval:
    if axis is None:
        return aval
    return Aval((*aval.shape[:axis], length, *aval.shape[axis:]), aval.dtype)


def _axes_text(axes: Sequence[int | None], out_axes: Sequence[int]) -> str:
    text = ""
    if any(axis != 0 for axis in axes):
        text += f", in_axes={axes[0] if len(set(axes)) == 1 else tuple(axes)}"
    if any(out_axes):
        text += f", out_axes={out_axes[0] if len(set(out_axes)) == 1 else tuple(out_axes)}"
    return text


def scan(function: Function, rng: Stream) -> Wrapping | None:
    """A step repeated: ``lax.fori_loop`` or ``lax.scan`` over a value of its own result's type."""
    first = function.params[0] if function.params else None
    if first is None or function.structure != "*" or function.outputs[0] != first.aval:
        return None
    if first.draw.kind != "uniform":
        return None
    count = rng.integer(2, MOST_STEPS)
    names = [param.name for param in function.params]
    step = f"{{r0}}({', '.join(names)})"
    if rng.chance(0.5):
        jax = f"lax.fori_loop(0, {count}, lambda _, {names[0]}: {step}, {{0}})"
    else:
        jax = f"lax.scan(lambda {names[0]}, _: ({step}, None), {{0}}, length={count})[0]"
    return Wrapping(
        function.params, function.outputs, "*", jax,
        f"iterate({{r0}}, {count}, {_slots(len(names))})", "iterate", "iterated",
        {"count": count}, ("iterate",), function.wrt,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Loss:
    """A function seen as a scalar of some of its arguments, as texts.

    Attributes:
        jax, numpy: the scalar function.
        positions: those arguments.
        leaf: the result that it is made of.
        made: what it is of that: the ``"same"``, its ``"sum"`` or its ``"mean"``.
    """

    jax: str
    numpy: str
    positions: tuple[int, ...]
    leaf: _Leaf
    made: str

    @property
    def argnums(self) -> str:
        """The keyword of ``jax.grad``, empty for the first argument."""
        if self.positions == (0,):
            return ""
        single = len(self.positions) == 1
        return f", argnums={self.positions[0] if single else self.positions}"


def _positions(function: Function, rng: Stream, most: int) -> tuple[int, ...]:
    """Arguments to differentiate by: one, or now and then several."""
    fitting = [
        i
        for i, param in enumerate(function.params)
        if param.name in function.wrt and 0 < param.aval.size <= most
    ]
    if not fitting:
        return ()
    if len(fitting) > 1 and rng.chance(0.35):
        chosen = sorted(rng.sample(fitting, rng.integer(2, min(3, len(fitting)))))
        if _elements(function.params[i] for i in chosen) <= most:
            return tuple(chosen)
    return (fitting[0] if rng.chance(0.6) else rng.choice(fitting),)


def _elements(params: Iterable[Param]) -> int:
    return sum(param.aval.size for param in params)


def _has_float_output(function: Function) -> bool:
    return function.structure == "*" and kind(function.outputs[0].dtype) == "f"


@dataclass(frozen=True, slots=True)
class _Leaf:
    """One array of a result: its place, its type, the subscript that picks it from the result."""

    place: int
    aval: Aval
    key: str


def _leaf(function: Function) -> _Leaf | None:
    """The first float leaf of a flat result."""
    structure = function.structure
    keys: list[str] = [""]
    if isinstance(structure, tuple):
        keys = [f"[{i}]" for i in range(len(structure))]
    elif isinstance(structure, dict):
        keys = [f'["{key}"]' for key in sorted(structure)]
    if len(keys) != len(function.outputs):
        return None
    leaves = map(_Leaf, itertools.count(), function.outputs, keys)
    return next((leaf for leaf in leaves if kind(leaf.aval.dtype) == "f" and leaf.aval.size), None)


def _loss(function: Function, rng: Stream, most: int = MOST_ELEMENTS) -> _Loss | None:
    leaf = _leaf(function)
    positions = _positions(function, rng, most) if leaf else ()
    if leaf is None or not positions:
        return None
    names = ", ".join(param.name for param in function.params)
    if leaf.aval.rank == 0:
        text = f"lambda {names}: {{r0}}({names}){leaf.key}" if leaf.key else "{r0}"
        return _Loss(text, text, positions, leaf, "same")
    reduce = rng.choice(("sum", "mean"))
    return _Loss(
        f"lambda {names}: jnp.{reduce}({{r0}}({names}){leaf.key})",
        f"lambda {names}: np.{reduce}({{r0}}({names}){leaf.key})",
        positions,
        leaf,
        reduce,
    )


def _slopes(loss: _Loss, count: int) -> str:
    parts = [f"derivative({loss.numpy}, {k}, {_slots(count)})" for k in loss.positions]
    return parts[0] if len(parts) == 1 else _tuple(parts)


def grad(function: Function, rng: Stream) -> Wrapping | None:
    """``jax.grad`` of the result, or of its sum or mean."""
    loss = _loss(function, rng)
    if loss is None:
        return None
    outputs = tuple(function.params[k].aval for k in loss.positions)
    return _derivative(
        function, outputs, "*" if len(outputs) == 1 else ("*",) * len(outputs),
        f"jax.grad({loss.jax}{loss.argnums})({_slots(len(function.params))})",
        _slopes(loss, len(function.params)), "gradient", leaf=loss.leaf,
        moved=sum(aval.size for aval in outputs),
    )  # fmt: skip


def value_and_grad(function: Function, rng: Stream) -> Wrapping | None:
    """``jax.value_and_grad``, likewise."""
    loss = _loss(function, rng)
    if loss is None:
        return None
    slots = _slots(len(function.params))
    slopes = tuple(function.params[k].aval for k in loss.positions)
    inner = "*" if len(slopes) == 1 else ("*",) * len(slopes)
    value = "{r0}" if loss.numpy == "{r0}" else f"({loss.numpy})"
    return _derivative(
        function, (Aval((), loss.leaf.aval.dtype), *slopes), ("*", inner),
        f"jax.value_and_grad({loss.jax}{loss.argnums})({slots})",
        f"({value}({slots}), {_slopes(loss, len(function.params))})", "value_and_gradient",
        leaf=loss.leaf, value=loss.made, moved=sum(aval.size for aval in slopes),
    )  # fmt: skip


def jacobian(name: str) -> Callable[[Function, Stream], Wrapping | None]:
    """``jax.jacfwd`` or ``jax.jacrev`` by one argument."""

    def apply(function: Function, rng: Stream) -> Wrapping | None:
        positions = _positions(function, rng, 16) if _has_float_output(function) else ()
        if len(positions) != 1 or not 0 < function.outputs[0].size <= 32:
            return None
        operand = function.params[positions[0]].aval
        shape = function.outputs[0].shape + operand.shape
        if len(shape) > 5:
            return None
        slots = _slots(len(function.params))
        argnums = "" if positions == (0,) else f", argnums={positions[0]}"
        # Forward mode gives tangents of the result, reverse mode cotangents of the argument.
        dtype = function.outputs[0].dtype if name == "jacfwd" else operand.dtype
        return _derivative(
            function, (Aval(shape, dtype),), "*",
            f"jax.{name}({{r0}}{argnums})({slots})",
            f"derivative({{r0}}, {positions[0]}, {slots})", "jacobian",
            moved=function.params[positions[0]].aval.size,
        )  # fmt: skip

    return apply


@dataclass(frozen=True, slots=True)
class _Along:
    """How arguments are moved along tangents.

    Attributes:
        moved: their positions.
        tangents: a parameter for each.
        alone: the function of these arguments alone, the others as they are around it.
        whole: the function of all of them.
        leaf: the result that is looked at: the first of floats.
    """

    moved: list[int]
    tangents: list[Param]
    alone: str
    whole: str
    leaf: _Leaf


def _along(function: Function, rng: Stream) -> _Along | None:
    leaf = _leaf(function)
    if leaf is None:
        return None
    key = leaf.key
    moved = [i for i, param in enumerate(function.params) if param.name in function.wrt]
    total = _elements(function.params)
    if not moved or total > MOST_ALONG:
        return None
    if len(moved) > 1 and rng.chance(0.4):
        moved = [rng.choice(moved)]
    names = [param.name for param in function.params]
    tangents = [
        Param(_unlike(f"{names[i]}_dot", names), function.params[i].aval, _ANY_WAY) for i in moved
    ]
    whole = _restricted("{r0}", names, range(len(names))) + key if key else "{r0}"
    alone = whole if len(moved) == len(names) else _restricted("{r0}", names, moved) + key
    return _Along(moved, tangents, alone, whole, leaf)


# How a tangent or a cotangent is drawn.
_ANY_WAY = Draw("uniform", -1.0, 1.0)


def _unlike(name: str, taken: Sequence[str]) -> str:
    """The name, or one like it that no other parameter has."""
    numbered = (name if k == 1 else f"{name}{k}" for k in itertools.count(1))
    return next(each for each in numbered if each not in taken)


def _restricted(function: str, names: Sequence[str], kept: Sequence[int]) -> str:
    """A function of some of its arguments alone, the others as they are around it."""
    passed = [name if i in kept else f"{{{i}}}" for i, name in enumerate(names)]
    return f"lambda {', '.join(names[i] for i in kept)}: {function}({', '.join(passed)})"


def jvp(function: Function, rng: Stream) -> Wrapping | None:
    """``jax.jvp``: the value and its change along tangents."""
    along = _along(function, rng)
    if along is None:
        return None
    count = len(function.params)
    primals = _tuple([f"{{{i}}}" for i in along.moved])
    directions = _tuple([f"{{{count + i}}}" for i in range(len(along.moved))])
    value = along.whole if along.whole == "{r0}" else f"({along.whole})"
    return _derivative(
        function, (along.leaf.aval,) * 2, ("*", "*"),
        f"jax.jvp({along.alone}, {primals}, {directions})",
        f"({value}({_slots(count)}), directional({along.alone}, {primals}, {directions}))",
        "tangent", along.tangents, leaf=along.leaf, value="same", moved=1,
    )  # fmt: skip


def linearize(function: Function, rng: Stream) -> Wrapping | None:
    """``jax.linearize``: the linear map of the tangents alone."""
    along = _along(function, rng)
    if along is None:
        return None
    count = len(function.params)
    primals = [f"{{{i}}}" for i in along.moved]
    directions = [f"{{{count + i}}}" for i in range(len(along.moved))]
    return _derivative(
        function, (along.leaf.aval,), "*",
        f"jax.linearize({along.alone}, {', '.join(primals)})[1]({', '.join(directions)})",
        f"directional({along.alone}, {_tuple(primals)}, {_tuple(directions)})", "linearized",
        along.tangents, leaf=along.leaf, moved=1,
    )  # fmt: skip


def vjp(function: Function, rng: Stream) -> Wrapping | None:
    """``jax.vjp``: a cotangent pulled back to the arguments."""
    leaf = _leaf(function)
    positions = _positions(function, rng, MOST_ELEMENTS) if leaf else ()
    if leaf is None or not positions:
        return None
    aval, key = leaf.aval, leaf.key
    names = [param.name for param in function.params]
    count = len(names)
    whole = _restricted("{r0}", names, range(count)) + key if key else "{r0}"
    alone = whole if len(positions) == count else _restricted("{r0}", names, positions) + key
    cotangent = Param(_unlike("cotangent", names), aval, _ANY_WAY)
    pulled = [f"pullback({whole}, {k}, {{{count}}}, {_slots(count)})" for k in positions]
    return _derivative(
        function,
        tuple(function.params[k].aval for k in positions),
        ("*",) * len(positions),
        f"jax.vjp({alone}, {', '.join(f'{{{k}}}' for k in positions)})[1]({{{count}}})",
        _tuple(pulled),
        "pullback",
        [cotangent],
        leaf=leaf,
        moved=_elements(function.params[k] for k in positions),
    )


def hvp(function: Function, rng: Stream) -> Wrapping | None:
    """A Hessian-vector product, forward over reverse."""
    # Kinks of the function itself show; those of its first derivative would not.
    smooth = ("smooth", "kinked")
    if any(eqn.op.smooth not in smooth and _is_float(eqn) for eqn in function.graph.walk()):
        return None
    loss = _loss(function, rng, MOST_TWICE)
    if loss is None or len(loss.positions) != 1:
        return None
    (k,) = loss.positions
    count = len(function.params)
    names = [param.name for param in function.params]
    tangent = Param(_unlike(f"{names[k]}_dot", names), function.params[k].aval, _ANY_WAY)
    slope = f"jax.grad({loss.jax}{loss.argnums})"
    if count > 1:
        slope = _restricted(slope, names, (k,))
    return _derivative(
        function, (tangent.aval,), "*",
        f"jax.jvp({slope}, ({{{k}}},), ({{{count}}},))[1]",
        f"hessian_product({loss.numpy}, {k}, {{{count}}}, {_slots(count)})",
        "hessian_product", [tangent], leaf=loss.leaf, moved=2 * tangent.aval.size, order=2,
    )  # fmt: skip


def _derivative(
    function: Function,
    outputs: tuple[Aval, ...],
    structure: object,
    jax: str,
    numpy: str,
    suffix: str,
    more: Sequence[Param] = (),
    *,
    leaf: _Leaf | None = None,
    value: str = "",
    moved: int,
    order: int = 1,
) -> Wrapping:
    """``moved`` counts the coordinates that the reference moves, one at a time.

    ``leaf`` is the result that is differentiated, if there are several. ``value`` says what of it
    the first output is, if that is none of its derivatives: see ``_Loss.made``.
    """
    attributes: dict[str, object] = {"order": order, "moved": moved}
    attributes |= {"leaf": leaf.place} if leaf is not None else {}
    attributes |= {"value": value} if value else {}
    helpers = ("derivative", "directional", "pullback", "hessian_product")
    return Wrapping(
        (*function.params, *more), outputs, structure, jax, numpy, "gradient", suffix,
        attributes, tuple(name for name in helpers if f"{name}(" in numpy),
    )  # fmt: skip


def _is_float(eqn: Eqn) -> bool:
    return any(kind(var.aval.dtype) == "f" for var in eqn.outputs)


def _is_flat(structure: object) -> bool:
    """A leaf, or a tuple of leaves."""
    return structure == "*" or (
        isinstance(structure, tuple) and all(branch == "*" for branch in structure)
    )


TRANSFORMS: dict[str, Callable[[Function, Stream], Wrapping | None]] = {
    "jit": jit,
    "checkpoint": checkpoint,
    "vmap": vmap,
    "scan": scan,
    "grad": grad,
    "value_and_grad": value_and_grad,
    "jacfwd": jacobian("jacfwd"),
    "jacrev": jacobian("jacrev"),
    "jvp": jvp,
    "linearize": linearize,
    "vjp": vjp,
    "hvp": hvp,
}
"""Every transformation by the name that ``transform`` of a record gives it."""

# What a function is put through, innermost first, and how often; those that don't apply are passed.
LATTICE: tuple[tuple[tuple[str, ...], float], ...] = (
    (("grad",), 6), (("value_and_grad",), 4), (("vjp",), 2), (("jvp",), 2), (("jacfwd",), 2.5),
    (("jacrev",), 2.5), (("hvp",), 2), (("linearize",), 1), (("grad", "vmap"), 2),
    (("vmap", "grad"), 2), (("checkpoint", "grad"), 1.5), (("jit", "grad"), 1),
    (("checkpoint", "value_and_grad", "jit"), 0.7), (("jvp", "vmap"), 1), (("vmap", "jvp"), 0.7),
    (("scan", "grad"), 1), (("jit", "vmap", "value_and_grad"), 0.7), (("value_and_grad", "jit"), 1),
    (("vmap", "vjp"), 0.7), (("hvp", "vmap"), 0.7), (("jacrev", "vmap"), 0.7),
)  # fmt: skip
PLAIN: tuple[tuple[tuple[str, ...], float], ...] = (
    (("vmap",), 5), (("vmap", "vmap"), 2), (("scan",), 3), (("jit", "vmap"), 2),
    (("vmap", "jit"), 1), (("scan", "vmap"), 1.5), (("vmap", "scan"), 1), (("jit", "scan"), 0.7),
)  # fmt: skip
